"""Torso and head primitives: angles over time, with the hips where balance asks for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...refine.language import PartAction, parse
from .action import Action, Count, Pace, draw_count, draw_pace, said
from .body import Score
from .profiles import beats, pulse, smooth


@dataclass(frozen=True)
class AngleRow:
    """One primitive of the torso or the head.

    `angle`: degrees forward, to the left, twist to the left, at full size. `swings`: both ways in turn (shaking) instead of
    there and back. `period`: seconds of one repetition. `hips`: share of the angle that the pelvis takes.
    """

    name: str
    part: str
    phrases: tuple[str, ...]
    says: str
    angle: tuple[float, float, float]
    swings: bool = False
    period: float = 1.6
    hips: float = 0.0
    held: tuple[str, ...] = ()
    circles: bool = False


def _sided(row: AngleRow) -> tuple[AngleRow, AngleRow]:
    """The row told for the left, and its mirror image."""

    def swap(text: str) -> str:
        return text.replace("left", "right")

    mirror = replace(
        row,
        name=swap(row.name),
        phrases=tuple(map(swap, row.phrases)),
        says=swap(row.says),
        angle=(row.angle[0], -row.angle[1], -row.angle[2]),
        held=tuple(map(swap, row.held)),
    )
    return row, mirror


HEAD_ROWS = (
    AngleRow("nod", "head", ("[nod]", "[nod] {his} head", "[nod] in agreement", "[nod] yes"), "nod up and down", (20.0, 0.0, 0.0), period=0.7),
    AngleRow(
        "shake head", "head", ("[shake] {his} head", "[shake] {his} head no", "[say] no with {his} head"),
        "shake from side to side", (0.0, 0.0, 30.0), swings=True, period=0.85,
    ),
    *_sided(AngleRow(
        "turn head left", "head",
        ("[turn] {his} head to the left", "[look] left", "[look] to the left", "[look] over to {his} left"),
        "turn to the left", (0.0, 0.0, 58.0), held=("[keep] {his} head turned to the left",),
    )),
    *_sided(AngleRow(
        "look over left shoulder", "head", ("[look] over {his} left shoulder", "[look] behind over the left shoulder"),
        "look over the left shoulder", (2.0, 0.0, 78.0),
    )),
    *_sided(AngleRow(
        "tilt head left", "head", ("[tilt] {his} head to the left", "[lean] {his} head to the left"),
        "tilt to the left", (0.0, 28.0, 0.0),
    )),
    AngleRow(
        "look up", "head", ("[look] up", "[look] up at the sky", "[raise] {his} head to look up", "[tilt] {his} head back"),
        "look up", (-38.0, 0.0, 0.0), held=("[stand] looking up",),
    ),
    AngleRow(
        "look down", "head", ("[look] down", "[look] down at the ground", "[lower] {his} head", "[bow] {his} head"),
        "look down at the ground", (38.0, 0.0, 0.0), held=("[stand] with {his} head down",),
    ),
    AngleRow(
        "look around", "head", ("[look] around", "[look] left and right", "[look] from side to side", "[look] around the room"),
        "look from side to side around the room", (0.0, 0.0, 58.0), swings=True, period=2.6,
    ),
    AngleRow("roll head", "head", ("[roll] {his} head", "[roll] {his} head in a circle", "[circle] {his} head"), "roll in a circle", (26.0, 24.0, 0.0), circles=True, period=2.4),
)

TORSO_ROWS = (
    AngleRow(
        "bow", "torso", ("[bow]", "[take] a bow", "[bow] politely", "[bow] forward"), "bow forward",
        (42.0, 0.0, 0.0), hips=0.45, period=2.0,
    ),
    AngleRow(
        "bend forward", "torso",
        ("[bend] forward", "[bend] over", "[bend] down at the waist", "[lean] over", "[bend] {his} upper body forward"),
        "bend forward at the waist", (85.0, 0.0, 0.0), hips=0.5, period=2.4, held=("[stand] bent over",),
    ),
    AngleRow(
        "lean forward", "torso", ("[lean] forward", "[lean] slightly forward", "[incline] {his} body forward"),
        "lean forward", (24.0, 0.0, 0.0), hips=0.3, held=("[stand] leaning forward",),
    ),
    AngleRow("lean back", "torso", ("[lean] back", "[lean] backward", "[arch] {his} back"), "lean backward", (-24.0, 0.0, 0.0), hips=0.3),
    *_sided(AngleRow(
        "lean left", "torso", ("[lean] to the left", "[lean] left", "[tilt] {his} body to the left"),
        "lean to the left", (0.0, 18.0, 0.0), hips=0.25, held=("[stand] leaning to the left",),
    )),
    *_sided(AngleRow(
        "bend left", "torso", ("[bend] sideways to the left", "[bend] {his} upper body to the left", "[do] a side bend to the left"),
        "bend to the left at the waist", (0.0, 34.0, 0.0), hips=0.15, period=2.0,
    )),
    *_sided(AngleRow(
        "twist left", "torso",
        ("[twist] to the left", "[twist] {his} upper body to the left", "[turn] {his} torso to the left", "[rotate] {his} upper body left"),
        "twist to the left", (0.0, 0.0, 48.0), hips=0.2, period=1.8,
    )),
    AngleRow(
        "twist sides", "torso", ("[twist] from side to side", "[twist] {his} waist left and right", "[rotate] {his} upper body from side to side"),
        "twist from side to side", (0.0, 0.0, 42.0), swings=True, hips=0.2, period=1.7,
    ),
    AngleRow(
        "sway", "torso", ("[sway] from side to side", "[sway] side to side", "[rock] from side to side"),
        "sway from side to side", (0.0, 13.0, 0.0), swings=True, hips=0.4, period=2.0,
    ),
    AngleRow(
        "bend sides", "torso", ("[bend] from side to side", "[bend] {his} upper body left and right"),
        "bend from side to side", (0.0, 30.0, 0.0), swings=True, hips=0.15, period=2.4,
    ),
    AngleRow("circle hips", "torso", ("[circle] {his} hips", "[rotate] {his} hips in circles", "[make] circles with {his} upper body"), "circle in a circle at the hips", (18.0, 16.0, 0.0), circles=True, hips=0.4, period=2.2),
)

ROWS = (*HEAD_ROWS, *TORSO_ROWS)
BY_NAME = {row.name: row for row in ROWS}


def draw(rng: np.random.Generator, name: str | None = None, held: bool | None = None) -> Action:
    """One torso or head primitive; `held`: the posture is already on when the clip starts (rows that know one)."""
    row = BY_NAME[name] if name else ROWS[int(rng.integers(len(ROWS)))]
    cyclic = row.swings or row.circles or row.name == "nod"
    held = bool(row.held) and (rng.random() < 0.12 if held is None else held)
    pace = Pace(1.0) if held else draw_pace(rng)
    count = Count(1) if held else draw_count(rng, cyclic=cyclic)
    stays = held or (not cyclic and count.number == 1 and rng.random() < 0.35)
    size = float(np.clip(rng.normal(1.0, 0.14), 0.65, 1.3))
    period = row.period * pace.factor * float(rng.uniform(0.9, 1.15))
    amplitude = "slightly" if size < 0.76 and not cyclic else ""
    shortest = 0.6 * period + 0.4 if stays else period * count.number + 0.1
    longest = shortest + (8.0 if stays or cyclic else 1.2)
    direction = -1.0 if (row.swings or row.circles) and rng.random() < 0.5 else 1.0

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
    )


def _course(
    time: np.ndarray, start: float, stop: float, row: AngleRow, period: float, count: Count, stays: bool, cyclic: bool
) -> np.ndarray:
    """(T, 3) of -1..1 by which the row's angles are multiplied."""
    if stays:
        shape = pulse(time, start, np.inf, 0.55 * period, 0.5)[:, None] * np.ones(3)
        return shape
    number = float(count.number)
    if cyclic and count.count in ("", "repeatedly"):
        number = max(number, np.floor((stop - start) / period))
    if row.circles:
        phase = 2.0 * np.pi * np.clip((time - start) / period, 0.0, number)
        inside = pulse(time, start, start + number * period, 0.4 * period, 0.4 * period)
        return inside[:, None] * np.stack([np.cos(phase), np.sin(phase), np.zeros_like(phase)], axis=1)
    if row.swings:
        phase = np.clip((time - start) / period, 0.0, number)
        fade = pulse(time, start, start + number * period, 0.25 * period, 0.25 * period)
        wave = np.sin(2.0 * np.pi * phase)
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
