"""Rokoko Studio's own skeleton (Newton): four numbered spine bones, LeftThigh and LeftShin."""

from .humanoid import NameTable, named_rig

NEWTON = NameTable(
    {
        "Root": ("Root",),
        "Pelvis": ("Hips",),
        "Spine": ("Spine1", "Spine2", "Spine3", "Spine4"),
        "Neck": ("Neck",),
        "Head": ("Head",),
        "Collar": ("{s}Shoulder",),
        "Shoulder": ("{s}Arm",),
        "Elbow": ("{s}ForeArm",),
        "Wrist": ("{s}Hand",),
        "Hip": ("{s}Thigh",),
        "Knee": ("{s}Shin",),
        "Ankle": ("{s}Foot",),
        "Foot": ("{s}Toe",),
    },
    ("Left", "Right"),
    "",
    ("LeftThigh", "LeftShin"),
)

ROKOKO = named_rig("rokoko", "Rokoko", NEWTON)
