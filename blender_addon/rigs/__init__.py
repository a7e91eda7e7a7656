"""The rigs that Kinema can make or write to."""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import FormatError, SkeletonError

from ..steps import NEXT_TURN, Steps, finish
from .base import Rig
from .character_creator import CHARACTER_CREATOR
from .cmu import CMU
from .daz import DAZ
from .makehuman import MAKEHUMAN
from .mapping import from_json
from .mixamo import MIXAMO
from .other import MOST_CONFIDENT, OTHER, refuse_loose_limbs
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
_recognised: dict[tuple[object, ...], tuple[Rig | None, float]] = {}
"""What armatures were taken for and how surely, by all that the rigs' `recognise` look at."""


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
    rig, sure = yield from likeliest_steps(armature)
    return rig if sure > LEAST_CONFIDENCE else None


def likeliest_steps(armature: bpy.types.Object) -> Steps[tuple[Rig | None, float]]:
    """The rig that an armature's bones look like most, and the confidence 0..1; None where they look like none."""
    bones = armature.data.bones
    heads = np.empty(3 * len(bones), dtype=np.float32)
    bones.foreach_get("head_local", heads)
    above = tuple(bone.parent.name if bone.parent is not None else "" for bone in bones)
    key = (tuple(bones.keys()), above, heads.tobytes())
    if key not in _recognised:
        best, most = None, 0.0
        for rig in RIGS.values():
            # The first of equals is taken, so whoever comes next has nothing to say any more.
            if most >= (MOST_CONFIDENT if rig is OTHER else 1.0):
                break
            yield NEXT_TURN if rig is OTHER else None
            if (sure := rig.recognise(armature)) > most:
                best, most = rig, sure
        while len(_recognised) >= _KEPT:
            del _recognised[next(iter(_recognised))]
        _recognised[key] = best, most
    return _recognised[key]


def known_steps(armature: bpy.types.Object) -> Steps[Rig]:
    """`rig_steps` of an armature that must be one that Kinema knows. Raises SkeletonError with the reason."""
    rig = yield from rig_steps(armature)
    if rig is None:
        refuse_loose_limbs(armature)
        raise SkeletonError(f"{armature.name} is not recognised; set its bones in the panel Bones")
    return rig
