"""Arm primitives: rows of the table made into motion, words and part sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from ...protocol import quaternion
from ...refine.language import PartAction, parse
from .action import Action, Count, Pace, draw_count, draw_pace, said
from .arm_lines import Line, line
from .arm_poses import POSES, opposite
from .arm_row import ArmRow
from .arm_table_gestures import GESTURE_ROWS
from .arm_table_postures import POSTURE_ROWS
from .arm_table_reaching import REACH_ROWS
from .arm_table_strikes import STRIKE_ROWS
from .body import ArmTrack, Score
from .profiles import min_jerk, smooth

ROWS = (*REACH_ROWS, *POSTURE_ROWS, *GESTURE_ROWS, *STRIKE_ROWS)
BY_NAME = {row.name: row for row in ROWS}

ASKED_FOR, SWINGING = 5.0, 25.0
_ASKED_FOR = {
    "raise overhead",
    "raise front",
    "raise side",
    "wave",
    "wave high",
    "punch",
    "box",
    "clap",
    "throw",
    "drink",
    "touch head",
    "hands behind head",
    "hands on hips",
    "t pose",
    "cross arms",
    "stretch up",
    "stretch forward",
    "circle arms",
    "point forward",
    "zombie",
}
_EVERY_DAY = sorted(_ASKED_FOR)
_SWINGING = {"clap", "box", "punch", "circle arms"}
_SHARES = np.array(
    [SWINGING if row.name in _SWINGING else ASKED_FOR if row.name in _ASKED_FOR else 1.0 for row in ROWS]
)
_SHARES /= _SHARES.sum()
"""What people ask for every day is drawn more often: a uniform draw shows each row a dozen times in thousands. What
swings fast takes a model longest to learn and is drawn most."""


def draw_asked_for(rng: np.random.Generator) -> Action:
    """One of what people ask for every day, each as often: for combinations, where few rows would hide the others."""
    return draw(rng, str(rng.choice(_EVERY_DAY)))


def draw(
    rng: np.random.Generator, name: str | None = None, sides: str | None = None, held: bool | None = None
) -> Action:
    """One arm primitive. `name` and `sides` ("left", "right", "both") fix what is otherwise drawn; `held`: it is
    already on when the clip starts (only for rows that know the posture)."""
    row = BY_NAME[name] if name else ROWS[int(rng.choice(len(ROWS), p=_SHARES))]
    sides = sides or _draw_sides(rng, row)
    held = bool(row.held) and (rng.random() < 0.15 if held is None else held)
    rhythmic = bool(row.loop) and row.period < 1.0
    pace = Pace(1.0) if held else draw_pace(rng, rhythmic)
    if row.snap:  # a blow is fast already
        pace = replace(pace, factor=max(pace.factor, 0.95))
    count = draw_count(rng, cyclic=row.cyclic) if row.loop or row.other_loop else Count(1)
    returns = not held and rng.random() < row.back
    approach = row.seconds * pace.factor * (1.0 + (0.25 if rhythmic else 1.0) * rng.uniform(-0.1, 0.15))
    lead = 0.0 if held else approach
    repeats = count.number * row.period * pace.factor
    tail = approach * 1.05 if returns else 0.0
    rest = 0.15 if row.loop else 0.3
    shortest = lead + repeats + rest + tail
    longest = shortest + (0.6 if row.loop and not row.cyclic and returns else 8.0)
    phrases = _phrases(row, sides, held, returns and rng.random() < 0.7, rng)
    parts = _parts(row, sides, held, returns, pace, count)
    seed = int(rng.integers(2**31))

    def write(score: Score, start: float, stop: float) -> None:
        _write(score, np.random.default_rng(seed), row, sides, (start - approach if held else start), stop, timing)

    timing = _Timing(approach, row.period * pace.factor, count, tail)
    return Action(
        f"{row.name} {sides}" + (" held" if held else ""),
        frozenset(part for part in ("left_arm", "right_arm") if sides in (part[: part.index("_")], "both")),
        shortest,
        longest,
        phrases,
        said("" if held else pace.adverb, count.adverb),
        parts,
        write,
        from_start=held,
        rhythmic=rhythmic,
    )


@dataclass(frozen=True)
class _Timing:
    approach: float
    period: float
    count: Count
    tail: float


def _draw_sides(rng: np.random.Generator, row: ArmRow) -> str:
    if row.sides == "both":
        return "both"
    one = "left" if rng.random() < 0.5 else "right"
    return "both" if row.sides == "any" and rng.random() < 0.3 else one


def _write(
    score: Score, rng: np.random.Generator, row: ArmRow, sides: str, start: float, stop: float, timing: _Timing
) -> None:
    time = score.time
    begin = start + timing.approach
    finish = max(stop - timing.tail, begin)
    repeats = float(timing.count.number)
    if timing.count.open:
        repeats = max(repeats, np.floor((finish - begin) / timing.period))
    # Two-handed grips and different hands are told for a right-hander half of the time.
    swapped = (row.grip or bool(row.other)) and _handed(rng, row)
    handed = ("right", "left") if swapped else ("left", "right")
    weight = min_jerk((time - start) / max(0.55 * timing.approach, 1e-3))
    if timing.tail > 0.0:
        weight = weight * (1.0 - min_jerk((time - finish - 0.25 * timing.tail) / (0.75 * timing.tail)))
    total = np.zeros((score.frames, 3))
    jitter = rng.normal(0.0, 1.0, (8, 4, 3))
    for place, side in enumerate(handed):
        if sides not in (side, "both"):
            continue
        late = 0.5 * timing.period if row.alternate and place == 1 else 0.0
        second = place == 1 and sides == "both"
        rotations, torso = _track(row, second, time, start, begin + late, finish, repeats, timing, jitter, rng)
        score.arms.append(ArmTrack(0 if side == "left" else 1, weight, rotations))
        turn = torso * weight[:, None] * (np.array([1.0, 1.0, 1.0]) if side == "left" else np.array([1.0, -1.0, -1.0]))
        if row.grip:
            total += 0.0 if second else turn
        else:
            total += turn * (0.5 if sides == "both" and not row.alternate else 1.0)
    score.torso += total
    if not row.grip:
        score.head[:, 2] -= 0.7 * total[:, 2]


def _handed(rng: np.random.Generator, row: ArmRow) -> bool:
    return not row.other_part and bool(rng.random() < 0.5)


def _track(
    row: ArmRow,
    second: bool,
    time: np.ndarray,
    start: float,
    begin: float,
    finish: float,
    repeats: float,
    timing: _Timing,
    jitter: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """One arm in the left arm's frame: rotations (T, 4, 4), torso angles (T, 3) in radians."""
    path, loop = row.path, row.loop
    if second and row.other:
        path, loop = row.other, row.other_loop
    elif row.other_loop and not second:
        loop = ()
    approach = _line(row, ("hang", *path), second, jitter)
    progress = min_jerk((time - start) / timing.approach)
    if timing.tail > 0.0:
        progress = np.minimum(progress, 1.0 - min_jerk((time - finish) / timing.tail))
    rotations, torso = approach.along(progress)
    if loop:
        count = repeats if not row.alternate or begin <= start + timing.approach else max(repeats - 0.5, 0.5)
        circle = _line(row, (path[-1], *loop, path[-1]), second, jitter)
        phase = np.clip((time - begin) / timing.period, 0.0, np.floor(count) if count >= 1 else 1.0)
        inside = (phase > 0.0) & (phase < phase.max() if phase.max() == np.floor(phase.max()) else phase <= phase.max())
        beat = np.floor(phase - 1e-9).astype(int)
        gain = np.clip(rng.normal(1.0, 0.06, int(np.ceil(repeats)) + 3), 0.85, 1.1)[np.maximum(beat, 0)]
        turns, swings = circle.along(
            _cycle(phase - np.maximum(beat, 0), len(loop), row) * (1.0 if len(loop) > 1 else np.minimum(gain, 1.0))
        )
        rotations = np.where(inside[:, None, None], turns, rotations)
        torso = np.where(inside[:, None], swings, torso)
    lag = 0.4 if row.snap else 1.3 if timing.period > 0.8 else 0.9
    rotations = quaternion.normalize(smooth(quaternion.unroll(rotations), lag))
    return rotations, smooth(torso, 2.5)


def _cycle(phase: np.ndarray, stops: int, row: ArmRow) -> np.ndarray:
    """Progress along pose -> loop -> pose within one repetition, phase 0..1."""
    if row.snap:
        return np.asarray(0.5 * min_jerk(phase / 0.2) + 0.5 * min_jerk((phase - 0.42) / 0.5))
    if stops == 1 and row.cyclic:
        away = 0.5 - 0.5 * np.cos(2.0 * np.pi * phase)
        return np.where(phase <= 0.5, 0.5 * away, 1.0 - 0.5 * away)
    if stops == 1:
        return np.asarray(0.5 * min_jerk(phase / 0.42) + 0.5 * min_jerk((phase - 0.5) / 0.5))
    if row.cyclic:
        return phase
    return np.asarray(0.35 * phase + 0.65 * min_jerk(phase))


def _line(row: ArmRow, names: tuple[str, ...], second: bool, jitter: np.ndarray) -> Line:
    leans = dict(row.torso)
    poses = []
    for name in names:
        pose = (opposite(name) if row.grip and second and name != "hang" else POSES[name]).copy()
        # Where hands meet the body or each other the aim is kept; free poses differ from clip to clip.
        spread = 2.0 if (row.loop and row.sides == "both") or "hip" in name or "crossed" in name else 5.0
        wobble = np.radians(spread) * jitter[names.index(name) % len(jitter)]
        pose[1:3] = quaternion.multiply(_small(wobble[1:3] * np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 0.0]])), pose[1:3])
        poses.append(pose)
    return line(np.stack(poses), np.radians([leans.get(name, (0.0, 0.0, 0.0)) for name in names]))


def _small(vector: np.ndarray) -> np.ndarray:
    """Rotations (n, 4) by small rotation vectors (n, 3), to first order."""
    return quaternion.normalize(np.concatenate([np.ones((*vector.shape[:-1], 1)), 0.5 * vector], axis=-1))


def _phrases(row: ArmRow, sides: str, held: bool, lowered: bool, rng: np.random.Generator) -> tuple[str, ...]:
    both = sides == "both"
    # A refiner takes an unnamed side for the right one, so only the right may go unnamed.
    unsaid = sides == "right" and rng.random() < 0.12
    words = {
        "arm": "both arms" if both else "one arm" if unsaid else f"{{his}} {sides} arm",
        "hand": "both hands" if both else "one hand" if unsaid else f"{{his}} {sides} hand",
        "it": "them" if both else "it",
        "hip": "hips" if both else "hip",
        "elbow": "elbows" if both else f"{sides} elbow",
        "side": sides,
        "his": "{his}",
    }
    out = []
    templates = row.held if held else row.phrases
    if sides == "left":
        templates = tuple(text for text in templates if re.search(r"\{(arm|hand|side|elbow)\}", text)) or templates
    for template in templates:
        text = template.format(**words)
        if lowered and row.lowered and re.search(r"\b(arm|hand)s?\b", text):
            text += " " + row.lowered[int(rng.integers(len(row.lowered)))].format(**words)
        out.append(text)
        if both and "both arms" in text and rng.random() < 0.5:
            out.append(text.replace("both arms", "{his} arms"))
        if both and "both hands" in text and rng.random() < 0.5:
            out.append(text.replace("both hands", "{his} hands"))
    return tuple(out)


def _parts(row: ArmRow, sides: str, held: bool, returns: bool, pace: Pace, count: Count) -> tuple[PartAction, ...]:
    out = []
    for place, side in enumerate(("left", "right")):
        if sides not in (side, "both"):
            continue
        part = f"{side}_arm"
        text = row.held_part if held else row.other_part if row.other_part and place == 1 else row.part
        done = replace(parse(part, text), speed="" if held else pace.speed, count=count.count)
        out.append(done)
        if returns and row.lowered:
            out.append(parse(part, "lower down at the side"))
    return tuple(out)
