"""`kinema edit`, `kinema fill` and `kinema direct`: change a part of a clip, fill in between poses, lead a motion."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .errors import RequestError
from .path_option import add_path, number, read_path
from .protocol.messages import GOAL_JOINTS, PARTS, Edit, Progress
from .reporting import Report

COMMANDS = ("edit", "fill", "direct")


def add_commands(
    commands: Any,
    *,
    weights: argparse.ArgumentParser,
    events: argparse.ArgumentParser,
    common: argparse.ArgumentParser,
) -> None:
    """The three commands among the command line's."""
    made = sampling_options()
    shared = [made, weights, events, common]
    edit = commands.add_parser("edit", parents=shared, help="make a span or body parts of a clip anew, keep the rest")
    _add_clip(edit)
    edit.add_argument("--span", metavar="FIRST:LAST", help="frames of the clip that may change (default: all)")
    edit.add_argument("--parts", default="", metavar="NAMES", help=f"parts that may change: {','.join(PARTS)}")
    edit.add_argument("--prompt", default="", help="what happens there")
    _add_leading(edit)

    fill = commands.add_parser("fill", parents=shared, help="keep some frames of a clip as poses and fill in the rest")
    _add_clip(fill)
    fill.add_argument("--keys", required=True, metavar="FRAMES", help="frames that stay, such as 0,30,60")
    fill.add_argument("--span", metavar="FIRST:LAST", help="frames outside stay too (default: none)")
    fill.add_argument("--prompt", default="", help="what happens in between")

    direct = commands.add_parser("direct", parents=shared, help="a fresh motion along a path, hands at goals")
    direct.add_argument("prompt", nargs="?", default="", help="what the character does")
    direct.add_argument("--seconds", type=float, help="length (default: the path's, or 4)")
    _add_leading(direct)


def run(options: argparse.Namespace, report: Report) -> int:
    """Any of them. Returns the exit code; raises what reading, editing and writing raise."""
    from . import clips, output
    from .checkpoints import find_pack
    from .generation import language_model

    source = Path(options.clip) if options.command != "direct" else None
    request = _request(options, source)
    paths = output.sample_paths(Path(options.output), request.samples)
    for path in paths:
        output.check_target(path)
        if source is not None and path.exists() and source.exists() and path.samefile(source):
            raise RequestError(f"{path} is the clip itself; choose another output")
    clip = None if source is None else clips.read(source)

    def progress(step: Progress) -> None:
        report({"event": "progress", "stage": step.stage, "step": step.step, "steps": step.steps})

    progress(Progress("", "load"))
    from .pipeline import Pipeline

    llm = language_model() if request.refiner == "llm" else None
    result = Pipeline.open(find_pack(options.model), options.device).edit(request, clip, progress, llm=llm)
    for sample, (path, motion) in enumerate(zip(paths, result.motions, strict=True)):
        origin = output.edit_provenance(request, sample, result.parts, result.pack, result.settings)
        output.write_motion(path, motion, origin)
    report(
        {
            "event": "done",
            "files": [str(path) for path in paths],
            "parts": dict(result.parts),
            "warnings": list(result.warnings),
            "pack": dict(result.pack),
            "errors": list(result.settings["errors"]),
            "seconds_taken": result.seconds_taken,
        }
    )
    if not options.json:
        for measured in result.settings["errors"]:
            if measured:
                print(json.dumps(measured), file=sys.stderr)
    return 0


def sampling_options() -> argparse.ArgumentParser:
    """Options of everything that is sampled and written."""
    made = argparse.ArgumentParser(add_help=False)
    made.add_argument("-o", "--output", default="out.npz", help=".npz (AMASS) or .bvh (default out.npz)")
    made.add_argument("--samples", type=int, default=1, help="variants; their files are numbered (default 1)")
    made.add_argument("--seed", type=int, default=0, help="same seed, same motion (default 0)")
    made.add_argument("--refiner", default="lexicon", help="none, lexicon (default) or llm")
    made.add_argument("--part", action="append", default=[], metavar='NAME="TEXT"', help="say what one part does")
    made.add_argument("--steps", type=int, help="sampling steps; the default is the model pack's")
    made.add_argument("--guidance", type=float, help="how strictly the prompt is followed")
    made.add_argument("--sampler", help="the default is the model pack's")
    made.add_argument("--no-cleanup", dest="cleanup", action="store_false", help="leave feet as sampled")
    return made


def _add_clip(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("clip", metavar="CLIP", help="any humanoid's .bvh, .amc, .npz, .glb or .gltf")


def _add_leading(parser: argparse.ArgumentParser) -> None:
    add_path(parser)
    parser.add_argument(
        "--goal",
        action="append",
        default=[],
        metavar="JOINT@S=X,Y,Z",
        help=f"such as right_wrist@1.6=0.3,1.2,0.4; joints: {', '.join(GOAL_JOINTS)}; repeatable",
    )


def _request(options: argparse.Namespace, source: Path | None) -> Edit:
    from .output import part_sentences

    return Edit(
        id="",
        prompt=options.prompt,
        clip="" if source is None else source.name,
        span=read_span(getattr(options, "span", None)),
        body_parts=tuple(_words(getattr(options, "parts", ""))),
        keys=tuple(_frame(word) for word in _words(getattr(options, "keys", ""))),
        path=read_path(getattr(options, "path", "")),
        goals=tuple(read_goal(text) for text in getattr(options, "goal", [])),
        seconds=getattr(options, "seconds", None),
        parts=part_sentences(options.part),
        refiner=options.refiner,
        seed=options.seed,
        samples=options.samples,
        steps=options.steps,
        guidance=options.guidance,
        sampler=options.sampler,
        cleanup=options.cleanup,
    )


def read_span(text: str | None) -> tuple[int, ...]:
    """ "30:75" -> (30, 75), None -> (). Raises RequestError."""
    if text is None:
        return ()
    first, colon, last = text.partition(":")
    if not colon:
        raise RequestError(f"--span {text[:40]!r} is not usable; write first:last, such as 30:75")
    return _frame(first), _frame(last)


def read_goal(text: str) -> tuple[str | float, ...]:
    """ "right_wrist@1.6=0.3,1.2,0.4" -> (joint, seconds, x, y, z). Raises RequestError."""
    left, equals, right = text.partition("=")
    joint, at, moment = left.partition("@")
    values = right.split(",")
    if not (equals and at and len(values) == 3):
        raise RequestError(f"--goal {text[:80]!r} is not usable; write joint@seconds=x,y,z")
    return (joint.strip(), *(number(value, "--goal", text) for value in (moment, *values)))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _frame(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RequestError(f"{text[:40]!r} is no frame; frames are whole numbers from 0") from None
