"""Feet on the ground: steps in, ankle paths, foot rotations, the pelvis' path and heading out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...geometry import yaw_quaternion
from ...protocol import quaternion
from ...protocol.smpl import SOLE_BELOW_FOOT
from .inverse_kinematics import LEGS
from .profiles import min_jerk, smooth

_HEEL = np.array([0.0, -1.0, -0.05])
"""Where a foot rolls when its toes are up: behind the ankle, on the sole; y is filled in with the ankle's height."""


@dataclass(frozen=True)
class Stance:
    """Where both feet stand: ankles' (x, z) on the ground, yaws of the feet and of the body, left foot first."""

    at: tuple[tuple[float, float], tuple[float, float]]
    yaw: tuple[float, float]
    heading: float
    before: Stance | None = None

    def first(self) -> Stance:
        """The stance at the clip's start."""
        stance = self
        while stance.before is not None:
            stance = stance.before
        return stance

    def moved(self, side: int, at: tuple[float, float], yaw: float, heading: float) -> Stance:
        """The stance after one foot has stepped."""
        places, yaws = list(self.at), list(self.yaw)
        places[side], yaws[side] = at, yaw
        return Stance((places[0], places[1]), (yaws[0], yaws[1]), heading, self.first())


@dataclass(frozen=True)
class Step:
    """One foot leaves the ground at `start` and stands at `stop` (seconds) at `at` (x, z) with `yaw`.

    `lift` metres of clearance; `heel` radians by which the heel comes up before and after leaving; `toe` radians by
    which the toes are up at landing. `share` is how far the pelvis goes over the standing foot, 0..1.
    """

    side: int
    start: float
    stop: float
    at: tuple[float, float]
    yaw: float
    lift: float = 0.06
    heel: float = 0.25
    toe: float = 0.0
    share: float = 0.5


@dataclass(frozen=True, eq=False)
class Footing:
    """`ankles` (2, T, 3), `rotations` (2, T, 4) of the feet in the world, `path` (T, 2) of the pelvis in x and z,
    `heading` (T,) of the body."""

    ankles: np.ndarray
    rotations: np.ndarray
    path: np.ndarray
    heading: np.ndarray


def footing(
    frames: int, fps: float, steps: Sequence[Step], stance: Stance, heels: Sequence[tuple[int, np.ndarray]]
) -> Footing:
    """Play `steps` from `stance`; `heels` adds heel raises (T,) in radians for one side each."""
    time = np.arange(frames) / fps
    places, yaws = np.empty((2, frames, 2)), np.empty((2, frames))
    lifts, pitches = np.zeros((2, frames)), np.zeros((2, frames))
    swinging = np.zeros((2, frames))
    for side in range(2):
        places[side], yaws[side] = stance.at[side], stance.yaw[side]
    for step in sorted(steps, key=lambda step: step.start):
        _swing(step, time, places, yaws, lifts, pitches, swinging)
    for side, raised in heels:
        pitches[side] = np.maximum(pitches[side], raised)
    middle = places.mean(axis=0)
    support = np.clip(swinging[1] - swinging[0], -1.0, 1.0)
    towards = middle + 0.5 * support[:, None] * (places[0] - places[1])
    path = smooth(middle, 0.13 * fps) + smooth(towards - middle, 0.1 * fps)
    splay = 0.5 * (stance.yaw[0] + stance.yaw[1]) - stance.heading
    heading = smooth(yaws.mean(axis=0) - splay, 0.13 * fps)
    planted = [_planted(side, places[side], yaws[side], lifts[side], pitches[side]) for side in range(2)]
    return Footing(np.stack([foot[0] for foot in planted]), np.stack([foot[1] for foot in planted]), path, heading)


def _swing(
    step: Step,
    time: np.ndarray,
    places: np.ndarray,
    yaws: np.ndarray,
    lifts: np.ndarray,
    pitches: np.ndarray,
    swinging: np.ndarray,
) -> None:
    side, span = step.side, step.stop - step.start
    phase = np.clip((time - step.start) / span, 0.0, 1.0)
    course = min_jerk(phase)
    after = phase > 0.0
    old = places[side][np.flatnonzero(~after)[-1]] if np.any(~after) else places[side][0]
    old_yaw = yaws[side][np.flatnonzero(~after)[-1]] if np.any(~after) else yaws[side][0]
    places[side][after] = old + course[after, None] * (np.array(step.at) - old)
    yaws[side][after] = old_yaw + course[after] * (step.yaw - old_yaw)
    lifts[side] += step.lift * np.sin(np.pi * phase) ** 2
    ahead = min(0.16, 0.5 * span)
    up = min_jerk((time - step.start + ahead) / (ahead + 0.25 * span)) - min_jerk((phase - 0.3) / 0.45)
    landing = min_jerk((phase - 0.5) / 0.45) - min_jerk((time - step.stop) / 0.1)
    pitches[side] += step.heel * np.maximum(up, 0.0) - step.toe * np.maximum(landing, 0.0)
    swinging[side] = np.maximum(swinging[side], step.share * ((phase > 0.0) & (phase < 1.0)))


def _planted(
    side: int, places: np.ndarray, yaws: np.ndarray, lifts: np.ndarray, pitches: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ankle (T, 3) and rotation (T, 4) of a foot that rolls over its ball (pitch > 0) or its heel (pitch < 0)."""
    ball = LEGS[side].ball
    height = SOLE_BELOW_FOOT - ball[1]
    heel = np.array([_HEEL[0], _HEEL[1] * height, _HEEL[2]])
    flat = np.stack([places[:, 0], height + lifts, places[:, 1]], axis=1)
    turned = yaw_quaternion(yaws)
    rotation = quaternion.multiply(turned, quaternion.from_axis_angle(np.array([1.0, 0.0, 0.0]), pitches))
    pivot = np.where((pitches > 0.0)[:, None], ball, heel)
    return flat + quaternion.rotate(turned, pivot) - quaternion.rotate(rotation, pivot), rotation
