"""Which way is up in a clip, told by the body; and the clip turned so that up is +Y."""

from __future__ import annotations

import numpy as np

from ..protocol import quaternion
from ..protocol.anatomy import Anatomy
from ..protocol.motion import Motion
from .poses import Poses
from .rest import RestPose, body_axes

_Y = np.array([0.0, 1.0, 0.0])


def upright_poses(motion: Motion, anatomy: Anatomy, rest: RestPose | None) -> tuple[Poses, bool]:
    """World poses with up = +Y, and whether the clip had to be turned for it."""
    rotations, positions = motion.global_rotations(), motion.positions()
    up = _world_up(positions, anatomy, rest)
    if up[1] > 0.5:
        return Poses(rotations, positions, motion.fps), False
    # Upside down: half a turn about X, so that a camera's axes (Y down, Z away) become ours.
    turn = np.array([0.0, 1.0, 0.0, 0.0]) if up[1] < -0.5 else quaternion.between(up, _Y)
    return Poses(quaternion.multiply(turn, rotations), quaternion.rotate(turn, positions), motion.fps), True


def _world_up(positions: np.ndarray, anatomy: Anatomy, rest: RestPose | None) -> np.ndarray:
    """Signed world axis (3,) that is up.

    A body may lie, swim or stand on its hands for a whole clip, so its posture alone decides nothing against Y when its
    rest pose has Y up too; only a body that is upside down most of the time turns such a clip over.
    """
    _, up = body_axes(positions, anatomy)
    limbs = anatomy.limbs
    ankles = 0.5 * (positions[:, limbs["L_Ankle"]] + positions[:, limbs["R_Ankle"]])
    hips = 0.5 * (positions[:, limbs["L_Hip"]] + positions[:, limbs["R_Hip"]])
    up = up + (hips - ankles) / np.maximum(np.linalg.norm(hips - ankles, axis=-1, keepdims=True), 1e-9)
    up = up / np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-9)

    def share(axis: np.ndarray) -> float:
        return float(np.mean(up @ axis > 0.8))

    if share(-_Y) > 0.5:
        return -_Y
    candidates = [sign * axis for axis in np.eye(3)[[2, 0]] for sign in (1.0, -1.0)]
    if rest is not None:
        if abs(rest.up[1]) > 0.7:
            return _Y
        return rest.up if abs(np.max(np.abs(rest.up)) - 1.0) < 1e-6 and share(rest.up) >= share(_Y) else _Y
    best = max(candidates, key=share)
    return best if share(best) > 0.9 and share(_Y) < 0.05 else _Y
