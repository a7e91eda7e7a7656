"""A motion in one file, as the backend hands it to Blender: a plain .npz that NumPy alone can read.

    rotations          (T, 22, 4) float64, wxyz, each joint in its parent's frame, SMPL's 22 body joints
    root_translation   (T, 3) float64, metres, Y up
    fps                () float64

Files for other programs are written by `kinema.formats`; this one never leaves Kinema.
"""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import FormatError, MotionError
from .motion import Motion
from .smpl import BODY_JOINTS, SMPL_BODY

MAX_FRAMES = 1 << 17
"""Over an hour at 30 frames a second."""

_NUMBERS_A_FRAME = BODY_JOINTS * 4 + 3
_KEYS = {"rotations", "root_translation", "fps"}


def write(path: Path, motion: Motion) -> None:
    """Write a motion on SMPL's 22 body joints. Raises MotionError for another skeleton, OSError from the system."""
    if motion.skeleton.names != SMPL_BODY.names:
        raise MotionError("a motion file holds SMPL's 22 body joints; convert the motion to SMPL first")
    with Path(path).open("wb") as file:
        np.savez(file, rotations=motion.rotations, root_translation=motion.root_translation, fps=np.float64(motion.fps))


def read(path: Path) -> Motion:
    """Read what `write` wrote. Raises FormatError for any other or damaged file, OSError from the system."""
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            arrays = _arrays(file, name)
        motion = Motion(arrays["rotations"], arrays["root_translation"], float(arrays["fps"]), SMPL_BODY)
    except (zipfile.BadZipFile, EOFError, ValueError, TypeError) as error:
        raise FormatError(f"{name} is damaged ({error}); make it again") from error
    except MotionError as error:
        raise FormatError(f"{name} holds no usable motion: {error}") from error
    return motion


def _arrays(file: BinaryIO, name: str) -> dict[str, np.ndarray]:
    if not zipfile.is_zipfile(file):
        raise FormatError(f"{name} is no motion file of Kinema; make one with kinema demo")
    with zipfile.ZipFile(file) as archive:
        members = {member.filename.removesuffix(".npy"): member.file_size for member in archive.infolist()}
    if not set(members) >= _KEYS:
        missing = ", ".join(sorted(_KEYS - set(members)))
        raise FormatError(f"{name} lacks {missing}; it is no motion file of Kinema")
    # Sizes first: a small archive may unpack to more than the memory holds.
    if sum(members[key] for key in _KEYS) > 8 * _NUMBERS_A_FRAME * MAX_FRAMES:
        raise FormatError(f"{name} holds more than {MAX_FRAMES} frames; cut the motion into shorter ones")
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in _KEYS}
    if any(array.dtype.kind != "f" for array in arrays.values()) or math.prod(arrays["fps"].shape) != 1:
        raise FormatError(f"{name} holds something else than floating-point arrays; it is no motion file of Kinema")
    return arrays
