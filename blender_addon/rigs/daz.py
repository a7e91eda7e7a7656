"""Daz Studio's Genesis 8 (lShldrBend ...) and Genesis 9 (l_upperarm ...), and the older Genesis without bend bones."""

from .humanoid import NameTable, named_rig

GENESIS_8 = NameTable(
    {
        "Pelvis": ("hip",),
        "Spine": ("abdomenLower", "abdomenUpper", "chestLower", "chestUpper"),
        "Neck": ("neckLower", "neckUpper"),
        "Head": ("head",),
        "Collar": ("{s}Collar",),
        "Shoulder": ("{s}ShldrBend",),
        "Elbow": ("{s}ForearmBend",),
        "Wrist": ("{s}Hand",),
        "Hip": ("{s}ThighBend",),
        "Knee": ("{s}Shin",),
        "Ankle": ("{s}Foot",),
        "Foot": ("{s}Toe",),
    },
    ("l", "r"),
    "",
    ("lShldrBend", "abdomenLower"),
)

GENESIS_9 = NameTable(
    {
        "Pelvis": ("hip",),
        "Spine": ("spine1", "spine2", "spine3", "spine4"),
        "Neck": ("neck1", "neck2"),
        "Head": ("head",),
        "Collar": ("{s}_shoulder",),
        "Shoulder": ("{s}_upperarm",),
        "Elbow": ("{s}_forearm",),
        "Wrist": ("{s}_hand",),
        "Hip": ("{s}_thigh",),
        "Knee": ("{s}_shin",),
        "Ankle": ("{s}_foot",),
        "Foot": ("{s}_toes",),
    },
    ("l", "r"),
    "",
    ("l_metatarsals|l_upperarm",),
)

GENESIS = NameTable(
    {
        "Pelvis": ("hip",),
        "Spine": ("abdomen", "chest"),
        "Neck": ("neck",),
        "Head": ("head",),
        "Collar": ("{s}Collar",),
        "Shoulder": ("{s}Shldr",),
        "Elbow": ("{s}ForeArm",),
        "Wrist": ("{s}Hand",),
        "Hip": ("{s}Thigh",),
        "Knee": ("{s}Shin",),
        "Ankle": ("{s}Foot",),
        "Foot": ("{s}Toe",),
    },
    ("l", "r"),
)

DAZ = named_rig("daz", "Daz Genesis", GENESIS_8, GENESIS_9, GENESIS)
