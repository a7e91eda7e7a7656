"""Motions to files: names, provenance, and files that appear whole or not at all."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import __version__, formats
from .errors import RequestError
from .formats import amass
from .protocol.messages import Edit, Generate, Timeline
from .protocol.motion import Motion
from .stylization import library


def sample_paths(path: Path, samples: int) -> tuple[Path, ...]:
    """The path itself for one sample; `walk-000.npz`, `walk-001.npz` ... for several of `walk.npz`."""
    if samples == 1:
        return (path,)
    return tuple(path.with_name(f"{path.stem}-{k:03d}{path.suffix}") for k in range(samples))


def check_target(path: Path) -> None:
    """Raises RequestError when a motion could not be written there, before any work is spent on it."""
    writable = [suffix for suffix, entry in formats.FORMATS.items() if entry.write]
    if path.suffix.lower() not in writable:
        raise RequestError(f"{path.name!r} cannot be written; end the output's name in {' or '.join(writable)}")
    if not path.parent.is_dir():
        raise RequestError(f"the folder {path.parent} does not exist; create it first")
    if path.is_dir():
        raise RequestError(f"{path} is a folder; choose a file name")


def provenance(
    request: Generate | Timeline, sample: int, parts: Mapping[str, str], pack: Mapping[str, Any]
) -> dict[str, Any]:
    """What a written file says about its origin: its own request, which makes this sample alone, the refined sentences
    of the body `parts`, the weights' name, sha256 and licence, saved styles with theirs, and Kinema's version."""
    asked = {field.name: getattr(request, field.name) for field in dataclasses.fields(request) if field.name != "id"}
    if isinstance(request, Timeline):
        asked |= {"parts": dict(request.parts), "seed": (request.seed + sample) % 2**63, "samples": 1}
        own = library.credits(*(str(strip.get("style", "")) for strip in request.strips))
        return {"version": __version__, "timeline": asked, "parts": dict(parts), "pack": dict(pack), **own}
    asked |= {"parts": dict(request.parts), "style_parts": list(request.style_parts)}
    asked |= {"style_clip": Path(request.style_clip).name, "seed": (request.seed + sample) % 2**63, "samples": 1}
    own = library.credits(request.style, request.style_mix)
    return {"version": __version__, "request": asked, "parts": dict(parts), "pack": dict(pack), **own}


def part_sentences(given: Sequence[str]) -> dict[str, str]:
    """Options NAME=TEXT -> sentences by body part. Raises RequestError for a malformed one."""
    parts: dict[str, str] = {}
    for part in given:
        name, equals, text = part.partition("=")
        if not equals or name in parts:
            raise RequestError(
                f'--part {part!r} is not usable; write --part left_arm="the left arm waves", each part once'
            )
        parts[name] = text
    return parts


def edit_provenance(
    request: Edit, sample: int, parts: Mapping[str, str], pack: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """As `provenance`, for an edit: its request, the name of the clip it changed, and what was measured."""
    asked = {field.name: getattr(request, field.name) for field in dataclasses.fields(request) if field.name != "id"}
    asked |= {"parts": dict(request.parts), "clip": Path(request.clip).name, "samples": 1}
    asked |= {"seed": (request.seed + sample) % 2**63}
    measured = settings["errors"][sample]
    return {"version": __version__, "edit": asked, "parts": dict(parts), "pack": dict(pack), "errors": measured}


def write_motion(path: Path, motion: Motion, origin: Mapping[str, Any]) -> None:
    """Write beside `path` and rename, so that no reader ever finds half a file.

    .npz carries `origin` under the key "kinema"; other formats have no place for it. Raises FormatError, MotionError,
    and OSError where the system refuses.
    """
    partial = path.with_name(f".{path.stem}.partial-{os.getpid()}{path.suffix}")
    try:
        if path.suffix.lower() == ".npz":
            amass.write(partial, motion, origin)
        else:
            formats.write_clip(partial, motion)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
