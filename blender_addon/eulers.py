"""Euler angles as Blender's channels want them: its six orders, and curves that run on instead of jumping."""

from __future__ import annotations

import numpy as np

from kinema.protocol import quaternion

ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")
_EVEN = ("XYZ", "YZX", "ZXY")


def to_quaternion(order: str, angles: np.ndarray) -> np.ndarray:
    """Radians (..., 3) about x, y, z -> wxyz (..., 4). Blender's "XYZ" turns about x first, then y, then z."""
    out = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (*np.shape(angles)[:-1], 4))
    for letter in order:
        axis = "XYZ".index(letter)
        out = quaternion.multiply(quaternion.from_axis_angle(np.eye(3)[axis], angles[..., axis]), out)
    return out


def from_quaternion(order: str, q: np.ndarray, begin: np.ndarray | None = None) -> np.ndarray:
    """wxyz (T, 4) -> radians (T, 3) about x, y, z, unrolled: of the two triples of angles for each rotation, and of
    their full turns, the one nearest to the frame before, for the first to `begin` (3,) or zeros.

    With i, j, k the order's axes and e its parity, R = Rk Rj Ri gives sin b = -e R[k, i], tan a = e R[k, j] / R[k, k],
    tan c = e R[j, i] / R[i, i].
    """
    i, j, k = ("XYZ".index(letter) for letter in order)
    e = 1.0 if order in _EVEN else -1.0
    m = quaternion.to_matrix(quaternion.normalize(q))
    first = np.zeros((len(m), 3))
    first[:, j] = np.arcsin(np.clip(-e * m[:, k, i], -1.0, 1.0))
    first[:, i] = np.arctan2(e * m[:, k, j], m[:, k, k])
    first[:, k] = np.arctan2(e * m[:, j, i], m[:, i, i])
    locked = np.abs(m[:, k, i]) > 1.0 - 1e-9
    first[locked, k] = 0.0
    first[locked, i] = np.arctan2(-e * m[locked, j, k], m[locked, j, j])
    second = first + np.pi
    second[:, j] = np.pi - first[:, j]
    out = first.copy()
    for frame in range(len(out)):
        before = out[frame - 1] if frame else (np.zeros(3) if begin is None else begin)
        choices = [c + 2.0 * np.pi * np.round((before - c) / (2.0 * np.pi)) for c in (first[frame], second[frame])]
        out[frame] = min(choices, key=lambda c: float(np.abs(c - before).sum()))
    return out
