"""The source's rest pose: whether it is a standing human, and which way it faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import quaternion_from_matrix
from ..protocol import quaternion
from ..protocol.anatomy import SIDES, Anatomy
from ..protocol.motion import Skeleton


@dataclass(frozen=True, eq=False)
class RestPose:
    """A standing human: T, A or I pose.

    `turn`: (4,) wxyz, from the skeleton's rest frame to left = +X, up = +Y, forward = +Z.
    `positions`: (J, 3) rest positions after that turn, metres. `up`: (3,) the body's up in the rest frame.
    """

    turn: np.ndarray
    positions: np.ndarray
    up: np.ndarray


def unit(v: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) scaled to length 1; zero stays zero."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def frame(primary: np.ndarray, secondary: np.ndarray, axes: str) -> np.ndarray:
    """Rotation matrices (..., 3, 3) whose column `axes[0]` is `primary` and whose column `axes[1]` is as near
    `secondary` as a right angle to the first allows, e.g. axes "xy". Vectors (..., 3) need no unit length."""
    first, second = "xyz".index(axes[0]), "xyz".index(axes[1])
    a = unit(primary)
    b = unit(secondary - np.sum(secondary * a, axis=-1, keepdims=True) * a)
    third = 3 - first - second
    c = np.cross(a, b) if (second - first) % 3 == 1 else np.cross(b, a)
    columns: list[np.ndarray] = [a, a, a]
    columns[first], columns[second], columns[third] = a, b, c
    return np.stack(columns, axis=-1)


def body_axes(positions: np.ndarray, anatomy: Anatomy) -> tuple[np.ndarray, np.ndarray]:
    """Positions (..., J, 3) -> the body's left and its up (hips to head) (..., 3), unit, at right angles."""
    limbs = anatomy.limbs
    hips = 0.5 * (positions[..., limbs["L_Hip"], :] + positions[..., limbs["R_Hip"], :])
    top = anatomy.head if anatomy.head is not None else anatomy.neck[-1]
    up = unit(positions[..., top, :] - hips)
    left = positions[..., limbs["L_Hip"], :] - positions[..., limbs["R_Hip"], :]
    left = unit(left - np.sum(left * up, axis=-1, keepdims=True) * up)
    return left, up


def human_rest(skeleton: Skeleton, anatomy: Anatomy) -> RestPose | None:
    """The rest pose turned upright, or None where the skeleton at identity is no standing human.

    Rigs whose bones all point along one local axis (Bandai, Character Creator exports) have such a rest.
    """
    rest = skeleton.rest_positions()
    left, up = body_axes(rest, anatomy)
    if np.linalg.norm(left) < 0.5 or np.linalg.norm(up) < 0.5:
        return None
    up, left = _straightened(up), _straightened(left)
    turn = quaternion_from_matrix(frame(up, left, "yx").T)
    positions = quaternion.rotate(turn, rest)
    if not _stands(positions, anatomy):
        return None
    return RestPose(turn, positions, up)


def _straightened(direction: np.ndarray) -> np.ndarray:
    """The axis of the file within 15 degrees: heads stand in front of hips, and hips are not quite symmetrical."""
    best = int(np.argmax(np.abs(direction)))
    axis = np.eye(3)[best] * np.sign(direction[best])
    return axis if np.dot(direction, axis) > np.cos(np.radians(15.0)) else direction


def _stands(rest: np.ndarray, anatomy: Anatomy) -> bool:
    """Whether canonical rest positions (J, 3) show legs below, arms at the sides or out, toes forward."""
    limbs = anatomy.limbs
    for side, outward in zip(SIDES, (1.0, -1.0), strict=True):
        joint = {part: rest[limbs[f"{side}_{part}"]] for part in ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")}
        thigh, shin = unit(joint["Knee"] - joint["Hip"]), unit(joint["Ankle"] - joint["Knee"])
        upper, lower = unit(joint["Elbow"] - joint["Shoulder"]), unit(joint["Wrist"] - joint["Elbow"])
        if thigh[1] > -0.75 or shin[1] > -0.75:
            return False
        if joint["Shoulder"][0] * outward <= 0 or upper[0] * outward < -0.3 or upper[1] > 0.6:
            return False
        if np.dot(upper, lower) < 0.3:
            return False
        if f"{side}_Foot" in limbs and unit(rest[limbs[f"{side}_Foot"]] - joint["Ankle"])[2] < 0.3:
            return False
    return True
