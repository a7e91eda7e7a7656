"""Feet on the rig's own legs: what stands on the ground stays where it is, and the leg follows.

As Kovar, Schreiner, Gleicher 2002, "Footskate cleanup for motion capture editing": when heel or ball stand is known
from the motion before it was retargeted; here the ankle's path is corrected, the hips come down where a leg is too
short, and the leg is bent by analytic inverse kinematics.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_NAMES

from .limbs import bend_to, eased_maximum, spans
from .rest import RestRig, limb_length
from .transfer import RigPose

HEIGHTS = (0.13, 0.07)
"""Ankle and ball stand only while they are lower than this above the ground, metres (flat foot: 0.08 and 0.02)."""

SPEED = 0.4
"""A joint that stands moves slower than this over the ground, metres a second."""

SHORTEST = 0.1
"""Stances and gaps between them shorter than this are noise, seconds."""

FADE = 0.2
"""Seconds over which a correction comes in before a stance and goes after it."""

LONGEST_SHIFT = 0.2
"""A stance that slides twice as far is meant to slide and is locked only partly, metres at SMPL's size."""

CARRIES = 0.015
"""Heel and ball whose heights differ by less carry the body both, metres at SMPL's size."""

STRAIGHTEST = 0.985
"""Legs are stretched to this share of their length at most, or as far as they already are: no knee snaps straight."""

DEEPEST = 0.1
"""The hips come down by no more than this to let a foot reach the ground, metres at SMPL's size."""


def stances(motion: Motion, contacts: np.ndarray | None = None) -> np.ndarray:
    """(T, 2 feet, heel and ball) of bool for a motion on SMPL's body with the ground at y = 0.

    `contacts` (T, 4): probabilities for left ankle, left ball, right ankle, right ball, as a model gives them.
    """
    joints = [SMPL_NAMES.index(f"{side}_{part}") for side in SIDES for part in ("Ankle", "Foot")]
    feet = motion.positions()[:, joints]
    stand = feet[..., 1] < np.tile(HEIGHTS, 2)
    if contacts is not None:
        stand = (contacts > 0.5) & (feet[..., 1] < np.tile(HEIGHTS, 2) + 0.1)
    elif len(feet) > 1:
        step = np.gradient(feet[..., [0, 2]], axis=0)
        stand &= np.linalg.norm(step, axis=-1) * motion.fps < SPEED
    least = max(1, round(SHORTEST * motion.fps))
    for column in stand.T:
        for value in (False, True):
            for start, stop in spans(column == value):
                if stop - start < least and start > 0 and stop < len(column):
                    column[start:stop] = not value
    return stand.reshape(-1, 2, 2)


def sole_points(pose: RigPose, positions: np.ndarray) -> np.ndarray:
    """(T, 2 feet, heel and ball, 3) metres in the body's frame."""
    out = []
    for side in SIDES:
        ankle = pose.rest.index(f"{side}_Ankle")
        turned = quaternion.rotate(pose.turns[:, ankle, None], pose.rest.soles[side])
        out.append(positions[:, ankle, None] + turned)
    return np.stack(out, axis=1)


def carrying(points: np.ndarray, stand: np.ndarray, size: float) -> np.ndarray:
    """(T, 2 feet, heel and ball) of bool: what stands and is as low as the other end of the foot, so that a heel that
    rolls up about the ball does not count as sliding. `points` (T, 2, 2, 3); `size`: 1 for a body of SMPL's size."""
    low = points[..., 1] <= points[..., 1].min(axis=2, keepdims=True) + CARRIES * size
    return np.asarray(stand & low)


def lock_feet(
    pose: RigPose, stand: np.ndarray, floor: float | np.ndarray, strength: float, lift: np.ndarray | None = None
) -> RigPose:
    """Hold what stands, (T, 2, 2) of bool, in place on the floor. `strength` 0..1 scales all corrections.

    `floor`: metres, or (T, 2) for each foot. `lift` (T, 2): metres by which each foot goes higher against the hips than
    in the pose, whatever the strength.

    Preserves everything above the hips, the hips' turn and way over the ground, the feet's own turns, and swings
    farther than `FADE` from a stance but for soles under the floor.
    """
    size = pose.rest.leg / 0.82
    positions = pose.positions()
    floors = np.broadcast_to(floor, (len(pose), 2))
    raised = np.zeros((len(pose), 2, 3))
    raised[..., 1] = 0.0 if lift is None else lift
    points = sole_points(pose, positions) + raised[:, :, None]
    targets: list[np.ndarray] = []
    drops = np.zeros(len(pose))
    for number, side in enumerate(SIDES):
        hip, ankle = (positions[:, pose.rest.index(f"{side}_{part}")] for part in ("Hip", "Ankle"))
        offset = strength * _hold(points[:, number], stand[:, number], floors[:, number], pose.fps, size)
        target = ankle + raised[:, number] + offset
        targets.append(target)
        level = np.sum((hip - target)[:, [0, 2]] ** 2, axis=-1)
        tallest = np.sqrt(np.maximum(_longest(pose.rest, side, hip, ankle) ** 2 - level, 0.0))
        drops = np.maximum(drops, np.clip((hip - target)[:, 1] - tallest, 0.0, DEEPEST * size))
    drop = eased_maximum(drops, max(1, round(0.12 * pose.fps)))
    lowered = replace(pose, hips=pose.hips - drop[:, None] * np.array([0.0, 1.0, 0.0]))
    return _reach(lowered, positions, targets, drop)


def _longest(rest: RestRig, side: str, hip: np.ndarray, ankle: np.ndarray) -> np.ndarray:
    length = limb_length(rest, side, ("Hip", "Knee", "Ankle"))
    return np.maximum(np.linalg.norm(ankle - hip, axis=-1), STRAIGHTEST * length)


def _reach(pose: RigPose, positions: np.ndarray, targets: list[np.ndarray], drop: np.ndarray) -> RigPose:
    turns = pose.turns.copy()
    down = drop[:, None] * np.array([0.0, 1.0, 0.0])
    for side, target in zip(SIDES, targets, strict=True):
        bones = [pose.rest.index(f"{side}_{part}") for part in ("Hip", "Knee", "Ankle")]
        hip, knee, ankle = (positions[:, bone] for bone in bones)
        front = quaternion.rotate(turns[:, bones[0]], np.array([0.0, 0.0, 1.0]))
        longest = _longest(pose.rest, side, hip, ankle)
        # Where the hips came down, the leg is folded from where it then is.
        first, second = bend_to(hip - down, knee - down, ankle - down, target, front, longest)
        turn_limb(pose.rest, turns, bones, first, second)
    return replace(pose, turns=turns)


def turn_limb(rest: RestRig, turns: np.ndarray, bones: list[int], first: np.ndarray, second: np.ndarray) -> None:
    """Turn the upper and the lower bone of a limb (and what hangs on them) in place; the end keeps its turn."""
    owner = np.full(len(rest.names), -1)
    for bone, parent in enumerate(rest.parents):
        owner[bone] = bones.index(bone) if bone in bones else (owner[parent] if parent >= 0 else -1)
    for number, turn in enumerate((first, second)):
        members = np.flatnonzero(owner == number)
        turns[:, members] = quaternion.multiply(turn[:, None], turns[:, members])


def _hold(points: np.ndarray, stand: np.ndarray, floor: np.ndarray, fps: float, size: float) -> np.ndarray:
    """Heel and ball (T, 2, 3) of one foot -> offsets (T, 3) that keep the standing one in place, on the floor (T,)."""
    heel_step, ball_step = -np.diff(points[:, 0], axis=0), -np.diff(points[:, 1], axis=0)
    both = stand[1:] & stand[:-1]
    # The foot rolls about the lower of the two; a flat one is held in its middle.
    tilt = _between(points[:, 0, 1] - points[:, 1, 1])
    by_ball = np.clip(0.5 + 0.5 * tilt / (CARRIES * size), 0.0, 1.0)
    by_ball = np.where(both[:, 0] == both[:, 1], by_ball, both[:, 1])[:, None]
    step = by_ball * ball_step + (1.0 - by_ball) * heel_step
    path = np.concatenate([np.zeros((1, 3)), np.cumsum(step, axis=0)])
    lowest = points[..., 1].min(axis=1)
    down = stand.any(axis=1)
    out = np.zeros((len(points), 3))
    for start, stop in spans(down):
        shift = path[start:stop] - path[start:stop].mean(axis=0)
        farthest = float(np.linalg.norm(shift[:, [0, 2]], axis=-1).max())
        out[start:stop] = shift * min(1.0, LONGEST_SHIFT * size / max(farthest, 1e-9))
        out[start:stop, 1] = (floor - lowest)[start:stop]
    out = _faded(out, down, max(1, round(FADE * fps)))
    out[:, 1] = np.maximum(out[:, 1], floor - lowest)
    return out


def _between(values: np.ndarray) -> np.ndarray:
    """(T - 1,) means of neighbouring frames."""
    return 0.5 * (values[1:] + values[:-1])


def _faded(values: np.ndarray, known: np.ndarray, width: int) -> np.ndarray:
    """Values (T, 3), given where `known`, fade to zero outside over `width` frames; short gaps are crossed."""
    out = values.copy()
    if not known.any():
        return np.zeros_like(values)
    ease = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, width + 1) / (width + 1))
    for start, stop in spans(~known):
        left = values[start - 1] if start > 0 else None
        right = values[stop] if stop < len(values) else None
        length = stop - start
        if left is not None and right is not None and length < 2 * width:
            share = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, length + 1) / (length + 1))
            out[start:stop] = left + share[:, None] * (right - left)
            continue
        count = min(width, length)
        if left is not None:
            out[start : start + count] = ease[:count, None] * left
        if right is not None:
            out[stop - count : stop] += ease[:count][::-1, None] * right
    return out
