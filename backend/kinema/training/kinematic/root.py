"""What legs and root do: stands, walks, runs, turns, jumps, squats, sits, kneels, lies, kicks, lifts a knee."""

from __future__ import annotations

import numpy as np

from ...cleanup.stance import spans
from ...evaluation.predicates import share
from ...evaluation.scores import legs as leg_scores
from ...evaluation.scores import travel
from ...evaluation.signals import FPS, SIDES, Signals
from .finding import CLEAR, Finding, legs, one

_COUNTS = {1: "", 2: "twice", 3: "three times", 4: "four times"}
_SIDE = {1: "left", -1: "right"}
PACE = 0.3
"""Metres a second; a root that is faster is on its way."""

SHORTEST_SEGMENT = 24
"""Frames; shorter stays and moves are no segment of their own."""


def read(s: Signals) -> tuple[list[Finding], bool]:
    """Findings in time order, and whether they account for all that legs and root do in the clip."""
    low = _low(s)
    if low is not None:
        return low
    jumped = _jumps(s)
    if jumped is not None:
        return [jumped], True
    if travel.jumps()(s) > -0.2:
        return [], False
    found = [_segment(s.crop(start, stop)) for start, stop in _segments(s)]
    if not found or len(found) > 3 or any(one is None for one in found):
        return [], False
    return [one for one in found if one is not None], True


def _low(s: Signals) -> tuple[list[Finding], bool] | None:
    """Squats, sits, kneels or lies; None when the pelvis stays up."""
    height = s.height("Pelvis")
    if float(height.min()) > 0.72:
        return None
    head = s.height("Head")
    if float(np.percentile(np.maximum(head, height), 50)) < 0.35 or (
        float(np.maximum(head, height)[-15:].max()) < 0.4 and float(height[:10].min()) > 0.75
    ):
        down = float(height[:10].min()) > 0.75
        phrases = ("[lie] down", "[lie] down on the floor") if down else ("[lie] on the floor", "[lie] on the ground")
        said = ("lower down", "lie on the ground") if down else ("lie on the ground",)
        return [Finding(phrases, {**legs("lie"), **one("torso", *said)})], True
    scores = {
        "squat": leg_scores.squats(s),
        "sit": leg_scores.sits(s),
        "kneel": leg_scores.kneels(s),
    }
    best = max(scores, key=lambda name: scores[name])
    second = max(value for name, value in scores.items() if name != best)
    still = travel.stays(0.6)(s) > 0.0
    bent = float(np.percentile(s.lean[:, 1], 98)) > 50
    if scores[best] < CLEAR or second > 0.1 or not still or bent:
        return [], False
    up, down = float(height[-6:].min()) > 0.78, float(height[:6].min()) > 0.78
    if best == "squat" and up and down:
        times = len(spans(height < 0.7))
        count = _COUNTS.get(times, "repeatedly")
        phrases = (f"[squat] {count}".strip(), f"[squat] down and [stand] up {count}".strip())
        return [Finding(phrases, {**legs(f"squat {count}".strip()), **one("torso", "lower down", "rise up")})], True
    if best == "sit" and not up:
        return [Finding(("[sit] down",) if down else ("[sit]", "[stay] seated"), legs("sit"))], True
    if best == "kneel" and not up:
        phrases = ("[kneel] down", "[get] down on {his} knees") if down else ("[kneel]", "[kneel] on the ground")
        return [Finding(phrases, legs("kneel"))], True
    return [], False


def _jumps(s: Signals) -> Finding | None:
    if travel.jumps(1)(s) < 0.5 or float(np.percentile(s.speed, 50)) > 1.0 or travel.flies(s) > 3.0:
        return None
    flights = [(start, stop) for start, stop in spans(s.soles.min(axis=1) > 0.05) if stop - start >= 4]
    count = _COUNTS.get(len(flights), "repeatedly")
    sideways, forward = s.moved
    ahead = forward > 0.5 and abs(sideways) < 0.4 * forward
    spot = s.displacement < 0.25 and abs(s.turned) < 40
    where = "forward" if ahead else "in place" if spot else ""
    words = " ".join(filter(None, ("[jump]", where, count)))
    return Finding((words, f"[jump] {count}".strip()), legs(" ".join(filter(None, ("jump", where, count)))))


def _segments(s: Signals) -> list[tuple[int, int]]:
    """Spans (start, stop) of moving and staying; shorter ones than SHORTEST_SEGMENT go to their neighbour."""
    moving = s.speed > PACE
    edges = [0, *(np.flatnonzero(np.diff(moving.astype(int))) + 1).tolist(), len(s)]
    cuts = [0]
    for edge in edges[1:-1]:
        if edge - cuts[-1] >= SHORTEST_SEGMENT and len(s) - edge >= SHORTEST_SEGMENT:
            cuts.append(edge)
    return list(zip(cuts, [*cuts[1:], len(s)], strict=True))


def _segment(s: Signals) -> Finding | None:
    if share(s.speed > PACE) > 0.75:
        return _travelling(s)
    if share(s.speed > PACE) < 0.25:
        return _staying(s)
    return None


def _travelling(s: Signals) -> Finding | None:
    if travel.upright(s) < 0.3:
        return None
    pace, turned = float(np.percentile(s.speed, 90)), s.turned
    airborne = share(s.soles.min(axis=1) > 0.035)
    if pace > 2.2 and airborne > 0.1:
        verb = "run"
    elif pace < 1.9 and airborne < 0.05 and travel.steps(2)(s) > 0.0:
        verb = "walk"
    else:
        return None
    where = _direction(s)
    if where is None or float(np.degrees(np.ptp(s.facing))) > abs(turned) + 45:
        return None
    speed = " slowly" if verb == "walk" and float(np.median(s.speed)) < 0.55 and len(s) > FPS * 1.5 else ""
    if abs(turned) > 55 and where == "forward":
        side = _SIDE[1 if turned > 0 else -1]
        phrases = tuple(f"[{verb}] {how}{side}" for how in ("forward and [turn] ", "and [turn] to the ", "to the "))
        return Finding(phrases, {**legs(f"{verb} forward to the {side}"), **one("torso", f"turn to the {side}")})
    if abs(turned) > 35:
        return Finding((f"[{verb}]{speed}",), legs(f"{verb}{speed}"))
    phrases = tuple(f"[{verb}]{way}{speed}" for way in (f" {where}", *([""] if where == "forward" else [])))
    return Finding(phrases, {**legs(f"{verb} {where}{speed}"), **one("torso", f"move {where}{speed}")})


def _direction(s: Signals) -> str | None:
    sideways, forward = s.moved
    if forward > 0.5 and abs(sideways) < 0.35 * forward:
        return "forward"
    if forward < -0.4 and abs(sideways) < 0.35 * -forward:
        return "backward"
    if abs(sideways) > 0.4 and abs(forward) < 0.35 * abs(sideways):
        return f"to the {_SIDE[1 if sideways > 0 else -1]}"
    return None


def _staying(s: Signals) -> Finding | None:
    turned = s.turned
    sweep = float(np.degrees(np.ptp(s.facing)))
    if travel.upright(s) < 0.3 or sweep > abs(turned) + 45:
        return None
    if abs(turned) > 60:
        side = _SIDE[1 if turned > 0 else -1]
        around = 150 < abs(turned) < 215
        where = f"around to the {side}" if around else f"to the {side}"
        also = f"[turn] around to the {side}" if around else f"[turn] to the {side}"
        phrases = ("[turn] around" if around else f"[turn] {side}", also)
        return Finding(phrases, {**legs(f"turn {where}"), **one("torso", f"turn {where}")})
    for leg, name in enumerate(("left", "right")):
        if leg_scores.kicks(leg)(s) > CLEAR:
            return Finding(
                (f"[kick] with {{his}} {name} leg", f"[kick] forward with {{his}} {name} foot"),
                one(f"{name}_leg", "kick forward"),
            )
        if leg_scores.lifts_knee(leg)(s) > 0.5 and leg_scores.lifts_knee(1 - leg)(s) < -0.5:
            return Finding((f"[lift] {{his}} {name} knee",), one(f"{name}_leg", "raise with the knee high"))
    heels = max(float(np.ptp(s.height(f"{foot}_Ankle"))) for foot in SIDES)
    planted = float(np.percentile(s.soles.max(axis=1), 95)) < 0.04 and abs(turned) < 25 and heels < 0.05
    return Finding((), legs("stand on the ground") if planted else {})
