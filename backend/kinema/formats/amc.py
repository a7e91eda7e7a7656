"""Acclaim motion (.amc) on its skeleton (.asf) -> Motion.

With C the frame of a bone's channels and M the rotation of its values, the local rotation is C M C^-1 (Acclaim format
description; bones' frames are given in the global rest frame). AMC states no frame rate; CMU and HDM05 play at 120.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..errors import FormatError, MotionError
from ..protocol import quaternion
from ..protocol.motion import Motion
from .asf import AsfBody, euler, read_asf
from .files import load_text

FPS = 120.0
MAX_FRAMES = 500_000


def read(path: str | Path, asf_path: str | Path | None = None, fps: float = FPS) -> Motion:
    """One clip on the skeleton of its .asf, metres, Y up as CMU records. A bone without values stays at rest.

    Without `asf_path` the skeleton is looked for beside the file (see `find_asf`). Raises FormatError when there is
    none, when it does not fit or when the motion is damaged.
    """
    path = Path(path)
    text = load_text(path)
    skeleton_path = find_asf(path) if asf_path is None else Path(asf_path)
    body = read_asf(skeleton_path)
    frames, values = _parse(text, path.name)
    if frames > MAX_FRAMES:
        raise FormatError(f"{path.name} has {frames} frames; the limit is {MAX_FRAMES}, cut it")
    stated = re.search(r"^\s*:(degrees|radians)", text, re.IGNORECASE | re.MULTILINE)
    degrees = stated[1].lower() == "degrees" if stated else body.degrees
    unknown = sorted(set(values) - set(body.skeleton.names))
    if unknown:
        raise FormatError(
            f"{path.name} moves bones that {skeleton_path.name} lacks ({', '.join(unknown[:3])}); give its own .asf"
        )
    return _build(body, degrees, frames, values, fps, path.name)


def find_asf(path: Path) -> Path:
    """The skeleton of an .amc, in its folder or the one above.

    Tried in this order: the same name; the name without its last part, again and again ("cmu_11_01" -> "cmu_11",
    "HDM_bd_kick_001_120" -> "HDM_bd"); the only .asf of the folder. Raises FormatError when there is none.
    """
    stem = path.stem
    stems = [stem]
    while match := re.search(r"[_\-. ][^_\-. ]*$", stem):
        stem = stem[: match.start()]
        stems.append(stem)
    here = path.absolute().parent
    for folder in (here, here.parent):
        beside = {file.stem.lower(): file for file in sorted(folder.glob("*")) if file.suffix.lower() == ".asf"}
        for stem in stems:
            if stem.lower() in beside:
                return beside[stem.lower()]
        if len(beside) == 1 and folder == here:
            return next(iter(beside.values()))
    raise FormatError(
        f"{path.name} needs its skeleton: put the subject's .asf beside it, named {stems[min(1, len(stems) - 1)]}.asf"
    )


def _parse(text: str, name: str) -> tuple[int, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Number of frames and, for each bone, (frames where it stands (n,), its values (n, channels))."""
    lines = [line for line in text.split("\n") if line.strip() and line.lstrip()[0] not in "#:"]
    numbers = [at for at, line in enumerate(lines) if line.strip().isdigit()]
    if not numbers:
        raise FormatError(f"{name} has no numbered frames, so it is not an AMC motion; get it again")
    rows: dict[str, tuple[list[int], list[str]]] = {}
    frame = -1
    starts = set(numbers)
    for at, line in enumerate(lines):
        if at in starts:
            frame += 1
            continue
        bone, *rest = line.split(None, 1)
        if frame < 0:
            raise FormatError(f"{name} has values of {bone[:20]} before its first frame number; the file is damaged")
        where, texts = rows.setdefault(bone, ([], []))
        where.append(frame)
        texts.append(rest[0] if rest else "")
    values = {}
    for bone, (where, texts) in rows.items():
        flat = " ".join(texts).split()
        width = len(texts[0].split())
        try:
            table = np.array(flat, dtype=np.float64).reshape(len(texts), width)
        except ValueError:
            raise FormatError(f"{name} has values of {bone[:20]} that are no numbers or not {width} a frame") from None
        if not np.all(np.isfinite(table)):
            raise FormatError(f"{name} holds NaN or infinity in the values of {bone}; get it again")
        if len(set(where)) != len(where):
            raise FormatError(f"{name} has {bone} twice in one frame; the file is damaged, get it again")
        values[bone] = (np.array(where), table)
    return len(numbers), values


def _build(
    body: AsfBody,
    degrees: bool,
    frames: int,
    values: dict[str, tuple[np.ndarray, np.ndarray]],
    fps: float,
    name: str,
) -> Motion:
    rotations = np.zeros((frames, len(body.skeleton), 4))
    rotations[..., 0] = 1.0
    translation = np.tile(body.root_position, (frames, 1))
    for joint, bone in enumerate(body.skeleton.names):
        if bone not in values:
            continue
        where, table = values[bone]
        kinds = body.channels[joint]
        if table.shape[1] != len(kinds):
            raise FormatError(
                f"{name} has {table.shape[1]} values for {bone} where its .asf says {len(kinds)}; give its own .asf"
            )
        order = "".join(kind[1] for kind in kinds if kind[0] == "R")
        if order:
            turned = [column for column, kind in enumerate(kinds) if kind[0] == "R"]
            local = euler(order, table[:, turned], degrees)
            frame = body.axes[joint]
            if joint == 0:  # the root's values turn the figure after its rest orientation
                local = quaternion.multiply(local, frame)
            else:
                local = quaternion.multiply(quaternion.multiply(frame, local), quaternion.conjugate(frame))
            rotations[where, joint] = local
        if joint == 0:
            for column, kind in enumerate(kinds):
                if kind[0] == "T":
                    translation[where, "XYZ".index(kind[1])] += table[:, column] * body.metres_per_unit
    try:
        return Motion(rotations, translation, fps, body.skeleton)
    except MotionError as error:
        raise FormatError(f"{name} cannot be used: {error}") from None
