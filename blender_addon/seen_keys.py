"""Key reduction of control rigs, checked by what Blender shows: their helpers and solvers are not worked out here."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from kinema.protocol import quaternion

from . import keyframes, playing, sampling
from .channels import Channel, channels_of
from .fewer_keys import reduce_track
from .reduction import Keys, Reduced, every
from .rigs.base import Track
from .rigs.rest import RestRig
from .rigs.settings import RigSettings
from .steps import Aside, Steps

SCALES = (2.0, 1.0, 0.6, 0.35, 0.2, 0.1)
"""Shares of the bounds that the channels are reduced with, one after the other, until the bones are within them."""


def reduce_steps(
    scene: bpy.types.Scene, armature: bpy.types.Object, track: Track, rest: RestRig, settings: RigSettings
) -> Steps[Reduced]:
    """Keys for `channels_of(armature, track)`: each joint and bone's tip within the settings' millimetres and each
    bone's turn within their degrees of what one key a frame gives, on every frame as Blender evaluates it.

    A double of the character plays them out of sight; the arithmetic is done aside.
    """
    channels = channels_of(armature, track)
    with playing.double_of(armature, None) as double:
        double.animation_data.use_nla = False
        yield from playing.turn_inwards(double, armature)
        with playing.hidden_scene(scene, double) as hidden:
            wanted = yield from _shown(hidden, double, channels, rest, None)
            for scale in SCALES:
                bounds = replace(settings, millimetres=scale * settings.millimetres, degrees=scale * settings.degrees)
                reduced = yield Aside(lambda bounds=bounds: reduce_track(channels, rest, bounds))
                shown = yield from _shown(hidden, double, channels, rest, reduced.keys)
                far, turned = yield Aside(lambda shown=shown: _apart(wanted, shown))
                if far <= settings.millimetres and turned <= settings.degrees:
                    return Reduced(reduced.keys, far, turned)
    return Reduced([every(channel) for channel in channels], 0.0, 0.0)


Shown = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Heads and tips (T, B, 3) of bones in the world, millimetres, and their turns (T, B, 4)."""


def _shown(
    hidden: bpy.types.Scene, double: bpy.types.Object, channels: list[Channel], rest: RestRig, keys: list[Keys] | None
) -> Steps[Shown]:
    names = sampling.mapped_names(rest)
    lengths = np.array([[double.data.bones[name].length] for name in names])
    frames = range(1, 1 + max(len(channel.values) for channel in channels))
    action = yield from keyframes.pose_steps(double.name, "trial", channels, keys=keys)
    with keyframes.removed(bpy.data.actions, action):
        keyframes.assign(double, action)
        poses, worlds = yield from playing.matrices_steps(hidden, double, names, frames)
    size = 1000.0 * bpy.context.scene.unit_settings.scale_length
    shown: Shown = yield Aside(lambda: _in_world(poses, worlds, lengths, size))
    return shown


def _in_world(poses: np.ndarray, worlds: np.ndarray, lengths: np.ndarray, size: float) -> Shown:
    full = worlds[:, None] @ poses
    turns = full[..., :3, :3] / np.linalg.norm(full[..., :3, :3], axis=-2, keepdims=True)
    heads, tips = full[..., :3, 3], full[..., :3, 3] + full[..., :3, 1] * lengths
    return size * heads, size * tips, quaternion.from_matrix(turns)


def _apart(first: Shown, second: Shown) -> tuple[float, float]:
    far = max(float(np.linalg.norm(a - b, axis=-1).max()) for a, b in zip(first[:2], second[:2], strict=True))
    return far, float(np.degrees(quaternion.angle_between(first[2], second[2]).max()))
