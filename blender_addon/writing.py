"""Accept beside a window: a few milliseconds at a time, the file changed by the last of them, one undo step.

What is half made is used by nothing of the user's. Saving takes it out first and it is made anew afterwards; undo, redo
and another file end it. Batches, scripts and tests call the operator, which does the same work at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy
from bpy.app.handlers import persistent

from kinema.errors import KinemaError

from . import accepting, dispatch, handlers, provenance
from .placement import Placed, Placing
from .steps import Running
from .takes import Take
from .timeline import placing_of

PERIOD = 0.005
"""Seconds between two turns: Blender draws and hears the mouse in between."""


@dataclass(eq=False)
class Writing:
    """A take on its way to its character, as the panel stood when Accept was pressed. `work`: None until it begins, and
    again after it was taken out."""

    take: Take
    scene: str
    placing: Placing
    origin: Mapping[str, Any]
    work: Running[Placed] | None = None


_waiting: list[Writing] = []


def of(take: Take, scene: bpy.types.Scene) -> Writing:
    """What Accept would do now. Raises RequestError when the panel asks for what cannot be."""
    placing = placing_of(scene, take)
    edits = {"loop": placing.loop, "in_place": placing.in_place, "frames": placing.frames}
    return Writing(take, scene.name, placing, provenance.of_take(take, edits))


def at_once(wanted: Writing) -> Placed:
    """All of it now. Raises SkeletonError or MotionError when the character or its action does not allow it."""
    placed = accepting.place(wanted.take, wanted.placing, accepting.action_name(wanted.take.title), wanted.origin)
    _made(wanted, placed)
    return placed


def begin(wanted: Writing) -> None:
    """Let the timer do it; a take that is under way already is not taken twice."""
    if all(other.take.name != wanted.take.name for other in _waiting):
        _waiting.append(wanted)
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=0.0, persistent=True)
    dispatch.redraw()


def busy() -> bool:
    """Whether keys are being written."""
    return bool(_waiting)


def advance() -> bool:
    """One turn; True while there is more to write."""
    if not _waiting or bpy.context.mode not in ("OBJECT", "POSE"):
        return bool(_waiting)
    wanted = _waiting[0]
    try:
        if wanted.work is None:
            name = accepting.action_name(wanted.take.title)
            wanted.work = Running(accepting.place_steps(wanted.take, wanted.placing, name, wanted.origin))
        if wanted.work.advance():
            return True
        placed = wanted.work.result
        assert placed is not None
        _made(wanted, placed)
        _undo_step()
    except ReferenceError:
        dispatch.message = "The character was removed while its keys were written; choose another and accept again"
    except KinemaError as error:
        dispatch.message = str(error)
    _waiting.pop(0)
    dispatch.redraw()
    return bool(_waiting)


def _undo_step() -> None:
    bpy.ops.ed.undo_push(message="Accept")


def stop(reason: str = "") -> None:
    """Give up what is under way; the file is as it was before Accept was pressed."""
    if not _waiting:
        return
    _take_out()
    _waiting.clear()
    dispatch.message = reason
    dispatch.redraw()


def _take_out() -> None:
    for wanted in _waiting:
        if wanted.work is not None:
            wanted.work.close()
            wanted.work = None


def _made(wanted: Writing, placed: Placed) -> None:
    scene = bpy.data.scenes.get(wanted.scene)
    if wanted.placing.destination != "KEEP" and scene is not None:
        scene.kinema.target = placed.armature
    dispatch.message = f'Made the action "{placed.action.name}"'
    dispatch.redraw()


def _tick() -> float | None:
    with dispatch.window():
        return PERIOD if advance() else None


@persistent
def _before_saving(*_: object) -> None:
    _take_out()


@persistent
def _before_undo(*_: object) -> None:
    stop("Keys were still being written when something was undone; press Accept again")


@persistent
def _before_another_file(*_: object) -> None:
    stop()


_HANDLERS = (
    ("save_pre", _before_saving),
    ("undo_pre", _before_undo),
    ("redo_pre", _before_undo),
    ("load_pre", _before_another_file),
)


def register() -> None:
    handlers.register(_HANDLERS)


def unregister() -> None:
    stop()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    handlers.unregister(_HANDLERS)
