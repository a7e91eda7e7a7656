"""Unit quaternions on arrays (..., 4), real part first (wxyz). NumPy only, for both sides of the wire."""

import numpy as np


def multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamilton product a b, (..., 4) x (..., 4) -> (..., 4): the rotation b, then a."""
    a, b = np.asarray(a), np.asarray(b)
    aw, ax, ay, az = (a[..., axis] for axis in range(4))
    bw, bx, by, bz = (b[..., axis] for axis in range(4))
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=-1,
    )


def conjugate(q: np.ndarray) -> np.ndarray:
    """Inverse rotation of unit quaternions (..., 4)."""
    return np.asarray(q) * np.array([1.0, -1.0, -1.0, -1.0], dtype=np.asarray(q).dtype)


def rotate(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Rotate vectors (..., 3) by unit quaternions (..., 4); leading axes broadcast."""
    q, v = np.asarray(q), np.asarray(v)
    axis = q[..., 1:]
    t = 2.0 * _cross(axis, v)
    return v + q[..., :1] * t + _cross(axis, t)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """np.cross of (..., 3), bit for bit, in a third of its time."""
    ax, ay, az = (a[..., axis] for axis in range(3))
    bx, by, bz = (b[..., axis] for axis in range(3))
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def normalize(q: np.ndarray) -> np.ndarray:
    """Scale (..., 4) to unit length; what is unit already, up to rounding, stays bit for bit.

    Raises ValueError where a quaternion is zero or not finite.
    """
    q = np.asarray(q)
    norm = np.linalg.norm(q, axis=-1, keepdims=True)
    if not np.all(np.isfinite(norm)) or np.any(norm < 1e-12):
        raise ValueError("a quaternion is zero or not finite and has no direction")
    return np.where(np.abs(norm - 1.0) <= 1e-15, q, q / norm)


def unroll(q: np.ndarray) -> np.ndarray:
    """Flip signs along the first axis of (T, ..., 4) so that neighbours lie in the same hemisphere.

    q and -q are the same rotation, but curves interpolated between them spin the long way round.
    """
    q = np.asarray(q)
    if len(q) < 2:
        return q.copy()
    flips = np.sum(q[1:] * q[:-1], axis=-1, keepdims=True) < 0.0
    signs = np.where(np.cumsum(flips, axis=0) % 2 == 1, -1.0, 1.0).astype(q.dtype)
    return np.concatenate([q[:1], q[1:] * signs], axis=0)


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Spherical interpolation from a (t = 0) to b (t = 1) the short way; (..., 4), (..., 4), (...) -> (..., 4)."""
    a, b = np.asarray(a), np.asarray(b)
    t = np.asarray(t)[..., None]
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0.0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    wa = np.where(near, 1.0 - t, np.sin((1.0 - t) * angle) / safe)
    wb = np.where(near, t, np.sin(t * angle) / safe)
    return normalize(wa * a + wb * b)


def from_axis_angle(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Unit axes (..., 3) and angles in radians (...) -> (..., 4)."""
    half = 0.5 * np.asarray(angle)[..., None]
    axis = np.broadcast_to(axis, np.broadcast_shapes(np.shape(axis), half.shape[:-1] + (3,)))
    return np.concatenate([np.broadcast_to(np.cos(half), axis.shape[:-1] + (1,)), np.sin(half) * axis], axis=-1)


def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Smallest rotation that takes the direction a to the direction b; (..., 3), (..., 3) -> (..., 4).

    For opposite directions the axis is any perpendicular of a.
    """
    a, b = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    a = a / np.linalg.norm(a, axis=-1, keepdims=True)
    b = b / np.linalg.norm(b, axis=-1, keepdims=True)
    w = 1.0 + np.sum(a * b, axis=-1, keepdims=True)
    xyz = np.cross(a, b)
    other = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    perpendicular = np.cross(a, other)
    opposite = w < 1e-8
    return normalize(np.concatenate([np.where(opposite, 0.0, w), np.where(opposite, perpendicular, xyz)], axis=-1))


def from_matrix(m: np.ndarray) -> np.ndarray:
    """Rotation matrices (..., 3, 3) -> (..., 4), real part not negative.

    The largest of the four squared components decides which row is divided by (Shepperd 1978), so no case is unstable.
    """
    m = np.asarray(m, dtype=np.float64)
    d = np.stack([m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]], axis=-1)
    trace = d.sum(axis=-1)
    squares = np.concatenate([trace[..., None], 2.0 * d - trace[..., None]], axis=-1)
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    x, y, z = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    own = 1.0 + squares
    rows = np.stack(
        [
            np.stack([own[..., 0], a, b, c], axis=-1),
            np.stack([a, own[..., 1], x, y], axis=-1),
            np.stack([b, x, own[..., 2], z], axis=-1),
            np.stack([c, y, z, own[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    best = np.argmax(squares, axis=-1)
    q = normalize(np.take_along_axis(rows, best[..., None, None], axis=-2)[..., 0, :])
    return np.where(q[..., :1] < 0.0, -q, q)


def to_matrix(q: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) -> rotation matrices (..., 3, 3)."""
    q = np.asarray(q)
    return np.stack([rotate(q, axis) for axis in np.eye(3)], axis=-1)


def from_rotation_vector(v: np.ndarray) -> np.ndarray:
    """Axis times angle in radians (..., 3) -> (..., 4)."""
    v = np.asarray(v, dtype=np.float64)
    angle = np.linalg.norm(v, axis=-1, keepdims=True)
    return np.concatenate([np.cos(0.5 * angle), 0.5 * np.sinc(angle / (2.0 * np.pi)) * v], axis=-1)


def to_rotation_vector(q: np.ndarray) -> np.ndarray:
    """Unit quaternions (..., 4) -> axis times angle in radians (..., 3), angle at most pi."""
    q = np.asarray(q, dtype=np.float64)
    q = np.where(q[..., :1] < 0.0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, q[..., :1])
    return q[..., 1:] * np.where(sine < 1e-9, 2.0, angle / np.maximum(sine, 1e-9))


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle in radians (...) of the rotation from a to b; (..., 4), (..., 4)."""
    difference = multiply(conjugate(a), b)
    return 2.0 * np.arctan2(np.linalg.norm(difference[..., 1:], axis=-1), np.abs(difference[..., 0]))
