"""What the buttons of the prompt strips do: add, remove, move, duplicate, generate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import bpy
from bpy.props import EnumProperty

from kinema.protocol.messages import PARTS

from . import edit_requests
from .edit_properties import KINEMA_Strip
from .keyframes import scene_rate
from .operators_edit import _Asks

CHANGES = (
    ("ADD", "Add", "A strip after the chosen one, as long as it"),
    ("REMOVE", "Remove", "Take the chosen strip away"),
    ("UP", "Move Up", "The chosen strip before the one above, in the list and in time"),
    ("DOWN", "Move Down", "The chosen strip after the one below, in the list and in time"),
    ("DUPLICATE", "Duplicate", "The chosen strip once more, right after it in time"),
)


class KINEMA_OT_strip(bpy.types.Operator):
    bl_idname = "kinema.strip"
    bl_label = "Change Strips"
    bl_description = "Add, remove, move or duplicate a prompt strip"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender wants a set here)

    change: EnumProperty(name="Change", description="What happens to the strips", items=CHANGES)  # type: ignore[valid-type]

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        return bpy.app.translations.pgettext_tip(next(row[2] for row in CHANGES if row[0] == properties.change))

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.kinema_edit
        at, count = settings.strip, len(settings.strips)
        if self.change == "ADD":
            _add(context, at)
        elif not 0 <= at < count:
            return {"CANCELLED"}
        elif self.change == "REMOVE":
            settings.strips.remove(at)
            settings.strip = max(0, min(at, count - 2))
        elif self.change == "DUPLICATE":
            _duplicate(context, at)
        else:
            other = at - 1 if self.change == "UP" else at + 1
            if not 0 <= other < count:
                return {"CANCELLED"}
            swap(settings.strips[min(at, other)], settings.strips[max(at, other)])
            settings.strips.move(at, other)
            settings.strip = other
        return {"FINISHED"}


class KINEMA_OT_generate_timeline(_Asks, bpy.types.Operator):
    bl_idname = "kinema.generate_timeline"
    bl_label = "Generate Timeline"
    bl_description = "Make one continuous motion of all strips, of any length; strips of single body parts may overlap"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not len(context.scene.kinema_edit.strips):
            cls.poll_message_set("Add a strip first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.queue(lambda: edit_requests.timeline(context))


def swap(first: KINEMA_Strip, second: KINEMA_Strip) -> None:
    """Two strips change places in time: the second begins where the first did, the first ends where the second did."""
    long, late = second.end - second.start, first.end - first.start
    begin, end = first.start, second.end
    second.start, second.end = begin, begin + long
    first.start, first.end = end - late, end


def put_back(context: bpy.types.Context, strips: Sequence[Mapping[str, Any]]) -> None:
    """The strips of a request that was made before, from the current frame on, in place of those in the panel."""
    settings, rate = context.scene.kinema_edit, scene_rate(context.scene)
    settings.strips.clear()
    settings.strip = 0
    for strip in strips:
        row = settings.strips.add()
        row.prompt, row.style = str(strip.get("prompt", "")), str(strip.get("style", ""))
        row.start, row.end = (
            context.scene.frame_current + round(float(strip[edge]) * rate) for edge in ("start", "end")
        )
        for part in strip.get("body_parts", ()):
            setattr(row, f"part_{part}", True)


def _add(context: bpy.types.Context, at: int) -> None:
    scene, settings = context.scene, context.scene.kinema_edit
    before = settings.strips[at] if 0 <= at < len(settings.strips) else None
    length = before.end - before.start if before is not None else round(3.0 * scene_rate(scene))
    start = before.end if before is not None else scene.frame_current
    row = settings.strips.add()
    row.prompt = "" if before is not None else scene.kinema.prompt
    row.start, row.end = start, start + length
    _move_after(settings, at if before is not None else -1)


def _duplicate(context: bpy.types.Context, at: int) -> None:
    settings = context.scene.kinema_edit
    made = settings.strips.add()
    old = settings.strips[at]  # asked for again: adding may move what was held
    for name in ("prompt", "style", *(f"part_{part}" for part in PARTS)):
        setattr(made, name, getattr(old, name))
    made.start, made.end = old.end, 2 * old.end - old.start
    _move_after(settings, at)


def _move_after(settings: bpy.types.PropertyGroup, at: int) -> None:
    """The last row to the place after `at`, and chosen."""
    settings.strips.move(len(settings.strips) - 1, at + 1)
    settings.strip = at + 1


CLASSES = (KINEMA_OT_strip, KINEMA_OT_generate_timeline)
