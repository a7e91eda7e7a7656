"""What the user has set for one armature: how motions are put onto it."""

from __future__ import annotations

import bpy

from .rigs.settings import RigSettings

SETTINGS_KEY = "kinema_rig"
"""Name of the armature object's property group; see rig_properties.py."""


def settings_of(armature: bpy.types.Object) -> RigSettings:
    """The armature's settings, or the defaults: Kinema's own characters get motions as they come, because the backend
    has already locked their feet; every other rig has proportions of its own."""
    group = getattr(armature, SETTINGS_KEY, None)
    if group is None or not group.edited:
        own = all(name in armature.data.bones for name in ("L_Collar", "Spine3", "R_Hand"))
        return RigSettings(lock=0.0, clear_hands=False) if own else RigSettings()
    return RigSettings(
        root_motion=group.root_motion,
        limbs=group.limbs,
        lock=group.lock,
        clear_hands=group.clear_hands,
        flat_root=group.flat_root,
        ground=group.ground,
        ground_from=group.ground_from,
        ground_object="" if group.ground_object is None else group.ground_object.name,
        reduce=group.reduce,
        millimetres=group.millimetres,
        degrees=group.degrees,
    )
