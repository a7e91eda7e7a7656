"""Key reduction of control rigs, checked by what Blender shows: their helpers and solvers are not worked out here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import bpy
import numpy as np

from kinema.protocol import quaternion

from . import keyframes, sampling
from .channels import channels_of
from .fewer_keys import reduce_track
from .reduction import Reduced, every
from .rigs.base import Track
from .rigs.rest import RestRig
from .rigs.settings import RigSettings

SCALES = (2.0, 1.0, 0.6, 0.35, 0.2, 0.1)
"""Shares of the bounds that the channels are reduced with, one after the other, until the bones are within them."""


def reduce_seen(
    scene: bpy.types.Scene, armature: bpy.types.Object, track: Track, rest: RestRig, settings: RigSettings
) -> Reduced:
    """Keys for `channels_of(armature, track)`: each joint and bone's tip within the settings' millimetres and each
    bone's turn within their degrees of what one key a frame gives, on every frame as Blender evaluates it."""
    channels = channels_of(armature, track)
    with _as_it_was(armature, track):
        wanted = _shown(scene, armature, track, rest, None)
        for scale in SCALES:
            bounds = replace(settings, millimetres=scale * settings.millimetres, degrees=scale * settings.degrees)
            keys = reduce_track(channels, rest, bounds).keys
            far, turned = _apart(wanted, _shown(scene, armature, track, rest, keys))
            if far <= settings.millimetres and turned <= settings.degrees:
                return Reduced(keys, far, turned)
    return Reduced([every(channel) for channel in channels], 0.0, 0.0)


Shown = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Heads and tips (T, B, 3) of bones in the world, millimetres, and their turns (T, B, 4)."""


def _shown(scene: bpy.types.Scene, armature: bpy.types.Object, track: Track, rest: RestRig, keys: list | None) -> Shown:
    names = sampling.mapped_names(rest)
    action = keyframes.write_pose(armature, "trial", track, 1.0, keys=keys)
    try:
        poses, worlds = sampling.matrices(scene, armature, names, list(range(1, len(track) + 1)))
    finally:
        bpy.data.actions.remove(action)
    full = worlds[:, None] @ poses
    lengths = np.array([[armature.data.bones[name].length] for name in names])
    turns = full[..., :3, :3] / np.linalg.norm(full[..., :3, :3], axis=-2, keepdims=True)
    size = 1000.0 * scene.unit_settings.scale_length
    heads, tips = full[..., :3, 3], full[..., :3, 3] + full[..., :3, 1] * lengths
    return size * heads, size * tips, quaternion.from_matrix(turns)


def _apart(first: Shown, second: Shown) -> tuple[float, float]:
    far = max(float(np.linalg.norm(a - b, axis=-1).max()) for a, b in zip(first[:2], second[:2], strict=True))
    return far, float(np.degrees(quaternion.angle_between(first[2], second[2]).max()))


@contextlib.contextmanager
def _as_it_was(armature: bpy.types.Object, track: Track) -> Iterator[None]:
    """Action, strips and pose of a character are afterwards what they were; meanwhile no strip plays."""
    data = armature.animation_data or armature.animation_data_create()
    action, slot, strips = data.action, getattr(data, "action_slot", None), data.use_nla
    kept = action is not None and action.use_fake_user
    bones = [armature.pose.bones[name] for name in {*track.rotations, *track.locations}]
    poses = [bone.matrix_basis.copy() for bone in bones]
    switches = {key: _value(armature, *key) for key in track.switches}
    data.use_nla = False
    try:
        yield
    finally:
        data.action, data.use_nla = action, strips
        if slot is not None:
            data.action_slot = slot
        if action is not None:
            action.use_fake_user = kept
        for bone, pose in zip(bones, poses, strict=True):
            bone.matrix_basis = pose
        for (name, key), value in switches.items():
            bone = armature.pose.bones[name]
            if key in bone:
                bone[key] = value
            else:
                setattr(bone, key, value)


def _value(armature: bpy.types.Object, name: str, key: str) -> object:
    bone = armature.pose.bones[name]
    return bone[key] if key in bone else getattr(bone, key)
