"""Whether a clip can tell a style: long enough and moving."""

from __future__ import annotations

import numpy as np

from ..errors import MotionError
from ..protocol.motion import Motion

SHORTEST = 1.0
"""Seconds."""

LEAST_SPAN = 0.03
"""Metres; a body none of whose joints moves farther than this from its mean place beside the pelvis stands still."""


def check_reference(motion: Motion, name: str = "the reference clip") -> None:
    """Raises MotionError, one sentence with the fix, for a motion too short or static to read a style from."""
    if motion.seconds < SHORTEST - 1e-6:
        raise MotionError(f"{name} lasts {motion.seconds:.2g} s; choose a clip of at least {SHORTEST:g} s")
    positions = motion.positions()
    about = positions - positions[:, :1]
    span = np.linalg.norm(about - about.mean(axis=0), axis=-1).max()
    if span < LEAST_SPAN:
        raise MotionError(f"nothing moves in {name}; choose a clip in which the character does something")
