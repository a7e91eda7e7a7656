"""BVH (Biovision hierarchy) files <-> Motion.

What the reader makes of the format's loose ends:
- Position channels replace a joint's OFFSET. Only the root's move the figure. Where another joint has them (files with
  six channels on every joint), the skeleton takes their median over the clip as the joint's offset, or keeps OFFSET
  when they are all zero; what such a joint moves relative to its parent is dropped, with a warning when it is visible.
- A root with one child that carries the translation itself (Bandai's `joint_Root` over `Hips`) is folded into that
  child, which becomes the root.
- End Sites are not joints and are dropped.
- BVH has no unit and no up axis. The unit is guessed from the figure's size (see units.py) unless the caller gives it;
  axes are left as they are, retargeting turns Z-up figures.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import FormatError, MotionError
from ..geometry import euler_from_quaternion, quaternion_from_euler
from ..protocol import quaternion
from ..protocol.motion import Motion, Skeleton
from .files import load_text
from .units import guess_metres_per_unit

MAX_JOINTS = 2000
_CHANNELS = {f"{axis}{kind}".lower(): (kind, axis) for axis in "XYZ" for kind in ("position", "rotation")}


@dataclass
class _Joint:
    name: str
    parent: int
    offset: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    channels: list[tuple[str, str]] = field(default_factory=list)
    """(kind, axis) in the file's order, kind "position" or "rotation"."""


def read(path: str | Path, metres_per_unit: float | None = None) -> Motion:
    """One clip on the file's own skeleton. `metres_per_unit` overrides the guess from the figure's size.

    Raises FormatError with the reason when the file is not a complete BVH; warns when its frame count is wrong.
    """
    path = Path(path)
    text = load_text(path)
    head, found, tail = _partition_line(text, "MOTION")
    joints = _parse_hierarchy(head, path.name)
    if not found:
        raise FormatError(f"{path.name} has no MOTION section: it holds a skeleton without frames; export with animation")
    width = sum(len(joint.channels) for joint in joints)
    if width == 0:
        raise FormatError(f"{path.name} has no channels in its HIERARCHY, so nothing in it moves; export it again")
    declared, fps, rows = _parse_motion_header(tail, path.name)
    values = _parse_rows(rows, declared, width, path.name)
    return _build(joints, values, fps, metres_per_unit, path.name)


def _partition_line(text: str, keyword: str) -> tuple[str, bool, str]:
    """Text before and after the line that holds only `keyword`."""
    at = text.find(keyword)
    while at >= 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if text[text.rfind("\n", 0, at) + 1 : end].strip() == keyword:
            return text[:at], True, text[end + 1 :]
        at = text.find(keyword, at + 1)
    return text, False, ""


def _parse_hierarchy(text: str, name: str) -> list[_Joint]:
    tokens = text.replace("{", " { ").replace("}", " } ").split()
    if not tokens or tokens[0].upper() != "HIERARCHY":
        raise FormatError(f"{name} does not begin with HIERARCHY, so it is not a BVH file")
    joints: list[_Joint] = []
    stack: list[int] = []  # open blocks: joint index, or -1 for an End Site
    pending = -2  # block that the next "{" opens; -2 none
    at = 1
    try:
        while at < len(tokens):
            word = tokens[at].upper()
            if word in ("ROOT", "JOINT"):
                if word == "ROOT" and joints:
                    raise FormatError(f"{name} holds several ROOT figures; export one character per file")
                if word == "JOINT" and (not stack or stack[-1] < 0):
                    raise FormatError(f"{name} has a JOINT outside of ROOT in its HIERARCHY; the file is damaged")
                stop = tokens.index("{", at)
                joints.append(_Joint(" ".join(tokens[at + 1 : stop]), stack[-1] if stack else -1))
                if len(joints) > MAX_JOINTS:
                    raise FormatError(f"{name} has more than {MAX_JOINTS} joints; that is no character")
                pending, at = len(joints) - 1, stop
            elif word == "END":
                pending, at = -1, tokens.index("{", at)
            elif word == "{":
                if pending == -2:
                    raise FormatError(f"{name} has a stray brace in its HIERARCHY; the file is damaged")
                stack.append(pending)
                pending, at = -2, at + 1
            elif word == "}":
                stack.pop()
                at += 1
            elif word == "OFFSET":
                offset = [float(value) for value in tokens[at + 1 : at + 4]]
                if len(offset) != 3 or not np.all(np.isfinite(offset)):
                    raise ValueError(f"OFFSET {offset}")
                if stack[-1] >= 0:
                    joints[stack[-1]].offset = offset
                at += 4
            elif word == "CHANNELS":
                count = int(tokens[at + 1])
                if not 0 <= count <= 6:
                    raise ValueError(f"CHANNELS {count}")
                joints[stack[-1]].channels = [_CHANNELS[token.lower()] for token in tokens[at + 2 : at + 2 + count]]
                if len(set(joints[stack[-1]].channels)) != count:
                    raise ValueError("CHANNELS with a channel twice")
                at += 2 + count
            else:
                raise ValueError(tokens[at])
    except (ValueError, IndexError, KeyError) as error:
        raise FormatError(f"{name} has a damaged HIERARCHY near {error}; export or download it again") from None
    if stack or pending != -2:
        raise FormatError(f"{name} has a HIERARCHY whose braces do not close; export or download it again")
    if not joints:
        raise FormatError(f"{name} has no ROOT joint; export or download it again")
    return joints


def _parse_motion_header(text: str, name: str) -> tuple[int, float, str]:
    """Frame count as stated, frames a second, and the text of the rows."""
    stated: dict[str, str] = {}
    while len(stated) < 2:
        line, newline, rest = text.partition("\n")
        key, colon, value = line.partition(":")
        key = " ".join(key.lower().split())
        if colon and key in ("frames", "frame time"):
            stated[key] = value.strip()
        elif line.strip() or not newline:
            missing = "Frames" if "frames" not in stated else "Frame Time"
            raise FormatError(f"{name} has no '{missing}:' line after MOTION; the file is damaged, export it again")
        text = rest
    try:
        frames, frame_time = int(stated["frames"]), float(stated["frame time"])
    except ValueError:
        raise FormatError(
            f"{name} states '{stated['frames'][:20]}' frames of '{stated['frame time'][:20]}' seconds, not numbers"
        ) from None
    if frames < 1:
        raise FormatError(f"{name} states {frames} frames, so there is no motion in it; export with animation")
    if not 1e-4 <= frame_time <= 60.0:
        raise FormatError(f"{name} states a Frame Time of {frame_time:g} seconds; write the time of one frame there")
    return frames, _frame_rate(stated["frame time"]), text


def _frame_rate(printed: str) -> float:
    """Frames a second for a Frame Time as printed: the whole or NTSC rate that it is a rounding of, if there is one."""
    frame_time = float(printed)
    mantissa, _, exponent = printed.lower().partition("e")
    step = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    whole = max(1, round(1.0 / frame_time))
    for rate in (float(whole), whole * 1000.0 / 1001.0):
        if abs(1.0 / rate - frame_time) <= min(step, 1e-3 * frame_time):
            return rate
    return 1.0 / frame_time


def _parse_rows(text: str, declared: int, width: int, name: str) -> np.ndarray:
    """(T, width) channel values of the rows that are there."""
    if declared * width * 2 > len(text) + 1:
        raise FormatError(
            f"{name} states {declared} frames of {width} channels, more than its {len(text)} bytes of motion can hold; "
            "it is cut off or damaged, get it again"
        )
    widths = _tokens_per_line(text)
    wrong = np.flatnonzero(widths != width)
    if len(wrong):
        row = int(wrong[0])
        raise FormatError(
            f"{name} has {widths[row]} values in row {row + 1} where its HIERARCHY needs {width}; "
            "it is cut off or damaged, export it again"
        )
    if len(widths) == 0:
        raise FormatError(f"{name} has no frames after its Frame Time line; export with animation")
    try:
        values = np.array(text.split(), dtype=np.float64).reshape(-1, width)
    except ValueError as error:
        raise FormatError(f"{name} holds something that is not a number in its frames ({error})") from None
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise FormatError(f"{name} holds NaN or infinity in frame {bad[0][0] + 1}; export it again")
    if len(values) != declared:
        warnings.warn(f"{name} states {declared} frames and holds {len(values)}; all {len(values)} are used", stacklevel=3)
    return values


def _tokens_per_line(text: str) -> np.ndarray:
    """Count of blank-separated tokens in each line that has any."""
    data = np.frombuffer(f"\n{text}\n".encode("ascii", "replace"), dtype=np.uint8)
    blank = data <= ord(" ")
    before = np.concatenate([[0], np.cumsum(blank[:-1] & ~blank[1:])])  # tokens that start before each byte
    counts = np.diff(before[data == ord("\n")])
    return counts[counts > 0]


def _build(joints: list[_Joint], values: np.ndarray, fps: float, unit: float | None, name: str) -> Motion:
    frames = len(values)
    offsets = np.array([joint.offset for joint in joints])
    parents = np.array([joint.parent for joint in joints])
    rotations = np.zeros((frames, len(joints), 4))
    rotations[..., 0] = 1.0
    positions: dict[int, np.ndarray] = {}
    groups: dict[str, list[tuple[int, list[int]]]] = {}
    column = 0
    for index, joint in enumerate(joints):
        columns = {channel: column + k for k, channel in enumerate(joint.channels)}
        column += len(joint.channels)
        order = "".join(axis for kind, axis in joint.channels if kind == "rotation")
        if order:
            groups.setdefault(order, []).append((index, [columns["rotation", axis] for axis in order]))
        if any(kind == "position" for kind, _ in joint.channels):
            place = np.tile(offsets[index], (frames, 1))
            for axis, letter in enumerate("XYZ"):
                if ("position", letter) in columns:
                    place[:, axis] = values[:, columns["position", letter]]
            positions[index] = place
    for order, members in groups.items():
        angles = values[:, [columns for _, columns in members]]
        rotations[:, [index for index, _ in members]] = quaternion_from_euler(order, angles)

    tolerance = 1e-3 * max(float(np.abs(offsets).max()), 1e-9)
    translation = positions.get(0, np.tile(offsets[0], (frames, 1)))
    first = 0
    while np.count_nonzero(parents == first) == 1 and _moves(positions.get(first + 1), offsets[first + 1], tolerance):
        child = first + 1  # the only child of a joint is listed right after it
        translation = translation + quaternion.rotate(rotations[:, first], positions[child])
        rotations[:, child] = quaternion.multiply(rotations[:, first], rotations[:, child])
        first = child
    for index, place in positions.items():
        if index > first and _moves(place, offsets[index], tolerance):
            offsets[index] = np.median(place, axis=0)
            if np.abs(place - offsets[index]).max() > 20 * tolerance:
                warnings.warn(f"{name}: {joints[index].name} slides in its parent; only its rotation is used", stacklevel=3)
    try:
        skeleton = Skeleton(tuple(joint.name for joint in joints[first:]), parents[first:] - first, offsets[first:])
        scale = guess_metres_per_unit(skeleton) if unit is None else unit
        skeleton = Skeleton(skeleton.names, np.maximum(skeleton.parents, -1), skeleton.offsets * scale)
        return Motion(rotations[:, first:], translation * scale, fps, skeleton)
    except MotionError as error:
        raise FormatError(f"{name} cannot be used: {error}") from None


def _moves(place: np.ndarray | None, offset: np.ndarray, tolerance: float) -> bool:
    """Whether position channels say anything else than OFFSET; all zeros are taken as saying nothing."""
    return place is not None and bool(np.any(place)) and bool(np.abs(place - offset).max() > tolerance)
