"""Two-bone limbs of any rig for all frames at once: where they reach, and the angles that reach a target."""

from __future__ import annotations

import numpy as np

from kinema.protocol import quaternion


def bend_to(
    base: np.ndarray,
    middle: np.ndarray,
    end: np.ndarray,
    target: np.ndarray,
    front: np.ndarray,
    longest: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Turns (T, 4) that take the upper and the lower bone from where they are to where the end meets `target`.

    `base`, `middle`, `end`: (T, 3) present joints. `front`: (T, 3) where the limb bends to when it is straight.
    `longest`: (T,) farthest that the end may be from the base. The limb stays in its plane, swung along with the
    target. An end that is at its target already gives identities.
    """
    upper, lower, old, new = middle - base, end - middle, end - base, target - base
    a, b = (np.linalg.norm(v, axis=-1, keepdims=True) for v in (upper, lower))
    reach = np.maximum(np.linalg.norm(new, axis=-1, keepdims=True), 1e-9)
    distance = np.clip(reach, np.abs(a - b) + 0.02 * (a + b), np.minimum(longest[:, None], (a + b) * (1 - 1e-9)))
    along = new / reach
    swing = quaternion.between(old, new)
    moved = np.linalg.norm(new - old, axis=-1, keepdims=True) / (a + b)
    # A straight limb has no plane; the front decides there, and only once the limb has to move at all.
    pole = quaternion.rotate(swing, upper) / a + 0.1 * np.minimum(moved / 0.02, 1.0) * quaternion.rotate(swing, front)
    pole = pole - np.sum(pole * along, axis=-1, keepdims=True) * along
    pole = pole / np.maximum(np.linalg.norm(pole, axis=-1, keepdims=True), 1e-9)
    forward = (a**2 - b**2 + distance**2) / (2.0 * distance)
    knee = along * forward + pole * np.sqrt(np.maximum(a**2 - forward**2, 0.0))
    first = quaternion.between(upper, knee)
    second = quaternion.between(lower, along * distance - knee)
    return first, second


def spans(mask: np.ndarray) -> np.ndarray:
    """(N, 2) first frame and one past the last frame of each stretch in which `mask` (T,) is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(mask, dtype=np.int8), [0]])))
    return edges.reshape(-1, 2)


def eased_maximum(values: np.ndarray, width: int) -> np.ndarray:
    """(T,) a smooth curve nowhere below `values` (T,), which are not negative: maximum over 2 width + 1 frames, then a
    mean with raised-cosine weights over as many."""
    if width < 1 or not np.any(values > 0.0):
        return np.array(values, dtype=np.float64)
    padded = np.pad(np.asarray(values, dtype=np.float64), 2 * width, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * width + 1).max(axis=-1)
    weights = 1.0 + np.cos(np.pi * np.arange(-width, width + 1) / (width + 1))
    return np.convolve(windows, weights / weights.sum(), mode="valid")
