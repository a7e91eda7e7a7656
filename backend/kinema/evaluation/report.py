"""One evaluation of a generator: the suite's shares, the physical figures, and both as JSON and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from ..protocol.motion import Motion
from .physical import physical_report
from .predicates import Predicate
from .real_clips import RealClip
from .validation import Validity, validate

Generator = Callable[[str, float, int], Motion]
"""(prompt, seconds, seed) -> motion."""


@dataclass(frozen=True, eq=False)
class Trial:
    """One generated clip and what its predicate says."""

    predicate: str
    prompt: str
    seed: int
    margin: float
    motion: Motion = field(repr=False)

    @property
    def success(self) -> bool:
        return self.margin > 0.0


@dataclass(frozen=True, eq=False)
class Report:
    """The result of `evaluate`. `validity` and the real figures are empty without real clips."""

    trials: tuple[Trial, ...]
    generated: dict[str, float]
    real: dict[str, float]
    validity: tuple[Validity, ...]

    @property
    def success(self) -> float:
        """Share of prompts' clips whose meaning is there, each predicate weighing the same."""
        return float(np.mean([share for _, share in self.shares()]))

    @property
    def chance(self) -> float:
        """The same predicates on random real clips; NaN without real clips."""
        known = [row.chance for row in self.validity if row.chance_clips]
        return float(np.mean(known)) if known else float("nan")

    def shares(self) -> list[tuple[str, float]]:
        """(predicate, share of its trials that succeed), in the suite's order."""
        names = list(dict.fromkeys(trial.predicate for trial in self.trials))
        return [(name, float(np.mean([t.success for t in self.trials if t.predicate == name]))) for name in names]


def evaluate(
    generate: Generator,
    suite: Sequence[Predicate],
    seeds: int,
    clips: Sequence[RealClip] = (),
    progress: Callable[[str], None] = lambda line: None,
) -> Report:
    """Generate every prompt of `suite` with `seeds` seeds, read it with its predicate, measure everything.

    With real `clips`, the same predicates are validated on them and the same physical figures stand beside.
    """
    trials = []
    for number, predicate in enumerate(suite):
        for prompt in predicate.prompts:
            for seed in range(seeds):
                motion = generate(prompt, predicate.seconds, seed)
                trials.append(Trial(predicate.name, prompt, seed, predicate.margin(motion), motion))
        good = [trial.success for trial in trials if trial.predicate == predicate.name]
        progress(f"{number + 1}/{len(suite)} {predicate.name}: {sum(good)} of {len(good)}")
    return Report(
        trials=tuple(trials),
        generated=physical_report([trial.motion for trial in trials]),
        real=physical_report(_sample(clips)) if clips else {},
        validity=tuple(validate(suite, clips)) if clips else (),
    )


def _sample(clips: Sequence[RealClip], most: int = 400) -> list[Motion]:
    """Captured clips, at most `most` of them, the same ones every time."""
    captured = [clip.motion for clip in clips if not clip.keyed]
    order = np.random.default_rng(0).permutation(len(captured))[:most]
    return [captured[i] for i in order]


def to_json(report: Report) -> dict[str, object]:
    """Everything but the motions, in JSON's types; NaN becomes None."""
    return {
        "success": report.success,
        "chance": _plain(report.chance),
        "trials": [
            {
                "predicate": t.predicate,
                "prompt": t.prompt,
                "seed": t.seed,
                "success": t.success,
                "margin": round(t.margin, 3),
            }
            for t in report.trials
        ],
        "physical": {
            "generated": {name: _plain(value) for name, value in report.generated.items()},
            "real": {name: _plain(value) for name, value in report.real.items()},
        },
        "validity": [{name: _plain(value) for name, value in asdict(row).items()} for row in report.validity],
    }


def to_markdown(report: Report, title: str) -> str:
    """The tables that a model card shows."""
    validity = {row.name: row for row in report.validity}
    lines = [
        f"# {title}",
        "",
        f"Meaning read off the joints: **{report.success:.3f}** of {len(report.trials)} clips "
        f"({len(report.shares())} predicates, each weighing the same); "
        f"random real clips: {_figure(report.chance)}.",
        "",
        "| predicate | generated | chance | true positive on labelled real clips (N) |",
        "|---|---|---|---|",
    ]
    for name, share in report.shares():
        row = validity.get(name)
        real = f"{_figure(row.true_positive)} ({row.labelled})" if row else "–"
        lines.append(f"| {name} | {share:.2f} | {_figure(row.chance) if row else '–'} | {real} |")
    lines += ["", "| physical figure | generated | real |", "|---|---|---|"]
    lines += [
        f"| {name} | {_figure(value)} | {_figure(report.real.get(name, float('nan')))} |"
        for name, value in report.generated.items()
    ]
    return "\n".join(lines) + "\n"


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _figure(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.3g}"
