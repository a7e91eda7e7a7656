"""What the buttons around the backend itself do: install, examine, stop, empty its cache, open the manual."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy
from bpy.props import EnumProperty

from kinema.errors import KinemaError
from kinema.protocol.messages import ClearCache

from . import dispatch, environment, preferences
from .jobs import new_id

_installation: environment.Installation | None = None
_doctor: environment.Probe | None = None

LOGS = (
    ("BACKEND", "Backend", "What the backend wrote last"),
    ("INSTALLATION", "Installation", "The whole log of the installation"),
    ("DOCTOR", "Doctor", "The doctor's report"),
)


def installation() -> environment.Installation | None:
    """The backend's installation that runs, or the last one of this session."""
    return _installation


def doctor() -> environment.Probe | None:
    """The doctor's examination that runs, or the last one of this session."""
    return _doctor


def plan_lines() -> list[str]:
    """What the installation would do, for people who are asked first."""
    settings = preferences.get()
    build = environment.build_for(settings.build if settings is not None else "auto")
    folder = preferences.backend_folder()
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    free = shutil.disk_usage(there).free / 1e9
    source = settings.wheel_folder if settings is not None and settings.wheel_folder else ""
    fetched = f"packages from {source}" if source else f"about {build.download / 1000:.1f} GB downloaded"
    return [
        f"A Python environment in {folder}",
        f"torch for {build.label}: {fetched}",
        f"About {build.disk / 1000:.1f} GB on disk; {free:.1f} GB are free",
        "An interrupted installation goes on where it stopped",
    ]


class KINEMA_OT_install_backend(bpy.types.Operator):
    bl_idname = "kinema.install_backend"
    bl_label = "Install Backend"
    bl_description = "Make a Python environment of its own for the backend, with torch; says sizes and asks first"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        settings = preferences.get()
        local = settings is not None and (settings.wheel_folder or "--no-index" in settings.pip_options)
        if not bpy.app.online_access and not local:
            cls.poll_message_set("Allow online access in Preferences > System, or choose a wheel folder")
            return False
        return _installation is None or not _installation.running

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=520, confirm_text="Install")

    def draw(self, context: bpy.types.Context) -> None:
        for line in plan_lines():
            self.layout.label(text=line, translate=False)

    def execute(self, context: bpy.types.Context) -> set[str]:
        global _installation
        settings = preferences.get()
        try:
            plan = environment.plan(
                preferences.backend_folder(),
                environment.bundled_wheel(),
                settings.pip_options if settings is not None else "",
                bpy.app.online_access,
                wheel_folder=bpy.path.abspath(settings.wheel_folder) if settings and settings.wheel_folder else "",
                build=environment.build_for(settings.build if settings is not None else "auto"),
            )
            _installation = environment.Installation(plan)
        except (KinemaError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        _watch()
        return {"FINISHED"}


class KINEMA_OT_cancel_installation(bpy.types.Operator):
    bl_idname = "kinema.cancel_installation"
    bl_label = "Cancel Installation"
    bl_description = "Stop the installation; started again it goes on where it stopped"

    def execute(self, context: bpy.types.Context) -> set[str]:
        if _installation is not None:
            _installation.cancel()
        return {"FINISHED"}


class KINEMA_OT_doctor(bpy.types.Operator):
    bl_idname = "kinema.doctor"
    bl_label = "Doctor"
    bl_description = "Examine the backend: versions, devices, weights, a short trial; the report can be copied"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _doctor is None or not _doctor.running

    def execute(self, context: bpy.types.Context) -> set[str]:
        global _doctor
        try:
            command, extra = preferences.backend()
            _doctor = environment.Probe(environment.doctor_command(command), extra)
        except KinemaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        _watch()
        return {"FINISHED"}


class KINEMA_OT_copy_log(bpy.types.Operator):
    bl_idname = "kinema.copy_log"
    bl_label = "Copy Log"
    bl_description = "Copy the log to the clipboard"

    log: EnumProperty(name="Log", items=LOGS, description="Which log is copied")  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        text = ""
        if self.log == "BACKEND":
            job = dispatch.worker.job
            text = "\n".join(part for part in (job.error if job else "", dispatch.worker.errors()) if part)
        elif self.log == "DOCTOR" and _doctor is not None:
            text = _doctor.text
        elif self.log == "INSTALLATION" and _installation is not None and _installation.log.is_file():
            text = _installation.log.read_text(encoding="utf-8", errors="replace")
        context.window_manager.clipboard = text
        self.report({"INFO"}, f"Copied {len(text.splitlines())} lines")
        return {"FINISHED"}


class KINEMA_OT_stop_backend(bpy.types.Operator):
    bl_idname = "kinema.stop_backend"
    bl_label = "Stop Backend"
    bl_description = "End the backend process and free its memory; the next Generate starts it again"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return dispatch.worker.pid is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        dispatch.close()
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_clear_cache(bpy.types.Operator):
    bl_idname = "kinema.clear_cache"
    bl_label = "Empty Cache"
    bl_description = "Delete the answers that the backend keeps; takes under review stay"

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            dispatch.ask(ClearCache(new_id()))
        except KinemaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class KINEMA_OT_manual(bpy.types.Operator):
    bl_idname = "kinema.manual"
    bl_label = "Manual"
    bl_description = "Open Kinema's manual in the browser; it lies on this computer"

    def execute(self, context: bpy.types.Context) -> set[str]:
        bpy.ops.wm.url_open(url=manual_page().as_uri())
        return {"FINISHED"}


def manual_page() -> Path:
    """The manual: shipped beside this file, or in the source checkout."""
    here = Path(__file__).parent
    shipped = here / "manual" / "index.html"
    return shipped if shipped.is_file() else here.parent / "assets" / "manual" / "index.html"


def _watch() -> None:
    if not bpy.app.timers.is_registered(_show):
        bpy.app.timers.register(_show, first_interval=0.5, persistent=True)


def _show() -> float | None:
    dispatch.redraw()
    return 0.5 if any(work is not None and work.running for work in (_installation, _doctor)) else None


CLASSES = (
    KINEMA_OT_install_backend,
    KINEMA_OT_cancel_installation,
    KINEMA_OT_doctor,
    KINEMA_OT_copy_log,
    KINEMA_OT_stop_backend,
    KINEMA_OT_clear_cache,
    KINEMA_OT_manual,
)


def unregister() -> None:
    """Nothing of these operators outlives the add-on."""
    global _installation, _doctor
    if bpy.app.timers.is_registered(_show):
        bpy.app.timers.unregister(_show)
    if _installation is not None:
        _installation.cancel()
        _installation.wait(10.0)
    _installation = _doctor = None
