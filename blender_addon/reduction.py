"""Fewer keys within a stated error: smooth cubic curves through the frames that matter.

Between keys a curve is a cubic Hermite piece, which Blender draws exactly: a Bezier curve whose handles lie at thirds
of the time between two keys. Keys are put where the error is largest (as Schneider 1990 splits curves), values and
slopes by least squares, until each frame is within the bound. All curves of one channel share their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kinema.protocol import quaternion

from .channels import Channel

SLOPE_WEIGHT = 0.02

ROUNDS = 24
"""Times that tolerances are tightened before every frame is keyed."""


@dataclass(frozen=True, eq=False)
class Keys:
    """`at`: (K,) frames counted from 0. `values`, `slopes`: (K, n), slopes in value a frame."""

    at: np.ndarray
    values: np.ndarray
    slopes: np.ndarray

    def sample(self, count: int) -> np.ndarray:
        """(count, n) values on frames 0..count-1."""
        if len(self.at) == 1:
            return np.repeat(self.values, count, axis=0)
        frames = np.arange(count)
        piece = np.clip(np.searchsorted(self.at, frames, side="right") - 1, 0, len(self.at) - 2)
        width = (self.at[piece + 1] - self.at[piece])[:, None].astype(float)
        t = (frames - self.at[piece])[:, None] / width
        a, b = self.values[piece], self.values[piece + 1]
        u, v = self.slopes[piece] * width, self.slopes[piece + 1] * width
        return (2 * t**3 - 3 * t**2 + 1) * a + (t**3 - 2 * t**2 + t) * u + (3 * t**2 - 2 * t**3) * b + (t**3 - t**2) * v


@dataclass(frozen=True, eq=False)
class Reduced:
    """`keys` for each channel; `millimetres` and `degrees`: largest error of any joint and bone on any frame."""

    keys: list[Keys]
    millimetres: float
    degrees: float


@dataclass(frozen=True, eq=False)
class Checked:
    """`metres`, `radians`: largest error of any joint and any bone. `blame`: (C, T) bool, which channels to tighten on
    which frames so that all come within the bounds."""

    metres: float
    radians: float
    blame: np.ndarray


Check = Callable[[list[np.ndarray]], Checked]
"""Values of all channels -> what they do to the skeleton."""


def reduce(channels: Sequence[Channel], tolerances: Sequence[float], check: Check) -> Reduced:
    """Keys for all channels such that `check` blames none.

    `tolerances`: where each channel begins, radians for rotations, the armature's unit for locations. Those that are
    blamed are tightened around the frame.
    """
    allowed = [np.full(len(c.values), tolerance) for c, tolerance in zip(channels, tolerances, strict=True)]
    keys = [fit(channel, tolerance) for channel, tolerance in zip(channels, allowed, strict=True)]
    number = 0
    while True:
        sampled = [k.sample(len(channel.values)) for k, channel in zip(keys, channels, strict=True)]
        found = check([values.astype(np.float32).astype(np.float64) for values in sampled])
        if not found.blame.any() or number > ROUNDS:
            return Reduced(keys, 1e3 * found.metres, float(np.degrees(found.radians)))
        number += 1
        for index in np.flatnonzero(found.blame.any(axis=1)):
            near = np.convolve(found.blame[index], np.ones(3), mode="same")[: len(allowed[index])] > 0
            allowed[index] = np.where(near, 0.7 * allowed[index], allowed[index])
            keys[index] = every(channels[index]) if number == ROUNDS else fit(channels[index], allowed[index])


def every(channel: Channel) -> Keys:
    """A key on every frame."""
    return Keys(np.arange(len(channel.values)), channel.values, _slopes(channel.values))


def fit(channel: Channel, tolerance: np.ndarray) -> Keys:
    """Few keys with each frame within its `tolerance` (T,), radians, or the location's own unit.

    Values and slopes at the keys are those of the least-squares cubic for the keys' frames; where a piece is beyond the
    tolerance a key is added on its worst frame, and all are solved again.
    """
    values = channel.values
    count = len(values)
    still = Keys(np.array([0]), values[:1], np.zeros_like(values[:1]))
    if count == 1 or np.all(local_error(channel, values, still.sample(count)) <= 0.25 * tolerance):
        return still
    at = np.array([0, count - 1])
    while 3 * len(at) < 2 * count:
        keys = _least_squares(values, at)
        errors = local_error(channel, values, keys.sample(count))
        piece = np.clip(np.searchsorted(at, np.arange(count), side="right") - 1, 0, len(at) - 2)
        added = []
        for number in np.unique(piece[errors > tolerance]):
            inner = np.arange(at[number] + 1, at[number + 1])
            if len(inner):
                added.append(int(inner[np.argmax(errors[inner] / tolerance[inner])]))
        if not added:
            return keys if np.all(errors <= tolerance) else every(channel)
        at = np.unique(np.concatenate([at, added]))
    return every(channel)


def _least_squares(values: np.ndarray, at: np.ndarray) -> Keys:
    """Keys at the frames `at` whose cubic pieces are nearest to all values (T, n)."""
    count, known = len(values), len(at)
    frames = np.arange(count)
    piece = np.clip(np.searchsorted(at, frames, side="right") - 1, 0, known - 2)
    width = (at[piece + 1] - at[piece]).astype(float)
    t = (frames - at[piece]) / width
    matrix = np.zeros((count, 2 * known))
    matrix[frames, piece] = 2 * t**3 - 3 * t**2 + 1
    matrix[frames, piece + 1] += 3 * t**2 - 2 * t**3
    matrix[frames, known + piece] = (t**3 - 2 * t**2 + t) * width
    matrix[frames, known + piece + 1] += (t**3 - t**2) * width
    # Between neighbouring keys slopes are free: a trace of weight keeps them near the data's own. With it the normal
    # equations are far from singular, and solved forty times as fast as the same problem by singular values.
    square, wanted = matrix.T @ matrix, matrix.T @ values
    slope = known + np.arange(known)
    square[slope, slope] += SLOPE_WEIGHT**2
    wanted[known:] += SLOPE_WEIGHT**2 * _slopes(values)[at]
    solved = np.linalg.solve(square, wanted)
    return Keys(at, solved[:known], solved[known:])


def _slopes(values: np.ndarray) -> np.ndarray:
    """(T, n) central differences, one-sided at the ends."""
    return np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)


def local_error(channel: Channel, true: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """(T,) radians, or the location's own unit."""
    if channel.kind in ("location", "switch"):
        return np.asarray(np.linalg.norm(true - fitted, axis=-1))
    return np.asarray(quaternion.angle_between(channel.rotations(true), channel.rotations(fitted)))
