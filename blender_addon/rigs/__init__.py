"""The rigs that Kinema can make or write to."""

from __future__ import annotations

import bpy

from kinema.errors import FormatError

from .base import Rig
from .character_creator import CHARACTER_CREATOR
from .cmu import CMU
from .daz import DAZ
from .makehuman import MAKEHUMAN
from .mapping import from_json
from .mixamo import MIXAMO
from .other import OTHER
from .retargeting import MAPPING_KEY
from .rigify import RIGIFY
from .rokoko import ROKOKO
from .smpl import SMPL
from .smplx import SMPLX
from .unreal import UNREAL
from .vrm import VRM

RIGS: dict[str, Rig] = {
    "smpl": SMPL,
    "smplx": SMPLX,
    "mixamo": MIXAMO,
    "rigify": RIGIFY,
    "unreal": UNREAL,
    "vrm": VRM,
    "makehuman": MAKEHUMAN,
    "character_creator": CHARACTER_CREATOR,
    "daz": DAZ,
    "rokoko": ROKOKO,
    "cmu": CMU,
    "other": OTHER,
}

LEAST_CONFIDENCE = 0.4
"""Below it an armature is no rig that Kinema knows, and its bones must be mapped by hand."""


def confidences(armature: bpy.types.Object) -> dict[str, float]:
    """Rig's name -> confidence 0..1, best first."""
    found = {name: rig.recognise(armature) for name, rig in RIGS.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def rig_of(armature: bpy.types.Object | None) -> Rig | None:
    """The rig that an object most likely is, or that its own mapping says; None when it is none that Kinema knows."""
    if armature is None or armature.type != "ARMATURE":
        return None
    kept = armature.get(MAPPING_KEY)
    if isinstance(kept, str):
        try:
            return RIGS.get(from_json(kept).rig, OTHER)
        except FormatError:
            pass
    name, value = next(iter(confidences(armature).items()))
    return RIGS[name] if value > LEAST_CONFIDENCE else None
