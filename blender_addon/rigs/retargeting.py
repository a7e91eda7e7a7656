"""A Motion onto an armature: transfer, then feet and hands on the rig's own proportions, then the rig's channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

from ..steps import Aside, Steps, finish
from . import mapping as mappings
from .feet import lock_feet, sole_points, stances
from .hands import clear_hands
from .mapping import BoneMapping
from .reading import rest_steps
from .rest import RestRig
from .settings import RigSettings
from .terrain import foot_levels, hips_level
from .transfer import RigPose, to_rig

if TYPE_CHECKING:
    from .base import Rig, Track

Under = Callable[[RestRig, np.ndarray], Steps[np.ndarray]]
"""In steps: points (T, N, 3), metres, body's frame -> metres (T, N) by which the ground under each lies above the rig's
own floor, 0 where there is none."""

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
    under: Under | None = None,
) -> RigPose:
    """`pose_steps` at once."""
    return finish(pose_steps(rig, motion, armature, settings, contacts, under))


def pose_steps(
    rig: Rig,
    motion: Motion,
    armature: bpy.types.Object,
    settings: RigSettings,
    contacts: np.ndarray | None = None,
    under: Under | None = None,
) -> Steps[RigPose]:
    """The motion on the rig's proportions, feet and hands corrected as the settings say. `contacts`: see `stances`.

    `under`: tells the height of uneven ground. Raises SkeletonError.
    """
    if motion.skeleton.names != SMPL_BODY.names:
        raise SkeletonError("only a motion on the SMPL skeleton fits a rig; convert it first")
    skin = settings.lock > 0.0 or settings.clear_hands or under is not None
    rest = yield from rest_steps(armature, mapping_of(rig, armature), skin)
    pose = yield Aside(lambda: _lifted(to_rig(motion, rest), settings.ground))
    levels = None
    if under is not None:
        middles = yield Aside(lambda: sole_points(pose, pose.positions()).mean(axis=2))
        levels = yield from under(rest, middles)
    corrected: RigPose = yield Aside(lambda: _corrected(pose, stances(motion, contacts), settings, levels))
    return corrected


def _lifted(pose: RigPose, height: float) -> RigPose:
    return replace(pose, hips=pose.hips + np.array([0.0, height, 0.0])) if height else pose


def _corrected(pose: RigPose, stand: np.ndarray, settings: RigSettings, heights: np.ndarray | None) -> RigPose:
    """Feet and hands as the settings say. `heights` (T, 2): the ground under each foot, None where it is even."""
    if heights is not None:
        pose = _on_ground(pose, stand, settings, heights)
    elif settings.lock > 0.0:
        pose = lock_feet(pose, stand, pose.rest.floor + settings.ground, settings.lock)
    if settings.flat_root:
        level = pose.hips.copy()
        level[:, 1] = level[:, 1].mean()
        pose = replace(pose, hips=level)
    return clear_hands(pose) if settings.clear_hands else pose


def _on_ground(pose: RigPose, stand: np.ndarray, settings: RigSettings, heights: np.ndarray) -> RigPose:
    """Feet on the ground that lies under them, hips lifted as the feet are; locked as the settings say."""
    levels = foot_levels(heights, stand.any(axis=2), pose.fps)
    hips = hips_level(levels, pose.fps)
    lifted = replace(pose, hips=pose.hips + hips[:, None] * np.array([0.0, 1.0, 0.0]))
    floor = pose.rest.floor + settings.ground + levels
    return lock_feet(lifted, stand, floor, settings.lock, levels - hips[:, None])


def track_of(rig: Rig, motion: Motion, armature: bpy.types.Object, settings: RigSettings | None) -> Track:
    """See `Rig.track`."""
    settings = settings or RigSettings()
    return rig.controls(pose_of(rig, motion, armature, settings), rig.owner(armature, settings), settings)
