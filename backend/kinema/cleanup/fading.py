"""Corrections known in stretches of time, faded to nothing and back in between; Hermite pieces, cubic or quintic."""

import numpy as np

from .stance import spans


def fade(values: np.ndarray, known: np.ndarray, width: int, level: bool = False) -> np.ndarray:
    """Values (T, D), given where `known` (T,) -> the same, filled in elsewhere so that they fade to zero and back.

    Each fade takes `width` frames and takes up value and slope at the edges; a `level` one begins and ends without any
    second difference. A gap too short for two is crossed in one piece.
    """
    out = np.where(known[:, None], values, 0.0)
    if not known.any():
        return out
    piece = quintic if level else hermite
    nothing = np.zeros(values.shape[1])
    for start, stop in spans(~known):
        before, after = start - 1, stop
        left = (values[before], slope_at(values, known, before, -1)) if before >= 0 else None
        right = (values[after], slope_at(values, known, after, 1)) if after < len(values) else None
        if left is not None and right is not None and after - before <= 2 * width:
            out[start:stop] = piece(*left, *right, after - before)[1:-1]
            continue
        count = min(width, stop - start)
        if left is not None:
            out[start : start + count] = piece(*left, nothing, nothing, width)[1 : count + 1]
        if right is not None:
            out[stop - count : stop] = piece(nothing, nothing, *right, width)[:-1][-count:]
    return out


def slope_at(values: np.ndarray, known: np.ndarray, at: int, inwards: int) -> np.ndarray:
    """(D,) slope a frame at the edge `at` of a known stretch that lies in the direction `inwards`; 0 for one frame."""
    inner = at + inwards
    if 0 <= inner < len(values) and known[inner]:
        return (values[inner] - values[at]) * inwards
    return np.zeros(values.shape[1])


def hermite(a: np.ndarray, da: np.ndarray, b: np.ndarray, db: np.ndarray, length: int) -> np.ndarray:
    """(length + 1, D) samples of the cubic from a (slope da a frame) to b (slope db)."""
    t = np.linspace(0.0, 1.0, length + 1)[:, None]
    return (
        (2 * t**3 - 3 * t**2 + 1) * a
        + (t**3 - 2 * t**2 + t) * length * da
        + (3 * t**2 - 2 * t**3) * b
        + (t**3 - t**2) * length * db
    )


def quintic(a: np.ndarray, da: np.ndarray, b: np.ndarray, db: np.ndarray, length: int) -> np.ndarray:
    """(length + 1, D) samples of the quintic from a (slope da a frame) to b (slope db), without bend at either end."""
    t = np.linspace(0.0, 1.0, length + 1)[:, None]
    return (
        (1 - 10 * t**3 + 15 * t**4 - 6 * t**5) * a
        + (t - 6 * t**3 + 8 * t**4 - 3 * t**5) * length * da
        + (10 * t**3 - 15 * t**4 + 6 * t**5) * b
        + (-4 * t**3 + 7 * t**4 - 3 * t**5) * length * db
    )
