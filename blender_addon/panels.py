"""The tab "Kinema" in the 3D viewport's sidebar: prompt, body parts, timeline."""

from __future__ import annotations

import textwrap

import bpy

from kinema.protocol.messages import PARTS

from . import asking, dispatch, preferences, prompts
from .jobs import State
from .keyframes import scene_rate
from .operators import prompt_book
from .work import title_of


class Sidebar:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Kinema"


class KINEMA_PT_generate(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_generate"
    bl_label = "Generate"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema
        row = layout.row(align=True)
        row.prop(settings, "prompt", text="", icon="GREASEPENCIL", placeholder="What the character does")
        row.operator("kinema.random_prompt", text="", icon="FILE_REFRESH")
        favourite = prompt_book().is_favourite(settings.prompt)
        row.operator("kinema.favourite", text="", icon="SOLO_ON" if favourite else "SOLO_OFF")
        row.menu("KINEMA_MT_prompts", text="", icon="DOWNARROW_HLT")
        for line in settings.feedback.splitlines():
            paragraph(layout, context, line, "INFO")
        column = layout.column()
        row = column.row(align=True)
        if settings.length == "SECONDS":
            row.prop(settings, "seconds")
        else:
            row.prop(settings, "length", text="")
        row.prop(settings, "samples")
        row = column.row(align=True)
        row.prop(settings, "seed")
        row.prop(settings, "new_seed", text="", icon="MOD_NOISE")
        column.prop(settings, "refiner")
        column.prop(settings, "target", placeholder="A New One")
        self._draw_action(layout)
        problem = preferences.backend_problem() if not dispatch.worker.busy else ""
        if problem:
            paragraph(layout, context, problem, "ERROR")
            show = layout.operator("preferences.addon_show", text="Open Preferences", icon="PREFERENCES")
            show.module = preferences.package
        self._draw_outcome(layout, context)

    def _draw_action(self, layout: bpy.types.UILayout) -> None:
        worker = dispatch.worker
        job = worker.job
        row = layout.row(align=True)
        row.scale_y = 1.5
        row.operator("kinema.generate", icon="ARMATURE_DATA")
        row.operator("kinema.save_job", text="", icon="FILE_TICK")
        # One place for both states: a panel that jumps under the mouse makes people press what they did not mean.
        row = layout.row(align=True)
        if job is not None and job.active:
            row.progress(factor=job.factor, text=job.text, type="BAR")
        elif not draw_reading(row):
            row.label(text="Ready")
        stop = row.row(align=True)
        stop.enabled = job is not None and job.state is State.RUNNING
        stop.operator("kinema.cancel", text="", icon="CANCEL").request = ""
        for waiting in worker.waiting:
            row = layout.row(align=True)
            row.label(text=title_of(waiting.request)[:40], icon="SORTTIME", translate=False)
            row.operator("kinema.cancel", text="", icon="X").request = waiting.request.id

    def _draw_outcome(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        job = dispatch.worker.job
        failed = job is not None and job.state is State.FAILED
        if dispatch.message:
            said = dispatch.message[0].upper() + dispatch.message[1:]
            paragraph(layout, context, said, "ERROR" if failed else "INFO")
        if failed:
            row = layout.row(align=True)
            row.operator("kinema.restart", icon="FILE_REFRESH")
            row.operator("kinema.copy_log", icon="COPYDOWN").log = "BACKEND"
        if job is not None and job.result is not None:
            for warning in job.result.done.warnings:
                paragraph(layout, context, warning, "INFO")


class KINEMA_PT_parts(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_parts"
    bl_label = "Body Parts"
    bl_parent_id = "KINEMA_PT_generate"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema
        row = layout.row(align=True)
        row.operator("kinema.refine", icon="COMMUNITY")
        clear = row.row(align=True)
        clear.enabled = bool(settings.parts_of)
        clear.operator("kinema.clear_parts", text="", icon="X")
        if not settings.parts_of:
            return
        column = layout.column(align=True)
        column.active = settings.parts_of == settings.prompt
        for part in PARTS:
            column.prop(settings, f"part_{part}")
        if not column.active:
            paragraph(layout, context, "The prompt has changed since; these texts are not used", "INFO")


class KINEMA_PT_timeline(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_timeline"
    bl_label = "Timeline"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.scene.kinema
        layout.use_property_split = True
        layout.prop(settings, "length")
        row = layout.row()
        row.active = settings.length == "SECONDS"
        row.prop(settings, "start")
        layout.prop(settings, "begin")
        row = layout.row()
        row.active = settings.begin == "POSE" or settings.destination == "STRIP"
        row.prop(settings, "blend")
        layout.prop(settings, "in_place")
        layout.prop(settings, "loop")
        layout.prop(settings, "interpolation")
        layout.prop(settings, "extend")
        layout.prop(settings, "at_once")
        rate = bpy.app.translations.pgettext_iface("frames a second, as the scene plays")
        layout.label(text=f"{scene_rate(context.scene):g} {rate}", icon="TIME", translate=False)


class _PromptMenu:
    def fill(self, texts: list[str] | tuple[str, ...], empty: str) -> None:
        for text in texts:
            # A name with its own text: the menu must not translate what the user wrote.
            shown = text if len(text) <= 70 else text[:69] + "…"
            self.layout.operator("kinema.use_prompt", text=shown, translate=False).prompt = text
        if not texts:
            self.layout.label(text=empty)


class KINEMA_MT_history(_PromptMenu, bpy.types.Menu):
    bl_idname = "KINEMA_MT_history"
    bl_label = "History"

    def draw(self, context: bpy.types.Context) -> None:
        self.fill(prompt_book().history, "No prompt was used yet")
        self.layout.separator()
        self.layout.operator("kinema.clear_history", icon="TRASH")


class KINEMA_MT_favourites(_PromptMenu, bpy.types.Menu):
    bl_idname = "KINEMA_MT_favourites"
    bl_label = "Favourites"

    def draw(self, context: bpy.types.Context) -> None:
        self.fill(prompt_book().favourites, "Press the star beside a prompt to keep it")


class KINEMA_MT_examples(_PromptMenu, bpy.types.Menu):
    bl_idname = "KINEMA_MT_examples"
    bl_label = "Examples"

    def draw(self, context: bpy.types.Context) -> None:
        self.fill(prompts.EXAMPLES, "")


class KINEMA_MT_prompts(bpy.types.Menu):
    bl_idname = "KINEMA_MT_prompts"
    bl_label = "Prompts"

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.menu("KINEMA_MT_history", icon="RECOVER_LAST")
        self.layout.menu("KINEMA_MT_favourites", icon="SOLO_ON")
        self.layout.menu("KINEMA_MT_examples", icon="PRESET")


def draw_reading(layout: bpy.types.UILayout) -> bool:
    """Whether an action is being read; says so, with a button that stops it."""
    if not asking.reading_action():
        return False
    row = layout.row(align=True)
    row.label(text="Reading the action ...", icon="SORTTIME")
    row.operator("kinema.stop_reading", text="Stop", icon="X")
    return True


def paragraph(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """Text in as many lines as the sidebar's width asks for; Blender cuts labels that are too long."""
    scale = context.preferences.system.ui_scale
    width = max(18, int((context.region.width if context.region else 300) / scale / 7.2) - 6)
    column = layout.column(align=True)
    column.scale_y = 0.85
    shown = bpy.app.translations.pgettext_iface(text)
    for number, line in enumerate(textwrap.wrap(shown, width) or [""]):
        column.label(text=line, icon=icon if number == 0 else "BLANK1", translate=False)


CLASSES = (
    KINEMA_MT_history,
    KINEMA_MT_favourites,
    KINEMA_MT_examples,
    KINEMA_MT_prompts,
    KINEMA_PT_generate,
    KINEMA_PT_parts,
    KINEMA_PT_timeline,
)
