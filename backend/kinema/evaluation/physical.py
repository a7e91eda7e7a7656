"""Figures for how bodily a motion is: skating feet, penetration, floating, jerk, joint limits.

All are computed at 30 fps on the SMPL body with the ground at y = 0, one clip at a time, and mean little alone: put the
same figures of real clips beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from ..cleanup.soles import sole_heights
from ..cleanup.stance import spans
from ..contacts import foot_contacts
from ..errors import InputError
from ..protocol.motion import Motion
from .signals import FPS, JOINT, Signals

GRAVITY = 9.81


@dataclass(frozen=True)
class Physical:
    """Figures of one clip; `physical_report` averages them over clips."""

    foot_skate: float
    """Share of frames with a foot below 5 cm that moves faster than 0.5 m/s (see `foot_skate`)."""
    slide: float
    """Mean horizontal speed of standing joints, centimetres a second (see `slide`)."""
    penetration: float
    """Mean over frames of how far the lowest sole or joint lies below the ground, centimetres."""
    penetration_max: float
    """The deepest of these, centimetres."""
    floating: float
    """Share of frames in which nothing is within 5 cm of the ground though the body is not in free flight."""
    jerk: float
    """Mean of |d3x/dt3| over joints and frames, m/s^3 (see `jerk`)."""
    acceleration: float
    """Mean of |d2x/dt2| over joints and frames, m/s^2, by second differences."""
    knees_backward: float
    """Share of frames with a knee bent more than 10 degrees the wrong way."""
    elbows_backward: float
    """Share of frames with an elbow bent more than 20 degrees the wrong way."""
    facing_off_travel: float
    """Mean angle between facing and direction of travel while faster than 0.5 m/s, degrees; NaN when never so fast."""


def foot_skate(motion: Motion, height: float = 0.05, speed: float = 0.5) -> float:
    """Share of frames in which at least one foot, heel and ball, is lower than `height` and moves faster than `speed`.

    Heights are those of the soles under heel and ball above y = 0, so that a foot swung past in a step, its heel up,
    does not count. Speed is the ball's in the horizontal, metres a second, by forward differences. 0 for one frame.
    """
    if len(motion) < 2:
        return 0.0
    balls = motion.positions()[:, [JOINT["L_Foot"], JOINT["R_Foot"]]][..., [0, 2]]
    velocity = np.linalg.norm(np.diff(balls, axis=0), axis=-1) * motion.fps
    skating = (sole_heights(motion)[:-1].max(axis=2) < height) & (velocity > speed)
    return float(np.mean(skating.any(axis=1)))


def slide(motion: Motion) -> float:
    """Mean horizontal speed, cm/s, of ankles and balls of the feet while `contacts.foot_contacts` says they stand."""
    if len(motion) < 2:
        return 0.0
    p = motion.positions()
    contacts = foot_contacts(p, motion.fps)[:-1] > 0.5
    feet = p[:, [JOINT["L_Ankle"], JOINT["L_Foot"], JOINT["R_Ankle"], JOINT["R_Foot"]]][..., [0, 2]]
    velocity = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * motion.fps
    return 100.0 * float(velocity[contacts].mean()) if contacts.any() else 0.0


def lowest(motion: Motion) -> np.ndarray:
    """(T,) height of the lowest sole point or joint above the ground y = 0, metres."""
    return np.minimum(sole_heights(motion).min(axis=(1, 2)), motion.positions()[..., 1].min(axis=1))


def floating(motion: Motion, height: float = 0.05) -> float:
    """Share of frames with nothing lower than `height` while the pelvis does not fall freely.

    Free flight is a stretch off the ground over which the pelvis is on average accelerated downwards by at least half
    of gravity, from a parabola fitted to it; stretches shorter than 0.1 s count as flight.
    """
    off = lowest(motion) > height
    pelvis = motion.root_translation[:, 1]
    count = 0
    for start, stop in spans(off):
        if stop - start < 0.1 * motion.fps:
            continue
        time = np.arange(stop - start) / motion.fps
        acceleration = 2.0 * np.polyfit(time, pelvis[start:stop], 2)[0] if len(time) > 3 else -GRAVITY
        if acceleration > -0.5 * GRAVITY:
            count += stop - start
    return count / len(motion)


def jerk(positions: np.ndarray, fps: float) -> float:
    """Mean norm of third forward differences times fps^3 over joints and frames, m/s^3; positions (T, J, 3)."""
    return _differences(positions, fps, 3)


def _differences(positions: np.ndarray, fps: float, order: int) -> float:
    if len(positions) <= order:
        return 0.0
    return float(np.linalg.norm(np.diff(positions, order, axis=0), axis=-1).mean() * fps**order)


def knees_backward(motion: Motion, degrees: float = 10.0) -> float:
    """Share of frames in which a knee is bent backwards by more than `degrees`.

    From the knee's own rotation, which bends about +X. Where the toes point says nothing: of who kneels, back.
    """
    return _bent_back(motion, (("L_Knee", 1, 1.0), ("R_Knee", 1, 1.0)), degrees)


def elbows_backward(motion: Motion, degrees: float = 20.0) -> float:
    """Share of frames in which an elbow is bent backwards by more than `degrees`.

    From the elbow's own rotation: in the rest pose (palms down) an elbow bends towards +Z, about -Y at the left and +Y
    at the right.
    """
    return _bent_back(motion, (("L_Elbow", 2, -1.0), ("R_Elbow", 2, 1.0)), degrees)


def _bent_back(motion: Motion, hinges: Iterable[tuple[str, int, float]], degrees: float) -> float:
    """Share of frames in which one of the joints is turned by more than `degrees` against its sign about its axis,
    numbered as in a quaternion."""
    wrong = np.zeros(len(motion), dtype=bool)
    for joint, axis, sign in hinges:
        q = motion.rotations[:, JOINT[joint]]
        flexion = sign * 2.0 * np.degrees(np.arctan2(q[:, axis], q[:, 0]))
        flexion = (flexion + 180.0) % 360.0 - 180.0
        wrong |= flexion < -degrees
    return float(wrong.mean())


def facing_off_travel(motion: Motion, least_speed: float = 0.5) -> float:
    """Mean angle in degrees between facing and travel over frames faster than `least_speed` m/s; NaN without any."""
    s = Signals(motion)
    fast = s.speed > least_speed
    if not fast.any():
        return float("nan")
    return float(np.degrees(np.abs(np.arctan2(s.travel[fast, 0], s.travel[fast, 1]))).mean())


def measure(motion: Motion) -> Physical:
    """All figures of one clip, resampled to 30 fps. Raises MotionError when it is not on the SMPL body skeleton."""
    motion = Signals.of(motion).motion
    below = np.maximum(-lowest(motion), 0.0)
    positions = motion.positions()
    return Physical(
        foot_skate=foot_skate(motion),
        slide=slide(motion),
        penetration=100.0 * float(below.mean()),
        penetration_max=100.0 * float(below.max()),
        floating=floating(motion),
        jerk=jerk(positions, FPS),
        acceleration=_differences(positions, FPS, 2),
        knees_backward=knees_backward(motion),
        elbows_backward=elbows_backward(motion),
        facing_off_travel=facing_off_travel(motion),
    )


def physical_report(motions: Iterable[Motion]) -> dict[str, float]:
    """Figures averaged over clips, each clip weighted by its frames, plus `clips` and `seconds`.

    Raises InputError when there is no clip.
    """
    measured = [(measure(motion), len(motion) / motion.fps) for motion in motions]
    if not measured:
        raise InputError("there is no clip to measure; give at least one motion")
    weights = np.array([seconds for _, seconds in measured])
    report = {"clips": float(len(measured)), "seconds": float(weights.sum())}
    for figure in fields(Physical):
        values = np.array([getattr(row, figure.name) for row, _ in measured])
        known = np.isfinite(values)
        report[figure.name] = float(np.average(values[known], weights=weights[known])) if known.any() else float("nan")
    return report
