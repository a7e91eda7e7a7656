"""A request as arrays over a clip's frames: what is kept, where the root shall go, which goals are to be met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cleanup import ground_of
from ..errors import RequestError
from ..protocol.fields import GOAL_JOINTS, PARTS
from ..protocol.messages import Edit
from ..protocol.motion import Motion
from ..protocol.smpl import BODY_JOINTS, SMPL_BODY
from ..stylization.parts import JOINTS
from . import paths
from .rates import at_rate, frames_at

USUAL_SECONDS = 4.0
CLEAR = 0.3
"""Seconds beside kept frames in which the root leads from there to its path."""

_PART_OF = {"left_wrist": "left_arm", "right_wrist": "right_arm", "left_ankle": "left_leg", "right_ankle": "right_leg"}


@dataclass(frozen=True, eq=False)
class Goal:
    """Joint of GOAL_JOINTS that shall be at `point` (3,) at `frame`."""

    joint: str
    frame: int
    point: np.ndarray

    @property
    def index(self) -> int:
        """The joint's index on the SMPL body."""
        return SMPL_BODY.index(GOAL_JOINTS[self.joint])


@dataclass(frozen=True, eq=False)
class Wanted:
    """What an edit of T frames is to be, in the clip's world at the motion's rate.

    `motion`: the clip on the SMPL body, a body that stands without one. `joints`: (T, 22) rotations that are kept.
    `root`: (T,) where its place and heading are. `rail`: (T, 2) the root's x, z by a path, `facing`: (T,) its heading
    in radians, NaN where free. `ground`: height of the ground.
    """

    motion: Motion
    joints: np.ndarray
    root: np.ndarray
    rail: np.ndarray
    facing: np.ndarray
    goals: tuple[Goal, ...]
    ground: float

    def __len__(self) -> int:
        return len(self.motion)

    @property
    def changed(self) -> np.ndarray:
        """(T,) frames in which anything may change."""
        return ~(self.joints.all(axis=1) & self.root)

    @property
    def way_is_free(self) -> bool:
        """Whether the root may go anywhere else than it did."""
        return not bool(self.root.all())

    @classmethod
    def of(cls, request: Edit, clip: Motion | None) -> Wanted:
        """At the clip's rate (30 fps without one). Raises RequestError for frames, times and goals beyond it."""
        motion = _standing(request) if clip is None else clip
        frames = len(motion)
        joints, root = _kept(request, frames)
        rail, facing = np.full((frames, 2), np.nan), np.full(frames, np.nan)
        if request.path:
            _check_time("the path begins", request.path[0][0], motion)
            rail, facing = paths.rails(request.path, frames, motion.fps)
            near = _near(root, round(CLEAR * motion.fps))
            rail[near], facing[near] = np.nan, np.nan
        ground = 0.0 if clip is None else ground_of(clip)
        wanted = cls(motion, joints, root, rail, facing, (), ground)
        goals = tuple(_goal(goal, wanted) for goal in request.goals)
        return cls(motion, joints, root, rail, facing, goals, ground)

    def at(self, fps: float) -> Wanted:
        """The same at another rate; a frame between kept and changed ones is changed, one beside a key is kept."""
        own = self.motion.fps
        if abs(own - fps) < 1e-9:
            return self
        count = frames_at(len(self), own, fps)
        exact = np.minimum(np.arange(count) * own / fps, len(self) - 1)
        below, above = np.floor(exact + 1e-6).astype(int), np.ceil(exact - 1e-6).astype(int)
        nearest = np.minimum(np.round(exact).astype(int), len(self) - 1)
        joints, root = self.joints[below] & self.joints[above], self.root[below] & self.root[above]
        for key in _lone(self.joints.all(axis=1) & self.root):
            joints[_frame_at(key, own, fps, count)] = True
            root[_frame_at(key, own, fps, count)] = True
        goals = tuple(Goal(goal.joint, _frame_at(goal.frame, own, fps, count), goal.point) for goal in self.goals)
        motion = at_rate(self.motion, fps, count)
        return Wanted(motion, joints, root, self.rail[nearest], self.facing[nearest], goals, self.ground)


def changing_joints(parts: tuple[str, ...]) -> np.ndarray:
    """(22,) joints that may change with these parts, all for (); the pelvis changes with both legs."""
    chosen = np.zeros(BODY_JOINTS, dtype=bool)
    for part in parts or PARTS:
        chosen[[SMPL_BODY.index(joint) for joint in JOINTS[part]]] = True
    chosen[0] = {"left_leg", "right_leg"} <= set(parts or PARTS)
    return chosen


def _kept(request: Edit, frames: int) -> tuple[np.ndarray, np.ndarray]:
    last = max([*request.span[1:], *request.keys], default=0)
    if last >= frames:
        raise RequestError(f"frame {last} is not in the clip; its frames are 0 to {frames - 1}")
    free = np.zeros(frames, dtype=bool)
    first, end = request.span or (0, frames - 1)
    free[first : end + 1] = True
    free[list(request.keys)] = False
    if not free.any():
        raise RequestError("every frame of the span is a key; leave some frames between them to fill in")
    changing = changing_joints(request.body_parts)
    return ~(free[:, None] & changing), ~(free & changing[0])


def _standing(request: Edit) -> Motion:
    """A body at rest, as long as the request asks for."""
    seconds = request.seconds
    if seconds is None:
        latest = max([point[0] for point in request.path] + [float(goal[1]) for goal in request.goals], default=0.0)
        seconds = max(latest + 1 / 30, 0.5) if latest else USUAL_SECONDS
    frames = max(1, round(seconds * 30.0))
    rotations = np.zeros((frames, BODY_JOINTS, 4))
    rotations[..., 0] = 1.0
    return Motion(rotations, np.tile([0.0, 0.93, 0.0], (frames, 1)), 30.0, SMPL_BODY)


def _check_time(what: str, seconds: float, motion: Motion) -> None:
    if round(seconds * motion.fps) > len(motion) - 1:
        raise RequestError(
            f"{what} at {seconds:g} s, after the motion's end at {motion.seconds:g} s; choose a time within"
        )


def _goal(given: tuple[str | float, ...], wanted: Wanted) -> Goal:
    joint, seconds = str(given[0]), float(given[1])
    _check_time(f"the goal for {joint} is", seconds, wanted.motion)
    goal = Goal(joint, round(seconds * wanted.motion.fps), np.array([float(value) for value in given[2:]]))
    if joint in _PART_OF:
        parent = SMPL_BODY.parents[goal.index]
        if wanted.joints[goal.frame, parent]:
            raise RequestError(
                f"the goal for {joint} at {seconds:g} s is where the clip is kept; "
                f"let {_PART_OF[joint]} change there or leave the goal out"
            )
    elif wanted.root[goal.frame]:
        raise RequestError(
            f"the goal for {joint} at {seconds:g} s needs the root to move; let both legs change there or leave it out"
        )
    return goal


def _near(mask: np.ndarray, frames: int) -> np.ndarray:
    return np.convolve(mask, np.ones(2 * frames + 1), mode="same")[: len(mask)] > 0.5 if mask.any() else mask


def _lone(kept: np.ndarray) -> np.ndarray:
    """Kept frames without kept neighbours on both sides, which another rate's frames would miss."""
    padded = np.concatenate([[False], kept, [False]])
    return np.flatnonzero(kept & ~(padded[:-2] & padded[2:]))


def _frame_at(frame: int, own: float, fps: float, count: int) -> int:
    return min(round(frame * fps / own), count - 1)
