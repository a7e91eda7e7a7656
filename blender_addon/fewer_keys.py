"""Key reduction of a track, checked on the rig's own skeleton on every frame."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from kinema.protocol import quaternion

from .channels import Channel, channels_of
from .reduction import Check, Reduced, reduce
from .rigs import rigify
from .rigs.base import Track
from .rigs.rest import RestRig
from .rigs.settings import RigSettings

CHAIN = 5.0
"""Controls of a control rig hang on helpers that are not worked out here; their own errors are taken times this, which
is how many of them stand between the root and a hand."""


def reduce_track(armature: bpy.types.Object, track: Track, rest: RestRig, settings: RigSettings) -> Reduced:
    """Keys for `channels_of(armature, track)`: each joint within the settings' millimetres and each bone's turn within
    their degrees of what one key a frame gives, on every frame."""
    channels = channels_of(armature, track)
    metres, radians = 1e-3 * settings.millimetres, float(np.radians(settings.degrees))
    reach = _reach(rest)
    tolerances = []
    for channel in channels:
        if channel.kind in ("location", "switch"):
            tolerances.append(0.6 * metres / rest.metres)
        else:
            lever = reach.get(channel.group, float(max(reach.values())))
            tolerances.append(min(0.6 * radians, 0.6 * metres / max(lever, 0.05)))
    direct = not rigify.generated(armature) and track.object_motion is None
    check = _on_skeleton(channels, rest) if direct else _by_sum(channels, rest, reach)
    return reduce(channels, tolerances, check, metres, radians)


def _reach(rest: RestRig) -> dict[str, float]:
    """Bone -> metres from its head to the farthest mapped joint under it."""
    joints = rest.joints()
    mapped = {rest.names.index(bone) for bones in rest.mapping.bones.values() for bone in bones}
    out = dict.fromkeys(rest.names, 0.0)
    for bone in mapped:
        tip = rest.metres * quaternion.rotate(rest.body, rest.tails[bone])
        above = bone
        while above >= 0:
            out[rest.names[above]] = max(out[rest.names[above]], float(np.linalg.norm(tip - joints[above])))
            above = int(rest.parents[above])
    return out


def forward(rest: RestRig, channels: Sequence[Channel], values: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Bones' turns (T, B, 4) from rest and heads (T, B, 3), armature's frame and unit, as Blender works them out."""
    basis: dict[str, np.ndarray] = {}
    moved: dict[str, np.ndarray] = {}
    for channel, value in zip(channels, values, strict=True):
        if channel.kind == "location":
            moved[channel.group] = value
        elif channel.kind != "switch":
            basis[channel.group] = channel.rotations(value)
    count = max(len(value) for value in values)
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (count, len(rest.names), 1))
    heads = np.empty((count, len(rest.names), 3))
    for bone, (name, parent) in enumerate(zip(rest.names, rest.parents, strict=True)):
        above = turns[:, parent] if parent >= 0 else np.tile([1.0, 0.0, 0.0, 0.0], (count, 1))
        m = rest.turns[bone]
        offset = moved.get(name, np.zeros((1, 3)))
        offset = quaternion.rotate(m, offset) if rest.local_location[bone] else offset
        place = rest.heads[bone] - (rest.heads[parent] if parent >= 0 else 0.0) + offset
        heads[:, bone] = quaternion.rotate(above, place) + (heads[:, parent] if parent >= 0 else 0.0)
        turns[:, bone] = above if rest.inherits[bone] else turns[:, bone]
        if name in basis:
            local = quaternion.multiply(quaternion.multiply(m, basis[name]), quaternion.conjugate(m))
            turns[:, bone] = quaternion.multiply(turns[:, bone], local)
    return turns, heads


def _on_skeleton(channels: Sequence[Channel], rest: RestRig) -> Check:
    """Errors of the joints and bones under each channel's bone, by forward kinematics."""
    turns, heads = forward(rest, channels, [channel.values for channel in channels])
    mapped = [rest.names.index(bone) for bones in rest.mapping.bones.values() for bone in bones]
    lengths = rest.tails[mapped] - rest.heads[mapped]
    under = []
    for channel in channels:
        top = rest.names.index(channel.group)
        family = {top}
        for bone, parent in enumerate(rest.parents):
            if int(parent) in family:
                family.add(bone)
        under.append([number for number, bone in enumerate(mapped) if bone in family] or list(range(len(mapped))))

    def tips(t: np.ndarray, h: np.ndarray) -> np.ndarray:
        return h[:, mapped] + quaternion.rotate(t[:, mapped], lengths)

    ends = tips(turns, heads)

    def check(values: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        t, h = forward(rest, channels, values)
        far = np.linalg.norm(np.stack([h[:, mapped] - heads[:, mapped], tips(t, h) - ends]), axis=-1).max(axis=(0, 1))
        turned = quaternion.angle_between(t[:, mapped], turns[:, mapped]).max(axis=0)
        return (
            rest.metres * np.array([far[numbers].max() for numbers in under]),
            np.array([turned[numbers].max() for numbers in under]),
        )

    return check


def _by_sum(channels: Sequence[Channel], rest: RestRig, reach: dict[str, float]) -> Check:
    """An upper bound for control rigs: each channel's own error times the length of the chain."""

    def check(values: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        far, turned = np.zeros(len(channels)), np.zeros(len(channels))
        for number, (channel, value) in enumerate(zip(channels, values, strict=True)):
            if channel.kind in ("location", "switch"):
                far[number] = 2.0 * rest.metres * np.linalg.norm(value - channel.values, axis=-1).max()
                continue
            angle = quaternion.angle_between(channel.rotations(value), channel.rotations(channel.values)).max()
            turned[number] = CHAIN * angle
            far[number] = CHAIN * angle * min(reach.get(channel.group) or rest.leg, rest.leg)
        return far, turned

    return check
