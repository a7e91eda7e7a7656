"""Corrections that are known in stretches of time, faded to nothing and back in between; Hermite pieces, cubic or quintic."""

from functools import partial

import numpy as np

from .stance import spans


def fade(values: np.ndarray, known: np.ndarray, width: int, bends: bool = False) -> np.ndarray:
    """Values (T, D), given where `known` (T,) -> the same, filled in elsewhere so that they fade to zero and back.

    Each fade takes `width` frames and takes up value and slope at the edges, with `bends` the second difference too; a
    gap too short for two is crossed in one piece.
    """
    out = np.where(known[:, None], values, 0.0)
    if not known.any():
        return out
    edge = partial(_edge, values, known, bends)
    piece = quintic if bends else hermite
    nothing = (np.zeros(values.shape[1]),) * (3 if bends else 2)
    for start, stop in spans(~known):
        before, after = start - 1, stop
        left = edge(before, -1) if before >= 0 else None
        right = edge(after, 1) if after < len(values) else None
        if left is not None and right is not None and after - before <= 2 * width:
            out[start:stop] = piece(*left, *right, after - before)[1:-1]
            continue
        count = min(width, stop - start)
        if left is not None:
            out[start : start + count] = piece(*left, *nothing, width)[1 : count + 1]
        if right is not None:
            out[stop - count : stop] = piece(*nothing, *right, width)[:-1][-count:]
    return out


def _edge(values: np.ndarray, known: np.ndarray, bends: bool, at: int, inwards: int) -> tuple[np.ndarray, ...]:
    """Value and slope at the edge of a known stretch, and with `bends` its second difference there."""
    found = (values[at], slope_at(values, known, at, inwards))
    if not bends:
        return found
    inner = at + np.array([0, inwards, 2 * inwards])
    if inner.min() < 0 or inner.max() >= len(values) or not known[inner].all():
        return *found, np.zeros(values.shape[1])
    bend = values[inner[0]] - 2.0 * values[inner[1]] + values[inner[2]]
    return values[at], found[1] - 0.5 * inwards * bend, bend


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


def quintic(
    a: np.ndarray, da: np.ndarray, dda: np.ndarray, b: np.ndarray, db: np.ndarray, ddb: np.ndarray, length: int
) -> np.ndarray:
    """(length + 1, D) samples of the polynomial of fifth degree from a (slope da, bend dda a frame) to b (db, ddb)."""
    t = np.linspace(0.0, 1.0, length + 1)[:, None]

    def one_end(t: np.ndarray, value: np.ndarray, slope: np.ndarray, bend: np.ndarray) -> np.ndarray:
        return np.asarray(
            (1 - 10 * t**3 + 15 * t**4 - 6 * t**5) * value
            + (t - 6 * t**3 + 8 * t**4 - 3 * t**5) * length * slope
            + (0.5 * t**2 - 1.5 * t**3 + 1.5 * t**4 - 0.5 * t**5) * length**2 * bend
        )

    return one_end(t, a, da, dda) + one_end(1 - t, b, -db, ddb)
