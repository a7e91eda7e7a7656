"""What Generate would do, as a line of a job file for `kinema batch`. Plain Python: nothing here knows Blender."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kinema.errors import RequestError
from kinema.protocol import amass, clips
from kinema.protocol.messages import Generate

MAX_NAME = 80
MOTION_OUTPUTS = {"npz", "bvh"}
"""Outputs of the motion alone."""


def line_of(
    request: Generate,
    placing: Any,
    name: str,
    blend: str,
    outputs: Sequence[str] = ("blend",),
) -> dict[str, Any]:
    """A job's fields: the request and the placing (a `placement.Placing`) without what is default anyway.

    `blend`: the file that the motion is for, which knows its frame rate, character and camera. It is left out where no
    output needs Blender. Raises RequestError while that file has no name.
    """
    if not blend:
        raise RequestError("the scene is in a file that has no name yet; save the .blend file first")
    fields: dict[str, Any] = {"name": name, **_changed(request, {"id"})}
    if set(outputs) - MOTION_OUTPUTS:
        fields["blend"] = blend
        if placing.target:
            fields["object"] = placing.target
        fields["placing"] = _changed(placing, {"scene", "target"}) | {"start": placing.start}
    fields["outputs"] = list(outputs)
    return fields


def path_from(folder: Path, file: Path) -> str:
    """How a job file in `folder` names a file: relative where it lies there or below, so that both can be moved."""
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)


def append(path: Path, fields: Mapping[str, Any]) -> str:
    """Add a job to a .jsonl file under a name that is not taken there; returns the name. Raises OSError."""
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    name = _free(fields["name"], text)
    line = json.dumps({**fields, "name": name}, ensure_ascii=False)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(("" if not text or text.endswith("\n") else "\n") + line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return name


def put_clip(folder: Path, name: str, arrays: Mapping[str, np.ndarray]) -> str:
    """Write a style clip, as it travels beside a request, into the job file's folder; returns its file's name, which is
    the same for the same clip. Raises MotionError for a skeleton that no file can hold, OSError from the system."""
    clip = clips.read_clip(clips.STYLE, arrays)
    stream = io.BytesIO()
    if isinstance(clip, bytes):
        suffix, content = Path(name).suffix.lower(), clip
    elif clip is not None:
        np.savez_compressed(stream, **amass.parameters(clip))
        suffix, content = ".npz", stream.getvalue()
    else:
        raise RequestError("the style clip is missing; choose a reference in the Style panel")
    path = folder / f"style-{hashlib.sha256(content).hexdigest()[:12]}{suffix}"
    path.write_bytes(content)
    return path.name


def name_of(prompt: str) -> str:
    """A file's name for a prompt: its letters and digits, "job" where it has none."""
    words = re.sub(r"[\W_]+", "-", prompt.strip().casefold()).strip("-")
    return words.encode()[:MAX_NAME].decode(errors="ignore").strip("-") or "job"


def _free(name: str, text: str) -> str:
    taken = set()
    for line in text.split("\n"):
        try:
            content = json.loads(line)
        except ValueError:
            continue
        if isinstance(content, dict) and isinstance(content.get("name"), str):
            taken.add(content["name"].casefold())
    wanted, number = name, 2
    while name.casefold() in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name


def _changed(message: Any, without: set[str]) -> dict[str, Any]:
    """The fields of a dataclass that are not at their defaults."""
    changed = {}
    for entry in dataclasses.fields(message):
        value = getattr(message, entry.name)
        default = entry.default_factory() if entry.default_factory is not dataclasses.MISSING else entry.default
        if entry.name not in without and value != default:
            changed[entry.name] = dict(value) if isinstance(value, Mapping) else value
    return changed
