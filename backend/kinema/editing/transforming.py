"""A clip changed by rule, without a network: mirrored, retimed with its contacts, looped, in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .. import cleanup
from ..features.mirroring import mirror
from ..protocol import quaternion
from ..protocol.directing_messages import Transform
from ..protocol.motion import Motion
from . import looping
from .rates import at_rate

SWAY = 0.5
"""Seconds: what the root does faster than this is its sway and stays in place (width of a Gauss filter)."""

LEVEL = np.array([1.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Transformed:
    """`path` (T, 3): x, z in metres and heading in radians that were taken out of each frame; None where nothing was.
    `figures`: "loop" (frames of the clip, the seam), "root_motion" (mean m/s forward and left, degrees a second)."""

    motion: Motion
    path: np.ndarray | None
    figures: dict[str, Any]


def transform(request: Transform, clip: Motion) -> Transformed:
    """The clip on the SMPL body as the request wants it, at its rate. A loop's last frame is its first again.

    Raises MotionError for a clip that is too short to loop.
    """
    motion = mirror(clip) if request.mirror else clip
    speed = request.speed if request.seconds is None else len(clip) / clip.fps / request.seconds
    if speed != 1.0:
        motion = retimed(motion, speed)
    if request.loop:
        return _looped(motion, request)
    if request.in_place:
        return _standing(motion)
    return Transformed(motion, None, {})


def retimed(motion: Motion, speed: float) -> Motion:
    """The motion `speed` times as fast, at its rate: the same poses along the same way by cubic splines, so that feet
    that stood still stand where they stood."""
    frames = max(2, round((len(motion) - 1) / speed) + 1)
    return at_rate(replace(motion, fps=motion.fps * speed), motion.fps, frames)


def _looped(motion: Motion, request: Transform) -> Transformed:
    """The best stretch whose seam is no rougher than the rest of it, else that with the smoothest seam."""
    tried: list[tuple[float, Transformed]] = []
    for start, stop in looping.stretches(motion):
        cycle = looping.close(motion, start, stop)
        like = motion.crop(start, stop)
        if request.cleanup:
            cycle = looping.clean(cycle, like, cleanup.ground_of(motion))
        made = closed(cycle, like, request.in_place, {"first": start, "last": stop})
        tried.append((looping.roughest(made.figures["loop"]), made))
        if tried[-1][0] <= 1.0:
            break
    return min(tried, key=lambda each: each[0])[1]


def closed(cycle: looping.Cycle, like: Motion, in_place: bool, figures: dict[str, Any]) -> Transformed:
    """A cycle as a motion whose last frame is its first again; `in_place` without travel."""
    moving = looping.played(cycle, len(cycle) + 1, like)
    told: dict[str, Any] = {"loop": {**figures, "frames": len(cycle), **looping.seam(moving)}}
    if not in_place:
        return Transformed(moving, None, told)
    still = looping.played(looping.in_place(cycle), len(cycle) + 1, like)
    root = np.array(still.root_translation)
    drift = (root[-1] - root[0]) * LEVEL
    root -= np.linspace(0.0, 1.0, len(root))[:, None] * drift
    seconds = len(cycle) / like.fps
    mean = cycle.step.mean(axis=0) * like.fps
    told["root_motion"] = {
        "forward": float(mean[1]),
        "left": float(mean[0]),
        "turn": float(np.degrees(cycle.turn.sum()) / seconds),
    }
    still = replace(still, root_translation=root)
    return Transformed(still, _taken(moving, still), told)


def _standing(motion: Motion) -> Transformed:
    """The motion with the slow part of its way taken out; it keeps its turns."""
    way = motion.root_translation * LEVEL
    ends = 2 * way[[0, -1]]
    pad = len(way)
    odd = np.concatenate([ends[0] - way[:0:-1], way, ends[1] - way[-2::-1]]) if pad > 1 else way
    slow = gaussian_filter1d(odd, SWAY * motion.fps, axis=0)[pad - 1 : 2 * pad - 1] if pad > 1 else way
    still = replace(motion, root_translation=motion.root_translation - slow)
    mean = (slow[-1] - slow[0]) / max(len(motion) - 1, 1) * motion.fps
    figures = {"root_motion": {"x": float(mean[0]), "z": float(mean[2])}}
    return Transformed(still, _taken(motion, still), figures)


def _taken(moving: Motion, still: Motion) -> np.ndarray:
    """(T, 3): x, z and heading by which `moving` is ahead of `still`."""
    turned = quaternion.multiply(moving.rotations[:, 0], quaternion.conjugate(still.rotations[:, 0]))
    angle = np.unwrap(2.0 * np.arctan2(turned[:, 2], turned[:, 0]))
    away = moving.root_translation - still.root_translation
    return np.column_stack([away[:, 0], away[:, 2], angle])
