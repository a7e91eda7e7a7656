"""`kinema stylize` and `kinema styles`, and the style options of `kinema generate`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .errors import RequestError
from .protocol.messages import PARTS


def add_options(parser: argparse.ArgumentParser) -> None:
    """The style options of every command that makes a motion."""
    parser.add_argument(
        "--style", default="", metavar="NAME", help="a style (see kinema styles), random, or auto: what the prompt says"
    )
    parser.add_argument(
        "--style-clip", default="", metavar="FILE", help="a clip whose style to take instead; 1 s or more"
    )
    parser.add_argument("--style-mix", default="", metavar="NAME", help="a second style")
    parser.add_argument("--style-share", type=float, default=0.5, help="how much of the second, 0 to 1 (default 0.5)")
    parser.add_argument("--style-strength", type=float, default=1.0, help="0 changes nothing, up to 1.5 (default 1)")
    parser.add_argument("--style-seed", type=int, default=0, help="other takes of the style; 0 is the typical one")
    parser.add_argument(
        "--style-part", action="append", default=[], choices=PARTS, help="style this body part only; repeatable"
    )


def fields(options: argparse.Namespace) -> dict[str, Any]:
    """The request's style fields from those options."""
    return {
        "style": options.style,
        "style_clip": options.style_clip,
        "style_mix": options.style_mix,
        "style_share": options.style_share,
        "style_strength": options.style_strength,
        "style_seed": options.style_seed,
        "style_parts": tuple(options.style_part),
    }


def add_commands(commands: Any, *, weights: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """`stylize` and `styles` among the command line's commands."""
    stylize = commands.add_parser("stylize", parents=[weights, common], help="a clip in another style")
    stylize.add_argument("clip", metavar="CLIP", help="any humanoid's .bvh, .amc, .npz, .glb or .gltf")
    stylize.add_argument("-o", "--output", required=True, help=".npz (AMASS) or .bvh")
    stylize.add_argument("--no-cleanup", dest="cleanup", action="store_false", help="leave feet and ground as made")
    add_options(stylize)

    styles = commands.add_parser("styles", parents=[weights, common], help="list, save, show and remove styles")
    actions = styles.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="all styles (the default)")
    save = actions.add_parser("save", help="keep a clip's style under a name, in one small file that can be shared")
    save.add_argument("name", metavar="NAME")
    save.add_argument("clip", metavar="CLIP")
    save.add_argument("--title", default="", help="what it looks like, in plain words")
    save.add_argument("--licence", required=True, help="the clip's licence")
    save.add_argument("--source", required=True, help="whose clip it is, from where")
    for name, text in (("show", "a style's title, licence, source and file"), ("remove", "delete a saved style")):
        actions.add_parser(name, help=text).add_argument("name", metavar="NAME")


def stylize(options: argparse.Namespace) -> int:
    """`kinema stylize`. Returns the exit code; raises what reading, styling and writing raise."""
    from . import __version__, clips, output
    from .checkpoints import find_pack
    from .protocol.messages import Stylize
    from .stylization import library

    source, target = Path(options.clip), Path(options.output)
    request = Stylize(id="", clip=source.name, cleanup=options.cleanup, **fields(options))
    output.check_target(target)
    if target.exists() and source.exists() and target.samefile(source):
        raise RequestError(f"{target} is the clip itself; choose another output")
    clip = clips.read(source)
    reference = clips.read(options.style_clip) if options.style_clip else None
    from .pipeline import Pipeline

    result = Pipeline.open(find_pack(options.model), options.device).stylize(request, clip, reference)
    asked = {name: value for name, value in fields(options).items() if value}
    origin: dict[str, Any] = {"version": __version__, "source": source.name, "request": asked}
    origin |= {"pack": dict(result.pack)} | library.credits(request.style, request.style_mix)
    output.write_motion(target, result.motions[0], origin)
    print(target)
    return 0


def styles(options: argparse.Namespace) -> int:
    """`kinema styles`. Returns the exit code; raises RequestError, FormatError and what reading a clip raises."""
    from . import clips
    from .checkpoints import find_pack, no_styles
    from .stylization import library

    pack = find_pack(options.model)
    labels = pack.styles
    if options.action == "save":
        preset = library.Preset(options.name, options.title or options.name, options.licence, options.source)
        print(library.save(preset, clips.read(options.clip), labels))
        return 0
    if options.action == "remove":
        if options.name in labels:
            raise RequestError(f"{options.name!r} comes with the model and cannot be removed")
        library.remove(options.name)
        return 0
    known = library.described(labels, pack.licence, f"{pack.name} {pack.version}")
    if options.action == "show":
        style = next((style for style in known if style["name"] == options.name), None)
        if style is None:
            raise RequestError(f"there is no style {options.name[:60]!r}; see kinema styles")
        if style["kind"] == "preset":
            style = style | {"file": str(library.path_of(options.name))}
        print("\n".join(f"{key}: {value}" for key, value in style.items()))
        return 0
    if not labels:
        print(f"kinema: {no_styles(pack)}", file=sys.stderr)
    for style in known:
        print(f"{style['name']:16} {style['title']}" + ("  (saved)" if style["kind"] == "preset" else ""))
    return 0
