"""A motion at other moments, without the corners that linear interpolation leaves in its velocity."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from ..protocol import quaternion
from ..protocol.motion import Motion


def at_rate(motion: Motion, fps: float, frames: int) -> Motion:
    """`frames` frames at `fps` from the first moment on, by cubic splines; past the end the last frame stands.

    Quaternions are made continuous, interpolated in R^4 and normalised. The same rate gives the frames as they are.
    """
    if abs(fps - motion.fps) < 1e-9:
        index = np.minimum(np.arange(frames), len(motion) - 1)
        return Motion(motion.rotations[index], motion.root_translation[index], fps, motion.skeleton)
    moments = np.minimum(np.arange(frames) / fps, (len(motion) - 1) / motion.fps)
    if len(motion) < 4:
        return at_rate(motion.resample(fps), fps, frames)
    rotations = quaternion.unroll(motion.rotations)
    flat = np.concatenate([rotations.reshape(len(motion), -1), motion.root_translation], axis=1)
    made = CubicSpline(np.arange(len(motion)) / motion.fps, flat, axis=0)(moments)
    return Motion(made[:, :-3].reshape(frames, -1, 4), made[:, -3:], fps, motion.skeleton)


def frames_at(frames: int, fps: float, other: float) -> int:
    """How many frames at rate `other` cover `frames` frames at `fps`, the last one included."""
    return int(np.ceil((frames - 1) * other / fps - 1e-6)) + 1
