"""Two clips in sequence with their words: captured after captured, or captured beside procedural."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ..features import layout
from ..protocol.motion import Motion
from . import procedural
from .concatenation import concatenated, mismatch
from .part_scripts import follow
from .pieces import PieceBank, draw
from .procedural.captions import Clause, captions, gerund
from .procedural.generate import Annotated
from .retime import at_origin, cropped, retimed, tempo

TRIES = 12
CANDIDATES = 5
"""Second clips that are tried for one first clip; the best fit is taken."""

FITTING = 0.16
"""`mismatch` above this is no join."""

LONGEST = 10.0
"""Seconds of a whole sequence."""


@dataclass(frozen=True, eq=False)
class _Stretch:
    """One clip of a sequence: its motion, one clause and its part sentences."""

    motion: Motion
    clause: Clause
    parts: dict[str, str]
    name: str


def sequence(rng: np.random.Generator, bank: PieceBank) -> Annotated | None:
    """Two clips, one "then" the other; None when no drawn pair fits."""
    for _ in range(TRIES):
        first = _stretch(rng, bank)
        room = LONGEST - first.motion.seconds
        others = [other for other in (_stretch(rng, bank) for _ in range(CANDIDATES)) if other.motion.seconds <= room]
        others = [other for other in others if other.name != first.name]
        if not others:
            continue
        fits = [mismatch(first.motion, other.motion) for other in others]
        best = int(np.argmin(fits))
        if fits[best] <= FITTING:
            return _told(rng, first, others[best])
    return None


def _told(rng: np.random.Generator, first: _Stretch, second: _Stretch) -> Annotated:
    motion = concatenated(first.motion, second.motion, float(rng.uniform(0.3, 0.5)))
    texts = captions(rng, [first.clause, second.clause], "then", int(rng.integers(3, 6)))
    texts = tuple(_first(rng, text) for text in texts)
    parts = follow(first.parts, second.parts)
    return Annotated(at_origin(motion), texts, parts, (f"first {first.name}", f"then {second.name}"))


def _first(rng: np.random.Generator, text: str) -> str:
    """'a person walks, then waves' -> 'first a person walks, then waves', now and then."""
    if text.count(", then ") == 1 and rng.random() < 0.2:
        return f"first {text[0].lower()}{text[1:]}"
    return text


def _stretch(rng: np.random.Generator, bank: PieceBank) -> _Stretch:
    if rng.random() < 0.3:
        for _ in range(20):
            made = procedural.generate(int(rng.integers(2**31)))
            if made.clauses and made.motion.seconds < 0.65 * LONGEST:
                return _Stretch(made.motion, _one(made), made.parts, " ".join(made.primitives))
    piece = draw(rng, bank.all)
    motion = retimed(bank.motion(piece), tempo(rng, piece.phrases))
    if piece.steady:
        motion = cropped(rng, motion, 1.6, 4.5)
    elif len(motion) > 0.65 * LONGEST * layout.FPS:
        return _stretch(rng, bank)
    return _Stretch(motion, Clause(piece.phrases), piece.parts, piece.phrases[0])


def _one(made: Annotated) -> Clause:
    """One clause of a procedural clip: "[walk] forward while waving {his} left hand"."""
    first, *others = made.clauses
    if not others:
        return first
    doing = re.sub(r"\[([^\]]+)\]", lambda verb: gerund(verb[1]), _with(others[0]))
    return Clause(tuple(f"{_with(first, which)} while {doing}" for which in range(len(first.phrases))))


def _with(clause: Clause, which: int = 0) -> str:
    return " ".join((clause.phrases[which], *clause.adverbs))
