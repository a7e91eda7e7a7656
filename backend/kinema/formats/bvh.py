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

import re
import warnings
from pathlib import Path

import numpy as np

from ..errors import FormatError, MotionError
from ..geometry import euler_from_quaternion, quaternion_from_euler
from ..protocol import quaternion
from ..protocol.motion import Motion, Skeleton
from .bvh_text import BvhJoint, parse
from .files import load_text, save_text
from .units import guess_metres_per_unit

WRITTEN_ORDER = "ZXY"


def read(path: str | Path, metres_per_unit: float | None = None) -> Motion:
    """One clip on the file's own skeleton. `metres_per_unit` overrides the guess from the figure's size.

    Raises FormatError with the reason when the file is not a complete BVH; warns when its frame count is wrong.
    """
    path = Path(path)
    joints, fps, values = parse(load_text(path), path.name)
    return _build(joints, values, fps, metres_per_unit, path.name)


def write(path: str | Path, motion: Motion, metres_per_unit: float = 0.01) -> None:
    """Write the motion on its skeleton's rest pose, channels ZXY, centimetres unless `metres_per_unit` says otherwise.

    Every leaf gets an End Site half as long as its own bone. Blanks and braces in joint names become "_". Angles run on
    past 180 degrees instead of jumping. Raises FormatError when the file cannot be written.
    """
    skeleton = motion.skeleton
    names = [re.sub(r"[\s{}]+", "_", name) or "_" for name in skeleton.names]
    if len(set(names)) != len(names):
        raise FormatError("joint names that differ only in blanks or braces cannot be told apart in BVH; rename them")
    lines = ["HIERARCHY"]
    order: list[int] = []
    stack = [(0, 0)]  # (joint, depth), or (-1, depth) for a block to be closed
    while stack:
        joint, depth = stack.pop()
        pad = "  " * depth
        if joint < 0:
            lines.append(f"{pad}}}")
            continue
        order.append(joint)
        children = np.flatnonzero(skeleton.parents == joint)
        offset = np.zeros(3) if joint == 0 else skeleton.offsets[joint] / metres_per_unit
        lines += [
            f"{pad}{'JOINT' if joint else 'ROOT'} {names[joint]}",
            f"{pad}{{",
            f"{pad}  OFFSET {_numbers(offset)}",
        ]
        place = "" if joint else "Xposition Yposition Zposition "
        turns = " ".join(f"{axis}rotation" for axis in WRITTEN_ORDER)
        lines.append(f"{pad}  CHANNELS {3 if joint else 6} {place}{turns}")
        if not len(children):
            tip = 0.5 * offset if np.any(offset) else np.array([0.0, 0.05, 0.0]) / metres_per_unit
            lines += [f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {_numbers(tip)}", f"{pad}  }}"]
        stack.append((-1, depth))
        stack.extend((int(child), depth + 1) for child in reversed(children))
    with warnings.catch_warnings():
        # Near a straight middle angle two of the three angles are one: any split of them is the same rotation.
        warnings.filterwarnings("ignore", message="Gimbal lock", category=UserWarning)
        angles = euler_from_quaternion(WRITTEN_ORDER, motion.rotations[:, order])
    angles = np.unwrap(angles, axis=0, period=360.0)
    rows = np.concatenate([motion.root_translation / metres_per_unit, angles.reshape(len(motion), -1)], axis=1)
    lines += ["MOTION", f"Frames: {len(motion)}", f"Frame Time: {1.0 / motion.fps:.12g}"]
    lines += [_numbers(row) for row in rows]
    save_text(path, "\n".join(lines) + "\n")


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.7f}" for value in values.tolist())


def _build(joints: list[BvhJoint], values: np.ndarray, fps: float, unit: float | None, name: str) -> Motion:
    offsets = np.array([joint.offset for joint in joints])
    parents = np.array([joint.parent for joint in joints])
    rotations, positions = _transforms(joints, values)

    tolerance = 1e-3 * max(float(np.abs(offsets).max()), 1e-9)
    translation = positions.get(0, np.tile(offsets[0], (len(values), 1)))
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
                warnings.warn(
                    f"{name}: {joints[index].name} slides in its parent; only its rotation is used", stacklevel=3
                )
    names = tuple(joint.name for joint in joints[first:])
    parents = np.maximum(parents[first:] - first, -1)
    try:
        scale = guess_metres_per_unit(Skeleton(names, parents, offsets[first:])) if unit is None else unit
        skeleton = Skeleton(names, parents, offsets[first:] * scale)
        return Motion(rotations[:, first:], translation * scale, fps, skeleton)
    except MotionError as error:
        raise FormatError(f"{name} cannot be used: {error}") from None


def _transforms(joints: list[BvhJoint], values: np.ndarray) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Local rotations (T, J, 4) and, for joints with position channels, their places (T, 3) in the parent."""
    rotations = np.zeros((len(values), len(joints), 4))
    rotations[..., 0] = 1.0
    positions: dict[int, np.ndarray] = {}
    groups: dict[str, list[tuple[int, list[int]]]] = {}  # rotation order -> (joint, its columns)
    column = 0
    for index, joint in enumerate(joints):
        columns = {channel: column + k for k, channel in enumerate(joint.channels)}
        column += len(joint.channels)
        order = "".join(axis for kind, axis in joint.channels if kind == "rotation")
        if order:
            groups.setdefault(order, []).append((index, [columns["rotation", axis] for axis in order]))
        if any(kind == "position" for kind, _ in joint.channels):
            positions[index] = np.tile(joint.offset, (len(values), 1))
            for axis, letter in enumerate("XYZ"):
                if ("position", letter) in columns:
                    positions[index][:, axis] = values[:, columns["position", letter]]
    for order, members in groups.items():
        angles = values[:, [turned for _, turned in members]]
        rotations[:, [index for index, _ in members]] = quaternion_from_euler(order, angles)
    return rotations, positions


def _moves(place: np.ndarray | None, offset: np.ndarray, tolerance: float) -> bool:
    """Whether position channels say anything else than OFFSET; all zeros are taken as saying nothing."""
    return place is not None and bool(np.any(place)) and bool(np.abs(place - offset).max() > tolerance)
