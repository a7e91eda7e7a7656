"""Scores for how the whole body travels: walking, running, turning, jumping, standing."""

import numpy as np

from ...cleanup.stance import spans
from ..predicates import Score, all_of, any_of, over, share, under
from ..signals import FPS, JOINT, Signals, lasting


def travels(front: float, left: float = 0.0, distance: float = 0.6) -> Score:
    """Moves at least `distance` metres in a direction of its own: (1, 0) front, (-1, 0) back, (0, 1) left."""

    def score(s: Signals) -> float:
        sideways, forward = s.moved
        along = front * forward + left * sideways
        across = abs(left * forward - front * sideways)
        return min(over(along, distance, 0.5), over(along, 1.2 * across, 0.5))

    return score


def at_pace(low: float, high: float) -> Score:
    """The pace of the moving part lies between two speeds, metres a second (90th percentile over time)."""

    def score(s: Signals) -> float:
        pace = float(np.percentile(s.speed, 90))
        return min(over(pace, low, 0.3), under(pace, high, 0.3))

    return score


def steps(count: int) -> Score:
    """At least `count` swings of a foot: lifted over 3 cm or carried over 0.2 m while the other stands."""

    def score(s: Signals) -> float:
        swings = sum(len(spans((s.soles[:, side] > 0.03) & (s.soles[:, 1 - side] < 0.06))) for side in (0, 1))
        return over(swings, count - 0.5, 2.0)

    return score


def upright(s: Signals) -> float:
    """Pelvis high and back within 40 degrees of vertical for most of the time."""
    return min(
        over(float(np.median(s.height("Pelvis"))), 0.72, 0.1),
        under(float(np.median(np.abs(s.lean).max(axis=1))), 40, 20),
    )


def keeps_a_foot_down(s: Signals) -> float:
    """Hardly ever in flight, as walking is and running is not."""
    return under(share(s.soles.min(axis=1) > 0.06), 0.12, 0.1)


def straight(s: Signals) -> float:
    """Facing changes by less than 60 degrees in all."""
    return under(float(np.degrees(np.ptp(s.facing))), 75, 30)


def turns(left: float, least: float = 40.0, most: float = 400.0) -> Score:
    """Facing changes to one side: `left` is 1 for left, -1 for right; degrees from the first to the last frames."""
    return lambda s: min(over(left * s.turned, least, 30), under(left * s.turned, most, 30))


def turns_around(s: Signals) -> float:
    """Facing ends about opposite to where it began, to either side."""
    return min(over(abs(s.turned), 110, 30), under(abs(s.turned), 235, 30))


def circles(s: Signals) -> float:
    """Walks round: facing turns by at least 270 degrees, one way, along a path at least 2 m long."""
    swept = np.degrees(np.abs(s.facing[-1] - s.facing[0]))
    path = float(s.speed.sum() / FPS)
    return min(over(swept, 250, 60), over(path, 2.0, 1.0), over(path, 2.0 * s.displacement, 1.0))


def stays(reach: float = 0.35) -> Score:
    """The pelvis stays within `reach` metres of where it began."""

    def score(s: Signals) -> float:
        path = s.positions[:, 0][:, [0, 2]]
        return under(float(np.linalg.norm(path - path[0], axis=1).max()), reach, reach / 2)

    return score


def still(s: Signals) -> float:
    """Nothing moves much: wrists, ankles and pelvis stay slow."""
    if len(s) < 2:
        return -1.0
    joints = [JOINT[name] for name in ("Pelvis", "L_Ankle", "R_Ankle", "L_Wrist", "R_Wrist")]
    speeds = np.linalg.norm(np.gradient(s.positions[:, joints], axis=0), axis=-1) * FPS
    return under(float(np.percentile(speeds, 90)), 0.4, 0.2)


def jumps(times: int = 1, clearance: float = 0.07) -> Score:
    """Both soles leave the ground by `clearance` metres together with the pelvis rising by 0.1 m, `times` times."""

    def score(s: Signals) -> float:
        lowest, pelvis = s.soles.min(axis=1), s.height("Pelvis")
        flights = []
        for start, stop in spans(lowest > 0.04):
            before = pelvis[max(0, start - 15) : stop]
            rise = float(pelvis[start:stop].max() - before.min())
            if stop - start >= 3:
                flights.append(min(over(float(lowest[start:stop].max()), clearance, 0.06), over(rise, 0.12, 0.08)))
        flights.sort(reverse=True)
        return flights[times - 1] if len(flights) >= times else -1.0

    return score


def hops_on(side: int, times: int = 2) -> Score:
    """While one foot stays up, the other (`side`, 0 is left) leaves the ground at least `times`."""

    def score(s: Signals) -> float:
        hopping, carried = s.soles[:, side], s.soles[:, 1 - side]
        flights = [len(spans(hopping[start:stop] > 0.03)) for start, stop in spans(carried > 0.08)]
        return over(max(flights, default=0), times - 0.5, 1.0)

    return score


def flies(s: Signals) -> float:
    """Runs: flight phases, both feet off the ground at once, in some of the frames."""
    return over(share(s.soles.min(axis=1) > 0.035), 0.06, 0.1)


def low(height: float) -> Score:
    """The pelvis stays below `height` metres for half a second."""
    return lambda s: under(-lasting(-s.height("Pelvis"), 0.5), height, 0.1)


walks = all_of(travels(1), at_pace(0.25, 2.0), keeps_a_foot_down, upright, steps(2))
walks_backward = all_of(travels(-1, distance=0.4), at_pace(0.15, 2.0), keeps_a_foot_down, upright)
runs_forward = all_of(travels(1, distance=1.0), any_of(at_pace(2.1, 12.0), all_of(at_pace(1.4, 12.0), flies)))
