"""A take onto its character: as an action of its own, or its changes into a copy of the action that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from . import changed_curves, kept_motion, keyframes, nla, placement, provenance
from .placement import Placed, Placing
from .rig_operators import CARD_KEY
from .rigs import rig_of
from .takes import Take

_OUTDATED = (CARD_KEY, placement.REDUCTION_KEY, placement.BLEND_KEY)
"""Custom properties that tell of an action's curves what is no longer true after an edit."""


def place(take: Take, placing: Placing, name: str, origin: Mapping[str, Any]) -> Placed:
    """Accept a take. Raises SkeletonError or MotionError when the character or its action does not allow it."""
    if (base := base_of(take, placing)) is not None:
        return _spliced(take, placing, base, name, origin)
    placed = placement.place(take.motion, placing, name, origin, take.name, take.contacts)
    provenance.keep_brought(placed.action, take.result)
    if take.edit.get("loop"):
        keyframes.close_loop(placed.armature, placed.action)
    return placed


def base_of(take: Take, placing: Placing) -> bpy.types.Action | None:
    """The action that the take's changes go into; None where it is gone, or the scene plays at another rate by now, and
    the whole motion becomes an action."""
    armature, action = placement.existing(placing.target), bpy.data.actions.get(take.edit.get("action", ""))
    clip, scene = take.result.clip, bpy.data.scenes.get(placing.scene)
    if armature is None or action is None or clip is None or scene is None or rig_of(armature) is None:
        return None
    return action if abs(keyframes.scene_rate(scene) - clip.fps) < 1e-6 else None


def _spliced(take: Take, placing: Placing, base: bpy.types.Action, name: str, origin: Mapping[str, Any]) -> Placed:
    armature, clip, first = placement.existing(placing.target), take.result.clip, round(take.start)
    rig = rig_of(armature)
    assert armature is not None
    assert clip is not None
    assert rig is not None
    made, slot = keyframes.copy(armature, base, name)
    data = armature.animation_data or armature.animation_data_create()
    kept, kept_slot = data.action, getattr(data, "action_slot", None)
    data.action = made  # its curves are the character's, whatever slot they are in
    if slot is not None:
        data.action_slot = slot
    try:
        changed_curves.write(armature, rig, made, clip, take.motion, first, placing.interpolation)
    except Exception:
        bpy.data.actions.remove(made)
        raise
    finally:
        data.action = kept
        if kept is not None and kept_slot is not None:
            data.action_slot = kept_slot
    for key in _OUTDATED:
        made.pop(key, None)
    kept_motion.keep(made, take.motion, first)
    before = provenance.read(base)
    history = {"action": base.name, "pack": before.get("pack", {}) if before is not None else {}}
    provenance.stamp(made, {**origin, "from": history}, take.name)
    nla.deliver(armature, made, placing.destination, placing.start, 0, slot)
    return Placed(armature, made)
