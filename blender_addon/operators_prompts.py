"""What the buttons around the prompt do: history, favourites, examples, chance, body parts."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from kinema.errors import KinemaError
from kinema.protocol.messages import PARTS

from . import dispatch, operators_strips, prompts, provenance, style_requests
from .operators import action_of, prompt_book


class KINEMA_OT_use_prompt(bpy.types.Operator):
    bl_idname = "kinema.use_prompt"
    bl_label = "Use Prompt"
    bl_description = "Put this prompt into the panel"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012 (Blender wants a set here)

    prompt: StringProperty(name="Prompt", description="The prompt to use")  # type: ignore[valid-type]

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        return properties.prompt or bpy.app.translations.pgettext_tip(cls.bl_description)

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.kinema.prompt = self.prompt
        return {"FINISHED"}


class KINEMA_OT_random_prompt(bpy.types.Operator):
    bl_idname = "kinema.random_prompt"
    bl_label = "Random Prompt"
    bl_description = "Put a sentence of chance into the panel, made of words that Kinema understands"
    bl_options = {"UNDO"}  # noqa: RUF012 (Blender wants a set here)

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.kinema.prompt = prompts.random_prompt()
        return {"FINISHED"}


class KINEMA_OT_favourite(bpy.types.Operator):
    bl_idname = "kinema.favourite"
    bl_label = "Favourite"
    bl_description = "Keep the panel's prompt among the favourites, or take it out"

    def execute(self, context: bpy.types.Context) -> set[str]:
        prompt_book().toggle_favourite(context.scene.kinema.prompt)
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_clear_history(bpy.types.Operator):
    bl_idname = "kinema.clear_history"
    bl_label = "Clear History"
    bl_description = "Forget the prompts that were used; favourites stay"

    def execute(self, context: bpy.types.Context) -> set[str]:
        prompt_book().clear_history()
        return {"FINISHED"}


class KINEMA_OT_refine(bpy.types.Operator):
    bl_idname = "kinema.refine"
    bl_label = "Show Body Parts"
    bl_description = "Describe what each body part does for this prompt; the texts can be edited before Generate"

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            dispatch.refine(context.scene, fill=True)
        except KinemaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class KINEMA_OT_clear_parts(bpy.types.Operator):
    bl_idname = "kinema.clear_parts"
    bl_label = "Clear Body Parts"
    bl_description = "Forget the edited texts; the refiner describes the parts again"
    bl_options = {"UNDO"}  # noqa: RUF012 (Blender wants a set here)

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.kinema
        settings.parts_of = ""
        for part in PARTS:
            setattr(settings, f"part_{part}", "")
        return {"FINISHED"}


class KINEMA_OT_use_origin(bpy.types.Operator):
    bl_idname = "kinema.use_origin"
    bl_label = "Edit Again"
    bl_description = "Put prompt, body parts, seed, length and style of the active character's action into the panel"
    bl_options = {"UNDO"}  # noqa: RUF012 (Blender wants a set here)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return provenance.read(action_of(context)) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        origin = provenance.read(action_of(context))
        if origin is None:
            return {"CANCELLED"}
        settings, asked = context.scene.kinema, origin["request"]
        if origin.get("kind") == "Timeline":
            operators_strips.put_back(context, asked.get("strips", ()))
            return {"FINISHED"}
        style_requests.restore(context.scene, asked)
        if "prompt" not in asked:
            return {"FINISHED"}  # an action that was styled
        settings.prompt = settings.parts_of = str(asked["prompt"])
        settings.seconds, settings.length = float(asked.get("seconds") or 4.0), "SECONDS"
        settings.seed = min(int(origin.get("seed", 0)), provenance.MAX_SEED)
        for part in PARTS:
            setattr(settings, f"part_{part}", str(origin.get("parts", {}).get(part, "")))
        return {"FINISHED"}


class KINEMA_OT_copy_origin(bpy.types.Operator):
    bl_idname = "kinema.copy_origin"
    bl_label = "Copy as JSON"
    bl_description = "Copy what made the active character's action to the clipboard"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return provenance.read(action_of(context)) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        action = action_of(context)
        if action is not None:
            context.window_manager.clipboard = str(action[provenance.KEY])
        return {"FINISHED"}


CLASSES = (
    KINEMA_OT_use_prompt,
    KINEMA_OT_random_prompt,
    KINEMA_OT_favourite,
    KINEMA_OT_clear_history,
    KINEMA_OT_refine,
    KINEMA_OT_clear_parts,
    KINEMA_OT_use_origin,
    KINEMA_OT_copy_origin,
)
