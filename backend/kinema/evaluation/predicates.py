"""What it takes for a motion to mean a prompt: predicates on joints, and how they are joined.

A predicate is written as a score: positive when the motion means it, negative when it does not, about 1 when it does so
plainly. Elementary conditions compare one reading with a limit in a natural unit; `all_of` is their minimum, `any_of`
their maximum. Limits were set on real clips that carry the label (see validation.py), never on generated ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..protocol.motion import Motion
from .signals import FPS, Signals

Score = Callable[[Signals], float]


@dataclass(frozen=True)
class Predicate:
    """One meaning that can be read off a motion.

    `name`: a short identifier. `prompts`: sentences that ask for it. `score`: positive when a motion has it.
    `seconds`: how long a clip to generate for it. `label`: regular expression on the lower-case text or label of real
    clips that show it for certain, "" when no real clip is labelled so. `unseen`: no captured training clip shows it.
    `rest`: what the score asks of the body beside the arms that the name speaks of, None when nothing: read off joints
    that these arms do not move, so that no edit of them alone changes it.
    """

    name: str
    prompts: tuple[str, ...]
    score: Score
    seconds: float = 4.0
    label: str = ""
    unseen: bool = False
    rest: Score | None = None

    def margin(self, motion: Motion | Signals) -> float:
        """The score. Raises MotionError when the motion is not on the SMPL body skeleton."""
        return float(self.score(motion if isinstance(motion, Signals) else Signals.of(motion)))

    def holds(self, motion: Motion | Signals) -> bool:
        """True when the motion shows this meaning."""
        return self.margin(motion) > 0.0

    def allowed(self, motion: Motion) -> bool:
        """Whether the arms alone can make the motion show this meaning: the rest of the body does its share."""
        return self.rest is None or float(self.rest(Signals.of(motion))) > 0.0


def means(
    name: str,
    *prompts: str,
    by: Score,
    seconds: float = 3.0,
    label: str = "",
    unseen: bool = False,
    rest: Score | None = None,
) -> Predicate:
    """A Predicate, written as a line of a table."""
    return Predicate(name, prompts, by, seconds, label, unseen, rest)


def over(value: float, limit: float, unit: float) -> float:
    """Positive when `value` exceeds `limit`; 1 when it does so by `unit`."""
    return (value - limit) / unit


def under(value: float, limit: float, unit: float) -> float:
    """Positive when `value` stays below `limit`."""
    return (limit - value) / unit


def all_of(*scores: Score) -> Score:
    """Every one must hold, at any time of the clip."""
    return lambda s: min(score(s) for score in scores)


def any_of(*scores: Score) -> Score:
    """At least one must hold."""
    return lambda s: max(score(s) for score in scores)


def none_of(*scores: Score) -> Score:
    """None may hold."""
    return lambda s: -max(score(s) for score in scores)


def then(first: Score, second: Score, parts: tuple[float, ...] = (0.25, 0.35, 0.45, 0.55, 0.65, 0.75)) -> Score:
    """The first part of the clip shows `first`, the rest shows `second`, for at least one of the places to part it."""

    def score(s: Signals) -> float:
        cuts = [round(part * len(s)) for part in parts]
        pairs = [(s.crop(0, cut), s.crop(cut, len(s))) for cut in cuts if FPS / 2 <= cut <= len(s) - FPS / 2]
        return max((min(first(a), second(b)) for a, b in pairs), default=-1.0)

    return score


def meanwhile(first: Score, second: Score, seconds: float = 2.0) -> Score:
    """Both hold within one window of `seconds`, stepped through the clip by a quarter of it."""

    def score(s: Signals) -> float:
        width = min(round(seconds * FPS), len(s))
        starts = range(0, len(s) - width + 1, max(1, width // 4))
        windows = [s.crop(start, start + width) for start in starts]
        return max(min(first(window), second(window)) for window in windows)

    return score


def share(condition: np.ndarray) -> float:
    """Share of frames in which a condition (T,) holds."""
    return float(np.mean(condition))
