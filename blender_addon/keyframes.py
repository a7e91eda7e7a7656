"""Values over time to Actions: the only file that touches Actions, slots and curves (keys within one: splicing.py).

Blender 4.2 and 4.3 keep curves in the action itself; from 4.4 they live in a channelbag of a slot, and 5.0 removed the
old way. Every call makes a new action: an action that existed before is never written to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import bpy
import numpy as np

from .channels import Channel, channels_of
from .reduction import Keys
from .rigs.base import Track
from .steps import Steps, finish

INTERPOLATIONS = ("LINEAR", "BEZIER", "CONSTANT")

MARKS_AT_A_TIME = 50

_NewCurve = Callable[[str, int, str], bpy.types.FCurve]


def write_pose(
    armature: bpy.types.Object,
    name: str,
    track: Track,
    start: float = 1.0,
    interpolation: str = "LINEAR",
    keys: Sequence[Keys] | None = None,
    loop: bool = False,
    assign: bool = True,
) -> bpy.types.Action:
    """A new action with one key a frame from `start` on, given to the armature. The track must be at the scene's rate.

    Bones keep their rotation mode, Euler or quaternion. `keys`, one for each of `channels_of(armature, track)`, are
    written in place of one key a frame. The action that the armature had stays as it was; it gets a fake user where it
    would otherwise be lost on saving. With `loop` the curves repeat after the last key, locations going on from where
    they ended. Without `assign` nothing uses the action yet (nla.deliver brings it to the character).
    """
    action = finish(pose_steps(armature.name, name, channels_of(armature, track), start, interpolation, keys, loop))
    action.use_fake_user = True
    if assign:
        _give(armature, action)
    return action


def pose_steps(
    owner: str,
    name: str,
    channels: Sequence[Channel],
    start: float = 1.0,
    interpolation: str = "LINEAR",
    keys: Sequence[Keys] | None = None,
    loop: bool = False,
) -> Steps[bpy.types.Action]:
    """A new action as `write_pose` makes one, which nothing uses: no file is saved with it until something does.

    `owner`: name of the object that it is for.
    """
    action = bpy.data.actions.new(name)
    with taken_back(bpy.data.actions, action):
        _first_slot(action, owner)
        for number, channel in enumerate(channels):
            yield None
            new_curve = _first_maker(action)
            if keys is not None:
                curves = _write_keys(new_curve, channel, keys[number], start)
            else:
                frames = start + np.arange(len(channel.values))
                curves = _write(new_curve, channel.path, channel.group, frames, channel.values, interpolation)
            if loop and channel.kind != "switch":
                _repeat(curves, "REPEAT_OFFSET" if channel.kind == "location" else "REPEAT")
    return action


@contextlib.contextmanager
def removed(collection: Any, made: bpy.types.ID) -> Iterator[None]:
    """What was made is removed in the end, however the work on it ends."""
    try:
        yield
    finally:
        with contextlib.suppress(ReferenceError, RuntimeError):
            collection.remove(made)


@contextlib.contextmanager
def taken_back(collection: Any, *made: bpy.types.ID) -> Iterator[None]:
    """What was made is removed again when the work on it fails or is given up."""
    try:
        yield
    except BaseException:  # also the end of a generator that nobody goes on with
        for thing in made:
            with contextlib.suppress(ReferenceError, RuntimeError):
                collection.remove(thing)
        raise


def write_keys(
    target: bpy.types.Object, name: str, channels: Sequence[Channel], keys: Sequence[Keys], start: float
) -> bpy.types.Action:
    """A new action with the given keys for each channel."""
    action = finish(pose_steps(target.name, name, channels, start, keys=keys))
    action.use_fake_user = True
    _give(target, action)
    return action


def count_keys(action: bpy.types.Action) -> tuple[int, int]:
    """Curves and keys of an action, in whichever way this Blender keeps them."""
    curves = list(curves_of(action))
    return len(curves), sum(len(curve.keyframe_points) for curve in curves)


def curves_of(action: bpy.types.Action) -> Iterator[bpy.types.FCurve]:
    """Every curve of an action."""
    if not hasattr(action, "layers"):
        yield from action.fcurves
        return
    for layer in action.layers:
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield from bag.fcurves


def curves_for(
    target: bpy.types.ID, action: bpy.types.Action, slot: str = ""
) -> dict[tuple[str, int], bpy.types.FCurve]:
    """(data path, index) -> curve, of those that move the target where the action has several slots; `slot`: the
    identifier of its own where the target does not have the action."""
    curves = _curves(target, action, slot)
    return {(curve.data_path, curve.array_index): curve for curve in curves}


def curve_of(
    target: bpy.types.ID, action: bpy.types.Action, path: str, index: int, slot: str = ""
) -> bpy.types.FCurve | None:
    """One of `curves_for`, or None."""
    curves = _curves(target, action, slot)
    return curves.find(path, index=index) if len(curves) else None


def _curves(target: bpy.types.ID, action: bpy.types.Action, slot: str) -> Any:
    if not hasattr(action, "layers"):
        return action.fcurves
    bag = _bag(target, action, slot)
    return () if bag is None else bag.fcurves


def curve_maker(target: bpy.types.ID, action: bpy.types.Action, slot: str = "") -> _NewCurve:
    """(data path, index, group) -> a new curve for the target in an action made for it; `slot`: see `curves_for`."""
    if not hasattr(action, "layers"):
        return lambda path, index, group: action.fcurves.new(path, index=index, action_group=group)
    bag = _bag(target, action, slot)
    assert bag is not None
    return _in_bag(bag)


def copy(target: bpy.types.Object, action: bpy.types.Action, name: str) -> tuple[bpy.types.Action, str]:
    """A copy of an action that the target has or could have, which nothing uses, and the identifier of its slot for the
    target ("" before Blender 4.4)."""
    slot = slot_for(target, action)
    made = action.copy()
    made.name, made.use_fake_user = name, False
    return made, slot.identifier if slot is not None else ""


def slot_for(target: bpy.types.ID, action: bpy.types.Action) -> Any:
    """The slot of an action that moves the target, its first one where it is not the target's; None before 4.4."""
    if not hasattr(action, "slots"):
        return None
    data = target.animation_data
    if data is not None and data.action == action and data.action_slot is not None:
        return data.action_slot
    return action.slots[0] if action.slots else None


def slot_named(action: bpy.types.Action, identifier: str) -> Any:
    """The slot with that identifier, or None."""
    return next((slot for slot in getattr(action, "slots", ()) if slot.identifier == identifier), None)


def assign(target: bpy.types.Object, action: bpy.types.Action) -> None:
    """Give an action that exists to the target; the one that it had stays in the file."""
    data = target.animation_data or target.animation_data_create()
    if data.action is not None and data.action != action:
        data.action.use_fake_user = True
    slot = slot_for(target, action)
    data.action = action
    if slot is not None:
        data.action_slot = slot


def close_loop(target: bpy.types.ID, action: bpy.types.Action) -> None:
    """Let the curves of a motion that ends as it begins repeat, locations going on from where they ended."""
    for (path, _), curve in curves_for(target, action).items():
        if len(curve.keyframe_points) > 1 and not any(modifier.type == "CYCLES" for modifier in curve.modifiers):
            _repeat([curve], "REPEAT_OFFSET" if path.endswith("location") else "REPEAT")


def repeats(action: bpy.types.Action) -> bool:
    """Whether its curves go on again after their last key."""
    return any(modifier.type == "CYCLES" for curve in curves_of(action) for modifier in curve.modifiers)


def mark(action: bpy.types.Action, marks: Sequence[tuple[float, str]]) -> Steps[None]:
    """Pose markers of an action, which the dope sheet shows on its timeline: (frame, name)."""
    for number, (frame, name) in enumerate(marks):
        if number % MARKS_AT_A_TIME == 0:
            yield None
        action.pose_markers.new(name).frame = round(frame)


def write_locations(target: bpy.types.Object, name: str, locations: np.ndarray, start: float = 1.0) -> bpy.types.Action:
    """A new action that moves an object through `locations` (T, 3), one key a frame, given to the object."""
    action = bpy.data.actions.new(name)
    action.use_fake_user = True
    _first_slot(action, target.name)
    frames = start + np.arange(len(locations))
    _write(_first_maker(action), "location", "Object Transforms", frames, locations, "LINEAR")
    _give(target, action)
    return action


def scene_rate(scene: bpy.types.Scene) -> float:
    """Frames a second of the scene."""
    return scene.render.fps / scene.render.fps_base


def _first_slot(action: bpy.types.Action, owner: str) -> None:
    if hasattr(action, "slots"):
        slot = action.slots.new(id_type="OBJECT", name=owner)
        action.layers.new("Layer").strips.new(type="KEYFRAME").channelbag(slot, ensure=True)


def _first_maker(action: bpy.types.Action) -> _NewCurve:
    """Found anew for each channel: between two steps Blender may move what is no data-block."""
    if not hasattr(action, "slots"):
        return lambda path, index, group: action.fcurves.new(path, index=index, action_group=group)
    return _in_bag(action.layers[0].strips[0].channelbag(action.slots[0]))


def _give(target: bpy.types.Object, action: bpy.types.Action) -> None:
    """The action that the target had gets a fake user where it would be lost."""
    data = target.animation_data or target.animation_data_create()
    if data.action is not None and data.action.users == 1:
        data.action.use_fake_user = True
    data.action = action
    if hasattr(action, "slots"):
        data.action_slot = action.slots[0]


def _in_bag(bag: Any) -> _NewCurve:
    def new_curve(path: str, index: int, group: str) -> bpy.types.FCurve:
        curve = bag.fcurves.new(path, index=index)
        curve.group = bag.groups.get(group) or bag.groups.new(group)
        return curve

    return new_curve


def _bag(target: bpy.types.ID, action: bpy.types.Action, identifier: str = "") -> Any:
    """The channelbag of the target's slot, or of the one that is named; None where it has none."""
    slot = slot_named(action, identifier) if identifier else slot_for(target, action)
    bags = (strip.channelbag(slot) for layer in action.layers for strip in layer.strips) if slot is not None else ()
    return next((bag for bag in bags if bag is not None), None)


def _write(
    new_curve: _NewCurve, path: str, group: str, frames: np.ndarray, values: np.ndarray, interpolation: str
) -> list[bpy.types.FCurve]:
    """One curve for each column of `values` (T, n), keyed at `frames` (T,), in bulk."""
    keyframe = bpy.types.Keyframe.bl_rna.properties
    kind = keyframe["interpolation"].enum_items[interpolation].value
    handle = keyframe["handle_left_type"].enum_items["AUTO_CLAMPED"].value
    curves = []
    for index in range(values.shape[1]):
        curve = new_curve(path, index, group)
        curves.append(curve)
        curve.keyframe_points.add(len(frames))
        points = np.stack([frames, values[:, index]], axis=1).astype(np.float32)
        curve.keyframe_points.foreach_set("co", points.ravel())
        curve.keyframe_points.foreach_set("interpolation", np.full(len(frames), kind, dtype=np.int32))
        for side in ("handle_left_type", "handle_right_type"):
            curve.keyframe_points.foreach_set(side, np.full(len(frames), handle, dtype=np.int32))
        curve.update()
    return curves


def _write_keys(new_curve: _NewCurve, channel: Channel, keys: Keys, start: float) -> list[bpy.types.FCurve]:
    """Curves with keys and slopes as given; handles at thirds of the time between keys make cubic Hermite pieces."""
    items = bpy.types.Keyframe.bl_rna.properties
    bezier = items["interpolation"].enum_items["BEZIER"].value
    free = items["handle_left_type"].enum_items["ALIGNED"].value
    frames = start + keys.at.astype(np.float64)
    before = np.diff(frames, prepend=frames[0] - 3.0) / 3.0
    after = np.diff(frames, append=frames[-1] + 3.0) / 3.0
    count = len(frames)
    curves = []
    for index in range(channel.values.shape[1]):
        curve = new_curve(channel.path, index, channel.group)
        curves.append(curve)
        curve.keyframe_points.add(count)
        values, slopes = keys.values[:, index], keys.slopes[:, index]
        points = curve.keyframe_points
        points.foreach_set("co", _interleaved(frames, values))
        points.foreach_set("interpolation", np.full(count, bezier, dtype=np.int32))
        for side in ("handle_left_type", "handle_right_type"):
            points.foreach_set(side, np.full(count, free, dtype=np.int32))
        points.foreach_set("handle_left", _interleaved(frames - before, values - slopes * before))
        points.foreach_set("handle_right", _interleaved(frames + after, values + slopes * after))
    return curves


def _interleaved(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([x, y], axis=1).astype(np.float32).ravel()


def _repeat(curves: list[bpy.types.FCurve], mode: str) -> None:
    for curve in curves:
        cycles = curve.modifiers.new("CYCLES")
        cycles.mode_before, cycles.mode_after = "NONE", mode
