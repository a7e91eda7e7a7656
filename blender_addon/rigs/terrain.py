"""Uneven ground: the level that each foot and the hips go by, from the ground's height under the feet."""

from __future__ import annotations

import numpy as np

from .limbs import eased_maximum, spans

HIPS_WINDOW = 0.3
"""Seconds before and after a frame over which the hips' level is averaged: they do not jump from step to step."""


def foot_levels(heights: np.ndarray, down: np.ndarray, fps: float) -> np.ndarray:
    """(T, 2) metres: a foot that stands goes by one height, between stances from one to the next, over what is higher.

    `heights` (T, 2): ground under each foot. `down` (T, 2) of bool: the foot stands.
    """
    out = np.empty(heights.shape)
    for foot in range(heights.shape[1]):
        known = np.full(len(heights), np.nan)
        for start, stop in spans(down[:, foot]):
            known[start:stop] = np.median(heights[start:stop, foot])
        out[:, foot] = _joined(known, heights[:, foot], max(1, round(0.12 * fps)))
    return out


def hips_level(levels: np.ndarray, fps: float) -> np.ndarray:
    """(T,) metres by which the hips are lifted: the feet's mean level, without jumps."""
    width = max(1, round(HIPS_WINDOW * fps))
    weights = 1.0 + np.cos(np.pi * np.arange(-width, width + 1) / (width + 1))
    padded = np.pad(levels.mean(axis=1), width, mode="edge")
    return np.convolve(padded, weights / weights.sum(), mode="valid")


def _joined(known: np.ndarray, heights: np.ndarray, width: int) -> np.ndarray:
    """Levels (T,), nan in swings, with each swing eased from the stance before to the one after."""
    stands = ~np.isnan(known)
    if not stands.any():
        return np.full(len(known), float(np.median(heights)))
    out = known.copy()
    for start, stop in spans(~stands):
        before = known[start - 1] if start > 0 else known[stop]
        after = known[stop] if stop < len(known) else before
        share = np.arange(1, stop - start + 1) / (stop - start + 1)
        out[start:stop] = before + (0.5 - 0.5 * np.cos(np.pi * share)) * (after - before)
        # Zero where the foot stands, so that clearing an edge moves no stance.
        clear = eased_maximum(np.maximum(heights[start:stop] - out[start:stop], 0.0), width)
        out[start:stop] += clear * np.minimum(1.0, 3.0 * np.sin(np.pi * share))
    return out
