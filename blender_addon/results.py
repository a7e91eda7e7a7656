"""Finished results on disk until they are accepted or rejected: a crash, a closed Blender, another file lose nothing.

    NAME.result   two messages in the format of the wire: the request and its clips, then the Done with its arrays
    NAME.json     where the motion was wanted, and which takes were rejected

Plain Python; `keep` is called by the session's reading thread.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinema.errors import KinemaError, ProtocolError
from kinema.protocol import clips, wire
from kinema.protocol.messages import Done
from kinema.protocol.motion import Motion

from .work import REQUESTS, Request

_SUFFIX = ".result"


@dataclass(frozen=True, eq=False)
class Result:
    """A finished request. `notes`: what NAME.json says. `brought`: the clips' arrays that travelled beside it.
    `positions`: per take (T, J, 3) joint positions, metres, Y up, found by the thread that keeps the result, so that no
    drawing of the preview waits for them. `contacts`: per take (T, 4) of 0..1, which feet stand as the model says (see
    Done), or None."""

    path: Path
    request: Request
    done: Done
    motions: tuple[Motion, ...]
    positions: tuple[np.ndarray, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)
    brought: Mapping[str, np.ndarray] = field(default_factory=dict)
    contacts: tuple[np.ndarray | None, ...] = ()

    @property
    def clip(self) -> Motion | None:
        """The motion that the request changed, where it brought one."""
        clip = clips.read_clip(clips.CLIP, self.brought)
        return clip if isinstance(clip, Motion) else None

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def rejected(self) -> frozenset[int]:
        """Indices of the takes that the user rejected."""
        return frozenset(self.notes.get("rejected", ()))


def keep(
    folder: Path,
    request: Request,
    done: Done,
    arrays: Mapping[str, np.ndarray],
    notes: Mapping[str, Any],
    brought: Mapping[str, np.ndarray] | None = None,
) -> Result:
    """Check a finished request and write it to disk; a full disk is no reason to lose it from memory.

    `brought`: what travelled beside the request. Raises ProtocolError or MotionError when the answer holds no usable
    motions.
    """
    motions = wire.done_motions(done, arrays)
    path = folder / f"{time.time_ns():020d}-{os.getpid()}{_SUFFIX}"
    contacts = wire.done_contacts(done, arrays)
    result = Result(path, request, done, motions, _positions(motions), dict(notes), dict(brought or {}), contacts)
    partial = result.path.with_suffix(".partial")
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_notes(result.path, notes)
        with partial.open("wb") as file:
            wire.write(file, request, result.brought)
            wire.write(file, done, arrays)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(result.path)
    return result


def write_notes(path: Path, notes: Mapping[str, Any]) -> None:
    """Replace NAME.json of a result. Raises OSError from the system."""
    target = path.with_suffix(".json")
    partial = target.with_suffix(".json-partial")
    partial.write_text(json.dumps(dict(notes)), encoding="utf-8")
    partial.replace(target)


def load(folder: Path) -> list[Result]:
    """Every whole result in the folder, oldest first; what is damaged stays where it is and is left out."""
    results = []
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        with contextlib.suppress(OSError, KinemaError):
            results.append(read(path))
    return results


def read(path: Path) -> Result:
    """Raises ProtocolError or MotionError for a damaged file, OSError from the system."""
    with path.open("rb") as file:
        asked, answered = wire.read(file), wire.read(file)
    if asked is None or answered is None or not isinstance(asked[0], REQUESTS) or not isinstance(answered[0], Done):
        raise ProtocolError(f"{path.name} is no result of Kinema; delete it")
    notes: Mapping[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        notes = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    motions = wire.done_motions(answered[0], answered[1])
    contacts = wire.done_contacts(answered[0], answered[1])
    return Result(path, asked[0], answered[0], motions, _positions(motions), notes, asked[1], contacts)


def forget(path: Path) -> None:
    """Delete a result; one that is not there is no fault."""
    for file in (path, path.with_suffix(".json")):
        with contextlib.suppress(OSError):
            file.unlink()


def _positions(motions: tuple[Motion, ...]) -> tuple[np.ndarray, ...]:
    return tuple(motion.positions().astype(np.float32) for motion in motions)
