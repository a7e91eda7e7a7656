"""Files for other programs, and back: BVH, FBX, glTF and USD through Blender's own writers, AMASS by ourselves.

Every export has a T-pose: the rest pose of what is written is a T-pose, whatever the character's own is, and so is the
frame before the action's first. For that a copy of the armature is made, posed as T, given that as its rest pose, and
animated again from what Blender evaluates; the user's own character is not touched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from kinema.errors import FormatError, RequestError
from kinema.protocol import amass, quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import BODY_JOINTS, SMPL_BODY

from . import keyframes, sampling
from .body import betas_of
from .channels import OBJECT_GROUP, Channel, channels_of
from .reduction import Keys
from .rigs.base import Rig, Track
from .rigs.mapping import BoneMapping
from .rigs.reading import bones_of, read_rest
from .rigs.rest import RestRig
from .rigs.retargeting import mapping_of
from .rigs.transfer import hangs_on, to_rig

MOST_BYTES = 1 << 31

Y_UP = Matrix.Rotation(-0.5 * np.pi, 4, "X")
"""BVH has no axes of its own; programs expect Y up and +Z forward."""


def export(scene: bpy.types.Scene, armature: bpy.types.Object, rig: Rig, path: Path) -> None:
    """Write the armature's action in the format of the path's suffix.

    Raises FormatError for a suffix without a writer, SkeletonError or MotionError when there is nothing to write.
    """
    suffix = path.suffix.lower()
    if suffix == ".npz":
        write_amass(path, sampling.read_motion(scene, armature, rig), betas_of(armature))
        return
    if suffix not in WRITERS:
        raise FormatError(f"{path.name} cannot be written; end it in {', '.join((*WRITERS, '.npz'))}")
    if suffix in (".usd", ".usdc", ".usda") and not hasattr(bpy.ops.wm, "usd_export"):
        raise FormatError("this Blender was built without USD; export FBX or glTF")
    frames = sampling.frames_of(armature)
    frame = Y_UP if suffix == ".bvh" else None
    with _t_pose_copy(scene, armature, rig, frames, frame) as copy, _only(copy), _range(scene, frames):
        WRITERS[suffix](scene, path, frames)


def write_amass(path: Path, motion: Motion, betas: np.ndarray | None = None) -> None:
    """SMPL parameters in AMASS' layout; SMPL's zero pose is its T-pose."""
    with path.open("wb") as file:
        np.savez_compressed(file, **amass.parameters(motion, betas))


def read_amass(path: Path) -> Motion:
    """Raises FormatError when the file is damaged or no AMASS motion."""
    if path.stat().st_size > MOST_BYTES:
        raise FormatError(f"{path.name} is larger than any motion; choose another file")
    try:
        with np.load(path, allow_pickle=False) as archive:
            wanted = ("poses", "trans", "mocap_framerate", "mocap_frame_rate")
            arrays = {key: archive[key] for key in wanted if key in archive.files}
    except Exception as error:
        raise FormatError(f"{path.name} is damaged or no .npz archive ({error}); save it again") from None
    return amass.motion_of(arrays, path.name)


def load(path: Path) -> bpy.types.Object:
    """The armature that Blender's importer makes of a BVH, FBX, glTF or USD file. Raises FormatError."""
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise FormatError(f"{path.name} cannot be read here; choose a file that ends in {', '.join(READERS)}")
    before = set(bpy.data.objects)
    try:
        READERS[suffix](path)
    except (RuntimeError, AttributeError) as error:
        raise FormatError(f"Blender cannot read {path.name}: {str(error).strip().splitlines()[-1]}") from None
    made = [thing for thing in bpy.data.objects if thing not in before and thing.type == "ARMATURE"]
    if not made:
        raise FormatError(f"{path.name} holds no armature; export it with its skeleton")
    return max(made, key=lambda thing: len(thing.data.bones))


@contextlib.contextmanager
def _t_pose_copy(
    scene: bpy.types.Scene, armature: bpy.types.Object, rig: Rig, frames: range, frame: Matrix | None
) -> Iterator[bpy.types.Object]:
    """The deforming skeleton with a T-pose as rest, animated on `frames`, T-posed on the frame before.

    `frame` (4, 4): the world is written in this frame, for formats that know no object's transform.
    """
    rest = read_rest(armature, mapping_of(rig, armature))
    standing = to_rig(_t_pose(), rest)
    names = [bone.name for bone in bones_of(armature) if bone.name in _kept(armature, rest.mapping)]
    poses, worlds = sampling.matrices(scene, armature, names, list(frames))
    wanted = _rest_matrices(rest, standing.turns[0], standing.positions()[0], names)
    place = armature.matrix_world.copy()
    if frame is not None:
        still = frame @ place
        wanted = {name: _unscaled(still @ matrix) for name, matrix in wanted.items()}
        poses = np.array(frame) @ worlds[:, None] @ poses
        poses[..., :3, :3] /= np.linalg.norm(poses[..., :3, :3], axis=-2, keepdims=True)
        worlds, place = np.tile(np.eye(4), (len(worlds), 1, 1)), Matrix()
    copy = _skeleton(scene, armature, _tree(rest, names), wanted, place)
    action = None
    try:
        track = _local_track(copy, names, poses, worlds, scene)
        action = _animate(copy, armature.name, track, frames)
        yield copy
    finally:
        data = copy.data
        bpy.data.objects.remove(copy)
        bpy.data.armatures.remove(data)
        if action is not None:
            bpy.data.actions.remove(action)


def _t_pose() -> Motion:
    still = np.tile([1.0, 0.0, 0.0, 0.0], (1, BODY_JOINTS, 1))
    return Motion(still, np.zeros((1, 3)), 30.0, SMPL_BODY)


def _kept(armature: bpy.types.Object, mapping: BoneMapping) -> set[str]:
    """Mapped bones, what lies under them and above them; a control rig's own controls stay out."""
    bones = armature.data.bones
    mapped = {bone for listed in mapping.bones.values() for bone in listed}
    if any(name.startswith("ORG-") for name in mapped):
        return mapped
    out = set(mapped)
    for name in mapped:
        out |= {bone.name for bone in bones[name].parent_recursive}
        out |= {bone.name for bone in bones[name].children_recursive}
    return out


def _rest_matrices(rest: RestRig, turns: np.ndarray, heads: np.ndarray, names: list[str]) -> dict[str, Matrix]:
    """Armature-space matrices of the bones in T-pose; the body stands where the rest pose stands."""
    back = quaternion.conjugate(rest.body)
    heads = heads - np.array([heads[rest.index("Pelvis")][0], 0, heads[rest.index("Pelvis")][2]])
    heads = heads + (rest.at("Pelvis") * (1.0, 0.0, 1.0))
    soles = min(float(heads[rest.index(f"{side}_Ankle")][1]) for side in "LR")
    heads[:, 1] += min(rest.at("L_Ankle")[1], rest.at("R_Ankle")[1]) - soles
    out = {}
    for name in names:
        bone = rest.names.index(name)
        local = quaternion.multiply(quaternion.multiply(back, turns[bone]), rest.body)
        matrix = np.eye(4)
        matrix[:3, :3] = quaternion.to_matrix(quaternion.multiply(local, rest.turns[bone]))
        matrix[:3, 3] = quaternion.rotate(back, heads[bone]) / rest.metres
        out[name] = Matrix(matrix.tolist())
    return out


def _tree(rest: RestRig, names: list[str]) -> dict[str, str | None]:
    """Bone -> the nearest of the written bones that it hangs on, as a body's trunk carries it."""
    hangs = hangs_on(rest)
    out: dict[str, str | None] = {}
    for name in names:
        above = int(hangs[rest.names.index(name)])
        while above >= 0 and rest.names[above] not in names:
            above = int(hangs[above])
        out[name] = rest.names[above] if above >= 0 else None
    return out


def _unscaled(matrix: Matrix) -> Matrix:
    place, turn, _ = matrix.decompose()
    return Matrix.LocRotScale(place, turn, None)


def _skeleton(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    tree: dict[str, str | None],
    wanted: dict[str, Matrix],
    place: Matrix,
) -> bpy.types.Object:
    """A new armature of the bones of `tree` (bone -> parent) with the wanted rest matrices and world matrix `place`."""
    size = armature.matrix_world.median_scale / place.median_scale
    copy = bpy.data.objects.new(armature.name, bpy.data.armatures.new(armature.data.name))
    scene.collection.objects.link(copy)
    copy.matrix_world = place
    layer = bpy.context.view_layer
    before = layer.objects.active
    layer.objects.active = copy
    with bpy.context.temp_override(active_object=copy, object=copy):
        bpy.ops.object.mode_set(mode="EDIT")
        made = {}
        for name in tree:
            old = armature.data.bones[name]
            bone = copy.data.edit_bones.new(name)
            bone.head, bone.tail = (0, 0, 0), (0, old.length * size, 0)
            bone.matrix = wanted[name]
            made[name] = bone
        for name, above in tree.items():
            made[name].parent = made[above] if above is not None else None
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = before
    for bone in copy.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return copy


def _local_track(
    copy: bpy.types.Object, names: list[str], poses: np.ndarray, worlds: np.ndarray, scene: bpy.types.Scene
) -> Track:
    """basis = (P rest_p^-1 rest)^-1 M for each bone with pose M under the pose P of its parent."""
    rests = {name: np.array(copy.data.bones[name].matrix_local) for name in names}
    rotations, locations = {}, {}
    for number, name in enumerate(names):
        parent = copy.data.bones[name].parent
        frame = rests[name][None]
        if parent is not None:
            frame = poses[:, names.index(parent.name)] @ (np.linalg.inv(rests[parent.name]) @ rests[name])
        local = np.linalg.inv(frame) @ poses[:, number]
        turns = local[:, :3, :3] / np.linalg.norm(local[:, :3, :3], axis=1, keepdims=True)
        rotations[name] = quaternion.unroll(quaternion.from_matrix(turns))
        # A T-pose as rest keeps bones' lengths, so only what moves on its own has a location.
        if parent is None or np.abs(local[:, :3, 3]).max() > 1e-4 * copy.data.bones[name].length:
            locations[name] = local[:, :3, 3]
    moves = np.abs(worlds - worlds[0]).max() > 1e-7
    return Track(rotations, locations, keyframes.scene_rate(scene), worlds if moves else None)


def _animate(copy: bpy.types.Object, name: str, track: Track, frames: range) -> bpy.types.Action:
    """Keys on every frame, and the rest pose on the frame before the first."""
    channels = channels_of(copy, track)
    return keyframes.write_keys(copy, name, channels, [_with_rest(channel) for channel in channels], frames.start - 1)


def _with_rest(channel: Channel) -> Keys:
    first = channel.values[:1]
    if channel.group != OBJECT_GROUP:
        first = np.zeros_like(first) if channel.kind == "location" else np.array([[1.0, 0.0, 0.0, 0.0]])
    values = np.concatenate([first, channel.values])
    return Keys(np.arange(len(values)), values, np.zeros_like(values))


@contextlib.contextmanager
def _only(thing: bpy.types.Object) -> Iterator[None]:
    """Nothing but `thing` is selected and active."""
    chosen, active = list(bpy.context.selected_objects), bpy.context.view_layer.objects.active
    for other in chosen:
        other.select_set(False)
    thing.select_set(True)
    bpy.context.view_layer.objects.active = thing
    try:
        yield
    finally:
        for other in chosen:
            other.select_set(True)
        bpy.context.view_layer.objects.active = active


@contextlib.contextmanager
def _range(scene: bpy.types.Scene, frames: range) -> Iterator[None]:
    """The scene's range is the action's with the T-pose before it."""
    kept = scene.frame_start, scene.frame_end, scene.frame_current
    if frames.start < 1:
        raise RequestError("exports need the action to begin at frame 1 or later; move its keys on the timeline")
    scene.frame_start, scene.frame_end = frames.start - 1, frames.stop - 1
    try:
        yield
    finally:
        scene.frame_start, scene.frame_end = kept[:2]
        scene.frame_set(kept[2])


def _write_bvh(scene: bpy.types.Scene, path: Path, frames: range) -> None:
    bpy.ops.export_anim.bvh(
        filepath=str(path),
        frame_start=frames.start - 1,
        frame_end=frames.stop - 1,
        rotate_mode="ZXY",
        root_transform_only=False,
    )


def _write_fbx(scene: bpy.types.Scene, path: Path, frames: range) -> None:
    bpy.ops.export_scene.fbx(
        filepath=str(path),
        use_selection=True,
        object_types={"ARMATURE"},
        add_leaf_bones=False,
        bake_anim=True,
        bake_anim_use_all_actions=False,
        bake_anim_use_nla_strips=False,
        bake_anim_simplify_factor=0.0,
        bake_anim_force_startend_keying=True,
    )


def _write_gltf(scene: bpy.types.Scene, path: Path, frames: range) -> None:
    bpy.ops.export_scene.gltf(
        filepath=str(path),
        use_selection=True,
        export_format="GLB" if path.suffix.lower() == ".glb" else "GLTF_SEPARATE",
        export_animation_mode="ACTIVE_ACTIONS",
        export_optimize_animation_size=False,
        export_frame_range=True,
        export_rest_position_armature=True,
        export_anim_single_armature=False,  # else every action of the file would be mixed in
        export_def_bones=False,
    )


def _write_usd(scene: bpy.types.Scene, path: Path, frames: range) -> None:
    bpy.ops.wm.usd_export(
        filepath=str(path),
        selected_objects_only=True,
        export_animation=True,
        export_armatures=True,
        only_deform_bones=False,
    )


Writer = Callable[[bpy.types.Scene, Path, range], None]

WRITERS: dict[str, Writer] = {
    ".bvh": _write_bvh,
    ".fbx": _write_fbx,
    ".glb": _write_gltf,
    ".gltf": _write_gltf,
    ".usd": _write_usd,
    ".usdc": _write_usd,
    ".usda": _write_usd,
}

READERS: dict[str, Callable[[Path], object]] = {
    ".bvh": lambda path: bpy.ops.import_anim.bvh(filepath=str(path), use_fps_scale=False, update_scene_fps=False),
    ".fbx": lambda path: bpy.ops.import_scene.fbx(filepath=str(path), automatic_bone_orientation=False),
    ".glb": lambda path: bpy.ops.import_scene.gltf(filepath=str(path)),
    ".gltf": lambda path: bpy.ops.import_scene.gltf(filepath=str(path)),
    ".usd": lambda path: bpy.ops.wm.usd_import(filepath=str(path)),
    ".usdc": lambda path: bpy.ops.wm.usd_import(filepath=str(path)),
    ".usda": lambda path: bpy.ops.wm.usd_import(filepath=str(path)),
}
