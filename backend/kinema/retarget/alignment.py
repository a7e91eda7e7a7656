"""How each source joint's frame lies in the body: the constants C of G(t) = R(t) C.

R(t) is a source joint's global rotation. G(t) is the global rotation of the SMPL joint that it plays, which is the
identity when that part of the body is as in SMPL's T pose facing +Z. C is constant over a clip, so the source's twist
about its bones is kept. Where the rest pose is a standing human, C follows from it (from_rest.py); where it is not, the
clip itself tells (from_motion.py). Feet are levelled by the frames in which they stand, in both cases.
"""

from __future__ import annotations

import numpy as np

from ..protocol import quaternion
from ..protocol.anatomy import SIDES, Anatomy
from .feet import foot_alignment, foot_up
from .from_motion import align_from_motion, axis_aligned, mean_relative, snap_axis
from .from_rest import align_from_rest
from .poses import Poses
from .rest import RestPose, unit
from .target import X, Y, Z

ANKLE_SLOPE = np.radians(35.0)
"""How far the line from ankle to toes slopes down in a flat foot, where neither rest pose nor standing frames tell."""

SPREAD = np.radians(12.0)
"""Shins farther from the vertical than this in the rest pose have soles at right angles to them; others stand flat."""


def align(poses: Poses, anatomy: Anatomy, rest: RestPose | None, leg: float) -> dict[int, np.ndarray]:
    """Source joint -> C (4,) wxyz, of every joint that plays a part.

    `leg`: length of the source's thigh and shin in metres, to which speeds and heights of feet are related.
    """
    found = align_from_motion(poses, anatomy) if rest is None else align_from_rest(poses, anatomy, rest)
    for side in SIDES:
        _align_foot(found, poses, anatomy, rest, side, leg)
    return found


def _align_foot(
    found: dict[int, np.ndarray], poses: Poses, anatomy: Anatomy, rest: RestPose | None, side: str, leg: float
) -> None:
    """Set C of the ankle, and of the toes, so that the sole is level when the foot stands."""
    ankle, knee = anatomy.limbs[f"{side}_Ankle"], anatomy.limbs[f"{side}_Knee"]
    toe = anatomy.limbs.get(f"{side}_Foot")
    if rest is None:
        prior, forward = _foot_from_motion(found, poses, anatomy, side)
    else:
        back = quaternion.conjugate(rest.turn)
        down = unit(rest.positions[ankle] - rest.positions[knee])
        spread = np.arccos(np.clip(-down[1], -1.0, 1.0)) > SPREAD  # CMU's legs by 20 degrees
        prior = quaternion.rotate(back, -down if spread else Y)
        forward = quaternion.rotate(back, Z if toe is None else rest.positions[toe] - rest.positions[ankle])
    found[ankle] = foot_alignment(side, foot_up(poses, anatomy, side, prior, leg), forward)
    if toe is None:
        return
    if rest is None:
        found[toe] = mean_relative(poses, toe, quaternion.multiply(poses.rotations[:, ankle], found[ankle]))
    else:
        found[toe] = found[ankle]


def _foot_from_motion(
    found: dict[int, np.ndarray], poses: Poses, anatomy: Anatomy, side: str
) -> tuple[np.ndarray, np.ndarray]:
    """Up and forward of a foot in its ankle's frame, from the knee's hinge, which lies across it."""
    ankle, knee = anatomy.limbs[f"{side}_Ankle"], anatomy.limbs[f"{side}_Knee"]
    toe = anatomy.limbs.get(f"{side}_Foot")
    shin = quaternion.multiply(poses.rotations[:, knee], found[knee])
    neutral = mean_relative(poses, ankle, shin)
    if toe is None:
        return quaternion.rotate(neutral, Y), quaternion.rotate(neutral, Z)
    bone = unit(poses.local(ankle, poses.between(ankle, toe)).mean(axis=0))
    across = quaternion.rotate(neutral, X)
    if axis_aligned(poses, anatomy):
        across = snap_axis(across, bone)
    level = unit(np.cross(bone, across))
    return np.cos(ANKLE_SLOPE) * level - np.sin(ANKLE_SLOPE) * bone, bone
