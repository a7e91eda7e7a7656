"""The rigs that Kinema can make or write to."""

from __future__ import annotations

import bpy

from .base import Rig
from .smpl import SMPL

RIGS: dict[str, Rig] = {
    "smpl": SMPL,
}


def rig_of(armature: bpy.types.Object | None) -> Rig | None:
    """The rig that an object most likely is, or None when it is none that Kinema knows."""
    if armature is None or armature.type != "ARMATURE":
        return None
    best = max(RIGS.values(), key=lambda rig: rig.recognise(armature))
    return best if best.recognise(armature) > 0.5 else None
