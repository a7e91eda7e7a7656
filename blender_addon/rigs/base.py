"""What a rig is: how to make it, how to recognise it, and how a Motion becomes values for its bones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from kinema.protocol import quaternion
from kinema.protocol.motion import Motion

from .. import axes


@dataclass(frozen=True, eq=False)
class Track:
    """Values of pose bones over time, in each bone's own rest frame, as Blender's channels want them.

    `rotations`: bone -> (T, 4) wxyz. `locations`: bone -> (T, 3) metres. `fps`: frames a second.
    """

    rotations: Mapping[str, np.ndarray]
    locations: Mapping[str, np.ndarray]
    fps: float

    def __len__(self) -> int:
        return len(next(iter(self.rotations.values())))


@dataclass(frozen=True)
class Rig:
    """One kind of armature. A new kind is one file in this folder and one line in RIGS.

    `build(scene, name)` makes a character and returns its armature. `recognise(armature)` is a confidence 0..1 that the
    armature is of this kind. `track(motion, armature)` gives the bones' values; raises SkeletonError when it cannot.
    """

    name: str
    label: str
    build: Callable[[bpy.types.Scene, str], bpy.types.Object]
    recognise: Callable[[bpy.types.Object], float]
    track: Callable[[Motion, bpy.types.Object], Track]


def same_rest_track(motion: Motion, armature: bpy.types.Object, bones: Mapping[str, str]) -> Track:
    """Track for an armature that rests in the motion's own rest pose; `bones` maps joint names to bone names.

    Only the bones' axes differ from the joints' (tails point along the limbs), so with m the bone's rest orientation:
        bone's pose = parent's pose . parent's rest^-1 . rest . basis     =>     basis = m^-1 . q . m
    """
    skeleton = motion.skeleton
    rotations: dict[str, np.ndarray] = {}
    locations: dict[str, np.ndarray] = {}
    for joint, bone_name in bones.items():
        bone = armature.data.bones[bone_name]
        rest = np.array(bone.matrix_local.to_quaternion(), dtype=np.float64)
        inverse = quaternion.conjugate(rest)
        turned = axes.rotations(motion.rotations[:, skeleton.index(joint)])
        rotations[bone_name] = quaternion.multiply(quaternion.multiply(inverse, turned), rest)
        if skeleton.parents[skeleton.index(joint)] == -1:
            offset: np.ndarray = axes.vectors(motion.root_translation) - np.array(bone.head_local, dtype=np.float64)
            locations[bone_name] = quaternion.rotate(inverse, offset)
    return Track(rotations, locations, motion.fps)
