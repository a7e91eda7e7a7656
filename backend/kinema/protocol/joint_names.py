"""What a joint's name says: which side, and which part of the body.

Names of rigs differ in prefix, case, separators and vocabulary ("mixamorig:LeftUpLeg", "Bip01 L Thigh", "thigh_l",
"lfemur", "DEF-thigh.L"). `read_name` reduces all of them to a side and a stem ("L", "upleg"); `STEMS` is the one table
that says which stems can mean which joint. Which of several candidates it is, the tree decides (see anatomy.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

STEMS: dict[str, tuple[str, ...]] = {
    "Hip": ("upleg", "upperleg", "thigh", "femur", "legupper", "legup", "hip"),
    "Knee": ("lowerleg", "lowleg", "loleg", "leglower", "leglow", "shin", "calf", "tibia", "knee", "leg"),
    "Ankle": ("ankle", "foot"),
    "Foot": ("toe", "toes", "ball", "foot"),
    "Collar": ("collar", "clavicle", "clav", "scapula", "shoulder"),
    "Shoulder": ("upperarm", "uparm", "humerus", "shldr", "armupper", "armup", "arm", "shoulder"),
    "Elbow": ("forearm", "lowerarm", "lowarm", "loarm", "radius", "armlower", "armlow", "foarm", "elbow"),
    "Wrist": ("wrist", "hand", "palm", "fist"),
    "Neck": ("neck", "lowerneck", "upperneck"),
    "Head": ("head", "skull"),
    "Pelvis": ("pelvis", "hips", "hip"),
}
"""Stems that can mean a joint, best first. "LeftShoulder" is the upper arm where nothing else is, the collar otherwise;
"L_Foot" is the ball of the foot where there is an ankle; "LeftLeg" is the shin where there is a thigh."""

_SIDED = ("Hip", "Knee", "Ankle", "Foot", "Collar", "Shoulder", "Elbow", "Wrist")

_PREFIXES = frozenset(
    [
        *("mixamorig", "bip", "biped", "valve", "cc", "base", "def", "org", "j", "b", "bn", "c", "bind"),
        *("joint", "jnt", "jt", "bone", "rig", "armature", "skeleton", "skel", "sk"),
        *("character", "char", "human", "avatar", "body"),
    ]
)
"""Words that say nothing about the part ("ToeBase" is the toe, "LHipJoint" the hip)."""

_FINGERS = frozenset(
    ("thumb", "index", "middle", "mid", "ring", "pinky", "little", "finger", "fingers", "metacarpal", "proximal")
)

_HELPERS = frozenset(
    [
        *("twist", "share", "roll", "tweak", "corrective", "muscle", "helper", "dummy", "mch", "parent", "effector"),
        *("ik", "fk", "pole", "pt", "target", "ctrl", "control", "kneeik", "elbowik", "handik", "heelik"),
        *("nub", "end", "leaf", "tip", "site", "slot", "handslot", "weapon", "prop", "helmet", "hair", "cloth", "cape"),
        *("eye", "jaw", "ear", "teeth", "tongue", "facial", "breast", "ribs", "rib", "big"),
    ]
)
"""Words that mark joints which are no part of the chain from the pelvis to hands, feet and head."""

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SIDES = {"left": "L", "right": "R", "l": "L", "r": "R"}
_KNOWN = frozenset(stem for role in _SIDED for stem in STEMS[role]) | frozenset(
    ("hipjoint", "toebase", "collarbone", "shoulderblade", "buttock")
)


@dataclass(frozen=True)
class JointName:
    """`side`: "L", "R" or "". `stem`: lower-case words joined, without prefixes, sides and digits.

    `finger`: a joint of the hand beyond the wrist. `helper`: no part of the body's chains (twist, IK, end, eye ...).
    """

    side: str
    stem: str
    finger: bool
    helper: bool


def read_name(name: str) -> JointName:
    """Split a joint's name into side and stem; see the module."""
    bare = re.split(r"[:|]", name)[-1]
    words = [word.lower() for word in _WORDS.findall(bare) if not word.isdigit()]
    side = ""
    rest: list[str] = []
    for word in words:
        found, remainder = _side_of(word)
        if found and not side:
            side = found
            if remainder:
                rest.append(remainder)
        else:
            rest.append(word)
    stem = "".join(word for word in rest if word not in _PREFIXES)
    finger = not _FINGERS.isdisjoint(rest) or stem in ("fingers", "thumb")
    # CC_Base_NeckTwist01 is the neck itself, while other twist joints lie beside the chain.
    helper = bare.startswith("__") or not (_HELPERS - ({"twist"} if "neck" in rest else set())).isdisjoint(rest)
    if "neck" in rest:
        stem = stem.replace("twist", "")
    return JointName(side, stem, finger, helper)


def _side_of(word: str) -> tuple[str, str]:
    """("L", "femur") for "lfemur", ("L", "") for "left", ("", "") when the word has no side."""
    if word in _SIDES:
        return _SIDES[word], ""
    for prefix, side in _SIDES.items():
        remainder = word.removeprefix(prefix)
        if remainder != word and (remainder in _KNOWN or any(remainder.startswith(finger) for finger in _FINGERS)):
            return side, "hip" if remainder == "hipjoint" else remainder
    return "", ""
