"""The way over the ground, taken off the hips: for a root bone or for the object, as game engines want it."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

from kinema.protocol import quaternion

from .rest import RestRig
from .transfer import RigPose


def root_turns(pose: RigPose) -> tuple[np.ndarray, np.ndarray]:
    """Heading (T, 4) of the hips about the body's up, and their place on the ground (T, 3), seen from the rest pose."""
    forward = quaternion.rotate(pose.turns[:, pose.rest.index("Pelvis")], np.array([0.0, 0.0, 1.0]))
    angle = np.unwrap(np.arctan2(forward[:, 0], forward[:, 2]))
    yaw = quaternion.from_axis_angle(np.array([0.0, 1.0, 0.0]), angle)
    place = pose.hips * (1.0, 0.0, 1.0) - quaternion.rotate(yaw, pose.rest.hips * (1.0, 0.0, 1.0))
    return yaw, place


def object_motion(world: np.ndarray, rest: RestRig, yaw: np.ndarray, place: np.ndarray) -> np.ndarray:
    """(T, 4, 4) world matrices of the object that carries heading and place, from where it stands now: `world`."""
    turns = quaternion.multiply(quaternion.multiply(quaternion.conjugate(rest.body), yaw), rest.body)
    moves = quaternion.rotate(quaternion.conjugate(rest.body), place) / rest.metres
    local = np.tile(np.eye(4), (len(yaw), 1, 1))
    local[:, :3, :3] = quaternion.to_matrix(turns)
    local[:, :3, 3] = moves
    return world @ local


def above_object(armature: bpy.types.Object) -> np.ndarray:
    """(4, 4) the frame in the world that the object's own channels are in."""
    parent = armature.parent.matrix_world if armature.parent is not None else Matrix()
    if armature.parent is not None and armature.parent_type == "BONE" and armature.parent_bone:
        bone = armature.parent.pose.bones[armature.parent_bone]
        parent = parent @ bone.matrix @ Matrix.Translation((0.0, bone.length, 0.0))
    return np.array(parent @ armature.matrix_parent_inverse)


def object_channels(above: np.ndarray, world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Location (T, 3) and rotation (T, 4) channels of an object that give it the world matrices (T, 4, 4)."""
    local = np.linalg.inv(above) @ world
    turns = local[:, :3, :3] / np.linalg.norm(local[:, :3, :3], axis=1, keepdims=True)
    return local[:, :3, 3], quaternion.unroll(quaternion.from_matrix(turns))
