"""A motion into a file and out of it as .blend, video, images, FBX or glTF: what a batch asks of Blender.

Every file is made in the folder that the batch gives, looked at again once it is written, and renamed by the batch.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy

from kinema.errors import BackendError, KinemaError, RequestError
from kinema.protocol.motion import Motion

from . import axes, keyframes, placement, render, stage
from .rigs import RIGS

SIZE = (800, 450)


def faults(jobs: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """{"name", "message"} of each job whose object, camera, rig or placing is not there. Opens each file once."""
    found = []
    for blend in dict.fromkeys(job["blend"] for job in jobs):
        try:
            _open(blend)
            refused = ""
        except KinemaError as error:
            refused = str(error)
        for job in jobs:
            if job["blend"] != blend:
                continue
            try:
                if refused:
                    raise RequestError(refused)
                _placing(job, bpy.context.scene)
                _camera(job)
            except KinemaError as error:
                found.append({"name": job["name"], "message": str(error)})
    return found


def shoot(job: Mapping[str, Any], motion: Motion, folder: Path) -> None:
    """All outputs of a job, as `folder`/STEM.*, from the file that it names or on an empty stage.

    Raises RequestError or SkeletonError for a job that the file does not fit, BackendError for an output that did not
    become whole, RuntimeError and OSError from Blender and the system.
    """
    _open(job["blend"])
    scene = bpy.context.scene
    if not job["blend"]:
        scene.render.fps, scene.render.fps_base = max(1, round(motion.fps)), max(1, round(motion.fps)) / motion.fps
    placing = _placing(job, scene)
    name = " ".join(job["prompt"].split())[:48] or job["name"]
    placed = placement.place(motion, placing, name, _origin(job["origin"], placing))
    first, last = (round(frame) for frame in placed.action.frame_range)
    camera = _camera(job)
    wanted = {kind: folder / f"{job['stem']}.{kind}" for kind in job["outputs"]}
    pictured = scene
    if {"mp4", "frames"} & set(wanted):
        if camera is not None:
            scene.camera = camera
        pictured = scene if scene.camera is not None else _staged(scene, placed.armature, motion, first)
        if job["size"] or pictured is not scene:
            pictured.render.resolution_x, pictured.render.resolution_y = job["size"] or SIZE
            pictured.render.resolution_percentage = 100
    if path := wanted.get("fbx"):
        _export_fbx(path, placed.armature)
    if path := wanted.get("glb"):
        _export_glb(path, placed.armature)
    if path := wanted.get("mp4"):
        _video(pictured, path, first, last)
    if path := wanted.get("frames"):
        _frames(pictured, path, job["stem"], first, last)
    if path := wanted.get("blend"):
        # Last: to look at it again means to leave this file.
        _blend(path, placed.armature.name, placed.action.name, last - first + 1)


def _origin(origin: Mapping[str, Any], placing: placement.Placing) -> dict[str, Any]:
    """The batch's provenance with what the action's own buttons ask for: seed, sample, what placing changed."""
    edits = {"loop": placing.loop, "in_place": placing.in_place, "frames": placing.frames}
    return {"seed": origin.get("request", {}).get("seed", ""), "sample": 0, "edits": edits, **origin}


def _open(blend: str) -> None:
    if not blend:
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        return
    try:
        # No scripts: a file of somebody else's must not run code on a farm.
        bpy.ops.wm.open_mainfile(filepath=blend, load_ui=False, use_scripts=False)
    except RuntimeError as error:
        raise RequestError(f"{Path(blend).name} cannot be opened ({str(error).strip()}); save it again") from None


def _placing(job: Mapping[str, Any], scene: bpy.types.Scene) -> placement.Placing:
    """Raises RequestError when the object, the rig or a field of placing is not there."""
    target = job["object"]
    if target:
        _existing(target, "ARMATURE", "object")
    if job["rig"]:
        if job["rig"] not in RIGS:
            raise RequestError(f"there is no rig {job['rig']!r}; use one of {', '.join(RIGS)}")
        if "stem" in job:
            target = RIGS[job["rig"]].build(scene, "Kinema").name
    kinds = {entry.name: type(entry.default) for entry in dataclasses.fields(placement.Placing)}
    settings = {"start": scene.frame_start, **job["placing"]}
    for name, value in settings.items():
        if name not in kinds or name in ("scene", "target"):
            known = ", ".join(sorted(set(kinds) - {"scene", "target"}))
            raise RequestError(f"placing has no field {name[:40]!r}; it has {known}")
        if kinds[name] in (str, bool) and type(value) is not kinds[name]:
            raise RequestError(f"placing.{name} must be of type {kinds[name].__name__}, not {str(value)[:40]!r}")
        if kinds[name] in (int, float) and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise RequestError(f"placing.{name} must be a number, not {str(value)[:40]!r}")
    if settings.get("interpolation", "LINEAR") not in keyframes.INTERPOLATIONS:
        raise RequestError(f"placing.interpolation must be one of {', '.join(keyframes.INTERPOLATIONS)}")
    return placement.Placing(scene=scene.name, target=target, **settings)


def _camera(job: Mapping[str, Any]) -> bpy.types.Object | None:
    return _existing(job["camera"], "CAMERA", "camera") if job["camera"] else None


def _existing(name: str, kind: str, field: str) -> bpy.types.Object:
    found = bpy.data.objects.get(name)
    if found is None or found.type != kind:
        there = [thing.name for thing in bpy.data.objects if thing.type == kind]
        raise RequestError(
            f"there is no {field} {name!r} in the file; it has {', '.join(there[:8])}"
            if there
            else f"there is no {field} {name!r} in the file, nor any {kind.lower()}; leave {field} out or add one"
        )
    return found


def _staged(scene: bpy.types.Scene, armature: bpy.types.Object, motion: Motion, first: int) -> bpy.types.Scene:
    """A scene of its own for the pictures, with floor, light and camera: the file's own stays as it is."""
    made = bpy.data.scenes.new("Kinema Stage")
    made.render.fps, made.render.fps_base = scene.render.fps, scene.render.fps_base
    made.render.resolution_x, made.render.resolution_y = SIZE
    for thing in (armature, *armature.children_recursive):
        made.collection.objects.link(thing)
    stage.build(made, axes.vectors(motion.resample(keyframes.scene_rate(scene)).positions()), first)
    armature.hide_render = True
    return made


def _video(scene: bpy.types.Scene, path: Path, first: int, last: int) -> None:
    render.video(scene, path, first, last)
    clip = bpy.data.movieclips.load(str(path))
    try:
        if clip.frame_duration != last - first + 1:
            raise BackendError(f"{path.name} has {clip.frame_duration} frames of {last - first + 1}; make it again")
    finally:
        bpy.data.movieclips.remove(clip)


def _frames(scene: bpy.types.Scene, folder: Path, stem: str, first: int, last: int) -> None:
    """STEM_0001.png ... numbered as the scene's frames are."""
    folder.mkdir()
    settings = scene.render.image_settings
    if bpy.app.version >= (5, 0, 0):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode = "PNG", "RGB"
    scene.frame_start, scene.frame_end = first, last
    scene.render.filepath = str(folder / f"{stem}_####")
    bpy.ops.render.render(animation=True, scene=scene.name)
    for frame in range(first, last + 1):
        file = folder / f"{stem}_{frame:04d}.png"
        data = file.read_bytes() if file.is_file() else b""
        # A PNG ends with its IEND chunk.
        if not data.startswith(b"\x89PNG") or data[-8:-4] != b"IEND":
            raise BackendError(f"frame {frame} was not written whole; free space or make it again")


def _blend(path: Path, armature: str, action: str, frames: int) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=True)
    _open(str(path))
    made, character = bpy.data.actions.get(action), bpy.data.objects.get(armature)
    if made is None or character is None or round(made.frame_range[1] - made.frame_range[0]) + 1 != frames:
        raise BackendError(f"{path.name} does not hold its action; free space or make it again")


def _select(armature: bpy.types.Object) -> None:
    for thing in bpy.context.view_layer.objects:
        thing.select_set(False)
    for thing in (armature, *armature.children_recursive):
        thing.hide_select = False
        thing.select_set(True)
    bpy.context.view_layer.objects.active = armature


def _export_fbx(path: Path, armature: bpy.types.Object) -> None:
    _select(armature)
    bpy.ops.export_scene.fbx(
        filepath=str(path),
        use_selection=True,
        object_types={"ARMATURE", "MESH"},
        add_leaf_bones=False,
        bake_anim=True,
        bake_anim_use_all_actions=False,
        bake_anim_use_nla_strips=False,
    )
    if not path.is_file() or not path.read_bytes().startswith(b"Kaydara FBX Binary"):
        raise BackendError(f"{path.name} was not written whole; free space or make it again")


def _export_glb(path: Path, armature: bpy.types.Object) -> None:
    _select(armature)
    bpy.ops.export_scene.gltf(
        filepath=str(path), export_format="GLB", use_selection=True, export_animation_mode="ACTIVE_ACTIONS"
    )
    data = path.read_bytes() if path.is_file() else b""
    whole = len(data) >= 20 and data[:4] == b"glTF" and struct.unpack_from("<I", data, 8)[0] == len(data)
    if not whole or not json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]]).get("animations"):
        raise BackendError(f"{path.name} was not written whole with its animation; make it again")
