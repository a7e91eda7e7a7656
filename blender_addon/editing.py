"""Changes to a whole Motion before it becomes keys: place and heading, in place, loop, exact length. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinema.protocol import quaternion
from kinema.protocol.motion import Motion

LOOP_SHARE = 0.4
"""A loop is at least this share of the clip, so that the search never ends in a pose held still."""

FITTED_LOOP_SHARE = 0.8
"""The same where the loop is then stretched to a given length: a short one would come out slow."""

_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Place:
    """Where a body stands and what it faces: x, z metres on the floor, heading in radians about Y (0 faces +Z)."""

    x: float = 0.0
    z: float = 0.0
    heading: float = 0.0


def heading_of(rotation: np.ndarray) -> float:
    """Radians about Y by which a root rotation (4,) turns +Z, seen from above; 0 where it points up or down."""
    forward = quaternion.rotate(np.asarray(rotation), np.array([0.0, 0.0, 1.0]))
    return float(np.arctan2(forward[0], forward[2])) if np.hypot(forward[0], forward[2]) > 1e-6 else 0.0


def place_of(motion: Motion, frame: int = 0) -> Place:
    """Where the root stands in a frame."""
    root = motion.root_translation[frame]
    return Place(float(root[0]), float(root[2]), heading_of(motion.rotations[frame, 0]))


def moved(motion: Motion, place: Place) -> Motion:
    """The same motion beginning at `place`; heights stay."""
    begin = place_of(motion)
    turn = quaternion.from_axis_angle(_UP, np.array(place.heading - begin.heading))
    root = motion.root_translation - np.array([begin.x, 0.0, begin.z])
    root = quaternion.rotate(turn, root) + np.array([place.x, 0.0, place.z])
    rotations = motion.rotations.copy()
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    return replace(motion, rotations=rotations, root_translation=root)


def in_place(motion: Motion) -> Motion:
    """The root stays above the point where it begins; it still rises, falls and turns."""
    root = motion.root_translation.copy()
    root[:, [0, 2]] = root[0, [0, 2]]
    return replace(motion, root_translation=root)


def fitted(motion: Motion, frames: int, fps: float) -> Motion:
    """Exactly `frames` frames at `fps`, from the first pose to the last; the speed changes by what the length asks."""
    if frames < 2 or len(motion) < 2:
        return replace(motion.crop(0, 1), fps=fps)
    stretched = replace(motion, fps=(len(motion) - 1) / (frames - 1) * fps)
    return stretched.resample(fps)


def looped(motion: Motion, share_at_least: float = LOOP_SHARE) -> Motion:
    """A part of the clip that repeats without a seam; its last frame equals its first, but for travel on the floor.

    The pair of frames whose poses and velocities are most alike is cut out, then the rest of the difference is spread
    evenly over the part.
    """
    if len(motion) < 4:
        return motion
    first, last = loop_span(motion, share_at_least)
    part = motion.crop(first, last + 1)
    share = np.linspace(0.0, 1.0, len(part))[:, None]
    error = quaternion.multiply(quaternion.conjugate(part.rotations[-1]), part.rotations[0])  # last . error = first
    identity = np.broadcast_to([1.0, 0.0, 0.0, 0.0], error.shape)
    spread = quaternion.slerp(identity[None], error[None], np.broadcast_to(share, (len(part), len(error))))
    root = part.root_translation.copy()
    root[:, 1] += share[:, 0] * (root[0, 1] - root[-1, 1])
    return replace(part, rotations=quaternion.multiply(part.rotations, spread), root_translation=root)


def loop_span(motion: Motion, share: float) -> tuple[int, int]:
    """First and last frame of the best loop, by joint positions seen from the root and their velocities."""
    if len(motion) < 4:
        return 0, len(motion) - 1
    local = replace(motion, root_translation=motion.root_translation * [0.0, 1.0, 0.0])
    rotations = local.rotations.copy()
    headings = np.array([heading_of(q) for q in rotations[:, 0]])
    rotations[:, 0] = quaternion.multiply(quaternion.from_axis_angle(_UP, -headings), rotations[:, 0])
    points = replace(local, rotations=rotations).positions()
    speed = np.gradient(points, axis=0) * 0.2 * motion.fps
    features = np.concatenate([points, speed], axis=2).reshape(len(points), -1)
    squares = np.sum(features**2, axis=1)
    distance = squares[:, None] + squares[None] - 2.0 * features @ features.T
    shortest = max(2, round(share * len(motion)))
    rows, columns = np.indices(distance.shape)
    distance = np.where(columns - rows >= shortest, distance, np.inf)
    best = np.unravel_index(int(np.argmin(distance)), distance.shape)
    return int(best[0]), int(best[1])
