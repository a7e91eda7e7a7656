"""When heel and ball of each foot stand, for motion whose feet may slide."""

import numpy as np

from ..contacts import HEIGHT
from ..contacts import SPEED as TRUE_SPEED
from ..errors import InputError

SPEED = 1.0
"""A joint that stands, but slides, moves slower than this, metres a second; feet in swing move three times as fast."""

EVENNESS = 1.5
"""A slide is even: frames faster than `contacts.SPEED` and than this times the stance's median belong to the step."""

LIFTED = 0.15
"""Given contacts are not believed while the joint is more than this above its height in a flat foot, metres."""

SHORTEST_STANCE = 0.1
LONGEST_GAP = 0.07
"""Stances shorter and gaps between them no longer than this are taken for noise, seconds."""


def standing(feet: np.ndarray, fps: float, contacts: np.ndarray | None = None) -> np.ndarray:
    """Ankles and balls (T, 4, 3) as in `contacts.FEET`, ground at y = 0 -> (T, 2 feet, heel and ball) of bool.

    `contacts` (T, 4), probabilities in the order of `contacts.FEET`, are used where given: joints with more than 0.5
    stand, unless they are far above the ground. Otherwise a joint stands while it is low and slow. Raises InputError
    when `contacts` has another shape.
    """
    if contacts is not None:
        contacts = np.asarray(contacts)
        if contacts.shape != (len(feet), 4):
            raise InputError(
                f"contacts must be ({len(feet)}, 4), one column for each of ankle and ball, not {contacts.shape}"
            )
        stands = (contacts > 0.5) & (feet[..., 1] < HEIGHT + LIFTED - 0.05)
    elif len(feet) < 2:
        stands = feet[..., 1] < HEIGHT
    else:
        speed = np.linalg.norm(np.gradient(feet[..., [0, 2]], axis=0), axis=-1) * fps
        stands = (feet[..., 1] < HEIGHT) & (speed < SPEED)
        for column, column_speed in zip(stands.T, speed.T, strict=True):
            for start, stop in spans(column):
                usual = EVENNESS * np.median(column_speed[start:stop])
                column[start:stop] = column_speed[start:stop] < max(TRUE_SPEED, usual)
    for column in stands.T:
        _without_runs(column, False, round(LONGEST_GAP * fps))
        _without_runs(column, True, round(SHORTEST_STANCE * fps) - 1)
    return stands.reshape(-1, 2, 2)


def spans(mask: np.ndarray) -> np.ndarray:
    """(N, 2) first frame and one past the last frame of each stretch in which `mask` (T,) is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(mask, dtype=np.int8), [0]])))
    return edges.reshape(-1, 2)


def _without_runs(column: np.ndarray, value: bool, longest: int) -> None:
    """Turn inner runs of `value` of at most `longest` frames into their opposite, in place.

    Runs at either end of the clip stay: how long they last is unknown.
    """
    for start, stop in spans(column == value):
        if stop - start <= longest and start > 0 and stop < len(column):
            column[start:stop] = not value
