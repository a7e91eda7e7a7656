"""Any other humanoid: its parts are found by what its bones' names mean and by the tree."""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import InputError, SkeletonError
from kinema.protocol.anatomy import find_anatomy
from kinema.protocol.motion import Skeleton

from .base import Rig
from .humanoid import write_bones
from .mapping import BoneMapping
from .reading import bones_of, check_limbs, heads_of
from .rest import body_frame, stands

NO_BONE = "__armature__"

MOST_CONFIDENT = 0.6
"""A kind that is known by its own names always wins against the guess."""


def mapping(armature: bpy.types.Object) -> BoneMapping:
    """Raises SkeletonError naming what is missing when the bones are no human's, or hands or feet hang elsewhere."""
    found = _guess(armature)
    check_limbs(armature, found)
    return found


def _guess(armature: bpy.types.Object) -> BoneMapping:
    bones = bones_of(armature)
    if not bones:
        raise SkeletonError(f"{armature.name} has no bones; choose a character")
    order = {bone.name: number + 1 for number, bone in enumerate(bones)}
    heads = np.array([bone.head_local for bone in bones], dtype=np.float64)
    parents = np.array([-1] + [order[bone.parent.name] if bone.parent else 0 for bone in bones])
    above = np.concatenate([np.zeros((1, 3)), heads])[parents[1:]]
    # One joint above all, because a skeleton has one root and an armature may have several.
    names = (NO_BONE, *(bone.name for bone in bones))
    body = find_anatomy(Skeleton(names, parents, np.concatenate([np.zeros((1, 3)), heads - above])))
    parts: dict[str, tuple[str, ...]] = {part: (names[joint],) for part, joint in body.limbs.items()}
    parts["Pelvis"] = (names[body.pelvis],)
    parts["Spine"] = tuple(names[joint] for joint in body.spine)
    neck = [names[joint] for joint in body.neck]
    if body.head is not None:
        parts["Head"] = (names[body.head],)
    elif neck:
        parts["Head"] = (neck.pop(),)
    parts["Neck"] = tuple(neck)
    pelvis = armature.data.bones.get(names[body.pelvis])
    if pelvis is not None and pelvis.parent is not None:
        parts["Root"] = (pelvis.parent_recursive[-1].name,)
    return BoneMapping("other", _once(parts))


def refuse_loose_limbs(armature: bpy.types.Object) -> None:
    """Raises SkeletonError with the reason when the armature would be a human but for where hands or feet hang."""
    try:
        found = _guess(armature)
    except InputError:
        return
    check_limbs(armature, found)


def _once(parts: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Each bone in its first part only, limbs and pelvis before chains."""
    taken: set[str] = set()
    out: dict[str, tuple[str, ...]] = {}
    for part in sorted(parts, key=lambda part: part in ("Spine", "Neck", "Head", "Root")):
        out[part] = tuple(name for name in parts[part] if name not in taken and name != NO_BONE)
        taken |= set(parts[part])
    return out


def recognise(armature: bpy.types.Object) -> float:
    """At most 0.6, by how human the rest pose looks; 0 when parts cannot be named."""
    try:
        found = mapping(armature)
        heads = heads_of(armature, found)
        found.check(armature.data.bones.keys(), armature.name)
        return MOST_CONFIDENT * max(0.0, 2.0 * stands(heads, body_frame(heads)) - 1.0)
    except InputError:
        return 0.0


OTHER = Rig("other", "Humanoid", recognise, mapping, write_bones)
