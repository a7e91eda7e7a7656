"""Blender's armature -> RestRig: bones, scale, soles and thickness of the body that hangs on it."""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES

from .mapping import BoneMapping
from .rest import RestRig, body_frame, stands, strides

MOST_VERTICES = 200_000


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
    return _with_body(read_bones(armature, mapping), armature)


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
    bones = bones_of(armature)
    order = {bone.name: number for number, bone in enumerate(bones)}
    matrix = np.array(armature.matrix_world.to_3x3())
    metres = float(np.cbrt(abs(np.linalg.det(matrix)))) * bpy.context.scene.unit_settings.scale_length
    if metres < 1e-9:
        raise SkeletonError(f"{armature.name} has a scale of zero; give it a scale with Object > Transform > Scale")
    return RestRig(
        tuple(bone.name for bone in bones),
        np.array([order[bone.parent.name] if bone.parent else -1 for bone in bones]),
        np.array([bone.head_local for bone in bones], dtype=np.float64),
        np.array([bone.tail_local for bone in bones], dtype=np.float64),
        quaternion.normalize(np.array([bone.matrix_local.to_quaternion() for bone in bones], dtype=np.float64)),
        np.array([bone.use_inherit_rotation for bone in bones]),
        np.array([bone.use_local_location for bone in bones]),
        metres,
        mapping,
        body,
    )


def _with_body(rig: RestRig, armature: bpy.types.Object) -> RestRig:
    """Soles, floor and thickness, from the skinned meshes where there are any, else from the bones."""
    points = _skin(rig, armature)
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


def _skin(rig: RestRig, armature: bpy.types.Object) -> dict[str, np.ndarray]:
    """Part -> (N, 3) metres: vertices that it moves most, body's frame, rest pose. Empty without a skinned mesh."""
    owner: dict[str, str] = {}
    parts = {bone: part for part, bones in rig.mapping.bones.items() for bone in bones if part != "Root"}
    for number, name in enumerate(rig.names):
        above = rig.parents[number]
        found = parts.get(name) or parts.get(name.replace("DEF-", "ORG-"))
        owner[name] = found or (owner[rig.names[above]] if above >= 0 else "")
    out: dict[str, list[np.ndarray]] = {}
    for thing in armature.children_recursive:
        if thing.type != "MESH" or not any(m.type == "ARMATURE" and m.object == armature for m in thing.modifiers):
            continue
        if len(thing.data.vertices) > MOST_VERTICES:
            continue
        co = np.empty(len(thing.data.vertices) * 3, dtype=np.float32)
        thing.data.vertices.foreach_get("co", co)
        matrix = np.array(armature.matrix_world.inverted_safe() @ thing.matrix_world)
        places = co.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]
        groups = {group.index: owner.get(group.name, "") for group in thing.vertex_groups}
        for vertex in thing.data.vertices:
            best = max(vertex.groups, key=lambda entry: entry.weight, default=None)
            if best is not None and groups.get(best.group):
                out.setdefault(groups[best.group], []).append(places[vertex.index])
    return {
        part: rig.metres * quaternion.rotate(rig.body, np.array(found, dtype=np.float64))
        for part, found in out.items()
        if len(found) >= 4
    }


def _radius(rig: RestRig, part: str, points: dict[str, np.ndarray]) -> float:
    """Metres: median distance of a part's skin from its bone's line."""
    bone = rig.index(part)
    a = rig.joints()[bone]
    b = rig.metres * quaternion.rotate(rig.body, rig.tails[bone])
    axis = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    away = points[part] - a
    return float(np.median(np.linalg.norm(away - (away @ axis)[:, None] * axis, axis=1)))
