"""A Motion onto a character in a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

from . import editing, keyframes, nla, provenance
from .editing import Place
from .rigs import RIGS, rig_of
from .rigs.base import Rig, Track

_FORWARD = Vector((0.0, -1.0, 0.0))
_STILL = Motion(np.tile([1.0, 0.0, 0.0, 0.0], (1, len(SMPL_BODY), 1)), np.zeros((1, 3)), 30.0, SMPL_BODY)


@dataclass(frozen=True)
class Placing:
    """Where a motion goes and how.

    `target`: an armature's name, or "" for a new character. `start`: frame of its first pose. `frames`: number of
    frames that it fills exactly, None for its own length. `begin`: ORIGIN, PLACE (where the character stands) or POSE
    (from its pose, over `blend` frames). `destination`: ACTION, PUSH, STRIP or KEEP, see nla.py. `extend`: let the
    scene's last frame grow (never shrink) so that the whole motion plays.
    """

    scene: str
    target: str = ""
    start: float = 1
    interpolation: str = "LINEAR"
    extend: bool = True
    frames: int | None = None
    begin: str = "ORIGIN"
    blend: int = 8
    in_place: bool = False
    loop: bool = False
    destination: str = "ACTION"


@dataclass(frozen=True)
class Placed:
    """What was made."""

    armature: bpy.types.Object
    action: bpy.types.Action


def existing(name: str) -> bpy.types.Object | None:
    """The armature of that name."""
    found = bpy.data.objects.get(name) if name else None
    return found if found is not None and found.type == "ARMATURE" else None


def needs_object_mode(placing: Placing) -> bool:
    """Whether placing makes a new character, which Blender allows in Object Mode only."""
    return existing(placing.target) is None


def place(motion: Motion, placing: Placing, name: str, origin: Mapping[str, Any], take_name: str = "") -> Placed:
    """Write a new action for the motion at the scene's own rate, onto the target or onto a new character.

    Raises SkeletonError when the target is no rig that Kinema knows.
    """
    scene = bpy.data.scenes.get(placing.scene) or bpy.context.scene
    armature, rig = _character(scene, placing)
    if placing.destination == "STRIP" and (end := nla.last_frame(armature)) is not None:
        placing = replace(placing, start=max(end - placing.blend, 0))
    motion = edited(motion, placing, keyframes.scene_rate(scene))
    pose: dict[str, np.ndarray] = {}
    if placing.begin != "ORIGIN" and not needs_object_mode(placing):
        with _at_frame(scene, placing.start):
            motion = editing.moved(motion, standing_place(armature, rig, motion))
            if placing.begin == "POSE":
                pose = _pose_of(armature)
    track = rig.track(motion, armature)
    if pose:
        track = blended_from(track, pose, placing.blend)
    action = keyframes.write_pose(
        armature, name, track, placing.start, placing.interpolation, placing.loop, assign=False
    )
    nla.deliver(armature, action, placing.destination, placing.start, placing.blend, _slot_of(action))
    provenance.stamp(action, origin, take_name)
    if placing.extend and placing.destination != "KEEP":
        scene.frame_end = max(scene.frame_end, int(placing.start) + len(track) - 1)
    return Placed(armature, action)


def edited(motion: Motion, placing: Placing, rate: float) -> Motion:
    """Loop, in place, exact length, and the scene's rate: all that concerns the motion alone."""
    if placing.loop:
        motion = looped(motion, placing)
    if placing.in_place:
        motion = editing.in_place(motion)
    frames = placing.frames
    if placing.loop and frames is None:
        frames = round((len(motion) - 1) * rate / motion.fps) + 1  # or the seam would fall between two frames
    if frames is not None:
        return editing.fitted(motion, frames, rate)
    return motion.resample(rate)


def looped(motion: Motion, placing: Placing) -> Motion:
    """The part that repeats; nearly all of the motion where it must then fill a given length."""
    return editing.looped(motion, editing.LOOP_SHARE if placing.frames is None else editing.FITTED_LOOP_SHARE)


def standing_place(armature: bpy.types.Object, rig: Rig, motion: Motion) -> Place:
    """Where the character's root stands now and what it faces, in the armature's frame.

    The root bone is the one that the rig moves. Its turn away from its rest is the heading, since every rig rests
    facing -Y.
    """
    name = next(iter(rig.track(motion.crop(0, 1), armature).locations), None)
    if name is None:
        return Place()
    bone = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones[name]
    turn = bone.matrix.to_quaternion() @ bone.bone.matrix_local.to_quaternion().inverted()
    forward = turn @ _FORWARD
    head = bone.matrix.translation
    return Place(head.x, -head.y, float(np.arctan2(forward[0], -forward[1])))


def place_now(target: str) -> Place | None:
    """`standing_place` of a character at the current frame, for the preview; None where there is none."""
    armature = existing(target)
    rig = rig_of(armature)
    if armature is None or rig is None:
        return None
    try:
        return standing_place(armature, rig, _STILL)
    except SkeletonError:
        return None


def blended_from(track: Track, pose: Mapping[str, np.ndarray], frames: int) -> Track:
    """The track, beginning in `pose` (bone -> wxyz (4,)) and reaching its own values after `frames` frames."""
    length = min(max(frames, 1), len(track))
    t = np.clip(np.arange(len(track)) / length, 0.0, 1.0)
    weight = t * t * (3.0 - 2.0 * t)
    rotations = {
        bone: quaternion.slerp(np.broadcast_to(pose[bone], values.shape), values, weight) if bone in pose else values
        for bone, values in track.rotations.items()
    }
    return replace(track, rotations=rotations)


def _pose_of(armature: bpy.types.Object) -> dict[str, np.ndarray]:
    """Bone -> its turn away from its rest (wxyz), as its channels say, whatever its rotation mode."""
    shown = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return {bone.name: np.array(bone.matrix_basis.to_quaternion()) for bone in shown.pose.bones}


def _character(scene: bpy.types.Scene, placing: Placing) -> tuple[bpy.types.Object, Rig]:
    armature = existing(placing.target)
    if armature is None:
        rig = RIGS["smpl"]
        return rig.build(scene, "Kinema"), rig
    found = rig_of(armature)
    if found is None:
        raise SkeletonError(f"{armature.name} is no rig that Kinema knows; choose a Kinema character or none")
    return armature, found


class _at_frame:
    """The scene at another frame, and back."""

    def __init__(self, scene: bpy.types.Scene, frame: float) -> None:
        self._scene, self._frame, self._before = scene, int(frame), scene.frame_current

    def __enter__(self) -> None:
        if self._frame != self._before:
            self._scene.frame_set(self._frame)

    def __exit__(self, *_: object) -> None:
        if self._frame != self._before:
            self._scene.frame_set(self._before)


def _slot_of(action: bpy.types.Action) -> Any:
    return action.slots[0] if hasattr(action, "slots") and action.slots else None
