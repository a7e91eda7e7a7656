"""A take onto its character: as an action of its own, or its changes into a copy of the action that it came from."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import bpy

from . import changed_curves, kept_motion, keyframes, nla, placement, provenance
from .placement import Placed, Placing
from .rig_operators import CARD_KEY
from .rigs import rig_of, rig_steps
from .steps import Aside, Steps, finish
from .takes import Take

_OUTDATED = (CARD_KEY, placement.REDUCTION_KEY, placement.BLEND_KEY)
"""Custom properties that tell of an action's curves what is no longer true after an edit."""


def place(take: Take, placing: Placing, name: str, origin: Mapping[str, Any]) -> Placed:
    """`place_steps` at once."""
    return finish(place_steps(take, placing, name, origin))


def place_steps(take: Take, placing: Placing, name: str, origin: Mapping[str, Any]) -> Steps[Placed]:
    """Accept a take; the file changes with the last step alone. Raises SkeletonError or MotionError when the character
    or its action does not allow it."""
    if (base := base_of(take, placing)) is not None:
        spliced = yield from _spliced(take, placing, base, name, origin)
        return spliced
    brought = yield Aside(lambda: provenance.packed(take.result))
    placed = yield from placement.place_steps(take.motion, placing, name, origin, take.name, take.contacts)
    if brought:
        placed.action[provenance.BROUGHT_KEY] = brought
    if take.edit.get("loop"):
        keyframes.close_loop(placed.armature, placed.action)
    return placed


def action_name(title: str) -> str:
    """A short name for an action; Blender numbers it where it is taken."""
    return textwrap.shorten(title, 48, placeholder="") or " ".join(title.split())[:48] or "Kinema"


def base_of(take: Take, placing: Placing) -> bpy.types.Action | None:
    """The action that the take's changes go into; None where it is gone, or the scene plays at another rate by now, and
    the whole motion becomes an action."""
    armature, action = placement.existing(placing.target), bpy.data.actions.get(take.edit.get("action", ""))
    clip, scene = take.result.clip, bpy.data.scenes.get(placing.scene)
    if armature is None or action is None or clip is None or scene is None or rig_of(armature) is None:
        return None
    return action if abs(keyframes.scene_rate(scene) - clip.fps) < 1e-6 else None


def _spliced(
    take: Take, placing: Placing, base: bpy.types.Action, name: str, origin: Mapping[str, Any]
) -> Steps[Placed]:
    armature, first = placement.existing(placing.target), round(take.start)
    assert armature is not None
    rig = yield from rig_steps(armature)
    assert rig is not None
    clip = yield Aside(lambda: take.result.clip)
    brought = yield Aside(lambda: provenance.packed(take.result))
    made, slot = keyframes.copy(armature, base, name)
    with keyframes.taken_back(bpy.data.actions, made):
        yield None
        yield from changed_curves.write_steps(
            armature, rig, made, clip, take.motion, first, placing.interpolation, slot
        )
        for key in _OUTDATED:
            made.pop(key, None)
        kept_motion.keep(made, take.motion, first)
        before = provenance.read(base)
        history = {"action": base.name, "pack": before.get("pack", {}) if before is not None else {}}
        provenance.stamp(made, {**origin, "from": history}, take.name)
        made.pop(provenance.BROUGHT_KEY, None)  # those of the action that was changed
        if brought:
            made[provenance.BROUGHT_KEY] = brought
        yield None
        own = keyframes.slot_named(made, slot) if slot else None
        nla.deliver(armature, made, placing.destination, placing.start, 0, own)
        made.use_fake_user = True
    return Placed(armature, made)
