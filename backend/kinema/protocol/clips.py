"""Clips that travel beside a request: a file as it is, or a motion on any skeleton, as arrays named after their role.

    ROLE_file              (N,) uint8, the bytes of a motion file; the message says the file's name
    ROLE_rotations         (T, J, 4) wxyz, each joint in its parent's frame
    ROLE_root_translation  (T, 3) metres, Y up
    ROLE_fps               (1,) frames a second
    ROLE_names             (N,) uint8, the joints' names as UTF-8, one a line
    ROLE_parents           (J,) int64, -1 for the root
    ROLE_offsets           (J, 3) metres

Roles: "clip" is what a request changes, "style" is a reference, "other" the second clip of a Mix, "clip_K" the K-th
that a Search ranks.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import ProtocolError
from .motion import Motion, Skeleton

CLIP, STYLE, OTHER = "clip", "style", "other"
_KEYS = ("rotations", "root_translation", "fps", "names", "parents", "offsets")


def numbered(index: int) -> str:
    """The role of a Search's clip."""
    return f"{CLIP}_{index}"


def file_arrays(role: str, content: bytes) -> dict[str, np.ndarray]:
    """A file's bytes."""
    return {f"{role}_file": np.frombuffer(content, np.uint8)}


def motion_arrays(role: str, motion: Motion) -> dict[str, np.ndarray]:
    """A motion with its own skeleton."""
    names = "\n".join(motion.skeleton.names).encode()
    values = (
        motion.rotations,
        motion.root_translation,
        np.array([motion.fps]),
        np.frombuffer(names, np.uint8),
        motion.skeleton.parents,
        motion.skeleton.offsets,
    )
    return {f"{role}_{key}": value for key, value in zip(_KEYS, values, strict=True)}


def read_clip(role: str, arrays: Mapping[str, np.ndarray]) -> bytes | Motion | None:
    """The clip in a role: a file's bytes, a motion, or None when nothing came.

    Raises ProtocolError for half a clip, MotionError for arrays that are no motion.
    """
    if f"{role}_file" in arrays:
        return arrays[f"{role}_file"].astype(np.uint8).tobytes()
    found = {key: arrays[f"{role}_{key}"] for key in _KEYS if f"{role}_{key}" in arrays}
    if not found:
        return None
    if missing := [key for key in _KEYS if key not in found]:
        raise ProtocolError(f"the {role} clip lacks its {', '.join(missing)}; send all of {', '.join(_KEYS)}")
    if found["fps"].size != 1:
        raise ProtocolError(f"the {role} clip's fps must be one number, not {found['fps'].size}")
    names = found["names"].astype(np.uint8).tobytes().decode("utf-8", errors="replace")
    skeleton = Skeleton(tuple(names.split("\n")), found["parents"], found["offsets"])
    return Motion(found["rotations"], found["root_translation"], float(found["fps"].reshape(())), skeleton)
