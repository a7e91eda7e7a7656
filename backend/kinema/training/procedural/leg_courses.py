"""What several leg primitives share: a leg that leaves the ground, a pelvis that sinks, arms that help."""

from __future__ import annotations

import numpy as np

from .arm_poses import POSES
from .body import AirLeg, ArmTrack, Score
from .profiles import keyed, keyed_rotations, pulse, smooth


def lean_over(score: Score, side: int, weight: np.ndarray, metres: float = 0.085) -> None:
    """Bring the pelvis over the foot of the other side than `side` by `weight` (T,) 0..1, somewhat ahead of time."""
    away = -1.0 if side == 0 else 1.0
    shift = smooth(np.concatenate([weight[4:], np.repeat(weight[-1:], 4)]), 5.0)
    score.pelvis[:, 0] += away * metres * shift
    score.hips[:, 1] += -away * np.radians(-2.0) * shift


def lift_leg(
    score: Score, side: int, times: list[float], angles: list[tuple[float, float, float, float]], metres: float = 0.085
) -> None:
    """One leg through key angles in degrees (raised, aside, flexion, pointed) at `times`; the first and last times are
    when it leaves and meets the ground."""
    time = score.time
    track = smooth(np.radians(keyed(time, np.array(times[1:-1]), np.array(angles))), 1.2)
    rise = max(0.6 * (times[1] - times[0]), 0.08)
    fall = max(0.7 * (times[-1] - times[-2]), 0.08)
    weight = pulse(time, times[0], times[-1], rise, fall)
    score.air.append((side, AirLeg(weight, track[:, 0], track[:, 1], track[:, 2], track[:, 3])))
    lean_over(score, side, pulse(time, times[0] - 0.15, times[-1] + 0.15, rise + 0.2, fall + 0.2), metres)


def lay_arms(
    score: Score, times: list[float], poses: list[str], weight: np.ndarray, sides: tuple[int, ...] = (0, 1)
) -> None:
    """Arms through named poses at `times`, over whatever they did, by `weight` (T,)."""
    track = keyed_rotations(score.time, np.array(times), np.stack([POSES[name] for name in poses]))
    for side in sides:
        score.arms.append(ArmTrack(side, weight, track))


def sink(score: Score, course: np.ndarray, depth: float, back: float, hips: float, torso: float) -> None:
    """Lower the pelvis by `depth` metres and push it `back`, hips and torso `hips` and `torso` degrees forward, all by
    `course` (T,) 0..1."""
    score.pelvis[:, 1] -= depth * course
    score.pelvis[:, 2] -= back * course
    score.hips[:, 0] += np.radians(hips) * course
    score.torso[:, 0] += np.radians(torso) * course
    score.head[:, 0] -= np.radians(0.55 * (hips + torso)) * course
