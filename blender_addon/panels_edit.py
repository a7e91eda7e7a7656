"""Sidebar: change a part of a motion, fill in between poses, follow a path, and change it as a whole."""

from __future__ import annotations

import bpy

from kinema.protocol.messages import PARTS

from . import edit_clips
from .edit_properties import JOINTS
from .operators_edit import TRANSFORMS
from .panels import Sidebar, draw_reading
from .takes import Take, review

ARM_PARTS, LEG_PARTS = PARTS[2:4], PARTS[4:]


class KINEMA_PT_edit(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_edit"
    bl_label = "Edit"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema_edit
        layout.row().prop(settings, "source", expand=True)
        name = source_name(context)
        layout.label(text=name or "Select a character with an action", icon="ACTION", translate=not name)
        layout.prop(settings, "prompt", text="", icon="GREASEPENCIL", placeholder="What the character does")
        draw_parts(layout, settings)
        draw_span(layout, context)
        row = layout.row(align=True)
        row.scale_y = 1.4
        if not draw_reading(row):
            row.operator("kinema.change", icon="MOD_MASK")


class _Child(Sidebar):
    bl_parent_id = "KINEMA_PT_edit"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)


class KINEMA_PT_fill(_Child, bpy.types.Panel):
    bl_idname = "KINEMA_PT_fill"
    bl_label = "In Between"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.prop(context.scene.kinema_edit, "keys_from")
        layout.operator("kinema.fill", icon="KEYFRAME_HLT")


class KINEMA_PT_path(_Child, bpy.types.Panel):
    bl_idname = "KINEMA_PT_path"
    bl_label = "Path and Goals"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema_edit
        layout.row().prop(settings, "apply_to", expand=True)
        layout.row().prop(settings, "path_from", expand=True)
        if settings.path_from == "CURVE":
            layout.prop(settings, "path")
            row = layout.row(align=True)
            row.prop(settings, "speed", text="")
            sub = row.row(align=True)
            sub.active = settings.speed == "SECONDS"
            sub.prop(settings, "seconds")
        else:
            _draw_list(layout, settings, "waypoint", "KINEMA_UL_waypoints")
        layout.label(text="Goals")
        chosen = _draw_list(layout, settings, "goal", "KINEMA_UL_goals")
        if chosen is not None:
            layout.prop(chosen, "joint", text="")
        row = layout.row()
        row.enabled = _leads(settings)
        row.operator("kinema.follow_path", icon="CURVE_PATH")


def _leads(settings: bpy.types.PropertyGroup) -> bool:
    """Whether the panel names anything to follow."""
    own = settings.path is not None if settings.path_from == "CURVE" else any(row.target for row in settings.waypoints)
    return own or any(row.target for row in settings.goals)


class KINEMA_PT_whole(_Child, bpy.types.Panel):
    bl_idname = "KINEMA_PT_whole"
    bl_label = "Whole Motion"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema_edit
        row = layout.row(align=True)
        for kind, label, _ in TRANSFORMS:
            if kind != "RETIME":
                row.operator("kinema.transform", text=label, icon=_ICONS[kind]).kind = kind
        row = layout.row(align=True)
        row.prop(settings, "retime")
        row.operator("kinema.transform", text="Retime", icon="TIME").kind = "RETIME"
        row = layout.row(align=True)
        row.prop(settings, "strength", slider=True)
        row.operator("kinema.vary", icon="MOD_NOISE")
        column = layout.column(align=True)
        row = column.row(align=True)
        row.prop(settings, "mix_with", text="")
        row.prop(settings, "mix_action" if settings.mix_with == "ACTION" else "mix_take", text="")
        row = column.row(align=True)
        row.prop(settings, "share", slider=True)
        mix = row.row()
        mix.enabled = settings.mix_action is not None if settings.mix_with == "ACTION" else bool(review.takes)
        mix.operator("kinema.mix", icon="SELECT_INTERSECT")


_ICONS = {"MIRROR": "MOD_MIRROR", "LOOP": "FILE_REFRESH", "IN_PLACE": "SNAP_FACE_CENTER"}


class KINEMA_UL_waypoints(bpy.types.UIList):
    bl_idname = "KINEMA_UL_waypoints"

    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property) -> None:
        row = layout.split(factor=0.6, align=True)
        _name_target(row, item)
        sub = row.row(align=True)
        sub.prop(item, "frame", text="")
        sub.prop(item, "heading", text="", icon="ORIENTATION_VIEW")


class KINEMA_UL_goals(bpy.types.UIList):
    bl_idname = "KINEMA_UL_goals"

    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property) -> None:
        row = layout.split(factor=0.4, align=True)
        row.label(text=next(label for name, label, _ in JOINTS if name == item.joint))
        sub = row.split(factor=0.5, align=True)
        _name_target(sub, item)
        sub.prop(item, "frame", text="")


def _name_target(layout: bpy.types.UILayout, item: bpy.types.PropertyGroup) -> None:
    if item.target is None:
        layout.label(text="No Object", icon="ERROR")
    else:
        layout.label(text=item.target.name, translate=False)


def source_name(context: bpy.types.Context) -> str:
    """What an edit would change now; "" where there is nothing."""
    if context.scene.kinema_edit.source == "TAKE":
        return review.take.title if review.take is not None else ""
    armature = edit_clips.character(context)
    data = armature.animation_data if armature is not None else None
    return f"{armature.name}: {data.action.name}" if data is not None and data.action is not None else ""


def draw_parts(layout: bpy.types.UILayout, owner: bpy.types.PropertyGroup) -> None:
    """Toggles as a body: head and torso, arms, legs, its left at the left."""
    column = layout.column(align=True)
    for pair in (PARTS[:2], ARM_PARTS, LEG_PARTS):
        row = column.row(align=True)
        for part in pair:
            row.prop(owner, f"part_{part}", toggle=True)


def draw_span(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Which frames may change."""
    settings = context.scene.kinema_edit
    layout.prop(settings, "span")
    if settings.span == "FIELDS":
        row = layout.row(align=True)
        row.prop(settings, "first")
        row.prop(settings, "last")


def error_lines(take: Take) -> list[str]:
    """What the backend measured of a take: distance from its path and goals, and its seams against its own motion."""
    told = take.result.done.settings.get("errors", ())
    errors = told[take.sample] if take.sample < len(told) else {}
    translate, lines = bpy.app.translations.pgettext_iface, []
    if path := errors.get("path"):
        at_most = translate("at most")
        lines.append(f"{translate('Path')}: {100 * path['mean']:.1f} cm, {at_most} {100 * path['worst']:.1f} cm")
    for number, metres in enumerate(errors.get("goals", ()), start=1):
        lines.append(f"{translate('Goal')} {number}: {100 * metres:.1f} cm")
    if seams := errors.get("seams"):
        own = translate("of the motion's own jumps")
        seam = translate("Seams")
        lines.append(f"{seam}: {100 * max(seams.values()):.0f} % {own}")
    return lines


def _draw_list(
    layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup, which: str, kind: str
) -> bpy.types.PropertyGroup | None:
    """A list of rows, its buttons, and the chosen row's object, for which a row has no room; that row, if any."""
    row = layout.row()
    row.template_list(kind, "", settings, f"{which}s", settings, which, rows=2)
    column = row.column(align=True)
    rows, at = getattr(settings, f"{which}s"), getattr(settings, which)
    for by, icon in ((1, "ADD"), (-1, "REMOVE")):
        own = column.row()
        own.enabled = by > 0 or len(rows) > 0
        button = own.operator("kinema.edit_row", text="", icon=icon)
        button.which, button.by = which, by
    if not 0 <= at < len(rows):
        return None
    layout.prop(rows[at], "target", text="")
    return rows[at]


CLASSES = (
    KINEMA_UL_waypoints,
    KINEMA_UL_goals,
    KINEMA_PT_edit,
    KINEMA_PT_fill,
    KINEMA_PT_path,
    KINEMA_PT_whole,
)
