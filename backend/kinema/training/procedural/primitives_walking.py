"""Primitives that go somewhere on foot: walking, running, single steps, side steps, turning, marching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...refine.language import PartAction, parse
from .action import Action, Pace, draw_first, draw_pace, said
from .body import Score
from .profiles import pulse
from .stepping import Gait, go

LEGS = ("left_leg", "right_leg")
_USES = frozenset(LEGS)
_NUMBERS = {1: "one step", 2: "two steps", 3: "three steps", 4: "four steps", 5: "five steps"}
_SIDES = ("left", "right")


def _legs(text: str, pace: Pace, count: str = "") -> tuple[PartAction, ...]:
    return tuple(replace(parse(leg, text), speed=pace.speed, count=count) for leg in LEGS)


def _torso(text: str) -> PartAction:
    return parse("torso", text)


def _swing_arms(how: str = "swing against the steps") -> tuple[PartAction, ...]:
    return parse("left_arm", how), parse("right_arm", how)


_WALKS = (
    *("walk", "walk", "walk", "back", "curve", "corner", "corner", "circle", "circle"),
    *("run", "jog", "run corner", "sneak", "limp", "limp", "limp", "limp"),
)


def walk(rng: np.random.Generator) -> Action:
    """Walk, run, sneak or limp: forward, backward, in a curve or a circle; fills the time that it is given."""
    kind = str(rng.choice(_WALKS))
    pace = draw_pace(rng, rhythmic=True)
    way = int(rng.integers(2))
    unsaid = kind == "limp" and rng.random() < 0.6
    if unsaid:
        way = 1 - draw_first(rng)  # As the lexicon reads it: the right leg drags.
    name, sign = _SIDES[way], 1.0 - 2.0 * way
    gait = Gait(0.54, 0.42, lift=0.07, heel=0.55, toe=0.32, share=0.22)
    stride, turn, lean = 0.62, 0.0, 2.0
    words: tuple[str, ...] = (" forward", " forward", "", " ahead", " straight ahead")
    verb, says, moves = "walk", "walk forward", "move forward"
    if kind == "back":
        gait, stride, lean = replace(gait, heel=0.2, toe=0.0, lift=0.06), -0.4, -1.0
        words, says, moves = (" backward", " backwards", " back"), "walk backward", "move backward"
    elif kind == "curve":
        turn = sign * np.radians(rng.uniform(7.0, 16.0))
        words = (f" in a curve to the {name}", f" forward and [curve] to the {name}", f" forward, veering {name}")
        says, moves = f"walk forward to the {name}", f"turn to the {name} with the steps"
    elif kind in ("corner", "run corner"):
        turn = sign * np.radians(rng.uniform(13.0, 24.0))
        words = (f" and [turn] {name}", f" and [turn] to the {name}", f" forward and [make] a {name} turn")
        says, moves = f"walk forward to the {name}", f"turn to the {name} with the steps"
    elif kind == "limp":
        # Antalgic: the sore foot is on the ground for half of a cycle, the sound one for three quarters.
        gait = replace(gait, period=0.6, swing=0.46, toe=0.1, lift=0.11, uneven=sign * rng.uniform(0.17, 0.2))
        stride, verb, says, moves = 0.42, "limp", "limp forward", "lean to the side with the steps"
        words = (f" on {{his}} {name} leg", f" with {{his}} {name} leg", f" forward on {{his}} {name} leg")
        if unsaid:
            words = ("", " forward", " ahead slowly", " ahead")
    elif kind == "circle":
        turn, stride = sign * np.radians(rng.uniform(24.0, 36.0)), 0.5
        clock = "counterclockwise" if way == 0 else "clockwise"
        words = (f" in a circle to the {name}", f" in a {clock} circle", f" {clock} in a circle")
        says, moves = f"walk in a circle to the {name}", f"turn in a circle to the {name}"
    if kind in ("run", "jog", "run corner"):
        running = kind != "jog"
        gait = Gait(0.33, 0.4, lift=0.22 if running else 0.14, heel=1.05 if running else 0.8, share=0.1, bounce=0.05)
        stride, lean = (0.95, 9.0) if running else (0.62, 5.0)
        verb = "run" if running else "jog"
        says = says.replace("walk", verb)
        turn *= 0.55
    elif kind == "sneak":
        gait, stride = replace(gait, period=0.75, swing=0.5, toe=0.0, lift=0.12), 0.45
        verb, says, moves = "sneak", "sneak forward", "crouch slightly forward"
    ran = verb in ("run", "jog")
    factor = min(max(pace.factor, 0.92), 1.15) if ran or kind == "limp" else pace.factor
    gait = replace(gait, period=gait.period * factor**0.6, swing=gait.swing * factor**0.6)
    stride *= float(rng.uniform(0.92, 1.08)) * factor**-0.35
    turn *= factor**-0.2
    first, closes = draw_first(rng), bool(rng.random() < 0.6)

    def write(score: Score, start: float, stop: float) -> None:
        close = closes or stop < score.seconds - 0.5
        steps = max(2, int((stop - start - gait.swing) / gait.period) + (0 if close else 1))
        end = go(score, start, gait, steps, (stride, 0.0), turn, first, 0.5, close, narrow=0.75)
        moving = pulse(score.time, start - 0.1, end + 0.2 if close else np.inf, 0.5, 0.5)
        score.torso[:, 0] += np.radians(lean) * moving
        # At a landing the pelvis has turned its leg forward, and the chest has turned back against it.
        swinging = moving * np.cos(np.pi * (score.time - start - 0.15) / gait.period + np.pi * first)
        score.hips[:, 2] += np.radians(5.0) * swinging
        score.torso[:, 2] -= np.radians(9.0) * swinging
        if ran:
            score.running = 1.0
            score.pelvis[:, 1] -= 0.05 * moving
        if kind == "limp":
            # While it stands on the sore foot, the body sinks and leans over it.
            sound = start + gait.period * ((1 - way - first) % 2) + 0.5 * gait.swing
            sore = moving * np.cos(np.pi * (score.time - sound) / gait.period)
            score.torso[:, 1] += np.radians(8.0) * sign * sore
            score.pelvis[:, 1] -= 0.03 * np.maximum(sore, 0.0)
        if kind == "sneak":
            score.pelvis[:, 1] -= 0.12 * moving
            score.torso[:, 0] += np.radians(18.0) * moving

    phrases = tuple(f"[{verb}]{tail}" for tail in words)
    arms = "pump against the steps" if ran else "swing against the steps"
    legs = _legs(says, pace)
    if kind == "limp":
        legs = tuple(
            replace(parse(leg, "drag forward"), speed=pace.speed) if leg == LEGS[way] else leg_says
            for leg, leg_says in zip(LEGS, legs, strict=True)
        )
    parts = (*legs, replace(_torso(moves), speed=pace.speed), *_swing_arms(arms))
    fewest = 9.0 if kind == "circle" else 4.0
    shortest = fewest * gait.period + gait.swing
    return Action(kind, _USES, shortest, 10.0, phrases, said(pace.adverb), parts, write, rhythmic=True)


def step(rng: np.random.Generator) -> Action:
    """One to five steps forward, backward or to a side, then stand."""
    direction = str(rng.choice(["forward", "backward", "left", "right"]))
    count = int(rng.choice([1, 1, 2, 2, 3, 4, 5]))
    pace = draw_pace(rng)
    size = float(rng.uniform(0.85, 1.2))
    gait = Gait(0.6 * pace.factor, 0.46 * pace.factor, lift=0.06, heel=0.4, toe=0.12, share=0.45)
    if direction in ("left", "right"):
        return _side_step(
            rng, direction, count, pace, replace(gait, heel=0.15, toe=0.0, period=0.52 * pace.factor), size
        )
    forward = (0.5 if direction == "forward" else -0.4) * size
    says_foot = count == 1 and rng.random() < 0.5
    first = int(rng.integers(2)) if says_foot else draw_first(rng)

    def write(score: Score, start: float, stop: float) -> None:
        go(score, start, gait, count, (forward, 0.0), 0.0, first)

    words = _NUMBERS[count]
    back = "back" if direction == "backward" else "forward"
    phrases = [f"[take] {words} {direction}", f"[take] {words} {back}", f"[step] {direction} {words.split()[0]} times"]
    if says_foot:
        foot = _SIDES[first]
        phrases = [f"[step] {back} with {{his}} {foot} foot", f"[take] a step {direction} with {{his}} {foot} foot"]
    elif count == 1:
        phrases = [f"[take] a step {direction}", f"[step] {back}", f"[step] {direction}"]
    seconds = count * gait.period + gait.swing + 0.15
    parts = (*_legs(f"step {direction}", pace, words), _torso(f"move {direction}"))
    return Action(f"step {direction}", _USES, seconds, seconds + 0.8, tuple(phrases), said(pace.adverb), parts, write)


def _side_step(rng: np.random.Generator, name: str, count: int, pace: Pace, gait: Gait, size: float) -> Action:
    side, width = (0, 0.34 * size) if name == "left" else (1, -0.34 * size)

    def write(score: Score, start: float, stop: float) -> None:
        for k in range(count):
            go(score, start + 2.0 * k * gait.period, gait, 1, (0.0, width), 0.0, side)

    words = _NUMBERS[count]
    phrases: tuple[str, ...] = (
        f"[step] to the {name}",
        f"[take] a step to the {name}",
        f"[sidestep] to the {name}",
    )
    if count > 1:
        phrases = (
            f"[take] {words} to the {name}",
            f"[sidestep] to the {name}",
            f"[step] sideways to the {name} {words.split()[0]} times",
            f"[move] sideways to the {name}",
        )
    seconds = 2.0 * (count - 1) * gait.period + gait.period + gait.swing + 0.15
    parts = (*_legs(f"step to the {name}", pace, words), _torso(f"move to the {name}"))
    return Action(f"step {name}", _USES, seconds, seconds + 0.8, phrases, said(pace.adverb), parts, write)


def turn(rng: np.random.Generator) -> Action:
    """Turn on the spot by 45 to 360 degrees, to the left or to the right, by stepping round."""
    way = int(rng.integers(2))
    name, sign = _SIDES[way], 1.0 - 2.0 * way
    degrees = int(rng.choice([45, 90, 90, 90, 135, 180, 180, 360]))
    pace = draw_pace(rng)
    pairs = max(1, round(degrees / 55))
    gait = Gait(0.42 * pace.factor, 0.36 * pace.factor, lift=0.05, heel=0.25, share=0.35)
    angle = sign * np.radians(degrees * rng.uniform(0.93, 1.07)) / pairs

    def write(score: Score, start: float, stop: float) -> None:
        begin = start
        for _ in range(pairs):
            begin = go(score, begin, gait, 1, (0.0, 0.0), angle, way) + 0.02
        middle = 0.5 * (start + begin)
        lead = np.exp(-0.5 * ((score.time - middle + 0.15) / (0.3 * (begin - start))) ** 2)
        score.head[:, 2] += sign * np.radians(18.0) * lead
        score.torso[:, 2] += sign * np.radians(7.0) * lead

    phrases: tuple[str, ...]
    if degrees in (180,):
        phrases = (
            "[turn] around",
            f"[turn] around to the {name}",
            f"[turn] 180 degrees to the {name}",
            "[turn] to face the other way",
        )
        says, torso = f"turn around to the {name}", f"turn around to the {name}"
    elif degrees == 360:
        phrases = (
            f"[turn] all the way around to the {name}",
            f"[turn] in a full circle to the {name}",
            "[turn] in a circle on the spot",
            "[spin] around once",
        )
        says = torso = f"turn all the way around to the {name}"
    else:
        amount = {45: "slightly ", 90: "", 135: ""}[degrees]
        phrases = (
            f"[turn] {amount}to the {name}",
            f"[turn] {amount}{name}",
            f"[turn] {degrees} degrees to the {name}",
            f"[rotate] {amount}to the {name} on the spot",
        )
        says = torso = f"turn {amount}to the {name}"
    seconds = pairs * (gait.period + gait.swing + 0.02) + 0.2
    parts = (*_legs(says, pace), replace(_torso(torso), speed=pace.speed), *_swing_arms())
    return Action(f"turn {name} {degrees}", _USES, seconds, seconds + 0.8, phrases, said(pace.adverb), parts, write)


def in_place(rng: np.random.Generator) -> Action:
    """March, walk or jog on the spot; fills the time that it is given."""
    kind = str(rng.choice(["march", "march", "walk", "jog"]))
    pace = draw_pace(rng, rhythmic=True)
    factor = pace.factor if kind != "jog" else 1.0
    gait = {
        "march": Gait(0.56 * factor, 0.46 * factor, lift=0.3 * float(rng.uniform(0.75, 1.15)), heel=0.5, share=0.5),
        "walk": Gait(0.52 * factor, 0.42 * factor, lift=0.11, heel=0.45, share=0.45),
        "jog": Gait(0.34, 0.33, lift=0.2, heel=0.9, share=0.25, bounce=0.04),
    }[kind]
    first = draw_first(rng)

    def write(score: Score, start: float, stop: float) -> None:
        steps = max(2, int((stop - start - gait.swing) / gait.period) + 1)
        end = go(score, start, gait, steps, (0.0, 0.0), 0.0, first, close=False)
        moving = pulse(score.time, start, end + 0.2, 0.4, 0.4)
        course = np.sin(np.pi * (score.time - start) / gait.period + np.pi * first) * moving
        score.pump = np.maximum(score.pump, 0.0) + (0.5 if kind == "march" else 0.3) * course
        score.running = max(score.running, 0.8 if kind == "jog" else 0.0)

    phrases, says, arms = {
        "march": (
            ("[march] in place", "[march] on the spot", "[walk] in place lifting {his} knees high", "[march]"),
            "march in place with the knee high",
            "swing high against the steps",
        ),
        "walk": (
            ("[walk] in place", "[walk] on the spot", "[step] in place"),
            "walk in place",
            "swing against the steps",
        ),
        "jog": (
            ("[jog] in place", "[run] in place", "[jog] on the spot", "[run] on the spot"),
            "jog in place",
            "pump against the steps",
        ),
    }[kind]
    parts = (*_legs(says, pace), *_swing_arms(arms))
    return Action(
        f"{kind} in place",
        _USES,
        4.0 * gait.period + 0.3,
        10.0,
        phrases,
        said("" if kind == "jog" else pace.adverb),
        parts,
        write,
        rhythmic=True,
    )


PRIMITIVES: dict[str, Callable[[np.random.Generator], Action]] = {
    "walk": walk,
    "step": step,
    "turn": turn,
    "in place": in_place,
}
