"""`kinema evaluate`: the prompt suite through the pipeline, one table and one contact sheet.

With --text-motion a second table compares captured clips, retrieval, the auto-encoder, the generator whole and with
parts of its conditions withheld, and further packs (--also). With --style style transfer is measured instead, with
--edit editing.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..checkpoints import Pack, find_pack
from ..errors import InputError, KinemaError
from ..matching.judge import Judge
from ..pipeline import Pipeline
from ..protocol.messages import MAX_SAMPLES, REFINERS
from ..training.packed import PackedSet
from . import comparison, contact_sheet
from .predicates import Predicate
from .real_clips import load
from .report import Report, Trial, evaluate, to_json, to_markdown
from .suite import HALVES, SUITE, half
from .systems import Generated


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    p = argparse.ArgumentParser(prog="kinema evaluate", description=__doc__)
    p.add_argument("--model", help="name or folder of the model pack (default: the shipped one)")
    p.add_argument("--seeds", type=int, default=4, help="clips for each prompt of the suite (default 4)")
    p.add_argument("--half", choices=HALVES, default="all", help="choose settings on dev, report them on held")
    p.add_argument("--only", action="append", default=[], metavar="NAME", help="this predicate alone; repeatable")
    p.add_argument("--set", type=Path, help="packed set of real clips: adds chance, validity and real physical figures")
    p.add_argument(
        "--no-validation", action="store_true", help="with --set: do not read the suite off real clips again"
    )
    p.add_argument(
        "--out", type=Path, default=Path("evaluation"), help="folder for report.json, report.md, contact_sheet.png"
    )
    p.add_argument("--sheet", type=int, default=40, metavar="N", help="prompts on the contact sheet (default 40)")
    p.add_argument("--device", default="auto")
    sampling = p.add_argument_group("sampling (default: the pack's own)")
    sampling.add_argument("--refiner", choices=REFINERS, default="lexicon")
    sampling.add_argument("--sampler")
    sampling.add_argument("--steps", type=int)
    sampling.add_argument("--guidance", type=float)
    sampling.add_argument("--no-cleanup", action="store_true", help="the network's own motion, feet not locked")
    table = p.add_argument_group("text-motion figures")
    table.add_argument("--text-motion", action="store_true", help="add the comparison table; needs --set")
    table.add_argument("--also", action="append", default=[], metavar="PACK", help="a further row of it; repeatable")
    table.add_argument("--judge", help="name or folder of the evaluator's pack (default: the shipped one)")
    table.add_argument("--takes", type=int, default=2, help="sentences a validation clip (default 2)")
    table.add_argument("--repeats", type=int, default=20, help="repeats behind the intervals (default 20)")
    table.add_argument("--clips", type=int, default=0, metavar="N", help="validation clips at most (default: all)")
    return p


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 done, 1 failed, 2 unusable input, with one sentence on stderr."""
    given = sys.argv[1:] if argv is None else argv
    if "--style" in given:
        from .style import cli as style

        return style.main([word for word in given if word != "--style"])
    if "--edit" in given:
        from . import edit_cli

        return edit_cli.main([word for word in given if word != "--edit"])
    arguments = parser().parse_args(given)
    try:
        return _run(arguments)
    except KinemaError as error:
        print(f"kinema evaluate: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1


def _run(arguments: argparse.Namespace) -> int:
    suite = _checked(arguments)
    clips = load(arguments.set) if arguments.set else []
    pack = find_pack(arguments.model)
    others = [find_pack(name) for name in arguments.also]
    judge = Judge.open(arguments.judge) if arguments.text_motion else None
    system = Generated(
        Pipeline.open(pack, arguments.device),
        "full",
        arguments.refiner,
        not arguments.no_cleanup,
        arguments.sampler,
        arguments.steps,
        arguments.guidance,
    )
    report = evaluate(system, suite, arguments.seeds, clips, _say, not arguments.no_validation)
    title = _title(pack) if arguments.half == "all" else f"{_title(pack)}, half {arguments.half!r} of the suite"
    write(report, arguments.out, title, arguments.sheet)
    if judge is not None:
        task = comparison.Task(
            judge,
            PackedSet(arguments.set),
            suite,
            arguments.seeds,
            arguments.takes,
            arguments.repeats,
            arguments.clips,
        )
        pipelines = {_title(other): Pipeline.open(other, arguments.device) for other in others}
        add_comparison(comparison.compare(task, system, report, pipelines, _say), arguments.out)
    print((arguments.out / "report.md").read_text(encoding="utf-8"))
    return 0


def _checked(arguments: argparse.Namespace) -> tuple[Predicate, ...]:
    """The suite that is asked for. Raises InputError for arguments that cannot be used together."""
    if not 1 <= arguments.seeds <= MAX_SAMPLES:
        raise InputError(f"--seeds must be a number from 1 to {MAX_SAMPLES}")
    if min(arguments.takes, arguments.repeats, arguments.sheet) < 1:
        raise InputError("--takes, --repeats and --sheet must be at least 1")
    if arguments.text_motion and not arguments.set:
        raise InputError("--text-motion compares with real clips; name a packed set with --set")
    if arguments.also and not arguments.text_motion:
        raise InputError("--also adds rows to the comparison table; give --text-motion too")
    wanted = set(arguments.only)
    unknown = sorted(wanted - {predicate.name for predicate in SUITE})
    if unknown:
        raise InputError(f"no predicate is called {', '.join(unknown)}; see kinema/evaluation/suite/")
    suite = half([predicate for predicate in SUITE if not wanted or predicate.name in wanted], arguments.half)
    if not suite:
        raise InputError(f"none of these predicates has a prompt in half {arguments.half!r}; use --half all")
    return suite


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _title(pack: Pack) -> str:
    return f"{pack.name} {pack.version} ({pack.sha256[:8]})"


def write(report: Report, out: Path, title: str, rows: int = 40) -> None:
    """report.json, report.md and contact_sheet.png into the folder `out`, made where it is missing."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(to_json(report), indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(to_markdown(report, title), encoding="utf-8")
    sheet = [(f"{'✓' if t.success else '✗'} {t.prompt}", t.motion) for t in sheet_rows(report.trials, rows)]
    contact_sheet.save(sheet, out / "contact_sheet.png")


def sheet_rows(trials: Sequence[Trial], most: int) -> list[Trial]:
    """First seeds, at most `most` of them, spread evenly over the suite."""
    first = [trial for trial in trials if trial.seed == 0]
    return [first[k] for k in np.unique(np.linspace(0, len(first) - 1, min(most, len(first))).round().astype(int))]


def add_comparison(result: comparison.Comparison, out: Path) -> None:
    """comparison.json beside the report, and its table at the end of report.md."""
    (out / "comparison.json").write_text(json.dumps(comparison.to_json(result), indent=1) + "\n", encoding="utf-8")
    with (out / "report.md").open("a", encoding="utf-8") as file:
        file.write("\n" + comparison.to_markdown(result))
