"""What the buttons of the panel "Edit" do: each asks for takes; nothing in the file changes before Accept."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, IntProperty

from . import edit_clips, edit_requests
from .operators_asking import InTurns
from .takes import review

TRANSFORMS = (
    ("MIRROR", "Mirror", "Left becomes right"),
    ("RETIME", "Retime", "Faster or slower by the speed beside it; standing feet stay where they are"),
    ("LOOP", "Loop", "Cut out the cycle that repeats best and close its seam; the curves repeat after Accept"),
    ("IN_PLACE", "In Place", "Take the way over the ground out, as games want it"),
)


class _Asks(InTurns):
    """An operator that queues one request about the panel's source. Changes nothing in the file."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return needs_source(cls, context)


def needs_source(cls: type, context: bpy.types.Context) -> bool:
    """For `poll`: whether there is a motion to change."""
    if context.scene.kinema_edit.source == "TAKE":
        if review.take is None:
            cls.poll_message_set("Select a take in the review first")
        return review.take is not None
    armature = edit_clips.character(context)
    data = armature.animation_data if armature is not None else None
    if data is None or data.action is None:
        cls.poll_message_set("Select a character that has an action")
        return False
    return True


class KINEMA_OT_change(_Asks, bpy.types.Operator):
    bl_idname = "kinema.change"
    bl_label = "Change"
    bl_description = (
        "Make the span and the body parts anew as the prompt says, and keep all else. The keys that are kept stay as "
        "they are, bit for bit"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.queue(lambda: edit_requests.change(context))


class KINEMA_OT_fill(_Asks, bpy.types.Operator):
    bl_idname = "kinema.fill"
    bl_label = "Fill"
    bl_description = "Keep the selected poses and make everything between them"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.queue(lambda: edit_requests.fill(context))


class KINEMA_OT_follow_path(_Asks, bpy.types.Operator):
    bl_idname = "kinema.follow_path"
    bl_label = "Follow Path"
    bl_description = "Lead the character along the path, and its hands or feet to the goals"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.scene.kinema_edit.apply_to == "NEW" or needs_source(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.queue(lambda: edit_requests.follow(context))


class KINEMA_OT_transform(_Asks, bpy.types.Operator):
    bl_idname = "kinema.transform"
    bl_label = "Transform"
    bl_description = "Mirror, retime, loop, or take the way over the ground out"

    kind: EnumProperty(name="Kind", description="What is done to the motion", items=TRANSFORMS)  # type: ignore[valid-type]

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        text = next(entry[2] for entry in TRANSFORMS if entry[0] == properties.kind)
        return bpy.app.translations.pgettext_tip(text)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.queue(lambda: edit_requests.transform(context, self.kind))


class KINEMA_OT_vary(_Asks, bpy.types.Operator):
    bl_idname = "kinema.vary"
    bl_label = "Vary"
    bl_description = "Make takes near this motion, as far from it as the strength says"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.queue(lambda: edit_requests.vary(context))


class KINEMA_OT_mix(_Asks, bpy.types.Operator):
    bl_idname = "kinema.mix"
    bl_label = "Mix"
    bl_description = "Make a motion between this one and a second one"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self.queue(lambda: edit_requests.mix(context))


class KINEMA_OT_edit_row(bpy.types.Operator):
    bl_idname = "kinema.edit_row"
    bl_label = "Change List"
    bl_description = "Add a row, or take the chosen one away"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}  # noqa: RUF012 (Blender wants a set here)

    which: EnumProperty(  # type: ignore[valid-type]
        name="List",
        description="Which list",
        items=(("waypoint", "Waypoints", "Objects to pass"), ("goal", "Goals", "What is reached")),
    )
    by: IntProperty(
        name="By", description="1 adds a row for the active object, -1 takes the chosen one away", default=1
    )  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.kinema_edit
        rows = getattr(settings, f"{self.which}s")
        if self.by > 0:
            row = rows.add()
            active = context.active_object
            row.target = active if active is not None and active.type != "ARMATURE" else None
            row.frame = context.scene.frame_current
            setattr(settings, self.which, len(rows) - 1)
        elif len(rows):
            rows.remove(getattr(settings, self.which))
            setattr(settings, self.which, max(0, min(getattr(settings, self.which), len(rows) - 1)))
        return {"FINISHED"}


CLASSES = (
    KINEMA_OT_change,
    KINEMA_OT_fill,
    KINEMA_OT_follow_path,
    KINEMA_OT_transform,
    KINEMA_OT_vary,
    KINEMA_OT_mix,
    KINEMA_OT_edit_row,
)
