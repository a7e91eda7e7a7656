"""The motion that an edit changes: the character's action as Blender evaluates it, or a take under review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import bpy
import numpy as np

from kinema.errors import MotionError, RequestError, SkeletonError
from kinema.protocol.motion import Motion

from . import action_motions, kept_motion, keyframes, provenance, sampling
from .steps import Steps
from .takes import Take, review


@dataclass(frozen=True, eq=False)
class Clip:
    """`reading`: its motion of `count` frames at `fps`, read in steps; the first one takes a copy of what it reads.
    `first`: the scene's frame of its first pose. `armature`, `action`: names of what it is read from; the action is
    "" for a take, whose own `notes` then say where its changes belong. `pack`: the model pack that made it, if any."""

    reading: Steps[Motion]
    count: int
    fps: float
    name: str
    first: int
    armature: str = ""
    action: str = ""
    notes: Mapping[str, Any] | None = None
    pack: Mapping[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The scene's frame of its last pose."""
        return self.first + self.count - 1

    def frame(self, at: int) -> int:
        """The clip's own number of a frame of the scene. Raises RequestError outside the clip."""
        if not self.first <= at <= self.last:
            raise RequestError(f"frame {at} lies outside {self.name}, which has the frames {self.first} to {self.last}")
        return at - self.first


def character(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active object where it is a rig of Kinema's kinds, else the panel's character."""
    active = context.active_object
    return active if active is not None and active.type == "ARMATURE" else context.scene.kinema.target


def chosen(context: bpy.types.Context) -> bpy.types.Object:
    """`character`. Raises SkeletonError where there is none."""
    armature = character(context)
    if armature is None:
        raise SkeletonError("there is no character; select its armature, or choose one in the panel Generate")
    return armature


def source(context: bpy.types.Context) -> Clip:
    """What the panel's source says. Raises SkeletonError, MotionError or RequestError."""
    if context.scene.kinema_edit.source == "TAKE":
        return of_take(review.take)
    return of_action(context.scene, chosen(context))


def of_action(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action | None = None) -> Clip:
    """An action, the character's own where none is named, as the character plays it at the scene's rate.

    Raises SkeletonError or MotionError; that the character is no rig that Kinema knows is found by reading it.
    """
    if armature.type != "ARMATURE":
        raise SkeletonError(f"{armature.name} is no character; name its armature")
    frames = sampling.frames_of(armature) if action is None else sampling.frames_in(action)
    action = armature.animation_data.action if action is None else action
    if len(frames) < 2:
        raise MotionError("the action is one pose; give it a second key, so that there is a motion to change")
    reading = action_motions.read_steps(scene, armature, action, frames)
    origin = provenance.read(action)
    pack = origin.get("pack", {}) if origin is not None else {}
    rate = keyframes.scene_rate(scene)
    return Clip(reading, len(frames), rate, action.name, frames.start, armature.name, action.name, pack=pack)


def of_take(take: Take | None) -> Clip:
    """A take as it was made. Raises RequestError when none is selected."""
    if take is None:
        raise RequestError("no take is selected; select one in the review, or edit the current action")
    notes = {key: value for key, value in take.result.notes.items() if key != "rejected"}
    return replace(_known(take.motion, take.title[:80], round(take.start)), notes=notes, pack=dict(take.pack))


def of_file(scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action) -> Clip:
    """Any action of the file: the motion kept in it, else the action as the character would play it.

    Raises SkeletonError or MotionError.
    """
    if kept_motion.KEY in action:
        motion, start = kept_motion.recall(action)
        return _known(motion, action.name, round(start))
    return of_action(scene, armature, action)


def _known(motion: Motion, name: str, first: int) -> Clip:
    return Clip(_at_hand(motion), len(motion), motion.fps, name, first)


def _at_hand(motion: Motion) -> Steps[Motion]:
    yield None
    return motion


def selected_frames(armature: bpy.types.Object) -> list[int]:
    """Frames on which keys of the character's action are selected, each once, in order."""
    data = armature.animation_data
    if data is None or data.action is None:
        return []
    found: set[int] = set()
    for curve in keyframes.curves_for(armature, data.action).values():
        points = curve.keyframe_points
        chosen = np.empty(len(points), dtype=bool)
        points.foreach_get("select_control_point", chosen)
        if chosen.any():
            at = np.empty(2 * len(points), dtype=np.float32)
            points.foreach_get("co", at)
            found |= {round(float(frame)) for frame in at[::2][chosen]}
    return sorted(found)


def marked_frames(scene: bpy.types.Scene) -> list[int]:
    """Frames of the selected markers, else of all."""
    chosen = [marker.frame for marker in scene.timeline_markers if marker.select]
    return sorted({*(chosen or [marker.frame for marker in scene.timeline_markers])})
