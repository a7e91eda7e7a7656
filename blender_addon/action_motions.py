"""Any action of the file as a motion, without playing it: the motion kept in it, else its curves on the rig's skeleton.

Constraints do not count here; what is to be exact is read by sampling.py, which plays the action.
"""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import MotionError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion

from . import kept_motion, keyframes, splicing
from .channels import Channel
from .fewer_keys import forward
from .rigs import rigify
from .rigs.base import Rig
from .rigs.reading import read_bones
from .rigs.rest import RestRig
from .rigs.retargeting import mapping_of
from .rigs.transfer import RigPose, carried, from_rig

RATE = 20.0
"""Frames a second at which curves are read: enough to tell what a motion is."""

_ROTATIONS = {
    "QUATERNION": ("rotation_quaternion", "quaternion", 4, (1.0, 0.0, 0.0, 0.0)),
    "AXIS_ANGLE": ("rotation_axis_angle", "axis_angle", 4, (0.0, 0.0, 1.0, 0.0)),
}

LEAST_BONES = 5
"""An action that turns fewer mapped bones of the rig was not made for it."""


def of(action: bpy.types.Action, armature: bpy.types.Object | None, rig: Rig | None, rate: float) -> Motion:
    """The action's motion; `rate`: frames a second of the scene. Raises MotionError where it holds none for this rig,
    SkeletonError where the rig's bones do not fit."""
    if kept_motion.KEY in action:
        return kept_motion.recall(action)[0]
    if armature is None or rig is None or rigify.generated(armature):
        raise MotionError(f"the action {action.name} holds no motion of Kinema and no character shows what it does")
    rest = read_bones(armature, mapping_of(rig, armature))
    mapped = [bone for bones in rest.mapping.bones.values() for bone in bones]
    first, last = action.frame_range
    frames = np.arange(first, last + 1e-6, max(rate / RATE, 1.0))
    if len(frames) < 2:
        raise MotionError(f"the action {action.name} is one pose; there is no motion to find in it")
    channels = _channels(armature, action, frames)
    turned = {channel.group for channel in channels if channel.kind != "location"}
    if len(turned & set(mapped)) < LEAST_BONES:
        raise MotionError(f"the action {action.name} does not move the bones of {armature.name}")
    turns, heads = forward(rest, channels, [channel.values for channel in channels])
    return from_rig(_pose(rest, turns, heads, rate / max(rate / RATE, 1.0)))


def _channels(armature: bpy.types.Object, action: bpy.types.Action, frames: np.ndarray) -> list[Channel]:
    """Locations and rotations of the armature's bones, as far as the action has curves for them."""
    curves = keyframes.curves_for(armature, action)
    out = []
    for bone in armature.pose.bones:
        prefix = bone.path_from_id()
        for name, kind, width, rest in (
            ("location", "location", 3, (0.0, 0.0, 0.0)),
            _ROTATIONS.get(bone.rotation_mode, ("rotation_euler", bone.rotation_mode, 3, (0.0, 0.0, 0.0))),
        ):
            own = [curves.get((f"{prefix}.{name}", index)) for index in range(width)]
            if any(own):
                values = [
                    splicing.evaluate(curve, frames) if curve is not None else np.full(len(frames), rest[index])
                    for index, curve in enumerate(own)
                ]
                out.append(Channel(f"{prefix}.{name}", bone.name, np.stack(values, axis=1), kind))
    return out


def _pose(rest: RestRig, turns: np.ndarray, heads: np.ndarray, rate: float) -> RigPose:
    """Bones' turns from rest (T, B, 4) and heads (T, B, 3), armature's frame, as a pose in the body's frame."""
    body = np.broadcast_to(rest.body, turns.shape)
    seen = quaternion.multiply(quaternion.multiply(body, turns), quaternion.conjugate(body))
    mapped = [rest.names.index(bone) for bones in rest.mapping.bones.values() for bone in bones]
    out = carried(rest, {bone: seen[:, bone] for bone in mapped}, len(turns))
    hips = heads[:, [rest.index("L_Hip"), rest.index("R_Hip")]].mean(axis=1)
    return RigPose(rest, out, rest.metres * quaternion.rotate(rest.body, hips), rate)
