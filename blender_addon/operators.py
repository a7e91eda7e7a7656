"""What the buttons do. None of them is modal and none of them waits: timers bring the results."""

from __future__ import annotations

from pathlib import Path

import bpy

from kinema.errors import KinemaError
from kinema.protocol.messages import Generate

from . import dispatch, environment, preferences
from .jobs import new_id
from .placement import Placing

_installation: environment.Installation | None = None


def installation() -> environment.Installation | None:
    """The backend's installation that runs, or the last one of this session."""
    return _installation


def request_of(scene: bpy.types.Scene) -> tuple[Generate, Placing]:
    """What the panel of a scene asks for. Raises PromptError or RequestError."""
    settings = scene.kinema
    request = Generate(
        id=new_id(), prompt=settings.prompt, seconds=settings.seconds, seed=settings.seed, refiner=settings.refiner
    )
    placing = Placing(
        scene=scene.name,
        target=settings.target.name if settings.target is not None else "",
        start=scene.frame_current if settings.start == "CURRENT" else scene.frame_start,
        interpolation=settings.interpolation,
        extend=settings.extend,
    )
    return request, placing


class KINEMA_OT_generate(bpy.types.Operator):
    bl_idname = "kinema.generate"
    bl_label = "Generate"
    bl_description = "Make a motion from the prompt; Blender stays usable meanwhile"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        job = dispatch.worker.job
        return job is None or not job.active

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            request, placing = request_of(context.scene)
            command, extra = preferences.backend()
            dispatch.begin(request, command, extra, placing)
        except KinemaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_cancel(bpy.types.Operator):
    bl_idname = "kinema.cancel"
    bl_label = "Cancel"
    bl_description = "Stop the computation before its next step; nothing in the file changes"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        job = dispatch.worker.job
        return job is not None and job.active

    def execute(self, context: bpy.types.Context) -> set[str]:
        dispatch.worker.cancel()
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_stop_backend(bpy.types.Operator):
    bl_idname = "kinema.stop_backend"
    bl_label = "Stop Backend"
    bl_description = "End the backend process and free its memory; the next Generate starts it again"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return dispatch.worker.pid is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        dispatch.stop()
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_manual(bpy.types.Operator):
    bl_idname = "kinema.manual"
    bl_label = "Manual"
    bl_description = "Open Kinema's manual in the browser; it lies on this computer"

    def execute(self, context: bpy.types.Context) -> set[str]:
        bpy.ops.wm.url_open(url=(Path(__file__).parent / "manual.html").as_uri())
        return {"FINISHED"}


class KINEMA_OT_install_backend(bpy.types.Operator):
    bl_idname = "kinema.install_backend"
    bl_label = "Install Backend"
    bl_description = "Make a Python environment of its own for the backend, with torch: downloads up to a few gigabytes"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return _installation is None or not _installation.running

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        global _installation
        try:
            plan = environment.plan(
                preferences.backend_folder(),
                environment.bundled_wheel(),
                settings.pip_options if (settings := preferences.get()) is not None else "",
                bpy.app.online_access,
            )
            _installation = environment.Installation(plan)
        except (KinemaError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        bpy.app.timers.register(_show_installation, first_interval=0.5, persistent=True)
        return {"FINISHED"}


class KINEMA_OT_cancel_installation(bpy.types.Operator):
    bl_idname = "kinema.cancel_installation"
    bl_label = "Cancel Installation"
    bl_description = "Stop the installation; it can be started again"

    def execute(self, context: bpy.types.Context) -> set[str]:
        if _installation is not None:
            _installation.cancel()
        return {"FINISHED"}


def _show_installation() -> float | None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("PREFERENCES", "VIEW_3D"):
                area.tag_redraw()
    return 0.5 if _installation is not None and _installation.running else None


CLASSES = (
    KINEMA_OT_generate,
    KINEMA_OT_cancel,
    KINEMA_OT_stop_backend,
    KINEMA_OT_manual,
    KINEMA_OT_install_backend,
    KINEMA_OT_cancel_installation,
)


def unregister() -> None:
    """Nothing of the operators outlives the add-on."""
    global _installation
    if bpy.app.timers.is_registered(_show_installation):
        bpy.app.timers.unregister(_show_installation)
    if _installation is not None:
        _installation.cancel()
        _installation = None
