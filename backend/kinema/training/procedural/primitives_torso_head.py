"""Torso and head primitives: angles over time, with the hips where balance asks for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...refine.language import PartAction, parse
from .action import Action, Count, Pace, draw_count, draw_pace, said
from .angle_table import HEAD_ROWS, TORSO_ROWS, AngleRow
from .body import Score
from .profiles import beats, pulse, smooth

ROWS = (*HEAD_ROWS, *TORSO_ROWS)
BY_NAME = {row.name: row for row in ROWS}

_ASKED_FOR = {
    "nod",
    "shake head",
    "turn head left",
    "turn head right",
    "look up",
    "look down",
    "bow",
    "bend forward",
    "lean left",
    "lean right",
    "twist sides",
}
_SWINGING = {"nod", "shake head", "twist sides"}
_SHARES = np.array([12.0 if row.name in _SWINGING else 3.0 if row.name in _ASKED_FOR else 1.0 for row in ROWS])
_SHARES /= _SHARES.sum()
"""As for the arms: what people ask for every day is drawn more often, what swings most."""


def draw(rng: np.random.Generator, name: str | None = None, held: bool | None = None) -> Action:
    """One torso or head primitive; `held`: the posture is already on when the clip starts (rows that know one)."""
    row = BY_NAME[name] if name else ROWS[int(rng.choice(len(ROWS), p=_SHARES))]
    cyclic = row.swings or row.circles
    held = bool(row.held) and (rng.random() < 0.12 if held is None else held)
    pace = Pace(1.0) if held else draw_pace(rng, cyclic)
    count = Count(1) if held else draw_count(rng, cyclic=cyclic)
    stays = held or (not cyclic and count.number == 1 and rng.random() < 0.35)
    size = float(np.clip(rng.normal(1.0, 0.14), 0.65, 1.3))
    period = row.period * pace.factor * (1.0 + (0.25 if cyclic else 1.0) * float(rng.uniform(-0.1, 0.15)))
    amplitude = "slightly" if size < 0.76 and not cyclic else ""
    shortest = 0.6 * period + 0.4 if stays else period * count.number + 0.1
    longest = shortest + (8.0 if stays or cyclic else 1.2)
    direction = -1.0 if cyclic and not row.offset and rng.random() < 0.15 else 1.0

    def write(score: Score, start: float, stop: float) -> None:
        begin = start - period if held else start
        course = _course(score.time, begin, stop, row, period, count, stays, cyclic)
        angles = np.radians(row.angle) * size * direction * course
        if row.part == "head":
            score.head += angles
            score.torso[:, 2] += 0.15 * angles[:, 2]
        else:
            _bend(score, angles, row.hips)

    phrases = row.held if held else row.phrases
    if amplitude:
        phrases = tuple(f"{phrase} slightly" for phrase in phrases if "slightly" not in phrase) or phrases
    action = parse(row.part, row.says)
    spoken = replace(action, amplitude=amplitude, speed=pace.speed, count=count.count)
    parts: tuple[PartAction, ...] = (spoken,)
    if not stays and not cyclic and count.number == 1 and row.part == "torso":
        parts = (spoken, parse("torso", "straighten"))
    return Action(
        row.name + (" held" if held else ""),
        frozenset({row.part}),
        shortest,
        longest,
        phrases,
        said(pace.adverb, count.adverb),
        parts,
        write,
        from_start=held,
        rhythmic=cyclic,
    )


def _course(
    time: np.ndarray, start: float, stop: float, row: AngleRow, period: float, count: Count, stays: bool, cyclic: bool
) -> np.ndarray:
    """(T, 3) of -1..1 by which the row's angles are multiplied."""
    if stays:
        shape = pulse(time, start, np.inf, 0.55 * period, 0.5)[:, None] * np.ones(3)
        return shape
    number = float(count.number)
    if cyclic and count.open:
        number = max(number, np.floor((stop - start) / period))
    if row.circles:
        phase = 2.0 * np.pi * np.clip((time - start) / period, 0.0, number)
        inside = pulse(time, start, start + number * period, 0.4 * period, 0.4 * period)
        return inside[:, None] * np.stack([np.cos(phase), np.sin(phase), np.zeros_like(phase)], axis=1)
    if row.swings:
        phase = np.clip((time - start) / period, 0.0, number)
        fade = pulse(time, start, start + number * period, 0.25 * period, 0.25 * period)
        wave = row.offset + np.sin(2.0 * np.pi * phase)
        # A look to one side stops there for a moment: a flattened sine.
        wave = np.tanh(1.6 * wave) / np.tanh(1.6) if period > 1.2 else wave
        return (smooth(fade * wave, 1.5))[:, None] * np.ones(3)
    if number == 1.0:
        finish = max(stop - 0.1, start + period)
        return pulse(time, start, min(finish, start + 1.6 * period), 0.45 * period, 0.5 * period)[:, None] * np.ones(3)
    return beats(time, start, period, number)[:, None] * np.ones(3)


def _bend(score: Score, angles: np.ndarray, hips: float) -> None:
    """Share the angle between hips and spine; the pelvis goes the other way, so that the weight stays over the feet."""
    if score.base is not None:
        score.torso += angles * 0.75
        return
    score.torso += angles * (1.0 - hips)
    score.hips += angles * hips
    score.pelvis[:, 2] -= 0.13 * np.sin(np.clip(angles[:, 0], -0.5, 1.6))
    score.pelvis[:, 0] -= 0.12 * np.sin(angles[:, 1])
    score.pelvis[:, 1] -= 0.01 * np.abs(np.sin(angles[:, 0]))
    # A head that only follows a deep bend would look at the knees.
    score.head[:, 0] -= 0.25 * angles[:, 0]
