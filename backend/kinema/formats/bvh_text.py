"""The text of a BVH file: HIERARCHY and MOTION taken apart and checked, without saying what it means (see bvh.py)."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field

import numpy as np

from ..errors import FormatError

MAX_JOINTS = 2000
USUAL_RATES = (24.0, 25.0, 30.0, 48.0, 50.0, 60.0, 100.0, 120.0, 240.0)
_CHANNELS = {f"{axis}{kind}".lower(): (kind, axis) for axis in "XYZ" for kind in ("position", "rotation")}


@dataclass
class BvhJoint:
    """A ROOT or JOINT block; `parent` -1 for the root."""

    name: str
    parent: int
    offset: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    channels: list[tuple[str, str]] = field(default_factory=list)
    """(kind, axis) in the file's order, kind "position" or "rotation"."""


def parse(text: str, name: str) -> tuple[list[BvhJoint], float, np.ndarray]:
    """Joints parents first, frames a second and the (T, channels) values of a BVH file's text.

    `name` stands in messages. Raises FormatError with the reason when the text is not a complete BVH; warns when it
    states another number of frames than it holds.
    """
    motion = re.search(r"^[ \t]*MOTION[ \t]*$", text, re.MULTILINE)
    joints = _parse_hierarchy(text[: motion.start()] if motion else text, name)
    if motion is None:
        raise FormatError(f"{name} has no MOTION section: it holds a skeleton without frames; export with animation")
    width = sum(len(joint.channels) for joint in joints)
    if width == 0:
        raise FormatError(f"{name} has no channels in its HIERARCHY, so nothing in it moves; export it again")
    declared, fps, rows = _parse_motion_header(text[motion.end() + 1 :], name)
    return joints, fps, _parse_rows(rows, declared, width, name)


def _parse_hierarchy(text: str, name: str) -> list[BvhJoint]:
    tokens = text.replace("{", " { ").replace("}", " } ").split()
    if not tokens or tokens[0].upper() != "HIERARCHY":
        raise FormatError(f"{name} does not begin with HIERARCHY, so it is not a BVH file")
    joints: list[BvhJoint] = []
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
                joints.append(BvhJoint(" ".join(tokens[at + 1 : stop]), stack[-1] if stack else -1))
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
                if stack[-1] < 0 or not 0 <= count <= 6:
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
    """Frames a second for a Frame Time as printed: the usual, whole or NTSC rate that it is a rounding of, if any."""
    frame_time = float(printed)
    mantissa, _, exponent = printed.lower().partition("e")
    step = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    whole = float(max(1, round(1.0 / frame_time)))
    for rate in (*USUAL_RATES, whole, whole * 1000.0 / 1001.0):
        if abs(1.0 / rate - frame_time) <= min(step, 0.01 * frame_time):
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
        raise FormatError(
            f"{name} holds a value that is no number in its frames ({error}); export it with decimal points"
        ) from None
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise FormatError(f"{name} holds NaN or infinity in frame {bad[0][0] + 1}; export it again")
    if len(values) != declared:
        warnings.warn(
            f"{name} states {declared} frames and holds {len(values)}; all {len(values)} are used", stacklevel=4
        )
    return values


def _tokens_per_line(text: str) -> np.ndarray:
    """Count of blank-separated tokens in each line that has any."""
    data = np.frombuffer(f"\n{text}\n".encode("ascii", "replace"), dtype=np.uint8)
    blank = data <= ord(" ")
    before = np.concatenate([[0], np.cumsum(blank[:-1] & ~blank[1:])])  # tokens that start before each byte
    counts = np.diff(before[data == ord("\n")])
    return counts[counts > 0]
