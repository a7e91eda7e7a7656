"""Positions of SMPL's 22 body joints -> motion: inverse kinematics without a search.

Pelvis and chest, with three bones each, are turned to fit them best (Kabsch 1976). A limb's thigh and shin, or the
arm's two bones, share the hinge that their bend shows. Every other bone swings from its parent's frame, the spine's
from between pelvis and chest. What positions do not tell stays at rest: the twist of the head, hands and toes.
"""

from __future__ import annotations

import numpy as np

from ..errors import MotionError
from ..geometry import quaternion_from_matrix
from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import BODY_JOINTS, SMPL_BODY
from .target import ARM, INDEX, LEG, LEG_LENGTH, OFFSET, hinge_axis

STRAIGHT = 0.1
"""Weight, against the sine of the bend, of the hinge that a straight limb has when swung from its parent's frame."""


def from_positions(positions: np.ndarray, fps: float) -> Motion:
    """(T, 22, 3) metres, Y up, in SMPL's order -> Motion on SMPL_BODY at the same rate.

    The body has SMPL_BODY's bones; the path is scaled by the ratio of the legs' lengths. Raises MotionError for
    another shape or values that are not finite.
    """
    positions = np.asarray(positions, dtype=np.float64)
    if positions.ndim != 3 or positions.shape[1:] != (BODY_JOINTS, 3) or not len(positions):
        raise MotionError(f"positions must be (T >= 1, {BODY_JOINTS}, 3), not {positions.shape}")
    if not np.isfinite(positions).all():
        raise MotionError("positions hold NaN or infinity")
    world = np.empty((len(positions), BODY_JOINTS, 4))
    pelvis = _fitted(positions, "Pelvis", ("L_Hip", "R_Hip", "Spine1"))
    chest = _fitted(positions, "Spine3", ("Neck", "L_Collar", "R_Collar"))
    world[:, INDEX["Pelvis"]], world[:, INDEX["Spine3"]] = pelvis, chest
    for part, joint, child in ((1 / 3, "Spine1", "Spine2"), (2 / 3, "Spine2", "Spine3")):
        between = quaternion.slerp(pelvis, chest, np.full(len(positions), part))
        world[:, INDEX[joint]] = _swung(between, positions, joint, child)
    world[:, INDEX["Neck"]] = world[:, INDEX["Head"]] = _swung(chest, positions, "Neck", "Head")
    for side in "LR":
        collar = _swung(chest, positions, f"{side}_Collar", f"{side}_Shoulder")
        world[:, INDEX[f"{side}_Collar"]] = collar
        for limb, base in ((LEG, pelvis), (ARM, collar)):
            joints = [f"{side}_{part}" for part in limb]
            upper, lower = _limb(base, positions, joints, hinge_axis(side, limb[1]))
            world[:, INDEX[joints[0]]], world[:, INDEX[joints[1]]] = upper, lower
            world[:, INDEX[joints[2]]] = lower
        ankle = _swung(world[:, INDEX[f"{side}_Knee"]], positions, f"{side}_Ankle", f"{side}_Foot")
        world[:, INDEX[f"{side}_Ankle"]] = world[:, INDEX[f"{side}_Foot"]] = ankle
    parents = SMPL_BODY.parents[1:]
    rotations = np.array(world)
    rotations[:, 1:] = quaternion.multiply(quaternion.conjugate(world[:, parents]), world[:, 1:])
    return Motion(quaternion.unroll(rotations), positions[:, 0] * _scale(positions), fps, SMPL_BODY)


def _bone(positions: np.ndarray, joint: str, child: str) -> np.ndarray:
    return positions[:, INDEX[child]] - positions[:, INDEX[joint]]


def _scale(positions: np.ndarray) -> float:
    lengths = [
        np.linalg.norm(_bone(positions, f"{side}_{LEG[k]}", f"{side}_{LEG[k + 1]}"), axis=-1).mean()
        for side in "LR"
        for k in (0, 1)
    ]
    return LEG_LENGTH / max(0.5 * float(sum(lengths)), 1e-6)


def _fitted(positions: np.ndarray, joint: str, children: tuple[str, ...]) -> np.ndarray:
    """(T, 4): the rotation R with the least sum of squares |R offset - bone| over the children."""
    offsets = np.stack([OFFSET[child] for child in children])
    bones = np.stack([_bone(positions, joint, child) for child in children], axis=1)
    u, _, vt = np.linalg.svd(np.einsum("tki,kj->tij", bones, offsets))
    sign = np.ones((len(bones), 3))
    sign[:, 2] = np.linalg.det(u @ vt)
    return quaternion_from_matrix((u * sign[:, None]) @ vt)


def _swung(base: np.ndarray, positions: np.ndarray, joint: str, child: str) -> np.ndarray:
    """(T, 4): `base` turned the shortest way until the child lies where it is."""
    bone = _bone(positions, joint, child)
    return quaternion.multiply(quaternion.between(quaternion.rotate(base, OFFSET[child]), bone), base)


def _limb(
    base: np.ndarray, positions: np.ndarray, joints: list[str], axis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Global rotations (T, 4) of a limb's two bones; `axis`: (3,) their hinge at rest."""
    upper, lower = (_unit(_bone(positions, joints[k], joints[k + 1])) for k in (0, 1))
    straight = quaternion.rotate(_swung(base, positions, joints[0], joints[1]), axis)
    hinge = np.cross(upper, lower) + STRAIGHT * straight
    first, second = (_framed(OFFSET[joints[k + 1]], axis, bone, hinge) for k, bone in enumerate((upper, lower)))
    return first, second


def _framed(offset: np.ndarray, axis: np.ndarray, bone: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """(T, 4): takes the rest `offset` to `bone` (T, 3) and the rest `axis` as near to `hinge` as that allows."""
    rest = _frame(offset[None], axis[None])
    return quaternion_from_matrix(_frame(bone, hinge) @ rest.transpose(0, 2, 1))


def _frame(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(T, 3, 3) orthonormal columns: along `first`, along `second` without its part along `first`, and their cross."""
    x = _unit(first)
    y = _unit(second - np.sum(x * second, axis=-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    unit: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return unit
