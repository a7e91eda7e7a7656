"""Hands and feet to where the source has them: the pelvis' height, the places of ankles and wrists.

Here `wanted` is (T, J, 3), the source's joint positions scaled to SMPL's legs; `world` (T, 22, 4) are the global
rotations of SMPL's joints, which the two reach functions change in place; `root` (T, 3) is the pelvis.
"""

from __future__ import annotations

import numpy as np

from ..protocol import quaternion
from ..protocol.anatomy import SIDES, Anatomy
from .limbs import reach
from .target import ARM, INDEX, LEG, OFFSET, X, hinge_axis, place

STRAIGHT = 0.985
"""Share of its length to which a limb may always be stretched; beyond it no straighter than the source's own limb, so
that no knee snaps straight where the source's is bent."""

WIDE_HIPS = 0.08
"""Metres by which a hip joint may lie off the scaled source's before its ankle goes with it, wholly at twice that."""

MEETING = 0.3
"""Metres from the body's middle plane within which a hand begins to follow the source's hand (see `reach_wrists`)."""

NARROWEST = 0.15
"""Least half width of the source's shoulders, metres, that is told apart."""


def root_above_hips(world: np.ndarray, wanted: np.ndarray, anatomy: Anatomy) -> np.ndarray:
    """(T, 3) pelvis positions that lay SMPL's hips on the source's, raised so that straight legs stay straight."""
    hips = 0.5 * (wanted[:, anatomy.limbs["L_Hip"]] + wanted[:, anatomy.limbs["R_Hip"]])
    root = hips - quaternion.rotate(world[:, 0], 0.5 * (OFFSET["L_Hip"] + OFFSET["R_Hip"]))
    root[:, 1] += _lift(place(world, root), wanted, anatomy)
    return root


def _lift(positions: np.ndarray, wanted: np.ndarray, anatomy: Anatomy) -> float:
    """Metres to raise the pelvis: the median over straight, upright legs of what keeps them as straight as they were.

    Hips of another width or depth bring the ankles nearer or farther, and one percent of a straight leg's length is a
    knee bent by 16 degrees.
    """
    lifts = []
    for side in SIDES:
        hip, knee, ankle = (anatomy.limbs[f"{side}_{part}"] for part in LEG)
        source = wanted[:, ankle] - wanted[:, hip]
        reached = np.linalg.norm(source, axis=-1)
        extension = reached / _limb_length(wanted, hip, knee, ankle)
        down = wanted[:, ankle] - positions[:, INDEX[f"{side}_Hip"]]
        square = (extension * _smpl_length(side, LEG)) ** 2 - down[:, 0] ** 2 - down[:, 2] ** 2
        straight = (extension > 0.95) & (-source[:, 1] > 0.9 * reached) & (square > 0)
        lifts.append(np.sqrt(square[straight]) + down[straight, 1])
    found = np.concatenate(lifts)
    return float(np.clip(np.median(found), -0.05, 0.05)) if len(found) >= 5 else 0.0


def reach_ankles(world: np.ndarray, root: np.ndarray, wanted: np.ndarray, anatomy: Anatomy) -> None:
    """Turn the legs so that the ankles are where the scaled source has them: a foot that stands there stands here.

    Toy figures have hips two or three times as wide as a human's on such legs. Theirs would be splayed; there the
    ankle's place is counted from the hip joint instead, and standing feet may slide a little where the pelvis turns.
    """
    positions = place(world, root)
    for side in SIDES:
        hip, knee, ankle = (anatomy.limbs[f"{side}_{part}"] for part in LEG)
        i, j, _ = (INDEX[f"{side}_{part}"] for part in LEG)
        aside = positions[:, i] - wanted[:, hip]
        off = float(np.median(np.linalg.norm(aside, axis=-1)))
        target = wanted[:, ankle] + np.clip((off - WIDE_HIPS) / WIDE_HIPS, 0.0, 1.0) * aside
        extension = np.linalg.norm(wanted[:, ankle] - wanted[:, hip], axis=-1) / _limb_length(wanted, hip, knee, ankle)
        world[:, i], world[:, j] = reach(
            positions[:, i],
            world[:, i],
            world[:, j],
            OFFSET[f"{side}_Knee"],
            OFFSET[f"{side}_Ankle"],
            hinge_axis(side, "Knee"),
            target,
            np.maximum(extension, STRAIGHT),
        )


def reach_wrists(world: np.ndarray, root: np.ndarray, wanted: np.ndarray, anatomy: Anatomy) -> None:
    """Turn the arms so that hands that meet in the source meet here.

    Trunks and shoulders differ far more between skeletons than legs do (shoulders from 0.35 to 0.61 m above the hips at
    SMPL's legs, forearms cut short by file conversions), so a hand's place relative to the hips says little. Arms keep
    the directions that their rotations give, except near the body's middle plane: towards it a hand goes more and
    more to where the source has it relative to the shoulders, scaled by the arms' length and, sideways, by the
    shoulders' width.
    """
    positions = place(world, root)
    left = quaternion.rotate(world[:, INDEX["Spine3"]], X)
    limbs = anatomy.limbs
    middle = 0.5 * (positions[:, INDEX["L_Shoulder"]] + positions[:, INDEX["R_Shoulder"]])
    source_middle = 0.5 * (wanted[:, limbs["L_Shoulder"]] + wanted[:, limbs["R_Shoulder"]])
    for side, outward in zip(SIDES, (left, -left), strict=True):
        shoulder, elbow, wrist = (limbs[f"{side}_{part}"] for part in ARM)
        i, j, _ = (INDEX[f"{side}_{part}"] for part in ARM)
        length = _limb_length(wanted, shoulder, elbow, wrist)
        scale = _smpl_length(side, ARM) / float(np.median(length))

        source_shoulder = scale * (wanted[:, shoulder] - source_middle)
        source_wrist = scale * (wanted[:, wrist] - source_middle)
        source_out = np.sum(source_wrist * outward, axis=-1)
        source_width = np.sum(source_shoulder * outward, axis=-1)
        # Shoulder to wrist as in the source; sideways the middle plane stays in the middle.
        beyond = np.clip(source_out / np.maximum(source_width, NARROWEST), 0.0, 1.0) - 1.0
        wider = np.sum((positions[:, i] - middle) * outward, axis=-1) - source_width
        target = positions[:, i] + source_wrist - source_shoulder + (beyond * wider)[:, None] * outward

        extension = np.linalg.norm(wanted[:, wrist] - wanted[:, shoulder], axis=-1) / length
        upper, lower = reach(
            positions[:, i],
            world[:, i],
            world[:, j],
            OFFSET[f"{side}_Elbow"],
            OFFSET[f"{side}_Wrist"],
            hinge_axis(side, "Elbow"),
            target,
            np.maximum(extension, STRAIGHT),
        )
        near = np.clip(source_out / MEETING, 0.0, 1.0)
        keep = near * near * (3.0 - 2.0 * near)
        world[:, i] = quaternion.slerp(upper, world[:, i], keep)
        world[:, j] = quaternion.slerp(lower, world[:, j], keep)


def _limb_length(positions: np.ndarray, a: int, b: int, c: int) -> np.ndarray:
    """(T,) length of the two bones a-b and b-c, metres."""
    length = np.linalg.norm(positions[:, b] - positions[:, a], axis=-1)
    return np.maximum(length + np.linalg.norm(positions[:, c] - positions[:, b], axis=-1), 1e-9)


def _smpl_length(side: str, parts: tuple[str, str, str]) -> float:
    return float(sum(np.linalg.norm(OFFSET[f"{side}_{part}"]) for part in parts[1:]))
