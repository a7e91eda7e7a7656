"""Two-bone limbs of the SMPL body and the analytic solution that brings their ends to a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..protocol import quaternion
from ..protocol.smpl import SMPL_BODY, SMPL_NAMES

STRETCHED = 0.995
"""Share of a limb's length that it reaches: beyond it an elbow snaps."""


@dataclass(frozen=True)
class Limb:
    """Joints of a chain: the upper bone goes from `root` to `middle`, the lower to `end`; `parent` carries it."""

    parent: int
    root: int
    middle: int
    end: int

    @property
    def lengths(self) -> tuple[float, float]:
        """Upper and lower bone, metres."""
        upper, lower = np.linalg.norm(SMPL_BODY.offsets[[self.middle, self.end]], axis=1)
        return float(upper), float(lower)


def _limb(*names: str) -> Limb:
    return Limb(*(SMPL_NAMES.index(name) for name in names))


LIMBS = {
    "left_wrist": _limb("L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist"),
    "right_wrist": _limb("R_Collar", "R_Shoulder", "R_Elbow", "R_Wrist"),
    "left_ankle": _limb("Pelvis", "L_Hip", "L_Knee", "L_Ankle"),
    "right_ankle": _limb("Pelvis", "R_Hip", "R_Knee", "R_Ankle"),
}
"""Goal joint -> its limb."""


def bend(limb: Limb, rotations: np.ndarray, world: np.ndarray, positions: np.ndarray, target: np.ndarray) -> None:
    """Turn `rotations` (22, 4) of one pose in place so that the limb's end comes to `target` (3,), as near as it can.

    `world` (22, 4) and `positions` (22, 3) are the pose's forward kinematics. The middle joint stays in the plane of
    the limb, swung along; the end keeps its own rotation.
    """
    upper, lower = limb.lengths
    root, middle, end = (positions[joint] for joint in (limb.root, limb.middle, limb.end))
    wanted = target - root
    reach = float(np.linalg.norm(wanted))
    if reach < 1e-6:
        return
    distance = np.clip(reach, abs(upper - lower) + 0.02, STRETCHED * (upper + lower))
    along = wanted / reach
    swing = quaternion.between(end - root, wanted)
    pole = quaternion.rotate(swing, middle - root)
    pole = pole - pole @ along * along
    if np.linalg.norm(pole) < 1e-3:
        pole = _aside(limb, along, quaternion.multiply(swing, world[limb.root]))
    pole = pole / np.linalg.norm(pole)
    forward = (upper**2 - lower**2 + distance**2) / (2 * distance)
    elbow = along * forward + pole * np.sqrt(max(upper**2 - forward**2, 0.0))
    first = quaternion.multiply(quaternion.between(middle - root, elbow), world[limb.root])
    second = quaternion.multiply(quaternion.between(end - middle, along * distance - elbow), world[limb.middle])
    rotations[limb.root] = quaternion.multiply(quaternion.conjugate(world[limb.parent]), first)
    rotations[limb.middle] = quaternion.multiply(quaternion.conjugate(first), second)


def _aside(limb: Limb, along: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Where a straight limb's middle bends to: elbows back, knees forward, in the upper bone's frame."""
    front = 1.0 if SMPL_NAMES[limb.middle].endswith("Knee") else -1.0
    pole = quaternion.rotate(upper, np.array([0.0, 0.0, front]))
    pole = pole - pole @ along * along
    return pole if np.linalg.norm(pole) > 1e-3 else np.cross(along, [1.0, 0.0, 0.0])
