"""The backend's panel in the sidebar, and the preferences' page."""

from __future__ import annotations

import bpy

from . import dispatch, environment, operators_setup, preferences
from .panels import Sidebar
from .panels_takes import draw_licence


class KINEMA_PT_backend(Sidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_backend"
    bl_label = "Backend"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, pid, known = self.layout, dispatch.worker.pid, dispatch.description
        if pid:
            running = bpy.app.translations.pgettext_iface("Running, process")
            layout.label(text=f"{running} {pid}", icon="CHECKMARK", translate=False)
        else:
            layout.label(text="Not running; starts with Generate", icon="PAUSE")
        if known is not None:
            version = f"{known.pack.get('name', '')} {known.pack.get('version', '')}"
            layout.label(text=version, icon="INFO", translate=False)
            draw_licence(layout, context, dict(known.pack))
            kept = bpy.app.translations.pgettext_iface("answers kept")
            size = f"{known.cache_files} {kept}, {known.cache_bytes / 1e6:.1f} MB"
            layout.label(text=size, icon="DISK_DRIVE", translate=False)
        _draw_model(layout)
        row = layout.row(align=True)
        row.operator("kinema.stop_backend", icon="QUIT")
        row.operator("kinema.clear_cache", icon="TRASH")
        row = layout.row(align=True)
        row.operator("kinema.doctor", icon="VIEWZOOM")
        row.operator("kinema.manual", icon="HELP")
        draw_doctor(layout)


def _draw_model(layout: bpy.types.UILayout) -> None:
    """The choice of a model pack, and what it will change where another one is at work."""
    settings, known = preferences.get(), dispatch.description
    if settings is None or not environment.takes_model(settings.command):
        return  # Another command says for itself which weights it takes.
    layout.prop(settings, "model", text="", icon="PACKAGE", placeholder=preferences.DEFAULT_PACK)
    chosen = settings.model.strip() or preferences.DEFAULT_PACK
    if known is not None and chosen in preferences.packs and chosen != known.pack.get("name"):
        layout.label(text="Taken from the next Generate on", icon="INFO")


def draw_doctor(layout: bpy.types.UILayout) -> None:
    """The doctor's report, line by line."""
    probe = operators_setup.doctor()
    if probe is None:
        return
    if probe.running:
        layout.label(text="The doctor examines the backend", icon="SORTTIME")
        return
    box = layout.box().column(align=True)
    box.scale_y = 0.8
    for line in probe.text.splitlines()[:24]:
        icon = {"problem": "ERROR", "note": "INFO"}.get(line.split(" ")[0], "BLANK1")
        box.label(text=line[:110], icon=icon, translate=False)
    layout.operator("kinema.copy_log", icon="COPYDOWN").log = "DOCTOR"


def draw_preferences(settings: preferences.KINEMA_Preferences, layout: bpy.types.UILayout) -> None:
    """The page of the add-on's preferences."""
    column = layout.column()
    column.use_property_split = True
    column.prop(settings, "command", placeholder="Empty for the environment installed below")
    column.prop(settings, "device")
    column.prop(settings, "model", placeholder=preferences.DEFAULT_PACK)
    column.prop(settings, "idle_minutes")
    column.separator()
    _draw_installation(settings, column)
    column.separator()
    column.prop(settings, "cache_folder")
    row = column.row(align=True)
    row.prop(settings, "cache_megabytes")
    row.operator("kinema.clear_cache", text="", icon="TRASH")
    column.separator()
    column.prop(settings, "llm_url")
    column.prop(settings, "llm_model")
    if settings.llm_url and not bpy.app.online_access and not preferences.is_local(settings.llm_url):
        column.label(text="Blender's online access is off: the language model is not asked", icon="INFO")
    column.separator()
    row = column.row(align=True)
    row.operator("kinema.doctor", icon="VIEWZOOM")
    row.operator("kinema.manual", icon="HELP")
    draw_doctor(layout)


def _draw_installation(settings: preferences.KINEMA_Preferences, column: bpy.types.UILayout) -> None:
    column.prop(settings, "build")
    column.prop(settings, "wheel_folder")
    column.prop(settings, "pip_options")
    work = operators_setup.installation()
    if work is not None and work.running:
        column.progress(factor=(work.step - 0.5) / max(work.steps, 1), text=work.last_line[:100], type="BAR")
        column.operator("kinema.cancel_installation", icon="CANCEL")
        return
    if work is not None and work.error:
        column.label(text=work.error, icon="ERROR", translate=False)
    there = environment.python_of(preferences.backend_folder()).is_file()
    column.label(text="Installed" if there else "Not installed yet", icon="CHECKMARK" if there else "INFO")
    row = column.row(align=True)
    row.operator("kinema.install_backend", icon="IMPORT")
    if work is not None:
        row.operator("kinema.copy_log", icon="COPYDOWN").log = "INSTALLATION"


CLASSES = (KINEMA_PT_backend,)
