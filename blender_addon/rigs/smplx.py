"""SMPL-H and SMPL-X as Meshcapade's add-on makes them (left_hip, spine1 ...), and SMPL's FBX (m_avg_L_Hip ...)."""

from .humanoid import NameTable, named_rig

MESHCAPADE = NameTable(
    {
        "Root": ("root",),
        "Pelvis": ("pelvis",),
        "Spine": ("spine1", "spine2", "spine3"),
        "Neck": ("neck",),
        "Head": ("head",),
        "Collar": ("{s}_collar",),
        "Shoulder": ("{s}_shoulder",),
        "Elbow": ("{s}_elbow",),
        "Wrist": ("{s}_wrist",),
        "Hip": ("{s}_hip",),
        "Knee": ("{s}_knee",),
        "Ankle": ("{s}_ankle",),
        "Foot": ("{s}_foot",),
    },
    ("left", "right"),
)

FBX = NameTable(
    {
        "Root": ("root",),
        "Pelvis": ("Pelvis",),
        "Spine": ("Spine1", "Spine2", "Spine3"),
        "Neck": ("Neck",),
        "Head": ("Head",),
        "Collar": ("{s}_Collar",),
        "Shoulder": ("{s}_Shoulder",),
        "Elbow": ("{s}_Elbow",),
        "Wrist": ("{s}_Wrist",),
        "Hip": ("{s}_Hip",),
        "Knee": ("{s}_Knee",),
        "Ankle": ("{s}_Ankle",),
        "Foot": ("{s}_Foot",),
    },
    ("L", "R"),
    "[fm]_avg_",
    ("_avg_",),
)

SMPLX = named_rig("smplx", "SMPL-X / SMPL-H", MESHCAPADE, FBX)
