"""The panel "Edit" as requests to the backend, with the clips beside them and the notes by which takes find back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import bpy

from kinema.errors import RequestError
from kinema.protocol import clips
from kinema.protocol.messages import PARTS, Edit, Mix, Timeline, Transform, Vary

from . import asking, curve_paths, edit_clips, provenance
from .asking import Asked
from .edit_clips import Clip
from .edit_properties import parts_in
from .jobs import new_id
from .keyframes import scene_rate
from .takes import review
from .timeline import first_frame, last_frame
from .work import Request

NOTE = "edit"
"""Key of a result's notes: how its takes are accepted. `target`: armature. `action`: what they are spliced into, ""
for an action of their own. `loop`: whether the curves then repeat. `pack`: what had made the motion that is changed."""


REACHING = 1.0
"""Seconds before and after a goal in which a limb may leave its course for it."""

LIMB_OF = {"left_wrist": "left_arm", "right_wrist": "right_arm", "left_ankle": "left_leg", "right_ankle": "right_leg"}
"""Goal joint -> the body part that reaches; the whole body for others."""


def change(context: bpy.types.Context) -> Asked:
    """Make a span, or single body parts, anew. Raises KinemaError."""
    settings, clip = context.scene.kinema_edit, edit_clips.source(context)
    request = Edit(
        new_id(),
        settings.prompt,
        clip.name,
        span=span_in(context, clip),
        body_parts=parts_in(settings),
        **_drawing(context.scene),
    )
    return _asked(context, request, clip, splice=True)


def fill(context: bpy.types.Context) -> Asked:
    """Make everything between the poses that are kept. Raises KinemaError."""
    settings, clip = context.scene.kinema_edit, edit_clips.source(context)
    keys = sorted({clip.frame(at) for at in _kept_frames(context)})
    word = "keys in the dope sheet" if settings.keys_from == "KEYS" else "markers"
    if len(keys) < 2:
        raise RequestError(f"filling needs two poses or more to go between; select two {word}")
    between = set(range(keys[0], keys[-1])) - set(keys)
    if not between:
        raise RequestError(f"there is no frame between the poses that are kept; select {word} that lie apart")
    span = (keys[0] + 1, keys[-1] - 1)
    request = Edit(
        new_id(),
        settings.prompt,
        clip.name,
        span=span,
        keys=tuple(keys[1:-1]),
        body_parts=parts_in(settings),
        **_drawing(context.scene),
    )
    return _asked(context, request, clip, splice=True)


def follow(context: bpy.types.Context) -> Asked:
    """A new motion along a path and to goals, or the source's motion led along them. Raises KinemaError.

    For goals alone only their limbs change, and only near their frames, unless parts or a span are chosen.
    """
    settings, scene = context.scene.kinema_edit, context.scene
    if settings.apply_to == "SOURCE":
        clip = edit_clips.source(context)
        path, goals, _, _ = _directions(context, clip.first, clip.armature)
        last = (clip.count - 1) / clip.fps
        if path and path[0][0] > last:
            raise RequestError(f"the path begins at {path[0][0]:.1f} s and {clip.name} ends at {last:.1f} s; move one")
        path = tuple(point for point in path if point[0] <= last + 1e-6)
        span = span_in(context, clip) if settings.span != "RANGE" or scene.use_preview_range else ()
        limbs: tuple[str, ...] = ()
        if not path:
            limbs, span = parts_in(settings) or _limbs(goals), span or _around(goals, clip)
        request = Edit(
            new_id(),
            settings.prompt,
            clip.name,
            span=span,
            body_parts=limbs,
            path=path,
            goals=goals,
            **_drawing(scene),
        )
        return _asked(context, request, clip, splice=True)
    armature = edit_clips.character(context)
    path, goals, start, seconds = _directions(context, None, armature.name if armature is not None else "")
    request = Edit(
        new_id(),
        settings.prompt or "a person walks",
        path=path,
        goals=goals,
        seconds=seconds,
        **_drawing(scene),
    )
    notes = notes_for(context, start) | {NOTE: {"target": armature.name if armature is not None else ""}}
    return Asked(request, notes, brief=True)


def _limbs(goals: Sequence[Sequence[str | float]]) -> tuple[str, ...]:
    """The body parts that goals are for; () where one needs the whole body."""
    parts = {LIMB_OF.get(str(goal[0]), "") for goal in goals}
    return () if "" in parts else tuple(part for part in PARTS if part in parts)


def _around(goals: Sequence[Sequence[str | float]], clip: Clip) -> tuple[int, int]:
    """First and last frame within REACHING of the goals."""
    frames = [round(float(goal[1]) * clip.fps) for goal in goals]
    beside = round(REACHING * clip.fps)
    return max(0, min(frames) - beside), min(clip.count - 1, max(frames) + beside)


def timeline(context: bpy.types.Context) -> Asked:
    """All prompt strips as one motion, where the panel's placement says. Raises KinemaError."""
    scene = context.scene
    rows = list(scene.kinema_edit.strips)
    if not rows:
        raise RequestError("there is no strip; add one with a prompt, a first and a last frame")
    start, rate = min(row.start for row in rows), scene_rate(scene)
    strips = tuple(
        {
            "prompt": row.prompt,
            "start": (row.start - start) / rate,
            "end": (row.end - start) / rate,
            "body_parts": list(parts_in(row)),
            "style": row.style.strip(),
        }
        for row in sorted(rows, key=lambda row: (row.start, row.end))
    )
    if scene.kinema_edit.strips_follow:
        target = scene.kinema.target.name if scene.kinema.target is not None else ""
        path, _, _, _ = _directions(context, start, target, goals=False)
        path = tuple(point for point in path if point[0] <= max(row.end - start for row in rows) / rate + 1e-6)
        request = Timeline(new_id(), strips, path=path, **_drawing(scene))
        return Asked(request, notes_for(context, start) | {NOTE: {"target": target}}, brief=True)
    readings = (asking.place_steps(scene.kinema.target),)
    return Asked(Timeline(new_id(), strips, **_drawing(scene)), notes_for(context, start), readings, brief=True)


def vary(context: bpy.types.Context) -> Asked:
    """Takes near the source's motion. Raises KinemaError."""
    settings, clip = context.scene.kinema_edit, edit_clips.source(context)
    request = Vary(new_id(), clip.name, settings.strength, settings.prompt, **_drawing(context.scene))
    return _asked(context, request, clip)


def mix(context: bpy.types.Context) -> Asked:
    """Between the source's motion and another. Raises KinemaError."""
    settings, clip = context.scene.kinema_edit, edit_clips.source(context)
    other = _other(context)
    asked = _asked(context, Mix(new_id(), clip.name, other.name, settings.share), clip)
    return replace(asked, readings=(*asked.readings, asking.clip_steps(clips.OTHER, other.reading)))


def transform(context: bpy.types.Context, kind: str) -> Asked:
    """`kind`: MIRROR, RETIME, LOOP or IN_PLACE. Raises KinemaError."""
    settings, clip = context.scene.kinema_edit, edit_clips.source(context)
    changes: dict[str, Any] = {
        "MIRROR": {"mirror": True},
        "RETIME": {"speed": settings.retime},
        "LOOP": {"loop": True},
        "IN_PLACE": {"in_place": True},
    }[kind]
    asked = _asked(context, Transform(new_id(), clip.name, **changes), clip)
    return replace(asked, notes={**asked.notes, NOTE: {**asked.notes[NOTE], "loop": kind == "LOOP"}})


def span_in(context: bpy.types.Context, clip: Clip) -> tuple[int, int]:
    """First and last frame of the clip that may change. Raises RequestError."""
    scene, settings = context.scene, context.scene.kinema_edit
    if settings.span == "FIELDS":
        first, stop = settings.first, settings.last
    elif settings.span == "KEYS":
        chosen = _selected(context)
        if not chosen:
            raise RequestError("no key is selected; select keys in the dope sheet, or give the frames")
        first, stop = chosen[0], chosen[-1]
    elif scene.use_preview_range:
        first, stop = max(first_frame(scene), clip.first), min(last_frame(scene), clip.last)
    else:
        first, stop = clip.first, clip.last
    if first > stop:
        raise RequestError(f"the frames {first} to {stop} hold nothing of {clip.name}; set the range over the action")
    return clip.frame(first), clip.frame(stop)


def notes_for(context: bpy.types.Context, start: int) -> dict[str, Any]:
    """What every result is noted with."""
    return {
        "scene": context.scene.name,
        "start": start,
        "frames": None,
        "place": None,
        "at_once": context.scene.kinema.at_once,
        "file": bpy.data.filepath,
    }


def _asked(context: bpy.types.Context, request: Request, clip: Clip, splice: bool = False) -> Asked:
    if clip.notes is not None:  # Where the take belongs, its change does.
        notes = notes_for(context, clip.first) | dict(clip.notes)
        notes[NOTE] = dict(notes.get(NOTE) or {}) | {"loop": False, "pack": clip.pack}
        notes[NOTE].pop("action", None)  # the take's own changes are not in that action
    else:
        notes = notes_for(context, clip.first)
        notes[NOTE] = {"target": clip.armature, "action": clip.action if splice else "", "pack": clip.pack}
    return Asked(request, notes, (asking.clip_steps(clips.CLIP, clip.reading),))


def _drawing(scene: bpy.types.Scene) -> dict[str, Any]:
    """Seed, takes and refiner as the panel Generate has them."""
    settings = scene.kinema
    if settings.new_seed:
        settings.seed = secrets.randbelow(provenance.MAX_SEED)
    return {"seed": settings.seed, "samples": settings.samples, "refiner": settings.refiner}


def _selected(context: bpy.types.Context) -> list[int]:
    return edit_clips.selected_frames(edit_clips.chosen(context))


def _kept_frames(context: bpy.types.Context) -> list[int]:
    if context.scene.kinema_edit.keys_from == "KEYS":
        return _selected(context)
    return edit_clips.marked_frames(context.scene)


def _other(context: bpy.types.Context) -> Clip:
    settings = context.scene.kinema_edit
    if settings.mix_with == "TAKE":
        number = settings.mix_take - 1
        return edit_clips.of_take(review.takes[number] if number < len(review.takes) else None)
    if settings.mix_action is None:
        raise RequestError("choose the action to mix with")
    return edit_clips.of_file(context.scene, edit_clips.chosen(context), settings.mix_action)


Directions = tuple[tuple[tuple[float, ...], ...], tuple[tuple[str | float, ...], ...], int, float | None]


def _directions(context: bpy.types.Context, first: int | None, armature: str, goals: bool = True) -> Directions:
    """Path, goals where they are asked for, first frame and seconds. `first`: the frame that counts as 0 s, None for
    where the path begins."""
    scene, settings = context.scene, context.scene.kinema_edit
    rate = scene_rate(scene)
    inverse = curve_paths.from_world(bpy.data.objects.get(armature))
    path: tuple[tuple[float, ...], ...] = ()
    begin = scene.frame_current
    rows = sorted((row for row in settings.waypoints if row.target is not None), key=lambda row: row.frame)
    if settings.path_from == "WAYPOINTS" and rows:
        begin = rows[0].frame
        origin = begin if first is None else first
        path = tuple(
            curve_paths.waypoint(row.target, (row.frame - origin) / rate, row.heading, inverse) for row in rows
        )
    elif settings.path_from == "CURVE" and settings.path is not None:
        shares, seconds = curve_paths.even(settings.seconds), settings.seconds
        if settings.speed == "CURVE":
            own, shares, seconds = curve_paths.own_time(settings.path, rate)
            begin = begin if own is None else round(own)
        points = curve_paths.along(curve_paths.line_of(settings.path), shares)
        delay = 0.0 if first is None else max((begin - first) / rate, 0.0)
        path = curve_paths.timed(points, seconds, delay, inverse)
    origin = begin if first is None else first
    reached = tuple(
        (row.joint, (row.frame - origin) / rate, *curve_paths.goal_place(scene, row.target, row.frame, inverse))
        for row in settings.goals
        if row.target is not None and goals
    )
    if not path and not reached:
        more = ", or add waypoints or goals with objects" if goals else " or waypoints in the panel Path and Goals"
        raise RequestError(f"there is nothing to follow; choose a curve{more}")
    ends = [point[0] for point in path[-1:]] + [goal[1] for goal in reached]
    return path, reached, origin, max(float(end) for end in ends) if first is None else None
