"""Poses joined without a model: what an in-between begins from, and what it is measured beside."""

from __future__ import annotations

import numpy as np

from ..protocol import quaternion
from ..protocol.motion import Motion


def interpolated(clip: Motion, given: np.ndarray) -> Motion:
    """Slerp of every joint and a straight way of the root between the frames `given` (K >= 1, rising); held outside."""
    frames = np.arange(len(clip))
    low = np.clip(np.searchsorted(given, frames, side="right") - 1, 0, len(given) - 1)
    high = np.clip(np.searchsorted(given, frames, side="left"), 0, len(given) - 1)
    a, b = given[low], given[high]
    share = np.where(b > a, (frames - a) / np.maximum(b - a, 1), 0.0)[:, None]
    rotations = quaternion.slerp(clip.rotations[a], clip.rotations[b], np.broadcast_to(share, clip.rotations.shape[:2]))
    root = (1 - share) * clip.root_translation[a] + share * clip.root_translation[b]
    return Motion(rotations, root, clip.fps, clip.skeleton)
