"""Whether a clip can tell a style: long enough and moving."""

from __future__ import annotations

import numpy as np

from ..errors import MotionError
from ..protocol.motion import Motion

SHORTEST = 1.0
"""Seconds."""

LEAST_SPAN = 0.03
"""Metres; a body none of whose joints is farther than this from its usual place beside the pelvis stands still."""

LEAST_MOVING = 0.2
"""Seconds; a still clip often begins with a frame in the rest pose, which is no motion."""


def check_reference(motion: Motion, name: str = "the reference clip") -> None:
    """Raises MotionError, one sentence with the fix, for a motion too short or static to read a style from."""
    if motion.seconds < SHORTEST - 1e-6:
        raise MotionError(f"{name} lasts {motion.seconds:.2g} s; choose a clip of at least {SHORTEST:g} s")
    positions = motion.positions()
    about = positions - positions[:, :1]
    away = np.linalg.norm(about - np.median(about, axis=0), axis=-1).max(axis=1)
    if np.count_nonzero(away > LEAST_SPAN) < LEAST_MOVING * motion.fps:
        raise MotionError(f"nothing moves in {name}; choose a clip in which the character does something")
