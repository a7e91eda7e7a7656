"""Are the predicates right? Their shares on real clips that carry the label, and on clips drawn at random (chance)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .predicates import Predicate
from .real_clips import RealClip
from .signals import FPS, Signals


@dataclass(frozen=True)
class Validity:
    """How one predicate does on real clips; shares are NaN where there is no such clip.

    `wrong_side`: its share on clips labelled with the mirrored meaning (left for right), which should be 0.
    """

    name: str
    labelled: int
    true_positive: float
    wrong_side: float
    chance_clips: int
    chance: float


def carries(clip: RealClip, predicate: Predicate) -> bool:
    """True when a text of the clip says what the predicate means."""
    return bool(predicate.label) and any(re.search(predicate.label, text.lower().strip(" .")) for text in clip.texts)


def validate(
    suite: Sequence[Predicate], clips: Sequence[RealClip], *, most: int = 60, chance_clips: int = 200, seed: int = 0
) -> list[Validity]:
    """One row a predicate, on at most `most` labelled clips and on windows of `chance_clips` clips without its label.

    The windows are as long as the predicate's prompts are generated, drawn evenly over sources from captured clips;
    hand-keyed game animation serves as labelled clips only. The same seed draws the same windows.
    """
    rng = np.random.default_rng(seed)
    captured = [i for i, clip in enumerate(clips) if not clip.keyed]
    drawn = _draw(rng, captured, clips, chance_clips)
    whole: dict[int, Signals] = {}
    windows: dict[float, dict[int, Signals]] = {}

    def read(index: int) -> Signals:
        if index not in whole:
            whole[index] = Signals.of(clips[index].motion)
        return whole[index]

    rows = []
    for predicate in suite:
        labelled = [i for i, clip in enumerate(clips) if carries(clip, predicate)]
        chosen = _some(rng, labelled, most)
        mirrored = next((other for other in suite if other.name == other_side(predicate.name)), None)
        swapped = [i for i, clip in enumerate(clips) if mirrored and carries(clip, mirrored)]
        if predicate.seconds not in windows:
            windows[predicate.seconds] = {i: window(read(i), predicate.seconds, rng) for i in drawn}
        others = [s for i, s in windows[predicate.seconds].items() if i not in labelled]
        hits = [predicate.holds(read(i)) for i in chosen]
        lucky = [predicate.holds(s) for s in others]
        wrong = [predicate.holds(read(i)) for i in _some(rng, swapped, most)]
        rows.append(Validity(predicate.name, len(chosen), _mean(hits), _mean(wrong), len(others), _mean(lucky)))
    return rows


def other_side(name: str) -> str | None:
    """The name with left and right swapped; None when it names no side or both."""
    has = ("left" in name, "right" in name)
    return None if has[0] == has[1] else name.replace("left", "right") if has[0] else name.replace("right", "left")


def _some(rng: np.random.Generator, indices: Sequence[int], most: int) -> list[int]:
    return sorted(rng.choice(indices, most, replace=False).tolist()) if len(indices) > most else list(indices)


def window(s: Signals, seconds: float, rng: np.random.Generator) -> Signals:
    """A random stretch of `seconds` of a clip; the whole clip when it is shorter."""
    length = round(seconds * FPS)
    if len(s) <= length:
        return s
    start = int(rng.integers(0, len(s) - length + 1))
    return s.crop(start, start + length)


def _draw(rng: np.random.Generator, indices: Sequence[int], clips: Sequence[RealClip], count: int) -> list[int]:
    """`count` clips (or all), each from a source drawn first, so that no large source decides what chance is."""
    left: dict[str, list[int]] = {}
    for i in rng.permutation(np.array(indices, dtype=int)):
        left.setdefault(clips[i].source, []).append(int(i))
    drawn: list[int] = []
    while left and len(drawn) < count:
        name = sorted(left)[int(rng.integers(len(left)))]
        drawn.append(left[name].pop())
        if not left[name]:
            del left[name]
    return drawn


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def table(rows: Sequence[Validity]) -> str:
    """The rows as a Markdown table, with the means over predicates that have labelled clips."""
    lines = [
        "| predicate | labelled clips | true positive | wrong side | other clips | chance |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name} | {r.labelled} | {_share(r.true_positive)} | {_share(r.wrong_side)} "
        f"| {r.chance_clips} | {_share(r.chance)} |"
        for r in rows
    ]
    known = [r.true_positive for r in rows if r.labelled]
    chance = [r.chance for r in rows if r.chance_clips]
    wrong = _mean([r.wrong_side for r in rows if not np.isnan(r.wrong_side)])
    means = f"{_share(_mean(known))} | {_share(wrong)} | {len(chance)} predicates | {_share(_mean(chance))}"
    lines.append(f"| **mean** | {len(known)} predicates | {means} |")
    return "\n".join(lines) + "\n"


def _share(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"
