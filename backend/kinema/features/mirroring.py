"""Left-right mirroring of a Motion on the SMPL skeleton (reflection in the plane x = 0)."""

import numpy as np

from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_NAMES


def _swapped(name: str) -> str:
    return {"L_": "R_", "R_": "L_"}.get(name[:2], name[:2]) + name[2:]


_SWAP = np.array([SMPL_NAMES.index(_swapped(name)) for name in SMPL_NAMES])


def mirror(motion: Motion) -> Motion:
    """The motion seen in a mirror: left limbs do what the right ones did; twice gives the motion back.

    A reflection in x turns a rotation (w, x, y, z) into (w, x, -y, -z). The skeleton's own slight asymmetry stays.
    """
    swap = _SWAP[: len(motion.skeleton)]
    rotations = motion.rotations[:, swap] * np.array([1.0, 1.0, -1.0, -1.0])
    return Motion(rotations, motion.root_translation * np.array([-1.0, 1.0, 1.0]), motion.fps, motion.skeleton)
