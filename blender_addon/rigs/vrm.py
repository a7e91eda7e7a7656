"""VRM: VRoid Studio's bones (J_Bip_C_Hips ...), and models whose bones have the humanoid's own names (leftUpperArm)."""

from .humanoid import NameTable, named_rig

VROID = NameTable(
    {
        "Root": ("Root",),
        "Pelvis": ("C_Hips",),
        "Spine": ("C_Spine", "C_Chest", "C_UpperChest"),
        "Neck": ("C_Neck",),
        "Head": ("C_Head",),
        "Collar": ("{s}_Shoulder",),
        "Shoulder": ("{s}_UpperArm",),
        "Elbow": ("{s}_LowerArm",),
        "Wrist": ("{s}_Hand",),
        "Hip": ("{s}_UpperLeg",),
        "Knee": ("{s}_LowerLeg",),
        "Ankle": ("{s}_Foot",),
        "Foot": ("{s}_ToeBase",),
    },
    ("L", "R"),
    "J_Bip_",
    ("J_Bip_",),
)

HUMANOID = NameTable(
    {
        "Root": ("root", "Root"),
        "Pelvis": ("hips",),
        "Spine": ("spine", "chest", "upperChest"),
        "Neck": ("neck",),
        "Head": ("head",),
        "Collar": ("{s}Shoulder",),
        "Shoulder": ("{s}UpperArm",),
        "Elbow": ("{s}LowerArm",),
        "Wrist": ("{s}Hand",),
        "Hip": ("{s}UpperLeg",),
        "Knee": ("{s}LowerLeg",),
        "Ankle": ("{s}Foot",),
        "Foot": ("{s}Toes",),
    },
    ("left", "right"),
)

VRM = named_rig("vrm", "VRM / VRoid", VROID, HUMANOID)
