"""What an arm does: hangs, swings, waves, goes up and down, stretches out, rests on the hip, claps, crosses."""

from __future__ import annotations

import numpy as np

from ...cleanup.stance import spans
from ...evaluation.scores import arms as scores
from ...evaluation.signals import FPS, SIDES, Signals, reversals, unbroken
from ...refine.language import PartAction
from .finding import Finding, one

_NAMES = ("left", "right")
LOW, UP = -0.33, -0.1
"""Metres of a wrist above its shoulder: below the first an arm is down, above the second it is up."""


def read(s: Signals, gait: str, standing: bool) -> list[Finding]:
    """Findings for both arms; `gait` is "walk", "run" or "" as the legs were read, `standing` whether they stay.

    Nothing for an arm of which nothing is certain."""
    both = _both(s) if not gait else None
    if both is not None:
        return [both]
    found = [_arm(s, side, gait, standing) for side in (0, 1)]
    left, right = found
    if left and right and left[0] and left[0] == right[0]:
        return [Finding(tuple(phrase.replace("{arm}", "both") for phrase in left[1]), {**left[2], **right[2]})]
    return [Finding(_sided(one[1], _NAMES[side]), one[2]) for side, one in enumerate(found) if one]


_Arm = tuple[str, tuple[str, ...], dict[str, tuple[PartAction, ...]]]


def busy(s: Signals) -> list[bool]:
    """Which arms (left, right) come up to where a caption would have to speak of them."""
    return [float((s.height(f"{name}_Wrist") - s.height(f"{name}_Shoulder")).max()) > -0.12 for name in SIDES]


def _sided(phrases: tuple[str, ...], name: str) -> tuple[str, ...]:
    single = {"hands": "hand", "arms": "arm"}
    said = []
    for phrase in phrases:
        for plural, word in single.items():
            phrase = phrase.replace(f"{{arm}} {plural}", f"{{his}} {name} {word}")
        said.append(phrase)
    return tuple(said)


def _both(s: Signals) -> Finding | None:
    """What takes two hands."""
    table = (
        (scores.claps, 0.4, ("[clap] {his} hands", "[clap]"), "clap in front of the chest repeatedly"),
        (scores.hands_on_hips, 0.3, ("[put] both hands on {his} hips",), "hold on the hip"),
        (scores.crosses_arms, 0.6, ("[cross] {his} arms",), "cross across the chest"),
        (scores.circles_arms, 0.4, ("[circle] both arms",), "circle in a circle"),
    )
    clear = [row for row in table if row[0](s) > row[1]]
    if len(clear) != 1 or max(scores.thrust(s, side) for side in (0, 1)) > 0.2:
        return None
    _, _, phrases, said = clear[0]
    if said.startswith("clap") and not _meet(s):
        return None
    if said.startswith("hold") and reversals(s.at("L_Elbow")[:, 0], 0.05) > 1:
        return None
    return Finding(phrases, {**one("left_arm", said), **one("right_arm", said)})


def _meet(s: Signals) -> bool:
    """The hands come together at least twice, level with each other in front of the body."""
    apart = np.abs((s.at("L_Wrist") - s.at("R_Wrist"))[:, 2])
    return len(spans(s.distance("L_Wrist", "R_Wrist") < 0.2)) >= 2 and float(np.percentile(apart, 90)) < 0.15


def _arm(s: Signals, side: int, gait: str, standing: bool) -> _Arm | None:
    """(kind, phrases with "{arm} hands", parts) or None when nothing is certain."""
    part, name = f"{_NAMES[side]}_arm", SIDES[side]
    lift = s.height(f"{name}_Wrist") - s.height(f"{name}_Shoulder")
    offset = s.at(f"{name}_Wrist") - s.at(f"{name}_Shoulder")
    if float(lift.max()) < LOW + 0.13 or (gait == "run" and float(lift.max()) < 0.0):
        return _down(part, lift, offset, gait, standing)
    waving, thrust = scores.waving(side, 3)(s), scores.thrust(s, side)
    if waving > 0.2:
        where = _height(s, side, lift > UP)
        if thrust > 0.2 or where is None or reversals(lift, 0.35) > 2:
            return None
        said = " ".join(f"wave {where} repeatedly".split())
        return "wave", ("[wave] {arm} hands", "[wave] {arm} arms"), one(part, said)
    gap = scores.hand_gap(s, side, "Head", scores.SKULL)
    if thrust > 0.3 or float(gap.min()) < 0.22:
        return None
    return _raised(part, lift, offset, s.flexion(f"{name}_Elbow"), 1.0 - 2.0 * side)


def _down(part: str, lift: np.ndarray, offset: np.ndarray, gait: str, standing: bool) -> _Arm | None:
    turns, reach = reversals(offset[:, 2], 0.1), float(np.ptp(offset[:, 2]))
    if gait and turns >= 2 and reach > 0.15:
        return "", (), one(part, "pump against the steps" if gait == "run" else "swing against the steps")
    quiet = reach < 0.18 and float(np.abs(offset[:, 2]).max()) < 0.25 and float(np.abs(offset[:, 0]).max()) < 0.33
    if standing and quiet and float(lift.max()) < LOW and not turns:
        return "", (), one(part, "hang at the side")
    return None


def _raised(part: str, lift: np.ndarray, offset: np.ndarray, flexion: np.ndarray, sign: float) -> _Arm | None:
    """One or several rises from below; what the arm looks like at its highest says how it is told."""
    rises = [(start, stop) for start, stop in spans(lift > UP) if stop - start >= 5]
    before = [bool((lift[: start + 1] < LOW).any()) for start, _ in rises[:1]]
    if not rises or not before[0]:
        return None
    if len(rises) > 2:
        if float(lift.max()) < 0.1 or reversals(lift, 0.35) < 2 * len(rises) - 1:
            return None
        return "up and down", ("[raise] and [lower] {arm} arms repeatedly",), one(part, "raise up and down repeatedly")
    again = len(rises) == 2
    down = float(lift[-4:].max()) < LOW + 0.05
    at = slice(rises[0][0], rises[0][1])
    straight = float(np.percentile(flexion[at], 30)) < 55.0
    ahead, aside = float(np.percentile(offset[at, 2], 80)), float(np.percentile(sign * offset[at, 0], 80))
    top = float(lift[at].max())
    lowered = ("lower down at the side",) if down and not again else ()
    if top > 0.1 and unbroken(lift, 0.2) > 0.08 and float(flexion[at].min()) < 75.0:
        where = "high " if top > 0.4 else ""
        count = "twice" if again else ""
        predicate = " ".join(f"raise {where}up {count}".split())
        phrases = (f"[raise] {{arm}} hands {count}".strip(), f"[lift] {{arm}} arms {count}".strip())
        return f"raise{count}", phrases, one(part, predicate, *lowered)
    if top < 0.05 and straight and not again:
        if ahead > 0.42 and aside < 0.2:
            return "forward", ("[stretch] {arm} arms forward",), one(part, "stretch forward", *lowered)
        if aside > 0.42 and ahead < 0.2:
            return "side", ("[stretch] {arm} arms out to the side",), one(part, "stretch to the side", *lowered)
    return None


def _height(s: Signals, side: int, up: np.ndarray) -> str | None:
    """Where a waving hand is, by the median of its height while it is up."""
    if up.sum() < 0.5 * FPS:
        return None
    above = float(np.median((s.height(f"{SIDES[side]}_Wrist") - s.height("Head"))[up]))
    if above > 0.22:
        return "above the head"
    return "beside the head" if -0.2 < above < 0.15 else ""
