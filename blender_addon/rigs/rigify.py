"""Blender's Rigify: the metarig, rigs of deform bones alone, and the generated rig, whose controls are written.

A generated rig's pose is worked out on its ORG bones, which form one tree of a human. Each control then gets what
turns it against the thing that it hangs on: Rigify puts helpers between, all of which follow one control rigidly once
the switches below stand as they are set here.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES

from .base import Owner, Rig, Track
from .humanoid import NameTable, confidence, write_bones
from .mapping import BoneMapping
from .rest import RestRig
from .settings import RigSettings
from .transfer import RigPose, basis

_BONES = {
    "Pelvis": ("spine",),
    "Spine": ("spine.001", "spine.002", "spine.003"),
    "Neck": ("spine.004", "spine.005"),
    "Head": ("spine.006",),
    "Collar": ("shoulder.{s}",),
    "Shoulder": ("upper_arm.{s}",),
    "Elbow": ("forearm.{s}",),
    "Wrist": ("hand.{s}",),
    "Hip": ("thigh.{s}",),
    "Knee": ("shin.{s}",),
    "Ankle": ("foot.{s}",),
    "Foot": ("toe.{s}",),
}


class _Numbered(NameTable):
    """Rigify's spine is numbered as Blender numbers copies, so the numbers are part of the names."""

    def bare(self, name: str) -> str:
        return name.removeprefix(self.prefix)

    def find(self, names: list[str]) -> dict[str, tuple[str, ...]]:
        return super().find([name for name in names if name.startswith(self.prefix)])


METARIG = _Numbered(_BONES, ("L", "R"), "", ("spine.006",))
DEFORM = _Numbered(_BONES, ("L", "R"), "DEF-", ("DEF-spine",))
GENERATED = _Numbered(_BONES, ("L", "R"), "ORG-", ("ORG-spine", "upper_arm_fk.L"))


@dataclass(frozen=True)
class Control:
    """A control that turns as the bone of `part`, and hangs on what turns as `above` (a part; "" for the root)."""

    bone: str
    part: str
    above: str


TRUNK = (
    Control("torso", "Pelvis", ""),
    Control("spine_fk.001", "Spine1", "Pelvis"),
    Control("spine_fk", "Pelvis", "Spine1"),
    Control("spine_fk.002", "Spine2", "Pelvis"),
    Control("spine_fk.003", "Spine3", "Spine2"),
    Control("neck", "Neck", "Spine3"),
    Control("head", "Head", "Neck"),
    Control("shoulder.{s}", "{s}_Collar", "Spine3"),
)
FK = (
    Control("upper_arm_fk.{s}", "{s}_Shoulder", "{s}_Collar"),
    Control("forearm_fk.{s}", "{s}_Elbow", "{s}_Shoulder"),
    Control("hand_fk.{s}", "{s}_Wrist", "{s}_Elbow"),
    Control("thigh_fk.{s}", "{s}_Hip", "Pelvis"),
    Control("shin_fk.{s}", "{s}_Knee", "{s}_Hip"),
    Control("foot_fk.{s}", "{s}_Ankle", "{s}_Knee"),
    Control("toe_fk.{s}", "{s}_Foot", "{s}_Ankle"),
)
IK = (
    Control("hand_ik.{s}", "{s}_Wrist", ""),
    Control("foot_ik.{s}", "{s}_Ankle", ""),
    Control("toe_ik.{s}", "{s}_Foot", "{s}_Ankle"),
)
POLES = (
    ("upper_arm_ik_target.{s}", "upper_arm_parent.{s}", ("Shoulder", "Elbow", "Wrist")),
    ("thigh_ik_target.{s}", "thigh_parent.{s}", ("Hip", "Knee", "Ankle")),
)

STRAIGHT = np.radians(4.0)
"""Limbs bent less than this have the pole where the upper bone's twist says, not where the elbow or knee lies; from
twice as much on, the pole lies where the elbow or knee does."""

STRETCHING = ("upper_arm_ik.{s}", "MCH-forearm_ik.{s}", "thigh_ik.{s}", "MCH-shin_ik.{s}")
"""Bones that Rigify lets the solver stretch and shrink by a tenth even where the target is in reach, so that knees and
elbows come to lie elsewhere, 4 degrees off; actions of Kinema's key that stretch as zero."""


def recognise(armature: bpy.types.Object) -> float:
    """Confidence 0..1 of the best of the three forms."""
    return max(confidence(armature, table) for table in (METARIG, DEFORM, GENERATED))


def generated(armature: bpy.types.Object) -> bool:
    """Whether the armature has Rigify's controls."""
    return has_controls(armature.data.bones)


def has_controls(bones: Container[str]) -> bool:
    """Whether these are, among others, the names of Rigify's controls."""
    return all(name in bones for name in ("torso", "spine_fk.003", "upper_arm_fk.L", "thigh_ik_target.R"))


def mapping(armature: bpy.types.Object) -> BoneMapping:
    """ORG bones of a generated rig, else the metarig's or the deform bones."""
    names = [bone.name for bone in armature.data.bones]
    if generated(armature):
        return BoneMapping("rigify", GENERATED.find(names))
    return BoneMapping("rigify", max((METARIG, DEFORM), key=lambda table: confidence(armature, table)).find(names))


def controls(pose: RigPose, owner: Owner, settings: RigSettings) -> Track:
    """Values of the controls, limbs as FK or IK; bones themselves where there are no controls."""
    if not has_controls(pose.rest.names):
        return write_bones(pose, owner, settings)
    if settings.root_motion == "OBJECT":
        raise SkeletonError("a Rigify rig carries its root motion on hips or root; choose one of these")
    rest = pose.rest
    turns = _part_turns(pose)
    limbs = IK if settings.limbs == "IK" else FK
    rotations: dict[str, np.ndarray] = {}
    for control in (*TRUNK, *limbs):
        for side in SIDES if "{s}" in control.bone else ("",):
            bone, part, above = (text.replace("{s}", side) for text in (control.bone, control.part, control.above))
            if bone in rest.names and part in turns:
                under = turns[above] if above else np.tile([1.0, 0.0, 0.0, 0.0], (len(pose), 1))
                rotations[bone] = basis(rest, rest.names.index(bone), turns[part], under)
    locations = {"torso": _torso(pose, turns)}
    if settings.limbs == "IK":
        locations |= _ik_locations(pose, turns)
    if settings.root_motion == "ROOT":
        _root_takes_ground(pose, rotations, locations, settings)
    elif "root" in rest.names:
        locations["root"] = np.zeros((len(pose), 3))  # an earlier action may have left it elsewhere
    return Track(rotations, locations, pose.fps, switches=owner.switches)


def _part_turns(pose: RigPose) -> dict[str, np.ndarray]:
    rest = pose.rest
    own = {part: pose.turns[:, rest.index(part)] for part in rest.mapping.bones}
    own |= {f"Spine{level}": pose.turns[:, bone] for level, bone in enumerate(rest.chain("Spine"), start=1)}
    if neck := rest.chain("Neck"):
        own["Neck"] = pose.turns[:, neck[-1]]
    return own


def _channel(rest: RestRig, bone: str, place: np.ndarray) -> np.ndarray:
    """Location (T, 3) of a control that hangs on the root, so that its head is at `place` (T, 3), body's frame."""
    at = rest.names.index(bone)
    offset = quaternion.rotate(quaternion.conjugate(rest.body), place - rest.joints()[at]) / rest.metres
    return _in_channel(rest, at, offset)


def _in_channel(rest: RestRig, bone: int, offset: np.ndarray) -> np.ndarray:
    """An offset (T, 3) in the armature's frame as the bone's location channel has it: Rigify's IK controls move along
    the armature's axes, others along their own."""
    return quaternion.rotate(quaternion.conjugate(rest.turns[bone]), offset) if rest.local_location[bone] else offset


def _torso(pose: RigPose, turns: dict[str, np.ndarray]) -> np.ndarray:
    """The hips hang on spine_fk, that on spine_fk.001, that on the torso: each turns the next one's place."""
    rest = pose.rest
    joints = rest.joints()
    torso, upper, lower = (joints[rest.names.index(name)] for name in ("torso", "spine_fk.001", "spine_fk"))
    swung = (
        quaternion.rotate(turns["Pelvis"], upper - torso)
        + quaternion.rotate(turns["Spine1"], lower - upper)
        + quaternion.rotate(turns["Pelvis"], rest.hips - lower)
    )
    return _channel(rest, "torso", pose.hips - swung)


def _ik_locations(pose: RigPose, turns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    rest, places = pose.rest, pose.positions()
    joints = rest.joints()
    out: dict[str, np.ndarray] = {}
    for side in SIDES:
        for control, part in ((f"hand_ik.{side}", f"{side}_Wrist"), (f"foot_ik.{side}", f"{side}_Ankle")):
            end = rest.index(part)
            offset = joints[rest.names.index(control)] - joints[end]
            out[control] = _channel(rest, control, places[:, end] + quaternion.rotate(turns[part], offset))
        for pole, _, parts in POLES:
            a, b, c = (rest.index(f"{side}_{part}") for part in parts)
            name = pole.replace("{s}", side)
            out[name] = _channel(rest, name, _pole(rest, name, turns[f"{side}_{parts[0]}"], places, (a, b, c)))
    return out


def _pole(rest: RestRig, name: str, upper: np.ndarray, places: np.ndarray, chain: tuple[int, int, int]) -> np.ndarray:
    """(T, 3) a pole in the plane of the limb, as far from it as at rest."""
    a, b, c = (places[:, bone] for bone in chain)
    along = (c - a) / np.maximum(np.linalg.norm(c - a, axis=-1, keepdims=True), 1e-9)
    bent = (b - a) - np.sum((b - a) * along, axis=-1, keepdims=True) * along
    joints = rest.joints()
    away = joints[rest.names.index(name)] - joints[chain[1]]
    twist = quaternion.rotate(upper, away)
    twist = twist - np.sum(twist * along, axis=-1, keepdims=True) * along
    size = np.linalg.norm(bent, axis=-1, keepdims=True)
    trust = np.clip(size / (0.25 * np.sin(STRAIGHT) * np.linalg.norm(c - a, axis=-1, keepdims=True)) - 1.0, 0.0, 1.0)
    direction = trust * bent / np.maximum(size, 1e-9) + (1.0 - trust) * twist / np.maximum(
        np.linalg.norm(twist, axis=-1, keepdims=True), 1e-9
    )
    direction = direction / np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-9)
    return b + direction * np.linalg.norm(away)


def _root_takes_ground(
    pose: RigPose, rotations: dict[str, np.ndarray], locations: dict[str, np.ndarray], settings: RigSettings
) -> None:
    """The root gets the place on the ground; everything that hangs on it gives the same up."""
    rest = pose.rest
    ground = pose.hips * (1.0, 0.0, 1.0) - rest.hips * (1.0, 0.0, 1.0)
    for bone in locations:
        back = quaternion.rotate(quaternion.conjugate(rest.body), ground) / rest.metres
        locations[bone] = locations[bone] - _in_channel(rest, rest.names.index(bone), back)
    locations["root"] = _channel(rest, "root", rest.joints()[rest.names.index("root")] + ground)


def _switches(armature: bpy.types.Object, settings: RigSettings) -> dict[tuple[str, str], float]:
    """Properties of Rigify's that must stand so for the controls to mean what is written."""
    if not generated(armature):
        return {}
    wanted: dict[tuple[str, str], float] = {("torso", "neck_follow"): 1.0, ("torso", "head_follow"): 1.0}
    wanted[("torso", "torso_parent")] = 1
    ik = settings.limbs == "IK"
    for side in SIDES:
        for _, holder, _ in POLES:
            bone = holder.replace("{s}", side)
            wanted[(bone, "IK_FK")] = 0.0 if ik else 1.0
            wanted[(bone, "FK_limb_follow")] = 0.0
            if ik:
                wanted |= {(bone, "pole_vector"): True, (bone, "IK_parent"): 1, (bone, "pole_parent"): 1}
        if ik:
            wanted |= {(bone.replace("{s}", side), "ik_stretch"): 0.0 for bone in STRETCHING}
    bones = armature.pose.bones
    return {
        (bone, key): value
        for (bone, key), value in wanted.items()
        if bone in bones and (key in bones[bone] or key in bones[bone].bl_rna.properties)
    }


RIGIFY = Rig("rigify", "Rigify", recognise, mapping, controls, switches=_switches)
