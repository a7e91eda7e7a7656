"""Which frames are sampled, in which windows: the surroundings of what changes, ten seconds at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CONTEXT, OVERLAP = 45, 60
"""Frames at 30 fps: kept ones that a window sees at either side of what changes, and made ones that the next sees."""

LONGEST = 300
"""Frames in a window, as many as the network was taught."""


def windows(changed: np.ndarray) -> Iterator[tuple[int, int]]:
    """(T,) of bool at 30 fps -> first frame and one past the last of each window, in order.

    Stretches closer than two contexts share their windows; in a longer one each window begins `OVERLAP` frames before
    the end of the one before.
    """
    at = np.flatnonzero(changed)
    for group in np.split(at, np.flatnonzero(np.diff(at) > 2 * CONTEXT) + 1):
        if not len(group):
            continue
        start, end = max(0, group[0] - CONTEXT), min(len(changed), group[-1] + 1 + CONTEXT)
        while end - start > LONGEST:
            yield int(start), int(start) + LONGEST
            start += LONGEST - OVERLAP
        yield int(start), int(end)
