"""What every primitive draws: an Action, to be written into a Score and told in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...refine.language import PartAction
from .body import Score

ARMS = frozenset(("left_arm", "right_arm"))

Write = Callable[[Score, float, float], None]
"""Writes an action into a score between two times in seconds."""


@dataclass(frozen=True, eq=False)
class Action:
    """One drawn primitive.

    `uses`: the body parts that it governs (two actions at once must not share one). `shortest`, `longest`: seconds that
    it can take. `phrases`: caption templates with each verb in brackets and {his} for the pronoun:
    "[raise] {his} left arm". `adverbs`: words that fit behind every phrase ("slowly", "three times").
    `parts`: what each part does, in the language of the refiners. `ends`: posture afterwards. `from_start`: it is
    already on when the clip starts, so it must be written from 0 s. `rhythmic`: it swings to and fro, so it should
    begin at much the same time in every clip (see `draw_pace`). `arms_help`: the arms that it uses only balance or
    swing along, unsaid by its phrases.
    """

    name: str
    uses: frozenset[str]
    shortest: float
    longest: float
    phrases: tuple[str, ...]
    adverbs: tuple[str, ...]
    parts: tuple[PartAction, ...]
    write: Write
    ends: str = "standing"
    from_start: bool = False
    rhythmic: bool = False
    arms_help: bool = False

    def beside(self, other: Action) -> Action:
        """This action as it is done together with `other`: arms that only help are left to it."""
        if not (self.arms_help and self.uses & other.uses & ARMS):
            return self

        def write(score: Score, start: float, stop: float) -> None:
            laid = len(score.arms)
            self.write(score, start, stop)
            del score.arms[laid:]

        parts = tuple(spoken for spoken in self.parts if spoken.part not in ARMS)
        return replace(self, uses=self.uses - ARMS, parts=parts, write=write, arms_help=False)


@dataclass(frozen=True)
class Pace:
    """How fast: `factor` multiplies durations; `adverb` for captions, `speed` for part sentences, "" when unsaid."""

    factor: float
    adverb: str = ""
    speed: str = ""


def draw_pace(rng: np.random.Generator, rhythmic: bool = False) -> Pace:
    """Mostly unsaid and medium; else slow or fast and said so.

    From noise alone a model predicts the mean over all that the words leave open, and the mean of swings of any beat
    and phase is to hold still; what is `rhythmic` therefore keeps close to one tempo for each adverb.
    """
    kind, spread = rng.random(), 0.25 if rhythmic else 1.0
    if kind < 0.62:
        return Pace(1.0 + spread * float(rng.uniform(-0.15, 0.2)))
    if kind < 0.81:
        return Pace(1.75 + spread * float(rng.uniform(-0.25, 0.25)), "slowly", "slowly")
    factor = 0.64 + spread * float(rng.uniform(-0.09, 0.08))
    return Pace(factor, str(rng.choice(["quickly", "fast", "rapidly"])), "quickly")


def draw_first(rng: np.random.Generator) -> int:
    """The foot that steps first where the words leave it open, 0 left, 1 right: mostly the left one, because gaits that
    begin with either foot cancel out as swings of any phase do (see `draw_pace`)."""
    return int(rng.random() < 0.1)


@dataclass(frozen=True)
class Count:
    """How often: `number` of repetitions; `adverb` for captions, `count` for part sentences, "" when unsaid."""

    number: int
    adverb: str = ""
    count: str = ""

    @property
    def open(self) -> bool:
        """Whether more repetitions than `number` are still what was said."""
        return self.count in ("repeatedly", "several times")


def draw_count(rng: np.random.Generator, most: int = 6, cyclic: bool = False) -> Count:
    """Once (unsaid), twice, three times ... or repeatedly. A `cyclic` action (waving) repeats without being asked;
    its captions may leave that unsaid, its part sentences do not."""
    kind = rng.random()
    if cyclic:
        if kind < 0.6:
            return Count(int(rng.integers(3, most + 3)), "", "repeatedly")
        if kind < 0.8:
            word = str(rng.choice(["repeatedly", "several times"]))
            return Count(int(rng.integers(3, most + 3)), word, word)
    elif kind < 0.5:
        return Count(1, str(rng.choice(["", "", "once"])), "once" if rng.random() < 0.3 else "")
    number = int(rng.integers(2, min(most, 4) + 1))
    if kind > 0.88 and most >= 4:
        return Count(int(rng.integers(4, most + 1)), str(rng.choice(["repeatedly", "again and again"])), "repeatedly")
    if number == 2:
        return Count(2, str(rng.choice(["twice", "two times"])), "twice")
    word = {3: "three", 4: "four"}[number]
    return Count(number, f"{word} times", f"{word} times")


def said(*words: str) -> tuple[str, ...]:
    """The words that are not empty."""
    return tuple(word for word in words if word)
