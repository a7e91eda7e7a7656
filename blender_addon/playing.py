"""A character played out of sight: as Blender evaluates it, one frame at a turn, and nothing of the user's is touched.

The frames are set in a scene of its own that holds the character alone, so what else stands in the user's scene costs
nothing, the user's frame and the pose on the screen stay, and what is hidden there is evaluated here. One frame is one
call that cannot be divided: 0.1 ms of the processor for Kinema's character, 3 ms for a generated Rigify; the first
one, in which Blender lays out what depends on what, 1 ms and 11 to 13 ms. Handlers of frame changes see this scene.

Half way, an undo step of the user's own may hold the scene: when Blender comes back to that step, or to a file that it
saved by itself then, the scene is removed again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import bpy
import numpy as np
from bpy.app.handlers import persistent

from kinema.errors import KinemaError, MotionError

from . import handlers, keyframes
from .steps import NEXT_TURN, Steps

_MARK = "kinema_scratch"
_COPIED = ("frame_map_old", "frame_map_new")
_AT_A_TIME = 10
"""Bones, and drivers, whose references are turned to the double in one step."""


@contextlib.contextmanager
def double_of(armature: bpy.types.Object, action: bpy.types.Action | None) -> Iterator[bpy.types.Object]:
    """The character once more, with a copy of the action, as both are now; nothing uses it, and it goes in the end.

    Its constraints and drivers still look at the character: see `turn_inwards`. What is said of the double inside
    is said of the character. Raises MotionError while the character edits a strip of the NLA.
    """
    data = armature.animation_data
    if data is not None and data.use_tweak_mode:
        raise MotionError(f"{armature.name} edits an NLA strip; leave it with Tab in the NLA Editor first")
    name, double = armature.name, armature.copy()
    own = double.name
    try:
        with _double(armature, action, double):
            yield double
    except KinemaError as error:
        raise type(error)(str(error).replace(own, name)) from None


@contextlib.contextmanager
def _double(armature: bpy.types.Object, action: bpy.types.Action | None, double: bpy.types.Object) -> Iterator[None]:
    double[_MARK] = True
    with keyframes.removed(bpy.data.objects, double):
        data = double.animation_data or double.animation_data_create()
        if action is None:
            data.action = None
            yield
            return
        copied, slot = keyframes.copy(armature, action, action.name)
        with keyframes.removed(bpy.data.actions, copied):
            data.action = copied
            if slot:
                data.action_slot = keyframes.slot_named(copied, slot)
            yield


def turn_inwards(double: bpy.types.Object, armature: bpy.types.Object) -> Steps[None]:
    """Let a double's constraints and drivers look at itself where they look at the character."""
    for number, holder in enumerate((double, *double.pose.bones)):
        if number % _AT_A_TIME == 0:
            yield None
        for constraint in holder.constraints:
            for owner in (constraint, *getattr(constraint, "targets", ())):
                for name in ("target", "pole_target"):
                    if getattr(owner, name, None) == armature:
                        setattr(owner, name, double)
    for number, driver in enumerate(double.animation_data.drivers):
        if number % _AT_A_TIME == 0:
            yield None
        for target in (target for variable in driver.driver.variables for target in variable.targets):
            if target.id == armature:
                target.id = double


@contextlib.contextmanager
def hidden_scene(scene: bpy.types.Scene, thing: bpy.types.Object) -> Iterator[bpy.types.Scene]:
    """A scene that counts time as the given one does and holds one object alone."""
    made = bpy.data.scenes.new("Kinema Scratch")
    made[_MARK] = True
    with keyframes.removed(bpy.data.scenes, made):
        for name in _COPIED:
            setattr(made.render, name, getattr(scene.render, name))
        made.render.fps, made.render.fps_base = scene.render.fps, scene.render.fps_base
        made.collection.objects.link(thing)
        yield made


def matrices_steps(
    hidden: bpy.types.Scene, thing: bpy.types.Object, names: Sequence[str], frames: Sequence[int]
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Bones' matrices (T, B, 4, 4) in the armature's frame and the object's in the world (T, 4, 4), evaluated in a
    `hidden_scene`."""
    poses = np.empty((len(frames), len(names), 4, 4))
    worlds = np.empty((len(frames), 4, 4))
    for number, frame in enumerate(frames):
        yield NEXT_TURN if number == 0 else None
        hidden.frame_set(frame)
        posed = thing.evaluated_get(hidden.view_layers[0].depsgraph)
        bones = posed.pose.bones
        poses[number] = [bones[name].matrix for name in names]
        worlds[number] = posed.matrix_world
    return poses, worlds


def double_steps(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    double: bpy.types.Object,
    names: Sequence[str],
    frames: Sequence[int],
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """`matrices_steps` of a character's double, which moves as its own constraints and drivers say."""
    yield from turn_inwards(double, armature)
    with hidden_scene(scene, double) as hidden:
        seen = yield from matrices_steps(hidden, double, names, frames)
    return seen


def place_at(scene: bpy.types.Scene, thing: bpy.types.Object, frame: int) -> np.ndarray:
    """(4, 4) an object's place in the world at a frame; nothing is evaluated anew where the scene is there."""
    if frame == scene.frame_current:
        return np.array(thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world)
    with hidden_scene(scene, thing) as hidden:
        hidden.frame_set(frame)
        return np.array(thing.evaluated_get(hidden.view_layers[0].depsgraph).matrix_world)


@persistent
def _sweep(*_: object) -> None:
    """What an undo step or a file brought back of work that ended."""
    for scene in [scene for scene in bpy.data.scenes if _MARK in scene]:
        for thing in [thing for thing in scene.collection.objects if _MARK in thing]:
            bpy.data.objects.remove(thing)
        if len(bpy.data.scenes) > 1:
            bpy.data.scenes.remove(scene)


_HANDLERS = tuple((name, _sweep) for name in ("undo_post", "redo_post", "load_post"))


def register() -> None:
    handlers.register(_HANDLERS)


def unregister() -> None:
    handlers.unregister(_HANDLERS)
