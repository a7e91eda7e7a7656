"""A Track as the channels that its bones have: quaternion, Euler in the bone's own order, or axis and angle."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from kinema.protocol import quaternion

from . import eulers
from .rigs.base import Track
from .rigs.root_motion import object_channels

OBJECT_GROUP = "Object Transforms"


@dataclass(frozen=True, eq=False)
class Channel:
    """`path`: Blender's data path. `group`: the bone's name. `values`: (T, n). `kind`: "location", "quaternion",
    "axis_angle", "switch" or an Euler order."""

    path: str
    group: str
    values: np.ndarray
    kind: str

    def rotations(self, values: np.ndarray) -> np.ndarray:
        """Values (T, n) of a rotation channel as wxyz (T, 4)."""
        if self.kind == "quaternion":
            return quaternion.normalize(values)
        if self.kind == "axis_angle":
            return quaternion.from_rotation_vector(values[:, :1] * values[:, 1:])
        return eulers.to_quaternion(self.kind, values)


def rotation_channel(owner: bpy.types.Object | bpy.types.PoseBone, prefix: str, group: str, q: np.ndarray) -> Channel:
    """Rotations wxyz (T, 4) in the mode that the owner has."""
    mode = owner.rotation_mode
    q = quaternion.unroll(q)
    if mode in eulers.ORDERS:
        return Channel(f"{prefix}rotation_euler", group, eulers.from_quaternion(mode, q), mode)
    if mode == "AXIS_ANGLE":
        vector = quaternion.to_rotation_vector(q)
        angle = np.linalg.norm(vector, axis=-1, keepdims=True)
        axis = np.where(angle > 1e-9, vector / np.maximum(angle, 1e-9), np.array([0.0, 1.0, 0.0]))
        return Channel(f"{prefix}rotation_axis_angle", group, np.concatenate([angle, axis], axis=-1), "axis_angle")
    return Channel(f"{prefix}rotation_quaternion", group, q, "quaternion")


def channels_of(armature: bpy.types.Object, track: Track) -> list[Channel]:
    """Every channel of a track, bones first."""
    out = []
    for name, values in track.rotations.items():
        bone = armature.pose.bones[name]
        out.append(rotation_channel(bone, bone.path_from_id() + ".", name, values))
    for name, values in track.locations.items():
        out.append(Channel(armature.pose.bones[name].path_from_id("location"), name, values, "location"))
    for (name, key), value in track.switches.items():
        bone = armature.pose.bones[name]
        own = f'{bone.path_from_id()}["{bpy.utils.escape_identifier(key)}"]'
        path = own if key in bone else bone.path_from_id(key)
        out.append(Channel(path, name, np.array([[float(value)]]), "switch"))
    if track.object_motion is not None:
        place, turn = object_channels(armature, track.object_motion)
        out.append(Channel("location", OBJECT_GROUP, place, "location"))
        out.append(rotation_channel(armature, "", OBJECT_GROUP, turn))
    return out
