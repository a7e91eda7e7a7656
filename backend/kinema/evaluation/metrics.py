"""Figures on embeddings: R-precision, MM-Dist, FID, diversity, multimodality, and their 95 % intervals; NumPy alone.

Definitions after T2M (Guo et al. 2022, section 5). Motions and texts are rows of (N, D) arrays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError

POOL = 32
"""Candidates among which R-precision ranks: a motion's own text and 31 others."""


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(..., N, M) Euclidean distances between rows of (..., N, D) and (..., M, D)."""
    square = np.square(a).sum(-1)[..., :, None] + np.square(b).sum(-1)[..., None, :] - 2.0 * a @ np.swapaxes(b, -1, -2)
    return np.sqrt(np.maximum(square, 0.0))


def r_precision(
    motions: np.ndarray, texts: np.ndarray, names: Sequence[str], rng: np.random.Generator, pool: int = POOL
) -> np.ndarray:
    """(3,) share of motions whose own text is among the nearest 1, 2, 3 of `pool` texts.

    `names`: the sentences; equal ones count as the same text, and a tie with another text counts against the motion.
    Clips are dealt into pools at random; the rest that fills none is left out. Raises InputError below one pool.
    """
    if len(motions) < pool:
        raise InputError(f"R-precision needs at least {pool} clips, there are {len(motions)}; give a larger set")
    dealt = rng.permutation(len(motions))[: len(motions) // pool * pool].reshape(-1, pool)
    gap = distances(motions[dealt], texts[dealt])
    own = np.diagonal(gap, axis1=1, axis2=2)[..., None]
    numbers = np.unique(np.asarray(names), return_inverse=True)[1][dealt]
    same = numbers[:, :, None] == numbers[:, None, :]
    ahead = (~same & (gap <= own + 1e-9)).sum(axis=2)
    return np.array([(ahead < top).mean() for top in (1, 2, 3)])


def mm_distance(motions: np.ndarray, texts: np.ndarray) -> float:
    """Mean distance of a motion to its own text."""
    return float(np.linalg.norm(motions - texts, axis=1).mean())


def fid(a: np.ndarray, b: np.ndarray) -> float:
    """Frechet distance of two normal distributions fitted to (N, D) and (M, D) (Heusel et al. 2017, eq. 6).

    The trace of (A B)^(1/2) is the sum of square roots of the eigenvalues of A^(1/2) B A^(1/2), which are real and not
    negative, so that singular covariances (N <= D) do no harm. Raises InputError below two rows.
    """
    if min(len(a), len(b)) < 2:
        raise InputError("FID needs at least two clips on either side; give a larger set")
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    first, second = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0.0)).sum()
    apart = np.square(a.mean(axis=0) - b.mean(axis=0)).sum()
    return float(max(apart + np.trace(first) + np.trace(second) - 2.0 * shared, 0.0))


def diversity(motions: np.ndarray, rng: np.random.Generator, pairs: int = 300) -> float:
    """Mean distance of `pairs` random pairs of different clips. Raises InputError below two clips."""
    if len(motions) < 2:
        raise InputError("diversity needs at least two clips; give a larger set")
    first = rng.integers(len(motions), size=pairs)
    second = (first + rng.integers(1, len(motions), size=pairs)) % len(motions)
    return float(np.linalg.norm(motions[first] - motions[second], axis=1).mean())


def multimodality(samples: np.ndarray, rng: np.random.Generator, pairs: int = 10) -> float:
    """Mean distance of `pairs` random pairs of different clips of one text; samples (texts, clips, D).

    Raises InputError with fewer than two clips a text.
    """
    texts, clips, _ = samples.shape
    if clips < 2:
        raise InputError("multimodality needs at least two clips of each text; give more samples")
    first = rng.integers(clips, size=(texts, pairs))
    second = (first + rng.integers(1, clips, size=(texts, pairs))) % clips
    rows = np.arange(texts)[:, None]
    return float(np.linalg.norm(samples[rows, first] - samples[rows, second], axis=-1).mean())


def interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and half the width of its 95 % interval, 1.96 s / sqrt(R), over repeats (R, ...)."""
    values = np.asarray(values, dtype=np.float64)
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1:], np.nan)
    return values.mean(axis=0), 1.96 * spread / np.sqrt(len(values))


def bootstrap(groups: Sequence[float], draws: int = 4000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of the mean of `groups`, drawn anew with replacement; NaN, NaN when there is none."""
    values = np.asarray(groups, dtype=np.float64)
    if not len(values):
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed).integers(len(values), size=(draws, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
