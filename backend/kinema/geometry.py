"""Conversions between rotation representations, and headings; NumPy arrays (..., n), float64.

Quaternion algebra itself stands in `kinema.protocol.quaternion`. Conversions that SciPy has are SciPy's.
Convention as in `kinema.protocol.motion`: Y up, +Z forward, wxyz, column vectors.
"""

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from .protocol import quaternion

UP = np.array([0.0, 1.0, 0.0])
FORWARD = np.array([0.0, 0.0, 1.0])


def _to_scipy(q: np.ndarray) -> Rotation:
    flat = np.asarray(q, dtype=np.float64).reshape(-1, 4)
    return Rotation.from_quat(flat[:, [1, 2, 3, 0]])


def _from_scipy(rotation: Rotation, shape: tuple[int, ...]) -> np.ndarray:
    return rotation.as_quat()[:, [3, 0, 1, 2]].reshape(*shape, 4)


def quaternion_from_matrix(m: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) -> wxyz (..., 4)."""
    m = np.asarray(m, dtype=np.float64)
    return _from_scipy(Rotation.from_matrix(m.reshape(-1, 3, 3)), m.shape[:-2])


def matrix_from_quaternion(q: np.ndarray) -> np.ndarray:
    """wxyz (..., 4) -> rotation matrices (..., 3, 3)."""
    q = np.asarray(q)
    return _to_scipy(q).as_matrix().reshape(*q.shape[:-1], 3, 3)


def quaternion_from_rotation_vector(v: np.ndarray) -> np.ndarray:
    """Axis times angle in radians (..., 3) -> wxyz (..., 4)."""
    v = np.asarray(v, dtype=np.float64)
    return _from_scipy(Rotation.from_rotvec(v.reshape(-1, 3)), v.shape[:-1])


def rotation_vector_from_quaternion(q: np.ndarray) -> np.ndarray:
    """wxyz (..., 4) -> axis times angle in radians (..., 3), angle at most pi."""
    q = np.asarray(q)
    return _to_scipy(q).as_rotvec().reshape(*q.shape[:-1], 3)


def quaternion_from_euler(order: str, degrees: np.ndarray) -> np.ndarray:
    """Euler angles (..., n) in degrees -> wxyz (..., 4), for `order` such as "ZXY".

    The letters stand in the order in which a BVH file lists its channels, which is intrinsic:
    "ZXY" with (z, x, y) is the matrix Rz(z) Rx(x) Ry(y).
    """
    degrees = np.asarray(degrees, dtype=np.float64)
    flat = Rotation.from_euler(order.upper(), degrees.reshape(-1, len(order)), degrees=True)
    return _from_scipy(flat, degrees.shape[:-1])


def euler_from_quaternion(order: str, q: np.ndarray) -> np.ndarray:
    """wxyz (..., 4) -> Euler angles (..., 3) in degrees, in the convention of `quaternion_from_euler`."""
    q = np.asarray(q)
    letters: Any = order.upper()
    return _to_scipy(q).as_euler(letters, degrees=True).reshape(*q.shape[:-1], 3)


def six_from_quaternion(q: np.ndarray) -> np.ndarray:
    """wxyz (..., 4) -> (..., 6): first and second column of the matrix (Zhou et al. 2019, arXiv 1812.07035, eq. 15)."""
    m = matrix_from_quaternion(q)
    return np.concatenate([m[..., :, 0], m[..., :, 1]], axis=-1)


def quaternion_from_six(six: np.ndarray) -> np.ndarray:
    """(..., 6) -> wxyz (..., 4) by Gram-Schmidt (Zhou et al. 2019, eq. 16). Accepts unnormalised columns."""
    six = np.asarray(six, dtype=np.float64)
    x = six[..., :3] / np.maximum(np.linalg.norm(six[..., :3], axis=-1, keepdims=True), 1e-12)
    y = six[..., 3:] - np.sum(x * six[..., 3:], axis=-1, keepdims=True) * x
    y = y / np.maximum(np.linalg.norm(y, axis=-1, keepdims=True), 1e-12)
    return quaternion_from_matrix(np.stack([x, y, np.cross(x, y)], axis=-1))


def heading_angle(q: np.ndarray) -> np.ndarray:
    """Yaw in radians (...) of the rotations (..., 4): where +Z points, seen from above; 0 is +Z, +90 degrees is +X.

    The twist of the rotation about Y: continuous while a body leans and bends, undefined only upside down.
    """
    q = np.asarray(q)
    return 2.0 * np.arctan2(q[..., 2], q[..., 0])


def yaw_quaternion(angle: np.ndarray) -> np.ndarray:
    """Rotation about +Y by angles in radians (...) -> wxyz (..., 4)."""
    return quaternion.from_axis_angle(UP, np.asarray(angle, dtype=np.float64))


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Geodesic distance in radians (...) between rotations (..., 4), 0..pi."""
    dot = np.abs(np.sum(np.asarray(a) * np.asarray(b), axis=-1))
    return 2.0 * np.arccos(np.clip(dot, 0.0, 1.0))
