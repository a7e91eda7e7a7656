"""Primitives of one leg in the air: kicks, knee and leg raises, balance on one leg, swings, stomps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...refine.language import PartAction, parse
from .action import ARMS, Action, Count, Pace, draw_count, draw_pace, said
from .air_table import AIR_ROWS, AirRow, Angles
from .body import Score
from .leg_courses import lay_arms, lean_over, lift_leg
from .profiles import beats, pulse

_SIDES = ("left", "right")
BY_NAME = {row.name: row for row in AIR_ROWS}

_ASKED_FOR = {"kick forward", "raise knee", "stand on one leg"}
_SHARES = np.array([3.0 if row.name in _ASKED_FOR else 1.0 for row in AIR_ROWS])
_SHARES /= _SHARES.sum()
"""As for the arms: what people ask for every day is drawn more often."""


def draw(rng: np.random.Generator, name: str | None = None, side: int | None = None) -> Action:
    """One primitive of one leg (`side` 0 left, 1 right)."""
    row = BY_NAME[name] if name else AIR_ROWS[int(rng.choice(len(AIR_ROWS), p=_SHARES))]
    side = int(rng.integers(2)) if side is None else side
    pace = draw_pace(rng)
    swings = row.name == "swing leg"
    held = row.hold and rng.random() < (0.85 if row.balance else 0.4)
    count = Count(1) if held else draw_count(rng, 5, cyclic=swings)
    alternate = not held and not swings and not row.balance and rng.random() < 0.12
    if alternate:
        count = Count(int(rng.choice([2, 4])))
    slow = max(pace.factor, 0.8) if row.torso[0] > 20.0 or row.torso[1] else pace.factor
    period = row.period * slow * float(rng.uniform(0.92, 1.12))
    size = float(np.clip(rng.normal(1.0, 0.08), 0.8, 1.15))
    arms = (
        str(rng.choice(["side low", "guard", ""])) if not row.balance else str(rng.choice(["side", "side low", "hip"]))
    )
    number = count.number
    shortest = period * (2.0 if swings else 1.0) * (1 if held else 1.0 if swings else number) + (0.6 if held else 0.25)
    if swings:
        shortest = period * number + 0.8
    longest = shortest + (7.0 if held else 0.9)

    def write(score: Score, start: float, stop: float) -> None:
        time, high = score.time, np.zeros(score.frames)
        sides = [side if not alternate or k % 2 == 0 else 1 - side for k in range(number)]
        end = max(stop - 0.1, start + shortest - 0.1)
        if swings:
            _swing(score, row, side, start, period, number, size)
            high = np.zeros(score.frames)
        elif held:
            stay = np.inf if stop > score.seconds - 0.5 and row.balance else end
            angles = row.keys[0][1]
            last = min(stay, score.seconds + 2.0)
            times = [start, start + 0.5 * period, last - 0.5 * period, last]
            lift_leg(score, side, times, [_scaled(angles, size)] * 2)
            high = _outward(side) * pulse(time, start, last, 0.5 * period, 0.5 * period)
        else:
            for k, one in enumerate(sides):
                at = start + k * period
                keys = [(at + share * period, _scaled(angles, size)) for share, angles in row.keys]
                stop_at = at + (0.97 if row.name != "stomp" else 0.8) * period
                lift_leg(
                    score,
                    one,
                    [at + 0.02, *(t for t, _ in keys), stop_at],
                    [angles for _, angles in keys],
                    0.07 if number > 1 else 0.085,
                )
                high += _outward(one) * beats(time, at, period, 1.0)
        score.torso[:, 0] += np.radians(0.6 * row.torso[0]) * np.abs(high)
        score.hips[:, 0] += np.radians(0.4 * row.torso[0]) * np.abs(high)
        score.torso[:, 1] += np.radians(row.torso[1]) * high
        score.head[:, 0] -= np.radians(0.6 * row.torso[0]) * np.abs(high)
        if row.torso[0] > 20.0:
            score.pelvis[:, 2] -= 0.05 * np.abs(high)
        if arms:
            weight = pulse(time, start, end if not held else (np.inf if row.balance else end), 0.4, 0.5)
            lay_arms(score, [0.0], [arms], (0.55 if arms == "side low" else 0.95) * weight)

    name_side, other = _SIDES[side], _SIDES[1 - side]
    words = {
        "leg": f"{{his}} {name_side} leg",
        "foot": f"{{his}} {name_side} foot",
        "knee": f"{{his}} {name_side} knee",
        "other": f"{{his}} {other} leg",
        "side": name_side,
        "his": "{his}",
    }
    phrases = tuple(template.format(**words) for template in row.phrases)
    if alternate:
        plural = {
            "leg": "alternating legs",
            "foot": "each foot in turn",
            "knee": "{his} knees in turn",
            "other": "",
            "side": "",
            "his": "{his}",
        }
        phrases = tuple(template.format(**plural) for template in row.phrases if "{side}" not in template)[:2]
    elif row.balance and side == 0:
        phrases = tuple(phrase for phrase in phrases if "one " not in phrase)
    elif side == 1 and not row.balance and rng.random() < 0.12:
        phrases = tuple(phrase.replace(f"{{his}} {name_side}", "one") for phrase in phrases)
    parts = _parts(row, side, pace, count, held, alternate, arms)
    uses = frozenset(("left_leg", "right_leg", "torso", *(ARMS if arms else ())))
    return Action(
        f"{row.name} {'alternating' if alternate else name_side}",
        uses,
        shortest,
        longest,
        phrases,
        said("" if held else pace.adverb, count.adverb),
        parts,
        write,
        arms_help=bool(arms),
    )


def _outward(side: int) -> float:
    return 1.0 - 2.0 * side


def _scaled(angles: Angles, size: float) -> Angles:
    raised, aside, flexion, pointed = angles
    return raised * size, aside * size, flexion, pointed


def _swing(score: Score, row: AirRow, side: int, start: float, period: float, number: int, size: float) -> None:
    times, angles = [start], []
    for k in range(number):
        for share, key in row.keys:
            times.append(start + 0.15 + (k + share) * period)
            angles.append(_scaled(key, size))
    times.append(times[-1] + 0.4)
    lift_leg(score, side, times, angles)
    lean_over(score, side, np.zeros(score.frames))


def _parts(
    row: AirRow, side: int, pace: Pace, count: Count, held: bool, alternate: bool, arms: str
) -> tuple[PartAction, ...]:
    leg, other = f"{_SIDES[side]}_leg", f"{_SIDES[1 - side]}_leg"
    says = row.says
    main = replace(parse(leg, says), speed="" if held else pace.speed, count=count.count)
    parts: list[PartAction] = [main]
    if alternate:
        parts.append(replace(main, part=other))
    else:
        parts.append(parse(other, "stand on the ground" if row.name == "stomp" else "balance on one foot"))
    if row.torso[0] <= -7.0:
        parts.append(
            parse("torso", "lean slightly backward with the kick" if "kick" in row.name else "lean slightly backward")
        )
    elif row.torso[0] > 20.0:
        parts.append(parse("torso", "lean forward"))
    elif row.torso[1] and not alternate:
        parts.append(parse("torso", f"lean to the {_SIDES[1 - side]}"))
    hands = {
        "side low": "raise for balance",
        "side": "hold to the side",
        "guard": "hold in front of the chest",
        "hip": "hold on the hip",
    }
    if arms:
        parts += [parse("left_arm", hands[arms]), parse("right_arm", hands[arms])]
    return tuple(parts)


PRIMITIVES: dict[str, Callable[[np.random.Generator], Action]] = {"leg": draw}
