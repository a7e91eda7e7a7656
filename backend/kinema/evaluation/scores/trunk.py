"""Scores for torso and head."""

import numpy as np

from ..predicates import Score, over, under
from ..signals import Signals, lasting, oscillation, unbroken


def bends_forward(least: float = 35.0, seconds: float = 0.3) -> Score:
    """The trunk leans to the front by `least` degrees for `seconds`, the knees above a squat."""

    def score(s: Signals) -> float:
        conditions = [(s.lean[:, 1] - least) / 15, (s.height("Pelvis") - 0.6) / 0.1]
        return unbroken(np.min(conditions, axis=0), seconds)

    return score


def bows(s: Signals) -> float:
    """Bends forward from upright and comes up again, feet in place."""
    forward = s.lean[:, 1]
    peak = int(np.argmax(forward))
    before, after = float(forward[: peak + 1].min()), float(forward[peak:].min())
    return min(bends_forward(18.0, 0.3)(s), over(forward[peak] - max(before, after), 16, 10))


def leans(left: float, least: float = 15.0) -> Score:
    """The trunk leans to one side, `left` 1 or -1, for 0.3 s and not to the other."""
    return lambda s: min(
        over(unbroken(left * s.lean[:, 0], 0.3), least, 10), under(unbroken(-left * s.lean[:, 0], 0.3), least, 10)
    )


def twists(s: Signals) -> float:
    """Shoulders turn against the hips to both sides."""
    p = s.local
    hips = p[:, 1] - p[:, 2]
    shoulders = s.at("L_Shoulder") - s.at("R_Shoulder")
    against = np.degrees(np.arctan2(-shoulders[:, 2], shoulders[:, 0]) - np.arctan2(-hips[:, 2], hips[:, 0]))
    return min(over(lasting(against, 0.15), 20, 10), over(lasting(-against, 0.15), 20, 10))


def looks(left: float, least: float = 30.0) -> Score:
    """The head is turned to one side of the chest for 0.3 s, and not to the other."""
    return lambda s: min(
        over(unbroken(left * s.gaze[:, 0], 0.3), least, 15), under(unbroken(-left * s.gaze[:, 0], 0.3), least, 15)
    )


def looks_up(s: Signals) -> float:
    """The head is raised well above its usual pitch for 0.3 s."""
    return over(unbroken(s.gaze[:, 1], 0.3), 20, 15)


def looks_down(s: Signals) -> float:
    """The head is lowered for 0.3 s while the trunk stays up."""
    return min(over(unbroken(-s.gaze[:, 1], 0.4), 35, 15), under(float(np.median(s.lean[:, 1])), 30, 15))


def shakes_head(s: Signals) -> float:
    """The head turns left and right in quick succession."""
    return over(oscillation(s.gaze[:, 0], 10.0), 2.5, 2.0)


def nods(s: Signals) -> float:
    """The head goes down and up at least twice while it does not turn."""
    return min(over(oscillation(s.gaze[:, 1], 6.0), 1.5, 2.0), under(oscillation(s.gaze[:, 0], 10.0), 2.5, 2.0))
