"""Feet: when they stand, which way their soles face, and where the ground is."""

from __future__ import annotations

import numpy as np

from ..geometry import quaternion_from_matrix
from ..protocol import quaternion
from ..protocol.anatomy import Anatomy
from ..protocol.smpl import SMPL_NAMES, SMPL_OFFSETS, SOLE_BELOW_FOOT
from .poses import Poses
from .rest import frame, unit

Y = np.array([0.0, 1.0, 0.0])

STANDING_SPEED = 0.25
"""Ankle and toes of a standing foot move slower than this, metres a second for a leg of 0.82 m."""

LEG = 0.82
"""Length of SMPL's thigh and shin together, metres, to which speeds and heights above refer."""


def foot_alignment(side: str, up: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """C (4,) of an ankle whose sole faces against `up` and whose toes lie `forward`, both (3,) in its own frame."""
    toes = np.array(SMPL_OFFSETS[SMPL_NAMES.index(f"{side}_Foot")])
    return quaternion_from_matrix(frame(up, forward, "yz") @ frame(Y, toes, "yz").T)


def standing(poses: Poses, anatomy: Anatomy, side: str, leg: float) -> np.ndarray:
    """(T,) bool: the foot rests below an upright body."""
    ankle = anatomy.limbs[f"{side}_Ankle"]
    joints = [ankle] + ([anatomy.limbs[f"{side}_Foot"]] if f"{side}_Foot" in anatomy.limbs else [])
    if len(poses.positions) < 2:
        return np.zeros(len(poses.positions), dtype=bool)
    speed = np.linalg.norm(np.gradient(poses.positions[:, joints], axis=0), axis=-1).max(axis=1) * poses.fps
    hip = poses.positions[:, anatomy.limbs[f"{side}_Hip"], 1] - poses.positions[:, ankle, 1]
    low = poses.positions[:, ankle, 1] < np.percentile(poses.positions[:, ankle, 1], 10) + 0.05 * leg / LEG
    return (speed < STANDING_SPEED * leg / LEG) & (hip > 0.6 * leg) & low


def foot_up(poses: Poses, anatomy: Anatomy, side: str, prior: np.ndarray, leg: float) -> np.ndarray:
    """(3,) the direction, in the ankle's frame, that points up when the sole is level: the median over standing frames.

    `prior` (3,) stands where the foot hardly stands, where its standing frames disagree, or where they are as far
    from it as in a clip on tiptoe. Farther off than any ankle bends, the source's foot is rolled over (some clips of
    HDM05).
    """
    stand = standing(poses, anatomy, side, leg)
    if np.count_nonzero(stand) < max(5, 0.1 * poses.fps):
        return prior
    ups = poses.local(anatomy.limbs[f"{side}_Ankle"], Y)[stand]
    median = unit(np.median(ups, axis=0))
    spread = np.median(np.arccos(np.clip(ups @ median, -1.0, 1.0)))
    far = np.arccos(np.clip(np.dot(median, unit(prior)), -1.0, 1.0))
    plausible = far < np.radians(40.0) or far > np.radians(70.0)
    return median if spread < np.radians(8.0) and plausible else prior


_HEEL = np.array([0.0, -0.08, -0.03])
"""The heel's sole in the ankle's frame, metres; its height below the ankle is that of a flat foot (contacts.py)."""

_BODY_RADIUS = 0.06
"""Half the thickness of a body part around its joint, metres: what lies on the ground when somebody lies there."""


def sole_heights(positions: np.ndarray, world: np.ndarray) -> np.ndarray:
    """(T, 2) height of the lowest point of the left and the right sole, from SMPL positions (T, 22, 3) and global
    rotations (T, 22, 4)."""
    heights = []
    for side in ("L", "R"):
        ankle, ball = SMPL_NAMES.index(f"{side}_Ankle"), SMPL_NAMES.index(f"{side}_Foot")
        heel = positions[:, ankle, 1] + quaternion.rotate(world[:, ankle], _HEEL)[:, 1]
        heights.append(np.minimum(heel, positions[:, ball, 1] - SOLE_BELOW_FOOT))
    return np.stack(heights, axis=1)


def ground_height(positions: np.ndarray, world: np.ndarray, fps: float) -> float:
    """Height of the ground, metres: where soles stand lowest; where another part of the body lies lower, that."""
    soles = sole_heights(positions, world)
    lowest = soles.min(axis=1)
    floor = float(np.percentile(lowest, 5))
    if len(positions) > 1:
        feet = positions[:, [[SMPL_NAMES.index(f"{side}_{part}") for part in ("Ankle", "Foot")] for side in "LR"]]
        slow = (np.linalg.norm(np.gradient(feet, axis=0), axis=-1).max(axis=2) * fps) < STANDING_SPEED
        near = soles[slow & (np.abs(soles - floor) < 0.03)]
        if len(near) >= 5:
            floor = float(np.median(near))
    feet_and_toes = [SMPL_NAMES.index(f"{side}_{part}") for side in "LR" for part in ("Ankle", "Foot")]
    others = np.delete(positions[..., 1], feet_and_toes, axis=1).min(axis=1)
    lying = float(np.percentile(others, 5)) - _BODY_RADIUS
    return min(floor, lying) if lying < floor - 0.05 else floor
