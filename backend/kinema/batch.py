"""`kinema batch`: many requests from a file of JSON lines, the model loaded once, safe to interrupt and resume.

    {"name": "walk", "prompt": "a person walks forward", "seconds": 4, "seed": 0}

A line takes a name and every field of `kinema.protocol.messages.Generate` but its id.
"""

from __future__ import annotations

import json
import re
import time
import traceback
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import formats, output
from .checkpoints import Pack, find_pack
from .errors import KinemaError, ProtocolError, RequestError
from .faults import explain
from .formats import amass
from .generation import never, open_generation
from .protocol.messages import Generate, Progress
from .protocol.wire import build
from .reporting import Report

MAX_FILE = 256 << 20
MAX_NAME = 100

_NAME = re.compile(r"\w(?:[\w .+-]*[\w+-])?")
_WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))}
)
_SHOWN = 5


@dataclass(frozen=True)
class Job:
    """One line: `name` becomes the file's name."""

    name: str
    request: Generate

    def paths(self, folder: Path) -> tuple[Path, ...]:
        """The files that this job makes."""
        return output.sample_paths(folder / f"{self.name}.npz", self.request.samples)


def read_jobs(path: Path) -> tuple[Job, ...]:
    """All jobs of a file. Raises RequestError naming the unusable lines, of which then none is started."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise RequestError(f"{path.name} is larger than {MAX_FILE >> 20} MiB; split it")
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise RequestError(f"cannot read {path} ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{path.name} is not UTF-8 text; save it as UTF-8") from error
    jobs: list[Job] = []
    faults: list[str] = []
    taken: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            job = _job(line)
            for file in job.paths(Path()):
                key = unicodedata.normalize("NFC", file.name).casefold()
                if key in taken:
                    raise RequestError(f"{file.name} is already made by line {taken[key]}; give each job its own name")
                taken[key] = number
            jobs.append(job)
        except KinemaError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = f"; and {len(faults) - _SHOWN} more lines" if len(faults) > _SHOWN else ""
        raise RequestError(f"{path.name} cannot be used: " + "; ".join(faults[:_SHOWN]) + more)
    if not jobs:
        raise RequestError(f"{path.name} holds no job; write one JSON object a line with name and prompt")
    return tuple(jobs)


def run(
    jobs: Sequence[Job], folder: Path, *, model: str | None, device: str, resume: bool, debug: bool, report: Report
) -> int:
    """Make the files of all jobs in `folder`. Returns 0 when all are there, 1 when some failed.

    `resume` leaves out jobs whose files are whole and were made from the same request by the same weights; `debug`
    shows the traceback of an unforeseen failure. Raises
    WeightsError, EnvironmentSetupError or RequestError when no job can be done at all.
    """
    pack = find_pack(model)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"cannot create {folder} ({error.strerror}); choose another --out") from error
    skipped = [job for job in jobs if resume and _finished(job, folder, pack)]
    report({"event": "started", "jobs": len(jobs), "skipped": len(skipped), "pack": pack.provenance()})
    for job in skipped:
        report({"event": "skipped", "name": job.name, "files": [str(path) for path in job.paths(folder)]})
    leave = {job.name for job in skipped}
    waiting = [job for job in jobs if job.name not in leave]
    failures = list(_work(waiting, folder, pack, device, debug, report)) if waiting else []
    done = len(waiting) - len(failures)
    counts = {"done": done, "skipped": len(skipped), "failed": len(failures)}
    report({"event": "finished", **counts, "failures": failures})
    return 1 if failures else 0


def _work(
    jobs: Sequence[Job], folder: Path, pack: Pack, device: str, debug: bool, report: Report
) -> Iterator[dict[str, Any]]:
    """Do the jobs in order; yields each failure as {"name", "kind", "message"}."""
    generate = open_generation(pack, device)
    began = time.monotonic()
    for number, job in enumerate(jobs, start=1):

        def progress(step: Progress, name: str = job.name) -> None:
            report({"event": "progress", "name": name, "stage": step.stage, "step": step.step, "steps": step.steps})

        try:
            result = generate(job.request, progress, never)
            paths = job.paths(folder)
            for sample, (path, motion) in enumerate(zip(paths, result.motions, strict=True)):
                output.remove_partials(path)
                output.write_motion(path, motion, output.provenance(job.request, sample, result.parts, result.pack))
        except Exception as error:
            if debug:
                traceback.print_exc()
            known = explain(error)
            failure = {"name": job.name, "kind": type(known).__name__, "message": str(known)}
            report({"event": "failed", **failure})
            yield failure
            continue
        report(
            {
                "event": "done",
                "name": job.name,
                "files": [str(path) for path in paths],
                "parts": dict(result.parts),
                "warnings": list(result.warnings),
                "seconds_taken": result.seconds_taken,
                "finished": number,
                "jobs": len(jobs),
                "seconds_left": (time.monotonic() - began) / number * (len(jobs) - number),
            }
        )


def _job(line: str) -> Job:
    """Raises RequestError or PromptError with the reason why a line is no job."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"not JSON ({error})") from None
    if not isinstance(fields, dict):
        raise RequestError("not a JSON object")
    name = fields.pop("name", None)
    _check_name(name)
    if "id" in fields:
        raise RequestError("a job has no id; its name is one")
    try:
        request = build(Generate, {"prompt": "", **fields, "id": name})
    except ProtocolError as error:
        raise RequestError(str(error)) from None
    return Job(name, request)


def _check_name(name: object) -> None:
    """Raises RequestError unless the name is a plain file name on every system."""
    if not isinstance(name, str) or not name:
        raise RequestError("name is missing; it becomes the file's name")
    usable = len(name.encode("utf-8", "replace")) <= MAX_NAME and _NAME.fullmatch(name)
    if not usable or name.split(".")[0].rstrip().casefold() in _WINDOWS_DEVICES:
        raise RequestError(
            f"name {name[:40]!r} cannot be a file's name; use up to {MAX_NAME} letters, digits, spaces and . + - _"
        )


def _finished(job: Job, folder: Path, pack: Pack) -> bool:
    """Whether all files of a job are there, readable to the end, and from this request and these weights."""
    for sample, path in enumerate(job.paths(folder)):
        expected = output.provenance(job.request, sample, {}, pack.provenance())
        try:
            stored = amass.read_provenance(path)
            formats.read_clip(path)
        except KinemaError:
            return False
        if stored is None or stored.get("request") != expected["request"] or stored.get("pack") != expected["pack"]:
            return False
    return True
