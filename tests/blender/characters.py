"""Characters for the tests: Blender's own generators, files of other tools, and rigs built bone by bone with the names,
hierarchy, rest pose, unit, object transform and bone axes that the systems' exports have in Blender."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

S = ("L", "R")

POINTS = {
    "Pelvis": (0, 0, 0.96),
    "Spine1": (0, 0, 1.06),
    "Spine2": (0, 0.01, 1.18),
    "Spine3": (0, 0.01, 1.30),
    "Neck": (0, 0.0, 1.47),
    "Head": (0, -0.01, 1.56),
    "Top": (0, -0.01, 1.74),
    "Hip": (0.09, 0, 0.91),
    "Knee": (0.095, -0.005, 0.49),
    "Ankle": (0.1, 0.02, 0.085),
    "Foot": (0.105, -0.11, 0.02),
    "Toe": (0.107, -0.18, 0.015),
    "Collar": (0.03, 0, 1.43),
    "Shoulder": (0.17, 0.01, 1.42),
    "Elbow": (0.44, 0.015, 1.42),
    "Wrist": (0.70, 0, 1.42),
    "Knuckle": (0.79, 0, 1.415),
    "Index": (0.785, -0.03, 1.418),
    "Pinky": (0.775, 0.035, 1.415),
    "IndexEnd": (0.86, -0.03, 1.415),
    "PinkyEnd": (0.84, 0.035, 1.41),
}
"""A person of 1.74 m in T-pose, facing -Y, left at +X; sided points are the left ones."""

ARM = ("Elbow", "Wrist", "Knuckle", "Index", "Pinky", "IndexEnd", "PinkyEnd")
LEG = ("Knee", "Ankle", "Foot", "Toe")


@dataclass(frozen=True)
class Build:
    """`bones`: (name, parent, head point, tail point), with {s} for sided ones. `arms`: degrees that the arms hang
    below the horizontal. `legs`: degrees that they are spread. `unit`: metres of an armature unit, put right by the
    object's scale. `y_up`: the armature's data has Y up, put right by the object's rotation. `axes`: "along" (bones
    point to the next joint), "fixed" (all point the same way, as some importers leave them) or "random"."""

    bones: tuple[tuple[str, str, str, str], ...]
    sides: tuple[str, str] = S
    arms: float = 0.0
    legs: float = 0.0
    unit: float = 1.0
    y_up: bool = False
    axes: str = "along"
    rolls: int | None = None
    size: float = 1.0
    stretch: dict[str, float] = field(default_factory=dict)
    mode: str = "QUATERNION"


def points(build: Build) -> dict[str, np.ndarray]:
    """Sided points of the rest pose, metres."""
    out = {}
    for name, place in POINTS.items():
        sided = name in ("Hip", "Collar", "Shoulder", *ARM, *LEG)
        p = np.array(place, dtype=float)
        if name in ARM:
            p = _turned(p, POINTS["Shoulder"], (0, 1, 0), build.arms)
            p = p + build.stretch.get("arm", 0.0) * (p - np.array(POINTS["Shoulder"]))
        if name in LEG:
            p = _turned(p, POINTS["Hip"], (0, 1, 0), -build.legs)
            p = p + build.stretch.get("leg", 0.0) * (p - np.array(POINTS["Hip"]))
        for side, sign in zip(S, (1, -1), strict=True) if sided else (("", 1),):
            out[side + name] = p * (sign, 1, 1) * build.size
    low = min(p[2] for p in out.values())
    return {name: p - (0, 0, low) for name, p in out.items()}


def _turned(p: np.ndarray, about: tuple, axis: tuple, degrees: float) -> np.ndarray:
    return np.array(about) + np.array(Matrix.Rotation(math.radians(degrees), 3, axis) @ Vector(p - np.array(about)))


def make(scene: bpy.types.Scene, name: str, build: Build) -> bpy.types.Object:
    """The armature in the scene, standing at the origin, facing -Y in the world."""
    places = points(build)
    data_turn = Matrix.Rotation(math.radians(-90), 3, "X") if build.y_up else Matrix.Identity(3)
    at = {key: (data_turn @ Vector(p)) / build.unit for key, p in places.items()}
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    scene.collection.objects.link(armature)
    random = np.random.default_rng(build.rolls or 0)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for listed in build.bones:
        for side, spelled in zip(S, build.sides, strict=True) if "{s}" in listed[0] else (("", ""),):
            label, parent = (text.replace("{s}", spelled).replace("{S}", side) for text in listed[:2])
            start, stop = (_find(at, point, side) for point in listed[2:])
            bone = armature.data.edit_bones.new(label)
            bone.head, bone.tail = start, stop
            if build.axes == "fixed":
                bone.tail = start + Vector((0, 0.07 / build.unit, 0))
            if build.axes == "random":
                bone.tail = start + Vector(random.normal(size=3)).normalized() * 0.08 / build.unit
            if (bone.tail - bone.head).length < 1e-4 / build.unit:
                bone.tail = start + Vector((0, 0, 0.05 / build.unit))
            if build.rolls is not None:
                bone.roll = random.uniform(-math.pi, math.pi)
            if parent:
                bone.parent = armature.data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.matrix_world = (data_turn.to_4x4().inverted()) @ Matrix.Scale(build.unit, 4)
    for bone in armature.pose.bones:
        bone.rotation_mode = build.mode
    bpy.context.view_layer.update()
    return armature


def _find(at: dict[str, Vector], point: str, side: str) -> Vector:
    """ "Spine1", "Ground", or "Shoulder~Elbow" for half way."""
    if point == "Ground":
        return Vector((0, 0, 0))
    if "~" in point:
        a, b = point.split("~")
        return (_find(at, a, side) + _find(at, b, side)) / 2
    return at[point] if point in at else at[side + point]


def _limbs(collar, shoulder, elbow, wrist, hip, knee, ankle, toe, chest, pelvis, index=None, pinky=None):
    """Arms and legs with the usual hierarchy."""
    out = []
    if collar:
        out.append((collar, chest, "Collar", "Shoulder"))
    out += [
        (shoulder, collar or chest, "Shoulder", "Elbow"),
        (elbow, shoulder, "Elbow", "Wrist"),
        (wrist, elbow, "Wrist", "Knuckle"),
        (hip, pelvis, "Hip", "Knee"),
        (knee, hip, "Knee", "Ankle"),
        (ankle, knee, "Ankle", "Foot"),
    ]
    if toe:
        out.append((toe, ankle, "Foot", "Toe"))
    if index:
        out += [(index, wrist, "Index", "IndexEnd"), (pinky, wrist, "Pinky", "PinkyEnd")]
    return tuple(out)


def _mixamo(p: str) -> tuple:
    trunk = (
        (f"{p}Hips", "", "Pelvis", "Spine1"),
        (f"{p}Spine", f"{p}Hips", "Spine1", "Spine2"),
        (f"{p}Spine1", f"{p}Spine", "Spine2", "Spine3"),
        (f"{p}Spine2", f"{p}Spine1", "Spine3", "Neck"),
        (f"{p}Neck", f"{p}Spine2", "Neck", "Head"),
        (f"{p}Head", f"{p}Neck", "Head", "Top"),
    )
    return trunk + _limbs(
        f"{p}{{s}}Shoulder",
        f"{p}{{s}}Arm",
        f"{p}{{s}}ForeArm",
        f"{p}{{s}}Hand",
        f"{p}{{s}}UpLeg",
        f"{p}{{s}}Leg",
        f"{p}{{s}}Foot",
        f"{p}{{s}}ToeBase",
        f"{p}Spine2",
        f"{p}Hips",
        f"{p}{{s}}HandIndex1",
        f"{p}{{s}}HandPinky1",
    )


_UE_LIMBS = _limbs(
    "clavicle_{s}",
    "upperarm_{s}",
    "lowerarm_{s}",
    "hand_{s}",
    "thigh_{s}",
    "calf_{s}",
    "foot_{s}",
    "ball_{s}",
    "spine_03",
    "pelvis",
    "index_01_{s}",
    "pinky_01_{s}",
)
_UE4 = (
    ("root", "", "Ground", "Ground"),
    ("pelvis", "root", "Pelvis", "Spine1"),
    ("spine_01", "pelvis", "Spine1", "Spine2"),
    ("spine_02", "spine_01", "Spine2", "Spine3"),
    ("spine_03", "spine_02", "Spine3", "Neck"),
    ("neck_01", "spine_03", "Neck", "Head"),
    ("head", "neck_01", "Head", "Top"),
    *_UE_LIMBS,
    ("upperarm_twist_01_{s}", "upperarm_{s}", "Shoulder~Elbow", "Elbow"),
    ("lowerarm_twist_01_{s}", "lowerarm_{s}", "Elbow~Wrist", "Wrist"),
    ("thigh_twist_01_{s}", "thigh_{s}", "Hip~Knee", "Knee"),
    ("calf_twist_01_{s}", "calf_{s}", "Knee~Ankle", "Ankle"),
    ("ik_foot_root", "root", "Ground", "Ground"),
    ("ik_foot_{s}", "ik_foot_root", "Ankle", "Foot"),
    ("ik_hand_root", "root", "Ground", "Ground"),
    ("ik_hand_gun", "ik_hand_root", "RWrist", "RKnuckle"),
)
_UE5 = (
    ("root", "", "Ground", "Ground"),
    ("pelvis", "root", "Pelvis", "Spine1"),
    ("spine_01", "pelvis", "Spine1", "Spine1~Spine2"),
    ("spine_02", "spine_01", "Spine1~Spine2", "Spine2"),
    ("spine_03", "spine_02", "Spine2", "Spine2~Spine3"),
    ("spine_04", "spine_03", "Spine2~Spine3", "Spine3"),
    ("spine_05", "spine_04", "Spine3", "Neck"),
    ("neck_01", "spine_05", "Neck", "Neck~Head"),
    ("neck_02", "neck_01", "Neck~Head", "Head"),
    ("head", "neck_02", "Head", "Top"),
    *((n, "spine_05" if p == "spine_03" else p, a, b) for n, p, a, b in _UE_LIMBS),
    ("upperarm_twist_01_{s}", "upperarm_{s}", "Shoulder~Elbow", "Elbow"),
    ("thigh_twist_01_{s}", "thigh_{s}", "Hip~Knee", "Knee"),
)
_VROID = (
    ("Root", "", "Ground", "Ground"),
    ("J_Bip_C_Hips", "Root", "Pelvis", "Spine1"),
    ("J_Bip_C_Spine", "J_Bip_C_Hips", "Spine1", "Spine2"),
    ("J_Bip_C_Chest", "J_Bip_C_Spine", "Spine2", "Spine3"),
    ("J_Bip_C_UpperChest", "J_Bip_C_Chest", "Spine3", "Neck"),
    ("J_Bip_C_Neck", "J_Bip_C_UpperChest", "Neck", "Head"),
    ("J_Bip_C_Head", "J_Bip_C_Neck", "Head", "Top"),
    *_limbs(
        "J_Bip_{s}_Shoulder",
        "J_Bip_{s}_UpperArm",
        "J_Bip_{s}_LowerArm",
        "J_Bip_{s}_Hand",
        "J_Bip_{s}_UpperLeg",
        "J_Bip_{s}_LowerLeg",
        "J_Bip_{s}_Foot",
        "J_Bip_{s}_ToeBase",
        "J_Bip_C_UpperChest",
        "J_Bip_C_Hips",
        "J_Bip_{s}_Index1",
        "J_Bip_{s}_Little1",
    ),
    ("J_Sec_Hair1_01", "J_Bip_C_Head", "Top", "Head"),
)
_MAKEHUMAN = (
    ("root", "", "Pelvis", "Spine1"),
    ("spine05", "root", "Spine1", "Spine1~Spine2"),
    ("spine04", "spine05", "Spine1~Spine2", "Spine2"),
    ("spine03", "spine04", "Spine2", "Spine2~Spine3"),
    ("spine02", "spine03", "Spine2~Spine3", "Spine3"),
    ("spine01", "spine02", "Spine3", "Neck"),
    ("neck01", "spine01", "Neck", "Neck~Head"),
    ("neck02", "neck01", "Neck~Head", "Head"),
    ("head", "neck02", "Head", "Top"),
    ("clavicle.{s}", "spine01", "Collar", "Collar~Shoulder"),
    ("shoulder01.{s}", "clavicle.{s}", "Collar~Shoulder", "Shoulder"),
    ("upperarm01.{s}", "shoulder01.{s}", "Shoulder", "Shoulder~Elbow"),
    ("upperarm02.{s}", "upperarm01.{s}", "Shoulder~Elbow", "Elbow"),
    ("lowerarm01.{s}", "upperarm02.{s}", "Elbow", "Elbow~Wrist"),
    ("lowerarm02.{s}", "lowerarm01.{s}", "Elbow~Wrist", "Wrist"),
    ("wrist.{s}", "lowerarm02.{s}", "Wrist", "Knuckle"),
    ("finger2-1.{s}", "wrist.{s}", "Index", "IndexEnd"),
    ("pelvis.{s}", "root", "Pelvis", "Hip"),
    ("upperleg01.{s}", "pelvis.{s}", "Hip", "Hip~Knee"),
    ("upperleg02.{s}", "upperleg01.{s}", "Hip~Knee", "Knee"),
    ("lowerleg01.{s}", "upperleg02.{s}", "Knee", "Knee~Ankle"),
    ("lowerleg02.{s}", "lowerleg01.{s}", "Knee~Ankle", "Ankle"),
    ("foot.{s}", "lowerleg02.{s}", "Ankle", "Foot"),
    ("toe1-1.{s}", "foot.{s}", "Foot", "Toe"),
    ("toe2-1.{s}", "foot.{s}", "Foot", "Toe"),
)
_CC = (
    ("CC_Base_BoneRoot", "", "Ground", "Ground"),
    ("CC_Base_Hip", "CC_Base_BoneRoot", "Pelvis", "Spine1"),
    ("CC_Base_Pelvis", "CC_Base_Hip", "Pelvis", "Spine1"),
    ("CC_Base_Waist", "CC_Base_Hip", "Spine1", "Spine2"),
    ("CC_Base_Spine01", "CC_Base_Waist", "Spine2", "Spine3"),
    ("CC_Base_Spine02", "CC_Base_Spine01", "Spine3", "Neck"),
    ("CC_Base_NeckTwist01", "CC_Base_Spine02", "Neck", "Neck~Head"),
    ("CC_Base_NeckTwist02", "CC_Base_NeckTwist01", "Neck~Head", "Head"),
    ("CC_Base_Head", "CC_Base_NeckTwist02", "Head", "Top"),
    *_limbs(
        "CC_Base_{s}_Clavicle",
        "CC_Base_{s}_Upperarm",
        "CC_Base_{s}_Forearm",
        "CC_Base_{s}_Hand",
        "CC_Base_{s}_Thigh",
        "CC_Base_{s}_Calf",
        "CC_Base_{s}_Foot",
        "CC_Base_{s}_ToeBase",
        "CC_Base_Spine02",
        "CC_Base_Pelvis",
        "CC_Base_{s}_Index1",
        "CC_Base_{s}_Pinky1",
    ),
    ("CC_Base_{s}_UpperarmTwist01", "CC_Base_{s}_Upperarm", "Shoulder", "Shoulder~Elbow"),
)
_G8 = (
    ("hip", "", "Pelvis", "Spine1"),
    ("pelvis", "hip", "Pelvis", "Ground"),
    ("abdomenLower", "hip", "Spine1", "Spine1~Spine2"),
    ("abdomenUpper", "abdomenLower", "Spine1~Spine2", "Spine2"),
    ("chestLower", "abdomenUpper", "Spine2", "Spine3"),
    ("chestUpper", "chestLower", "Spine3", "Neck"),
    ("neckLower", "chestUpper", "Neck", "Neck~Head"),
    ("neckUpper", "neckLower", "Neck~Head", "Head"),
    ("head", "neckUpper", "Head", "Top"),
    ("{s}Collar", "chestUpper", "Collar", "Shoulder"),
    ("{s}ShldrBend", "{s}Collar", "Shoulder", "Shoulder~Elbow"),
    ("{s}ShldrTwist", "{s}ShldrBend", "Shoulder~Elbow", "Elbow"),
    ("{s}ForearmBend", "{s}ShldrTwist", "Elbow", "Elbow~Wrist"),
    ("{s}ForearmTwist", "{s}ForearmBend", "Elbow~Wrist", "Wrist"),
    ("{s}Hand", "{s}ForearmTwist", "Wrist", "Knuckle"),
    ("{s}Index1", "{s}Hand", "Index", "IndexEnd"),
    ("{s}Pinky1", "{s}Hand", "Pinky", "PinkyEnd"),
    ("{s}ThighBend", "pelvis", "Hip", "Hip~Knee"),
    ("{s}ThighTwist", "{s}ThighBend", "Hip~Knee", "Knee"),
    ("{s}Shin", "{s}ThighTwist", "Knee", "Ankle"),
    ("{s}Foot", "{s}Shin", "Ankle", "Foot"),
    ("{s}Metatarsals", "{s}Foot", "Ankle~Foot", "Foot"),
    ("{s}Toe", "{s}Metatarsals", "Foot", "Toe"),
)
_G9 = (
    ("hip", "", "Pelvis", "Spine1"),
    ("pelvis", "hip", "Pelvis", "Ground"),
    ("spine1", "hip", "Spine1", "Spine1~Spine2"),
    ("spine2", "spine1", "Spine1~Spine2", "Spine2"),
    ("spine3", "spine2", "Spine2", "Spine3"),
    ("spine4", "spine3", "Spine3", "Neck"),
    ("neck1", "spine4", "Neck", "Neck~Head"),
    ("neck2", "neck1", "Neck~Head", "Head"),
    ("head", "neck2", "Head", "Top"),
    *_limbs(
        "{s}_shoulder",
        "{s}_upperarm",
        "{s}_forearm",
        "{s}_hand",
        "{s}_thigh",
        "{s}_shin",
        "{s}_foot",
        "{s}_toes",
        "spine4",
        "pelvis",
        "{s}_index1",
        "{s}_pinky1",
    ),
)
_NEWTON = (
    ("Root", "", "Ground", "Ground"),
    ("Hips", "Root", "Pelvis", "Spine1"),
    ("Spine1", "Hips", "Spine1", "Spine1~Spine2"),
    ("Spine2", "Spine1", "Spine1~Spine2", "Spine2"),
    ("Spine3", "Spine2", "Spine2", "Spine3"),
    ("Spine4", "Spine3", "Spine3", "Neck"),
    ("Neck", "Spine4", "Neck", "Head"),
    ("Head", "Neck", "Head", "Top"),
    *_limbs(
        "{s}Shoulder", "{s}Arm", "{s}ForeArm", "{s}Hand", "{s}Thigh", "{s}Shin", "{s}Foot", "{s}Toe", "Spine4", "Hips"
    ),
)
_CMU = (
    ("Hips", "", "Pelvis", "Spine1"),
    ("LowerBack", "Hips", "Pelvis", "Spine1"),
    ("Spine", "LowerBack", "Spine1", "Spine2"),
    ("Spine1", "Spine", "Spine2", "Spine3"),
    ("Neck", "Spine1", "Spine3", "Neck"),
    ("Neck1", "Neck", "Neck", "Head"),
    ("Head", "Neck1", "Head", "Top"),
    ("LHipJoint", "Hips", "Pelvis", "LHip"),
    ("RHipJoint", "Hips", "Pelvis", "RHip"),
    *(
        (n, "{S}HipJoint" if p == "Hips" else p, a, b)
        for n, p, a, b in _limbs(
            "{s}Shoulder",
            "{s}Arm",
            "{s}ForeArm",
            "{s}Hand",
            "{s}UpLeg",
            "{s}Leg",
            "{s}Foot",
            "{s}ToeBase",
            "Spine1",
            "Hips",
        )
    ),
    ("LThumb", "LeftHand", "LWrist", "LIndex"),
    ("{s}FingerBase", "{s}Hand", "Knuckle", "IndexEnd"),
)
_SMPLX = (
    ("root", "", "Ground", "Ground"),
    ("pelvis", "root", "Pelvis", "Spine1"),
    ("spine1", "pelvis", "Spine1", "Spine2"),
    ("spine2", "spine1", "Spine2", "Spine3"),
    ("spine3", "spine2", "Spine3", "Neck"),
    ("neck", "spine3", "Neck", "Head"),
    ("head", "neck", "Head", "Top"),
    *_limbs(
        "{s}_collar",
        "{s}_shoulder",
        "{s}_elbow",
        "{s}_wrist",
        "{s}_hip",
        "{s}_knee",
        "{s}_ankle",
        "{s}_foot",
        "spine3",
        "pelvis",
        "{s}_index1",
        "{s}_pinky1",
    ),
)

BUILDS = {
    "mixamo": Build(_mixamo("mixamorig:"), ("Left", "Right"), unit=0.01, y_up=True, stretch={"leg": 0.06}),
    "ue4": Build(_UE4, ("l", "r"), arms=48, unit=0.01, axes="fixed", stretch={"arm": -0.04}),
    "ue5": Build(_UE5, ("l", "r"), arms=52, legs=4, unit=0.01, axes="random", rolls=5, mode="XYZ"),
    "vroid": Build(_VROID, ("L", "R"), size=0.88, axes="fixed", stretch={"leg": 0.1}),
    "makehuman": Build(_MAKEHUMAN, ("L", "R"), arms=42, legs=5, unit=0.1),
    "character_creator": Build(_CC, ("L", "R"), arms=30, unit=0.01, y_up=True, rolls=2),
    "daz_g8": Build(_G8, ("l", "r"), arms=45, legs=6, unit=0.01, mode="YZX"),
    "daz_g9": Build(_G9, ("l", "r"), arms=40, legs=5, rolls=9),
    "rokoko": Build(_NEWTON, ("Left", "Right"), unit=0.01, y_up=True),
    "cmu": Build(_CMU, ("Left", "Right"), legs=20, unit=0.0564, y_up=True, mode="ZYX"),
    "smplx": Build(_SMPLX, ("left", "right"), rolls=1),
}
KINDS = {"ue4": "unreal", "ue5": "unreal", "vroid": "vrm", "daz_g8": "daz", "daz_g9": "daz"}


def build(scene: bpy.types.Scene, name: str) -> bpy.types.Object:
    """One of BUILDS, or "smpl", "rigify_metarig", "rigify" (generated), "rigify_deform", "rigify_full" (generated from
    the full human with face and fingers, which takes Rigify a minute)."""
    if name in BUILDS:
        return make(scene, name, BUILDS[name])
    if name == "smpl":
        from blender_addon.rigs import smpl

        return smpl.build(scene, "smpl")
    return _rigify(name)


def _rigify(name: str) -> bpy.types.Object:
    """By Rigify's own operators. It is disabled afterwards: what stays registered makes the bpy module hang at exit."""
    import addon_utils

    addon_utils.enable("rigify", default_set=True)
    try:
        if name == "rigify_full":
            bpy.ops.object.armature_human_metarig_add()
        else:
            bpy.ops.object.armature_basic_human_metarig_add()
        metarig = bpy.context.object
        if name == "rigify_metarig":
            return metarig
        bpy.ops.pose.rigify_generate()
        rig = bpy.context.object
        return _deform_only(rig) if name == "rigify_deform" else rig
    finally:
        addon_utils.disable("rigify", default_set=True)


def _deform_only(rig: bpy.types.Object) -> bpy.types.Object:
    """What exporters to game engines make of a Rigify rig: its deform bones in one tree, no constraints."""
    bpy.ops.object.mode_set(mode="EDIT")
    bones = rig.data.edit_bones
    for bone in bones:
        bone.use_connect = False  # or its head would jump to another parent's tail
    for bone in [b for b in bones if b.name.startswith("DEF-")]:
        org = bones.get(bone.name.replace("DEF-", "ORG-"))
        above = (org or bone).parent
        while above is not None and bones.get("DEF-" + above.name.replace("ORG-", "")) in (None, bone):
            above = above.parent
        if bone.name.endswith((".L.001", ".R.001")):
            bone.parent = bones[bone.name[:-4]]
        elif above is not None:
            whole = "DEF-" + above.name.replace("ORG-", "")
            lower = bones.get(f"{whole}.001") if whole.endswith((".L", ".R")) else None
            bone.parent = lower or bones[whole]
    for bone in [b for b in bones if not b.name.startswith("DEF-")]:
        bones.remove(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in rig.pose.bones:
        for constraint in list(bone.constraints):
            bone.constraints.remove(constraint)
    rig.animation_data_clear()
    rig.data.animation_data_clear()
    return rig


def load(path: Path) -> bpy.types.Object:
    """The armature of a glTF, FBX or BVH file, imported by Blender; its own action is taken off."""
    before = set(bpy.data.objects)
    if path.suffix in (".glb", ".gltf"):
        bpy.ops.import_scene.gltf(filepath=str(path))
    elif path.suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    else:
        bpy.ops.import_anim.bvh(filepath=str(path), global_scale=0.01)
    made = [thing for thing in bpy.data.objects if thing not in before and thing.type == "ARMATURE"]
    armature = max(made, key=lambda thing: len(thing.data.bones))
    if armature.animation_data is not None:
        armature.animation_data.action = None
        for track in list(armature.animation_data.nla_tracks):
            armature.animation_data.nla_tracks.remove(track)
    for bone in armature.pose.bones:
        bone.matrix_basis = Matrix.Identity(4)
    bpy.context.view_layer.update()
    return armature
