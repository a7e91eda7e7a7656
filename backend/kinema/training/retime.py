"""Parts of clips, at another tempo or cropped, with what is said about them kept true."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from ..features import layout
from ..geometry import heading_angle, yaw_quaternion
from ..protocol import quaternion
from ..protocol.motion import Motion

SLOWEST, FASTEST = 0.8, 1.25
"""A captured clip played this much slower or faster still looks like a person."""

_TEMPO = re.compile(
    r"\b(slow\w*|quick\w*|fast\w*|rapid\w*|leisurely|brisk\w*|sprints?|speed|pace|run|\[run\]|jump|\[jump\]|hop|\[hop\])\b"
    r"|\[(run|jump|hop|sprint|throw|kick)\]"
)


def tempo(rng: np.random.Generator, texts: Iterable[str]) -> float:
    """A factor SLOWEST..FASTEST to play a clip at; 1 when its texts speak of speed or it leaves the ground."""
    drawn = float(np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST))))
    return 1.0 if any(_TEMPO.search(text) for text in texts) else drawn


def retimed(motion: Motion, factor: float) -> Motion:
    """The motion `factor` times as fast, at its own rate."""
    if abs(factor - 1.0) < 1e-6:
        return motion
    frames = max(2, round((len(motion) - 1) / factor) + 1)
    return stretched(motion, frames)


def stretched(motion: Motion, frames: int) -> Motion:
    """The motion over `frames` frames, first and last pose kept."""
    at = np.linspace(0.0, len(motion) - 1.0, frames)
    low = np.minimum(at.astype(int), max(len(motion) - 2, 0))
    high = np.minimum(low + 1, len(motion) - 1)
    part = (at - low)[:, None]
    rotations = quaternion.slerp(
        motion.rotations[low], motion.rotations[high], np.broadcast_to(part, (frames, len(motion.skeleton)))
    )
    root = motion.root_translation[low] * (1.0 - part) + motion.root_translation[high] * part
    return Motion(rotations, root, motion.fps, motion.skeleton)


def cropped(rng: np.random.Generator, motion: Motion, shortest: float, longest: float) -> Motion:
    """A drawn part of `shortest` to `longest` seconds; the whole when it is not longer."""
    low, high = round(shortest * layout.FPS), round(longest * layout.FPS)
    if len(motion) <= low:
        return motion
    frames = int(rng.integers(low, min(high, len(motion)) + 1))
    start = int(rng.integers(len(motion) - frames + 1))
    return motion.crop(start, start + frames)


def at_origin(motion: Motion) -> Motion:
    """The motion moved and turned about Y so that it starts at x = z = 0, facing +Z."""
    back = yaw_quaternion(-heading_angle(motion.rotations[0, 0]))
    rotations = motion.rotations.copy()
    rotations[:, 0] = quaternion.multiply(back, rotations[:, 0])
    start = motion.root_translation[0] * np.array([1.0, 0.0, 1.0])
    return Motion(rotations, quaternion.rotate(back, motion.root_translation - start), motion.fps, motion.skeleton)
