"""Primitives that end near the ground or on a chair: kneeling on one knee or both, sitting down, getting up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...refine.language import PartAction, parse
from .action import ARMS, Action, Pace, draw_pace, said
from .body import Score
from .footing import Step
from .leg_courses import lay_arms
from .profiles import keyed, pulse, smooth
from .stepping import rotated

LEGS = ("left_leg", "right_leg")
_USES = frozenset((*LEGS, "torso"))
_SIDES = ("left", "right")
_ANY = Pace(1.0)


def _legs(text: str, pace: Pace = _ANY) -> tuple[PartAction, ...]:
    return tuple(replace(parse(leg, text), speed=pace.speed) for leg in LEGS)


def kneel(rng: np.random.Generator) -> Action:
    """Kneel on one knee (the other foot ahead) or on both, stay, and mostly stand up again."""
    knee = int(rng.choice([0, 1, 2]))
    pace = draw_pace(rng)
    down, rises = 1.25 * max(pace.factor, 0.75), rng.random() < 0.45
    forward = rng.random() < 0.5
    shortest = down + 0.5 + (down if rises else 0.0)

    def write(score: Score, start: float, stop: float) -> None:
        finish = max(stop - 0.1, start + shortest) if rises else np.inf
        course = pulse(score.time, start, finish, down, down)
        if knee == 2:
            _both_knees(score, start, finish, down)
            return
        steps_back = not forward
        side = knee if steps_back else 1 - knee
        length = (-0.84 if steps_back else 0.84) * 0.97
        _move_foot(score, side, start, start + 0.6 * down, length)
        if rises:
            _move_foot(score, side, finish - 0.65 * down, finish, -length)
        # The hip ends above the knee on the ground: 0.42 m behind it lies the ankle, 0.43 m the ball of the foot.
        score.pelvis[:, 2] += 0.135 * course
        score.pelvis[:, 1] -= 0.437 * course
        score.heels.append(
            (
                knee,
                np.radians(68.0) * pulse(score.time, start + 0.15 * down, finish - 0.1 * down, 0.7 * down, 0.75 * down),
            )
        )
        lean = pulse(score.time, start, start + down, 0.5 * down, 0.5 * down)
        score.torso[:, 0] += np.radians(14.0) * lean + np.radians(3.0) * course

    name = "both" if knee == 2 else _SIDES[knee]
    phrases: tuple[str, ...]
    parts: tuple[PartAction, ...]
    if knee == 2:
        phrases = ("[kneel] down", "[kneel] on both knees", "[get] down on {his} knees", "[drop] to {his} knees")
        parts = (*_legs("kneel on the ground", pace), parse("torso", "lower"))
    else:
        phrases = (
            f"[kneel] on {{his}} {name} knee",
            f"[kneel] down on {{his}} {name} knee",
            f"[go] down on the {name} knee",
        )
        if knee == 1:
            phrases += ("[kneel] on one knee", "[take] a knee")
        parts = (
            replace(parse(f"{name}_leg", "kneel on the ground"), speed=pace.speed),
            parse(f"{_SIDES[1 - knee]}_leg", "bend in front of the body"),
            parse("torso", "lower"),
        )
    if rises:
        phrases = tuple(f"{phrase} and then [stand] up again" for phrase in phrases)
        parts += (*(parse(leg, "rise") for leg in LEGS), parse("torso", "rise up"))
    return Action(
        f"kneel {name}",
        _USES,
        shortest,
        shortest + 6.0,
        phrases,
        said(pace.adverb),
        parts,
        write,
        "standing" if rises else "kneeling",
    )


def _move_foot(score: Score, side: int, start: float, stop: float, forward: float) -> None:
    x, z = score.stance.at[side]
    dx, dz = rotated(forward, 0.0, score.stance.heading)
    at, yaw = (x + dx, z + dz), score.stance.yaw[side]
    score.steps.append(Step(side, start, stop, at, yaw, 0.06, 0.3, 0.0, 0.25))
    score.stance = score.stance.moved(side, at, yaw, score.stance.heading)


def _both_knees(score: Score, start: float, finish: float, down: float) -> None:
    """Down over the toes: hips to the heels, knees forward to the ground, hips over the knees; back the same way."""
    times = [start, start + 0.55 * down, start + down]
    height, ahead, heel = [0.0, -0.46, -0.432], [0.0, 0.05, 0.47], [0.0, 58.0, 68.0]
    torso = [0.0, 16.0, 3.0]
    if np.isfinite(finish):
        times += [max(finish - down, times[-1] + 0.1), max(finish - 0.5 * down, times[-1] + 0.3), finish]
        height, ahead, heel, torso = (values + values[::-1] for values in (height, ahead, heel, torso))
    moves = smooth(
        keyed(score.time, np.array(times), np.stack([height, ahead, np.radians(heel), np.radians(torso)], 1)), 2.5
    )
    score.pelvis[:, 1] += moves[:, 0]
    score.pelvis[:, 2] += moves[:, 1]
    score.torso[:, 0] += moves[:, 3]
    score.heels += [(0, moves[:, 2]), (1, moves[:, 2])]


def sit(rng: np.random.Generator) -> Action:
    """Sit down on a chair that is not there, sit, stand up; or only one half of it."""
    kind = str(rng.choice(["down", "down up", "up", "sitting"]))
    pace = draw_pace(rng) if kind != "sitting" else Pace(1.0)
    move = 1.25 * pace.factor * float(rng.uniform(0.9, 1.1))
    rest = float(rng.uniform(0.4, 1.5))
    shortest = {"down": move + 0.4, "down up": 2.0 * move + 0.5, "up": rest + move + 0.2, "sitting": 1.5}[kind]
    on_lap = rng.random() < 0.6
    height = float(rng.uniform(-0.03, 0.03))

    def write(score: Score, start: float, stop: float) -> None:
        begin = start - move if kind in ("up", "sitting") else start
        finish = np.inf
        if kind == "up":
            finish = start + rest + move
        elif kind == "down up":
            finish = max(stop - 0.1, start + shortest - 0.1)
        course = pulse(score.time, begin, finish, move, move)
        going = pulse(score.time, begin, begin + move * 1.25, 0.5 * move, 0.75 * move)
        if np.isfinite(finish):
            going = going + pulse(score.time, finish - 1.2 * move, finish, 0.65 * move, 0.55 * move)
        score.pelvis[:, 1] -= (0.46 + height) * course
        score.pelvis[:, 2] -= 0.37 * smooth(course, 2.0)
        score.hips[:, 0] += np.radians(22.0) * going - np.radians(6.0) * course
        score.torso[:, 0] += np.radians(20.0) * going + np.radians(4.0) * course
        score.head[:, 0] -= np.radians(18.0) * going
        if on_lap:
            lay_arms(score, [0.0], ["lap"], smooth(course, 4.0))

    phrases = {
        "down": ("[sit] down", "[sit] down on a chair", "[take] a seat", "[lower] {himself} onto a chair"),
        "down up": (
            "[sit] down and then [stand] up",
            "[sit] down on a chair and [get] up again",
            "[sit] down, then [rise] to {his} feet",
        ),
        "up": ("[stand] up", "[get] up from a chair", "[rise] from a seated position", "[stand] up from sitting"),
        "sitting": ("[sit] on a chair", "[sit] still", "[remain] seated", "[sit]"),
    }[kind]
    sitting = (*_legs("sit on a chair"), parse("torso", "sit on a chair"))
    lower = (*_legs("sit on a chair", pace), replace(parse("torso", "lower onto a chair"), speed=pace.speed))
    up = (*_legs("rise", pace), replace(parse("torso", "rise up from a chair"), speed=pace.speed))
    parts = {"down": lower, "down up": (*lower, *up), "up": up, "sitting": sitting}[kind]
    uses = _USES
    if on_lap:
        uses = _USES | ARMS
        if kind != "up":
            parts += (parse("left_arm", "hold on the knee"), parse("right_arm", "hold on the knee"))
    longest = shortest + {"down": 5.0, "down up": 4.0, "up": 1.0, "sitting": 8.0}[kind]
    return Action(
        f"sit {kind}",
        uses,
        shortest,
        longest,
        phrases,
        said(pace.adverb),
        parts,
        write,
        "standing" if "up" in kind else "sitting",
        kind in ("up", "sitting"),
        arms_help=on_lap,
    )


PRIMITIVES: dict[str, Callable[[np.random.Generator], Action]] = {
    "kneel": kneel,
    "sit": sit,
}
