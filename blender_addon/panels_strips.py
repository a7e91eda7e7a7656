"""Sidebar: the row of prompt strips, and search by words."""

from __future__ import annotations

import bpy

from . import found
from .keyframes import scene_rate
from .panels import Sidebar, paragraph
from .panels_edit import draw_parts

SHOWN = 20
"""Actions that a search shows."""


class KINEMA_UL_strips(bpy.types.UIList):
    bl_idname = "KINEMA_UL_strips"

    def draw_item(self, _context, layout, _data, item, _icon, _active_data, _active_property) -> None:
        row = layout.split(factor=0.45, align=True)
        row.prop(item, "prompt", text="", emboss=False)
        sub = row.row(align=True)
        sub.prop(item, "start", text="")
        sub.prop(item, "end", text="")


_NEEDS = {"UP": -1, "DOWN": 1}
"""Where another strip must be for the chosen one to go there."""


class KINEMA_PT_strips(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_strips"
    bl_label = "Prompt Strips"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema_edit
        row = layout.row()
        row.template_list("KINEMA_UL_strips", "", settings, "strips", settings, "strip", rows=4)
        column = row.column(align=True)
        for change, icon in (
            ("ADD", "ADD"),
            ("REMOVE", "REMOVE"),
            ("UP", "TRIA_UP"),
            ("DOWN", "TRIA_DOWN"),
            ("DUPLICATE", "DUPLICATE"),
        ):
            button = column.row()
            button.enabled = change == "ADD" or 0 <= settings.strip + _NEEDS.get(change, 0) < len(settings.strips)
            button.operator("kinema.strip", text="", icon=icon).change = change
        if 0 <= settings.strip < len(settings.strips):
            chosen = settings.strips[settings.strip]
            layout.prop(chosen, "prompt", text="", icon="GREASEPENCIL", placeholder="What the character does")
            row = layout.row(align=True)
            row.prop(chosen, "start")
            row.prop(chosen, "end")
            layout.prop(chosen, "style", placeholder="As It Is")
            draw_parts(layout, chosen)
        if len(settings.strips):
            frames = max(row.end for row in settings.strips) - min(row.start for row in settings.strips)
            seconds = frames / scene_rate(context.scene)
            whole = bpy.app.translations.pgettext_iface("In all")
            layout.label(text=f"{whole} {seconds:.1f} s", icon="TIME", translate=False)
        layout.prop(settings, "strips_follow")
        row = layout.row()
        row.scale_y = 1.4
        row.operator("kinema.generate_timeline", icon="NLA")


class KINEMA_PT_search(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_search"
    bl_label = "Search Actions"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        row = layout.row(align=True)
        row.prop(context.scene.kinema_edit, "search", text="", icon="VIEWZOOM")
        row.operator("kinema.search", text="", icon="PLAY")
        result = found.last
        column = layout.column(align=True)
        for name, score in result.rows[:SHOWN]:
            row = column.row(align=True)
            there = name in bpy.data.actions
            row.enabled = there
            row.operator("kinema.use_found", text=name, icon="ACTION", translate=False).action = name
            sub = row.row(align=True)
            sub.scale_x = 0.5
            sub.label(text=f"{score:.2f}", translate=False)
        if result.skipped:
            counted = bpy.app.translations.pgettext_iface("left out")
            layout.label(
                text=f"{len(result.skipped)} {counted}: {result.skipped[0][:60]}", icon="INFO", translate=False
            )
        if result.text and not result.rows and not result.skipped:
            paragraph(layout, context, "Nothing was found yet", "INFO")


CLASSES = (KINEMA_UL_strips, KINEMA_PT_strips, KINEMA_PT_search)
