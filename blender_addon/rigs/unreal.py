"""Epic's mannequins: UE4's with three spine bones, UE5's (Manny, Quinn) with five. MPFB's game rig has these names."""

from .humanoid import NameTable, named_rig

_LIMBS = {
    "Root": ("root", "Root"),
    "Pelvis": ("pelvis",),
    "Head": ("head",),
    "Collar": ("clavicle_{s}",),
    "Shoulder": ("upperarm_{s}",),
    "Elbow": ("lowerarm_{s}",),
    "Wrist": ("hand_{s}",),
    "Hip": ("thigh_{s}",),
    "Knee": ("calf_{s}",),
    "Ankle": ("foot_{s}",),
    "Foot": ("ball_{s}",),
}

UE4 = NameTable(_LIMBS | {"Spine": ("spine_01", "spine_02", "spine_03"), "Neck": ("neck_01",)}, ("l", "r"))
UE5 = NameTable(
    _LIMBS | {"Spine": ("spine_01", "spine_02", "spine_03", "spine_04", "spine_05"), "Neck": ("neck_01", "neck_02")},
    ("l", "r"),
)

UNREAL = named_rig("unreal", "Unreal Mannequin", UE4, UE5)
