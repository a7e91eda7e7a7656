"""The command line. Never a traceback unless --debug.

Exit codes: 0 done, 1 failed, 2 unusable input, 3 some jobs of a batch failed, 4 the disk is full or read-only,
130 interrupted.

Nothing heavy is imported before a command's arguments are known to be usable.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import __version__
from .errors import InputError, RequestError, StorageError
from .faults import explain
from .reporting import Report, reporter

DELEGATES = {
    ("data", "prepare"): "kinema.training.prepare",
    ("data", "prepare-humanml"): "kinema.training.humanml",
    ("train",): "kinema.training.cli",
    ("evaluate",): "kinema.evaluation.cli",
}
"""Commands whose module's own `main(arguments) -> exit code` reads the rest of the line. Imported by name when asked
for, so that nobody who only generates imports them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; a fault is one sentence on stderr."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = words[:1] == ["--debug"]
    report: Report | None = None
    try:
        rest = words[1:] if debug else words
        for name, module in DELEGATES.items():
            if tuple(rest[: len(name)]) == name:
                return importlib.import_module(module).main(rest[len(name) :]) or 0
        options = _parser().parse_args(words)
        debug = debug or options.debug
        report = reporter(options.json) if hasattr(options, "json") else None
        return _run(options, report or reporter(False))
    except KeyboardInterrupt:
        print("kinema: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read stdout has had enough; the interpreter would complain once more when it flushes on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except Exception as error:
        if debug:
            traceback.print_exc()
        known = explain(error)
        sentence = " ".join(str(known).split())
        if report is not None and options.json:
            report({"event": "failed", "kind": type(known).__name__, "message": sentence})
        print(f"kinema: {sentence}", file=sys.stderr)
        return 2 if isinstance(known, InputError) else 4 if isinstance(known, StorageError) else 1


def _run(options: argparse.Namespace, report: Report) -> int:
    from . import edit_commands, style_commands, timeline_commands

    match options.command:
        case "generate":
            return _generate(options, report)
        case "batch":
            return _batch(options, report)
        case command if command in edit_commands.COMMANDS:
            return edit_commands.run(options, report)
        case command if command in timeline_commands.COMMANDS:
            return timeline_commands.run(options, report)
        case "stylize":
            return style_commands.stylize(options)
        case "styles":
            return style_commands.styles(options)
        case "models":
            return _models(options.json)
        case "convert":
            return _convert(Path(options.clip), Path(options.output))
        case "actions":
            return _actions(options.json)
        case "serve":
            from . import serve

            return serve.serve(serve.pipeline_work(options.model, options.device), serve.pipeline_answer(options.model))
        case "demo":
            from . import demo
            from .protocol.messages import Generate

            request = Generate(id="", prompt=options.prompt, **_request_options(options))
            return demo.run(request, Path(options.out), model=options.model, device=options.device, report=report)
        case "doctor":
            from . import doctor

            return doctor.run(options.model, options.device, report if options.json else None)
        case _:
            raise RequestError(
                "say what to do with data: kinema data prepare SOURCE OUT, or kinema data prepare-humanml FOLDER OUT"
            )


def _batch(options: argparse.Namespace, report: Report) -> int:
    from . import batch
    from .farm.jobs import read_jobs

    if not 1 <= options.jobs_at_once <= 64:
        raise RequestError(f"--jobs must be from 1 to 64, not {options.jobs_at_once}")
    if options.time_limit is not None and not options.time_limit > 0:
        raise RequestError(f"--time-limit must be a positive number of seconds, not {options.time_limit:g}")
    if options.blend is not None and not Path(options.blend).is_file():
        raise RequestError(f"the file {options.blend} does not exist; check --blend")
    settings = batch.Options(
        model=options.model,
        device=options.device,
        resume=options.resume,
        workers=options.jobs_at_once,
        time_limit=options.time_limit,
        blend=Path(options.blend).resolve() if options.blend is not None else None,
        blender_command=options.blender_command,
        debug=options.debug,
    )
    work = batch.check if options.dry_run else batch.run
    return work(read_jobs(Path(options.jobs)), Path(options.out), settings, report)


def _generate(options: argparse.Namespace, report: Report) -> int:
    from . import output
    from .protocol.messages import Generate, Progress

    request = Generate(
        id="", prompt=options.prompt, samples=options.samples, action=options.action, **_request_options(options)
    )
    if request.action is not None:
        from .refine.actions import find_action

        find_action(request.action)
    paths = output.sample_paths(Path(options.output), request.samples)
    for path in paths:
        output.check_target(path)
    from .checkpoints import find_pack
    from .generation import never, open_generation

    def progress(step: Progress) -> None:
        report({"event": "progress", "stage": step.stage, "step": step.step, "steps": step.steps})

    progress(Progress("", "load"))
    result = open_generation(find_pack(options.model), options.device)(request, progress, never)
    for sample, (path, motion) in enumerate(zip(paths, result.motions, strict=True)):
        output.write_motion(path, motion, output.provenance(request, sample, result.parts, result.pack))
    report(
        {
            "event": "done",
            "files": [str(path) for path in paths],
            "parts": dict(result.parts),
            "warnings": list(result.warnings),
            "pack": dict(result.pack),
            "seconds_taken": result.seconds_taken,
        }
    )
    return 0


def _actions(as_json: bool) -> int:
    import json

    from .refine.actions import actions

    for action in actions().values():
        row = {"action": action.label, "prompt": action.prompt, "parts": dict(action.parts)}
        print(json.dumps(row) if as_json else f"{action.label:24} {action.prompt}")
    return 0


def _models(as_json: bool) -> int:
    import json

    from .checkpoints import DEFAULT_PACK, model_packs

    for pack in model_packs():
        default = pack.name == DEFAULT_PACK
        if as_json:
            size = {"bytes": pack.size, "styles": pack.styles, "folder": str(pack.folder), "default": default}
            print(json.dumps(pack.provenance() | size))
            continue
        styles = f"{len(pack.styles)} styles" if pack.styles else "no styles"
        facts = (f"{pack.version}", f"{pack.size / 1e6:.0f} MB", styles, f"{pack.licence}: {pack.use}")
        print(f"{pack.name:16} {', '.join(facts)}" + (" (the default)" if default else ""))
    return 0


def _convert(source: Path, target: Path) -> int:
    from . import formats, output, retarget

    output.check_target(target)
    if target.exists() and source.exists() and target.samefile(source):
        raise RequestError(f"{target} is the clip itself; choose another output")
    motion = retarget.to_smpl(formats.read_clip(source))
    output.write_motion(target, motion, {"version": __version__, "source": source.name})
    print(target)
    return 0


def _request_options(options: argparse.Namespace) -> dict[str, Any]:
    """The fields of Generate that `generate` and `demo` share. Raises RequestError for a malformed --part."""
    from . import output, style_commands

    return {
        "seconds": options.seconds,
        "seed": options.seed,
        "refiner": options.refiner,
        "parts": output.part_sentences(options.part),
        "steps": options.steps,
        "guidance": options.guidance,
        "sampler": options.sampler,
        "cleanup": options.cleanup,
        **style_commands.fields(options),
    }


def _motion_options(seconds: float) -> argparse.ArgumentParser:
    """The options of one motion, `seconds` long unless said."""
    from . import style_commands

    motion = argparse.ArgumentParser(add_help=False)
    motion.add_argument("--seconds", type=float, default=seconds, help=f"length, 0.5 to 10 (default {seconds:g})")
    motion.add_argument("--seed", type=int, default=0, help="same seed, same motion (default 0)")
    motion.add_argument("--refiner", default="lexicon", help="none, lexicon (default) or llm")
    motion.add_argument(
        "--part", action="append", default=[], metavar='NAME="TEXT"', help="say what one part does; repeatable"
    )
    motion.add_argument("--steps", type=int, help="sampling steps; the default is the model pack's")
    motion.add_argument(
        "--guidance", type=float, help="how strictly the prompt is followed; the default is the model pack's"
    )
    motion.add_argument("--sampler", help="the default is the model pack's")
    motion.add_argument("--no-cleanup", dest="cleanup", action="store_false", help="leave feet and ground as sampled")
    style_commands.add_options(motion)
    return motion


def _parser() -> argparse.ArgumentParser:
    from . import edit_commands, style_commands, timeline_commands

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show tracebacks")
    weights = argparse.ArgumentParser(add_help=False)
    weights.add_argument("--model", metavar="NAME|FOLDER", help="model pack (see kinema models); default kinema-base")
    weights.add_argument("--device", default="auto", help="auto (the default), cpu, cuda, mps ...")
    events = argparse.ArgumentParser(add_help=False)
    events.add_argument("--json", action="store_true", help="one JSON event a line on stdout")
    motion = _motion_options(4.0)

    parser = argparse.ArgumentParser(prog="kinema", description="Text to character motion.", parents=[common])
    parser.set_defaults(debug=False)
    parser.add_argument("--version", action="version", version=f"kinema {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    generate = commands.add_parser(
        "generate", parents=[motion, weights, events, common], help="a prompt to a motion file"
    )
    generate.add_argument(
        "prompt", nargs="?", default="", help="what the character does; may be left out beside --part or --action"
    )
    generate.add_argument("--action", help="a label such as wave-left-hand in place of a prompt; see kinema actions")
    generate.add_argument("--samples", type=int, default=1, help="variants; their files are numbered (default 1)")
    generate.add_argument("-o", "--output", default="out.npz", help=".npz (AMASS) or .bvh (default out.npz)")

    batch = commands.add_parser(
        "batch", parents=[weights, events, common], help="a file of jobs to a folder of motions"
    )
    batch.add_argument(
        "jobs",
        metavar="JOBS",
        help='.csv, or .jsonl with lines such as {"name": "walk", "prompt": "..."}',
    )
    batch.add_argument("--out", required=True, metavar="DIR", help="folder for NAME.npz ...; made when missing")
    batch.add_argument("--resume", action="store_true", help="leave out what is finished and whole")
    batch.add_argument("--dry-run", action="store_true", help="check every line and the files it names, make nothing")
    batch.add_argument(
        "--jobs", dest="jobs_at_once", type=int, default=1, metavar="N", help="jobs that Blender works on at once"
    )
    batch.add_argument("--time-limit", type=float, metavar="SECONDS", help="for each job; it fails beyond it")
    batch.add_argument("--blend", metavar="FILE", help=".blend file for the jobs that name none")
    batch.add_argument(
        "--blender-command", default="", metavar="COMMAND", help="such as: blender -b --command kinema (default: found)"
    )

    actions = commands.add_parser("actions", parents=[common], help="the labels that --action takes")
    actions.add_argument("--json", action="store_true", help="one JSON object a line, with the part sentences")

    models = commands.add_parser("models", parents=[common], help="the model packs that --model takes")
    models.add_argument("--json", action="store_true", help="one JSON object a line, with sha256 and licence")

    convert = commands.add_parser("convert", parents=[common], help="a clip of any humanoid to SMPL")
    convert.add_argument("clip", metavar="CLIP", help=".bvh, .amc, .npz, .glb or .gltf")
    convert.add_argument("-o", "--output", required=True, help=".npz (AMASS) or .bvh")

    style_commands.add_commands(commands, weights=weights, common=common)
    edit_commands.add_commands(commands, weights=weights, events=events, common=common)
    made = edit_commands.sampling_options()
    timeline_commands.add_commands(commands, weights=weights, events=events, common=common, made=made)

    commands.add_parser(
        "serve", parents=[weights, common], help="the backend of the Blender add-on, on stdin and stdout"
    )

    demo = commands.add_parser(
        "demo", parents=[_motion_options(6.0), weights, events, common], help="prompt to .npz, .blend, .mp4, .png"
    )
    demo.add_argument("--prompt", default="an old man limps forward, then waves with his left hand")
    demo.add_argument("--out", default="out", metavar="DIR", help="folder; made when missing (default out)")

    doctor = commands.add_parser("doctor", parents=[weights, common], help="a report of what works and what to do")
    doctor.add_argument("--json", action="store_true", help="the report as JSON")

    for name, text in (
        ("data", "data prepare SOURCE OUT, data prepare-humanml FOLDER OUT: motion capture to a training set"),
        ("train", "train the networks; see kinema train --help"),
        ("evaluate", "measure a model pack; see kinema evaluate --help"),
    ):
        commands.add_parser(name, help=text)
    return parser
