"""Where on the timeline a motion is wanted and how long it is, as the panel of a scene says."""

from __future__ import annotations

from dataclasses import dataclass

import bpy

from kinema.errors import RequestError
from kinema.protocol.messages import MAX_SECONDS, MIN_SECONDS

from .keyframes import scene_rate
from .placement import Placing
from .takes import Take


@dataclass(frozen=True)
class Span:
    """`start`: first frame. `frames`: how many are to be filled exactly, None for the motion's own length."""

    start: int
    frames: int | None
    seconds: float


def span_of(scene: bpy.types.Scene) -> Span:
    """What the scene's panel asks for. Raises RequestError where a range is missing or cannot be filled."""
    settings = scene.kinema
    if settings.length == "SECONDS":
        start = scene.frame_current if settings.start == "CURRENT" else first_frame(scene)
        return Span(start, None, settings.seconds)
    first, last = _markers(scene) if settings.length == "MARKERS" else (first_frame(scene), last_frame(scene))
    frames = last - first + 1
    seconds = frames / scene_rate(scene)
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:
        raise RequestError(
            f"frames {first} to {last} are {seconds:.1f} s; choose a range of {MIN_SECONDS:g} to {MAX_SECONDS:g} s"
        )
    return Span(first, frames, seconds)


def first_frame(scene: bpy.types.Scene) -> int:
    """Of the preview range where one is set, else of the scene."""
    return scene.frame_preview_start if scene.use_preview_range else scene.frame_start


def last_frame(scene: bpy.types.Scene) -> int:
    return scene.frame_preview_end if scene.use_preview_range else scene.frame_end


def _markers(scene: bpy.types.Scene) -> tuple[int, int]:
    """The selected markers' range, else the two markers around the current frame."""
    chosen = sorted(marker.frame for marker in scene.timeline_markers if marker.select)
    if len(chosen) >= 2 and chosen[-1] > chosen[0]:
        return chosen[0], chosen[-1]
    frames = sorted({marker.frame for marker in scene.timeline_markers})
    before = [frame for frame in frames if frame <= scene.frame_current]
    after = [frame for frame in frames if frame > scene.frame_current]
    if not before or not after:
        raise RequestError("there are no markers around the current frame; set two, or select the two that you mean")
    return before[-1], after[0]


def placing_of(scene: bpy.types.Scene, take: Take) -> Placing:
    """Where and how a take would be accepted now: its own start and length, the panel's options; the result of an edit
    stays where its motion was."""
    settings = scene.kinema
    if "target" in (edit := take.edit):
        return Placing(
            scene.name,
            str(edit["target"]),
            take.start,
            settings.interpolation,
            settings.extend,
            destination="ACTION" if settings.destination == "STRIP" else settings.destination,
        )
    return placing_at(scene, take.start, take.frames)


def placing_at(scene: bpy.types.Scene, start: float, frames: int | None) -> Placing:
    """The panel's options for a motion from frame `start` on; `frames`: how many it fills exactly."""
    settings = scene.kinema
    return Placing(
        scene=scene.name,
        target=settings.target.name if settings.target is not None else "",
        start=start,
        interpolation=settings.interpolation,
        extend=settings.extend,
        frames=frames,
        begin=settings.begin,
        blend=settings.blend,
        in_place=settings.in_place,
        loop=settings.loop,
        destination=settings.destination,
    )
