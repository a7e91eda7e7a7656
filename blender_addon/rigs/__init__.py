"""The rigs that Kinema can make or write to."""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import FormatError

from ..steps import Steps, finish
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


_KEPT = 16
_recognised: dict[tuple[object, ...], Rig | None] = {}
"""What armatures were taken for, by all that the rigs' `recognise` look at."""


def confidences(armature: bpy.types.Object) -> dict[str, float]:
    """Rig's name -> confidence 0..1, best first."""
    found = {name: rig.recognise(armature) for name, rig in RIGS.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def rig_of(armature: bpy.types.Object | None) -> Rig | None:
    """The rig that an object most likely is, or that its own mapping says; None when it is none that Kinema knows."""
    if armature is None or armature.type != "ARMATURE":
        return None
    return finish(rig_steps(armature))


def rig_steps(armature: bpy.types.Object) -> Steps[Rig | None]:
    """`rig_of` an armature in steps. One whose bones did not change since is not looked at again."""
    kept = armature.get(MAPPING_KEY)
    if isinstance(kept, str):
        try:
            return RIGS.get(from_json(kept).rig, OTHER)
        except FormatError:
            pass
    bones = armature.data.bones
    heads = np.empty(3 * len(bones), dtype=np.float32)
    bones.foreach_get("head_local", heads)
    above = tuple(bone.parent.name if bone.parent is not None else "" for bone in bones)
    key = (tuple(bones.keys()), above, heads.tobytes())
    if key not in _recognised:
        found = {}
        for name, rig in RIGS.items():
            yield None
            found[name] = rig.recognise(armature)
        best = max(found, key=lambda name: found[name])
        while len(_recognised) >= _KEPT:
            del _recognised[next(iter(_recognised))]
        _recognised[key] = RIGS[best] if found[best] > LEAST_CONFIDENCE else None
    return _recognised[key]
