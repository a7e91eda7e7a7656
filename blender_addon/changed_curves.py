"""An edited motion onto the action that it came from: what it changed is keyed anew, all else stays as it was.

A channel is worked out twice, for the motion before and after. Frames where both agree are kept; on the others the
action's own value is turned (or moved) as the second is against the first, so what a Motion does not hold, a twist that
the rig alone has, goes on through the edit and the seams fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from kinema.errors import MotionError, SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion

from . import eulers, keyframes, placement, sampling, splicing, standing
from .channels import Channel, channels_in, sockets_of
from .rig_choice import settings_of
from .rigs import rigify
from .rigs.base import Rig, Track
from .rigs.limbs import spans
from .rigs.reading import rest_steps
from .rigs.retargeting import mapping_of
from .rigs.settings import RigSettings
from .rigs.transfer import to_rig
from .steps import Aside, Steps

SAME = 1e-6
"""Quaternions' components, and metres: less is what rounding leaves."""

_MOVED = 1e-5
_Curves = dict[tuple[str, int], bpy.types.FCurve]


@dataclass(frozen=True, eq=False)
class Change:
    """`values` (T, n) of a channel on every frame; `changed` (T,) where they are to be keyed."""

    channel: Channel
    values: np.ndarray
    changed: np.ndarray


def write_steps(
    armature: bpy.types.Object,
    rig: Rig,
    action: bpy.types.Action,
    clip: Motion,
    edited: Motion,
    first: int,
    interpolation: str = "LINEAR",
    slot: str = "",
) -> Steps[int]:
    """Change an action made for the armature, on whose frame `first` the clip begins. `slot`: identifier of the
    armature's slot in it, where the action is not the armature's own. Returns how many curves were changed.

    Raises MotionError when the two motions do not fit together, SkeletonError when the action animates controls that
    Kinema does not write.
    """
    if len(clip) != len(edited) or abs(clip.fps - edited.fps) > 1e-6:
        raise MotionError("the edited motion is of another length than the action; accept it as an action of its own")
    curves = keyframes.curves_for(armature, action, slot)
    settings = as_animated(armature, rig, action, curves)
    yield None
    rest = yield from rest_steps(armature, mapping_of(rig, armature), skin=False)
    owner = rig.owner(armature, settings)
    tracks = yield Aside(lambda: [rig.controls(to_rig(motion, rest), owner, settings) for motion in (clip, edited)])
    home = standing.home_of(armature)
    before, after = (placement.from_home(track, armature, home, "ACTION") for track in tracks)
    _check_switches(armature, before, keyframes.curves_for(armature, action, slot), first)
    sockets = sockets_of(armature, before)
    pairs = yield Aside(lambda: _pairs(channels_in(sockets, before), channels_in(sockets, after)))
    own = []
    for pair in pairs:
        yield None
        own.append(_own_values(armature, keyframes.curves_for(armature, action, slot), pair[0], first))
    changes = yield Aside(lambda: [_change(*pair, values=values) for pair, values in zip(pairs, own, strict=True)])
    for change in changes:
        for index in range(change.values.shape[1]):
            yield None
            _splice(armature, action, slot, change, index, (first, len(clip)), interpolation)
    return sum(change.values.shape[1] for change in changes)


def _splice(
    armature: bpy.types.Object,
    action: bpy.types.Action,
    slot: str,
    change: Change,
    index: int,
    span: tuple[int, int],
    interpolation: str,
) -> None:
    """One column of a change into its curve. `span`: first frame and number of frames of the clip."""
    first, count = span
    path = change.channel.path
    curve = keyframes.curve_of(armature, action, path, index, slot)
    if curve is None:
        new = keyframes.curve_maker(armature, action, slot)(path, index, change.channel.group)
        curve = _held(new, armature, (path, index), first, count)
    for start, stop in spans(change.changed):
        kept = (first, first + count - 1)
        splicing.splice(curve, first + int(start), change.values[start:stop, index], kept, interpolation)


def _pairs(before: list[Channel], after: list[Channel]) -> list[tuple[Channel, Channel, np.ndarray]]:
    """The channels that the edit changed, before and after it, and (T,) on which frames."""
    both = [(old, new, _differs(old, new)) for old, new in zip(before, after, strict=True) if old.kind != "switch"]
    return [pair for pair in both if pair[2].any()]


def _change(old: Channel, new: Channel, changed: np.ndarray, values: np.ndarray) -> Change:
    """The new values of a channel whose values in the action are `values` (T, n)."""
    return Change(old, _continued(old.kind, values, _carried(values, old, new), changed), changed)


def as_animated(armature: bpy.types.Object, rig: Rig, action: bpy.types.Action, curves: _Curves) -> RigSettings:
    """How the action moves the rig: what carries the way over the ground, and which limb controls are in use. Feet and
    hands are left as they are."""
    settings = replace(settings_of(armature), lock=0.0, clear_hands=False, flat_root=False, ground=0.0, reduce=False)
    root = mapping_of(rig, armature).first("Root") or ("root" if "root" in armature.pose.bones else None)
    carrier = "HIPS"
    if sampling.ORIGIN_KEY in action:
        carrier = "OBJECT"
    elif root is not None and _moves(curves, armature.pose.bones[root].path_from_id()):
        carrier = "ROOT"
    limbs = settings.limbs
    if rigify.generated(armature):
        holders = [f"{name}.{side}" for name in ("upper_arm_parent", "thigh_parent") for side in "LR"]
        paths = [f'{armature.pose.bones[holder].path_from_id()}["IK_FK"]' for holder in holders]
        shares = [_value(armature, curves, path, action) for path in paths]
        limbs = "IK" if max(shares) < 0.5 else "FK"
    return replace(settings, root_motion=carrier, limbs=limbs)


def _differs(old: Channel, new: Channel) -> np.ndarray:
    """(T,) whether two values of a channel are not the same."""
    a, b = old.values, new.values
    if old.kind == "location":
        return np.asarray(np.abs(a - b).max(axis=1) > SAME)
    p, q = old.rotations(a), new.rotations(b)
    return np.minimum(np.abs(p - q).max(axis=1), np.abs(p + q).max(axis=1)) > SAME


def _own_values(armature: bpy.types.Object, curves: _Curves, channel: Channel, first: int) -> np.ndarray:
    """(T, n) what the action has now; where it has no curve, what the property has."""
    frames = first + np.arange(len(channel.values))
    present = np.array(armature.path_resolve(channel.path), dtype=np.float64).reshape(-1)
    columns = []
    for index in range(channel.values.shape[1]):
        curve = curves.get((channel.path, index))
        columns.append(splicing.evaluate(curve, frames) if curve is not None else np.full(len(frames), present[index]))
    return np.stack(columns, axis=1)


def _carried(own: np.ndarray, old: Channel, new: Channel) -> np.ndarray:
    """Locations (T, 3) or rotations wxyz (T, 4): own . old^-1 . new."""
    if old.kind == "location":
        return own + new.values - old.values
    turn = quaternion.multiply(quaternion.conjugate(old.rotations(old.values)), new.rotations(new.values))
    return quaternion.multiply(old.rotations(own), turn)


def _continued(kind: str, own: np.ndarray, values: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """The channel's own numbers (T, n) in the changed frames, each stretch going on from the key before it."""
    if kind == "location":
        return values
    out = own.copy()
    for start, stop in spans(changed):
        begin = own[max(int(start) - 1, 0)]
        out[start:stop] = _numbers(kind, values[start:stop], begin)
    return out


def _numbers(kind: str, q: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """wxyz (T, 4) in a channel of this kind, going on from its numbers `begin` (n,)."""
    if kind in eulers.ORDERS:
        return eulers.from_quaternion(kind, q, begin)
    if kind == "quaternion":
        return quaternion.unroll(np.concatenate([quaternion.normalize(begin[None]), q]))[1:]
    vector = quaternion.to_rotation_vector(q)
    angle = np.linalg.norm(vector, axis=-1, keepdims=True)
    axis = np.where(angle > 1e-9, vector / np.maximum(angle, 1e-9), np.array([0.0, 1.0, 0.0]))
    return np.concatenate([angle, axis], axis=-1)


def _held(
    curve: bpy.types.FCurve, armature: bpy.types.Object, key: tuple[str, int], first: int, count: int
) -> bpy.types.FCurve:
    """A new curve that holds what the property has now, over the whole clip."""
    present = np.array(armature.path_resolve(key[0]), dtype=np.float64).reshape(-1)[key[1]]
    splicing.write(curve, splicing.plain(np.array([first, first + max(count - 1, 1)]), np.full(2, present)))
    return curve


def _moves(curves: _Curves, prefix: str) -> bool:
    """Whether a curve of a bone's place or turn changes its value."""
    for (path, _), curve in curves.items():
        if path.startswith(prefix + ".") and len(curve.keyframe_points) > 1:
            values = splicing.read(curve).points["co"][:, 1]
            if np.ptp(values) > _MOVED:
                return True
    return False


def _value(armature: bpy.types.Object, curves: _Curves, path: str, action: bpy.types.Action) -> float:
    """A property as the action has it at its beginning."""
    curve = curves.get((path, 0))
    return float(curve.evaluate(action.frame_range[0]) if curve is not None else armature.path_resolve(path))


def _check_switches(armature: bpy.types.Object, track: Track, curves: _Curves, first: int) -> None:
    for (bone, name), wanted in track.switches.items():
        if name not in armature.pose.bones[bone]:
            continue  # a bone's own setting, such as its stretch, moves a limb by a degree or two
        path = f'{armature.pose.bones[bone].path_from_id()}["{bpy.utils.escape_identifier(name)}"]'
        curve = curves.get((path, 0))
        has = float(curve.evaluate(first) if curve is not None else armature.path_resolve(path))
        if abs(has - wanted) > 0.01:
            raise SkeletonError(
                f"{name} of {bone} is {has:g} in this action and Kinema writes controls for {wanted:g}; set it so and "
                "key the pose again, or accept the take on another character"
            )
