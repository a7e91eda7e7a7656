"""Hands kept out of bodies that are thicker than the one the motion was made on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES

from .feet import turn_limb
from .limbs import bend_to, eased_maximum
from .rest import limb_length
from .transfer import RigPose

SKIN = 0.9
"""Share of a part's median thickness that a hand may not enter: bodies are not round."""

DEEPEST = 0.12
"""A hand is moved by no more than this, metres at SMPL's size: what is deeper is meant to be there."""


def clear_hands(pose: RigPose) -> RigPose:
    """Move wrists out of the trunk and the thighs, whose thickness comes from the mesh; without one nothing changes.

    The hands keep their turns, elbows stay in the arms' planes.
    """
    turns = pose.turns.copy()
    positions = pose.positions()
    capsules = _capsules(pose, positions)
    if not capsules:
        return pose
    size = pose.rest.leg / 0.82
    for side in SIDES:
        bones = [pose.rest.index(f"{side}_{part}") for part in ("Shoulder", "Elbow", "Wrist")]
        shoulder, elbow, wrist = (positions[:, bone] for bone in bones)
        hand = wrist + quaternion.rotate(turns[:, bones[2]], _hand_middle(pose, bones[2]))
        own = 0.5 * pose.rest.radii.get(f"{side}_Wrist", 0.03 * size)
        offset = np.zeros_like(wrist)
        for a, b, radius in capsules:
            away, distance = _from_capsule(hand, a, b)
            depth = np.clip(radius + own - distance, 0.0, DEEPEST * size)
            offset += eased_maximum(depth, max(1, round(0.15 * pose.fps)))[:, None] * away
        if not np.any(np.abs(offset) > 1e-4):
            continue
        longest = np.full(len(pose), 0.99 * limb_length(pose.rest, side, ("Shoulder", "Elbow", "Wrist")))
        longest = np.maximum(longest, np.linalg.norm(wrist - shoulder, axis=-1))
        front = quaternion.rotate(turns[:, bones[0]], np.array([0.0, 0.0, -1.0]))
        first, second = bend_to(shoulder, elbow, wrist, wrist + offset, front, longest)
        turn_limb(pose.rest, turns, bones, first, second)
    return replace(pose, turns=turns)


def _hand_middle(pose: RigPose, bone: int) -> np.ndarray:
    """(3,) from the wrist to the middle of the hand's bone, body's frame at rest."""
    rest = pose.rest
    return 0.5 * rest.metres * quaternion.rotate(rest.body, rest.tails[bone] - rest.heads[bone])


def _capsules(pose: RigPose, positions: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Ends (T, 3), (T, 3) and radius in metres of trunk and thighs."""
    rest, out = pose.rest, []
    chest = rest.chain("Spine")
    if chest and "Spine" in rest.radii:
        radius = SKIN * min(rest.radii["Spine"], rest.radii.get("Pelvis", np.inf))
        out.append((pose.hips, positions[:, chest[-1]], radius))
    for side in SIDES:
        if f"{side}_Hip" in rest.radii:
            ends = (positions[:, rest.index(f"{side}_{part}")] for part in ("Hip", "Knee"))
            out.append((*ends, SKIN * rest.radii[f"{side}_Hip"]))
    return out


def _from_capsule(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit directions (T, 3) and distances (T,) of points from the segments a-b."""
    axis = b - a
    share = np.sum((points - a) * axis, axis=-1) / np.maximum(np.sum(axis**2, axis=-1), 1e-12)
    away = points - (a + np.clip(share, 0.0, 1.0)[:, None] * axis)
    distance = np.linalg.norm(away, axis=-1)
    return away / np.maximum(distance[:, None], 1e-9), distance
