"""When feet stand on the ground: needed by the features, the clean-up and the measurements alike."""

import numpy as np

from .protocol.smpl import SMPL_NAMES

FEET = tuple(SMPL_NAMES.index(name) for name in ("L_Ankle", "L_Foot", "R_Ankle", "R_Foot"))
"""Joints whose contact is tracked: heel side and ball of the left foot, then of the right."""

HEIGHT = np.array([0.13, 0.07, 0.13, 0.07])
"""A joint of FEET can only stand while it is lower than this above the ground, metres (rest: ankle 0.08, ball 0.02)."""

SPEED = 0.35
"""A standing joint moves slower than this, metres a second."""


def foot_contacts(positions: np.ndarray, fps: float) -> np.ndarray:
    """Joint positions (T, J >= 12, 3) of the SMPL skeleton, ground at y = 0 -> contacts (T, 4) of 0.0 or 1.0, as FEET.

    Speed is the central difference; runs of contact shorter than 0.1 s are dropped as noise.
    """
    feet = positions[:, FEET]
    if len(feet) < 2:
        return (feet[..., 1] < HEIGHT).astype(np.float64)
    speed = np.linalg.norm(np.gradient(feet, axis=0), axis=-1) * fps
    contact = (feet[..., 1] < HEIGHT) & (speed < SPEED)
    shortest = max(1, round(0.1 * fps))
    for column in range(4):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], contact[:, column].astype(np.int8), [0]])))
        for start, stop in edges.reshape(-1, 2):
            if stop - start < shortest:
                contact[start:stop, column] = False
    return contact.astype(np.float64)
