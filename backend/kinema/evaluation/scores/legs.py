"""Scores for what legs do, and for the low poses that they make. `side` is 0 for the left, 1 for the right."""

import numpy as np

from ...cleanup.stance import spans
from ..predicates import Score, all_of, over, share, under
from ..signals import FPS, SIDES, Signals, lasting, reversals, unbroken


def kick(s: Signals, side: int) -> float:
    """Strength of the best forward kick of one leg: foot in front, off the ground, fast; the other foot stands."""
    foot, hip = s.at(f"{SIDES[side]}_Ankle"), s.at(f"{SIDES[side]}_Hip")
    front, height = (foot - hip)[:, 2], s.soles[:, side]
    speed = np.linalg.norm(s.velocity(f"{SIDES[side]}_Ankle"), axis=1)
    recent = np.array([speed[max(0, frame - 9) : frame + 1].max() for frame in range(len(s))])
    reachable = np.min(
        [(front - 0.25) / 0.15, (height - 0.25) / 0.15, (recent - 1.5) / 1.0, (0.3 - s.soles[:, 1 - side]) / 0.2],
        axis=0,
    )
    return lasting(reachable, 0.1)


def kicks(side: int) -> Score:
    """One leg kicks to the front and the other does not."""
    return lambda s: min(kick(s, side), -kick(s, 1 - side))


def lifts_leg(side: int, clearance: float = 0.12, seconds: float = 0.8) -> Score:
    """One foot stays off the ground for `seconds` while the other stands."""

    def score(s: Signals) -> float:
        up = np.minimum(s.soles[:, side] - clearance, 0.06 - s.soles[:, 1 - side])
        return over(unbroken(up, seconds), 0.0, 0.08)

    return score


def stands_on_one_leg(side: int) -> Score:
    """Stands on the foot `side` with the other one off the ground; never the other way round."""
    return all_of(lifts_leg(1 - side), lambda s: -lifts_leg(side)(s))


def thigh(s: Signals, side: int) -> np.ndarray:
    """(T,) height of a knee relative to its hip, metres: -0.38 standing, 0 when the thigh is level."""
    return s.height(f"{SIDES[side]}_Knee") - s.height(f"{SIDES[side]}_Hip")


def marches(s: Signals) -> float:
    """Both knees come up high in turn, each at least twice or as often as the clip is long enough for."""
    scores = []
    for side in (0, 1):
        lifts = len(spans((thigh(s, side) > -0.2) & (thigh(s, 1 - side) < -0.25)))
        scores.append(over(lifts, 1.5 if len(s) > 2 * FPS else 0.5, 1.0))
    return min(scores)


def lifts_knee(side: int) -> Score:
    """One knee comes up to about hip height while the other leg stands."""
    return lambda s: over(lasting(np.minimum(thigh(s, side), -0.15 - thigh(s, 1 - side)), 0.2), -0.16, 0.08)


def knees_bent(s: Signals) -> np.ndarray:
    """(T,) flexion of the straighter knee, degrees."""
    return np.minimum(s.flexion("L_Knee"), s.flexion("R_Knee"))


def _knee_clear(s: Signals) -> np.ndarray:
    return np.minimum(s.height("L_Knee"), s.height("R_Knee"))


def squats(s: Signals) -> float:
    """Bends both knees deep with both feet on the ground, and the pelvis comes down by a quarter of its height."""
    pelvis = s.height("Pelvis")
    deep = np.min(
        [
            (0.72 - pelvis) / 0.12,
            (knees_bent(s) - 60) / 30,
            (0.15 - s.soles.max(axis=1)) / 0.05,
            (_knee_clear(s) - 0.2) / 0.1,
        ],
        axis=0,
    )
    return min(unbroken(deep, 0.15), over(float(pelvis.max() - pelvis.min()), 0.2, 0.1))


def crouches(s: Signals) -> float:
    """Stays low on bent knees, feet on the ground, for a second."""
    deep = np.min([(0.8 - s.height("Pelvis")) / 0.1, (knees_bent(s) - 45) / 30, (_knee_clear(s) - 0.15) / 0.1], axis=0)
    return unbroken(deep, 1.0)


def kneels(s: Signals) -> float:
    """At least one knee on the ground for half a second, the trunk up."""
    down = np.min(
        [
            (0.17 - _knee_clear(s)) / 0.08,
            (s.height("Pelvis") - 0.2) / 0.1,
            (s.height("Neck") - s.height("Pelvis") - 0.25) / 0.1,
        ],
        axis=0,
    )
    return unbroken(down, 0.5)


def sits(s: Signals) -> float:
    """Pelvis low and resting, thighs about level and in front, trunk up, for a second, at any height of seat."""
    pelvis = s.height("Pelvis")
    knees = np.minimum(s.at("L_Knee")[:, 2], s.at("R_Knee")[:, 2])
    rest = np.abs(np.gradient(pelvis)) * FPS if len(s) > 1 else np.zeros(1)
    conditions = [
        (0.92 - pelvis) / 0.1,
        (knees - 0.2) / 0.1,
        (-0.02 - np.maximum(thigh(s, 0), thigh(s, 1)) + 0.35) / 0.1,
        (np.minimum(thigh(s, 0), thigh(s, 1)) + 0.25) / 0.1,
        (s.height("Neck") - pelvis - 0.3) / 0.1,
        (0.2 - rest) / 0.1,
    ]
    return unbroken(np.min(conditions, axis=0), 0.7)


def lies(s: Signals) -> float:
    """Pelvis and head both near the ground for half a second."""
    return unbroken(np.min([(0.35 - s.height("Pelvis")) / 0.1, (0.45 - s.height("Head")) / 0.1], axis=0), 0.5)


def crawls(s: Signals) -> float:
    """Travels on hands and knees."""
    down = np.min([0.3 - s.height("L_Wrist"), 0.3 - s.height("R_Wrist"), 0.25 - _knee_clear(s)], axis=0)
    return min(over(share(down > -0.1), 0.5, 0.3), under(float(np.median(s.height("Neck"))), 0.8, 0.2))


def lunges(s: Signals) -> float:
    """One foot far in front of the other, front knee bent, pelvis lowered, for 0.3 s."""
    apart = np.abs((s.at("L_Ankle") - s.at("R_Ankle"))[:, 2])
    conditions = [
        (apart - 0.55) / 0.15,
        (0.82 - s.height("Pelvis")) / 0.1,
        (np.maximum(s.flexion("L_Knee"), s.flexion("R_Knee")) - 50) / 20,
        (0.12 - s.soles.max(axis=1)) / 0.06,
    ]
    return unbroken(np.min(conditions, axis=0), 0.25)


def heel_lift(s: Signals) -> np.ndarray:
    """(T, 2) how much higher each ankle stands over its ball of the foot than on a flat foot, metres."""
    return np.stack([s.height(f"{side}_Ankle") - s.height(f"{side}_Foot") - 0.061 for side in SIDES], axis=1)


def tiptoes(s: Signals) -> float:
    """Stands or walks on the balls of the feet: the standing foot's heel is off the ground most of the time."""
    standing = s.soles < 0.05
    lifted = heel_lift(s)[standing]
    return over(float(np.percentile(lifted, 30)), 0.02, 0.02) if len(lifted) else -1.0


def _standing_knee(s: Signals) -> np.ndarray:
    """(T,) flexion of the knee of the lower foot, degrees."""
    return np.where(s.soles[:, 0] < s.soles[:, 1], s.flexion("L_Knee"), s.flexion("R_Knee"))


def sneaks(s: Signals) -> float:
    """Goes slowly on bent knees, the trunk bent forward a little."""
    pace = float(np.percentile(s.speed, 90))
    return min(
        over(float(np.median(_standing_knee(s))), 34, 15),
        over(float(np.median(s.lean[:, 1])), 4, 10),
        over(pace, 0.4, 0.2),
        under(pace, 1.35, 0.3),
        over(float(np.median(s.height("Pelvis"))), 0.6, 0.1),
    )


def limps(s: Signals) -> float:
    """Walks with unequal steps: one foot stands for a quarter longer than the other at least."""
    stance = [share(s.soles[:, side] < 0.03) for side in (0, 1)]
    return min(
        over(max(stance) / max(min(stance), 0.05), 1.25, 0.2), under(float(np.percentile(s.speed, 90)), 1.4, 0.3)
    )


def feet_apart_repeatedly(s: Signals) -> float:
    """The feet go apart sideways and together again at least twice."""
    return over(reversals((s.at("L_Ankle") - s.at("R_Ankle"))[:, 0], 0.15), 2.5, 2.0)
