"""Foot locking: what stands on the ground stays where it is, and the leg follows.

The method is the usual one (Kovar, Schreiner, Gleicher 2002, "Footskate cleanup for motion capture editing"): decide
where each foot stands, correct the ankle's path, lower the pelvis where a leg is too short, bend the leg by analytic
IK.
Corrections are offsets added to the foot's own path, so that a swing keeps its shape: constant speed zero during a
stance, and smoothly back to nothing after it.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter1d, maximum_filter1d

from ..geometry import (
    heading_angle,
    quaternion_from_rotation_vector,
    rotation_vector_from_quaternion,
    yaw_quaternion,
)
from ..protocol import quaternion
from ..protocol.motion import Motion
from .fading import fade
from .leg_ik import ANKLES, HIPS, KNEES, Legs, bend_to, legs_of, longest_reach
from .soles import sole_points
from .stance import spans

BLEND = 0.2
"""Seconds from fixed frames to where a correction is whole."""


@dataclass(frozen=True)
class Hold:
    """How stances are held: a stance that slides by more than twice `farthest` metres is locked only partly, since the
    clip means to slide; a correction fades in before a stance and out after it within `blend` seconds."""

    farthest: float = 0.2
    blend: float = 0.2


CAPTURED = Hold()

FLATTEST = np.radians(30.0)
"""A foot tilted sideways or turning more than this while it stands is left at its angle."""

HEEL_OFF = 0.03
"""A heel higher than this above the ball is rolling off, metres, and is not pressed down though said to stand."""

RISE = 1.5
"""Frames over which a swing that is too low is lifted, as the width of a Gaussian."""

TAKE_OFF = 2.0
"""Frames from a stance to where such a lift is whole; a running foot comes down within as many, and would skate in
them if it were lifted later."""

DEEPEST_PELVIS = 0.08
"""The pelvis is lowered by no more than this to let a foot reach the ground, metres."""


def lock_feet(
    motion: Motion,
    standing: np.ndarray,
    *,
    strength: float = 1.0,
    clearance: np.ndarray | None = None,
    fixed: np.ndarray | None = None,
    hold: Hold = CAPTURED,
) -> Motion:
    """Hold each foot of the SMPL body in place while it stands (T, 2 feet, heel and ball of bool), soles at y = 0.

    `clearance` (T, 2), metres: how high the higher of heel and ball shall be at least while that foot swings.

    Preserves: everything above the pelvis, the pelvis' rotation and horizontal path, the toes, and swings farther than
    `hold.blend` from a stance (but for soles under the ground, which are lifted out at any time). `strength` 0..1
    scales all corrections; 0 gives back `motion` itself. `fixed` (T,): frames that stay as they are; a stance that
    reaches into them stands where it does there.
    """
    if strength == 0.0:
        return motion
    fixed = np.zeros(len(motion), dtype=bool) if fixed is None else fixed
    legs = legs_of(motion)
    level = np.abs(np.diff(sole_points(legs.ankles, legs.feet)[..., 1], axis=2))[..., 0] < HEEL_OFF
    flat = standing.all(axis=2) & level
    turns = np.stack([_flatten(legs.feet[:, side], flat[:, side], fixed, motion.fps, hold) for side in (0, 1)], axis=1)
    feet = quaternion.multiply(quaternion_from_rotation_vector(strength * turns), legs.feet)
    points = sole_points(legs.ankles, feet)
    offsets = np.stack([_held(points[:, side], standing[:, side], fixed, motion.fps, hold) for side in (0, 1)], axis=1)
    if clearance is not None:
        lift = _lift(points[..., 1].max(axis=2) + offsets[..., 1], standing.any(axis=2), clearance)
        offsets[..., 1] += _nearness(fixed, motion.fps)[:, None] * lift
    targets = legs.ankles + strength * offsets

    drop = strength * _nearness(fixed, motion.fps) * _pelvis_drop(legs, targets, motion.fps)
    down = np.stack([np.zeros_like(drop), -drop, np.zeros_like(drop)], axis=-1)
    rotations = np.array(motion.rotations)
    solved = bend_to(legs, legs.hips + down[:, None], targets, feet)
    for place, joints in enumerate((HIPS, KNEES, ANKLES)):
        rotations[:, joints] = solved[:, place]
    return replace(motion, rotations=rotations, root_translation=motion.root_translation + down)


def _flatten(rotations: np.ndarray, stands: np.ndarray, fixed: np.ndarray, fps: float, hold: Hold) -> np.ndarray:
    """World rotations (T, 4) of one foot -> rotation vectors (T, 3) that keep it level and unturning where `stands`."""
    flat = stands.copy()
    out = np.zeros((len(rotations), 3))
    for start, stop in spans(flat):
        q = rotations[start:stop]
        yaw = np.unwrap(heading_angle(q))
        turned = np.abs(yaw - yaw.mean()).max()
        kept = yaw.mean() + (yaw - yaw.mean()) * max(0.0, 1.0 - FLATTEST / max(turned, 1e-9))
        turn = rotation_vector_from_quaternion(quaternion.multiply(yaw_quaternion(kept), quaternion.conjugate(q)))
        if np.median(np.linalg.norm(turn, axis=-1)) > FLATTEST:
            flat[start:stop] = False
        else:
            out[start:stop] = _outside(fixed, start, stop, fps) * (turn - _anchor(turn, fixed[start:stop]))
    out[fixed] = 0.0
    return _fade(out, flat | fixed, fps, hold)


def _held(points: np.ndarray, stands: np.ndarray, fixed: np.ndarray, fps: float, hold: Hold) -> np.ndarray:
    """Heel and ball (T, 2, 3) of one foot -> offsets (T, 3) that keep its standing point in place, at y = 0.

    Horizontally the offset grows by minus the step of the point that stands: the ball's where that stands, else the
    heel's. It has zero mean over each stance, so the foot stays as near as it can to where it was, and is
    `hold.farthest` at most.
    """
    heel_step, ball_step = -np.moveaxis(np.diff(points, axis=0), 1, 0)
    both = stands[1:] & stands[:-1]
    step = np.where(both[:, 1:], ball_step, np.where(both[:, :1], heel_step, 0.5 * (heel_step + ball_step)))
    path = np.concatenate([np.zeros((1, 3)), np.cumsum(step, axis=0)])
    lowest = points[..., 1].min(axis=1)
    down = stands.any(axis=1)
    out = np.zeros((len(points), 3))
    for start, stop in spans(down):
        here, bound = path[start:stop], fixed[start:stop]
        shift = here - (_anchor(here, bound) if bound.any() else here.mean(axis=0))
        shift[:, 1] = -lowest[start:stop] - _anchor(-lowest[start:stop, None], bound)[:, 0]
        far = np.linalg.norm(shift[:, [0, 2]], axis=-1).max()
        shift[:, [0, 2]] *= min(1.0, hold.farthest / max(far, 1e-9))
        out[start:stop] = _outside(fixed, start, stop, fps) * shift
    out[fixed] = 0.0
    out = _fade(out, down | fixed, fps, hold)
    out[:, 1] += _nearness(fixed, fps) * np.maximum(-lowest - out[:, 1], 0.0)
    return out


def _lift(heights: np.ndarray, down: np.ndarray, clearance: np.ndarray) -> np.ndarray:
    """(T, 2) metres by which feet at `heights` (T, 2) must rise to clear the ground while not `down`, smoothed."""
    need = np.where(down, 0.0, np.maximum(clearance - heights, 0.0))
    if not need.any():
        return need
    risen = gaussian_filter1d(maximum_filter1d(need, 3, axis=0), RISE, axis=0)
    for lift, stands in zip(risen.T, down.T, strict=True):
        if stands.any():
            apart = np.clip(distance_transform_edt(~stands) / TAKE_OFF, 0.0, 1.0)
            lift *= apart**2 * (3.0 - 2.0 * apart)
    return risen


def _anchor(values: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """(T, 3): what to take off values so that they are 0 where `fixed`, linear in between; 0 where nothing is fixed."""
    at = np.flatnonzero(fixed)
    if not len(at):
        return np.zeros_like(values)
    frames = np.arange(len(values))
    return np.stack([np.interp(frames, at, values[at, axis]) for axis in range(values.shape[1])], axis=1)


def _outside(fixed: np.ndarray, start: int, stop: int, fps: float) -> np.ndarray:
    """(stop - start, 1) `_nearness` of a stance's frames to the fixed ones that do not belong to it."""
    others = fixed.copy()
    others[start:stop] = False
    return _nearness(others, fps)[start:stop, None]


def _nearness(fixed: np.ndarray, fps: float) -> np.ndarray:
    """(T,) 0 at fixed frames, rising to 1 within `BLEND` of them; 1 where nothing is fixed."""
    if not fixed.any():
        return np.ones(len(fixed))
    away = distance_transform_edt(~fixed) / (BLEND * fps)
    t = np.minimum(away, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _fade(values: np.ndarray, known: np.ndarray, fps: float, hold: Hold) -> np.ndarray:
    """Values (T, 3), given where `known` (T,) -> the same, elsewhere fading to zero and back within `hold.blend`."""
    return fade(values, known, max(1, round(hold.blend * fps)))


def _pelvis_drop(legs: Legs, targets: np.ndarray, fps: float) -> np.ndarray:
    """(T,) metres by which the pelvis must come down for both feet to reach their targets, smooth in time."""
    away = legs.hips - targets
    level = np.sum(away[..., [0, 2]] ** 2, axis=-1)
    tallest = np.sqrt(np.maximum(longest_reach(legs) ** 2 - level, 0.0))
    need = np.clip(away[..., 1] - tallest, 0.0, DEEPEST_PELVIS).max(axis=1)
    if need.max() < 1e-5:
        return np.zeros(len(need))
    width = max(1, round(0.1 * fps))
    return gaussian_filter1d(maximum_filter1d(need, 2 * width + 1), 0.5 * width)
