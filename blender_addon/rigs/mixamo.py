"""Mixamo's characters: mixamorig:Hips ..., with or without the prefix and its number."""

from .humanoid import NameTable, named_rig

TABLE = NameTable(
    {
        "Pelvis": ("Hips",),
        "Spine": ("Spine", "Spine1", "Spine2"),
        "Neck": ("Neck",),
        "Head": ("Head",),
        "Collar": ("{s}Shoulder",),
        "Shoulder": ("{s}Arm",),
        "Elbow": ("{s}ForeArm",),
        "Wrist": ("{s}Hand",),
        "Hip": ("{s}UpLeg",),
        "Knee": ("{s}Leg",),
        "Ankle": ("{s}Foot",),
        "Foot": ("{s}ToeBase",),
    },
    ("Left", "Right"),
    r"mixamorig\d*_?",
    ("mixamorig",),
)

MIXAMO = named_rig("mixamo", "Mixamo", TABLE)
