"""CMU's skeleton as its BVH conversions have it (LHipJoint, LowerBack ...), and as ASF files name it (lfemur ...)."""

from .humanoid import NameTable, named_rig

BVH = NameTable(
    {
        "Pelvis": ("Hips",),
        "Spine": ("LowerBack", "Spine", "Spine1"),
        "Neck": ("Neck", "Neck1"),
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
    "",
    ("^LHipJoint$", "^LowerBack$"),
)

ASF = NameTable(
    {
        "Pelvis": ("root",),
        "Spine": ("lowerback", "upperback", "thorax"),
        "Neck": ("lowerneck", "upperneck"),
        "Head": ("head",),
        "Collar": ("{s}clavicle",),
        "Shoulder": ("{s}humerus",),
        "Elbow": ("{s}radius",),
        "Wrist": ("{s}hand",),
        "Hip": ("{s}femur",),
        "Knee": ("{s}tibia",),
        "Ankle": ("{s}foot",),
        "Foot": ("{s}toes",),
    },
    ("l", "r"),
    "",
    ("^lfemur$",),
)

CMU = named_rig("cmu", "CMU", BVH, ASF)
