"""Two-bone limbs: bend planes for legs that must reach a foot, and for arms given by direction and elbow bend."""

import numpy as np

from ...geometry import quaternion_from_matrix
from ...protocol import quaternion
from ...protocol.smpl import SMPL_BODY

STRAIGHTEST = 0.9955
"""Largest reach of a leg as a share of its two bones' length: the rest pose's own; beyond it a knee would lock."""

MOST_FOLDED = 0.3
"""Smallest reach of a leg as a share of its bones' length: a knee bent by about 145 degrees."""


def frame(along: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) with columns: `along`, the part of `towards` across it, and their cross product."""
    x = along / np.linalg.norm(along, axis=-1, keepdims=True)
    y = towards - np.sum(towards * x, axis=-1, keepdims=True) * x
    y = y / np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), 1e-9)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def bend(
    root: np.ndarray, end: np.ndarray, pole: np.ndarray, upper: float, lower: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middle and reached end (..., 3) of a two-bone chain from `root` towards `end`, bent to the side of `pole`; and
    the direction (..., 3) across the upper bone, in the plane of the bend, on that side.

    Law of cosines; an `end` out of reach is approached along the line to it.
    """
    line = end - root
    distance = np.linalg.norm(line, axis=-1, keepdims=True)
    axis = line / np.maximum(distance, 1e-9)
    reach = np.clip(distance, MOST_FOLDED * (upper + lower), STRAIGHTEST * (upper + lower))
    side = pole - np.sum(pole * axis, axis=-1, keepdims=True) * axis
    side = side / np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-9)
    cosine = (upper**2 + reach**2 - lower**2) / (2.0 * upper * reach)
    sine = np.sqrt(np.maximum(1.0 - cosine**2, 0.0))
    return root + upper * (cosine * axis + sine * side), root + reach * axis, cosine * side - sine * axis


class Leg:
    """Rest geometry of one leg (`side` 0 left, 1 right) and its solution."""

    def __init__(self, side: int) -> None:
        prefix = "LR"[side]
        self.hip, self.knee, self.ankle = (SMPL_BODY.index(f"{prefix}_{name}") for name in ("Hip", "Knee", "Ankle"))
        self.hip_offset = SMPL_BODY.offsets[self.hip]
        self.thigh, self.shank = SMPL_BODY.offsets[self.knee], SMPL_BODY.offsets[self.ankle]
        self.ball = SMPL_BODY.offsets[SMPL_BODY.index(f"{prefix}_Foot")]
        self.thigh_length, self.shank_length = float(np.linalg.norm(self.thigh)), float(np.linalg.norm(self.shank))
        self.length = self.thigh_length + self.shank_length
        self._rest = frame(self.thigh, np.array([0.0, 0.0, 1.0]))

    def solve(
        self, pelvis: np.ndarray, position: np.ndarray, ankle: np.ndarray, foot: np.ndarray, pole: np.ndarray
    ) -> np.ndarray:
        """Local rotations (T, 3, 4) of hip, knee and ankle.

        `pelvis` (T, 4) and `position` (T, 3) are the root's; `ankle` (T, 3) the goal; `foot` (T, 4) the foot's world
        rotation; `pole` (T, 3) where the knee points.
        """
        hip = position + quaternion.rotate(pelvis, self.hip_offset)
        knee, end, front = bend(hip, ankle, pole, self.thigh_length, self.shank_length)
        thigh = quaternion_from_matrix(frame(knee - hip, front) @ self._rest.T)
        shin = quaternion.rotate(quaternion.conjugate(thigh), end - knee)
        bent = quaternion.between(self.shank, shin)
        shank = quaternion.multiply(thigh, bent)
        return np.stack(
            [
                quaternion.multiply(quaternion.conjugate(pelvis), thigh),
                bent,
                quaternion.multiply(quaternion.conjugate(shank), foot),
            ],
            axis=1,
        )


LEGS = (Leg(0), Leg(1))


_ARM = tuple(SMPL_BODY.index(name) for name in ("L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist"))
COLLAR, SHOULDER = SMPL_BODY.offsets[_ARM[0]], SMPL_BODY.offsets[_ARM[1]]
UPPER_ARM, FOREARM = SMPL_BODY.offsets[_ARM[2]], SMPL_BODY.offsets[_ARM[3]]
_ARM_REST = frame(UPPER_ARM, np.array([0.0, 0.0, 1.0]))
_REST_BEND = np.arctan2(FOREARM[2], FOREARM[0]) - np.arctan2(UPPER_ARM[2], UPPER_ARM[0])
"""The rest pose's own elbow bend (radians), so that `flexion` of an arm is its true angle."""


def arm(upper: np.ndarray, towards: np.ndarray, flexion: float, collar: np.ndarray, wrist: np.ndarray) -> np.ndarray:
    """Local rotations (4, 4) of a LEFT collar, shoulder, elbow, wrist; mirror them for the right.

    In the chest's frame (+X outward, +Y up, +Z forward): `upper` direction of the upper arm, `towards` the direction to
    which the elbow bends, `flexion` its angle in radians (0 straight). `collar` (4,) and `wrist` (4,) local rotations.
    """
    shoulder = quaternion_from_matrix(frame(upper, towards) @ _ARM_REST.T)
    elbow = quaternion.from_axis_angle(np.array([0.0, -1.0, 0.0]), np.array(flexion - _REST_BEND))
    return np.stack([collar, quaternion.multiply(quaternion.conjugate(collar), shoulder), elbow, wrist])


def arm_to(wrist_at: np.ndarray, elbow: np.ndarray, collar: np.ndarray, wrist: np.ndarray) -> np.ndarray:
    """As `arm`, with the wrist at `wrist_at` (3,) in the chest's frame and the elbow on the side of `elbow` (3,)."""
    shoulder = COLLAR + quaternion.rotate(collar, SHOULDER)
    upper, lower = float(np.linalg.norm(UPPER_ARM)), float(np.linalg.norm(FOREARM))
    middle, end, _ = bend(shoulder, wrist_at, elbow, upper, lower)
    first, second = (middle - shoulder) / upper, (end - middle) / lower
    return arm(first, second, float(np.arccos(np.clip(first @ second, -1.0, 1.0))), collar, wrist)


def mirrored(rotations: np.ndarray) -> np.ndarray:
    """Rotations (..., 4) seen in the mirror x -> -x."""
    return rotations * np.array([1.0, 1.0, -1.0, -1.0])
