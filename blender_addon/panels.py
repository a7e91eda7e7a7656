"""The tab "Kinema" in the 3D viewport's sidebar."""

from __future__ import annotations

import textwrap

import bpy

from kinema.protocol.messages import PARTS

from . import dispatch, preferences
from .jobs import Job, State
from .keyframes import scene_rate


class _Sidebar:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Kinema"


class KINEMA_PT_generate(_Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_generate"
    bl_label = "Generate"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings, job = self.layout, context.scene.kinema, dispatch.worker.job
        busy = job is not None and job.active
        column = layout.column()
        column.enabled = not busy
        column.prop(settings, "prompt", text="", icon="GREASEPENCIL")
        row = column.row(align=True)
        row.prop(settings, "seconds")
        row.prop(settings, "seed")
        column.prop(settings, "refiner")
        column.prop(settings, "target")

        # One layout for both states: a panel that jumps under the mouse makes people press what they did not mean.
        row = layout.row()
        row.scale_y = 1.5
        if job is not None and job.active:
            row.progress(factor=job.factor, text=job.text, type="BAR")
        else:
            row.operator("kinema.generate", icon="ARMATURE_DATA")
        layout.operator("kinema.cancel", icon="CANCEL")
        problem = preferences.backend_problem() if not busy else ""
        if problem:
            _paragraph(layout, context, problem, "ERROR")
            show = layout.operator("preferences.addon_show", text="Open Preferences", icon="PREFERENCES")
            show.module = preferences.package
        if dispatch.message:
            _paragraph(layout, context, dispatch.message, _icon(job))
        for warning in job.warnings if job is not None else ():
            _paragraph(layout, context, warning, "INFO")


class KINEMA_PT_placing(_Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_placing"
    bl_label = "Timeline"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema
        layout.use_property_split = True
        layout.prop(settings, "start")
        layout.prop(settings, "interpolation")
        layout.prop(settings, "extend")
        layout.label(text=f"Keys at the scene's {scene_rate(context.scene):g} frames a second", icon="TIME")


class KINEMA_PT_result(_Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_result"
    bl_label = "What Was Understood"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        job = dispatch.worker.job
        return job is not None and job.state is State.DONE

    def draw(self, context: bpy.types.Context) -> None:
        job = dispatch.worker.job
        if job is None:
            return
        for part in PARTS:
            if text := job.parts.get(part, ""):
                row = self.layout.column(align=True)
                row.label(text=part.replace("_", " ").capitalize(), icon="DOT")
                _paragraph(row, context, text, "BLANK1")
        self.layout.separator()
        column = self.layout.column(align=True)
        column.label(text=f"Model: {job.pack.get('name', 'unknown')} {job.pack.get('version', '')}", icon="INFO")
        _paragraph(column, context, f"Licence: {job.pack.get('licence', 'unknown')}", "BLANK1")
        commercial = "Commercial use is allowed" if job.pack.get("commercial") else "Not for commercial use"
        column.label(text=commercial, icon="CHECKMARK" if job.pack.get("commercial") else "CANCEL")
        column.label(text=f"Generated in {job.seconds_taken:.2f} s", icon="BLANK1")


class KINEMA_PT_backend(_Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_backend"
    bl_label = "Backend"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        pid = dispatch.worker.pid
        self.layout.label(text=f"Running (process {pid})" if pid else "Not running; starts with Generate")
        row = self.layout.row(align=True)
        row.operator("kinema.stop_backend", icon="QUIT")
        row.operator("kinema.manual", icon="HELP")


def _icon(job: Job | None) -> str:
    return "ERROR" if job is not None and job.state is State.FAILED else "INFO"


def _paragraph(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """Text in as many lines as the sidebar's width asks for; Blender cuts labels that are too long."""
    scale = context.preferences.system.ui_scale
    width = max(18, int(context.region.width / scale / 7.2) - 6)
    column = layout.column(align=True)
    column.scale_y = 0.85
    for number, line in enumerate(textwrap.wrap(text, width) or [""]):
        column.label(text=line, icon=icon if number == 0 else "BLANK1")


CLASSES = (KINEMA_PT_generate, KINEMA_PT_result, KINEMA_PT_placing, KINEMA_PT_backend)
