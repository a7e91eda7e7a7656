"""Blender's armature -> RestRig: bones, scale, soles and thickness of the body that hangs on it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES

from ..steps import Aside, Steps, finish
from .mapping import BoneMapping
from .rest import RestRig, body_frame, stands, strides

MOST_VERTICES = 200_000

AT_A_TIME = 400
"""Vertices whose weights are read in one step."""

_LOOKED_AT = 256
"""Vertices of a mesh whose weights tell whether it is still skinned as it was."""

_KEPT = 8
_bodies: dict[tuple[object, ...], RestRig] = {}
"""Bodies that were read, by everything that they were read from."""


def bones_of(armature: bpy.types.Object) -> list[bpy.types.Bone]:
    """All bones, parents before children."""
    out: list[bpy.types.Bone] = []
    waiting = [bone for bone in armature.data.bones if bone.parent is None]
    while waiting:
        bone = waiting.pop(0)
        out.append(bone)
        waiting.extend(bone.children)
    return out


def heads_of(armature: bpy.types.Object, mapping: BoneMapping) -> dict[str, np.ndarray]:
    """Part -> head (3,) of its bone at rest, armature's frame; parts whose bone is absent are left out."""
    bones = armature.data.bones
    return {
        part: np.array(bones[names[0]].head_local, dtype=np.float64)
        for part, names in mapping.bones.items()
        if names[0] in bones
    }


def read_rest(armature: bpy.types.Object, mapping: BoneMapping) -> RestRig:
    """Bones and body. Raises SkeletonError when the mapping does not fit or the rest pose is no standing human."""
    return finish(rest_steps(armature, mapping))


def rest_steps(armature: bpy.types.Object, mapping: BoneMapping, skin: bool = True) -> Steps[RestRig]:
    """`read_rest` in steps. A body that did not change is not read again: bones, vertices and names of groups are
    compared whole, weights on some vertices spread over each mesh.

    Without `skin` the meshes are left out: floor and thickness are then those that the bones alone suggest, while the
    turn of the feet, which is all that a motion needs that is only copied, stays the same.
    """
    bones = read_bones(armature, mapping)
    worn = [_worn_by(armature, thing) for thing in skins_of(armature)] if skin else []
    key = (_marks(bones), *(_marked(thing, places) for thing, places in worn))
    yield None
    if (found := _bodies.get(key)) is None:
        points: dict[str, list[np.ndarray]] = {}
        owner = _owners(bones)
        for thing, places in worn:
            yield from _sorted_out(thing, places, owner, points)
        found = yield Aside(lambda: _with_body(bones, _metric(bones, points)))
        while len(_bodies) >= _KEPT:
            del _bodies[next(iter(_bodies))]
        _bodies[key] = found
    return found


def skins_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that the armature bends, but for those too large to be looked at."""
    return [
        thing
        for thing in armature.children_recursive
        if thing.type == "MESH"
        and any(modifier.type == "ARMATURE" and modifier.object == armature for modifier in thing.modifiers)
        and len(thing.data.vertices) <= MOST_VERTICES
    ]


def check_limbs(armature: bpy.types.Object, mapping: BoneMapping) -> None:
    """Raises SkeletonError when a foot or a hand does not hang on its limb: turning the limb would leave it behind."""
    bones = armature.data.bones
    for side in SIDES:
        for upper, lower, word in (("Knee", "Ankle", "shin"), ("Elbow", "Wrist", "forearm")):
            above, end = (mapping.first(f"{side}_{part}") for part in (upper, lower))
            if above in bones and end in bones and bones[above] not in bones[end].parent_recursive:
                raise SkeletonError(
                    f"{end!r} does not hang on the {word} {above!r} in {armature.name}, so it would be left behind; "
                    "make it a child of that bone in Edit Mode"
                )


def read_bones(armature: bpy.types.Object, mapping: BoneMapping) -> RestRig:
    """The bones alone, without soles, floor and thickness: quick whatever hangs on them. Raises as `read_rest`."""
    mapping.check(armature.data.bones.keys(), armature.name)
    check_limbs(armature, mapping)
    heads = heads_of(armature, mapping)
    body = body_frame(heads)
    if stands(heads, body) < 0.8:
        raise SkeletonError(
            f"{armature.name} does not stand in its rest pose (T or A); pose it so and use Apply Pose as Rest Pose"
        )
    matrix = np.array(armature.matrix_world.to_3x3())
    metres = float(np.cbrt(abs(np.linalg.det(matrix)))) * bpy.context.scene.unit_settings.scale_length
    if metres < 1e-9:
        raise SkeletonError(f"{armature.name} has a scale of zero; give it a scale with Object > Transform > Scale")
    bones = bones_of(armature)
    names = [bone.name for bone in bones]
    order = {name: number for number, name in enumerate(names)}
    at = [order[name] for name, _ in armature.data.bones.items()]
    turned = _column(armature, "matrix_local", 16, at).reshape(-1, 4, 4).swapaxes(1, 2)[:, :3, :3]
    return RestRig(
        tuple(names),
        np.array([order[bone.parent.name] if bone.parent else -1 for bone in bones]),
        _column(armature, "head_local", 3, at),
        _column(armature, "tail_local", 3, at),
        quaternion.normalize(quaternion.from_matrix(turned)),
        _column(armature, "use_inherit_rotation", 1, at).astype(bool)[:, 0],
        _column(armature, "use_local_location", 1, at).astype(bool)[:, 0],
        metres,
        mapping,
        body,
    )


def _column(armature: bpy.types.Object, name: str, width: int, at: list[int]) -> np.ndarray:
    """(B, width) a property of all bones; `at`: each one's place among `bones_of`."""
    bones = armature.data.bones
    flags = bones[0].bl_rna.properties[name].type == "BOOLEAN"
    values = np.empty(len(bones) * width, dtype=bool if flags else np.float32)
    bones.foreach_get(name, values)
    out = np.empty((len(bones), width))
    out[at] = values.reshape(-1, width)
    return out


def _with_body(rig: RestRig, points: dict[str, np.ndarray]) -> RestRig:
    """Soles, floor and thickness, from the skin's points of each part where there are any, else from the bones."""
    low = min(rig.at(f"{side}_{part}")[1] for side in SIDES for part in ("Ankle", "Foot") if _has(rig, side, part))
    ankle = min(rig.at(f"{side}_Ankle")[1] for side in SIDES)
    # People stand rigs on the armature's origin; where the feet are elsewhere, the body's own proportions tell.
    floor = 0.0 if -0.02 * rig.leg < low < 0.15 * rig.leg else min(low - 0.024 * rig.leg, ankle - 0.095 * rig.leg)
    soles = _stepping(rig, {side: _sole(rig, side, floor, points) for side in SIDES})
    if points:
        lowest = min(float(soles[side][:, 1].min() + rig.at(f"{side}_Ankle")[1]) for side in SIDES)
        if abs(lowest - floor) < 0.1 * rig.leg:
            floor = lowest
    radii = {part: _radius(rig, part, points) for part in points}
    values = {name: getattr(rig, name) for name in rig.__dataclass_fields__}
    return RestRig(**(values | {"floor": floor, "soles": soles, "radii": radii}))


def _has(rig: RestRig, side: str, part: str) -> bool:
    return rig.index(f"{side}_{part}") is not None


def _sole(rig: RestRig, side: str, floor: float, points: dict[str, np.ndarray]) -> np.ndarray:
    """(2, 3) heel and ball from the ankle, both at the same height when the foot is as at rest."""
    ankle = rig.at(f"{side}_Ankle")
    toe = rig.index(f"{side}_Foot")
    if toe is None:
        bone = rig.index(f"{side}_Ankle")
        toe_at = rig.metres * quaternion.rotate(rig.body, rig.tails[bone])
        if toe_at[2] - ankle[2] < 0.05 * rig.leg:
            toe_at = ankle + np.array([0.0, 0.0, 0.15 * rig.leg])
    else:
        toe_at = rig.joints()[toe]
    forward = (toe_at - ankle) * (1.0, 0.0, 1.0)
    skin = [points[part] for part in (f"{side}_Ankle", f"{side}_Foot") if part in points]
    bottom = floor
    if skin:
        foot = np.concatenate(skin)
        bottom = float(np.percentile(foot[:, 1], 1.0))
    heel = ankle - 0.3 * forward
    return np.stack([heel, ankle + forward]) * (1.0, 0.0, 1.0) + (0.0, bottom, 0.0) - ankle


def _stepping(rig: RestRig, soles: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """In a rest pose that is a moment of a walk the lower foot stands flat; the other is tilted as its bone is."""
    if not strides(rig):
        return soles
    low, high = sorted(SIDES, key=lambda side: float(rig.at(f"{side}_Ankle")[1]))
    tilt = _pitch(rig, high) - _pitch(rig, low)
    flat = (soles[high] - soles[high] * (0.0, 1.0, 0.0)) + (0.0, soles[low][0, 1], 0.0)
    forward = (flat[1] - flat[0]) / max(float(np.linalg.norm(flat[1] - flat[0])), 1e-9)
    turn = quaternion.from_axis_angle(np.cross(forward, np.array([0.0, 1.0, 0.0])), np.asarray(tilt))
    return {**soles, high: quaternion.rotate(turn, flat)}


def _pitch(rig: RestRig, side: str) -> float:
    """Radians by which a foot's bone points up from the horizontal."""
    bone = rig.index(f"{side}_Ankle")
    toe = rig.index(f"{side}_Foot")
    end = rig.metres * quaternion.rotate(rig.body, rig.tails[bone]) if toe is None else rig.joints()[toe]
    along = end - rig.joints()[bone]
    return float(np.arctan2(along[1], np.hypot(along[0], along[2])))


def _owners(rig: RestRig) -> dict[str, str]:
    """Bone -> the part that it moves with, "" for none."""
    owner: dict[str, str] = {}
    parts = {bone: part for part, bones in rig.mapping.bones.items() for bone in bones if part != "Root"}
    for number, name in enumerate(rig.names):
        above = rig.parents[number]
        found = parts.get(name) or parts.get(name.replace("DEF-", "ORG-"))
        owner[name] = found or (owner[rig.names[above]] if above >= 0 else "")
    return owner


def _worn_by(armature: bpy.types.Object, thing: bpy.types.Object) -> tuple[bpy.types.Object, np.ndarray]:
    """A mesh and its vertices (N, 3) in the armature's frame."""
    co = np.empty(len(thing.data.vertices) * 3, dtype=np.float32)
    thing.data.vertices.foreach_get("co", co)
    matrix = np.array(armature.matrix_world.inverted_safe() @ thing.matrix_world)
    return thing, co.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def _sorted_out(
    thing: bpy.types.Object, places: np.ndarray, owner: dict[str, str], out: dict[str, list[np.ndarray]]
) -> Steps[None]:
    """Add each vertex's place to the part that moves it most."""
    for start in range(0, len(places), AT_A_TIME):
        vertices = thing.data.vertices
        if len(vertices) != len(places):
            raise SkeletonError(f"{thing.name} was changed while it was read; try again")
        groups = {group.index: owner.get(group.name, "") for group in thing.vertex_groups}
        for vertex in vertices[start : start + AT_A_TIME]:
            best = max(vertex.groups, key=lambda entry: entry.weight, default=None)
            if best is not None and groups.get(best.group):
                out.setdefault(groups[best.group], []).append(places[vertex.index])
        yield None


def _metric(rig: RestRig, points: dict[str, list[np.ndarray]]) -> dict[str, np.ndarray]:
    """Part -> (N, 3) metres, body's frame; parts with hardly any skin are left out."""
    return {
        part: rig.metres * quaternion.rotate(rig.body, np.array(found, dtype=np.float64))
        for part, found in points.items()
        if len(found) >= 4
    }


def _marks(rig: RestRig) -> tuple[object, ...]:
    arrays = (rig.parents, rig.heads, rig.tails, rig.turns, rig.inherits, rig.local_location, rig.body)
    parts = tuple(rig.mapping.bones.items())
    return rig.names, rig.mapping.rig, parts, rig.metres, *(array.tobytes() for array in arrays)


def _marked(thing: bpy.types.Object, places: np.ndarray) -> tuple[object, ...]:
    names = tuple(thing.vertex_groups.keys())
    return len(places), zlib.crc32(places.tobytes()), names, tuple(_weights(thing, len(places)))


def _weights(thing: bpy.types.Object, count: int) -> Iterator[tuple[int, float]]:
    for number in range(0, count, max(1, count // _LOOKED_AT)):
        yield from ((entry.group, entry.weight) for entry in thing.data.vertices[number].groups)


def _radius(rig: RestRig, part: str, points: dict[str, np.ndarray]) -> float:
    """Metres: median distance of a part's skin from its bone's line."""
    bone = rig.index(part)
    a = rig.joints()[bone]
    b = rig.metres * quaternion.rotate(rig.body, rig.tails[bone])
    axis = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    away = points[part] - a
    return float(np.median(np.linalg.norm(away - (away @ axis)[:, None] * axis, axis=1)))
