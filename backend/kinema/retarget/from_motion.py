"""Alignment constants from the clip itself, for rest poses that are no standing human.

Such rigs (Bandai, Character Creator exports) point all bones along one axis of their joints. Bones are known from
offsets, the twist about them from the hinges of knees and elbows, trunk and head from their mean bearing. Where the
bones lie exactly along their joints' axes, so do the body's own axes, and what the clip says is replaced by the
nearest such frame: a hunched or one-armed clip then gets the same constants as any other.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..geometry import angle_between, matrix_from_quaternion, quaternion_from_matrix
from ..protocol import quaternion
from ..protocol.anatomy import SIDES, Anatomy
from .poses import Poses
from .rest import frame, unit
from .target import ARM, LEG, OFFSET, X, Y, hinge_axis

SNAP_BEARING = np.radians(45.0)
"""Largest angle by which the frame of a trunk joint is snapped."""

SNAP_HINGE = np.radians(20.0)
"""Largest angle by which the axis of a knee or elbow is snapped."""

LIKE_PARENT = np.radians(75.0)
"""Where frames are snapped, a neck, head or hand whose mean is this near its parent's frame has that frame."""

STRAIGHT_HINGE = 0.02
"""Weight, against the sine of the bend, of the hinge that a limb would have if swung straight from SMPL's rest pose."""


def align_from_motion(poses: Poses, anatomy: Anatomy) -> dict[int, np.ndarray]:
    """Source joint -> C (4,), of all joints but the feet."""
    snap = SNAP_BEARING if axis_aligned(poses, anatomy) else 0.0
    found = _trunk(poses, anatomy, snap)
    pelvis, chest = (quaternion.multiply(poses.rotations[:, j], found[j]) for j in (anatomy.pelvis, anatomy.chest))
    for side in SIDES:
        collar = anatomy.limbs.get(f"{side}_Collar")
        if collar is not None:
            found[collar] = _snap(mean_relative(poses, collar, chest), snap)
        _limb(found, poses, anatomy, side, LEG, pelvis, snap > 0)
        _limb(found, poses, anatomy, side, ARM, chest, snap > 0)
        elbow, wrist = anatomy.limbs[f"{side}_Elbow"], anatomy.limbs[f"{side}_Wrist"]
        forearm = quaternion.multiply(poses.rotations[:, elbow], found[elbow])
        for hand in (wrist, anatomy.hands[side]):
            by_fingers = _palm(poses, anatomy, side, hand)
            mean = mean_relative(poses, hand, forearm)
            found[hand] = _like(mean, found[elbow], snap) if by_fingers is None else by_fingers
    return found


def _trunk(poses: Poses, anatomy: Anatomy, snap: float) -> dict[int, np.ndarray]:
    limbs = anatomy.limbs
    found: dict[int, np.ndarray] = {}
    world_up = np.broadcast_to(Y, (len(poses.positions), 3))
    hips = poses.between(limbs["R_Hip"], limbs["L_Hip"])
    found[anatomy.pelvis] = _bearing(poses, anatomy.pelvis, hips, world_up, snap)
    if anatomy.spine:
        ends = [limbs.get(f"{side}_Collar", limbs[f"{side}_Shoulder"]) for side in SIDES]
        shoulders = poses.between(ends[1], ends[0])
        if np.linalg.norm(shoulders, axis=-1).mean() < 1e-3:
            shoulders = poses.between(limbs["R_Shoulder"], limbs["L_Shoulder"])
        found[anatomy.chest] = _bearing(poses, anatomy.chest, shoulders, world_up, snap)
    pelvis, chest = (quaternion.multiply(poses.rotations[:, j], found[j]) for j in (anatomy.pelvis, anatomy.chest))
    for level, joint in enumerate(anatomy.spine[:-1], start=1):
        part = np.full(len(chest), level / len(anatomy.spine))
        found[joint] = _snap(mean_relative(poses, joint, quaternion.slerp(pelvis, chest, part)), snap)
    left = quaternion.rotate(chest, X)
    below = anatomy.chest
    for joint in (*anatomy.neck, *((anatomy.head,) if anatomy.head is not None else ())):
        found[joint] = _like(_bearing(poses, joint, left, world_up, snap), found[below], snap)
        below = joint
    return found


def _limb(
    found: dict[int, np.ndarray],
    poses: Poses,
    anatomy: Anatomy,
    side: str,
    parts: tuple[str, str, str],
    parent: np.ndarray,
    aligned: bool,
) -> None:
    """Set C of both bones of a limb: along the bone by its offset, about it by the axis about which the limb bends.

    `parent`: (T, 4) rotation of pelvis or chest, which stands in for the hinge of a limb that never bends. `aligned`:
    hinges lie along their joints' axes.
    """
    middle, end = (f"{side}_{part}" for part in parts[1:])
    a, b, c = (anatomy.limbs[f"{side}_{part}"] for part in parts)
    axis = hinge_axis(side, parts[1])
    upper, lower = poses.between(a, b), poses.between(b, c)
    carried = quaternion.multiply(quaternion.between(quaternion.rotate(parent, OFFSET[middle]), upper), parent)
    hinge = np.cross(unit(upper), unit(lower)) + STRAIGHT_HINGE * quaternion.rotate(carried, axis)
    for joint, bone, name in ((a, upper, middle), (b, lower, end)):
        direction = poses.local(joint, unit(bone)).mean(axis=0)
        across = unit(poses.local(joint, hinge).sum(axis=0))
        if aligned:
            across = snap_axis(across, direction)
        source, target = frame(direction, across, "xy"), frame(OFFSET[name], axis, "xy")
        found[joint] = quaternion_from_matrix(source @ target.T)


def axis_aligned(poses: Poses, anatomy: Anatomy) -> bool:
    """Whether trunk and limbs lie along their joints' own axes, within 6 degrees."""
    chain = [anatomy.pelvis, *anatomy.spine, *anatomy.neck] + ([] if anatomy.head is None else [anatomy.head])
    bones = list(pairwise(chain))
    for side in SIDES:
        for parts in (LEG, ARM):
            joints = [anatomy.limbs[f"{side}_{part}"] for part in parts]
            bones += pairwise(joints)
    directions = np.array([poses.local(start, poses.between(start, stop)).mean(axis=0) for start, stop in bones])
    return bool(np.all(np.abs(unit(directions)).max(axis=-1) > np.cos(np.radians(6.0))))


def _palm(poses: Poses, anatomy: Anatomy, side: str, hand: int) -> np.ndarray | None:
    """C of a hand by where index and little finger begin: in SMPL's rest pose palms face down, indices forward."""
    if side not in anatomy.palms:
        return None
    index, little = (poses.local(hand, poses.between(hand, joint)).mean(axis=0) for joint in anatomy.palms[side])
    along, across = (index + little) * (1.0 if side == "L" else -1.0), index - little
    return quaternion_from_matrix(frame(along, across, "xz"))


def _bearing(poses: Poses, joint: int, left: np.ndarray, up: np.ndarray, snap: float) -> np.ndarray:
    """C of a joint that on average bears as world vectors `left`, `up` (T, 3) say; left exactly, up nearly."""
    x = poses.local(joint, unit(left)).mean(axis=0)
    y = poses.local(joint, up).mean(axis=0)
    return _snap(quaternion_from_matrix(frame(x, y, "xy")), snap)


def mean_relative(poses: Poses, joint: int, wanted: np.ndarray) -> np.ndarray:
    """(4,) chordal mean of R(t)^-1 G(t) (Markley et al. 2007, Averaging Quaternions, eq. 12-13)."""
    relative = quaternion.multiply(quaternion.conjugate(poses.rotations[:, joint]), wanted)
    return np.linalg.eigh(relative.T @ relative)[1][:, -1]


def _snap(c: np.ndarray, tolerance: float) -> np.ndarray:
    """The rotation along the axes that is nearest to c (4,), where one is within `tolerance` radians; else c."""
    matrix = matrix_from_quaternion(c)
    near = np.zeros((3, 3))
    rest = np.abs(matrix)
    for _ in range(3):
        row, column = np.unravel_index(np.argmax(rest), rest.shape)
        near[row, column] = np.sign(matrix[row, column])
        rest[row, :] = rest[:, column] = -1.0
    angle = np.arccos(np.clip((np.trace(matrix.T @ near) - 1.0) / 2.0, -1.0, 1.0))
    return quaternion_from_matrix(near) if np.linalg.det(near) > 0 and angle < tolerance else c


def _like(c: np.ndarray, parent: np.ndarray, snap: float) -> np.ndarray:
    """Where frames are snapped, the parent's C unless c is far from it: a head may be turned aside for a whole clip."""
    return parent if snap > 0 and angle_between(c, parent) < LIKE_PARENT else c


def snap_axis(axis: np.ndarray, bone: np.ndarray) -> np.ndarray:
    """The joint's own axis nearest to the unit vector `axis`, if it is near and the bone lies along another one."""
    best = int(np.argmax(np.abs(axis)))
    if int(np.argmax(np.abs(bone))) == best or np.max(np.abs(unit(bone))) < 0.99:
        return axis
    return np.eye(3)[best] * np.sign(axis[best]) if abs(axis[best]) > np.cos(SNAP_HINGE) else axis
