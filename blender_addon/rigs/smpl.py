"""The SMPL armature: bones named as SMPL's joints, resting in its T-pose with the soles on the floor."""

from __future__ import annotations

import contextlib

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol.smpl import SMPL_BODY, SMPL_NAMES, SMPL_OFFSETS, SMPL_PARENTS, SOLE_BELOW_FOOT

from .. import axes
from ..steps import Steps, finish
from . import mannequin
from .base import Rig
from .humanoid import write_bones
from .mapping import BoneMapping

_TAILS = {
    "Pelvis": "Spine1",
    "Spine3": "Neck",
    "L_Hip": "L_Knee",
    "R_Hip": "R_Knee",
}
"""The child that a bone points to where it has several, or where the first is not the limb's own."""

_FREE_TAILS = {
    "Head": (0.0, 0.18, 0.0),
    "L_Foot": (0.02, -0.005, 0.065),
    "R_Foot": (-0.02, -0.005, 0.065),
    "L_Hand": (0.085, -0.01, 0.0),
    "R_Hand": (-0.085, -0.01, 0.0),
}
"""Where the bones without a child end, from the joint, metres, Y up."""

_FEET = ("L_Ankle", "R_Ankle", "L_Foot", "R_Foot")


def rest_joints() -> np.ndarray:
    """(24, 3) metres, Y up: the T-pose standing on the floor at the origin."""
    joints = np.zeros((len(SMPL_NAMES), 3))
    for joint, parent in enumerate(SMPL_PARENTS):
        if parent >= 0:
            joints[joint] = joints[parent] + SMPL_OFFSETS[joint]
    feet = [SMPL_NAMES.index(name) for name in ("L_Foot", "R_Foot")]
    joints[:, 1] -= joints[feet, 1].min() - SOLE_BELOW_FOOT
    return joints


def build(scene: bpy.types.Scene, name: str) -> bpy.types.Object:
    """A new SMPL armature with its preview body, at the scene's origin. Needs Object Mode or Pose Mode."""
    armature = finish(build_steps(scene, name))
    for thing in (armature, *armature.children):
        scene.collection.objects.link(thing)
    return armature


def build_steps(scene: bpy.types.Scene, name: str) -> Steps[bpy.types.Object]:
    """`build`, but armature and body are in no scene's collection yet."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    try:
        armature.show_in_front = True
        armature.data.display_type = "STICK"
        _make_bones(scene, armature)
        for bone in armature.pose.bones:
            bone.rotation_mode = "QUATERNION"
        yield None
        yield from mannequin.build_steps(armature)
    except BaseException:  # also the end of a generator that nobody goes on with
        remove(armature)
        raise
    return armature


def remove(armature: bpy.types.Object) -> None:
    """Take a character away again, with its body."""
    with contextlib.suppress(ReferenceError):
        for child in list(armature.children):
            bpy.data.meshes.remove(child.data)
        bpy.data.armatures.remove(armature.data)


def _make_bones(scene: bpy.types.Scene, armature: bpy.types.Object) -> None:
    """In one go, in the scene for only so long: Blender makes bones in Edit Mode alone."""
    layer = _view_layer(scene)
    before = layer.objects.active
    posing = before is not None and before.mode == "POSE"
    if posing:
        _set_mode(scene, layer, before, "OBJECT")
    scene.collection.objects.link(armature)
    layer.objects.active = armature
    with bpy.context.temp_override(scene=scene, view_layer=layer, active_object=armature, object=armature):
        bpy.ops.object.mode_set(mode="EDIT")
        joints = rest_joints()
        for index, (joint, parent) in enumerate(zip(SMPL_NAMES, SMPL_PARENTS, strict=True)):
            bone = armature.data.edit_bones.new(joint)
            bone.head = axes.vectors(joints[index])
            bone.tail = axes.vectors(_tail(joints, index))
            # Z forward along spine and limbs makes local X the axis of knees and elbows.
            bone.align_roll((0.0, 0.0, 1.0) if joint in _FEET else (0.0, -1.0, 0.0))
            bone.parent = armature.data.edit_bones[SMPL_NAMES[parent]] if parent >= 0 else None
        bpy.ops.object.mode_set(mode="OBJECT")
    scene.collection.objects.unlink(armature)
    layer.objects.active = before
    if posing:
        _set_mode(scene, layer, before, "POSE")


def _set_mode(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, thing: bpy.types.Object, mode: str) -> None:
    with bpy.context.temp_override(scene=scene, view_layer=layer, active_object=thing, object=thing):
        bpy.ops.object.mode_set(mode=mode)


def _tail(joints: np.ndarray, index: int) -> np.ndarray:
    name = SMPL_NAMES[index]
    if name in _FREE_TAILS:
        return joints[index] + _FREE_TAILS[name]
    child = _TAILS.get(name)
    return joints[SMPL_NAMES.index(child) if child else SMPL_PARENTS.index(index)]


def _view_layer(scene: bpy.types.Scene) -> bpy.types.ViewLayer:
    return bpy.context.view_layer if bpy.context.scene == scene else scene.view_layers[0]


def recognise(armature: bpy.types.Object) -> float:
    """Share of SMPL's body joints that the armature has bones for, by their official names."""
    bones = armature.data.bones
    return sum(name in bones for name in SMPL_BODY.names) / len(SMPL_BODY.names)


def mapping(armature: bpy.types.Object) -> BoneMapping:
    """Raises SkeletonError when the armature lacks a joint."""
    missing = [name for name in SMPL_BODY.names if name not in armature.data.bones]
    if missing:
        raise SkeletonError(f"{armature.name} lacks the bones {', '.join(missing[:5])}; choose a Kinema character")
    spine = ("Spine1", "Spine2", "Spine3")
    own = {name: (name,) for name in SMPL_BODY.names if name not in spine}
    return BoneMapping("smpl", own | {"Spine": spine})


SMPL = Rig("smpl", "SMPL", recognise, mapping, write_bones, build, build_steps)
