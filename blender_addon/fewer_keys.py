"""Key reduction of a track, checked on the rig's own skeleton on every frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinema.protocol import quaternion

from .channels import OBJECT_GROUP, Channel
from .reduction import Check, Checked, Reduced, local_error, reduce
from .rigs import rigify
from .rigs.rest import RestRig
from .rigs.settings import RigSettings

START = 1.5
"""Channels begin with this share of the bounds each, and are tightened where they come together."""

CHAIN = 5.0
"""Controls of a control rig hang on helpers that are not worked out here; their own errors are taken times this, which
is how many of them stand between the root and a hand."""


def reduce_track(channels: Sequence[Channel], rest: RestRig, settings: RigSettings) -> Reduced:
    """Keys for a track's channels: each joint within the settings' millimetres and each bone's turn within their
    degrees of what one key a frame gives, on every frame. Touches nothing of Blender's."""
    metres, radians = 1e-3 * settings.millimetres, float(np.radians(settings.degrees))
    reach = _reach(rest)
    tolerances = []
    for channel in channels:
        if channel.kind in ("location", "switch"):
            tolerances.append(START * metres / rest.metres)
        else:
            lever = reach.get(channel.group, float(max(reach.values())))
            tolerances.append(min(START * radians, START * metres / max(lever, 0.05)))
    moved = any(channel.group == OBJECT_GROUP for channel in channels)
    direct = not rigify.has_controls(rest.names) and not moved
    check = _on_skeleton if direct else _by_sum
    return reduce(channels, tolerances, check(channels, rest, metres, radians))


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


def _on_skeleton(channels: Sequence[Channel], rest: RestRig, metres: float, radians: float) -> Check:
    """Errors of all mapped joints, bones' tips and turns by forward kinematics. Blamed are the channels above a joint
    that is beyond the bounds whose own error, times the distance to it, is at least half of the greatest."""
    turns, heads = forward(rest, channels, [channel.values for channel in channels])
    mapped = [rest.names.index(bone) for bones in rest.mapping.bones.values() for bone in bones]
    lengths = rest.tails[mapped] - rest.heads[mapped]
    places = rest.joints()[mapped]
    above = np.zeros((len(channels), len(mapped)))
    lever = np.zeros((len(channels), len(mapped)))
    for number, channel in enumerate(channels):
        top = rest.names.index(channel.group)
        family = {top}
        for bone, parent in enumerate(rest.parents):
            if int(parent) in family:
                family.add(bone)
        above[number] = [bone in family for bone in mapped]
        away = np.linalg.norm(places - rest.joints()[top], axis=-1) + rest.metres * np.linalg.norm(lengths, axis=-1)
        lever[number] = above[number] * (rest.metres if channel.kind == "location" else away)
        if channel.kind == "location":
            above[number] = 0.0

    def tips(t: np.ndarray, h: np.ndarray) -> np.ndarray:
        return h[:, mapped] + quaternion.rotate(t[:, mapped], lengths)

    ends = tips(turns, heads)

    def check(values: list[np.ndarray]) -> Checked:
        t, h = forward(rest, channels, values)
        far = np.linalg.norm(np.stack([h[:, mapped] - heads[:, mapped], tips(t, h) - ends]), axis=-1).max(axis=0)
        far = rest.metres * far
        turned = quaternion.angle_between(t[:, mapped], turns[:, mapped])
        own = np.stack([_error_of(channel, value, len(far)) for channel, value in zip(channels, values, strict=True)])
        blame = np.zeros(own.shape, dtype=bool)
        for bad, weights in ((far > metres, lever), (turned > radians, above)):
            share = own[:, :, None] * weights[:, None]
            blame |= np.any(bad & (share >= 0.5 * share.max(axis=0)) & (share > 0.0), axis=2)
        return Checked(float(far.max()), float(turned.max()), blame)

    return check


def _error_of(channel: Channel, values: np.ndarray, count: int) -> np.ndarray:
    return np.broadcast_to(local_error(channel, channel.values, values), (count,))


def _by_sum(channels: Sequence[Channel], rest: RestRig, metres: float, radians: float) -> Check:
    """A guess for control rigs: each channel's own error times the length of the chain. Solvers may make more of it,
    see seen_keys.py."""
    reach = _reach(rest)

    def check(values: list[np.ndarray]) -> Checked:
        count = max(len(channel.values) for channel in channels)
        far, turned = np.zeros((len(channels), count)), np.zeros((len(channels), count))
        for number, (channel, value) in enumerate(zip(channels, values, strict=True)):
            own = _error_of(channel, value, count)
            if channel.kind in ("location", "switch"):
                far[number] = 2.0 * rest.metres * own
            else:
                turned[number] = CHAIN * own
                far[number] = CHAIN * own * min(reach.get(channel.group) or rest.leg, rest.leg)
        return Checked(float(far.max()), float(turned.max()), (far > metres) | (turned > radians))

    return check
