"""Any human skeleton's motion on the SMPL body: rotations by alignment, then hands and feet to their places."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import SkeletonError
from ..protocol import quaternion
from ..protocol.anatomy import SIDES, Anatomy, find_anatomy
from ..protocol.motion import Motion, Skeleton
from ..protocol.smpl import SMPL_BODY
from .alignment import align
from .ends import reach_ankles, reach_wrists, root_above_hips
from .feet import ground_height
from .poses import Poses
from .report import Report, measure
from .rest import human_rest
from .target import LEG, LEG_LENGTH, NAMES, place
from .upright import upright_poses

_PARENTS = (
    ("Hip", "Hip"),
    ("Knee", "Hip"),
    ("Ankle", "Knee"),
    ("Foot", "Ankle"),
    ("Collar", "Spine3"),
    ("Shoulder", "Collar"),
    ("Elbow", "Shoulder"),
    ("Wrist", "Elbow"),
)
"""Limb joints and whose rotation they take where the source has none for them."""


@dataclass(frozen=True, eq=False)
class Retargeted:
    """`motion`: on SMPL_BODY, the source's frames and frame rate, Y up, soles at y = 0. `report`: how well it fits."""

    motion: Motion
    report: Report


def to_smpl(motion: Motion) -> Motion:
    """The motion on SMPL_BODY; see `retarget`."""
    return retarget(motion).motion


def retarget(motion: Motion) -> Retargeted:
    """Bring a motion of any human skeleton onto the 22 joints of SMPL_BODY.

    The clip is turned Y up, scaled by leg length and set on the ground; its heading and place on the ground stay. A
    clip on SMPL_BODY itself comes back as it is. Raises SkeletonError when the skeleton is not recognised as human.
    """
    anatomy = find_anatomy(motion.skeleton)
    rest = human_rest(motion.skeleton, anatomy)
    poses, turned = upright_poses(motion, anatomy, rest)
    leg = _leg_length(poses, anatomy)
    scale = LEG_LENGTH / leg
    wanted = poses.positions * scale
    if _is_smpl_body(motion.skeleton):
        report = measure(wanted, wanted, anatomy, motion.fps, 1.0, human_rest=True, turned=False)
        return Retargeted(motion, report)

    world = _global_rotations(poses, anatomy, align(poses, anatomy, rest, leg))
    root = root_above_hips(world, wanted, anatomy)
    reach_ankles(world, root, wanted, anatomy)
    reach_wrists(world, root, wanted, anatomy)

    positions = place(world, root)
    down = np.array([0.0, ground_height(positions, world, motion.fps), 0.0])
    report = measure(positions - down, wanted - down, anatomy, motion.fps, scale, rest is not None, turned)
    return Retargeted(Motion(_local(world), root - down, motion.fps, SMPL_BODY), report)


def _is_smpl_body(skeleton: Skeleton) -> bool:
    return skeleton.names == SMPL_BODY.names and np.array_equal(skeleton.offsets, SMPL_BODY.offsets)


def _leg_length(poses: Poses, anatomy: Anatomy) -> float:
    """Length of the source's thigh and shin, metres, mean of both sides."""
    total = 0.0
    for side in SIDES:
        for start, stop in pairwise(LEG):
            bone = poses.between(anatomy.limbs[f"{side}_{start}"], anatomy.limbs[f"{side}_{stop}"])
            total += 0.5 * float(np.median(np.linalg.norm(bone, axis=-1)))
    if total < 1e-4:
        raise SkeletonError("this skeleton does not look human: its legs have no length; export its bones' offsets")
    return total


def _global_rotations(poses: Poses, anatomy: Anatomy, constants: dict[int, np.ndarray]) -> np.ndarray:
    """(T, 22, 4) global rotations of SMPL's joints. The source's spine is spread over SMPL's three joints."""

    def turned(joint: int) -> np.ndarray:
        return quaternion.multiply(poses.rotations[:, joint], constants[joint])

    limbs = anatomy.limbs
    trunk = [turned(joint) for joint in (anatomy.pelvis, *anatomy.spine)]
    head = None if anatomy.head is None else turned(anatomy.head)
    found = {"Pelvis": trunk[0]}
    for level in (1, 2, 3):
        found[f"Spine{level}"] = _along(trunk, level / 3.0)
    necks = [turned(joint) for joint in anatomy.neck]
    found["Head"] = head if head is not None else necks[-1]
    # A source with one joint for both turns its neck halfway.
    found["Neck"] = _along(necks, 0.5) if necks and head is not None else _along([found["Spine3"], found["Head"]], 0.5)
    for side in SIDES:
        joints = {f"{side}_{part}": limbs.get(f"{side}_{part}") for part, _ in _PARENTS}
        joints[f"{side}_Wrist"] = anatomy.hands[side]
        for part, parent in _PARENTS:
            name = f"{side}_{part}"
            joint = joints[name]
            found[name] = (
                found[parent if parent == "Spine3" else f"{side}_{parent}"] if joint is None else turned(joint)
            )
    return np.stack([found[name] for name in NAMES], axis=1)


def _along(chain: list[np.ndarray], share: float) -> np.ndarray:
    """Rotation at `share` (0..1) of the way through a chain of rotations (T, 4), steps counted equal."""
    at = share * (len(chain) - 1)
    low = min(int(at), len(chain) - 2) if len(chain) > 1 else 0
    if len(chain) == 1 or abs(at - round(at)) < 1e-9:
        return chain[round(at)]
    return quaternion.slerp(chain[low], chain[low + 1], np.full(len(chain[0]), at - low))


def _local(world: np.ndarray) -> np.ndarray:
    local = world.copy()
    parents = SMPL_BODY.parents[1:]
    local[:, 1:] = quaternion.multiply(quaternion.conjugate(world[:, parents]), world[:, 1:])
    return quaternion.unroll(quaternion.normalize(local))
