"""The job file that panel, command line and farm share: JSON Lines, or CSV (`table.py`), one job a line.

    {"name": "walk", "prompt": "a person walks forward", "seconds": 4, "seed": 0, "outputs": ["npz", "mp4"]}

The published schema assets/schemas/job.schema.json says which fields there are. Every line is checked against it, and
every file that a line names is looked for, before anything starts.
"""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ..errors import KinemaError, ProtocolError, RequestError
from ..protocol.messages import Generate, Timeline
from ..protocol.wire import build
from . import schema, table

MAX_FILE, MAX_LINE = 256 << 20, 1 << 20
MAX_NAME = 100

SUFFIXES = {
    "npz": ".npz",
    "bvh": ".bvh",
    "blend": ".blend",
    "mp4": ".mp4",
    "frames": ".frames",
    "fbx": ".fbx",
    "glb": ".glb",
}
"""Output -> how its file's (for frames: its folder's) name ends."""

MOTION_OUTPUTS = ("npz", "bvh")
"""Outputs that need no Blender."""

_NAME = re.compile(r"\w(?:[\w .+-]*[\w+-])?")
_WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))}
)
_SHOWN = 5
_REQUEST = {entry.name for entry in dataclasses.fields(Generate)} - {"id"}
_TIMELINE = {entry.name for entry in dataclasses.fields(Timeline)} - {"id", "strips"}
_OF_TIMELINES = ("timeline", "loop", "path")


@dataclass(frozen=True)
class Job:
    """One line. `name` becomes the files' names; `blend` of None is the stage, or the file that Blender has open.

    `size`: pixels of pictures, None for the scene's own. `placing`: fields of the add-on's Placing.
    """

    name: str
    request: Generate | Timeline
    outputs: tuple[str, ...] = ("npz",)
    blend: Path | None = None
    object: str = ""
    rig: str = ""
    camera: str = ""
    placing: Mapping[str, Any] = field(default_factory=dict)
    size: tuple[int, int] | None = None

    def stems(self) -> tuple[str, ...]:
        """The name of each sample's files without their suffix: the job's own for one sample, else numbered."""
        if self.request.samples == 1:
            return (self.name,)
        return tuple(f"{self.name}-{k:03d}" for k in range(self.request.samples))

    def paths(self, folder: Path) -> tuple[Path, ...]:
        """The files, and folders of frames, that this job makes."""
        return tuple(folder / f"{stem}{SUFFIXES[kind]}" for stem in self.stems() for kind in self.outputs)

    def shots(self) -> tuple[str, ...]:
        """The outputs that Blender makes."""
        return tuple(kind for kind in self.outputs if kind not in MOTION_OUTPUTS)


def read_jobs(path: Path) -> tuple[Job, ...]:
    """All jobs of a file. Raises RequestError naming the unusable lines, of which then none is started."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise RequestError(f"{path.name} is larger than {MAX_FILE >> 20} MiB; split it")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RequestError(f"cannot read {path} ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{path.name} is not UTF-8 text; save it as UTF-8") from error
    lines = table.rows(text, path.name) if path.suffix.lower() == ".csv" else _json_lines(text)
    return _jobs(lines, path)


def job_of(fields: Mapping[str, Any], folder: Path) -> Job:
    """The job that a line's fields say; relative paths are looked for in `folder`.

    Raises RequestError or PromptError with the reason why it is none.
    """
    schema.check(fields)
    _check_name(fields["name"])
    asked = {name: value for name, value in fields.items() if name in _REQUEST or name in _OF_TIMELINES}
    if asked.get("style_clip"):
        asked["style_clip"] = str(_existing(folder / asked["style_clip"]))
    try:
        request = _request({**asked, "id": fields["name"]})
    except ProtocolError as error:
        raise RequestError(str(error)) from None
    own = {name: value for name, value in fields.items() if name not in asked}
    blend = own.pop("blend", None)
    size = own.pop("size", None)
    job = Job(
        request=request,
        blend=_existing(folder / blend) if blend is not None else None,
        outputs=tuple(own.pop("outputs", ("npz",))),
        size=(size[0], size[1]) if size is not None else None,
        **own,
    )
    needless = [name for name in ("blend", "object", "rig", "camera", "size") if name in fields]
    if needless and not job.shots():
        raise RequestError(f"{needless[0]} is of use to Blender alone; add an output such as blend or mp4")
    return job


def _request(asked: dict[str, Any]) -> Generate | Timeline:
    """A job's request. Raises as its class does, RequestError for fields that do not go together."""
    if "timeline" not in asked:
        if "loop" in asked:
            raise RequestError("only a timeline loops here; leave loop out, or give a timeline")
        if "path" in asked:
            raise RequestError("only a timeline follows a path here; leave path out, or give a timeline")
        return cast(Generate, build(Generate, {"prompt": "", **asked}))
    strips = asked.pop("timeline")
    if needless := sorted(set(asked) - _TIMELINE - {"id"}):
        raise RequestError(f"a timeline's strips say what happens and when; leave {needless[0]} out")
    return cast(Timeline, build(Timeline, {**asked, "strips": strips}))


def _jobs(lines: Iterable[tuple[int, Mapping[str, Any] | KinemaError]], path: Path) -> tuple[Job, ...]:
    jobs: list[Job] = []
    faults: list[str] = []
    taken: dict[str, int] = {}
    for number, fields in lines:
        try:
            if isinstance(fields, KinemaError):
                raise fields
            job = job_of(fields, path.parent)
            # The job's own name too: the record of what is finished bears it.
            for name in (*(file.name for file in job.paths(Path())), job.name):
                key = unicodedata.normalize("NFC", name).casefold()
                if taken.setdefault(key, number) != number:
                    raise RequestError(f"{name} is already made by line {taken[key]}; give each job its own name")
            jobs.append(job)
        except KinemaError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = f"; and {len(faults) - _SHOWN} more lines" if len(faults) > _SHOWN else ""
        raise RequestError(f"{path.name} cannot be used: " + "; ".join(faults[:_SHOWN]) + more)
    if not jobs:
        raise RequestError(f"{path.name} holds no job; write one JSON object a line with name and prompt")
    return tuple(jobs)


def _json_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any] | KinemaError]]:
    """(line number, its fields or what is wrong with it) of every line that is not blank."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _fields(line)


def _fields(line: str) -> Mapping[str, Any] | KinemaError:
    if len(line) > MAX_LINE:
        return RequestError(f"it has {len(line)} characters; a job may have {MAX_LINE}")
    try:
        fields = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return RequestError(f"not JSON ({error})")
    return fields if isinstance(fields, dict) else RequestError("not a JSON object")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _check_name(name: str) -> None:
    """Raises RequestError unless the name is a plain file name on every system."""
    usable = len(name.encode("utf-8", "replace")) <= MAX_NAME and _NAME.fullmatch(name)
    if not usable or name.split(".")[0].rstrip().casefold() in _WINDOWS_DEVICES:
        raise RequestError(
            f"name {name[:40]!r} cannot be a file's name; use up to {MAX_NAME} letters, digits, spaces and . + - _"
        )


def _existing(path: Path) -> Path:
    try:
        there = path.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise RequestError(f"the file {str(path)[:200]} does not exist; paths are relative to the job file")
    return path.resolve()
