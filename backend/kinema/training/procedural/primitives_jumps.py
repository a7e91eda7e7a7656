"""Primitives that leave the ground: jumps in place and in a direction, hops on one leg, jumping jacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...refine.language import PartAction, parse
from .action import ARMS, Action, Count, draw_count, draw_pace, said
from .arm_lines import line
from .arm_poses import POSES
from .body import ArmTrack, Score
from .footing import Step
from .leg_courses import lay_arms, lift_leg
from .profiles import beats, min_jerk, pulse
from .stepping import half_width, rotated

LEGS = ("left_leg", "right_leg")
GRAVITY = 9.81
_SIDES = ("left", "right")
_TIPTOE = 0.055
"""Metres that the pelvis gains while the feet push off the toes."""


def leap(score: Score, start: float, height: float, dip: float, gather: float) -> tuple[float, float, float]:
    """One jump: gather, push off, fly, land, rise. Writes pelvis, heels and flight; returns (take-off, landing, end).

    Push and landing are uniformly accelerated so that the speed at both ends of the flight is the flight's own.
    """
    time = score.time
    speed = np.sqrt(2.0 * GRAVITY * height)
    push = 2.0 * (dip + _TIPTOE) / speed
    soak = 0.75 * dip
    brake = 2.0 * (soak + _TIPTOE) / speed
    off = start + gather + push
    on = off + 2.0 * speed / GRAVITY
    end = on + brake + 0.45
    s = np.clip((time - start - gather) / push, 0.0, 1.0)
    low = -dip * min_jerk((time - start) / gather) + (dip + _TIPTOE) * s * s
    b = np.clip((time - on) / brake, 0.0, 1.0)
    landed = _TIPTOE - (soak + _TIPTOE) * (1.0 - (1.0 - b) ** 2)
    risen = -soak * (1.0 - min_jerk((time - on - brake) / 0.45))
    course = np.where(time < on, low, np.where(time < on + brake, landed, risen))
    score.pelvis[:, 1] += np.where(time < start, 0.0, course)
    f = np.clip((time - off) / (on - off), 0.0, 1.0)
    score.flight += 4.0 * height * f * (1.0 - f)
    heel = np.radians(38.0) * min_jerk((time - off + 0.13) / 0.16) * (1.0 - min_jerk((time - on + 0.06) / 0.16))
    score.heels += [(0, heel), (1, heel)]
    bent = -course / max(dip, 0.05) * (course < 0.0) * (time >= start)
    score.hips[:, 0] += np.radians(20.0) * (dip / 0.3) * bent
    score.torso[:, 0] += np.radians(12.0) * (dip / 0.3) * bent
    score.pelvis[:, 2] -= 0.06 * (dip / 0.3) * bent
    return off, on, end


def jump(rng: np.random.Generator) -> Action:
    """Jump up, forward, backward or to a side, with both feet, once or more."""
    way = str(rng.choice(["up", "up", "up", "forward", "forward", "backward", "left", "right"]))
    count = draw_count(rng, 5)
    pace = draw_pace(rng)
    height = float(rng.uniform(0.16, 0.38)) if way == "up" else float(rng.uniform(0.1, 0.22))
    dip = float(rng.uniform(0.18, 0.32))
    gather = 0.4 * float(np.clip(pace.factor, 0.8, 1.3))
    far = {"up": 0.0, "forward": rng.uniform(0.4, 0.9), "backward": -rng.uniform(0.25, 0.45)}.get(
        way, rng.uniform(0.25, 0.5)
    )
    arms = rng.random() < 0.75
    one = (
        gather
        + 2.0 * (dip + _TIPTOE) / np.sqrt(2 * GRAVITY * height) * 1.8
        + 2.0 * np.sqrt(2.0 * height / GRAVITY)
        + 0.45
    )
    shortest = one * count.number + 0.1

    def write(score: Score, start: float, stop: float) -> None:
        at, times, poses = start, [start], ["hang"]
        for _ in range(count.number):
            off, on, end = leap(score, at, height, dip, gather)
            if far:
                _carry(
                    score,
                    off,
                    on,
                    (far, 0.0) if way in ("forward", "backward") else (0.0, far if way == "left" else -far),
                )
            times += [at + 0.85 * gather, off + 0.02, on + 0.12]
            poses += ["behind", "front high" if way != "up" else "overhead wide", "front low"]
            at = end
        if arms:
            weight = pulse(score.time, start, at + 0.1, 0.3, 0.5)
            lay_arms(score, times, poses, weight)

    words = {"up": "up", "forward": "forward", "backward": "backward", "left": "to the left", "right": "to the right"}[
        way
    ]
    phrases = {
        "up": ("[jump]", "[jump] up", "[jump] into the air", "[jump] up and down", "[leap] up", "[jump] straight up"),
        "forward": ("[jump] forward", "[leap] forward", "[do] a long jump forward", "[jump] ahead with both feet"),
        "backward": ("[jump] backward", "[jump] back", "[leap] backward"),
    }.get(way, (f"[jump] {words}", f"[leap] {words}", f"[jump] sideways {words}"))
    if count.number > 1:
        phrases = phrases[:2]
    torso = "rise up off the ground" if way == "up" else f"rise {words} off the ground"
    parts: tuple[PartAction, ...] = (*_legs(f"jump {words}", count), parse("torso", torso))
    if arms:
        parts += (parse("left_arm", "swing up with the jump"), parse("right_arm", "swing up with the jump"))
    uses = frozenset((*LEGS, "torso", *(ARMS if arms else ())))
    return Action(
        f"jump {way}", uses, shortest, shortest + 0.4, phrases, said(count.adverb), parts, write, arms_help=arms
    )


def _legs(text: str, count: Count) -> tuple[PartAction, ...]:
    return tuple(replace(parse(leg, text), count=count.count) for leg in LEGS)


def _carry(score: Score, off: float, on: float, by: tuple[float, float]) -> None:
    """Both feet fly by (forward, left) metres."""
    stance = score.stance
    dx, dz = rotated(*by, stance.heading)
    for side in range(2):
        x, z = stance.at[side]
        score.steps.append(Step(side, off - 0.03, on + 0.02, (x + dx, z + dz), stance.yaw[side], 0.0, 0.0, 0.0, 0.0))
        score.stance = score.stance.moved(side, (x + dx, z + dz), stance.yaw[side], stance.heading)


def hop(rng: np.random.Generator) -> Action:
    """Hop on one leg, in place or forward."""
    side = int(rng.integers(2))
    forward = rng.random() < 0.35
    count = draw_count(rng, 6, cyclic=True)
    period, height = float(rng.uniform(0.55, 0.6)), float(rng.uniform(0.05, 0.1))
    number = max(count.number, 2)
    shortest = 1.2 + number * period
    far = float(rng.uniform(0.2, 0.35)) if forward else 0.0

    def write(score: Score, start: float, stop: float) -> None:
        hops = number if not count.open else max(number, int((stop - start - 1.2) / period))
        begin = start + 0.6
        end = begin + hops * period
        other = 1 - side
        lift_leg(score, other, [start, start + 0.5, end + 0.1, end + 0.55], [(30.0, 4.0, 85.0, 20.0)] * 2, 0.075)
        flying = 2.0 * np.sqrt(2.0 * height / GRAVITY)
        for k in range(hops):
            at = begin + k * period
            off, on = at + 0.5 * (period - flying), at + 0.5 * (period + flying)
            f = np.clip((score.time - off) / flying, 0.0, 1.0)
            score.flight += 4.0 * height * f * (1.0 - f)
            heel = np.radians(34.0) * pulse(score.time, off - 0.1, on + 0.09, 0.13, 0.13)
            score.heels.append((side, heel))
            score.pelvis[:, 1] -= 0.07 * (beats(score.time, at - 0.5 * (period - flying), period - flying, 1.0))
            score.pelvis[:, 1] += _TIPTOE * heel
            if far:
                _carry(score, off, on, (far, 0.0))
        score.pelvis[:, 1] -= 0.06 * pulse(score.time, end - 0.1, end + 0.35, 0.2, 0.25)
        swinging = 0.8 * pulse(score.time, start, end + 0.6, 0.4, 0.5)
        lay_arms(score, [0.0], ["side low"], swinging * (0.7 + 0.3 * beats(score.time, begin, period, hops)))

    name, other_name = _SIDES[side], _SIDES[1 - side]
    where = " forward" if forward else ""
    phrases = (
        f"[hop]{where} on {{his}} {name} leg",
        f"[hop]{where} on {{his}} {name} foot",
        f"[hop]{where} on one leg",
        f"[jump]{where} on {{his}} {name} leg",
    )
    parts = (
        replace(parse(f"{name}_leg", f"hop {'forward' if forward else 'up'} on one foot"), count=count.count),
        parse(f"{other_name}_leg", "bend off the ground"),
        parse("torso", "bounce forward" if forward else "bounce up and down"),
        parse("left_arm", "hold away from the body"),
        parse("right_arm", "hold away from the body"),
    )
    uses = frozenset((*LEGS, "torso", *ARMS))
    return Action(
        f"hop {name}",
        uses,
        shortest,
        shortest + 2.5,
        phrases,
        said(count.adverb),
        parts,
        write,
        rhythmic=True,
        arms_help=True,
    )


def jumping_jacks(rng: np.random.Generator) -> Action:
    """Feet out and in with small jumps, arms up and down."""
    count = draw_count(rng, 6, cyclic=True)
    period = float(rng.uniform(1.02, 1.12))
    number = max(count.number, 2)
    top = str(rng.choice(["overhead", "overhead wide"]))
    shortest = number * period + 0.4

    def write(score: Score, start: float, stop: float) -> None:
        jacks = number if not count.open else max(number, int((stop - start - 0.3) / period))
        wide, narrow = 0.27, half_width(score)
        (lx, lz), (rx, rz) = score.stance.at
        height, flying = 0.07, 0.3
        for k in range(2 * jacks):
            at = start + 0.1 + 0.5 * k * period
            out = (wide - narrow) if k % 2 == 0 else 0.0
            dx, dz = rotated(0.0, out, score.stance.heading)
            for side, (x, z) in enumerate(((lx, lz), (rx, rz))):
                sign = 1.0 - 2.0 * side
                place, yaw = (x + sign * dx, z + sign * dz), score.stance.yaw[side]
                score.steps.append(Step(side, at, at + flying, place, yaw, 0.0, 0.35, 0.0, 0.0))
                score.stance = score.stance.moved(side, place, yaw, score.stance.heading)
            f = np.clip((score.time - at) / flying, 0.0, 1.0)
            score.flight += 4.0 * height * f * (1.0 - f)
            score.pelvis[:, 1] -= 0.05 * beats(score.time, at + flying - 0.04, 0.5 * period - flying + 0.08, 1.0)
        path = line(np.stack([POSES["hang"], POSES["side"], POSES[top]]), np.zeros((3, 3)))
        track, _ = path.along(beats(score.time, start + 0.1, period, jacks))
        weight = pulse(score.time, start, start + 0.4 + jacks * period, 0.15, 0.3)
        score.arms += [ArmTrack(side, weight, track) for side in range(2)]

    phrases: tuple[str, ...] = ("[do] jumping jacks", "[perform] jumping jacks", "[do] star jumps")
    if not count.open:
        phrases = (f"[do] {count.count.replace(' times', '').replace('twice', 'two')} jumping jacks",)
    parts = tuple(PartAction(leg, "jump", target="with the feet apart", count="repeatedly") for leg in LEGS)
    parts += (parse("torso", "bounce up and down"),)
    parts += tuple(parse(f"{side}_arm", "raise up and down above the head repeatedly") for side in _SIDES)
    uses = frozenset((*LEGS, "torso", *ARMS))
    return Action("jumping jacks", uses, shortest, shortest + 3.0, phrases, (), parts, write, rhythmic=True)


PRIMITIVES: dict[str, Callable[[np.random.Generator], Action]] = {
    "jump": jump,
    "hop": hop,
    "jumping jacks": jumping_jacks,
}
