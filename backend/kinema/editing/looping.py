"""Seamless loops: which stretch of a clip is one, its seam closed in value and slope, and the root's travel.

A clip is taken apart into what repeats: local rotations (the root's without its heading), height, and the root's turn
and step from frame to frame in the body's own heading. Where these repeat, the motion does, wherever it has got to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import maximum_filter1d

from .. import cleanup
from ..contacts import foot_contacts
from ..errors import MotionError
from ..geometry import (
    heading_angle,
    quaternion_from_rotation_vector,
    rotation_vector_from_quaternion,
    yaw_quaternion,
)
from ..protocol import quaternion
from ..protocol.motion import Motion
from .stepping import stepping

SHORTEST = 0.6
"""Seconds."""

CONTACT_COST = 0.03
"""Metres of pose distance that a foot joint standing in one frame and not in the other counts for."""

SPEED_COST = 0.15
"""Seconds: how much a difference of speed counts beside one of place."""

LENGTH_WORTH = 0.02
"""Metres of pose distance that a loop of the whole clip may cost more than one of no length."""

ROUGH_COST = 0.5
"""Metres of pose distance that one metre of second difference of a joint beside the seam counts for."""

APART = 0.1
"""Seconds by which one of a loop's ends must differ for it to be another loop."""

CLOSING = 0.35
"""Seconds on either side of the seam within which it is closed; a third of the loop at most."""


@dataclass(frozen=True, eq=False)
class Cycle:
    """One period of T frames: `rotations` (T, J, 4), the root's without heading; `height` (T,); `turn` (T,) radians and
    `step` (T, 2) metres from this frame to the next, the step in this frame's heading."""

    rotations: np.ndarray
    height: np.ndarray
    turn: np.ndarray
    step: np.ndarray

    def __len__(self) -> int:
        return len(self.rotations)


def travel(motion: Motion) -> Cycle:
    """A clip of T + 1 frames as T frames and where each leads."""
    heading = np.unwrap(heading_angle(motion.rotations[:, 0]))
    step = quaternion.rotate(yaw_quaternion(-heading[:-1]), np.diff(motion.root_translation, axis=0))
    local = np.array(motion.rotations[:-1])
    local[:, 0] = quaternion.multiply(yaw_quaternion(-heading[:-1]), local[:, 0])
    return Cycle(local, motion.root_translation[:-1, 1], np.diff(heading), step[:, [0, 2]])


def played(cycle: Cycle, frames: int, like: Motion) -> Motion:
    """`frames` frames of the cycle over and over, beginning where and as the first frame of `like` stands."""
    at = np.arange(frames) % len(cycle)
    heading = np.concatenate([[0.0], np.cumsum(cycle.turn[at[:-1]])]) + heading_angle(like.rotations[0, 0])
    step = np.zeros((frames, 3))
    step[1:, [0, 2]] = cycle.step[at[:-1]]
    step[1:] = quaternion.rotate(yaw_quaternion(heading[:-1]), step[1:])
    root = like.root_translation[0] + np.cumsum(step, axis=0)
    root[:, 1] = cycle.height[at]
    rotations = cycle.rotations[at].copy()
    rotations[:, 0] = quaternion.multiply(yaw_quaternion(heading), rotations[:, 0])
    return Motion(quaternion.unroll(rotations), root, like.fps, like.skeleton)


def stretches(motion: Motion, most: int = 8) -> list[tuple[int, int]]:
    """First and last frame of up to `most` different stretches that loop, the best first, the last frame being the
    first one again: nearest in pose, speed and contacts, where the clip is smooth, and long rather than short.

    Raises MotionError for too short a clip.
    """
    shortest = max(4, round(SHORTEST * motion.fps))
    if len(motion) < shortest + 2:
        raise MotionError(f"the clip has {len(motion)} frames; a loop needs {shortest + 2} at {motion.fps:g} fps")
    rough = ROUGH_COST * _roughness(motion)
    cost = _distances(motion) + rough[:, None] + rough[None]
    gap = np.arange(len(cost))[None] - np.arange(len(cost))[:, None]
    cost = cost - LENGTH_WORTH * gap / len(cost)
    cost[gap < shortest] = np.inf
    found: list[tuple[int, int]] = []
    near = round(APART * motion.fps)
    while len(found) < most and np.isfinite(cost).any():
        start, stop = (int(at) for at in np.unravel_index(int(np.argmin(cost)), cost.shape))
        found.append((start, stop))
        cost[max(0, start - near) : start + near + 1, max(0, stop - near) : stop + near + 1] = np.inf
    return found


def close(motion: Motion, start: int, stop: int) -> Cycle:
    """Frames start..stop-1 as a cycle: half of what is amiss at the seam is made up on each side of it, in value and
    in slope, and nothing beyond CLOSING seconds."""
    before, after = travel(motion), slice(start, stop)
    extended = _extended(before)
    width = max(2, min(round(CLOSING * motion.fps), (stop - start) // 3))
    vectors = _gaps(extended.rotations, start, stop)
    change = _fading(vectors, stop - start, width)
    rotations = quaternion.multiply(quaternion_from_rotation_vector(change), extended.rotations[after])
    plain = np.column_stack([extended.height, extended.turn, extended.step])
    flat = plain[after] + _fading(_plain_gaps(plain, start, stop), stop - start, width)
    return Cycle(quaternion.normalize(rotations), flat[:, 0], flat[:, 1], flat[:, 2:])


def clean(cycle: Cycle, like: Motion, ground: float = 0.0, contacts: np.ndarray | None = None) -> Cycle:
    """The cycle with its feet locked, across the seam too: the middle one of three, cleaned together.

    `contacts` (T, 4): those of the network that made the cycle, whose feet lift while they swing as `stepping` has
    them; None for a clip's, found from heights and speeds.

    A foot that stands through a whole round has no swing in which it could follow the body. Where the body drifts by
    less than a stance may slide, the drift is taken out; else that foot is being dragged and is not locked.
    """
    down = np.array([0.0, ground, 0.0])
    many = _thrice(cycle, like, down)
    told = None if contacts is None else np.resize(contacts, (len(many), 4))
    standing = cleanup.stances(many, told)
    always = _always_down(standing, len(cycle))
    if always.any():
        still = closed_way(cycle, like)
        if _drift(cycle, like) < cleanup.CAPTURED.farthest:
            many = _thrice(still, like, down)
            standing = cleanup.stances(many, told)
        else:
            standing[:, always] = False
    locked = cleanup.clean if contacts is None else stepping
    many = locked(many, standing.reshape(-1, 4))
    many = replace(many, root_translation=many.root_translation + down)
    return travel(many.crop(len(cycle), 2 * len(cycle) + 1))


def _thrice(cycle: Cycle, like: Motion, down: np.ndarray) -> Motion:
    many = played(cycle, 3 * len(cycle) + 1, like)
    return replace(many, root_translation=many.root_translation - down)


def _always_down(contacts: np.ndarray, period: int) -> np.ndarray:
    """(2,) whether each foot stands through the middle one of three rounds, from stances (T, 2, 2)."""
    return contacts[period : 2 * period].any(axis=2).all(axis=0)


def _drift(cycle: Cycle, like: Motion) -> float:
    """Metres over the ground from a round's first frame to the next one's."""
    way = played(cycle, len(cycle) + 1, like).root_translation
    return float(np.linalg.norm((way[-1] - way[0])[[0, 2]]))


def closed_way(cycle: Cycle, like: Motion) -> Cycle:
    """The cycle ending where and facing as it began; what is taken out is spread evenly over it."""
    turned = replace(cycle, turn=cycle.turn - cycle.turn.mean())
    motion = played(turned, len(cycle) + 1, like)
    root = np.array(motion.root_translation)
    level = (root[-1] - root[0]) * (1.0, 0.0, 1.0)
    return travel(replace(motion, root_translation=root - np.linspace(0.0, 1.0, len(root))[:, None] * level))


def in_place(cycle: Cycle) -> Cycle:
    """The cycle without its mean step and turn."""
    return replace(cycle, turn=cycle.turn - cycle.turn.mean(), step=cycle.step - cycle.step.mean(axis=0))


def seam(motion: Motion) -> dict[str, float]:
    """Figures of a loop whose last frame is its first again: how far joints move in the body's frame from the last to
    the first ("step", m) beside the most between neighbours within, and how much their velocity changes there
    ("velocity", m/s) beside the most within."""
    positions = _local(played(travel(motion), 2 * len(motion), motion))
    period = len(motion) - 1
    step = np.linalg.norm(np.diff(positions, axis=0), axis=-1).max(axis=1)
    bend = np.linalg.norm(np.diff(positions, 2, axis=0), axis=-1).max(axis=1) * motion.fps
    inside = np.arange(period - 1)
    return {
        "step": float(step[period - 1]),
        "largest_step": float(step[inside].max()),
        "velocity": float(bend[period - 2 : period].max()),
        "largest_velocity": float(bend[: period - 2].max()),
    }


def roughest(figures: Mapping[str, float]) -> float:
    """The larger share of a seam's jumps in the largest within, of figures as `seam` gives them."""
    return max(figures[name] / max(figures[f"largest_{name}"], 1e-9) for name in ("step", "velocity"))


def _local(motion: Motion) -> np.ndarray:
    """(T, J, 3) positions in each frame's heading frame, metres."""
    undo = yaw_quaternion(-heading_angle(motion.rotations[:, 0]))
    ground = motion.root_translation[:, None] * np.array([1.0, 0.0, 1.0])
    return quaternion.rotate(undo[:, None], motion.positions() - ground)


def _distances(motion: Motion) -> np.ndarray:
    """(T, T) metres between frames: root mean square over joints of place and speed, and contacts that differ."""
    local = _local(motion)
    path = np.gradient(motion.root_translation, axis=0) * motion.fps
    way = quaternion.rotate(yaw_quaternion(-heading_angle(motion.rotations[:, 0])), path)
    speed = np.gradient(local, axis=0) * motion.fps + way[:, None]
    rows = np.concatenate([local, SPEED_COST * speed], axis=1).reshape(len(motion), -1)
    rows = rows / np.sqrt(local.shape[1])
    squares = np.sum(rows**2, axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2.0 * rows @ rows.T, 0.0))
    stands = foot_contacts(motion.positions(), motion.fps)
    return apart + CONTACT_COST * np.abs(stands[:, None] - stands[None]).sum(axis=-1)


def _roughness(motion: Motion) -> np.ndarray:
    """(T,) metres: the largest second difference of a joint within two frames, in the body's frame."""
    bend = np.linalg.norm(np.diff(_local(motion), 2, axis=0), axis=-1).max(axis=1)
    return maximum_filter1d(np.pad(bend, 1, mode="edge"), 5)


def _extended(cycle: Cycle) -> Cycle:
    """One more frame at the end, going on as before, so that a slope is known there."""
    last = rotation_vector_from_quaternion(
        quaternion.multiply(cycle.rotations[-1], quaternion.conjugate(cycle.rotations[-2]))
    )
    more = quaternion.multiply(quaternion_from_rotation_vector(last), cycle.rotations[-1])
    return Cycle(
        np.concatenate([cycle.rotations, more[None]]),
        np.append(cycle.height, 2 * cycle.height[-1] - cycle.height[-2]),
        np.append(cycle.turn, cycle.turn[-1]),
        np.concatenate([cycle.step, cycle.step[-1:]]),
    )


def _gaps(rotations: np.ndarray, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Rotation vectors (J, 3) from the loop's first frame to the frame after its last, and how they grow a frame."""

    def gap(shift: int) -> np.ndarray:
        first, last = max(0, start + shift), max(0, start + shift) + stop - start
        first, last = (first, last) if last < len(rotations) else (start, stop)
        way = quaternion.multiply(rotations[last], quaternion.conjugate(rotations[first]))
        return rotation_vector_from_quaternion(way)

    here = gap(0)
    return here, here - gap(-1)


def _plain_gaps(values: np.ndarray, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """As `_gaps` for values (T, D)."""
    here = values[stop] - values[start]
    before = values[stop - 1] - values[start - 1] if start else here
    return here, here - before


def _fading(gap: tuple[np.ndarray, np.ndarray], length: int, width: int) -> np.ndarray:
    """What to add (length, ...): + half of the gap and its slope at the first frame, - half where the last leads to,
    each faded by a cubic within `width` frames."""
    value, slope = gap
    out = np.zeros((length, *value.shape))
    t = np.linspace(0.0, 1.0, width + 1)
    level, lean = 1 - 3 * t**2 + 2 * t**3, (t - 2 * t**2 + t**3) * width
    shape = (-1,) + (1,) * value.ndim
    first = 0.5 * (level.reshape(shape) * value + lean.reshape(shape) * slope)
    last = -0.5 * (level.reshape(shape) * value - lean.reshape(shape) * slope)
    count = min(width + 1, length)
    out[:count] += first[:count]
    out[length - min(width, length) :] += last[1 : min(width, length) + 1][::-1]
    return out
