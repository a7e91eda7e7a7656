"""Kinema's Y up, +Z forward to Blender's Z up, -Y forward: the only place where the two meet.

The change is a rotation of +90 degrees about X, so both stay right-handed and +X stays the character's left.
"""

import numpy as np


def vectors(v: np.ndarray) -> np.ndarray:
    """Positions or directions (..., 3), Y up -> (..., 3), Z up."""
    x, y, z = np.moveaxis(np.asarray(v), -1, 0)
    return np.stack([x, -z, y], axis=-1)


def rotations(q: np.ndarray) -> np.ndarray:
    """wxyz (..., 4) of a Y-up frame -> the same turn seen in the Z-up frame: a quaternion's axis turns as a vector."""
    q = np.asarray(q)
    return np.concatenate([q[..., :1], vectors(q[..., 1:])], axis=-1)


def vectors_back(v: np.ndarray) -> np.ndarray:
    """Positions or directions (..., 3), Z up -> (..., 3), Y up: undoes `vectors`."""
    x, y, z = np.moveaxis(np.asarray(v), -1, 0)
    return np.stack([x, z, -y], axis=-1)


def rotations_back(q: np.ndarray) -> np.ndarray:
    """wxyz (..., 4) of a Z-up frame -> the same turn seen in the Y-up frame: undoes `rotations`."""
    q = np.asarray(q)
    return np.concatenate([q[..., :1], vectors_back(q[..., 1:])], axis=-1)
