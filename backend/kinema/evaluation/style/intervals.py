"""95 % intervals over clips of which several come from one: what one clip gives is not independent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

Z = 1.96


def mean_interval(
    values: Sequence[float], groups: Sequence[Hashable], weights: Sequence[float] | None = None
) -> tuple[float, float]:
    """Weighted mean of values (N,) and half of its 95 % interval, linearised over `groups` (N,) that are independent.

    NaN for the half where there is one group.
    """
    x = np.asarray(values, dtype=np.float64)
    w = np.ones_like(x) if weights is None else np.asarray(weights, dtype=np.float64)
    mean = float(np.average(x, weights=w))
    members = _members(groups)
    if len(members) < 2:
        return mean, float("nan")
    sums = np.array([np.sum(w[rows] * (x[rows] - mean)) for rows in members])
    variance = len(members) / (len(members) - 1) * np.sum(sums**2) / w.sum() ** 2
    return mean, Z * float(np.sqrt(variance))


def share_interval(values: Sequence[bool], groups: Sequence[Hashable]) -> tuple[float, float]:
    """Share of true values (N,) and half of its 95 % interval, Wilson's with the variance over `groups`.

    Wilson's, because a share of 1 in a few clips is no certainty.
    """
    mean, half = mean_interval([float(value) for value in values], groups)
    count = len(values)
    spread = np.hypot(half, Z * Z / (2 * count))
    return mean, float(spread / (1 + Z * Z / count))


def bootstrap_interval(
    figure: Callable[[np.ndarray], float], groups: Sequence[Hashable], draws: int = 100
) -> tuple[float, float]:
    """`figure(row numbers)` of all rows and half of its 95 % interval, from `groups` drawn anew with replacement."""
    rng, members = np.random.default_rng(0), _members(groups)
    drawn = [
        figure(np.concatenate([members[k] for k in rng.integers(len(members), size=len(members))]))
        for _ in range(draws)
    ]
    return figure(np.arange(len(groups))), Z * float(np.nanstd(drawn, ddof=1))


def _members(groups: Sequence[Hashable]) -> list[np.ndarray]:
    """Row numbers of each group."""
    places: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        places.setdefault(group, []).append(row)
    return [np.array(rows) for rows in places.values()]
