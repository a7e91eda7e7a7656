"""MakeHuman's and MPFB's default rig, whose limbs have two bones each, and whose spine is counted from the top."""

from .humanoid import NameTable, named_rig

DEFAULT = NameTable(
    {
        "Pelvis": ("root",),
        "Spine": ("spine05", "spine04", "spine03", "spine02", "spine01"),
        "Neck": ("neck01", "neck02", "neck03"),
        "Head": ("head",),
        "Collar": ("clavicle.{s}", "shoulder01.{s}"),
        "Shoulder": ("upperarm01.{s}",),
        "Elbow": ("lowerarm01.{s}",),
        "Wrist": ("wrist.{s}",),
        "Hip": ("upperleg01.{s}",),
        "Knee": ("lowerleg01.{s}",),
        "Ankle": ("foot.{s}",),
        "Foot": ("toe2-1.{s}", "toe1-1.{s}", "toe3-1.{s}", "toe4-1.{s}", "toe5-1.{s}"),
    },
    ("L", "R"),
    "",
    (r"upperleg01\.L", r"lowerarm01\.L"),
)

MAKEHUMAN = named_rig("makehuman", "MakeHuman / MPFB", DEFAULT)
