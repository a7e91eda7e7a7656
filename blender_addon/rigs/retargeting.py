"""A Motion onto an armature: transfer, then feet and hands on the rig's own proportions, then the rig's channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

from . import mapping as mappings
from .feet import lock_feet, stances
from .hands import clear_hands
from .mapping import BoneMapping
from .reading import read_rest
from .settings import RigSettings
from .transfer import RigPose, to_rig

if TYPE_CHECKING:
    from .base import Rig, Track

MAPPING_KEY = "kinema_mapping"
"""Custom property of an armature: the JSON of a mapping that the user has edited."""


def mapping_of(rig: Rig, armature: bpy.types.Object) -> BoneMapping:
    """The user's mapping where there is one, else what the rig's kind says."""
    kept = armature.get(MAPPING_KEY)
    if isinstance(kept, str):
        return mappings.from_json(kept, f"the mapping of {armature.name}")
    return rig.mapping(armature)


def pose_of(
    rig: Rig,
    motion: Motion,
    armature: bpy.types.Object,
    settings: RigSettings,
    contacts: np.ndarray | None = None,
) -> RigPose:
    """The motion on the rig's proportions, feet and hands corrected as the settings say. `contacts`: see `stances`."""
    if motion.skeleton.names != SMPL_BODY.names:
        raise SkeletonError("only a motion on the SMPL skeleton fits a rig; convert it first")
    rest = read_rest(armature, mapping_of(rig, armature))
    pose = to_rig(motion, rest)
    if settings.ground:
        pose = replace(pose, hips=pose.hips + np.array([0.0, settings.ground, 0.0]))
    if settings.lock > 0.0:
        pose = lock_feet(pose, stances(motion, contacts), rest.floor + settings.ground, settings.lock)
    if settings.flat_root:
        level = pose.hips.copy()
        level[:, 1] = level[:, 1].mean()
        pose = replace(pose, hips=level)
    return clear_hands(pose) if settings.clear_hands else pose


def track_of(rig: Rig, motion: Motion, armature: bpy.types.Object, settings: RigSettings | None) -> Track:
    """See `Rig.track`."""
    settings = settings or RigSettings()
    return rig.controls(pose_of(rig, motion, armature, settings), armature, settings)
