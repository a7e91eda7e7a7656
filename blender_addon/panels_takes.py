"""Sidebar: the takes under review, and what made the active character's action."""

from __future__ import annotations

import bpy

from kinema.protocol.messages import PARTS

from . import dispatch, provenance, writing
from .operators import action_of
from .panels import Sidebar, paragraph
from .panels_edit import error_lines
from .takes import Take, review


class KINEMA_PT_takes(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_takes"
    bl_label = "Takes"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(review.takes) or dispatch.stored > 0

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings, take = self.layout, context.scene.kinema, review.take
        if dispatch.stored > 0:
            layout.operator("kinema.restore", icon="RECOVER_LAST")
        if not review.takes:
            return
        accepted = provenance.accepted()
        column = layout.column(align=True)
        for number, entry in enumerate(review.takes):
            self._draw_row(column, entry, number, entry.name in accepted)
        row = layout.row(align=True)
        several = len(review.takes) > 1
        step = row.row(align=True)
        step.enabled = several
        step.operator("kinema.select_take", text="", icon="TRIA_LEFT").step = -1
        step.operator("kinema.select_take", text="", icon="TRIA_RIGHT").step = 1
        playing = review.playing
        row.operator("kinema.play_takes", text="Stop" if playing else "Play", icon="PAUSE" if playing else "PLAY")
        beside = row.row(align=True)
        beside.enabled = several or review.compare
        beside.operator("kinema.compare_takes", depress=review.compare, icon="OUTLINER_OB_ARMATURE")
        if take is not None:
            row = layout.row(align=True)
            begins = bpy.app.translations.pgettext_iface("Frame")
            row.label(text=f"{begins} {take.start:g}", icon="TIME", translate=False)
            row.operator("kinema.start_here")
        layout.prop(settings, "destination", text="")
        row = layout.row(align=True)
        row.scale_y = 1.4
        if writing.busy():
            row.label(text="Writing keys ...", icon="SORTTIME")
            row.operator("kinema.stop_writing", text="Stop", icon="X")
        else:
            row.operator("kinema.accept", icon="CHECKMARK")
            row.operator("kinema.reject", icon="X").take = ""
        layout.operator("kinema.finish_review", icon="TRASH")
        if take is not None:
            for line in error_lines(take):
                layout.label(text=line, icon="DRIVER_DISTANCE", translate=False)
            draw_licence(layout, context, take.pack)
            expected = take.result.notes.get("expected")
            if expected and expected != take.pack.get("sha256"):
                paragraph(
                    layout, context, "Other weights than the action's made this: it is not the same motion", "ERROR"
                )

    def _draw_row(self, column: bpy.types.UILayout, take: Take, number: int, accepted: bool) -> None:
        chosen = take.name == review.selected
        row = column.row(align=True)
        icon = "CHECKMARK" if accepted else ("RADIOBUT_ON" if chosen else "RADIOBUT_OFF")
        text = f"{number + 1}: {take.motion.seconds:.1f} s, seed {take.seed}, {take.title}"
        row.operator("kinema.select_take", text=text, icon=icon, depress=chosen, translate=False).take = take.name
        row.operator("kinema.reject", text="", icon="X").take = take.name


class KINEMA_PT_understood(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_understood"
    bl_label = "What Was Understood"
    bl_parent_id = "KINEMA_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return review.take is not None

    def draw(self, context: bpy.types.Context) -> None:
        take = review.take
        if take is None:
            return
        done = take.result.done
        for part in PARTS:
            if text := done.parts.get(part, ""):
                column = self.layout.column(align=True)
                column.label(text=part.replace("_", " ").title(), icon="DOT")
                paragraph(column, context, text, "BLANK1")
        cached = bpy.app.translations.pgettext_iface("from the cache") if done.cached else ""
        self.layout.label(text=f"{done.seconds_taken:.2f} s {cached}", icon="TIME", translate=False)


class KINEMA_PT_origin(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_origin"
    bl_label = "Origin of the Action"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return provenance.read(action_of(context)) is not None

    def draw(self, context: bpy.types.Context) -> None:
        layout, action = self.layout, action_of(context)
        origin = provenance.read(action)
        if origin is None or action is None:
            return
        pack = origin.get("pack", {})
        layout.label(text=action.name, icon="ACTION", translate=False)
        paragraph(layout, context, provenance.title(origin), "GREASEPENCIL")
        if style := provenance.style_line(origin):
            paragraph(layout, context, style, "MODIFIER")
        facts = f"{pack.get('name', '')} {pack.get('version', '')}, {str(pack.get('sha256', ''))[:12]}"
        layout.label(text=facts, icon="INFO", translate=False)
        draw_licence(layout, context, pack)
        row = layout.row(align=True)
        row.operator("kinema.again", text="Regenerate Exactly", icon="FILE_REFRESH").vary = False
        row.operator("kinema.again", text="Vary", icon="MOD_NOISE").vary = True
        row = layout.row(align=True)
        row.operator("kinema.use_origin", icon="GREASEPENCIL")
        row.operator("kinema.copy_origin", icon="COPYDOWN")


def draw_licence(layout: bpy.types.UILayout, context: bpy.types.Context, pack: dict) -> None:
    """Whether the motion may be used commercially, and the licence that says so."""
    licence = provenance.licence_of(pack)
    column = layout.column(align=True)
    column.label(text=licence.text, icon="CHECKMARK" if licence.commercial else "ERROR")
    paragraph(column, context, f"{pack.get('name', '')}: {licence.name}", "BLANK1")


CLASSES = (KINEMA_PT_takes, KINEMA_PT_understood, KINEMA_PT_origin)
