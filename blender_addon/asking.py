"""The buttons of Edit beside a window: actions are read a few milliseconds at a time, then the request is queued.

What is read is a copy that the press made, so whatever is edited until it is read, keys, constraints or the action
itself removed, the clip is what the character did when the button was pressed. The copy is used by nothing of the
user's: saving and another file end its reading first, and so does undo, after which the button is to be pressed again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np
from bpy.app.handlers import persistent

from kinema.errors import KinemaError
from kinema.protocol import clips
from kinema.protocol.motion import Motion

from . import dispatch
from .steps import Running, Steps, finish
from .work import Request

PERIOD = 0.005
"""Seconds between two turns."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A request that can be queued as soon as the clips that travel beside it are read.

    `clips`: prefix of a clip's arrays -> its reading, whose first step takes its copy of all that it reads. `arrays`:
    what else travels. `notes`: by which takes find back.
    """

    request: Request
    notes: Mapping[str, Any]
    clips: Mapping[str, Steps[Motion]] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


class Reading:
    """An Asked on its way; made at the press. Raises what the first step of a clip's reading raises."""

    def __init__(self, asked: Asked, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._asked, self._backend = asked, (command, environment)
        self._work: dict[str, Running[Motion]] = {}
        try:
            for prefix, steps in asked.clips.items():
                self._work[prefix] = Running(steps)
                self._work[prefix].advance(0.0)
        except BaseException:
            self.close()
            raise

    def advance(self) -> bool:
        """One turn; True while there is more to read. The last one queues the request. Raises KinemaError."""
        left = [work for work in self._work.values() if not work.done]
        if not left:
            read = {prefix: work.result for prefix, work in self._work.items()}
            dispatch.begin(self._asked.request, *self._backend, self._asked.notes, _arrays(self._asked, read))
            return False
        try:
            left[0].advance()
        except BaseException:
            self.close()
            raise
        return True

    def close(self) -> None:
        """Give it up."""
        for work in self._work.values():
            work.close()


_waiting: list[Reading] = []


def arrays_of(asked: Asked) -> dict[str, np.ndarray]:
    """All that travels beside a request, read at once. Raises KinemaError."""
    return _arrays(asked, {prefix: finish(steps) for prefix, steps in asked.clips.items()})


def _arrays(asked: Asked, read: Mapping[str, Motion | None]) -> dict[str, np.ndarray]:
    arrays = dict(asked.arrays)
    for prefix, motion in read.items():
        assert motion is not None
        arrays |= clips.motion_arrays(prefix, motion)
    return arrays


def at_once(reading: Reading) -> None:
    """All of it now. Raises KinemaError."""
    while reading.advance():
        pass


def begin(reading: Reading) -> None:
    """Let the timer do it."""
    _waiting.append(reading)
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=0.0, persistent=True)
    dispatch.redraw()


def busy() -> bool:
    """Whether an action is being read."""
    return bool(_waiting)


def advance() -> bool:
    """One turn; True while there is more to read."""
    if not _waiting:
        return False
    try:
        if _waiting[0].advance():
            return True
    except ReferenceError:
        dispatch.message = "What was being read was removed; press the button again"
    except KinemaError as error:
        dispatch.message = str(error)
    _waiting.pop(0)
    dispatch.redraw()
    return bool(_waiting)


def stop(reason: str = "") -> None:
    """Give up what is under way; nothing is asked of the backend."""
    if not _waiting:
        return
    for reading in _waiting:
        reading.close()
    _waiting.clear()
    dispatch.message = reason
    dispatch.redraw()


def _tick() -> float | None:
    return PERIOD if advance() else None


@persistent
def _before_saving(*_: object) -> None:
    while advance():
        pass


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
    for name, handler in _HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    stop()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    for name, handler in _HANDLERS:
        with contextlib.suppress(ValueError):
            getattr(bpy.app.handlers, name).remove(handler)
