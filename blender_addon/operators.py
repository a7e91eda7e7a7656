"""What the buttons around a job do. None of them is modal and none of them waits: timers bring the results."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from kinema.protocol.messages import Generate, Stylize

from . import asking, dispatch, preferences, prompts, provenance, style_requests
from .asking import Asked
from .edit_requests import NOTE
from .jobs import State, new_id
from .operators_asking import InTurns
from .properties import parts_of
from .timeline import Span, span_of

_prompts: prompts.Prompts | None = None


def prompt_book() -> prompts.Prompts:
    """The user's prompts, read once."""
    global _prompts
    if _prompts is None:
        _prompts = prompts.Prompts(preferences.user_folder("prompts") / "prompts.json")
    return _prompts


def request_of(scene: bpy.types.Scene, span: Span, style: style_requests.Asked) -> Generate:
    """What the panel of a scene asks for, in a style. Raises PromptError or RequestError."""
    settings = scene.kinema
    parts = parts_of(settings)
    return Generate(
        id=new_id(),
        prompt=settings.prompt,
        seconds=span.seconds,
        seed=settings.seed,
        samples=settings.samples,
        # The language model has spoken already when its texts are sent along.
        refiner="none" if parts and settings.refiner == "llm" else settings.refiner,
        parts=parts,
        **style.fields,
    )


def asked_now(scene: bpy.types.Scene) -> tuple[Generate, Span, style_requests.Asked]:
    """What Generate asks for when it is pressed now; draws the seed where the panel wants a new one.

    Raises KinemaError for a prompt, a span or a style of no use.
    """
    settings = scene.kinema
    span = span_of(scene)
    if settings.new_seed:
        settings.seed = secrets.randbelow(provenance.MAX_SEED)
    style = style_requests.asked(scene)
    return request_of(scene, span, style), span, style


def notes_of(scene: bpy.types.Scene, span: Span) -> dict[str, object]:
    """Where the motion is wanted, kept with the result until it is accepted; the character's place is read apart."""
    return {
        "scene": scene.name,
        "start": span.start,
        "frames": span.frames,
        "place": None,
        "at_once": scene.kinema.at_once,
        "file": bpy.data.filepath,
    }


def asked_with(scene: bpy.types.Scene, request: Generate | Stylize, span: Span, style: style_requests.Asked) -> Asked:
    """A request with the panel's placement, the place of its character, and what its style brings."""
    notes = notes_of(scene, span) | ({"style": dict(style.about)} if style.about else {})
    return Asked(request, notes, (asking.place_steps(scene.kinema.target), *style.readings), style.brief)


class KINEMA_OT_generate(InTurns, bpy.types.Operator):
    bl_idname = "kinema.generate"
    bl_label = "Generate"
    bl_description = "Make a motion from the prompt; Blender stays usable meanwhile. While one is made, others queue up"

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene = context.scene
        done = self.queue(lambda: asked_with(scene, *asked_now(scene)))
        if done == {"FINISHED"}:
            prompt_book().use(scene.kinema.prompt)
        return done


class KINEMA_OT_prompt(bpy.types.Operator):
    bl_idname = "kinema.prompt"
    bl_label = "Generate Motion"
    bl_description = "Ask for a prompt under the mouse and make a motion from it"

    prompt: StringProperty(name="Prompt", description="What the character does, in English")  # type: ignore[valid-type]

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.prompt = context.scene.kinema.prompt
        return context.window_manager.invoke_props_dialog(self, width=480, confirm_text="Generate")

    def execute(self, context: bpy.types.Context) -> set[str]:
        context.scene.kinema.prompt = self.prompt
        return bpy.ops.kinema.generate("INVOKE_DEFAULT")


class KINEMA_OT_again(InTurns, bpy.types.Operator):
    bl_idname = "kinema.again"
    bl_label = "Regenerate"
    bl_description = "Make the active character's action again from what is noted in it: the same motion"

    vary: BoolProperty(  # type: ignore[valid-type]
        name="Vary", description="The same request with another seed: another motion of the same kind", default=False
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        if properties.vary:
            return bpy.app.translations.pgettext_tip("The same request with another seed: another motion of its kind")
        return bpy.app.translations.pgettext_tip(cls.bl_description)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return provenance.read(action_of(context)) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        action = action_of(context)
        origin = provenance.read(action)
        if origin is None or action is None:
            return {"CANCELLED"}
        return self.queue(lambda: self._asked(context, action, origin))

    def _asked(self, context: bpy.types.Context, action: bpy.types.Action, origin: Mapping[str, Any]) -> Asked:
        """Raises KinemaError where what it needs is not in the action."""
        edits = origin.get("edits", {})
        request = provenance.request_again(origin, self.vary)
        arrays = provenance.brought(action, request)
        span = Span(int(action.frame_range[0]), edits.get("frames"), getattr(request, "seconds", 0.0))
        notes = notes_of(context.scene, span) | {"expected": origin.get("pack", {}).get("sha256", "")}
        if not self.vary:
            notes["rejected"] = [k for k in range(getattr(request, "samples", 1)) if k != origin.get("sample", 0)]
        if "style" in origin:
            notes["style"] = origin["style"]
        armature = owner_of(context, action)
        if (edit := provenance.edit_again(origin, armature.name if armature is not None else "")) is not None:
            return Asked(request, notes | {NOTE: edit}, (asking.at_hand(arrays),), brief=True)
        readings = (asking.at_hand(arrays), asking.place_steps(context.scene.kinema.target))
        return Asked(request, notes, readings, brief=True)


class KINEMA_OT_cancel(bpy.types.Operator):
    bl_idname = "kinema.cancel"
    bl_label = "Cancel"
    bl_description = "Stop the computation before its next step; nothing in the file changes"

    request: StringProperty(  # type: ignore[valid-type]
        name="Request", description="The waiting job to take out of the queue; empty for the running one"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        job = dispatch.worker.job
        return bool(dispatch.worker.waiting) or (job is not None and job.active)

    def execute(self, context: bpy.types.Context) -> set[str]:
        if self.request:
            dispatch.worker.drop(self.request)
        else:
            dispatch.worker.cancel()
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_restart(bpy.types.Operator):
    bl_idname = "kinema.restart"
    bl_label = "Restart"
    bl_description = "Start the backend again with the request that failed; what waits goes on after it"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        job = dispatch.worker.job
        return job is not None and job.state is State.FAILED

    def execute(self, context: bpy.types.Context) -> set[str]:
        dispatch.message = ""
        dispatch.worker.retry()
        dispatch.watch()
        dispatch.redraw()
        return {"FINISHED"}


def owner_of(context: bpy.types.Context, action: bpy.types.Action) -> bpy.types.Object | None:
    """The armature that `action_of` found the action on."""
    for thing in (context.active_object, context.scene.kinema.target):
        data = thing.animation_data if thing is not None and thing.type == "ARMATURE" else None
        strips = [strip.action for track in data.nla_tracks for strip in track.strips] if data is not None else []
        if data is not None and (data.action == action or action in strips):
            return thing
    return None


def action_of(context: bpy.types.Context) -> bpy.types.Action | None:
    """The action of the active object, else of the panel's character."""
    for thing in (context.active_object, context.scene.kinema.target):
        data = thing.animation_data if thing is not None else None
        if data is None:
            continue
        if data.action is not None:
            return data.action
        strips = [strip for track in data.nla_tracks for strip in track.strips if strip.action is not None]
        chosen = [strip for strip in strips if strip.select or strip.active]
        if strips:
            return (chosen or strips)[-1].action
    return None


CLASSES = (KINEMA_OT_generate, KINEMA_OT_prompt, KINEMA_OT_again, KINEMA_OT_cancel, KINEMA_OT_restart)


def unregister() -> None:
    """Nothing of the operators outlives the add-on."""
    global _prompts
    _prompts = None
