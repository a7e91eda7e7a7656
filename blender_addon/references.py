"""Where a style may be taken from: a motion file, or any action in the open file, as what travels beside a request."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from kinema.errors import FormatError, MotionError, RequestError, SkeletonError
from kinema.protocol import clips
from kinema.protocol.motion import Motion

from . import action_motions, bare_skeleton, exchange, kept_motion, keyframes, playing, sampling
from .rigs import rig_steps
from .scratch import scratch_scene
from .steps import Steps, finish

BY_BACKEND = (".bvh", ".npz")
"""Formats that the backend reads from their bytes."""

BY_BLENDER = (".fbx", ".glb", ".gltf")
"""Formats that Blender's own importers read."""

MOST_BYTES = 64 << 20
LONGEST = 10.0
"""Seconds that are read of an action, from its middle."""

RATE = 30.0
"""Frames a second at which imported clips are sampled where their file sets no rate."""


@dataclass(frozen=True, eq=False)
class Reference:
    """`name`: of the file or action. `source`: where it lay. `arrays`: as `protocol.clips` names them."""

    name: str
    source: str
    arrays: Mapping[str, np.ndarray]

    @property
    def sha256(self) -> str:
        digest = hashlib.sha256()
        for key in sorted(self.arrays):
            digest.update(key.encode() + np.ascontiguousarray(self.arrays[key]).tobytes())
        return digest.hexdigest()


_imported: dict[tuple[str, int, int], Reference] = {}
"""The last file that Blender imported, by path, time and size: it is asked for again with every request."""


def of_file(path: Path) -> Reference:
    """The clip in a file. Raises FormatError, SkeletonError or MotionError, one sentence with the fix."""
    suffix = path.suffix.lower()
    if suffix not in (*BY_BACKEND, *BY_BLENDER):
        known = ", ".join((*BY_BACKEND, *BY_BLENDER))
        raise FormatError(f"{path.name} is no motion file that can be used here; choose one that ends in {known}")
    try:
        state = path.stat()
        if not path.is_file():
            raise FormatError(f"{path.name} is a folder; choose a motion file inside it")
        if state.st_size > MOST_BYTES:
            raise FormatError(f"{path.name} has {state.st_size >> 20} MiB; the limit is {MOST_BYTES >> 20} MiB, cut it")
        if suffix in BY_BACKEND:
            return Reference(path.name, str(path), clips.file_arrays(clips.STYLE, path.read_bytes()))
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}); check the path") from None
    key = (str(path), state.st_mtime_ns, state.st_size)
    if key not in _imported:
        motion = imported(path)
        _imported.clear()
        _imported[key] = Reference(path.name, str(path), clips.motion_arrays(clips.STYLE, motion))
    return _imported[key]


def imported(path: Path) -> Motion:
    """The clip in an FBX or glTF file, read by Blender in a scene of its own. Raises as `of_file`."""
    with scratch_scene(RATE) as scene:
        armature = exchange.load(path)
        scene.view_layers[0].update()  # importers turn objects, and nothing has been evaluated yet
        if armature.animation_data is None or armature.animation_data.action is None:
            raise MotionError(f"{path.name} holds a character without an animation; export it with its action")
        return finish(motion_steps(scene, armature, armature.animation_data.action))


def action_steps(scene: bpy.types.Scene, action: bpy.types.Action) -> Steps[Reference]:
    """What an action does on a character of the scene; its copy is taken by the first step. Raises MotionError when no
    character can show it."""
    blend = Path(bpy.data.filepath).name or "an unsaved file"
    name, source = action.name, f"action {action.name} of {blend}"
    armature = _wearer(scene, action)
    if armature is None:
        try:
            motion, _ = kept_motion.recall(action)
        except MotionError:
            raise MotionError(
                f"no character in this scene has the bones that {action.name} moves; put it on one, or drop its file"
            ) from None
        yield None
    else:
        motion = yield from motion_steps(scene, armature, action)
    return Reference(name, source, clips.motion_arrays(clips.STYLE, motion))


def motion_steps(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> Steps[Motion]:
    """The middle of what an action does on an armature: on SMPL's body where Kinema knows the rig and its rest pose
    stands, else on its own skeleton, which the backend reads from its movement. An action that is not the armature's
    own is seen alone, without the layers of the NLA. Raises SkeletonError or MotionError."""
    rate = keyframes.scene_rate(scene)
    frames, keep = sampling.frames_in(action), max(2, round(LONGEST * rate))
    frames = frames[max(0, len(frames) - keep) // 2 :][:keep]
    data = armature.animation_data
    own = data is not None and data.action == action
    with playing.double_of(armature, action) as double:
        if not own:
            double.animation_data.use_nla = False
        yield None
        rig = yield from rig_steps(double)
        if rig is not None:
            with contextlib.suppress(SkeletonError):
                motion = yield from action_motions.double_steps(scene, armature, double, rig, frames, rate)
                return motion
        bare = yield from bare_skeleton.double_steps(scene, armature, double, frames)
    return bare


def _wearer(scene: bpy.types.Scene, action: bpy.types.Action) -> bpy.types.Object | None:
    """The armature in the scene that has the action, else the one most of whose bones it moves; None for none."""
    found = [thing for thing in scene.objects if thing.type == "ARMATURE"]
    for armature in found:
        if armature.animation_data is not None and armature.animation_data.action == action:
            return armature
    moved = {curve.data_path.split('"')[1] for curve in keyframes.curves_of(action) if "pose.bones[" in curve.data_path}
    fits = {armature: len(moved & set(armature.data.bones.keys())) for armature in found}
    best = max(fits, key=lambda armature: fits[armature], default=None)
    return best if best is not None and moved and fits[best] >= 0.8 * len(moved) else None


def slot_name(scene: bpy.types.Scene) -> str:
    """Name of what the scene's reference slot holds. Raises RequestError when it is empty."""
    settings = scene.kinema_style
    if settings.reference_action is not None:
        return settings.reference_action.name
    if settings.reference_file:
        return Path(bpy.path.abspath(settings.reference_file)).name
    raise RequestError("there is no reference yet; choose an action, or drop a motion file onto the viewport")


def reads_action(scene: bpy.types.Scene) -> bool:
    """Whether what the slot holds is an action."""
    return scene.kinema_style.reference_action is not None


def slot_steps(scene: bpy.types.Scene) -> Steps[Reference]:
    """What the slot holds, read in steps; a file is read by the first one. Raises KinemaError when it is empty or
    cannot be used."""
    slot_name(scene)
    settings = scene.kinema_style
    if settings.reference_action is None:
        found = of_file(Path(bpy.path.abspath(settings.reference_file)))
        yield None
        return found
    read = yield from action_steps(scene, settings.reference_action)
    return read


def of_slot(scene: bpy.types.Scene) -> Reference:
    """`slot_steps` at once."""
    return finish(slot_steps(scene))
