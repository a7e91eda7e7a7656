"""One clip while it is being written: what every channel of the body does over time, and the Motion that it makes.

A `Score` starts as a person who stands, sways and breathes (or as a real clip). Leg primitives write steps and pelvis
moves, torso and head primitives add angles, arm primitives lay tracks over the idle arms. `perform` solves the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...geometry import heading_angle, yaw_quaternion
from ...protocol import quaternion
from ...protocol.motion import Motion
from ...protocol.smpl import SMPL_BODY, SOLE_BELOW_FOOT
from . import inverse_kinematics as ik
from .footing import Footing, Stance, Step, footing
from .profiles import min_jerk, smooth, smooth_above, sway

FPS = 30.0
STAND = 0.972
"""Pelvis height of a person who stands, metres: legs all but straight."""

_SPINE = tuple((SMPL_BODY.index(name), share) for name, share in (("Spine1", 0.35), ("Spine2", 0.4), ("Spine3", 0.25)))
_HEAD = ((SMPL_BODY.index("Neck"), 0.45), (SMPL_BODY.index("Head"), 0.55))
_ARMS = tuple(
    tuple(SMPL_BODY.index(f"{side}_{name}") for name in ("Collar", "Shoulder", "Elbow", "Wrist")) for side in "LR"
)


@dataclass
class AirLeg:
    """A leg that leaves its footing: angles in radians over time, each (T,).

    `weight` 0 footing .. 1 these angles; `raised` thigh forward from straight down (negative: backward); `aside` thigh
    outward; `flexion` of the knee; `pointed` toes down relative to the shank's square.
    """

    weight: np.ndarray
    raised: np.ndarray
    aside: np.ndarray
    flexion: np.ndarray
    pointed: np.ndarray


@dataclass
class ArmTrack:
    """Local rotations (T, 4, 4) of one arm as collar, shoulder, elbow, wrist, laid over it with `weight` (T,)."""

    side: int
    weight: np.ndarray
    rotations: np.ndarray


@dataclass
class Score:
    """Channels of a clip of `frames` frames; angles in radians, lengths in metres, (T,) or (T, n).

    `torso` and `head` (T, 3): forward, to the left, twist to the left. `hips` (T, 3): the same for the pelvis.
    `pelvis` (T, 3): shift left, up, forward of where the feet put it. `flight` (T,): height of the whole body in the
    air. `knees` (T,): how far the knees point outward. `stance`: where the feet are after the steps so far.
    `pump` (T,) or (1,): right arm forward, left arm back, besides what the steps give (`swing` times); `running` 0..1
    bends the elbows.
    """

    frames: int
    base: Motion | None
    stance: Stance
    torso: np.ndarray
    head: np.ndarray
    hips: np.ndarray
    pelvis: np.ndarray
    flight: np.ndarray
    knees: np.ndarray
    steps: list[Step] = field(default_factory=list)
    heels: list[tuple[int, np.ndarray]] = field(default_factory=list)
    air: list[tuple[int, AirLeg]] = field(default_factory=list)
    arms: list[ArmTrack] = field(default_factory=list)
    pump: np.ndarray = field(default_factory=lambda: np.zeros(1))
    swing: float = 1.0
    running: float = 0.0

    @property
    def time(self) -> np.ndarray:
        """(T,) seconds."""
        return np.arange(self.frames) / FPS

    @property
    def seconds(self) -> float:
        return self.frames / FPS


def blank(rng: np.random.Generator, frames: int, base: Motion | None = None) -> Score:
    """A person who only stands, with a posture of their own; or `base` untouched. Nobody stands quite still."""
    time = np.arange(frames) / FPS
    alive = 0.4 if base is not None else 1.0
    torso = sway(rng, time, 3, np.radians(0.8) * alive)
    head = sway(rng, time, 3, np.radians(1.8) * alive)
    hips = sway(rng, time, 3, np.radians(0.7) * alive, 0.4)
    pelvis = sway(rng, time, 3, 0.006, 0.35) * np.array([1.0, 0.1, 1.0])
    breath = rng.uniform(0.2, 0.33)
    torso[:, 0] += np.radians(0.5) * np.sin(2.0 * np.pi * breath * time)
    if base is None:
        torso += np.radians(rng.normal([1.5, 0.0, 0.0], [3.0, 1.2, 1.5]))
        head += np.radians(rng.normal([0.0, 0.0, 0.0], [4.0, 2.0, 3.0]))
        hips += np.radians(rng.normal([0.0, 0.0, 0.0], [1.5, 0.7, 1.0]))
        pelvis += rng.normal([0.0, -0.004, 0.0], [0.008, 0.004, 0.01])
    zero = np.zeros(frames)
    return Score(frames, base, _stance(rng), torso, head, hips, pelvis, zero, zero.copy() + rng.uniform(0.1, 0.35))


def _stance(rng: np.random.Generator) -> Stance:
    half = float(np.clip(rng.normal(0.095, 0.022), 0.06, 0.17))
    stagger = float(rng.normal(0.0, 0.015))
    splay = np.radians(np.clip(rng.normal([8.0, 8.0], 4.0), -2.0, 20.0))
    return Stance(((half, stagger), (-half, -stagger)), (float(splay[0]), float(-splay[1])), 0.0)


def hanging(
    rng: np.random.Generator, time: np.ndarray, lift: np.ndarray, aside: np.ndarray, bent: np.ndarray
) -> np.ndarray:
    """A LEFT arm that hangs, raised forward by `lift`, outward by `aside`, bent by `bent` radians more, (T,) each.

    Local rotations (T, 4, 4) of collar, shoulder, elbow, wrist.
    """
    out = np.radians(np.clip(rng.normal(8.0, 2.5), 4.0, 15.0))
    turn = np.radians(rng.normal(-20.0, 12.0))
    forward = np.radians(rng.normal(-2.0, 4.0))
    flexion = np.radians(np.clip(rng.normal(20.0, 7.0), 8.0, 40.0))
    rest = ik.arm(
        np.array([np.sin(out), -np.cos(out), np.sin(forward)]),
        np.array([np.sin(turn), 0.0, np.cos(turn)]),
        float(flexion),
        quaternion.from_axis_angle(np.array([0.0, 0.0, 1.0]), np.radians(rng.normal(-4.0, 2.0))),
        quaternion.from_axis_angle(np.array([0.0, 0.0, 1.0]), np.radians(rng.normal(-6.0, 5.0))),
    )
    track = np.broadcast_to(rest, (len(time), 4, 4)).copy()
    raised = quaternion.multiply(
        quaternion.from_axis_angle(np.array([0.0, 0.0, 1.0]), aside),
        quaternion.from_axis_angle(np.array([-1.0, 0.0, 0.0]), lift),
    )
    track[:, 1] = quaternion.multiply(raised, track[:, 1])
    track[:, 2] = quaternion.multiply(quaternion.from_axis_angle(np.array([0.0, -1.0, 0.0]), bent), track[:, 2])
    return track


def perform(score: Score, rng: np.random.Generator) -> Motion:
    """The finished clip on SMPL_BODY at 30 fps: legs solved onto their footing, arms and torso laid on."""
    if score.base is None:
        rotations, translation, lift = _standing(score, rng)
    else:
        rotations, translation = score.base.rotations.copy(), score.base.root_translation.copy()
        lift = np.zeros((score.frames, 2))
    _lay_angles(rotations, _SPINE, score.torso)
    _lay_angles(rotations, _HEAD, score.head)
    _lay_arms(rotations, score, rng, lift)
    return Motion(rotations, translation, FPS, SMPL_BODY)


def _standing(score: Score, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Root and legs -> rotations (T, 22, 4), root (T, 3), and how far the arms swing with the steps (T, 2)."""
    feet = footing(score.frames, FPS, score.steps, score.stance.first(), score.heels)
    heading = yaw_quaternion(feet.heading)
    pelvis = quaternion.multiply(heading, _turn(score.hips))
    shift = quaternion.rotate(heading, score.pelvis * np.array([1.0, 0.0, 1.0]))
    position = np.stack([feet.path[:, 0], STAND + score.pelvis[:, 1] + score.flight, feet.path[:, 1]], axis=1) + shift
    goals = feet.ankles + score.flight[:, None] * np.array([0.0, 1.0, 0.0])
    soles = feet.rotations
    position[:, 1] -= _too_high(position, pelvis, goals, score.air)
    poles = []
    for side in range(2):
        outward = (score.knees if side == 0 else -score.knees) + 0.5 * (heading_angle(soles[side]) - feet.heading)
        poles.append(quaternion.rotate(yaw_quaternion(feet.heading + outward), np.array([0.0, 0.0, 1.0])))
    for side, air in score.air:
        _in_air(side, air, goals, soles, poles, position, pelvis, heading)
    rotations = np.zeros((score.frames, len(SMPL_BODY), 4))
    rotations[..., 0] = 1.0
    rotations[:, 0] = pelvis
    for side, leg in enumerate(ik.LEGS):
        solved = leg.solve(pelvis, position, goals[side], soles[side], poles[side])
        rotations[:, [leg.hip, leg.knee, leg.ankle]] = solved
    lift = _arm_swing(feet, score) * rng.uniform(0.7, 1.3)
    return rotations, position, lift


def _too_high(position: np.ndarray, pelvis: np.ndarray, goals: np.ndarray, air: list[tuple[int, AirLeg]]) -> np.ndarray:
    """(T,) metres by which the pelvis must sink so that no standing leg is pulled straight; smooth."""
    excess = np.zeros(len(position))
    for side, leg in enumerate(ik.LEGS):
        hip = position + quaternion.rotate(pelvis, leg.hip_offset)
        flat = np.linalg.norm((goals[side] - hip)[:, [0, 2]], axis=1)
        longest = (ik.STRAIGHTEST - 0.0015) * leg.length
        height = np.sqrt(np.maximum(longest**2 - flat**2, 0.04))
        lifted = sum((one.weight for which, one in air if which == side), np.zeros(len(position)))
        over = hip[:, 1] - goals[side][:, 1] - height - 2.0 * np.minimum(lifted, 1.0)
        excess = np.maximum(excess, over)
    return smooth_above(excess, 1.7)


def _in_air(
    side: int,
    air: AirLeg,
    goals: np.ndarray,
    soles: np.ndarray,
    poles: list[np.ndarray],
    position: np.ndarray,
    pelvis: np.ndarray,
    heading: np.ndarray,
) -> None:
    """Blend one leg's goal, sole and pole from its footing to the angles of `air`."""
    leg, outward = ik.LEGS[side], 1.0 - 2.0 * side
    hip = position + quaternion.rotate(pelvis, leg.hip_offset)

    def segment(raised: np.ndarray) -> np.ndarray:
        return np.stack(
            [outward * np.sin(air.aside), -np.cos(air.aside) * np.cos(raised), np.cos(air.aside) * np.sin(raised)],
            axis=1,
        )

    local = leg.thigh_length * segment(air.raised) + leg.shank_length * segment(air.raised - air.flexion)
    goal = hip + quaternion.rotate(heading, local)
    pitch = quaternion.from_axis_angle(np.array([1.0, 0.0, 0.0]), air.pointed + air.flexion - air.raised)
    roll = quaternion.from_axis_angle(np.array([0.0, 0.0, 1.0]), outward * air.aside)
    tilted = quaternion.multiply(heading, quaternion.multiply(roll, pitch))
    part = air.weight[:, None]
    goals[side] = goals[side] * (1.0 - part) + goal * part
    soles[side] = quaternion.slerp(soles[side], tilted, air.weight)
    ball = goals[side][:, 1] + quaternion.rotate(soles[side], leg.ball)[:, 1]
    deep = np.maximum(SOLE_BELOW_FOOT + 0.01 - ball, 0.0) * min_jerk(2.0 * air.weight)
    goals[side][:, 1] += smooth_above(deep, 1.5) * min_jerk(3.0 * air.weight)
    # Across the leg, on its front: a pole straight ahead says nothing about a leg that is raised straight ahead.
    middle = air.raised - 0.5 * air.flexion
    ahead = np.stack([np.zeros_like(middle), np.sin(middle), np.cos(middle)], axis=1)
    poles[side] = poles[side] * (1.0 - part) + quaternion.rotate(heading, ahead) * part


def _arm_swing(feet: Footing, score: Score) -> np.ndarray:
    """(T, 2) radians by which each arm is raised forward: each goes with the opposite foot."""
    forward = np.stack([np.sin(feet.heading), np.cos(feet.heading)], axis=1)
    apart = np.sum((feet.ankles[1] - feet.ankles[0])[:, [0, 2]] * forward, axis=1)
    angle = score.swing * smooth(np.clip(0.6 * apart, -0.8, 0.8), 2.0) - score.pump
    return np.stack([angle, -angle], axis=1)


def _turn(angles: np.ndarray) -> np.ndarray:
    """(T, 3) forward, to the left, twist to the left -> (T, 4): twist, then lean."""
    lean = np.stack([angles[:, 0], np.zeros(len(angles)), -angles[:, 1]], axis=1)
    size = np.linalg.norm(lean, axis=1)
    axis = lean / np.maximum(size, 1e-9)[:, None]
    return quaternion.multiply(quaternion.from_axis_angle(axis, size), yaw_quaternion(angles[:, 2]))


def _lay_angles(rotations: np.ndarray, joints: tuple[tuple[int, float], ...], angles: np.ndarray) -> None:
    for joint, share in joints:
        rotations[:, joint] = quaternion.multiply(_turn(angles * share), rotations[:, joint])


def _lay_arms(rotations: np.ndarray, score: Score, rng: np.random.Generator, lift: np.ndarray) -> None:
    for side, joints in enumerate(_ARMS):
        if score.base is None:
            raised = lift[:, side] + sway(rng, score.time, 1, np.radians(1.5))[:, 0]
            bent = 0.7 * np.maximum(lift[:, side], 0.0) + np.radians(60.0) * score.running
            bent = bent + sway(rng, score.time, 1, np.radians(1.5))[:, 0]
            raised = raised - np.radians(12.0) * score.running
            # Weight keeps a hanging arm upright while the chest leans.
            raised = raised + 0.85 * np.clip(score.torso[:, 0] + score.hips[:, 0] - 0.05, -0.2, 1.6)
            aside = 0.8 * (score.torso[:, 1] + score.hips[:, 1]) * (1.0 - 2.0 * side)
            track = hanging(rng, score.time, raised, aside, bent)
            rotations[:, joints] = track if side == 0 else ik.mirrored(track)
        for laid in score.arms:
            if laid.side == side:
                own = laid.rotations if side == 0 else ik.mirrored(laid.rotations)
                weight = np.broadcast_to(laid.weight[:, None], (score.frames, 4))
                rotations[:, joints] = quaternion.slerp(rotations[:, joints], own, weight)


def over(time: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Minimum-jerk 0 -> 1 from `start` to `stop` (T,)."""
    return min_jerk((time - start) / max(stop - start, 1e-3))
