"""Rigs whose bones are posed directly: recognised by a table of names and by shape, written bone by bone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion

from .base import Owner, Rig, Track
from .mapping import REQUIRED, BoneMapping
from .reading import check_limbs, heads_of
from .rest import RestRig, body_frame, stands
from .root_motion import object_motion, root_turns
from .settings import RigSettings
from .transfer import RigPose, basis

NAMES_WEIGHT = 0.6
"""Share of the confidence that names give; the rest comes from signature bones and from the shape."""


@dataclass(frozen=True)
class NameTable:
    """Bone names of one kind of rig. `bones`: part without side -> names, chains lowest first; "{s}" stands for the
    side, spelled as `sides` says. `prefix`: regular expression of what may stand before every name. `signature`:
    names that only this kind has."""

    bones: Mapping[str, tuple[str, ...]]
    sides: tuple[str, str]
    prefix: str = ""
    signature: tuple[str, ...] = ()

    def find(self, names: list[str]) -> dict[str, tuple[str, ...]]:
        """Part -> bones that are there, by their full names."""
        bare: dict[str, str] = {}
        for name in names:
            bare.setdefault(self.bare(name), name)
        out: dict[str, tuple[str, ...]] = {}
        for part, listed in self.bones.items():
            for side, spelled in zip("LR", self.sides, strict=True):
                sided = any("{s}" in name for name in listed)
                found = tuple(bare[n] for name in listed if (n := name.replace("{s}", spelled)) in bare)
                if found and (sided or side == "L"):
                    out[f"{side}_{part}" if sided else part] = found
        return out

    def bare(self, name: str) -> str:
        """The name without its prefix, namespace and Blender's number."""
        name = re.split(r"[:|]", name)[-1]
        return re.sub(rf"^(?:{self.prefix})", "", re.sub(r"\.\d{3}$", "", name)) if self.prefix else name


def confidence(armature: bpy.types.Object, table: NameTable) -> float:
    """0..1: share of the table's parts found, of its signature bones found, and of the shape's checks passed."""
    names = [bone.name for bone in armature.data.bones]
    bones = table.find(names)
    if any(part not in bones for part in REQUIRED):
        return 0.0
    present = {table.bare(name) for name in names} | set(names)
    listed = [n.replace("{s}", side) for entry in table.bones.values() for n in entry for side in table.sides]
    named = len({n for n in listed if n in present}) / len(set(listed))
    signed = np.mean([any(re.search(s, name) for name in names) for s in table.signature]) if table.signature else 1.0
    found = BoneMapping("", bones)
    heads = heads_of(armature, found)
    try:
        check_limbs(armature, found)
        shape = stands(heads, body_frame(heads))
    except SkeletonError:
        return 0.0
    return float((NAMES_WEIGHT * named + (1.0 - NAMES_WEIGHT) * signed) * max(0.0, 2.0 * shape - 1.0))


def named_rig(name: str, label: str, *tables: NameTable) -> Rig:
    """A rig that is known by its bones' names; several tables are generations or exports of the same kind."""

    def best(armature: bpy.types.Object) -> NameTable:
        return max(tables, key=lambda table: confidence(armature, table))

    def recognise(armature: bpy.types.Object) -> float:
        return max(confidence(armature, table) for table in tables)

    def mapping(armature: bpy.types.Object) -> BoneMapping:
        return BoneMapping(name, best(armature).find([bone.name for bone in armature.data.bones]))

    return Rig(name, label, recognise, mapping, write_bones)


def write_bones(pose: RigPose, owner: Owner, settings: RigSettings) -> Track:
    """Channels of the mapped bones themselves; the way over the ground where the settings want it."""
    rest = pose.rest
    carrier = rest.index("Root") if settings.root_motion == "ROOT" else None
    if settings.root_motion == "ROOT" and carrier is None:
        raise SkeletonError(
            f"{owner.name} has no root bone above its hips; choose Hips or Object as what carries the root motion"
        )
    pelvis = rest.index("Pelvis")
    travel = root_turns(pose) if settings.root_motion != "HIPS" else None
    locations: dict[str, np.ndarray] = {}
    turns = pose.turns
    hips = pose.hips
    if travel is not None:
        yaw, place = travel
        if carrier is not None:
            name = rest.names[carrier]
            locations[name] = _location(rest, carrier, place + _swung(rest, carrier, yaw), None)
            turns = turns.copy()
            turns[:, _above(rest, pelvis, carrier)] = yaw[:, None]
        else:
            back = quaternion.conjugate(yaw)
            turns = quaternion.multiply(back[:, None], turns)
            turns[:, above_all(rest, pelvis)] = np.array([1.0, 0.0, 0.0, 0.0])
            hips = quaternion.rotate(back, hips - place)
    parent = rest.parents[pelvis]
    frame = (turns[:, parent], place if carrier is not None and travel is not None else np.zeros(3))
    head = hips + quaternion.rotate(turns[:, pelvis], rest.joints()[pelvis] - rest.hips)
    locations[rest.names[pelvis]] = _location(rest, pelvis, head, frame if parent >= 0 else None)

    rotations: dict[str, np.ndarray] = {}
    mapped = {rest.names.index(bone) for part, bones in rest.mapping.bones.items() for bone in bones if part != "Root"}
    if (root := rest.index("Root")) is not None:
        mapped.add(root)
        # Written at rest where it does not carry: an earlier action may have left it elsewhere.
        locations.setdefault(rest.names[root], np.zeros((len(pose), 3)))
    still = np.tile([1.0, 0.0, 0.0, 0.0], (len(pose), 1))
    for bone in sorted(mapped | _between(rest, mapped, pelvis)):
        above = rest.parents[bone]
        under = turns[:, above] if above >= 0 and rest.inherits[bone] else still
        rotations[rest.names[bone]] = basis(rest, bone, turns[:, bone], under)
    moved = object_motion(owner.world, rest, *travel) if travel is not None and carrier is None else None
    return Track(rotations, locations, pose.fps, moved)


def above_all(rest: RestRig, bone: int) -> list[int]:
    """Everything that the bone hangs on."""
    out = []
    above = int(rest.parents[bone])
    while above >= 0:
        out.append(above)
        above = int(rest.parents[above])
    return out


def _swung(rest: RestRig, bone: int, yaw: np.ndarray) -> np.ndarray:
    """Where the head of a bone lies when the body's frame turns about its origin by `yaw`."""
    return quaternion.rotate(yaw, rest.joints()[bone])


def _above(rest: RestRig, bone: int, top: int) -> list[int]:
    """`top` and what lies between it and `bone`."""
    out = []
    above = int(rest.parents[bone])
    while above >= 0:
        out.append(above)
        if above == top:
            return out
        above = int(rest.parents[above])
    return [top]


def _between(rest: RestRig, mapped: set[int], pelvis: int) -> set[int]:
    """Bones that lie between mapped ones: they are written at rest, so that no earlier pose of theirs interferes."""
    out: set[int] = set()
    for bone in mapped:
        chain = []
        above = int(rest.parents[bone])
        while above >= 0 and above not in mapped:
            chain.append(above)
            above = int(rest.parents[above])
        if above >= 0:
            out |= set(chain)
    return out


def _location(rest: RestRig, bone: int, head: np.ndarray, parent: tuple[np.ndarray, np.ndarray] | None) -> np.ndarray:
    """Location channel (T, 3) that puts the bone's head at `head` (T, 3) metres, body's frame.

    `parent`: turn (T, 4) and travel (T, 3) of what the bone hangs on, which turns about the body's origin.
    """
    if parent is not None:
        turn, travel = parent
        head = quaternion.rotate(quaternion.conjugate(turn), head - travel)
    offset = quaternion.rotate(quaternion.conjugate(rest.body), head - rest.joints()[bone]) / rest.metres
    if not rest.local_location[bone]:
        return np.asarray(offset)
    return quaternion.rotate(quaternion.conjugate(rest.turns[bone]), offset)
