"""Buttons beside a window that read what a character does: a few milliseconds at a time, then what they are for.

What is read is a copy that the press made, so whatever is edited until it is read, keys, constraints or the action
itself removed, it is what the character did when the button was pressed. The copy is used by nothing of the user's:
saving and another file end its reading first, and so does undo, after which the button is to be pressed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import bpy
import numpy as np
from bpy.app.handlers import persistent

from kinema.errors import KinemaError
from kinema.protocol import clips
from kinema.protocol.motion import Motion

from . import dispatch, handlers, standing
from .steps import Running, Steps, finish
from .work import Request

PERIOD = 0.005
"""Seconds between two turns."""


@dataclass(frozen=True, eq=False)
class Read:
    """What one reading brings to a request: arrays that travel beside it, and notes by which its takes find back."""

    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Asked:
    """A request that can be queued as soon as the readings beside it are done.

    `notes`: by which takes find back. `readings`: the first step of each takes its copy of all that it reads. `brief`:
    whether none of them reads an action, so that no panel need say that something is read.
    """

    request: Request
    notes: Mapping[str, Any]
    readings: Sequence[Steps[Read]] = ()
    brief: bool = False


def clip_steps(prefix: str, steps: Steps[Motion]) -> Steps[Read]:
    """A motion that is read, as the clip whose arrays begin with `prefix`."""
    motion = yield from steps
    return Read(clips.motion_arrays(prefix, motion))


def at_hand(arrays: Mapping[str, np.ndarray]) -> Steps[Read]:
    """What need not be read any more."""
    yield None
    return Read(arrays)


def place_steps(armature: bpy.types.Object | None) -> Steps[Read]:
    """The note "place": where a character stands and what it faces, None where there is none."""
    place = yield from standing.place_steps(armature)
    return Read(notes={"place": None if place is None else [place.x, place.z, place.heading]})


def read(asked: Asked) -> Read:
    """All that travels beside a request, and all its notes, at once. Raises KinemaError."""
    return _joined(asked, [finish(steps) for steps in asked.readings])


def _joined(asked: Asked, found: Sequence[Read]) -> Read:
    arrays: dict[str, np.ndarray] = {}
    notes = dict(asked.notes)
    for one in found:
        arrays |= one.arrays
        notes |= one.notes
    return Read(arrays, notes)


class Errand:
    """Readings on their way, and what is done with what they bring. `brief`: see Asked.

    Raises what the first step of a reading raises.
    """

    ends_before_saving: ClassVar[bool] = False
    """Whether the end comes before the file is saved, or with the next turn after it, as what changes the file must."""

    def __init__(self, readings: Sequence[Steps[Any]], then: Callable[[list[Any]], None], brief: bool = False) -> None:
        self.brief = brief
        self._work: list[Running[Any]] = []
        self._then = then
        try:
            for steps in readings:
                self._work.append(Running(steps))
                self._work[-1].advance(0.0)
        except BaseException:
            self.close()
            raise

    def advance(self) -> bool:
        """One turn; True while there is more to do. Raises KinemaError."""
        left = [work for work in self._work if not work.done]
        if not left:
            self._then([work.result for work in self._work])
            return False
        try:
            left[0].advance()
        except BaseException:
            self.close()
            raise
        return True

    def before_saving(self) -> bool:
        """Hold nothing of Blender's any more; True where the end is still to come. Raises KinemaError."""
        while any(not work.done for work in self._work) or self.ends_before_saving:
            if not self.advance():
                return False
        return True

    def close(self) -> None:
        """Give it up."""
        for work in self._work:
            work.close()


class Reading(Errand):
    """An Asked on its way; made at the press, and queued in the end."""

    ends_before_saving = True

    def __init__(self, asked: Asked, command: Sequence[str], environment: Mapping[str, str]) -> None:
        def queue(found: list[Read]) -> None:
            all_of_it = _joined(asked, found)
            dispatch.begin(asked.request, command, environment, all_of_it.notes, all_of_it.arrays)

        super().__init__(asked.readings, queue, asked.brief)


_waiting: list[Errand] = []


def at_once(errand: Errand) -> None:
    """All of it now. Raises KinemaError."""
    while errand.advance():
        pass


def begin(errand: Errand) -> None:
    """Let the timer do it."""
    _waiting.append(errand)
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=0.0, persistent=True)
    dispatch.redraw()


def busy() -> bool:
    """Whether anything is being read."""
    return bool(_waiting)


def reading_action() -> bool:
    """Whether an action is being read, which a panel says."""
    return any(not errand.brief for errand in _waiting)


def advance() -> bool:
    """One turn; True while there is more to read."""
    if _waiting and not _told(_waiting[0].advance):
        _waiting.pop(0)
        dispatch.redraw()
    return bool(_waiting)


def _told(step: Callable[[], bool]) -> bool:
    """What a step answers; False where it failed, with the reason in the panel."""
    try:
        return step()
    except ReferenceError:
        dispatch.message = "What was being read was removed; press the button again"
    except KinemaError as error:
        dispatch.message = str(error)
    return False


def stop(reason: str = "") -> None:
    """Give up what is under way; nothing comes of it."""
    if not _waiting:
        return
    for errand in _waiting:
        errand.close()
    _waiting.clear()
    dispatch.message = reason
    dispatch.redraw()


def _tick() -> float | None:
    return PERIOD if advance() else None


@persistent
def _before_saving(*_: object) -> None:
    _waiting[:] = [errand for errand in _waiting if _told(errand.before_saving)]
    dispatch.redraw()


@persistent
def _before_undo(*_: object) -> None:
    stop("The action was still being read when something was undone; press the button again")


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
