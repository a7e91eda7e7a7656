"""Reallusion's Character Creator and iClone: CC_Base_Hip carries CC_Base_Pelvis (legs) and CC_Base_Waist (spine)."""

from .humanoid import NameTable, named_rig

TABLE = NameTable(
    {
        "Root": ("BoneRoot",),
        "Pelvis": ("Hip",),
        "Spine": ("Waist", "Spine01", "Spine02"),
        "Neck": ("NeckTwist01", "NeckTwist02"),
        "Head": ("Head",),
        "Collar": ("{s}_Clavicle",),
        "Shoulder": ("{s}_Upperarm",),
        "Elbow": ("{s}_Forearm",),
        "Wrist": ("{s}_Hand",),
        "Hip": ("{s}_Thigh",),
        "Knee": ("{s}_Calf",),
        "Ankle": ("{s}_Foot",),
        "Foot": ("{s}_ToeBase",),
    },
    ("L", "R"),
    "CC_Base_",
    ("CC_Base_",),
)

CHARACTER_CREATOR = named_rig("character_creator", "Character Creator", TABLE)
