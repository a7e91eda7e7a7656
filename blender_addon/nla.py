"""Where a new action goes: made active, beside what was pushed down, as a strip after the last one, or only kept.

ACTION  the character's action; the one it had stays in the file
PUSH    the same, and the one it had becomes a strip
STRIP   a strip after the last one (what the character had becomes one first), blended in
KEEP    in the file, on no character
"""

from __future__ import annotations

from typing import Any

import bpy

DESTINATIONS = ("ACTION", "PUSH", "STRIP", "KEEP")


def last_frame(armature: bpy.types.Object) -> float | None:
    """Last frame that strips or the active action fill; None when the character has neither."""
    data = armature.animation_data
    if data is None:
        return None
    ends = [strip.frame_end for track in data.nla_tracks for strip in track.strips]
    if data.action is not None and len(data.action.fcurves if hasattr(data.action, "fcurves") else data.action.layers):
        ends.append(float(data.action.frame_range[1]))
    return max(ends) if ends else None


def deliver(
    armature: bpy.types.Object, action: bpy.types.Action, destination: str, start: float, blend: int, slot: Any
) -> None:
    """Bring a new action, which no character uses yet, to where it is wanted."""
    if destination == "KEEP":
        return
    data = armature.animation_data or armature.animation_data_create()
    replaced = data.action
    if replaced is not None and replaced.users == 1:
        replaced.use_fake_user = True  # or it would be lost on saving
    if destination in ("PUSH", "STRIP") and replaced is not None:
        _strip(data, replaced, replaced.frame_range[0], getattr(data, "action_slot", None))
        data.action = None
    if destination == "STRIP":
        before = bool(data.nla_tracks)
        made = _strip(data, action, start, slot)
        if before:
            made.blend_in = min(float(blend), made.frame_end - made.frame_start)
        data.action = None
        return
    data.action = action
    if slot is not None:
        data.action_slot = slot


def _strip(data: bpy.types.AnimData, action: bpy.types.Action, start: float, slot: Any) -> bpy.types.NlaStrip:
    """A strip on a new track above the others, named after the action."""
    track = data.nla_tracks.new()
    track.name = action.name
    strip = track.strips.new(action.name, int(start), action)
    if slot is not None and hasattr(strip, "action_slot"):
        strip.action_slot = slot
    strip.extrapolation = "HOLD_FORWARD"
    return strip
