"""Time courses that a primitive is made of: minimum-jerk moves, holds, beats, smooth noise. NumPy, seconds, (T,)."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ...protocol import quaternion


def min_jerk(s: np.ndarray) -> np.ndarray:
    """Minimum-jerk course 0..1 for s in 0..1, clamped outside (Flash and Hogan 1985, eq. 8)."""
    s = np.clip(s, 0.0, 1.0)
    return s * s * s * (10.0 + s * (6.0 * s - 15.0))


def keyed(time: np.ndarray, times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Minimum-jerk moves between keys (K,) or (K, n) at rising `times` (K,), constant outside -> (T,) or (T, n)."""
    times, values = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    low, part = _segments(time, times)
    part = part.reshape(-1, *([1] * (values.ndim - 1)))
    return values[low] * (1.0 - part) + values[np.minimum(low + 1, len(values) - 1)] * part


def keyed_rotations(time: np.ndarray, times: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """As `keyed`, along great circles: key rotations (K, n, 4) -> (T, n, 4)."""
    low, part = _segments(time, np.asarray(times, dtype=float))
    high = np.minimum(low + 1, len(rotations) - 1)
    part = np.broadcast_to(part[:, None], (len(time), rotations.shape[1]))
    return quaternion.slerp(rotations[low], rotations[high], part)


def _segments(time: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low = np.clip(np.searchsorted(times, time, side="right") - 1, 0, max(len(times) - 2, 0))
    span = np.maximum(times[np.minimum(low + 1, len(times) - 1)] - times[low], 1e-6)
    return low, min_jerk((time - times[low]) / span)


def pulse(time: np.ndarray, start: float, stop: float, rise: float, fall: float) -> np.ndarray:
    """0 before `start`, 1 between, 0 after `stop`; minimum-jerk edges inside the span, `rise` and `fall` seconds."""
    room = max(stop - start, 1e-3)
    scale = min(1.0, room / max(rise + fall, 1e-6))
    up = min_jerk((time - start) / max(rise * scale, 1e-3))
    down = min_jerk((stop - time) / max(fall * scale, 1e-3))
    return np.minimum(up, down)


def beats(time: np.ndarray, start: float, period: float, count: float) -> np.ndarray:
    """`count` raised-cosine beats 0 -> 1 -> 0 from `start`, `period` seconds each; 0 outside."""
    phase = np.clip((time - start) / period, 0.0, count)
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * phase)


def sway(
    rng: np.random.Generator, time: np.ndarray, channels: int, amplitude: float, fastest: float = 0.6
) -> np.ndarray:
    """Smooth noise (T, channels), standard deviation about `amplitude`, up to `fastest` hertz: a body never rests."""
    frequency = rng.uniform(0.08, fastest, (4, channels))
    phase = rng.uniform(0.0, 2.0 * np.pi, (4, channels))
    waves = np.sin(2.0 * np.pi * frequency * time[:, None, None] + phase)
    return amplitude * np.sqrt(0.5) * waves.sum(axis=1)


def smooth(values: np.ndarray, frames: float) -> np.ndarray:
    """Gaussian filter along time with a standard deviation in frames; ends are held."""
    return gaussian_filter1d(values, frames, axis=0, mode="nearest", truncate=3.0)


def smooth_above(values: np.ndarray, frames: float) -> np.ndarray:
    """A smooth curve nowhere below `values` (T,): dilate, then filter within the dilation."""
    reach = int(np.ceil(3.0 * frames))
    return smooth(maximum_filter1d(values, 2 * reach + 1, mode="nearest"), frames)
