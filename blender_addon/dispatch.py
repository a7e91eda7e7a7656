"""From the backend's queue to the review: a timer that runs only while there is something to wait for."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from kinema.errors import KinemaError
from kinema.protocol.messages import (
    PARTS,
    Aside,
    Cleared,
    Describe,
    Description,
    Examine,
    Examined,
    Failed,
    ListStyles,
    Refine,
    Refined,
    SaveStyle,
    Styles,
)

from . import found, preferences, results, style_list
from .jobs import Job, State, Worker, new_id
from .takes import review
from .work import Request

PERIOD = 0.05
"""Seconds between two looks at the queue."""

IDLE_PERIOD = 15.0
"""Seconds between two looks at whether the backend has been idle for too long."""

worker = Worker(Path(tempfile.gettempdir()))
message = ""
"""The last outcome that the panel shows, "" for none."""
description: Description | None = None
"""What the backend said of itself."""
stored = 0
"""Results on disk from earlier sessions that wait for review."""

_asked: dict[str, tuple[str, bool]] = {}
"""Refine's id -> scene, and whether its part texts are wanted in the panel."""
_examined: dict[str, str] = {}
"""Examine's id -> scene whose panel shows the answer."""
_placing: list[str] = []
"""Takes that are to be accepted without review as soon as Blender is in a mode that allows it."""


def begin(
    request: Request,
    command: Sequence[str],
    environment: Mapping[str, str],
    notes: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Queue a request, with the clips that travel beside it, whose takes will be reviewed when they arrive."""
    global message
    message = ""
    worker.folder = preferences.results_folder()
    worker.add(request, command, environment, notes, arrays)
    _introduce(command, environment)
    watch()


def ask(question: Aside | SaveStyle, arrays: Mapping[str, np.ndarray] | None = None) -> None:
    """Ask the backend something that needs no weights. Raises EnvironmentSetupError when none is set up."""
    command, environment = preferences.backend()
    worker.ask(question, command, environment, arrays)
    watch()


def _introduce(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Let the backend say who it is and which styles it has, where that is not known."""
    if description is None:
        worker.ask(Describe(new_id()), command, environment)
    if not style_list.heard:
        worker.ask(ListStyles(new_id()), command, environment)


def examine(scene: bpy.types.Scene, question: Examine, arrays: Mapping[str, np.ndarray]) -> None:
    """Ask whether a style can be taken from the scene's reference. Raises EnvironmentSetupError."""
    _examined[question.id] = scene.name
    ask(question, arrays)


def refine(scene: bpy.types.Scene, fill: bool) -> None:
    """Ask what the scene's prompt means; with `fill` the part texts go into the panel, else only the feedback.

    Raises PromptError for an empty prompt, EnvironmentSetupError when no backend is set up.
    """
    question = Refine(new_id(), scene.kinema.prompt, scene.kinema.refiner)
    _asked[question.id] = (scene.name, fill)
    ask(question)


def listen_to(scene: bpy.types.Scene) -> None:
    """The prompt changed: tell what is not understood in it, where a backend runs already."""
    settings = scene.kinema
    settings.feedback = ""
    if worker.pid is not None and settings.prompt.strip() and settings.refiner == "lexicon":
        with contextlib.suppress(KinemaError):
            refine(scene, fill=False)


def watch() -> None:
    """Let the timer run until nothing is under way."""
    if not bpy.app.timers.is_registered(_tick):
        # Persistent: loading another file must not orphan the job.
        bpy.app.timers.register(_tick, first_interval=PERIOD, persistent=True)


def stop() -> None:
    """End the backend and the timers, and wait for it."""
    for timer in (_tick, _look_idle):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)
    _placing.clear()
    worker.stop(grace=1.0)


def close() -> None:
    """End the backend without waiting for it."""
    global description
    description = None
    worker.close()


def drain() -> bool:
    """Take in what arrived; True while there is more to wait for."""
    if worker.poll():
        redraw()
    while worker.answers:
        _answered(worker.answers.pop(0))
    while worker.finished:
        _ended(worker.finished.pop(0))
    if _placing:
        _accept_waiting()
    return bool(_placing) or worker.busy


def restore() -> int:
    """Bring results of earlier sessions under review; returns how many takes there are now."""
    global stored
    for result in results.load(preferences.results_folder()):
        review.add(result)
    stored = 0
    redraw()
    return len(review.takes)


def _tick() -> float | None:
    if drain():
        return PERIOD
    if not bpy.app.timers.is_registered(_look_idle):
        bpy.app.timers.register(_look_idle, first_interval=IDLE_PERIOD, persistent=True)
    return None


def _look_idle() -> float | None:
    """End a backend that had nothing to do for as long as the preferences say."""
    limit = preferences.idle_seconds()
    if worker.pid is None:
        return None
    if limit > 0 and not worker.busy and time.monotonic() - worker.idle_since >= limit:
        worker.close()
        redraw()
        return None
    return IDLE_PERIOD


def _ended(job: Job) -> None:
    global message
    if job.result is not None:
        message = ""
        _compare(job.result.done.pack)
        review.add(job.result)
        if job.result.notes.get("at_once"):
            _placing.append(review.selected)
    elif job.ranking is not None:
        found.take(job.ranking, job.notes)
    else:
        message = "Cancelled" if job.state is State.CANCELLED else job.error
    redraw()


def _compare(pack: Mapping[str, Any]) -> None:
    """Ask anew who answers when it was another model pack than the panel shows."""
    global description
    if description is not None and pack and pack.get("sha256") != description.pack.get("sha256"):
        description, style_list.heard = None, False
        with contextlib.suppress(KinemaError):
            _introduce(*preferences.backend())


def _answered(answer: object) -> None:
    global message, description
    match answer:
        case Refined():
            scene_name, fill = _asked.pop(answer.id, ("", False))
            scene = bpy.data.scenes.get(scene_name)
            if scene is not None:
                _show_refined(scene, answer, fill)
        case Description():
            description = answer
            preferences.packs = answer.packs or preferences.packs
        case Styles():
            style_list.learn(answer.styles)
        case Examined():
            unit = bpy.app.translations.pgettext_iface("s long, a style can be taken from it")
            _show_examined(answer.id, f"{answer.clip}: {answer.seconds:.1f} {unit}", False)
        case Failed() if answer.id in _examined:
            _show_examined(answer.id, answer.message, True)
        case Cleared():
            message = f"Cache emptied: {answer.files} answers, {answer.bytes / 1e6:.1f} MB"
            description = None
        case Failed():
            _, fill = _asked.pop(answer.id, ("", True))
            message = answer.message if fill else message
    redraw()


def _show_examined(question: str, told: str, unusable: bool) -> None:
    scene = bpy.data.scenes.get(_examined.pop(question, ""))
    if scene is not None:
        scene.kinema_style.told, scene.kinema_style.unusable = told, unusable


def _show_refined(scene: bpy.types.Scene, refined: Refined, fill: bool) -> None:
    settings = scene.kinema
    settings.feedback = "\n".join(refined.warnings)
    if fill:
        settings.parts_of = settings.prompt
        for part in PARTS:
            setattr(settings, f"part_{part}", refined.parts.get(part, ""))


def _accept_waiting() -> None:
    global message
    with window():
        if not bpy.ops.kinema.accept.poll():
            message = "The motion is ready: leave Edit Mode to place it"
            return
        name = _placing.pop(0)
        try:
            bpy.ops.kinema.accept("INVOKE_DEFAULT", True, take=name)
        except RuntimeError as error:
            message = str(error).removeprefix("Error: ").strip()


@contextlib.contextmanager
def window() -> Iterator[None]:
    """A timer has no window, and an undo step belongs to one."""
    manager = bpy.context.window_manager
    window = manager.windows[0] if manager is not None and manager.windows else None
    with bpy.context.temp_override(window=window) if window else contextlib.nullcontext():
        yield


def redraw() -> None:
    """Panels show what changed."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type in ("VIEW_3D", "PREFERENCES"):
                area.tag_redraw()
