"""Scores for what arms and hands do. `side` is 0 for the left, 1 for the right."""

import numpy as np
from scipy.ndimage import uniform_filter1d

from ...geometry import yaw_quaternion
from ...protocol import quaternion
from ...protocol.smpl import SMPL_BODY
from ..predicates import Score, all_of, none_of, over, under
from ..signals import FPS, JOINT, SIDES, Signals, lasting, reversals, unbroken


def _lift(s: Signals, side: int) -> np.ndarray:
    """(T,) height of a wrist above its own shoulder, metres."""
    return s.height(f"{SIDES[side]}_Wrist") - s.height(f"{SIDES[side]}_Shoulder")


def _raise(s: Signals, side: int, above: float) -> np.ndarray:
    """(T,) score of a raised hand in every frame."""
    forearm = s.height(f"{SIDES[side]}_Wrist") - s.height(f"{SIDES[side]}_Elbow")
    return np.minimum((_lift(s, side) - above) / 0.15, (forearm - 0.02) / 0.1)


def raised(side: int, above: float = -0.22, seconds: float = 0.3) -> Score:
    """The forearm points up and the wrist is above chest height (its shoulder + `above` metres) for `seconds`."""

    return lambda s: unbroken(_raise(s, side, above), seconds)


def lowered(side: int, below: float = -0.33) -> Score:
    """The wrist never stays above (shoulder + `below`) for as long as 0.3 s."""
    return lambda s: under(unbroken(_lift(s, side), 0.3), below, 0.15)


def raises(side: int) -> Score:
    """One hand goes up and the other does not."""
    return all_of(raised(side), lowered(1 - side))


def raises_both(s: Signals) -> float:
    """Both hands are up at the same time."""
    return unbroken(np.minimum(*(_raise(s, side, -0.22) for side in (0, 1))), 0.3)


def swings_of_hand(s: Signals, side: int, amplitude: float = 0.05) -> np.ndarray:
    """(windows,) how often a hand turns back along one body axis by `amplitude` metres, seen from its elbow.

    Windows of 1.5 s, stepped by 0.5 s; 0 where the hand is not up for four fifths of the window.
    """
    relative = s.at(f"{SIDES[side]}_Wrist") - s.at(f"{SIDES[side]}_Elbow")
    up = _raise(s, side, -0.24) > 0
    width = min(round(1.5 * FPS), len(s))
    counts = [
        max(reversals(relative[start : start + width, axis], amplitude) for axis in (0, 1, 2))
        if up[start : start + width].mean() > 0.8
        else 0
        for start in range(0, len(s) - width + 1, 15)
    ]
    return np.array(counts)


def waving(side: int, times: int = 2) -> Score:
    """The hand is up and swings to and fro: at least `times` turning points within 1.5 s."""
    return lambda s: over(float(swings_of_hand(s, side).max()), times - 0.5, 2.0)


def waves(side: int) -> Score:
    """One hand waves; the other is not raised."""
    return all_of(waving(side), lowered(1 - side))


def waves_both(s: Signals) -> float:
    """Both hands are up and swing at the same time."""
    return over(float(np.minimum(swings_of_hand(s, 0), swings_of_hand(s, 1)).max()), 1.5, 2.0)


def thrust(s: Signals, side: int) -> float:
    """Strength of the best punch of one arm: the least of its reach, its speed and its height, as a score.

    Reach is horizontal, from the shoulder along where the body faces on average over a second: punching turns the body.
    """
    wrist, shoulder = s.positions[:, JOINT[f"{SIDES[side]}_Wrist"]], s.positions[:, JOINT[f"{SIDES[side]}_Shoulder"]]
    facing = uniform_filter1d(s.facing, 31, mode="nearest")
    reach = quaternion.rotate(yaw_quaternion(-facing), wrist - shoulder)[:, 2]
    speed = np.gradient(reach) * FPS if len(s) > 1 else np.zeros(1)
    level = np.abs(wrist[:, 1] - shoulder[:, 1])
    window = max(1, round(0.2 * FPS))
    best = -1.0
    for frame in np.flatnonzero(speed > 1.0):
        end = min(len(s), frame + window)
        peak = frame + int(np.argmax(reach[frame:end]))
        best = max(
            best,
            min(
                over(float(reach[peak]), 0.3, 0.15), over(float(speed[frame]), 1.4, 1.0), under(level[peak], 0.3, 0.15)
            ),
        )
    return best


def punches(side: int) -> Score:
    """One fist is thrust forward at chest to head height; the other is not, or far less."""
    return all_of(lambda s: thrust(s, side), unused(1 - side))


def unused(side: int) -> Score:
    """The fist is not thrust forward, or weakly."""
    return lambda s: 0.2 - thrust(s, side)


def punches_both(s: Signals) -> float:
    """Boxes: both fists are thrust forward."""
    return min(thrust(s, 0), thrust(s, 1))


def claps(s: Signals) -> float:
    """The hands meet in front of the body, part and meet again."""
    gap = s.distance("L_Wrist", "R_Wrist")
    near = float(np.partition(gap, min(2, len(gap) - 1))[min(2, len(gap) - 1)])
    front = lasting(np.minimum(s.at("L_Wrist")[:, 2], s.at("R_Wrist")[:, 2]), 0.5)
    return min(under(near, 0.2, 0.1), over(reversals(gap, 0.08), 2.5, 2.0), over(front, 0.05, 0.1))


def hand_near(side: int, target: str, offset: tuple[float, float, float], within: float, seconds: float = 0.3) -> Score:
    """The hand stays within `within` metres of a point fixed to a joint, `offset` in that joint's axes."""

    def score(s: Signals) -> float:
        return under(-unbroken(-hand_gap(s, side, target, offset), seconds), within, 0.1)

    return score


def hand_gap(s: Signals, side: int, target: str, offset: tuple[float, float, float]) -> np.ndarray:
    """(T,) metres from the middle of a hand (0.08 m past its wrist) to a point fixed to a joint."""
    wrist, elbow = s.positions[:, JOINT[f"{SIDES[side]}_Wrist"]], s.positions[:, JOINT[f"{SIDES[side]}_Elbow"]]
    along = (wrist - elbow) / np.maximum(np.linalg.norm(wrist - elbow, axis=-1, keepdims=True), 1e-6)
    at = JOINT[target]
    point = s.positions[:, at] + quaternion.rotate(s.rotations[:, at], np.array(offset))
    return np.linalg.norm(wrist + 0.08 * along - point, axis=-1)


ARM = float(np.linalg.norm(SMPL_BODY.offsets[[JOINT[f"L_{j}"] for j in ("Shoulder", "Elbow", "Wrist")]], axis=1).sum())
"""Metres from a collar joint to the wrist of a stretched arm."""

SKULL = (0.0, 0.1, 0.0)
MOUTH = (0.0, 0.0, 0.1)


def touches_head(side: int) -> Score:
    """One hand comes to the head and stays a moment; the other does not."""
    return all_of(hand_near(side, "Head", SKULL, 0.25), off_head(1 - side))


def off_head(side: int) -> Score:
    """The hand does not stay at the head."""
    return none_of(hand_near(side, "Head", SKULL, 0.3))


hands_to_head = all_of(hand_near(0, "Head", SKULL, 0.28), hand_near(1, "Head", SKULL, 0.28))


def drinks(s: Signals) -> float:
    """A hand comes up from below to the mouth and stays."""
    scores = []
    for side in (0, 1):
        gap = hand_gap(s, side, "Head", MOUTH)
        scores.append(min(under(-unbroken(-gap, 0.4), 0.22, 0.1), over(float(gap.max()), 0.4, 0.2)))
    return max(scores)


def hand_on_hip(side: int) -> Score:
    """One hand rests at its hip with the elbow bent outwards for half a second."""

    def score(s: Signals) -> float:
        sign = 1 - 2 * side
        gap = hand_gap(s, side, "Pelvis", (sign * 0.15, 0.05, 0.03))
        bent = s.flexion(f"{SIDES[side]}_Elbow") - 45
        out = sign * (s.at(f"{SIDES[side]}_Elbow") - s.at(f"{SIDES[side]}_Wrist"))[:, 0]
        return unbroken(np.min([(0.2 - gap) / 0.1, bent / 30, (out - 0.02) / 0.1], axis=0), 0.5)

    return score


hands_on_hips = all_of(hand_on_hip(0), hand_on_hip(1))


def reach(side: int, axis: int, distance: float, seconds: float = 0.3, sign: float = 1.0) -> Score:
    """The wrist is out from its shoulder along a body axis (0 left, 1 up, 2 front) by `distance` for `seconds`."""

    def score(s: Signals) -> float:
        out = sign * (s.at(f"{SIDES[side]}_Wrist") - s.at(f"{SIDES[side]}_Shoulder"))[:, axis]
        return over(unbroken(out, seconds), distance, 0.1)

    return score


def _level(s: Signals, side: int) -> np.ndarray:
    return 0.25 - np.abs(_lift(s, side))


def spreads_arms(s: Signals) -> float:
    """Both arms out to the sides at about shoulder height (a T) for 0.3 s."""
    conditions = []
    for side in (0, 1):
        out = (1 - 2 * side) * (s.at(f"{SIDES[side]}_Wrist") - s.at(f"{SIDES[side]}_Shoulder"))[:, 0]
        conditions += [(out - 0.33) / 0.1, _level(s, side) / 0.1]
    return unbroken(np.min(conditions, axis=0), 0.3)


def arms_forward(s: Signals) -> float:
    """Both arms straight out in front at about shoulder height for 0.3 s."""
    conditions = []
    for side in (0, 1):
        out = (s.at(f"{SIDES[side]}_Wrist") - s.at(f"{SIDES[side]}_Shoulder"))[:, 2]
        conditions += [(out - 0.33) / 0.1, _level(s, side) / 0.1]
    return unbroken(np.min(conditions, axis=0), 0.3)


def crosses_arms(s: Signals) -> float:
    """Each hand lies on the other side of the body, in front of the chest, for half a second."""
    left, right = s.at("L_Wrist"), s.at("R_Wrist")
    height = np.minimum(left[:, 1], right[:, 1]) - s.height("Spine1")
    front = np.minimum(left[:, 2], right[:, 2])
    return unbroken(np.min([(right - left)[:, 0] / 0.1, height / 0.1, front / 0.1], axis=0), 0.5)


def circles_arms(s: Signals) -> float:
    """Both arms go round from low to overhead and back, passing front and rear."""
    scores = []
    for side in (0, 1):
        arm = s.at(f"{SIDES[side]}_Wrist") - s.at(f"{SIDES[side]}_Shoulder")
        turned = np.ptp(np.unwrap(np.arctan2(arm[:, 2], -arm[:, 1])))
        scores.append(over(float(np.degrees(turned)), 300, 60))
    return min(scores)


def throws(s: Signals) -> float:
    """A hand comes up to shoulder height and then goes fast to the front."""
    scores = []
    for side in (0, 1):
        lift, front = _lift(s, side), s.velocity(f"{SIDES[side]}_Wrist")[:, 2]
        fast = int(np.argmax(front))
        before = lift[max(0, fast - 20) : fast + 5]
        scores.append(min(over(float(front[fast]), 2.0, 1.0), over(float(before.max()), -0.05, 0.15)))
    return max(scores)


def reaches_up(side: int) -> Score:
    """The arm is stretched upwards: the wrist at least about as high as the neck, the elbow open, for 0.2 s."""

    def score(s: Signals) -> float:
        height = s.height(f"{SIDES[side]}_Wrist") - s.height("Head")
        return unbroken(np.minimum((height + 0.12) / 0.15, (80 - s.flexion(f"{SIDES[side]}_Elbow")) / 40), 0.2)

    return score


def picks_up(s: Signals) -> float:
    """A hand goes down near the floor and comes up again by half a metre."""
    scores = []
    for side in (0, 1):
        height = s.height(f"{SIDES[side]}_Wrist")
        lowest = int(np.argmin(height))
        back = float(height[lowest:].max() - height[lowest])
        scores.append(min(under(float(height[lowest]), 0.4, 0.15), over(back, 0.3, 0.2)))
    return max(scores)


def bends_down(s: Signals) -> float:
    """The chest comes so low that a hand at a stretched arm is as near to the floor as `picks_up` asks."""
    chest = min(float(s.height(f"{side}_Collar").min()) for side in SIDES)
    return under(chest - ARM, 0.4, 0.15)
