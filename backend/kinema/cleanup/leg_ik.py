"""Legs of the SMPL body as two-bone chains: forward kinematics, and the analytic inverse that keeps the knee's plane.

Both legs at once: arrays are (T, 2, ...), left then right.
"""

from dataclasses import dataclass

import numpy as np

from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_NAMES, SMPL_OFFSETS

HIPS, KNEES, ANKLES, BALLS = (
    [SMPL_NAMES.index(f"{side}_{joint}") for side in ("L", "R")] for joint in ("Hip", "Knee", "Ankle", "Foot")
)
_OFFSETS = np.array(SMPL_OFFSETS)
HIP_OFFSETS, KNEE_OFFSETS, ANKLE_OFFSETS = _OFFSETS[HIPS], _OFFSETS[KNEES], _OFFSETS[ANKLES]
THIGH = np.linalg.norm(KNEE_OFFSETS, axis=-1)
SHANK = np.linalg.norm(ANKLE_OFFSETS, axis=-1)
"""(2,) bone lengths in metres."""

POLE_WEIGHT = 0.1
"""How much the hip's own front decides where a knee goes, against its present place; matters on straight legs only."""


@dataclass(frozen=True, eq=False)
class Legs:
    """World positions (T, 2, 3) of hips, knees and ankles; world rotations (T, 2, 4) of thighs, shanks and feet."""

    pelvis: np.ndarray
    """(T, 1, 4) world rotation."""
    hips: np.ndarray
    knees: np.ndarray
    ankles: np.ndarray
    thighs: np.ndarray
    shanks: np.ndarray
    feet: np.ndarray


def legs_of(motion: Motion) -> Legs:
    """Forward kinematics of both legs."""
    pelvis = motion.rotations[:, :1]
    hips = motion.root_translation[:, None] + quaternion.rotate(pelvis, HIP_OFFSETS)
    thighs = quaternion.multiply(pelvis, motion.rotations[:, HIPS])
    knees = hips + quaternion.rotate(thighs, KNEE_OFFSETS)
    shanks = quaternion.multiply(thighs, motion.rotations[:, KNEES])
    ankles = knees + quaternion.rotate(shanks, ANKLE_OFFSETS)
    feet = quaternion.multiply(shanks, motion.rotations[:, ANKLES])
    return Legs(pelvis, hips, knees, ankles, thighs, shanks, feet)


def longest_reach(legs: Legs) -> np.ndarray:
    """(T, 2) farthest a foot may be put from its hip: 99 % of the leg, or as far as it already is."""
    return np.maximum(np.linalg.norm(legs.ankles - legs.hips, axis=-1), 0.99 * (THIGH + SHANK))


def bend_to(legs: Legs, hips: np.ndarray, targets: np.ndarray, feet: np.ndarray) -> np.ndarray:
    """Local rotations (T, 3 joints, 2, 4) of hip, knee and ankle that bring the ankles to `targets` (T, 2, 3).

    `hips` (T, 2, 3) are the hips' places after any move of the pelvis, `feet` (T, 2, 4) the feet's wanted world
    rotations. A target out of reach is approached as far as `longest_reach`. Thigh and shank keep their twist; the knee
    stays in the plane of the old leg, swung along with it. An unmoved target gives back the rotations as they were.
    """
    bent = legs.ankles - legs.hips
    wanted = targets - hips
    reach = np.linalg.norm(wanted, axis=-1)
    shortest = np.abs(THIGH - SHANK) + 0.05
    distance = np.clip(reach, shortest, longest_reach(legs))[..., None]
    along = wanted / np.maximum(reach, 1e-9)[..., None]

    swing = quaternion.between(bent, wanted)
    upper = legs.knees - legs.hips
    pole = quaternion.rotate(swing, upper) / THIGH[:, None]
    front = quaternion.rotate(quaternion.multiply(swing, legs.thighs), np.array([0.0, 0.0, 1.0]))
    moved = np.linalg.norm(wanted - bent, axis=-1, keepdims=True)
    pole = pole + POLE_WEIGHT * np.minimum(moved / 0.02, 1.0) * front
    pole = pole - np.sum(pole * along, axis=-1, keepdims=True) * along
    pole = pole / np.maximum(np.linalg.norm(pole, axis=-1, keepdims=True), 1e-9)

    thigh, shank = THIGH[:, None], SHANK[:, None]
    forward = (thigh**2 - shank**2 + distance**2) / (2.0 * distance)
    aside = np.sqrt(np.maximum(thigh**2 - forward**2, 0.0))
    knees = along * forward + pole * aside
    ankles = along * distance
    thighs = quaternion.multiply(quaternion.between(upper, knees), legs.thighs)
    shanks = quaternion.multiply(quaternion.between(legs.ankles - legs.knees, ankles - knees), legs.shanks)
    return np.stack(
        [
            quaternion.multiply(quaternion.conjugate(legs.pelvis), thighs),
            quaternion.multiply(quaternion.conjugate(thighs), shanks),
            quaternion.multiply(quaternion.conjugate(shanks), feet),
        ],
        axis=1,
    )
