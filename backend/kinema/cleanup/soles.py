"""Where the soles of the SMPL body are: a heel and a ball point under each foot, carried by the ankle's rotation."""

import numpy as np

from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_OFFSETS, SOLE_BELOW_FOOT
from .leg_ik import BALLS, Legs, legs_of

HEEL_BEHIND_ANKLE = 0.04
"""Metres from the ankle joint back to the heel's point of contact."""


def _points() -> np.ndarray:
    balls = np.array(SMPL_OFFSETS)[BALLS] - (0.0, SOLE_BELOW_FOOT, 0.0)
    return np.array([[(0.0, ball[1], -HEEL_BEHIND_ANKLE), ball] for ball in balls])


SOLE_POINTS = _points()
"""(2 feet, heel and ball, 3) metres in the ankle's frame; all four lie in one horizontal plane while a foot is flat."""


def sole_points(ankles: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """Ankle positions (T, 2, 3) and their world rotations (T, 2, 4), left then right -> points (T, 2, 2, 3)."""
    return ankles[:, :, None] + quaternion.rotate(rotations[:, :, None], SOLE_POINTS)


def sole_heights(motion: Motion) -> np.ndarray:
    """Height in metres of heel and ball of each foot above y = 0: (T, 2 feet, 2 points), on the SMPL body."""
    legs = legs_of(motion)
    return sole_points(legs.ankles, legs.feet)[..., 1]


def contact_joints(legs: Legs) -> np.ndarray:
    """Positions (T, 4, 3) of the joints whose contact is tracked, in the order of `contacts.FEET`."""
    balls = legs.ankles + quaternion.rotate(legs.feet, np.array(SMPL_OFFSETS)[BALLS])
    return np.stack([legs.ankles, balls], axis=2).reshape(len(balls), 4, 3)
