"""A Motion onto a character in a scene."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from kinema.errors import SkeletonError
from kinema.protocol.motion import Motion

from . import keyframes
from .rigs import RIGS, rig_of

PROVENANCE_KEY = "kinema"
"""Custom property of an action: JSON of the request, the part sentences and the model pack that made it."""


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
        armature = rig.build(scene, "Kinema")
    else:
        found = rig_of(armature)
        if found is None:
            raise SkeletonError(f"{armature.name} is no rig that Kinema knows; choose a Kinema character or none")
        rig = found
    at_rate = motion.resample(keyframes.scene_rate(scene))
    track = rig.track(at_rate, armature)
    action = keyframes.write_pose(armature, name, track, placing.start, placing.interpolation)
    action[PROVENANCE_KEY] = json.dumps(provenance, default=str)
    if placing.extend:
        scene.frame_end = max(scene.frame_end, placing.start + len(track) - 1)
    return Placed(armature, action)


def _existing(name: str) -> bpy.types.Object | None:
    found = bpy.data.objects.get(name) if name else None
    return found if found is not None and found.type == "ARMATURE" else None
