"""The target body as retargeting needs it: SMPL_BODY by joint name, its hinges and leg length."""

from __future__ import annotations

import numpy as np

from ..protocol import quaternion
from ..protocol.smpl import SMPL_BODY, SMPL_NAMES, SMPL_OFFSETS

NAMES = SMPL_BODY.names
INDEX = {name: index for index, name in enumerate(NAMES)}
OFFSET = {name: np.array(offset) for name, offset in zip(SMPL_NAMES, SMPL_OFFSETS, strict=True)}
"""Rest offset (3,) of each of SMPL's 24 joints from its parent, metres."""

ARM = ("Shoulder", "Elbow", "Wrist")
LEG = ("Hip", "Knee", "Ankle")

X, Y, Z = np.eye(3)

LEG_LENGTH = 0.5 * float(sum(np.linalg.norm(OFFSET[f"{side}_{part}"]) for side in "LR" for part in LEG[1:]))
"""Thigh and shin, metres, mean of both sides."""


def hinge_axis(side: str, part: str) -> np.ndarray:
    """(3,) axis in SMPL's rest pose about which a knee or elbow ("Knee", "Elbow") bends by positive angles."""
    if part == "Knee":
        return X
    return -Y if side == "L" else Y


def place(world: np.ndarray, root: np.ndarray) -> np.ndarray:
    """(T, 22, 3) positions of SMPL_BODY from global rotations (T, 22, 4) and root positions (T, 3)."""
    positions = np.empty((*world.shape[:2], 3))
    positions[:, 0] = root
    for joint in range(1, len(NAMES)):
        parent = SMPL_BODY.parents[joint]
        positions[:, joint] = positions[:, parent] + quaternion.rotate(world[:, parent], OFFSET[NAMES[joint]])
    return positions
