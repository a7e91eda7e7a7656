"""One table: captured clips, retrieval, the auto-encoder, the generator whole and with parts withheld, other packs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from ..matching.judge import Judge
from ..pipeline import Pipeline
from ..training.packed import PackedSet
from . import text_motion
from .metrics import bootstrap
from .predicates import Predicate
from .report import SHARES, Generator, Report, Share, trials_of
from .systems import Generated, Retrieval, reconstructed

NO_SHARES = dict.fromkeys(SHARES, Share(float("nan"), float("nan"), float("nan"), 0))


@dataclass(frozen=True)
class Row:
    """One line: figure -> (mean, half of the 95 % interval), NaN where it makes no sense; shares of the suite."""

    name: str
    figures: Mapping[str, tuple[float, float]]
    shares: Mapping[str, Share] = field(default_factory=lambda: NO_SHARES)


@dataclass(frozen=True)
class Comparison:
    """Rows at the same `clips`; `same_source`: FID of two disjoint draws of as many train clips."""

    rows: tuple[Row, ...]
    clips: int
    takes: int
    repeats: int
    seeds: int
    same_source: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Task:
    """What every row is measured on."""

    judge: Judge
    packed: PackedSet
    suite: Sequence[Predicate]
    seeds: int
    takes: int = 2
    repeats: int = 20
    most: int = 0


def compare(
    task: Task, main: Generated, report: Report, others: Mapping[str, Pipeline], say: Callable[[str], None]
) -> Comparison:
    """Measure all rows. `report`: the suite's of `main`, which needs no second run; `others`: further packs by name."""
    test = text_motion.held_out_set(task.packed, task.takes, task.most)
    real = text_motion.read_real(task.judge, test.motions, test.texts)
    train = text_motion.read_train(task.judge, task.packed, test)
    made = [reconstructed(main.pipeline, motion, main.cleanup) for motion in test.motions]
    figures = text_motion.figures
    rows = [
        Row("ground truth", figures(real, real, task.repeats, distance=False), labelled(report)),
        Row("train clips", figures(train, real, task.repeats)),
        Row("shuffled texts", figures(text_motion.shuffled(real), real, task.repeats, distance=False), chance(report)),
        Row("auto-encoder", figures(text_motion.read_real(task.judge, made, test.texts), real, task.repeats)),
    ]

    def measure(name: str, system: Generator, shares: Mapping[str, Share] | None = None, several: bool = True) -> None:
        reading = text_motion.read_system(
            task.judge, system, test, several=several, progress=lambda line: say(f"{name}: {line}")
        )
        known = shares or suite_shares(system, task.suite, task.seeds)
        rows.append(Row(name, figures(reading, real, task.repeats), known))

    measure("nearest caption's clip", Retrieval(task.packed), several=False)
    measure("generated, full", main, {name: report.share(unseen) for name, unseen in SHARES.items()})
    for name, conditions in (("no refinement: global sentence alone", "global"), ("part sentences alone", "parts")):
        measure(name, withheld(main, conditions))
    for name, pipeline in others.items():
        measure(name, Generated(pipeline, refiner=main.refiner, cleanup=main.cleanup))
    same = text_motion.same_source_fid(train, min(len(test.pairs), len(train.motions) // 2), task.repeats)
    return Comparison(tuple(rows), len(test.pairs), task.takes, task.repeats, task.seeds, same)


def withheld(system: Generated, conditions: str) -> Generated:
    """The same pack and settings with a part of its conditions withheld."""
    return Generated(
        system.pipeline, conditions, system.refiner, system.cleanup, system.sampler, system.steps, system.guidance
    )


def labelled(report: Report) -> Mapping[str, Share]:
    """The suite on captured clips with that label, where the report holds its validation."""
    return _shares(report, {row.name: row.true_positive for row in report.validity if row.labelled})


def chance(report: Report) -> Mapping[str, Share]:
    """The suite on captured clips without that label, where the report holds its validation."""
    return _shares(report, {row.name: row.chance for row in report.validity if row.chance_clips})


def _shares(report: Report, found: Mapping[str, float]) -> Mapping[str, Share]:
    shares = {}
    for name, unseen in SHARES.items():
        values = [found[predicate] for predicate, _ in report.shares(unseen) if predicate in found]
        mean = float(np.mean(values)) if values else float("nan")
        shares[name] = Share(mean, *bootstrap(values), len(values))
    return shares


def suite_shares(system: Generator, suite: Sequence[Predicate], seeds: int) -> dict[str, Share]:
    """SHARES -> the share of the suite that a system shows."""
    report = Report(trials_of(system, suite, seeds), {}, {}, ())
    return {name: report.share(unseen) for name, unseen in SHARES.items()}


def to_markdown(comparison: Comparison) -> str:
    """The table, with what it was measured on below."""
    heads = ["", *text_motion.FIGURES, *(f"suite, {name}" for name in SHARES)]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in comparison.rows:
        cells = [row.name, *(_figure(*row.figures[name]) for name in text_motion.FIGURES)]
        cells += [_share(row.shares[name]) for name in SHARES]
        lines.append("| " + " | ".join(cells) + " |")
    same = "; ".join(f"{name} {_figure(*value)}" for name, value in comparison.same_source.items())
    lines += [
        "",
        f"N = {comparison.clips} validation clips, mirror images included; {comparison.takes} sentences each, "
        f"{comparison.repeats} repeats over takes, clips and pools of 32; ± is half of the 95 % interval of the mean. "
        f"FID is to the validation clips. Two disjoint draws of N train clips: {same}. "
        f"Suite: {comparison.seeds} clips a prompt, bootstrap 95 % interval over predicates in brackets; "
        "of captured clips with that label (ground truth) and without it (shuffled texts).",
    ]
    return "\n".join(lines) + "\n"


def to_json(comparison: Comparison) -> dict[str, object]:
    """The same in JSON's types; NaN becomes None."""
    return _plain(asdict(comparison))  # type: ignore[return-value]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _figure(mean: float, half: float) -> str:
    if not np.isfinite(mean):
        return "–"
    return f"{mean:.3f}" + (f" ±{half:.3f}" if np.isfinite(half) else "")


def _share(share: Share) -> str:
    return "–" if not np.isfinite(share.value) else f"{share.value:.2f} [{share.low:.2f}, {share.high:.2f}]"
