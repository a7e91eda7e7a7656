"""`kinema timeline`, `vary`, `mix`, `transform` and `search`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import RequestError
from .path_option import add_path, read_path
from .protocol.messages import Mix, Progress, Timeline, Transform, Vary
from .reporting import Report

if TYPE_CHECKING:
    from .pipeline import Result

COMMANDS = ("timeline", "vary", "mix", "transform", "search")


def add_commands(
    commands: Any,
    *,
    weights: argparse.ArgumentParser,
    events: argparse.ArgumentParser,
    common: argparse.ArgumentParser,
    made: argparse.ArgumentParser,
) -> None:
    """The five commands among the command line's; `made`: options of everything that is sampled and written."""
    sampled = [made, weights, events, common]
    timeline = commands.add_parser("timeline", parents=sampled, help="several prompts over time as one motion")
    timeline.add_argument(
        "strips",
        metavar="STRIPS",
        help=".json list of {prompt, start, end, body_parts, style}, or .csv",
    )
    timeline.add_argument("--loop", action="store_true", help="the end leads into the beginning")
    add_path(timeline)

    vary = commands.add_parser("vary", parents=sampled, help="takes near a clip")
    vary.add_argument("clip", metavar="CLIP", help="any humanoid's .bvh, .amc, .npz, .glb or .gltf")
    vary.add_argument("--strength", type=float, default=0.4, help="0 is the clip itself, up to 1 (default 0.4)")
    vary.add_argument("--prompt", default="", help="what the character does")

    written = argparse.ArgumentParser(add_help=False)
    written.add_argument("-o", "--output", default="out.npz", help=".npz (AMASS) or .bvh (default out.npz)")
    written.add_argument("--no-cleanup", dest="cleanup", action="store_false", help="leave feet as they come")
    mix = commands.add_parser("mix", parents=[written, weights, events, common], help="a motion between two clips")
    mix.add_argument("clip", metavar="CLIP")
    mix.add_argument("other", metavar="OTHER")
    mix.add_argument("--share", type=float, default=0.5, help="how much of the other, 0 to 1 (default 0.5)")

    transform = commands.add_parser(
        "transform", parents=[written, events, common], help="mirror, retime, loop or hold a clip in place"
    )
    transform.add_argument("clip", metavar="CLIP")
    transform.add_argument("--mirror", action="store_true", help="left and right change places")
    transform.add_argument("--speed", type=float, default=1.0, help="2 is twice as fast")
    transform.add_argument("--seconds", type=float, help="how long it shall last instead")
    transform.add_argument("--loop", action="store_true", help="cut one cycle that repeats without a seam")
    transform.add_argument("--in-place", action="store_true", help="take the root's travel out")

    search = commands.add_parser("search", parents=[events, common], help="rank own clips for a sentence")
    search.add_argument("text", metavar="WORDS", help="what the character does")
    search.add_argument("paths", nargs="+", metavar="FOLDER|FILE", help="clips, and folders of clips")
    search.add_argument("--most", type=int, default=20, help="clips to name (default 20)")


def run(options: argparse.Namespace, report: Report) -> int:
    """Any of them. Returns the exit code; raises what reading, making and writing raise."""
    if options.command == "search":
        return _search(options, report)
    request = _request(options)
    sources = [Path(getattr(options, name)) for name in ("clip", "other") if hasattr(options, name)]
    paths = _targets(Path(options.output), getattr(request, "samples", 1), sources)
    result = _made(request, options, sources, report)
    for sample, (path, motion) in enumerate(zip(paths, result.motions, strict=True)):
        from . import output

        output.write_motion(path, motion, provenance(request, sample, result))
    report(
        {
            "event": "done",
            "files": [str(path) for path in paths],
            "parts": dict(result.parts),
            "warnings": list(result.warnings),
            "pack": dict(result.pack),
            "settings": dict(result.settings),
            "seconds_taken": result.seconds_taken,
        }
    )
    return 0


def provenance(request: Timeline | Vary | Mix | Transform, sample: int, result: Result) -> dict[str, Any]:
    """What a written file says about its origin: the request that makes this sample alone, the names of its clips, the
    refined sentences, the weights, what was measured, and Kinema's version."""
    from . import __version__

    asked = {name: value for name, value in dataclasses.asdict(request).items() if name != "id"}
    for name in ("clip", "other"):
        if name in asked:
            asked[name] = Path(asked[name]).name
    if "samples" in asked:
        asked |= {"seed": (asked["seed"] + sample) % 2**63, "samples": 1}
    kind = type(request).__name__.lower()
    told = {"parts": dict(result.parts), "pack": dict(result.pack), "settings": dict(result.settings)}
    return {"version": __version__, kind: asked, **told}


def read_strips(path: Path) -> list[dict[str, Any]]:
    """A file's strips as mappings: JSON (a list, or {"strips": [...]}), or CSV. Raises RequestError."""
    import csv

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"cannot read {path} ({error}); give a .json or .csv of strips") from None
    if path.suffix.lower() != ".csv":
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RequestError(f"{path.name} is not JSON ({error}); write a list of strips") from None
        content = content.get("strips") if isinstance(content, dict) else content
        if not isinstance(content, list) or not all(isinstance(strip, dict) for strip in content):
            raise RequestError(f'{path.name} holds no strips; write [{{"prompt": "...", "start": 0, "end": 4}}]')
        return content
    try:
        rows = list(csv.DictReader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise RequestError(f"{path.name} is no usable CSV ({error}); save it again") from None
    return [_row(row, path.name) for row in rows]


def _row(row: Mapping[str | None, Any], name: str) -> dict[str, Any]:
    strip: dict[str, Any] = {}
    for column, cell in row.items():
        if column is None or (text := (cell or "").strip()) == "":
            continue
        try:
            strip[column.strip()] = float(text) if column.strip() in ("start", "end") else text
        except ValueError:
            raise RequestError(f"{name}: {column} {text[:40]!r} is no number of seconds") from None
    if "body_parts" in strip:
        strip["body_parts"] = strip["body_parts"].replace(",", " ").split()
    return strip


def _request(options: argparse.Namespace) -> Timeline | Vary | Mix | Transform:
    if options.command == "mix":
        return Mix("", options.clip, options.other, options.share, options.cleanup)
    if options.command == "transform":
        return Transform(
            "",
            options.clip,
            mirror=options.mirror,
            speed=options.speed,
            seconds=options.seconds,
            loop=options.loop,
            in_place=options.in_place,
            cleanup=options.cleanup,
        )
    from .output import part_sentences

    shared: dict[str, Any] = {
        "parts": part_sentences(options.part),
        **{
            name: getattr(options, name)
            for name in ("seed", "samples", "refiner", "steps", "guidance", "sampler", "cleanup")
        },
    }
    if options.command == "vary":
        return Vary("", options.clip, options.strength, options.prompt, **shared)
    return Timeline(
        "", tuple(read_strips(Path(options.strips))), path=read_path(options.path), loop=options.loop, **shared
    )


def _targets(output_path: Path, samples: int, sources: Sequence[Path]) -> tuple[Path, ...]:
    from . import output

    paths = output.sample_paths(output_path, samples)
    for path in paths:
        output.check_target(path)
        if any(path.exists() and source.exists() and path.samefile(source) for source in sources):
            raise RequestError(f"{path} is the clip itself; choose another output")
    return paths


def _made(
    request: Timeline | Vary | Mix | Transform, options: argparse.Namespace, sources: Sequence[Path], report: Report
) -> Result:
    from . import clips

    given = [clips.read(source) for source in sources]

    def progress(step: Progress) -> None:
        report({"event": "progress", "stage": step.stage, "step": step.step, "steps": step.steps})

    from . import directing

    if isinstance(request, Transform):
        return directing.transformed(request, given[0]).result
    from .checkpoints import find_pack
    from .generation import language_model
    from .pipeline import Pipeline

    progress(Progress("", "load"))
    pipeline = Pipeline.open(find_pack(options.model), options.device)
    if isinstance(request, Mix):
        return directing.mix(pipeline, request, *given)
    llm = language_model() if request.refiner == "llm" else None
    if isinstance(request, Vary):
        return directing.vary(pipeline, request, given[0], progress, llm=llm)
    return directing.timeline(pipeline, request, progress, llm=llm)


def _search(options: argparse.Namespace, report: Report) -> int:
    from . import searching
    from .protocol.messages import Search

    if options.most < 1:
        raise RequestError(f"--most must be at least 1, not {options.most}")
    wanted = searching.files([Path(path) for path in options.paths])
    request = Search("", options.text, tuple(clip.name for clip in wanted))
    found = searching.Library().rank(request.text, wanted)
    if options.json:
        report(
            {
                "event": "ranked",
                "clips": [
                    {"file": name, "score": score} for name, score in zip(found.names, found.scores, strict=True)
                ][: options.most],
                "skipped": list(found.skipped),
            }
        )
        return 0
    for name, score in list(zip(found.names, found.scores, strict=True))[: options.most]:
        print(f"{score:6.3f}  {name}")
    for sentence in found.skipped:
        print(f"skipped {sentence}", file=sys.stderr)
    return 0
