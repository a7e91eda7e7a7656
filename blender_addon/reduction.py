"""Fewer keys within a stated error: smooth cubic curves through the frames that matter.

Between keys a curve is the cubic Hermite piece with the data's own slopes, which Blender draws exactly: a Bezier curve
whose handles lie at thirds of the time between two keys. Keys are put where the error is largest (as Schneider 1990
splits curves) until it is within the bound, and those that turn out needless are taken away again. All curves of one
channel share their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kinema.protocol import quaternion

from .channels import Channel

ROUNDS = 14
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


Check = Callable[[list[np.ndarray]], tuple[np.ndarray, np.ndarray]]
"""Values of all channels -> error of each channel's bone: (C,) the worst place under it in metres, (C,) the worst turn
in radians, both over all frames."""


def reduce(
    channels: Sequence[Channel], tolerances: Sequence[float], check: Check, metres: float, radians: float
) -> Reduced:
    """Keys for all channels such that `check` stays within `metres` and `radians`.

    `tolerances`: where each channel begins, radians for rotations, the armature's unit for locations; those whose bones
    break the bound are tightened until none does.
    """
    allowed = np.array(tolerances, dtype=np.float64)
    keys = [fit(channel, tolerance) for channel, tolerance in zip(channels, allowed, strict=True)]
    for number in range(ROUNDS + 1):
        sampled = [k.sample(len(channel.values)) for k, channel in zip(keys, channels, strict=True)]
        far, turned = check([values.astype(np.float32).astype(np.float64) for values in sampled])
        bad = (far > metres) | (turned > radians)
        if not bad.any():
            return Reduced(keys, 1e3 * float(far.max()), float(np.degrees(turned.max())))
        for index in np.flatnonzero(bad):
            allowed[index] *= 0.7
            exact = number == ROUNDS - 1
            keys[index] = every(channels[index]) if exact else fit(channels[index], allowed[index])
    return Reduced(keys, 1e3 * float(far.max()), float(np.degrees(turned.max())))


def every(channel: Channel) -> Keys:
    """A key on every frame."""
    return Keys(np.arange(len(channel.values)), channel.values, _slopes(channel.values))


def fit(channel: Channel, tolerance: float) -> Keys:
    """As few keys as the splitting finds, each frame within `tolerance` (radians, or the location's own unit)."""
    values = channel.values
    count = len(values)
    slopes = _slopes(values)
    still = Keys(np.array([0]), values[:1], np.zeros_like(values[:1]))
    if count == 1 or _error(channel, values, still.sample(count)).max() <= 0.25 * tolerance:
        return still

    def piece_error(start: int, stop: int) -> tuple[float, int]:
        ends = [start, stop]
        piece = Keys(np.array([0, stop - start]), values[ends], slopes[ends])
        errors = _error(channel, values[start : stop + 1], piece.sample(stop - start + 1))
        worst = int(np.argmax(errors))
        return float(errors[worst]), start + worst

    at = [0]
    waiting = [(0, count - 1)]
    while waiting:
        start, stop = waiting.pop()
        error, worst = piece_error(start, stop)
        if stop - start < 2 or error <= tolerance:
            at.append(stop)
            continue
        middle = min(max(worst, start + 1), stop - 1)
        waiting += [(middle, stop), (start, middle)]
    index = 1
    while index < len(at) - 1:
        if piece_error(at[index - 1], at[index + 1])[0] <= tolerance:
            del at[index]
            index = max(1, index - 1)
        else:
            index += 1
    return Keys(np.array(at), values[at], slopes[at])


def _slopes(values: np.ndarray) -> np.ndarray:
    """(T, n) central differences, one-sided at the ends."""
    return np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)


def _error(channel: Channel, true: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    if channel.kind in ("location", "switch"):
        return np.asarray(np.linalg.norm(true - fitted, axis=-1))
    return np.asarray(quaternion.angle_between(channel.rotations(true), channel.rotations(fitted)))
