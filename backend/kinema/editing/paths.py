"""A request's path as the root's place and heading at each frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from ..cleanup.stance import spans

SLOWEST = 0.15
"""Metres a second below which a path says nothing of where the body faces."""

TURNING = 0.15
"""Seconds over which the direction of a path is averaged: a body cannot turn at a corner at once."""

MILESTONE = 1.0
"""Seconds between the places of a path that the network is told.

It was taught whole paths of real bodies, which sway with every step: read off a smooth one, frame by frame, its legs
average over the steps that they might be in, and slide.
"""


def milestones(place: np.ndarray, fps: float) -> np.ndarray:
    """(T,) of bool: frames of a path (T, 2), NaN where free, that the network is told; the ends of each stretch too."""
    told = np.zeros(len(place), dtype=bool)
    for start, stop in spans(np.isfinite(place[:, 0])):
        count = 1 + max(1, round((stop - 1 - start) / (MILESTONE * fps)))
        told[np.linspace(start, stop - 1, count).round().astype(int)] = True
    return told


def rails(path: Sequence[Sequence[float]], frames: int, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """Points (seconds, x, z[, heading degrees]) -> place (T, 2) and heading (T,) in radians, NaN where nothing is said.

    Between points the path is a curve that overshoots none (PCHIP). Where no point has a heading the body faces where
    the path leads, and keeps facing so while it stands.
    """
    place, heading = np.full((frames, 2), np.nan), np.full(frames, np.nan)
    moments = np.array([point[0] for point in path])
    spots = np.array([point[1:3] for point in path], dtype=float)
    frame = np.arange(frames) / fps
    on = (frame >= moments[0] - 0.5 / fps) & (frame <= moments[-1] + 0.5 / fps)
    if len(path) == 1:
        place[on] = spots[0]
    else:
        place[on] = PchipInterpolator(moments, spots)(np.clip(frame[on], moments[0], moments[-1]))
    said = [(point[0], np.radians(point[3])) for point in path if len(point) == 4]
    if said:
        return place, _between(frame, said)
    if on.sum() > 2:
        heading[on] = _directions(place[on], fps)
    return place, heading


def _between(frame: np.ndarray, said: Sequence[tuple[float, float]]) -> np.ndarray:
    """Headings by the shorter turns between those that are said, at their times; NaN outside."""
    times, angles = np.array([s[0] for s in said]), np.unwrap([s[1] for s in said])
    step = frame[1] - frame[0] if len(frame) > 1 else 1.0
    out = np.interp(frame, times, angles)
    out[(frame < times[0] - 0.5 * step) | (frame > times[-1] + 0.5 * step)] = np.nan
    return out


def _directions(place: np.ndarray, fps: float) -> np.ndarray:
    """Where a dense path (N, 2) leads, radians (N,); over standing stretches interpolated; NaN if it never moves."""
    velocity = np.gradient(place, axis=0) * fps
    velocity = gaussian_filter1d(velocity, TURNING * fps, axis=0, mode="nearest")
    moving = np.linalg.norm(velocity, axis=1) > SLOWEST
    if not moving.any():
        return np.full(len(place), np.nan)
    angles = np.unwrap(np.arctan2(velocity[moving, 0], velocity[moving, 1]))
    return np.interp(np.arange(len(place)), np.flatnonzero(moving), angles)
