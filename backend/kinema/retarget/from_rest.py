"""Alignment constants from a rest pose that is a standing human.

Trunk and head are as in SMPL's rest pose. A limb's rest direction is swung from SMPL's by the shortest way, parent
first: so a T, an A and an I pose with hands as they hang give the same.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..geometry import rotation_vector_from_quaternion
from ..protocol import quaternion
from ..protocol.anatomy import SIDES, Anatomy
from .poses import Poses
from .rest import RestPose, frame, unit
from .target import ARM, LEG, OFFSET, hinge_axis

LEAST_BEND = 0.5
"""Sum over frames of both elbows' bends, radians, below which a clip says nothing about their hinges."""

LEAST_ROLL = np.radians(10.0)
"""Smaller corrections are within what is uncertain: SMPL's own elbows are bent by 6 degrees at rest."""

AGREEMENT = 0.985
"""Length of the mean hinge, of 1 where all frames agree, above which the elbows have one axis."""


def align_from_rest(poses: Poses, anatomy: Anatomy, rest: RestPose) -> dict[int, np.ndarray]:
    """Source joint -> C (4,), of all joints but the feet, whose C here is only a start."""
    back = quaternion.conjugate(rest.turn)
    found = dict.fromkeys((anatomy.pelvis, *anatomy.spine, *anatomy.neck), back)
    if anatomy.head is not None:
        found[anatomy.head] = back
    limbs = anatomy.limbs
    for side in SIDES:
        if f"{side}_Collar" in limbs:
            found[limbs[f"{side}_Collar"]] = back
        for parts in (LEG, ARM):
            for part, swing in zip(parts[:2], _swings(rest.positions, anatomy, side, parts), strict=True):
                found[limbs[f"{side}_{part}"]] = quaternion.multiply(back, swing)
        hand = _hand(quaternion.multiply(rest.turn, found[limbs[f"{side}_Elbow"]]), rest.positions, anatomy, side)
        found[limbs[f"{side}_Wrist"]] = found[anatomy.hands[side]] = quaternion.multiply(back, hand)
    roll = _elbow_roll(poses, limbs, found)
    for side, angle in zip(SIDES, (roll, -roll), strict=True):
        for part, end in pairwise(ARM):
            joint = limbs[f"{side}_{part}"]
            turn = quaternion.from_axis_angle(unit(OFFSET[f"{side}_{end}"]), np.asarray(angle))
            found[joint] = quaternion.multiply(found[joint], turn)
    return found


def _swings(
    rest: np.ndarray, anatomy: Anatomy, side: str, parts: tuple[str, str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations that bring SMPL's two bones of a limb onto the rest pose's, the second carried by the first."""
    _, middle, end = parts
    a, b, c = (rest[anatomy.limbs[f"{side}_{part}"]] for part in parts)
    first = quaternion.between(OFFSET[f"{side}_{middle}"], b - a)
    carried = quaternion.rotate(first, OFFSET[f"{side}_{end}"])
    return first, quaternion.multiply(quaternion.between(carried, c - b), first)


def _hand(swing: np.ndarray, rest: np.ndarray, anatomy: Anatomy, side: str) -> np.ndarray:
    """The hand goes on with the forearm's rotation, swung to where the fingers begin."""
    if side not in anatomy.fingers:
        return swing
    fingers = rest[list(anatomy.fingers[side])].mean(axis=0) - rest[anatomy.limbs[f"{side}_Wrist"]]
    return quaternion.multiply(quaternion.between(quaternion.rotate(swing, OFFSET[f"{side}_Hand"]), fingers), swing)


def _elbow_roll(poses: Poses, limbs: dict[str, int], found: dict[int, np.ndarray]) -> float:
    """Angle in radians about the left arm's bones (mirrored for the right) from SMPL's elbow hinge to the source's.

    `found`: C of the upper arms before this correction. CMU's and HDM05's elbows have one axis, 30 degrees off the
    vertical of their T pose. Where the elbows of a clip agree on one axis the twist is corrected by it; where they do
    not (three free axes, hardly any bend), the rest pose stands.
    """
    total, weight = np.zeros(2), 0.0
    for side, mirror in zip(SIDES, (1.0, -1.0), strict=True):
        upper, lower = limbs[f"{side}_Shoulder"], limbs[f"{side}_Elbow"]
        local = quaternion.multiply(quaternion.conjugate(poses.rotations[:, upper]), poses.rotations[:, lower])
        bend = quaternion.rotate(quaternion.conjugate(found[upper]), rotation_vector_from_quaternion(local))
        # Along the bone (pronation, left out), along SMPL's hinge, across.
        parts = bend @ frame(OFFSET[f"{side}_Elbow"], hinge_axis(side, "Elbow"), "xy")
        total += np.array([parts[:, 1].sum(), mirror * parts[:, 2].sum()])
        weight += float(np.linalg.norm(parts[:, 1:], axis=-1).sum())
    if weight < LEAST_BEND or np.linalg.norm(total) < AGREEMENT * weight or total[0] < 0.5 * weight:
        return 0.0
    angle = float(np.arctan2(total[1], total[0]))
    return angle if abs(angle) > LEAST_ROLL else 0.0
