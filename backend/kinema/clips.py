"""Clips that people bring, as motions on the SMPL body: from a path, or from what travelled beside a request."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from . import formats, retarget
from .errors import RequestError
from .protocol import clips
from .protocol.motion import Motion


def read(path: str | Path) -> Motion:
    """The clip in a file. Raises FormatError, SkeletonError or MotionError, one sentence with the fix."""
    return retarget.to_smpl(formats.read_clip(path))


def received(role: str, name: str, arrays: Mapping[str, np.ndarray]) -> Motion | None:
    """The clip that came in a role, None when none did; `name` is its file's, whose suffix tells the format.

    Raises what `read` raises, ProtocolError for half a clip.
    """
    clip = clips.read_clip(role, arrays)
    if clip is None:
        return None
    if isinstance(clip, Motion):
        return retarget.to_smpl(clip)
    with tempfile.TemporaryDirectory(prefix="kinema-") as folder:
        # The sender's name, without whatever folders it may claim: sentences about the file shall name it.
        path = Path(folder) / (Path(name.replace("\\", "/")).name or "clip")
        path.write_bytes(clip)
        return read(path)


def needed(role: str, name: str, arrays: Mapping[str, np.ndarray]) -> Motion:
    """As `received`; raises RequestError when no clip came."""
    clip = received(role, name, arrays)
    if clip is None:
        raise RequestError("no clip came with the request; send its file or its motion along")
    return clip
