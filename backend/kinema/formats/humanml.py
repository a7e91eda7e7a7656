"""HumanML3D's motion vectors: .npy files of (T, 263) at 20 frames a second (Guo et al. 2022; T2M's `new_joint_vecs`).

Columns, for 22 SMPL joints, in the frame that turns the body's heading to +Z and has the root above the origin:

    1       arcsine of the turn quaternion's y since the frame before: half the yaw step, of the world against the body
    2       root x, z velocity, metres a frame
    1       root height, metres
    21 x 3  joint positions
    21 x 6  joint rotations by swing alone, found by their inverse kinematics (not read: they add nothing to positions)
    22 x 3  joint velocities (not read)
    4       foot contacts (not read)

A frame's velocities lead to the next frame, so a clip of T frames comes from T + 1. Its lowest joint is on the ground.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import FormatError
from ..protocol import quaternion
from ..protocol.smpl import BODY_JOINTS, SOLE_BELOW_FOOT

FPS = 20.0
WIDTH = 263
_POSITIONS = slice(4, 4 + 3 * (BODY_JOINTS - 1))


def read_positions(path: Path) -> np.ndarray:
    """(T, 22, 3) world positions of SMPL's body joints in metres, Y up, first frame at x = z = 0 facing +Z.

    Raised so that the soles, not the lowest joint, are on the ground. Raises FormatError for any other file.
    """
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise FormatError(f"{path.name} cannot be read as a NumPy array ({error}); check the file") from None
    if vectors.ndim != 2 or vectors.shape[1] != WIDTH or not len(vectors) or vectors.dtype.kind != "f":
        raise FormatError(f"{path.name} holds {vectors.shape}, not HumanML3D's (frames, {WIDTH}) numbers")
    if not np.isfinite(vectors).all():
        raise FormatError(f"{path.name} holds NaN or infinity; leave this clip out")
    return positions_of(vectors.astype(np.float64))


def positions_of(vectors: np.ndarray) -> np.ndarray:
    """(T, 263) vectors -> (T, 22, 3) world positions, as `read_positions`."""
    half = np.concatenate([[0.0], np.cumsum(vectors[:-1, 0])])
    zero = np.zeros_like(half)
    to_world = np.stack([np.cos(half), zero, -np.sin(half), zero], axis=-1)
    step = np.zeros((len(vectors), 3))
    step[1:, [0, 2]] = vectors[:-1, 1:3]
    root = np.cumsum(quaternion.rotate(to_world, step), axis=0)
    local = vectors[:, _POSITIONS].reshape(len(vectors), BODY_JOINTS - 1, 3)
    positions = np.concatenate([np.zeros((len(vectors), 1, 3)), quaternion.rotate(to_world[:, None], local)], axis=1)
    positions[..., [0, 2]] += root[:, None, [0, 2]]
    positions[:, 0, 1] = vectors[:, 3]
    positions[..., 1] += SOLE_BELOW_FOOT
    return positions
