"""From the backend's queue into the scene: a timer that runs only while there is something to wait for."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import bpy

from kinema.errors import KinemaError
from kinema.protocol.messages import Generate

from . import __package__ as package
from . import placement
from .jobs import Job, State, Worker

PERIOD = 0.05
"""Seconds between two looks at the queue."""

worker = Worker()
waiting: list[tuple[Job, placement.Placing]] = []
"""The finished job whose motion waits for Object Mode; at most one."""
message = ""
"""The last outcome that the panel shows, "" for none."""

_placing: placement.Placing | None = None


def begin(
    request: Generate, command: Sequence[str], environment: Mapping[str, str], placing: placement.Placing
) -> None:
    """Start a job whose motion will be placed when it arrives. Raises BackendError as Worker.begin does."""
    global _placing, message
    worker.begin(request, command, environment)
    waiting.clear()
    _placing, message = placing, ""
    if not bpy.app.timers.is_registered(_tick):
        # Persistent: loading another file must not orphan the job.
        bpy.app.timers.register(_tick, first_interval=PERIOD, persistent=True)


def stop() -> None:
    """End the backend and the timer; what is still waiting to be placed is dropped."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    waiting.clear()
    worker.stop()


def drain() -> bool:
    """Take in what arrived and place a finished motion; True while there is more to wait for."""
    global message
    if worker.poll():
        redraw()
        job = worker.job
        if job is not None and job.state is State.DONE and _placing is not None:
            waiting[:] = [(job, _placing)]
        elif job is not None and job.state is State.FAILED:
            message = job.error
        elif job is not None and job.state is State.CANCELLED:
            message = "Cancelled"
    if waiting:
        _place_waiting()
    return bool(waiting) or (worker.job is not None and worker.job.active)


def _tick() -> float | None:
    return PERIOD if drain() else None


def _place_waiting() -> None:
    global message
    job, placing = waiting[0]
    if placement.needs_object_mode(placing) and bpy.context.mode not in ("OBJECT", "POSE"):
        message = "The motion is ready: leave Edit Mode to place it"
        return
    waiting.clear()
    try:
        with _object_mode(placing):
            placed = placement.place(job.motions[0], placing, action_name(job.request.prompt), provenance(job))
    except KinemaError as error:
        message = str(error)
    else:
        settings = placed.armature.users_scene[0].kinema
        settings.target = placed.armature
        message = f"Made {placed.action.name}"
        _push_undo(f"Kinema: {job.request.prompt[:40]}")
    redraw()


@contextlib.contextmanager
def _object_mode(placing: placement.Placing) -> Iterator[None]:
    """Object Mode while a character is made, and the user's Pose Mode again after it."""
    posing = bpy.context.mode == "POSE" and placement.needs_object_mode(placing)
    active = bpy.context.view_layer.objects.active
    if posing:
        bpy.ops.object.mode_set(mode="OBJECT")
    try:
        yield
    finally:
        if posing:
            bpy.context.view_layer.objects.active = active
            bpy.ops.object.mode_set(mode="POSE")


def _push_undo(text: str) -> None:
    """One undo step for the whole result. A timer has no window, and the step belongs to one."""
    manager = bpy.context.window_manager
    window = manager.windows[0] if manager is not None and manager.windows else None
    with bpy.context.temp_override(window=window) if window else contextlib.nullcontext():
        bpy.ops.ed.undo_push(message=text)


def action_name(prompt: str) -> str:
    """A short name for an action; Blender numbers it where it is taken."""
    return " ".join(prompt.split())[:48] or "Kinema"


def provenance(job: Job) -> dict[str, object]:
    """What made a motion, as it is kept with the action."""
    return {
        "request": dataclasses.asdict(job.request),
        "parts": dict(job.parts),
        "pack": dict(job.pack),
        "add-on": package,
    }


def redraw() -> None:
    """Panels show what changed."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
