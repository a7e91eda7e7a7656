"""What the buttons of the review do: select, play, compare, accept, reject."""

from __future__ import annotations

from collections.abc import Callable

import bpy
from bpy.props import IntProperty, StringProperty

from kinema.errors import KinemaError

from . import asking, dispatch, ghost, provenance, writing
from .operators_asking import InTurns
from .takes import Take, review


class _Take:
    take: StringProperty(name="Take", description="Name of the take; empty for the selected one")  # type: ignore[valid-type]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(review.takes)

    def chosen(self) -> Take | None:
        if self.take:
            review.select(self.take)
        return review.take


class KINEMA_OT_select_take(_Take, bpy.types.Operator):
    bl_idname = "kinema.select_take"
    bl_label = "Select Take"
    bl_description = "Show this take in the viewport"

    take: StringProperty(name="Take", description="Name of the take")  # type: ignore[valid-type]
    step: IntProperty(name="Step", description="How many takes further, where none is named")  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        if self.take:
            review.select(self.take)
        else:
            review.step(self.step)
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_play_takes(_Take, bpy.types.Operator):
    bl_idname = "kinema.play_takes"
    bl_label = "Play"
    bl_description = "Play the takes over the viewport, again and again; the scene's own frame stays"

    def execute(self, context: bpy.types.Context) -> set[str]:
        ghost.play(not review.playing)
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_compare_takes(_Take, bpy.types.Operator):
    bl_idname = "kinema.compare_takes"
    bl_label = "Compare"
    bl_description = "Show all takes side by side"

    def execute(self, context: bpy.types.Context) -> set[str]:
        review.compare = not review.compare
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_accept(_Take, bpy.types.Operator):
    bl_idname = "kinema.accept"
    bl_label = "Accept"
    bl_description = "Write this take's keys; one undo step. Undone, it can be accepted again"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender wants a set here)

    take: StringProperty(name="Take", description="Name of the take; empty for the selected one", options={"HIDDEN"})  # type: ignore[valid-type]

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not review.takes:
            return False
        if context.mode not in ("OBJECT", "POSE"):
            cls.poll_message_set("Leave Edit Mode first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        return self._accept(context, writing.at_once, {"FINISHED"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if bpy.app.background or context.window is None:
            return self.execute(context)
        return self._accept(context, writing.begin, {"INTERFACE"})  # no undo step yet: writing.py makes it at the end

    def _accept(
        self, context: bpy.types.Context, write: Callable[[writing.Writing], object], answer: set[str]
    ) -> set[str]:
        take = self.chosen()
        if take is None:
            return {"CANCELLED"}
        try:
            write(writing.of(take, context.scene))
        except KinemaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return answer


class KINEMA_OT_stop_writing(bpy.types.Operator):
    bl_idname = "kinema.stop_writing"
    bl_label = "Stop Writing"
    bl_description = "Write no more keys; the file is as it was before Accept was pressed"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return writing.busy()

    def execute(self, context: bpy.types.Context) -> set[str]:
        writing.stop("Accept was stopped; the file is as it was")
        return {"FINISHED"}


class KINEMA_OT_reject(_Take, bpy.types.Operator):
    bl_idname = "kinema.reject"
    bl_label = "Reject"
    bl_description = "Delete this take for good; the file stays as it is"

    take: StringProperty(name="Take", description="Name of the take; empty for the selected one")  # type: ignore[valid-type]

    def execute(self, context: bpy.types.Context) -> set[str]:
        review.reject(self.take or review.selected)
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_finish_review(_Take, bpy.types.Operator):
    bl_idname = "kinema.finish_review"
    bl_label = "Finish Review"
    bl_description = "Delete the takes that are listed and close the review; what was accepted stays in the file"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        accepted = provenance.accepted()
        if all(take.name in accepted for take in review.takes):
            return self.execute(context)
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        review.clear()
        ghost.play(False)
        dispatch.redraw()
        return {"FINISHED"}


class KINEMA_OT_start_here(InTurns, _Take, bpy.types.Operator):
    bl_idname = "kinema.start_here"
    bl_label = "Start Here"
    bl_description = "Let the takes begin at the current frame, and where the character stands now"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if review.take is not None and review.take.edit.get("action"):
            cls.poll_message_set("A changed action stays where it is")
            return False
        return bool(review.takes)

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene, frame, chosen = context.scene, context.scene.frame_current, review.selected

        def move(found: list[asking.Read]) -> None:
            if review.selected == chosen:
                review.move(frame, found[0].notes["place"])

        return self.set_out(lambda: asking.Errand((asking.place_steps(scene.kinema.target),), move, brief=True))


class KINEMA_OT_restore(bpy.types.Operator):
    bl_idname = "kinema.restore"
    bl_label = "Review Earlier Results"
    bl_description = "Bring back the results that were finished and never accepted or rejected"

    def execute(self, context: bpy.types.Context) -> set[str]:
        dispatch.restore()
        return {"FINISHED"}


CLASSES = (
    KINEMA_OT_select_take,
    KINEMA_OT_play_takes,
    KINEMA_OT_compare_takes,
    KINEMA_OT_accept,
    KINEMA_OT_stop_writing,
    KINEMA_OT_reject,
    KINEMA_OT_finish_review,
    KINEMA_OT_start_here,
    KINEMA_OT_restore,
)
