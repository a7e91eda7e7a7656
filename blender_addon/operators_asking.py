"""What the buttons that read a character have in common: in turns beside a window, at once for a script."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from kinema.errors import KinemaError

from . import asking, dispatch, preferences
from .asking import Asked, Errand


class InTurns:
    """An operator that sets out on one errand."""

    in_turns = False

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.in_turns = not bpy.app.background and context.window is not None
        return self.execute(context)

    def set_out(self, make: Callable[[], Errand]) -> set[str]:
        """Reports what hinders the errand at the press; what does so later is told in the panel."""
        go_on = asking.begin if self.in_turns else asking.at_once
        try:
            go_on(make())
        except KinemaError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        dispatch.redraw()
        return {"FINISHED"}

    def queue(self, ask: Callable[[], Asked]) -> set[str]:
        """Ask the backend for takes."""

        def make() -> Errand:
            command, extra = preferences.backend()
            return asking.Reading(ask(), command, extra)

        return self.set_out(make)


class KINEMA_OT_stop_reading(bpy.types.Operator):
    bl_idname = "kinema.stop_reading"
    bl_label = "Stop Reading"
    bl_description = "Read no more of the action; nothing comes of the button that was pressed"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return asking.busy()

    def execute(self, context: bpy.types.Context) -> set[str]:
        asking.stop("Reading was stopped; nothing comes of it")
        return {"FINISHED"}


CLASSES = (KINEMA_OT_stop_reading,)
