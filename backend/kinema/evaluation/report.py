"""One evaluation of a generator: the suite's shares, the physical figures, and both as JSON and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from ..protocol.motion import Motion
from .metrics import bootstrap
from .physical import physical_report
from .predicates import Predicate
from .real_clips import RealClip
from .validation import Validity, validate

Generator = Callable[[str, float, int, int], Sequence[Motion]]
"""(prompt, seconds, seed, samples) -> as many motions; sample k is that of seed + k."""


SHARES: dict[str, bool | None] = {"all": None, "seen": False, "unseen": True}
"""The three figures of the suite: `unseen` as for `Report.share`."""


@dataclass(frozen=True, eq=False)
class Trial:
    """One generated clip and what its predicate says."""

    predicate: str
    prompt: str
    seed: int
    margin: float
    unseen: bool
    motion: Motion = field(repr=False)

    @property
    def success(self) -> bool:
        return self.margin > 0.0


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval, over `predicates` drawn anew (bootstrap); NaN where there is none."""

    value: float
    low: float
    high: float
    predicates: int


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
        return self.share().value

    def share(self, unseen: bool | None = None) -> Share:
        """`success` with its interval, over all predicates, the unseen ones (True) or the seen ones (False)."""
        groups = [value for _, value in self.shares(unseen)]
        value = float(np.mean(groups)) if groups else float("nan")
        return Share(value, *bootstrap(groups), len(groups))

    @property
    def chance(self) -> float:
        """The same predicates on random real clips; NaN without real clips."""
        known = [row.chance for row in self.validity if row.chance_clips]
        return float(np.mean(known)) if known else float("nan")

    def shares(self, unseen: bool | None = None) -> list[tuple[str, float]]:
        """(predicate, share of its trials that succeed), in the suite's order; `unseen` as for `share`."""
        found: dict[str, list[bool]] = {}
        for trial in self.trials:
            if unseen is None or trial.unseen == unseen:
                found.setdefault(trial.predicate, []).append(trial.success)
        return [(name, float(np.mean(good))) for name, good in found.items()]


def trials_of(
    generate: Generator,
    suite: Sequence[Predicate],
    seeds: int,
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[Trial, ...]:
    """Generate every prompt of `suite` with `seeds` seeds and read it with its predicate."""
    trials: list[Trial] = []
    for number, predicate in enumerate(suite):
        made = [
            Trial(predicate.name, prompt, seed, predicate.margin(motion), predicate.unseen, motion)
            for prompt in predicate.prompts
            for seed, motion in enumerate(generate(prompt, predicate.seconds, 0, seeds))
        ]
        progress(f"{number + 1}/{len(suite)} {predicate.name}: {sum(t.success for t in made)} of {len(made)}")
        trials += made
    return tuple(trials)


def evaluate(
    generate: Generator,
    suite: Sequence[Predicate],
    seeds: int,
    clips: Sequence[RealClip] = (),
    progress: Callable[[str], None] = lambda line: None,
    validation: bool = True,
) -> Report:
    """`trials_of` the suite, and the physical figures of what was generated.

    With real `clips` the same physical figures stand beside, and with `validation` the predicates are tried on them.
    """
    trials = trials_of(generate, suite, seeds, progress)
    return Report(
        trials=trials,
        generated=physical_report([trial.motion for trial in trials]),
        real=physical_report(_sample(clips)) if clips else {},
        validity=tuple(validate(suite, clips)) if clips and validation else (),
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
        "shares": {
            name: {key: _plain(value) for key, value in asdict(report.share(unseen)).items()}
            for name, unseen in SHARES.items()
        },
        "chance": _plain(report.chance),
        "trials": [
            {
                "predicate": t.predicate,
                "prompt": t.prompt,
                "seed": t.seed,
                "unseen": t.unseen,
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
    unseen = {name for name, _ in report.shares(True)}
    lines = [
        f"# {title}",
        "",
        f"Meaning read off the joints: **{report.success:.3f}** of {len(report.trials)} clips "
        f"({len(report.shares())} predicates, each weighing the same); "
        f"random real clips: {_figure(report.chance)}.",
        "",
        "| prompts | predicates | share | 95 % interval |",
        "|---|---|---|---|",
        *(share_line(name, report.share(unseen)) for name, unseen in SHARES.items()),
        "",
        "| predicate | generated | chance | true positive on labelled real clips (N) |",
        "|---|---|---|---|",
    ]
    for name, share in report.shares():
        row = validity.get(name)
        real = f"{_figure(row.true_positive)} ({row.labelled})" if row else "–"
        mark = " (unseen)" if name in unseen else ""
        lines.append(f"| {name}{mark} | {share:.2f} | {_figure(row.chance) if row else '–'} | {real} |")
    lines += ["", "| physical figure | generated | real |", "|---|---|---|"]
    lines += [
        f"| {name} | {_figure(value)} | {_figure(report.real.get(name, float('nan')))} |"
        for name, value in report.generated.items()
    ]
    return "\n".join(lines) + "\n"


def share_line(name: str, share: Share) -> str:
    """One row of the table of shares."""
    interval = f"{share.low:.3f} to {share.high:.3f}" if np.isfinite(share.low) else "–"
    return f"| {name} | {share.predicates} | {_figure(share.value)} | {interval} |"


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _figure(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.3g}"
