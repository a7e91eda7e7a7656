"""Sidebar: the style of the next motion, its reference, and the user's own styles."""

from __future__ import annotations

import bpy

from . import style_list
from .panels import Sidebar, draw_reading, paragraph
from .style_properties import KINEMA_StyleSettings


class KINEMA_PT_style(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_style"
    bl_label = "Style"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema_style
        layout.prop(settings, "source", text="")
        if settings.source == "LIST":
            self._draw_list(layout, context, settings)
        if settings.source == "REFERENCE":
            draw_reference(layout, context, settings)
        if settings.source != "NONE":
            self._draw_amount(layout, settings)
        row = layout.row()
        if not draw_reading(row):
            row.enabled = settings.source not in ("NONE", "AUTO")
            row.operator("kinema.stylize", icon="ARMATURE_DATA")

    def _draw_list(
        self, layout: bpy.types.UILayout, context: bpy.types.Context, settings: KINEMA_StyleSettings
    ) -> None:
        if not style_list.known() and not settings.style_name:
            paragraph(layout, context, "The model pack has no styles; choose another one under Backend", "INFO")
            return
        layout.template_icon_view(settings, "style", show_labels=True, scale=6.0, scale_popup=5.0)
        row = layout.row(align=True)
        row.prop(settings, "style", text="")
        row.operator("kinema.list_styles", text="", icon="FILE_REFRESH")
        row.operator("kinema.remove_style", text="", icon="TRASH")
        style = style_list.find(settings.style)
        if style is not None and style.title != style.name:
            paragraph(layout, context, style.title, "INFO")

    def _draw_amount(self, layout: bpy.types.UILayout, settings: KINEMA_StyleSettings) -> None:
        column = layout.column(align=True)
        column.prop(settings, "strength")
        row = column.row(align=True)
        row.prop(settings, "seed")
        row.prop(settings, "new_seed", text="", icon="MOD_NOISE")
        if settings.source != "AUTO":
            column = layout.column(align=True)
            column.prop(settings, "mix")
            if settings.mix_name:
                column.prop(settings, "share")
        layout.label(text="Styled Parts")
        layout.grid_flow(row_major=True, columns=2, align=True).prop(settings, "parts")


class KINEMA_PT_own_styles(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_own_styles"
    bl_label = "Save and Share"
    bl_parent_id = "KINEMA_PT_style"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema_style
        if settings.source != "REFERENCE":
            draw_reference(layout, context, settings)
        column = layout.column(align=True)
        column.prop(settings, "save_name")
        column.prop(settings, "save_title")
        column.prop(settings, "save_licence")
        column.prop(settings, "save_source")
        row = layout.row()
        row.enabled = bool(settings.save_name.strip()) and _has_reference(settings)
        row.operator("kinema.save_style", icon="FILE_TICK")
        for style in style_list.known():
            if style.kind == "preset":
                column = layout.column(align=True)
                column.label(text=style.name, icon="PRESET", translate=False)
                paragraph(column, context, f"{style.licence}, {style.source}", "BLANK1")
                paragraph(column, context, f"{style.folder}/{style.file}" if style.folder else style.file, "FILE")


def _has_reference(settings: KINEMA_StyleSettings) -> bool:
    return bool(settings.reference_file) or settings.reference_action is not None


def draw_reference(layout: bpy.types.UILayout, context: bpy.types.Context, settings: KINEMA_StyleSettings) -> None:
    """The slot and what is known of it."""
    box = layout.box().column(align=True)
    box.prop(settings, "reference_action")
    row = box.row(align=True)
    row.prop(settings, "reference_file", text="", placeholder="Drop a motion file onto the viewport")
    known = row.row(align=True)
    known.enabled = _has_reference(settings)
    known.operator("kinema.check_reference", text="", icon="VIEWZOOM")
    known.operator("kinema.clear_reference", text="", icon="X")
    if settings.told:
        paragraph(box, context, settings.told, "ERROR" if settings.unusable else "CHECKMARK")


CLASSES = (KINEMA_PT_style, KINEMA_PT_own_styles)
