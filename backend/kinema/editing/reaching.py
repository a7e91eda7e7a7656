"""Goals: how far the root must come for them, and limbs bent to them, faded in and out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..cleanup.fading import fade
from ..geometry import quaternion_from_rotation_vector, rotation_vector_from_quaternion
from ..protocol import quaternion
from ..protocol.motion import Motion
from .limbs import LIMBS, bend
from .wanted import Goal

EASY = 0.9
"""Share of a limb's length that it reaches without the body coming nearer."""

LOWEST, HIGHEST = -0.6, 0.05
"""Metres that the root is lowered to at most, and raised, for a hand's goal."""

REACH_SECONDS = 0.5
"""Within which a limb leaves its own course for a goal, and comes back."""


def root_shifts(motion: Motion, goals: Sequence[Goal]) -> tuple[np.ndarray, np.ndarray]:
    """(T, 3) metres that the root must move at the goals' frames, 0 elsewhere, and (T,) where those are."""
    shifts, count = np.zeros((len(motion), 3)), np.zeros(len(motion))
    positions = motion.positions()
    for goal in goals:
        limb = LIMBS.get(goal.joint)
        if limb is None:
            shifts[goal.frame] += goal.point - positions[goal.frame, goal.index]
        else:
            away = goal.point - positions[goal.frame, limb.root]
            far = float(np.linalg.norm(away))
            missing = away * max(0.0, 1.0 - EASY * sum(limb.lengths) / max(far, 1e-9))
            missing[1] = np.clip(missing[1], LOWEST, HIGHEST) if goal.joint.endswith("wrist") else 0.0
            shifts[goal.frame] += missing
        count[goal.frame] += 1
    return shifts / np.maximum(count, 1)[:, None], count > 0


def reach(motion: Motion, goals: Sequence[Goal], kept: np.ndarray) -> Motion:
    """The motion with limbs bent to their goals; `kept` (T, 22) rotations stay."""
    turned = [goal for goal in goals if goal.joint in LIMBS]
    if not turned:
        return motion
    rotations = np.array(motion.rotations)
    positions, world = motion.positions(), motion.global_rotations()
    for joint in {goal.joint for goal in turned}:
        limb = LIMBS[joint]
        known, bones = kept[:, limb.root].copy(), [limb.root, limb.middle]
        vectors = np.zeros((len(motion), 2, 3))
        for goal in turned:
            if goal.joint == joint:
                pose = np.array(motion.rotations[goal.frame])
                bend(limb, pose, world[goal.frame], positions[goal.frame], goal.point)
                change = quaternion.multiply(pose[bones], quaternion.conjugate(motion.rotations[goal.frame, bones]))
                vectors[goal.frame] = rotation_vector_from_quaternion(change)
                known[goal.frame] = True
        flat = fade(vectors.reshape(len(motion), 6), known, round(REACH_SECONDS * motion.fps))
        change = quaternion_from_rotation_vector(flat.reshape(-1, 2, 3))
        rotations[:, bones] = quaternion.multiply(change, rotations[:, bones])
    return Motion(rotations, motion.root_translation, motion.fps, motion.skeleton)
