"""Actions as motions without playing them: the motion kept in one, or its curves worked out on the rig's skeleton.

Only playing an action frame by frame (playing.py) knows constraints, drivers and layers; it takes a hundred times as
long. `shown_by_curves` tells where both see the same.
"""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import MotionError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion

from . import kept_motion, keyframes, playing, sampling, splicing
from .channels import Channel
from .fewer_keys import forward
from .rigs import known_steps, rigify
from .rigs.base import Rig
from .rigs.reading import read_bones, rest_steps
from .rigs.rest import RestRig
from .rigs.retargeting import mapping_of
from .rigs.transfer import RigPose, carried, from_rig
from .steps import NEXT_TURN, Aside, Steps, finish

RATE = 20.0
"""Frames a second at which curves are read for a search: enough to tell what a motion is."""

LEAST_BONES = 5
"""An action that turns fewer mapped bones of the rig was not made for it."""

_LOCATION = ("location", "location", 3, (0.0, 0.0, 0.0))
_ROTATIONS = {
    "QUATERNION": ("rotation_quaternion", "quaternion", 4, (1.0, 0.0, 0.0, 0.0)),
    "AXIS_ANGLE": ("rotation_axis_angle", "axis_angle", 4, (0.0, 0.0, 1.0, 0.0)),
}


def sought(action: bpy.types.Action, armature: bpy.types.Object | None, rig: Rig | None, rate: float) -> Motion:
    """What an action of the file looks like on the character; `rate`: frames a second of the scene.

    Raises MotionError where it holds nothing for this rig, SkeletonError where the rig's bones do not fit.
    """
    if kept_motion.KEY in action:
        return kept_motion.recall(action)[0]
    if armature is None or rig is None or rigify.generated(armature):
        raise MotionError(f"the action {action.name} holds no motion of Kinema and no character shows what it does")
    first, last = action.frame_range
    step = max(rate / RATE, 1.0)
    frames = np.arange(first, last + 1e-6, step)
    if len(frames) < 2:
        raise MotionError(f"the action {action.name} is one pose; there is no motion to find in it")
    rest = read_bones(armature, mapping_of(rig, armature))
    channels = finish(_channel_steps(armature, frames, False, action))
    turned = {channel.group for channel in channels if channel.kind != "location"}
    if len(turned & {bone for bones in rest.mapping.bones.values() for bone in bones}) < LEAST_BONES:
        raise MotionError(f"the action {action.name} does not move the bones of {armature.name}")
    return _motion(rest, channels, rate / step)


def shown_by_curves(armature: bpy.types.Object) -> bool:
    """Whether the armature's action alone says how its bones stand: nothing else moves them, nothing scales them."""
    data = armature.animation_data
    if data is None or data.action is None or rigify.generated(armature):
        return False
    layered = len(data.nla_tracks) > 0 or len(data.drivers) > 0 or sampling.ORIGIN_KEY in data.action
    held = any(len(bone.constraints) > 0 or tuple(bone.scale) != (1.0, 1.0, 1.0) for bone in armature.pose.bones)
    curves = keyframes.curves_for(armature, data.action)
    other = any(path.endswith("scale") or not path.startswith("pose.bones") for path, _ in curves)
    return not (layered or held or other or armature.data.pose_position == "REST")


def read_steps(
    scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action, frames: range
) -> Steps[Motion]:
    """What the armature does, as it is now, with an action on each of the frames, on SMPL's body and at the scene's
    rate. The first step copies armature and action, and what is edited later is not seen. Raises SkeletonError."""
    rate = keyframes.scene_rate(scene)
    with playing.double_of(armature, action) as double:
        yield None
        rig = yield from known_steps(double)
        motion = yield from double_steps(scene, armature, double, rig, frames, rate)
    return motion


def double_steps(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    double: bpy.types.Object,
    rig: Rig,
    frames: range,
    rate: float,
) -> Steps[Motion]:
    """`read_steps` of a character's double. Raises SkeletonError."""
    yield None
    mapping = mapping_of(rig, double)
    yield NEXT_TURN
    rest = yield from rest_steps(double, mapping, skin=False)
    if shown_by_curves(double):
        channels = yield from _channel_steps(double, np.array(frames, dtype=np.float64), present=True)
        by_curves: Motion = yield Aside(lambda: _motion(rest, channels, rate))
        return by_curves
    origin = sampling.origin_of(double)
    names = sampling.mapped_names(rest)
    poses, worlds = yield from playing.double_steps(scene, armature, double, names, frames)
    played: Motion = yield Aside(lambda: from_rig(sampling.posed(rest, origin, poses, worlds, rate)))
    return played


def _channel_steps(
    armature: bpy.types.Object, frames: np.ndarray, present: bool, action: bpy.types.Action | None = None
) -> Steps[list[Channel]]:
    """Locations and rotations of the armature's bones, as far as the action has curves for them; with `present` those
    that have none as they stand now. `action`: None for the armature's own."""
    action = armature.animation_data.action if action is None else action
    out = []
    for bone in armature.pose.bones:
        yield None
        kinds = [_ROTATIONS.get(bone.rotation_mode, ("rotation_euler", bone.rotation_mode, 3, (0.0, 0.0, 0.0)))]
        if not bone.bone.use_connect:
            kinds.append(_LOCATION)
        for name, kind, width, rest in kinds:
            path = bone.path_from_id(name)
            own = [keyframes.curve_of(armature, action, path, index) for index in range(width)]
            still = tuple(getattr(bone, name)) if present else rest
            if any(own) or still != rest:
                values = [
                    np.full(len(frames), still[index]) if curve is None else splicing.evaluate(curve, frames)
                    for index, curve in enumerate(own)
                ]
                out.append(Channel(path, bone.name, np.stack(values, axis=1), kind))
    return out


def _motion(rest: RestRig, channels: list[Channel], rate: float) -> Motion:
    turns, heads = forward(rest, channels, [channel.values for channel in channels])
    body = np.broadcast_to(rest.body, turns.shape)
    seen = quaternion.multiply(quaternion.multiply(body, turns), quaternion.conjugate(body))
    mapped = [rest.names.index(bone) for bones in rest.mapping.bones.values() for bone in bones]
    out = carried(rest, {bone: seen[:, bone] for bone in mapped}, len(turns))
    hips = heads[:, [rest.index("L_Hip"), rest.index("R_Hip")]].mean(axis=1)
    return from_rig(RigPose(rest, out, rest.metres * quaternion.rotate(rest.body, hips), rate))
