"""Values over time to Actions: the only file that touches Actions, slots and curves.

Blender 4.2 and 4.3 keep curves in the action itself; from 4.4 they live in a channelbag of a slot, and 5.0 removed the
old way. Every call makes a new action: an action that existed before is never written to.
"""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

from kinema.protocol import quaternion

from .rigs.base import Track

INTERPOLATIONS = ("LINEAR", "BEZIER", "CONSTANT")

_NewCurve = Callable[[str, int, str], bpy.types.FCurve]


def write_pose(
    armature: bpy.types.Object,
    name: str,
    track: Track,
    start: float = 1.0,
    interpolation: str = "LINEAR",
    loop: bool = False,
    assign: bool = True,
) -> bpy.types.Action:
    """A new action with one key a frame from `start` on, given to the armature. The track must be at the scene's rate.

    The action that the armature had stays as it was; it gets a fake user where it would otherwise be lost on saving.
    With `loop` the curves repeat after the last key, locations going on from where they ended. Without `assign` nothing
    uses the action yet (nla.deliver brings it to the character).
    """
    frames = start + np.arange(len(track))
    action, new_curve = _new_action(armature, name, assign)
    for bone_name, values in track.rotations.items():
        bone = armature.pose.bones[bone_name]
        bone.rotation_mode = "QUATERNION"
        path = bone.path_from_id("rotation_quaternion")
        curves = _write(new_curve, path, bone_name, frames, quaternion.unroll(values), interpolation)
        if loop:
            _repeat(curves, "REPEAT")
    for bone_name, values in track.locations.items():
        path = armature.pose.bones[bone_name].path_from_id("location")
        curves = _write(new_curve, path, bone_name, frames, values, interpolation)
        if loop:
            _repeat(curves, "REPEAT_OFFSET")
    return action


def write_locations(target: bpy.types.Object, name: str, locations: np.ndarray, start: float = 1.0) -> bpy.types.Action:
    """A new action that moves an object through `locations` (T, 3), one key a frame, given to the object."""
    action, new_curve = _new_action(target, name, True)
    _write(new_curve, "location", "Object Transforms", start + np.arange(len(locations)), locations, "LINEAR")
    return action


def scene_rate(scene: bpy.types.Scene) -> float:
    """Frames a second of the scene."""
    return scene.render.fps / scene.render.fps_base


def _new_action(target: bpy.types.Object, name: str, assign: bool) -> tuple[bpy.types.Action, _NewCurve]:
    action = bpy.data.actions.new(name)
    action.use_fake_user = True
    if assign:
        animation = target.animation_data or target.animation_data_create()
        replaced = animation.action
        if replaced is not None and replaced.users == 1:
            replaced.use_fake_user = True
        animation.action = action
    if not hasattr(action, "slots"):
        return action, lambda path, index, group: action.fcurves.new(path, index=index, action_group=group)

    slot = action.slots.new(id_type="OBJECT", name=target.name)
    if assign:
        animation.action_slot = slot
    bag = action.layers.new("Layer").strips.new(type="KEYFRAME").channelbag(slot, ensure=True)

    def new_curve(path: str, index: int, group: str) -> bpy.types.FCurve:
        curve = bag.fcurves.new(path, index=index)
        curve.group = bag.groups.get(group) or bag.groups.new(group)
        return curve

    return action, new_curve


def _write(
    new_curve: _NewCurve, path: str, group: str, frames: np.ndarray, values: np.ndarray, interpolation: str
) -> list[bpy.types.FCurve]:
    """One curve for each column of `values` (T, n), keyed at `frames` (T,), in bulk."""
    keyframe = bpy.types.Keyframe.bl_rna.properties
    kind = keyframe["interpolation"].enum_items[interpolation].value
    handle = keyframe["handle_left_type"].enum_items["AUTO_CLAMPED"].value
    curves = []
    for index in range(values.shape[1]):
        curve = new_curve(path, index, group)
        curves.append(curve)
        curve.keyframe_points.add(len(frames))
        points = np.stack([frames, values[:, index]], axis=1).astype(np.float32)
        curve.keyframe_points.foreach_set("co", points.ravel())
        curve.keyframe_points.foreach_set("interpolation", np.full(len(frames), kind, dtype=np.int32))
        for side in ("handle_left_type", "handle_right_type"):
            curve.keyframe_points.foreach_set(side, np.full(len(frames), handle, dtype=np.int32))
        curve.update()
    return curves


def _repeat(curves: list[bpy.types.FCurve], mode: str) -> None:
    for curve in curves:
        cycles = curve.modifiers.new("CYCLES")
        cycles.mode_before, cycles.mode_after = "NONE", mode
