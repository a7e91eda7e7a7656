"""A Track as the channels that its bones have: quaternion, Euler in the bone's own order, or axis and angle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from kinema.protocol import quaternion

from . import eulers
from .rigs.base import Track
from .rigs.root_motion import above_object, object_channels

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


@dataclass(frozen=True, eq=False)
class Sockets:
    """How an armature takes values. `paths`: bone -> data path. `modes`: bone -> rotation mode. `mode`: the object's.
    `switches`: (bone, property) -> data path. `above`: (4, 4), see `above_object`."""

    paths: Mapping[str, str]
    modes: Mapping[str, str]
    mode: str
    switches: Mapping[tuple[str, str], str]
    above: np.ndarray


def sockets_of(armature: bpy.types.Object, track: Track) -> Sockets:
    """What `channels_in` has to know of an armature for a track."""
    bones, escaped = armature.pose.bones, bpy.utils.escape_identifier
    modes = {name: bones[name].rotation_mode for name in track.rotations}
    named = {*track.rotations, *track.locations, *(name for name, _ in track.switches)}
    paths = {name: f'pose.bones["{escaped(name)}"]' for name in named}
    switches = {
        (name, key): paths[name] + (f'["{escaped(key)}"]' if key in bones[name] else f".{key}")
        for name, key in track.switches
    }
    return Sockets(paths, modes, armature.rotation_mode, switches, above_object(armature))


def channels_of(armature: bpy.types.Object, track: Track) -> list[Channel]:
    """Every channel of a track, bones first."""
    return channels_in(sockets_of(armature, track), track)


def channels_in(sockets: Sockets, track: Track) -> list[Channel]:
    """`channels_of` without touching Blender."""
    out = [_rotation(sockets.modes[name], f"{sockets.paths[name]}.", name, q) for name, q in track.rotations.items()]
    for name, values in track.locations.items():
        out.append(Channel(f"{sockets.paths[name]}.location", name, values, "location"))
    for (name, key), value in track.switches.items():
        out.append(Channel(sockets.switches[name, key], name, np.array([[float(value)]]), "switch"))
    if track.object_motion is not None:
        place, turn = object_channels(sockets.above, track.object_motion)
        out.append(Channel("location", OBJECT_GROUP, place, "location"))
        out.append(_rotation(sockets.mode, "", OBJECT_GROUP, turn))
    return out


def _rotation(mode: str, prefix: str, group: str, q: np.ndarray) -> Channel:
    """Rotations wxyz (T, 4) in a mode of Blender's."""
    q = quaternion.unroll(q)
    if mode in eulers.ORDERS:
        return Channel(f"{prefix}rotation_euler", group, eulers.from_quaternion(mode, q), mode)
    if mode == "AXIS_ANGLE":
        vector = quaternion.to_rotation_vector(q)
        angle = np.linalg.norm(vector, axis=-1, keepdims=True)
        axis = np.where(angle > 1e-9, vector / np.maximum(angle, 1e-9), np.array([0.0, 1.0, 0.0]))
        return Channel(f"{prefix}rotation_axis_angle", group, np.concatenate([angle, axis], axis=-1), "axis_angle")
    return Channel(f"{prefix}rotation_quaternion", group, q, "quaternion")
