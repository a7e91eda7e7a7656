"""Going somewhere on one's feet: plans of steps for walking, turning, side steps, marching; and the gait primitives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Score
from .footing import Step


@dataclass(frozen=True)
class Gait:
    """How steps are made: `period` seconds from one foot's landing to the other's, `swing` seconds in the air, then as
    in Step. `bounce` metres of rise and fall in each step. `uneven`: seconds by which the left foot's swing is longer
    and the right one's shorter, as in a limp."""

    period: float
    swing: float
    lift: float = 0.05
    heel: float = 0.3
    toe: float = 0.0
    share: float = 0.35
    bounce: float = 0.0
    uneven: float = 0.0


def rotated(forward: float, left: float, heading: float) -> tuple[float, float]:
    """World (x, z) of a displacement told in the body's own directions."""
    sine, cosine = np.sin(heading), np.cos(heading)
    return float(forward * sine + left * cosine), float(forward * cosine - left * sine)


def centre(score: Score) -> tuple[float, float]:
    """Middle (x, z) between the feet after the steps so far."""
    (lx, lz), (rx, rz) = score.stance.at
    return 0.5 * (lx + rx), 0.5 * (lz + rz)


def half_width(score: Score) -> float:
    """Half the distance between the feet across the first stance, metres."""
    (lx, _), (rx, _) = score.stance.first().at
    return 0.5 * abs(lx - rx)


def put(
    score: Score, side: int, start: float, gait: Gait, middle: tuple[float, float], heading: float, aside: float
) -> None:
    """One step: foot `side` goes to its place beside `middle` for a body facing `heading`, `aside` metres out."""
    outward = 1.0 - 2.0 * side
    dx, dz = rotated(0.0, outward * aside, heading)
    first = score.stance.first()
    yaw = heading + first.yaw[side] - first.heading
    at = (middle[0] + dx, middle[1] + dz)
    landing = start + gait.swing + outward * gait.uneven
    score.steps.append(Step(side, start, landing, at, yaw, gait.lift, gait.heel, gait.toe, gait.share))
    score.stance = score.stance.moved(side, at, yaw, heading)


def follow(
    score: Score,
    start: float,
    gait: Gait,
    middles: list[tuple[float, float]],
    headings: list[float],
    side: int,
    narrow: float = 1.0,
) -> float:
    """Alternate steps, the k-th to `middles[k]`, `headings[k]`; returns when the last foot has landed (seconds)."""
    aside = half_width(score) * narrow
    for k, (middle, heading) in enumerate(zip(middles, headings, strict=True)):
        last_two = k >= len(middles) - 1
        put(
            score,
            (side + k) % 2,
            start + k * gait.period,
            gait,
            middle,
            heading,
            half_width(score) if last_two else aside,
        )
    end = start + (len(middles) - 1) * gait.period + gait.swing + abs(gait.uneven)
    if gait.bounce:
        inside = (score.time > start) & (score.time < end)
        phase = (score.time - start) / gait.period
        rise = 0.5 - 0.5 * np.cos(2.0 * np.pi * phase)
        score.flight += np.where(inside, gait.bounce * rise, 0.0)
    return end


def go(
    score: Score,
    start: float,
    gait: Gait,
    steps: int,
    stride: tuple[float, float],
    turn: float = 0.0,
    side: int = 0,
    first: float = 1.0,
    close: bool = True,
    narrow: float = 1.0,
) -> float:
    """Walk `steps` steps of `stride` (forward, left) metres and `turn` radians each, foot `side` first; the first one
    is `first` as long. `close` brings the feet together with one step more. Returns the end in seconds."""
    (x, z), heading = centre(score), score.stance.heading
    middles, headings = [], []
    for k in range(steps):
        share = first if k == 0 else 1.0
        heading += turn * share
        dx, dz = rotated(stride[0] * share, stride[1] * share, heading)
        x, z = x + dx, z + dz
        middles.append((x, z))
        headings.append(heading)
    if close:
        middles.append(middles[-1])
        headings.append(headings[-1])
    return follow(score, start, gait, middles, headings, side, narrow)
