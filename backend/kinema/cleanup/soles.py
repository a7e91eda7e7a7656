"""Where the soles of the SMPL body are: a heel and a ball point under each foot, carried by the ankle's rotation."""

import numpy as np

from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_NAMES, SMPL_OFFSETS, SOLE_BELOW_FOOT

LEGS = tuple(
    tuple(SMPL_NAMES.index(f"{side}_{joint}") for joint in ("Hip", "Knee", "Ankle", "Foot")) for side in ("L", "R")
)
"""Hip, knee, ankle and foot (ball) joints of the left, then of the right leg."""

HEEL_BEHIND_ANKLE = 0.04
"""Metres from the ankle joint back to the heel's point of contact."""


def _points() -> np.ndarray:
    balls = [np.array(SMPL_OFFSETS[foot]) - (0.0, SOLE_BELOW_FOOT, 0.0) for *_, foot in LEGS]
    return np.array([[(0.0, ball[1], -HEEL_BEHIND_ANKLE), ball] for ball in balls])


SOLE_POINTS = _points()
"""(2 feet, heel and ball, 3) metres in the ankle's frame; all four lie in one horizontal plane while a foot is flat."""


def sole_points(ankles: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """Ankle positions (T, 2, 3) and their world rotations (T, 2, 4), left then right -> points (T, 2, 2, 3)."""
    return ankles[:, :, None] + quaternion.rotate(rotations[:, :, None], SOLE_POINTS)


def sole_heights(motion: Motion) -> np.ndarray:
    """Height in metres of heel and ball of each foot above y = 0: (T, 2 feet, 2 points), on the SMPL body."""
    ankles = [leg[2] for leg in LEGS]
    return sole_points(motion.positions()[:, ankles], motion.global_rotations()[:, ankles])[..., 1]
