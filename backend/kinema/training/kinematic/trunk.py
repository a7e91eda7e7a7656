"""What torso and head do: bow, bend, lean, twist; turn, nod, shake, look up and down."""

from __future__ import annotations

import numpy as np

from ...evaluation.scores import trunk as scores
from ...evaluation.signals import JOINT, Signals
from ...protocol import quaternion
from .finding import Finding, one


def torso(s: Signals, standing: bool) -> Finding | None:
    """One finding, or None when nothing is certain."""
    if scores.bows(s) > 0.5 and float(np.abs(s.lean[:, 0]).max()) < 20:
        deep = float(s.lean[:, 1].max()) > 60
        phrases = ("[bend] forward",) if deep else ("[bow]", "[bend] forward")
        return Finding(phrases, one("torso", "bend deeply forward" if deep else "bend forward", "rise up"))
    if not standing:
        return None
    if scores.twists(s) > 0.5 and float(np.abs(s.lean).max()) < 30:
        return Finding(("[twist] from side to side",), one("torso", "twist from side to side"))
    for left, name in ((1.0, "left"), (-1.0, "right")):
        if scores.leans(left)(s) > 0.5 and float(np.abs(s.lean[:, 1]).max()) < 25:
            return Finding((f"[lean] to the {name}",), one("torso", f"lean to the {name}"))
    hips, shoulders = s.at("L_Hip") - s.at("R_Hip"), s.at("L_Shoulder") - s.at("R_Shoulder")
    twist = np.arctan2(-shoulders[:, 2], shoulders[:, 0]) - np.arctan2(-hips[:, 2], hips[:, 0])
    if float(np.percentile(np.abs(s.lean), 98)) < 10 and float(np.degrees(np.ptp(twist))) < 22:
        return Finding((), one("torso", "stay upright"))
    return None


def head(s: Signals, turning: bool) -> Finding | None:
    """One finding, or None when nothing is certain."""
    yaw, pitch = s.gaze[:, 0], s.gaze[:, 1]
    if scores.shakes_head(s) > 0.7 and float(np.ptp(pitch)) < 30:
        return Finding(("[shake] {his} head",), one("head", "shake from side to side repeatedly"))
    if scores.nods(s) > 0.9 and float(np.ptp(yaw)) < 20:
        return Finding(("[nod]", "[nod] {his} head"), one("head", "nod repeatedly"))
    for left, name in ((1.0, "left"), (-1.0, "right")):
        if scores.looks(left)(s) > 0.5 and not turning:
            return Finding((f"[turn] {{his}} head to the {name}", f"[look] {name}"), one("head", f"turn to the {name}"))
    if scores.looks_up(s) > 0.6:
        return Finding(("[look] up",), one("head", "look up"))
    across = quaternion.rotate(s.rotations[:, JOINT["Head"]], np.array([1.0, 0.0, 0.0]))[:, 1]
    level = float(np.percentile(np.abs(across), 95)) < 0.15 and float(np.ptp(pitch)) < 15
    if (
        level
        and float(np.percentile(np.abs(yaw), 95)) < 15
        and float(np.ptp(pitch)) < 15
        and -30 < float(np.median(pitch)) < 15
    ):
        return Finding((), one("head", "look straight ahead"))
    return None
