"""Acclaim skeleton files (.asf): the body that an .amc motion file moves.

Each ASF bone becomes the joint at its near end, so `lfemur` is the hip, `ltibia` the knee, `head` the base of the
head. A bone's direction times length is the offset of its children, given in the global rest frame; with all rotations
at identity the figure stands in the rest pose of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import FormatError, MotionError
from ..geometry import quaternion_from_euler
from ..protocol.motion import Skeleton
from .files import load_text

METRES_PER_INCH = 0.0254
MAX_BONES = 2000
_KINDS = ("TX", "TY", "TZ", "RX", "RY", "RZ", "L")


@dataclass(frozen=True, eq=False)
class AsfBody:
    """A parsed .asf, in metres.

    `skeleton`: root first. `axes`: (J, 4) wxyz, the frame C of each joint's channels in the global rest frame.
    `channels`: for each joint the letters of its AMC values in order, of TX TY TZ RX RY RZ L. `degrees`: angles' unit.
    `metres_per_unit`: for the root's translation. `root_position`: (3,) metres, added to that translation.
    """

    skeleton: Skeleton
    axes: np.ndarray
    channels: tuple[tuple[str, ...], ...]
    degrees: bool
    metres_per_unit: float
    root_position: np.ndarray


def read_asf(path: str | Path) -> AsfBody:
    """Raises FormatError when the file is not a complete Acclaim skeleton."""
    path = Path(path)
    sections = _sections(load_text(path))
    for needed in ("root", "bonedata", "hierarchy"):
        if needed not in sections:
            raise FormatError(f"{path.name} has no :{needed} section, so it is no Acclaim skeleton; get it again")
    try:
        return _build(sections)
    except (ValueError, IndexError, KeyError, MotionError) as error:
        raise FormatError(f"{path.name} is a damaged Acclaim skeleton ({error}); get it again") from None


def _sections(text: str) -> dict[str, list[list[str]]]:
    """Section name -> its lines, split in words, without comments."""
    sections: dict[str, list[list[str]]] = {}
    current: list[list[str]] = []
    for line in text.split("\n"):
        words = line.partition("#")[0].split()
        if words and words[0].startswith(":"):
            current = sections.setdefault(words[0][1:].lower(), [])
            words = words[1:]
        if words:
            current.append(words)
    return sections


def _build(sections: dict[str, list[list[str]]]) -> AsfBody:
    units = {words[0].lower(): words[1] for words in sections.get("units", []) if len(words) > 1}
    degrees = not units.get("angle", "deg").lower().startswith("rad")
    # Vicon's "length 0.45" means that 0.45 of a value is one inch.
    length = float(units.get("length", "1.0"))
    if not 1e-6 < length < 1e6:
        raise ValueError(f"unit of length {length}")
    scale = METRES_PER_INCH / length

    root = {words[0].lower(): words[1:] for words in sections["root"]}
    bones = {
        "root": {"order": root["order"], "axis": [*root.get("orientation", ["0", "0", "0"]), *root.get("axis", [])]}
    }
    bone: dict[str, list[str]] = {}
    for words in sections["bonedata"]:
        key = words[0].lower()
        if key == "begin":
            bone = {}
        elif key == "end":
            bones[bone["name"][0]] = bone
        else:
            bone[key] = words[1:]

    names, parents = _tree(sections["hierarchy"], set(bones))
    tips = np.zeros((len(names), 3))
    offsets = np.zeros((len(names), 3))
    axes = np.zeros((len(names), 4))
    channels = []
    for joint, name in enumerate(names):
        bone = bones[name]
        if joint:
            direction = np.array(bone["direction"][:3], dtype=np.float64)
            reach = float(bone["length"][0]) * scale
            if not (np.all(np.isfinite(direction)) and abs(reach) < 1e6):
                raise ValueError(f"length or direction of {name}")
            tips[joint] = direction / max(float(np.linalg.norm(direction)), 1e-12) * reach
            offsets[joint] = tips[parents[joint]]
        axes[joint] = euler(bone["axis"][3] if len(bone["axis"]) > 3 else "XYZ", bone["axis"][:3], degrees)
        kinds = tuple(word.upper() for word in bone.get("order" if joint == 0 else "dof", []))
        if not set(kinds) <= set(_KINDS) or len(set(kinds)) != len(kinds):
            raise ValueError(f"channels {' '.join(kinds)} of {name}")
        channels.append(kinds)
    position = np.array(root.get("position", ["0", "0", "0"])[:3], dtype=np.float64) * scale
    if position.shape != (3,) or not np.all(np.isfinite(position)):
        raise ValueError("position of the root")
    skeleton = Skeleton(tuple(names), np.array(parents), offsets)
    return AsfBody(skeleton, axes, tuple(channels), degrees, scale, position)


def euler(order: str, angles: object, degrees: bool) -> np.ndarray:
    """Acclaim angles (..., n) -> wxyz: fixed axes turned in the order of the letters, "XYZ" is Rz Ry Rx."""
    values = np.array(angles, dtype=np.float64)
    return quaternion_from_euler(order[::-1], (values if degrees else np.rad2deg(values))[..., ::-1])


def _tree(lines: list[list[str]], known: set[str]) -> tuple[list[str], list[int]]:
    """Names and parents in depth-first order, from lines "parent child child ..."."""
    children: dict[str, list[str]] = {}
    for words in lines:
        if words[0].lower() not in ("begin", "end"):
            children.setdefault(words[0], []).extend(words[1:])
    if len(known) > MAX_BONES:
        raise ValueError(f"{len(known)} bones")
    names: list[str] = []
    parents: list[int] = []
    stack = [("root", -1)]
    while stack:
        name, parent = stack.pop()
        if name not in known:
            raise ValueError(f"bone {name} is in the hierarchy and not in the bone data")
        if name in names:
            raise ValueError(f"bone {name} has two parents")
        names.append(name)
        parents.append(parent)
        stack.extend((child, len(names) - 1) for child in reversed(children.get(name, [])))
    return names, parents
