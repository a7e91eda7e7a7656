"""What a rig is: how it is recognised, how its bones are mapped, and how a Motion becomes values for its bones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import bpy
import numpy as np

from kinema.protocol.motion import Motion

from ..steps import Steps
from .mapping import BoneMapping
from .settings import RigSettings
from .transfer import RigPose


@dataclass(frozen=True, eq=False)
class Track:
    """Values of pose bones over time, in each bone's own rest frame, as Blender's channels want them.

    `rotations`: bone -> (T, 4) wxyz. `locations`: bone -> (T, 3) in the armature's unit. `fps`: frames a second.
    `object_motion`: (T, 4, 4) world matrices of the armature object, where it carries the way over the ground.
    `switches`: (bone, property) -> value of custom or own properties of bones that the rig needs to be so.
    """

    rotations: Mapping[str, np.ndarray]
    locations: Mapping[str, np.ndarray]
    fps: float
    object_motion: np.ndarray | None = None
    switches: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.rotations.values())))


@dataclass(frozen=True, eq=False)
class Owner:
    """What `Rig.controls` has to know of an armature beside its bones. `world`: (4, 4) its world matrix. `switches`:
    see Track."""

    name: str
    world: np.ndarray
    switches: Mapping[tuple[str, str], float] = field(default_factory=dict)


def _no_switches(armature: bpy.types.Object, settings: RigSettings) -> dict[tuple[str, str], float]:
    return {}


@dataclass(frozen=True)
class Rig:
    """One kind of armature. A new kind is one file in this folder and one line in RIGS.

    `recognise(armature)` is a confidence 0..1 that the armature is of this kind. `mapping(armature)` says which bone
    plays which part; raises SkeletonError when it cannot. `controls(pose, owner, settings)` turns a pose into the
    channels of the bones that the user animates, without touching Blender. `build(scene, name)`, where Kinema can make
    such a character, returns its armature; `build_steps` does so in steps and leaves it in no scene yet.
    `switches(armature, settings)`: the properties that the rig needs to be so.
    """

    name: str
    label: str
    recognise: Callable[[bpy.types.Object], float]
    mapping: Callable[[bpy.types.Object], BoneMapping]
    controls: Callable[[RigPose, Owner, RigSettings], Track]
    build: Callable[[bpy.types.Scene, str], bpy.types.Object] | None = None
    build_steps: Callable[[bpy.types.Scene, str], Steps[bpy.types.Object]] | None = None
    switches: Callable[[bpy.types.Object, RigSettings], dict[tuple[str, str], float]] = _no_switches

    def owner(self, armature: bpy.types.Object, settings: RigSettings) -> Owner:
        """What `controls` asks of an armature."""
        return Owner(armature.name, np.array(armature.matrix_world), self.switches(armature, settings))

    def track(self, motion: Motion, armature: bpy.types.Object, settings: RigSettings | None = None) -> Track:
        """The motion as values for the armature's bones. Raises SkeletonError when it does not fit."""
        from .retargeting import track_of

        return track_of(self, motion, armature, settings)
