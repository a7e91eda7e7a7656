"""Corrections known at some frames, carried on to the others without a jump in value or slope."""

from __future__ import annotations

import numpy as np

from ..cleanup.fading import slope_at
from ..cleanup.stance import spans


def held(values: np.ndarray, known: np.ndarray, width: int, progress: np.ndarray) -> np.ndarray:
    """Values (T, D) given where `known` (T,) -> the same, held before the first and after the last known frame.

    In between they go from one to the next as `progress` (T,) does, which must not fall: where it stands still, so does
    the correction. The slope at the known stretches' edges fades within `width` frames.
    """
    at = np.flatnonzero(known)
    if not len(at):
        return np.zeros_like(values)
    out = np.where(known[:, None], values, 0.0)
    for start, stop in spans(~known):
        before, after = start - 1, stop
        if before < 0 or after >= len(values):
            edge, inwards = (after, 1) if before < 0 else (before, -1)
            gone = np.arange(start, stop) - edge
            slope = slope_at(values, known, edge, inwards)
            out[start:stop] = values[edge] + slope * _eased(np.abs(gone), width)[:, None] * np.sign(gone)[:, None]
            continue
        share = _share(progress[before : after + 1])[1:-1, None]
        out[start:stop] = (1 - share) * values[before] + share * values[after]
        length = after - before
        reach = min(width, length)
        frames = np.arange(1, length)
        for edge, inwards, gone in ((before, -1, frames), (after, 1, length - frames)):
            slope = slope_at(values, known, edge, inwards) - _chord(values, before, after, progress, edge, inwards)
            out[start:stop] -= inwards * slope * _pulse(gone, reach)[:, None]
    return out


def _share(progress: np.ndarray) -> np.ndarray:
    way = progress - progress[0]
    return way / way[-1] if way[-1] > 1e-9 else np.linspace(0.0, 1.0, len(progress))


def _chord(values: np.ndarray, before: int, after: int, progress: np.ndarray, edge: int, inwards: int) -> np.ndarray:
    """Slope a frame with which the interpolation leaves `edge`."""
    share = _share(progress[before : after + 1])
    step = share[1] - share[0] if edge == before else share[-1] - share[-2]
    return (values[after] - values[before]) * step


def _pulse(gone: np.ndarray, reach: int) -> np.ndarray:
    """Frames from an edge -> a bump of slope 1 there that ends at `reach` with value and slope 0."""
    t = np.clip(gone / reach, 0.0, 1.0)
    return reach * t * (1 - t) ** 2


def _eased(gone: np.ndarray, reach: int) -> np.ndarray:
    """Frames from an edge -> a way that begins with slope 1 and comes to rest within `reach`."""
    t = np.clip(gone / reach, 0.0, 1.0)
    return reach * (t - t**2 + t**3 / 3)
