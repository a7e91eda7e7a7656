"""Medians of seconds. Benchmarks print figures and never fail a build: another machine is no fault."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Seconds:
    """`median`, `least` and `most` of `repeats` runs."""

    median: float
    least: float
    most: float
    repeats: int


def summarise(seconds: list[float]) -> Seconds:
    """Of at least one measurement."""
    return Seconds(statistics.median(seconds), min(seconds), max(seconds), len(seconds))


def measure(
    work: Callable[[int], object], repeats: int, warm_up: int = 1, clock: Callable[[], float] = time.perf_counter
) -> Seconds:
    """Time work(0), work(1) ... by `clock`; the first `warm_up` calls (negative numbers) are not counted."""
    for number in range(-warm_up, 0):
        work(number)
    seconds = []
    for number in range(repeats):
        began = clock()
        work(number)
        seconds.append(clock() - began)
    return summarise(seconds)
