"""Where one text gives way to the next: features smoothed there, and there alone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..features import layout

SPREAD = 3.0
"""Frames: standard deviation of the filter at a transition."""

REACH = 12
"""Frames on either side of a transition after which nothing is smoothed."""

SMOOTHED = slice(0, layout.CONTACTS.start)


def smoothed(features: np.ndarray, frames: Iterable[int], loop: bool = False) -> np.ndarray:
    """Features (T, F) -> the same, low-passed around the transitions at `frames`; contacts stay.

    Displacements a frame are filtered like the rest, so the way as a whole is kept. `loop`: the end is followed by the
    beginning.
    """
    weight = np.zeros(len(features))
    for frame in frames:
        at = np.arange(frame - REACH, frame + REACH + 1)
        bump = 0.5 + 0.5 * np.cos(np.pi * (at - frame) / (REACH + 1))
        if loop:
            at = at % len(features)
        inside = (at >= 0) & (at < len(features))
        weight[at[inside]] = np.maximum(weight[at[inside]], bump[inside])
    if not weight.any():
        return features
    out = features.astype(np.float64)
    filtered = gaussian_filter1d(out[:, SMOOTHED], SPREAD, axis=0, mode="wrap" if loop else "nearest")
    out[:, SMOOTHED] += weight[:, None] * (filtered - out[:, SMOOTHED])
    return out
