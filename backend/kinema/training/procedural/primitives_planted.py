"""Primitives whose feet stay where they stand, or nearly: squats, lunges, tiptoe, picking up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...refine.language import PartAction, parse
from .action import ARMS, Action, Count, Pace, draw_count, draw_pace, said
from .body import Score
from .footing import Step
from .leg_courses import lay_arms, sink
from .profiles import min_jerk, pulse, smooth
from .stepping import Gait, go, rotated

LEGS = ("left_leg", "right_leg")
_USES = frozenset((*LEGS, "torso"))
_SIDES = ("left", "right")
_ANY, _ONCE = Pace(1.0), Count(1)


def _legs(text: str, pace: Pace = _ANY, count: Count = _ONCE) -> tuple[PartAction, ...]:
    return tuple(replace(parse(leg, text), speed=pace.speed, count=count.count) for leg in LEGS)


def _repeated(score: Score, start: float, period: float, count: int, gain: np.ndarray) -> np.ndarray:
    """(T,) 0 -> 1 -> 0 `count` times, with a short stop at the bottom; `gain` (count,) is each one's depth."""
    course = np.zeros(score.frames)
    for k in range(count):
        at = start + k * period
        course += gain[k] * pulse(score.time, at, at + period, 0.45 * period, 0.48 * period)
    return course


def squat(rng: np.random.Generator) -> Action:
    """Squat deep or half, once or several times, or go down and stay; arms may come forward."""
    deep = rng.random() < 0.7
    stays = rng.random() < 0.3
    pace = draw_pace(rng)
    count = Count(1) if stays else draw_count(rng, 6)
    period = float(rng.uniform(1.5, 2.1)) * pace.factor * (1.0 if deep else 0.8)
    depth = float(rng.uniform(0.38, 0.52) if deep else rng.uniform(0.16, 0.26))
    arms = rng.random() < 0.55
    gain = np.clip(rng.normal(1.0, 0.04, 16), 0.9, 1.08)
    torso, hips = float(rng.uniform(8.0, 20.0)), float(rng.uniform(14.0, 26.0))
    wide = float(rng.uniform(0.25, 0.6))
    from_start = stays and rng.random() < 0.2
    shortest = 0.5 * period + 0.6 if stays else period * count.number + 0.1
    longest = shortest + (8.0 if stays else 0.8)

    def write(score: Score, start: float, stop: float) -> None:
        if stays:
            begin = start - period if from_start else start
            course = min_jerk((score.time - begin) / (0.5 * period))
        else:
            number = count.number
            if count.open:
                number = max(number, int((stop - start) / period))
            course = _repeated(score, start, period, min(number, 16), gain)
        sink(score, course, depth, 0.28 * depth, hips * depth / 0.45, torso)
        score.knees += wide * course
        if arms:
            lay_arms(score, [0.0], ["front"], 0.9 * smooth(course, 3.0))

    down = "squat" if deep else "crouch"
    phrases: tuple[str, ...]
    parts: tuple[PartAction, ...]
    if from_start:
        phrases = (f"[stay] in a {'deep ' if deep else ''}{down}", f"[hold] a {down}", f"[stay] low in a {down}")
    elif stays:
        phrases = (
            f"[{down}] down and [stay] there",
            f"[{down}] down and [hold] it",
            f"[{down}] down",
            f"[go] down into a {down}",
        )
    elif deep:
        phrases = (
            "[squat]",
            "[squat] down",
            "[do] a squat",
            "[squat] down and [stand] up again",
            "[bend] {his} knees deeply",
        )
        if count.number > 1:
            phrases = ("[squat]", "[do] squats", "[squat] down and up")
    else:
        phrases = ("[bend] {his} knees", "[do] a half squat", "[crouch] down and [rise] again", "[dip] down")
        if count.number > 1:
            phrases = ("[bend] {his} knees", "[do] half squats")
    legs = "squat" if deep else "crouch" if stays else "bend at the knee"
    parts = (*_legs(legs, pace, count), replace(parse("torso", "lower down"), speed=pace.speed, count=count.count))
    if arms:
        parts += (parse("left_arm", "extend in front of the body"), parse("right_arm", "extend in front of the body"))
    uses = _USES | ARMS if arms else _USES
    name = (
        f"squat{' held' if from_start else ' stays' if stays else ''}" if deep else f"crouch{' stays' if stays else ''}"
    )
    return Action(
        name,
        uses,
        shortest,
        longest,
        phrases,
        said(pace.adverb, count.adverb),
        parts,
        write,
        "crouching" if stays else "standing",
        from_start,
        arms_help=arms,
    )


def lunge(rng: np.random.Generator) -> Action:
    """A long step forward (or to the side) into a bent knee; stay, or come back."""
    side = int(rng.integers(2))
    name, sideways = _SIDES[side], rng.random() < 0.3
    pace = draw_pace(rng)
    swing, back = 0.55 * max(pace.factor, 0.8), rng.random() < 0.7
    length = float(rng.uniform(0.65, 0.85)) if not sideways else float(rng.uniform(0.5, 0.65))
    depth = float(rng.uniform(0.2, 0.34)) if not sideways else float(rng.uniform(0.16, 0.24))
    shortest = 1.5 * swing + 0.4 + (1.4 * swing if back else 0.0)

    def write(score: Score, start: float, stop: float) -> None:
        finish = max(stop - 0.1, start + shortest) if back else np.inf
        outward = 1.0 - 2.0 * side
        away = (0.0, outward * length) if sideways else (length, 0.0)
        home, heading, yaw = score.stance.at[side], score.stance.heading, score.stance.yaw[side]
        dx, dz = rotated(*away, heading)
        legs = [(start, start + swing, (home[0] + dx, home[1] + dz))]
        if back:
            legs.append((finish - 1.05 * swing, finish, home))
        for begin, end, at in legs:
            score.steps.append(Step(side, begin, end, at, yaw, 0.09, 0.3, 0.15 if not sideways else 0.0, 0.25))
            score.stance = score.stance.moved(side, at, yaw, heading)
        course = pulse(score.time, start + 0.4 * swing, finish - 0.2 * swing, 1.1 * swing, 1.0 * swing)
        sink(score, course, depth, 0.0, 3.0, 8.0 if sideways else 3.0)
        if sideways:
            score.pelvis[:, 0] += outward * 0.13 * course
        else:
            score.pelvis[:, 2] += 0.07 * course
            score.heels.append((1 - side, np.radians(48.0) * smooth(course, 2.0)))

    phrases: tuple[str, ...]
    if sideways:
        phrases = (
            f"[lunge] to the {name}",
            f"[do] a side lunge to the {name}",
            f"[step] out to the {name} into a lunge",
        )
        main, torso = f"lunge to the {name}", f"lower to the {name}"
    else:
        phrases = (
            f"[lunge] forward with {{his}} {name} leg",
            f"[do] a lunge with the {name} leg",
            f"[step] forward into a lunge with {{his}} {name} foot",
            *(("[lunge] forward",) if side == 1 else ()),
        )
        main, torso = "lunge forward", "lower forward"
    if back and rng.random() < 0.5:
        phrases = tuple(f"{phrase} and [step] back" for phrase in phrases)
    other = "stand on the ground" if sideways else "stretch behind the body"
    parts: tuple[PartAction, ...] = (
        replace(parse(f"{name}_leg", main), speed=pace.speed),
        parse(f"{_SIDES[1 - side]}_leg", other),
        parse("torso", torso),
    )
    if back:
        parts += (
            parse(f"{name}_leg", "step backward" if not sideways else "close together"),
            parse("torso", "rise up"),
        )
    return Action(
        f"lunge {name}{' side' if sideways else ''}",
        _USES,
        shortest,
        shortest + 3.0,
        phrases,
        said(pace.adverb),
        parts,
        write,
    )


def tiptoe(rng: np.random.Generator) -> Action:
    """Rise onto the toes: once, repeatedly, staying there, or walking so."""
    kind = str(rng.choice(["stay", "raises", "walk"]))
    pace = draw_pace(rng)
    count = draw_count(rng, 6) if kind == "raises" else Count(1)
    period, angle = 1.3 * pace.factor, float(np.radians(rng.uniform(30.0, 42.0)))
    gait = Gait(0.62 * pace.factor, 0.46 * pace.factor, lift=0.05, heel=0.1, share=0.5)
    shortest = {"stay": 1.6, "raises": period * count.number + 0.1, "walk": 4.0 * gait.period + 1.0}[kind]

    def write(score: Score, start: float, stop: float) -> None:
        if kind == "raises":
            course = _repeated(score, start, period, count.number, np.ones(count.number))
        else:
            course = pulse(score.time, start, np.inf if stop > score.seconds - 0.6 else stop, 0.5, 0.5)
        if kind == "walk":
            go(score, start + 0.4, gait, max(2, int((stop - start - 1.0) / gait.period)), (0.36, 0.0), 0.0, 0, 0.5)
        score.heels += [(0, angle * course), (1, angle * course)]
        score.pelvis[:, 1] += 0.105 * np.sin(angle) * course
        score.pelvis[:, 2] += 0.05 * course

    phrases = {
        "stay": ("[stand] on {his} tiptoes", "[stand] on tiptoe", "[rise] onto {his} toes", "[go] up on {his} toes"),
        "raises": ("[raise] {his} heels", "[do] calf raises", "[rise] up onto {his} toes and [come] down"),
        "walk": ("[tiptoe] forward", "[walk] on tiptoe", "[walk] on {his} toes", "[tiptoe]"),
    }[kind]
    says = {"stay": "rise on the toes", "raises": "rise on the toes", "walk": "tiptoe forward"}[kind]
    parts = (*_legs(says, pace, count), parse("torso", "move forward" if kind == "walk" else "rise slightly"))
    return Action(
        f"tiptoe {kind}",
        _USES,
        shortest,
        shortest + (0.5 if kind == "raises" else 7.0),
        phrases,
        said(pace.adverb, count.adverb),
        parts,
        write,
    )


def pick_up(rng: np.random.Generator) -> Action:
    """Bend knees and back, take something from the floor with one hand or both, come up with it."""
    hands = str(rng.choice(["left", "right", "both"]))
    pace = draw_pace(rng)
    down, grasp = 1.0 * pace.factor, 0.35
    shortest = 2.1 * down + grasp + 0.3
    depth, back = float(rng.uniform(0.42, 0.52)), float(rng.uniform(36.0, 46.0))
    puts = rng.random() < 0.25

    def write(score: Score, start: float, stop: float) -> None:
        at = start + down
        course = pulse(score.time, start, at + grasp + 1.05 * down, down, 1.05 * down)
        sink(score, course, depth, 0.13, 40.0, back)
        score.head[:, 0] += np.radians(20.0) * course
        score.knees += 0.3 * course
        poses = ["bent", "carry", "floor", "floor", "carry"] if puts else ["hang", "hang", "floor", "floor", "carry"]
        times = [start, start + 0.3 * down, at, at + grasp, at + grasp + 1.0 * down]
        weight = min_jerk((score.time - start) / (0.6 * down))
        if puts:
            weight = weight * (1.0 - min_jerk((score.time - at - grasp - 0.2 * down) / (0.8 * down)))
        sides = (0, 1) if hands == "both" else (0,) if hands == "left" else (1,)
        lay_arms(score, times, poses, weight, sides)
        if hands != "both":
            lean = 1.0 if hands == "left" else -1.0
            score.torso[:, 1] += lean * np.radians(6.0) * course
            score.torso[:, 2] -= lean * np.radians(10.0) * course

    hand = "both hands" if hands == "both" else f"{{his}} {hands} hand"
    phrases: tuple[str, ...]
    if puts:
        phrases = (f"[put] something down on the floor with {hand}", f"[place] something on the ground with {hand}")
        says = "put down on the floor"
    else:
        phrases = (
            f"[pick] something up from the floor with {hand}",
            f"[pick] up an object with {hand}",
            f"[bend] down and [pick] something up with {hand}",
            *(() if hands == "left" else ("[pick] something up off the ground",)),
        )
        says = "pick up from the floor"
    arms = tuple(parse(f"{side}_arm", says) for side in _SIDES if hands in (side, "both"))
    parts = (*_legs("bend at the knee", pace), parse("torso", "bend forward"), *arms, parse("torso", "rise up"))
    uses = frozenset((*_USES, *(f"{side}_arm" for side in _SIDES if hands in (side, "both"))))
    return Action(
        f"{'put down' if puts else 'pick up'} {hands}",
        uses,
        shortest,
        shortest + 1.0,
        phrases,
        said(pace.adverb),
        parts,
        write,
    )


PRIMITIVES: dict[str, Callable[[np.random.Generator], Action]] = {
    "squat": squat,
    "lunge": lunge,
    "tiptoe": tiptoe,
    "pick up": pick_up,
}
