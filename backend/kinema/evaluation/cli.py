"""`kinema evaluate`: the suite through the pipeline, one table and one contact sheet; `--style`: style transfer."""

import argparse
import json
import sys
from pathlib import Path

from ..checkpoints import find_pack
from ..errors import InputError, KinemaError
from ..pipeline import Pipeline
from ..protocol.messages import REFINERS, Generate
from ..protocol.motion import Motion
from . import contact_sheet
from .real_clips import load
from .report import Generator, Report, evaluate, to_json, to_markdown
from .suite import SUITE


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    p = argparse.ArgumentParser(prog="kinema evaluate", description=__doc__)
    p.add_argument("--model", help="name or folder of the model pack (default: the shipped one)")
    p.add_argument("--seeds", type=int, default=2, help="clips for each prompt")
    p.add_argument(
        "--out", type=Path, default=Path("evaluation"), help="folder for report.json, report.md, contact_sheet.png"
    )
    p.add_argument("--set", type=Path, help="packed set of real clips: adds chance, validity and real physical figures")
    p.add_argument("--refiner", choices=REFINERS, default="lexicon")
    p.add_argument("--device", default="auto")
    p.add_argument("--only", default="", help="comma-separated predicate names; all when empty")
    p.add_argument("--no-cleanup", action="store_true", help="measure the network's own motion, feet not locked")
    return p


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 done, 1 failed, 2 unusable input, with one sentence on stderr."""
    given = sys.argv[1:] if argv is None else argv
    if "--style" in given:
        from .style import cli as style

        return style.main([word for word in given if word != "--style"])
    arguments = parser().parse_args(given)
    try:
        return _run(arguments)
    except KinemaError as error:
        print(f"kinema evaluate: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1


def _run(arguments: argparse.Namespace) -> int:
    if arguments.seeds < 1:
        raise InputError("--seeds must be at least 1")
    wanted = [name.strip() for name in arguments.only.split(",") if name.strip()]
    unknown = sorted(set(wanted) - {predicate.name for predicate in SUITE})
    if unknown:
        raise InputError(f"no predicate is called {', '.join(unknown)}; see kinema/evaluation/suite/")
    suite = [predicate for predicate in SUITE if not wanted or predicate.name in wanted]
    clips = load(arguments.set) if arguments.set else []
    pack = find_pack(arguments.model)
    generate = pipeline_generator(Pipeline.open(pack, arguments.device), arguments.refiner, not arguments.no_cleanup)
    report = evaluate(generate, suite, arguments.seeds, clips, lambda line: print(line, file=sys.stderr))
    write(report, arguments.out, f"{pack.name} {pack.version}")
    print((arguments.out / "report.md").read_text(encoding="utf-8"))
    return 0


def pipeline_generator(pipeline: Pipeline, refiner: str, cleanup: bool) -> Generator:
    """(prompt, seconds, seed) -> motion, the way every other entry point asks for it."""

    def generate(prompt: str, seconds: float, seed: int) -> Motion:
        request = Generate(id="evaluate", prompt=prompt, seconds=seconds, seed=seed, refiner=refiner, cleanup=cleanup)
        return pipeline.generate(request, lambda progress: None, lambda: False).motions[0]

    return generate


def write(report: Report, out: Path, title: str, rows: int = 60) -> None:
    """report.json, report.md and contact_sheet.png into the folder `out`, made where it is missing."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(to_json(report), indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(to_markdown(report, title), encoding="utf-8")
    first = [trial for trial in report.trials if trial.seed == 0][:rows]
    sheet = [(f"{'✓' if t.success else '✗'} {t.prompt}", t.motion) for t in first]
    contact_sheet.save(sheet, out / "contact_sheet.png")
