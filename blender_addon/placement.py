"""A Motion onto a character in a scene."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol.motion import Motion

from . import kept_motion, keyframes
from .fewer_keys import reduce_track
from .rig_choice import settings_of
from .rigs import RIGS, rig_of, smpl
from .rigs.base import Rig
from .rigs.feet import stances
from .rigs.limbs import spans
from .rigs.retargeting import pose_of
from .rigs.settings import RigSettings
from .sampling import ORIGIN_KEY

PROVENANCE_KEY = "kinema"
"""Custom property of an action: JSON of the request, the part sentences and the model pack that made it."""

REDUCTION_KEY = "kinema_reduction"
"""Custom property of a reduced action: the largest error kept, millimetres and degrees."""


@dataclass(frozen=True)
class Placing:
    """Where a motion goes. `target`: an armature's name, or "" for a new character. `start`: frame of its first pose.
    `extend`: let the scene's last frame grow (never shrink) so that the whole motion plays."""

    scene: str
    target: str = ""
    start: int = 1
    interpolation: str = "LINEAR"
    extend: bool = True


@dataclass(frozen=True)
class Placed:
    """What was made."""

    armature: bpy.types.Object
    action: bpy.types.Action


def needs_object_mode(placing: Placing) -> bool:
    """Whether placing makes a new character, which Blender allows in Object Mode only."""
    return _existing(placing.target) is None


def place(motion: Motion, placing: Placing, name: str, provenance: Mapping[str, Any]) -> Placed:
    """Write a new action for the motion at the scene's own rate, onto the target or onto a new character.

    Raises SkeletonError when the target is no rig that Kinema knows.
    """
    scene = bpy.data.scenes.get(placing.scene) or bpy.context.scene
    armature = _existing(placing.target)
    if armature is None:
        rig = RIGS["smpl"]
        armature = smpl.build(scene, "Kinema")
    else:
        found = rig_of(armature)
        if found is None:
            raise SkeletonError(f"{armature.name} is no rig that Kinema knows; choose a Kinema character or none")
        rig = found
    at_rate = motion.resample(keyframes.scene_rate(scene))
    action = write_motion(at_rate, rig, armature, name, placing, settings_of(armature))
    action[PROVENANCE_KEY] = json.dumps(provenance, default=str)
    if placing.extend:
        scene.frame_end = max(scene.frame_end, placing.start + len(at_rate) - 1)
    return Placed(armature, action)


def write_motion(
    motion: Motion, rig: Rig, armature: bpy.types.Object, name: str, placing: Placing, settings: RigSettings
) -> bpy.types.Action:
    """A new action for a motion at the scene's rate, with the motion itself kept in it for later changes.

    Raises SkeletonError when the motion does not fit the armature.
    """
    pose = pose_of(rig, motion, armature, settings)
    origin = np.array(armature.matrix_world).ravel().tolist()
    track = rig.controls(pose, armature, settings)
    keys = reduce_track(armature, track, pose.rest, settings) if settings.reduce else None
    action = keyframes.write_pose(
        armature, name, track, placing.start, placing.interpolation, None if keys is None else keys.keys
    )
    kept_motion.keep(action, motion, placing.start)
    if track.object_motion is not None:
        action[ORIGIN_KEY] = origin
    if keys is not None:
        action[REDUCTION_KEY] = [keys.millimetres, keys.degrees]
    keyframes.mark(action, contact_marks(stances(motion), placing.start))
    return action


def contact_marks(stand: np.ndarray, start: float) -> list[tuple[float, str]]:
    """(frame, text) of each touch-down and lift-off of the feet, from (T, 2 feet, heel and ball) of bool."""
    marks = []
    for number, side in enumerate("LR"):
        down = stand[:, number].any(axis=1)
        for first, stop in spans(down):
            marks.append((start + float(first), f"{side} down"))
            if stop < len(down):
                marks.append((start + float(stop), f"{side} up"))
    return sorted(marks)


def _existing(name: str) -> bpy.types.Object | None:
    found = bpy.data.objects.get(name) if name else None
    return found if found is not None and found.type == "ARMATURE" else None
