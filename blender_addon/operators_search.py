"""Search by words among the file's actions: gathered in small steps between redraws, ranked by the backend."""

from __future__ import annotations

import time
from collections.abc import Iterator

import bpy
import numpy as np
from bpy.props import StringProperty

from kinema.errors import KinemaError
from kinema.protocol import clips
from kinema.protocol.messages import Search
from kinema.protocol.motion import Motion

from . import action_motions, dispatch, edit_clips, found, keyframes, preferences
from .jobs import new_id
from .rigs import rig_of

STEP = 0.006
"""Seconds of the main thread that gathering takes at a time; one action may take longer."""

MOST_AT_ONCE = 100
"""Actions in one message: what it may carry is bounded."""

_gathering: Iterator[None] | None = None


class KINEMA_OT_search(bpy.types.Operator):
    bl_idname = "kinema.search"
    bl_label = "Search"
    bl_description = "Rank the file's actions by how well they fit the sentence"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not bpy.data.actions:
            cls.poll_message_set("The file has no action")
            return False
        if not context.scene.kinema_edit.search.strip():
            cls.poll_message_set("Describe what the character does first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        global _gathering
        text = context.scene.kinema_edit.search.strip()
        try:
            preferences.backend()
        except KinemaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        armature = edit_clips.character(context)
        _gathering = _gather(text, context.scene.name, armature.name if armature is not None else "")
        if bpy.app.background:
            for _ in _gathering:
                pass
        elif not bpy.app.timers.is_registered(_step):
            bpy.app.timers.register(_step, first_interval=0.0)
        return {"FINISHED"}


class KINEMA_OT_use_found(bpy.types.Operator):
    bl_idname = "kinema.use_found"
    bl_label = "Use Action"
    bl_description = "Give the action to the character; the one that it had stays in the file"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender wants a set here)

    action: StringProperty(name="Action", description="Name of the action")  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        action = bpy.data.actions.get(self.action)
        armature = edit_clips.character(context)
        if action is None or armature is None:
            wrong = (
                f"there is no action {self.action} any more; search again" if action is None else "select a character"
            )
            self.report({"ERROR"}, wrong)
            return {"CANCELLED"}
        keyframes.assign(armature, action)
        return {"FINISHED"}


def stop() -> None:
    """No gathering goes on."""
    global _gathering
    _gathering = None
    if bpy.app.timers.is_registered(_step):
        bpy.app.timers.unregister(_step)


def _step() -> float | None:
    end = time.perf_counter() + STEP
    while _gathering is not None and time.perf_counter() < end:
        if next(_gathering, StopIteration) is StopIteration:
            return None
    return 0.01 if _gathering is not None else None


def _gather(text: str, scene_name: str, armature_name: str) -> Iterator[None]:
    """Read one action after the other, then ask the backend."""
    motions: dict[str, Motion] = {}
    skipped: list[str] = []
    for name in [action.name for action in bpy.data.actions]:
        scene, armature = bpy.data.scenes.get(scene_name), bpy.data.objects.get(armature_name)
        if (action := bpy.data.actions.get(name)) is None or scene is None:
            continue
        try:
            motions[name] = action_motions.sought(action, armature, rig_of(armature), keyframes.scene_rate(scene))
        except KinemaError as error:
            skipped.append(str(error))
        yield
    number = found.begin(text, tuple(skipped))
    if not motions:
        dispatch.message = "No action of this file can be read as a motion of the character"
        dispatch.redraw()
        return
    names = list(motions)
    for first in range(0, len(names), MOST_AT_ONCE):
        _ask(text, {name: motions[name] for name in names[first : first + MOST_AT_ONCE]}, number)


def _ask(text: str, motions: dict[str, Motion], number: int) -> None:
    arrays: dict[str, np.ndarray] = {}
    for index, motion in enumerate(motions.values()):
        arrays |= clips.motion_arrays(f"{clips.CLIP}_{index}", motion)
    try:
        command, extra = preferences.backend()
        dispatch.begin(Search(new_id(), text, tuple(motions)), command, extra, {"search": number}, arrays)
    except KinemaError as error:
        dispatch.message = str(error)


CLASSES = (KINEMA_OT_search, KINEMA_OT_use_found)
