"""What the buttons of the Style panel do, and what happens to a file that is dropped on the viewport."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
from bpy.props import StringProperty

from kinema.errors import KinemaError
from kinema.protocol.messages import Examine, ListStyles, RemoveStyle, SaveStyle

from . import asking, dispatch, operators, preferences, references, style_list, style_requests
from .jobs import new_id
from .operators_asking import InTurns
from .steps import Steps

SUFFIXES = (*references.BY_BACKEND, *references.BY_BLENDER)


def examining(scene: bpy.types.Scene) -> asking.Errand:
    """Lets the backend say whether a style can be taken from the scene's reference; the panel shows its answer.

    Raises KinemaError at once for what the press can see.
    """
    settings = scene.kinema_style
    settings.told, settings.unusable = "", True
    name = scene.name

    def read() -> Steps[references.Reference]:
        try:
            reference = yield from references.slot_steps(scene)
        except KinemaError as error:
            settings.told = str(error)
            raise
        return reference

    def ask(found: list[references.Reference]) -> None:
        if (there := bpy.data.scenes.get(name)) is None:
            return
        there.kinema_style.unusable = False
        there.kinema_style.told = bpy.app.translations.pgettext_iface("It is examined when the backend runs")
        if not preferences.backend_problem():
            dispatch.examine(there, Examine(new_id(), found[0].name), found[0].arrays)

    return asking.Errand((read(),), ask)


class KINEMA_OT_use_reference(bpy.types.Operator):
    bl_idname = "kinema.use_reference"
    bl_label = "Use as Style Reference"
    bl_description = "Take the style of a BVH, AMASS .npz, FBX or glTF file; dropping it on the viewport does the same"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender wants a set here)

    filepath: StringProperty(  # type: ignore[valid-type]
        name="File", description="The motion file", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    filter_glob: StringProperty(  # type: ignore[valid-type]
        name="Filter",
        description="Suffixes of the files that are shown",
        options={"HIDDEN"},
        default=";".join(f"*{suffix}" for suffix in SUFFIXES),
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if self.filepath:
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.kinema_style
        before = settings.reference_file, settings.reference_action, settings.source, settings.told, settings.unusable
        settings.reference_file, settings.source = self.filepath, "REFERENCE"
        try:
            asking.at_once(examining(context.scene))
        except KinemaError as error:
            settings.reference_file, settings.reference_action, settings.source = before[:3]
            settings.told, settings.unusable = before[3:]
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        finally:
            dispatch.redraw()
        self.report({"INFO"}, f"{Path(self.filepath).name} is the style reference")
        return {"FINISHED"}


class KINEMA_OT_check_reference(InTurns, bpy.types.Operator):
    bl_idname = "kinema.check_reference"
    bl_label = "Check Reference"
    bl_description = "Find out whether a style can be taken from the reference"

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            return self.set_out(lambda: examining(context.scene))
        finally:
            dispatch.redraw()


class KINEMA_OT_clear_reference(bpy.types.Operator):
    bl_idname = "kinema.clear_reference"
    bl_label = "Clear Reference"
    bl_description = "Empty the reference slot"
    bl_options = {"UNDO"}  # noqa: RUF012 (Blender wants a set here)

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.kinema_style
        settings.reference_action, settings.reference_file = None, ""
        settings.told, settings.unusable = "", False
        return {"FINISHED"}


class KINEMA_OT_list_styles(bpy.types.Operator):
    bl_idname = "kinema.list_styles"
    bl_label = "Refresh Styles"
    bl_description = "Ask the backend which styles there are"

    def execute(self, context: bpy.types.Context) -> set[str]:
        return _ask(self, lambda: dispatch.ask(ListStyles(new_id())))


class KINEMA_OT_stylize(InTurns, bpy.types.Operator):
    bl_idname = "kinema.stylize"
    bl_label = "Stylize Selected Action"
    bl_description = "Put the active character's action in this style, as a take to review; the action itself stays"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        armature = _character(context)
        if armature is None or armature.animation_data is None or armature.animation_data.action is None:
            cls.poll_message_set("Select a character with an action")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene, armature = context.scene, _character(context)

        def ask() -> asking.Asked:
            request, span, style = style_requests.stylize(scene, armature)
            scene.kinema.target = armature
            return operators.asked_with(scene, request, span, style)

        return self.queue(ask)


class KINEMA_OT_save_style(InTurns, bpy.types.Operator):
    bl_idname = "kinema.save_style"
    bl_label = "Save Style"
    bl_description = "Keep the reference's style under this name, in one small file with its licence and source"

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene, settings = context.scene, context.scene.kinema_style
        name, *about = (getattr(settings, f"save_{what}").strip() for what in ("name", "title", "licence", "source"))

        def ask(found: list[references.Reference]) -> None:
            dispatch.ask(SaveStyle(new_id(), name, found[0].name, *about), found[0].arrays)

        return self.set_out(lambda: asking.Errand((references.slot_steps(scene),), ask))


class KINEMA_OT_remove_style(bpy.types.Operator):
    bl_idname = "kinema.remove_style"
    bl_label = "Remove Style"
    bl_description = "Delete the chosen style's file; only styles that were saved can be removed"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        style = style_list.find(context.scene.kinema_style.style)
        return style is not None and style.kind == "preset"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        return _ask(self, lambda: dispatch.ask(RemoveStyle(new_id(), context.scene.kinema_style.style)))


def _ask(operator: bpy.types.Operator, ask: Callable[[], None]) -> set[str]:
    try:
        ask()
    except KinemaError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    return {"FINISHED"}


def _character(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active armature, else the panel's character."""
    active = context.active_object
    return active if active is not None and active.type == "ARMATURE" else context.scene.kinema.target


class KINEMA_FH_reference(bpy.types.FileHandler):
    bl_idname = "KINEMA_FH_reference"
    bl_label = "Kinema Style Reference"
    bl_import_operator = "kinema.use_reference"
    bl_file_extensions = ";".join(SUFFIXES)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        return context.area is not None and context.area.type == "VIEW_3D"


CLASSES = (
    KINEMA_OT_use_reference,
    KINEMA_OT_check_reference,
    KINEMA_OT_clear_reference,
    KINEMA_OT_list_styles,
    KINEMA_OT_stylize,
    KINEMA_OT_save_style,
    KINEMA_OT_remove_style,
    KINEMA_FH_reference,
)
