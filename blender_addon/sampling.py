"""An armature's action -> RigPose or Motion, as Blender evaluates it: constraints, IK, drivers and layers included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from kinema.errors import MotionError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion

from . import playing
from .rigs.base import Rig
from .rigs.reading import read_bones, read_rest
from .rigs.rest import RestRig
from .rigs.retargeting import mapping_of
from .rigs.transfer import RigPose, carried, from_rig
from .steps import NEXT_TURN, Steps, finish

ORIGIN_KEY = "kinema_origin"
"""Custom property of an action that moves the object: the object's world matrix before it was moved, 16 numbers."""

MOST_FRAMES = 1 << 16


def frames_of(armature: bpy.types.Object) -> range:
    """The frames of the armature's action. Raises MotionError when it has none."""
    action = armature.animation_data.action if armature.animation_data is not None else None
    if action is None:
        raise MotionError(f"{armature.name} has no action; give it one in the Action Editor")
    return frames_in(action)


def frames_in(action: bpy.types.Action) -> range:
    """The frames of an action. Raises MotionError when they are too many."""
    first, last = (round(frame) for frame in action.frame_range)
    if last - first >= MOST_FRAMES:
        raise MotionError(f"the action {action.name} is longer than {MOST_FRAMES} frames; shorten its range")
    return range(first, last + 1)


def read_pose(
    scene: bpy.types.Scene, armature: bpy.types.Object, rig: Rig, frames: Iterable[int] | None = None
) -> RigPose:
    """What the armature does on each frame; the scene's own frame stays. Raises SkeletonError or MotionError."""
    rest = read_rest(armature, mapping_of(rig, armature))
    wanted = list(frames_of(armature) if frames is None else frames)
    poses, worlds = matrices(scene, armature, mapped_names(rest), wanted)
    return pose_from(rest, armature, poses, worlds, scene.render.fps / scene.render.fps_base)


def pose_from(rest: RestRig, armature: bpy.types.Object, poses: np.ndarray, worlds: np.ndarray, rate: float) -> RigPose:
    """The pose that `matrices` of the bones of `mapped_names(rest)` show."""
    return posed(rest, origin_of(armature), poses, worlds, rate)


def posed(rest: RestRig, origin: np.ndarray | None, poses: np.ndarray, worlds: np.ndarray, rate: float) -> RigPose:
    """`pose_from` without touching Blender. `origin`: see `origin_of`."""
    return _pose(rest, _with_object(origin, worlds) @ poses, rate)


def mapped_names(rest: RestRig) -> list[str]:
    """Every bone that plays a part."""
    return [rest.names[bone] for bone in _mapped(rest)]


@dataclass(frozen=True, eq=False)
class Stance:
    """How an armature stands in one frame. `bones`: name -> matrix (4, 4) in the armature's frame. `world`: (4, 4) the
    object's. `origin`: see `origin_of`."""

    bones: Mapping[str, np.ndarray]
    world: np.ndarray
    origin: np.ndarray | None


def stance_now(armature: bpy.types.Object) -> Stance:
    """How the armature stands at the current frame; poses without keys count."""
    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    bones = posed.pose.bones
    flat = np.empty(16 * len(bones), dtype=np.float32)
    bones.foreach_get("matrix", flat)
    matrices = flat.astype(np.float64).reshape(-1, 4, 4).swapaxes(1, 2)
    named = dict(zip(bones.keys(), matrices, strict=True))
    return Stance(named, np.array(posed.matrix_world, dtype=np.float64), origin_of(armature))


def pose_now(armature: bpy.types.Object, rig: Rig) -> RigPose:
    """What the armature does at the current frame, one frame at rate 1; poses without keys count, and soles and
    thickness are left out. Raises SkeletonError."""
    return finish(standing_steps(stance_now(armature), armature, rig))


def standing_steps(stance: Stance, armature: bpy.types.Object, rig: Rig) -> Steps[RigPose]:
    """A stance of the armature as `pose_now` has it. Raises SkeletonError."""
    yield None
    mapping = mapping_of(rig, armature)
    yield NEXT_TURN
    rest = read_bones(armature, mapping)
    yield None
    poses = np.array([stance.bones[name] for name in mapped_names(rest)])
    return posed(rest, stance.origin, poses[None], stance.world[None], 1.0)


def pose_steps(scene: bpy.types.Scene, armature: bpy.types.Object, rig: Rig, frame: int) -> Steps[RigPose]:
    """`pose_now` as it is at a frame; the scene's own frame stays. Raises SkeletonError."""
    if frame == scene.frame_current:
        now = yield from standing_steps(stance_now(armature), armature, rig)
        return now
    rest = read_bones(armature, mapping_of(rig, armature))
    with playing.hidden_scene(scene, armature) as hidden:
        poses, worlds = yield from playing.matrices_steps(hidden, armature, mapped_names(rest), [frame])
    return pose_from(rest, armature, poses, worlds, 1.0)


def origin_of(armature: bpy.types.Object) -> np.ndarray | None:
    """(4, 4) the object's world matrix before its action, or one of its strips, moved it; None where none does."""
    data = armature.animation_data
    if data is None:
        return None
    strips = [strip.action for track in reversed(data.nla_tracks) for strip in track.strips]
    for action in (data.action, *strips):
        if action is not None and (kept := action.get(ORIGIN_KEY)) is not None:
            return np.array(kept, dtype=np.float64).reshape(4, 4)
    return None


def _mapped(rest: RestRig) -> list[int]:
    return [rest.names.index(bone) for bones in rest.mapping.bones.values() for bone in bones]


def _pose(rest: RestRig, poses: np.ndarray, rate: float) -> RigPose:
    """From the mapped bones' matrices (T, B, 4, 4) in the frame of the object where it stood at first."""
    bones = _mapped(rest)
    rotations = poses[..., :3, :3] / np.linalg.norm(poses[..., :3, :3], axis=-2, keepdims=True)
    turned = quaternion.multiply(quaternion.from_matrix(rotations), quaternion.conjugate(rest.turns[bones]))
    body = np.broadcast_to(rest.body, turned.shape)
    turned = quaternion.multiply(quaternion.multiply(body, turned), quaternion.conjugate(body))
    turns = carried(rest, dict(zip(bones, np.moveaxis(turned, 1, 0), strict=True)), len(poses))
    hips = [bones.index(rest.index(f"{side}_Hip")) for side in "LR"]
    middle = poses[..., 3][:, hips, :3].mean(axis=1)
    return RigPose(rest, turns, rest.metres * quaternion.rotate(rest.body, middle), rate)


def read_motion(scene: bpy.types.Scene, armature: bpy.types.Object, rig: Rig) -> Motion:
    """The armature's action on SMPL's body, at the scene's rate. Raises SkeletonError or MotionError."""
    return from_rig(read_pose(scene, armature, rig))


def matrices(
    scene: bpy.types.Scene, armature: bpy.types.Object, names: list[str], frames: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Bones' matrices (T, B, 4, 4) in the armature's frame and the object's in the world (T, 4, 4), evaluated."""
    with playing.hidden_scene(scene, armature) as hidden:
        return finish(playing.matrices_steps(hidden, armature, names, frames))


def _with_object(origin: np.ndarray | None, worlds: np.ndarray) -> np.ndarray:
    """(T, 1, 4, 4) how the object moved against where it stood before, in its own frame; identities if it does not."""
    start = worlds[0] if origin is None else origin
    if np.abs(worlds - start).max() < 1e-7:
        return np.tile(np.eye(4), (len(worlds), 1, 1, 1))
    return (np.linalg.inv(start) @ worlds)[:, None]


def rest_in_world(rest: RestRig, armature: bpy.types.Object) -> np.ndarray:
    """(4, 4) from the body's frame in metres to the world."""
    out = np.eye(4)
    out[:3, :3] = quaternion.to_matrix(quaternion.conjugate(rest.body)) / rest.metres
    return np.array(armature.matrix_world) @ out
