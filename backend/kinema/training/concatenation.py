"""One clip after another with a smooth join: "A, then B"."""

from __future__ import annotations

import numpy as np

from ..features import layout
from ..geometry import (
    heading_angle,
    quaternion_from_rotation_vector,
    rotation_vector_from_quaternion,
    yaw_quaternion,
)
from ..protocol import quaternion
from ..protocol.motion import Motion

STEP = 1.0 / layout.FPS


def mismatch(first: Motion, second: Motion) -> float:
    """How badly the end of one clip fits the start of the next, in about metres: joints as seen from the body, and a
    fifth of the difference of the root's velocities (metres a second). Below 0.25 a join looks plausible."""
    one, other = _framed(first, len(first) - 1), _framed(second, 0)
    speed = np.linalg.norm(_velocity(first, last=True) - _velocity(second, last=False))
    return float(np.sqrt(np.mean(np.sum((one - other) ** 2, axis=-1))) + 0.2 * speed)


def concatenated(first: Motion, second: Motion, seconds: float) -> Motion:
    """Both in sequence: the second is turned and moved to where the first ends; over `seconds` its pose comes from the
    first one's last pose and velocity (inertialization: the difference decays as a cubic), and so does the velocity of
    its root. Heights stay where both stand on the ground."""
    turn = yaw_quaternion(heading_angle(first.rotations[-1, 0]) - heading_angle(second.rotations[0, 0]))
    rotations = second.rotations.copy()
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    root = quaternion.rotate(turn, second.root_translation)
    frames = min(round(seconds * layout.FPS), len(second))
    rotations[:frames] = _inertial(first.rotations, rotations, frames)
    root = _continued(first.root_translation, root, frames)
    return Motion(
        np.concatenate([first.rotations, rotations]),
        np.concatenate([first.root_translation, root]),
        first.fps,
        first.skeleton,
    )


def _framed(motion: Motion, frame: int) -> np.ndarray:
    """(J, 3) joints of a frame below the heading at the pelvis; heights as they are."""
    one = motion.crop(frame, frame + 1)
    points = one.positions()[0]
    points = points - points[0] * np.array([1.0, 0.0, 1.0])
    return quaternion.rotate(yaw_quaternion(-heading_angle(one.rotations[0, 0])), points)


def _velocity(motion: Motion, last: bool) -> np.ndarray:
    """(3,) metres a second of the root over three frames at an end of the clip, seen from the body."""
    frame, few = (len(motion) - 1, slice(-4, None)) if last else (0, slice(0, 4))
    span = motion.root_translation[few]
    moved = (span[-1] - span[0]) / ((len(span) - 1) * STEP)
    return quaternion.rotate(yaw_quaternion(-heading_angle(motion.rotations[frame, 0])), moved)


def _decay(frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Cubic Hermite weights (frames,) of an offset and of its velocity times the duration; both end at rest at 0."""
    s = np.arange(1, frames + 1) / (frames + 1)
    return 2.0 * s**3 - 3.0 * s**2 + 1.0, s**3 - 2.0 * s**2 + s


def _inertial(before: np.ndarray, after: np.ndarray, frames: int) -> np.ndarray:
    """(frames, J, 4): the first frames of `after` with the difference to the end of `before` (T, J, 4) decaying."""
    old = rotation_vector_from_quaternion(quaternion.multiply(before[-1], quaternion.conjugate(before[-2])))
    new = rotation_vector_from_quaternion(quaternion.multiply(after[1], quaternion.conjugate(after[0])))
    gap = rotation_vector_from_quaternion(quaternion.multiply(before[-1], quaternion.conjugate(after[0])))
    offset, slope = _decay(frames)
    velocity = np.clip(old - new, -0.2, 0.2) * (frames + 1)
    correction = offset[:, None, None] * gap + slope[:, None, None] * velocity
    return quaternion.multiply(quaternion_from_rotation_vector(correction), after[:frames])


def _continued(before: np.ndarray, after: np.ndarray, frames: int) -> np.ndarray:
    """(T, 3) root of the second clip: starts where the first ends, its horizontal velocity blended from the first's."""
    offset, slope = _decay(frames)
    old = (before[-1] - before[-min(4, len(before))]) / max(min(4, len(before)) - 1, 1)
    steps = np.diff(after, axis=0, prepend=after[:1])
    steps[0] = steps[1]
    steps[:frames] += offset[:, None] * (old - steps[:frames].mean(axis=0))
    moved = before[-1] + np.cumsum(steps, axis=0)
    height = after[:, 1].copy()
    height[:frames] += offset * (before[-1, 1] - after[0, 1]) + slope * (old[1] - (after[1, 1] - after[0, 1])) * (
        frames + 1
    )
    moved[:, 1] = height
    return np.asarray(moved)
