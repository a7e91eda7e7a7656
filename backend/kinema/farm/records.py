"""What is finished, in OUT/.kinema: NAME.json a job, written last, with the sha256 of every file it made.

A job's files are made in OUT/.kinema/partial/NAME, verified there, and renamed into OUT one after the other. Where
a batch is killed in between there is no record, and --resume makes the job again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import __version__
from .jobs import Job

FOLDER, PARTIAL = ".kinema", "partial"


def finished(job: Job, folder: Path, pack: Mapping[str, Any]) -> bool:
    """Whether the job's files are there, byte for byte as they were made, from this request and these weights."""
    try:
        record = json.loads(_record(job, folder).read_text(encoding="utf-8"))
        made = {str(name): str(digest) for name, digest in record["files"].items()}
        return bool(
            record["job"] == _asked(job) and record["pack"] == dict(pack) and made == digests(job.paths(folder), folder)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def clean(job: Job, folder: Path) -> None:
    """Delete what a killed batch left of the job."""
    shutil.rmtree(folder / FOLDER / PARTIAL / job.name, ignore_errors=True)


@contextmanager
def work_folder(job: Job, folder: Path) -> Iterator[Path]:
    """An empty folder on the disk of `folder` for the job's unfinished files; gone afterwards. Raises OSError."""
    clean(job, folder)
    work = folder / FOLDER / PARTIAL / job.name
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        clean(job, folder)


def publish(job: Job, work: Path, folder: Path, pack: Mapping[str, Any], origin: Mapping[str, Any]) -> None:
    """Move the job's verified files from `work` into `folder` and write its record. Raises OSError."""
    _record(job, folder).unlink(missing_ok=True)
    made = [work / path.name for path in job.paths(folder)]
    for path in made:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())
    content = {
        "version": __version__,
        "job": _asked(job),
        "pack": dict(pack),
        "origin": dict(origin),
        "files": digests(made, work),
    }
    record = work / "record.json"
    with record.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    for path in made:
        target = folder / path.name
        if target.is_dir():  # A folder cannot be renamed over one that is not empty.
            target.rename(work / "replaced")
            shutil.rmtree(work / "replaced", ignore_errors=True)
        path.replace(target)
    record.replace(_record(job, folder))


def digests(paths: tuple[Path, ...] | list[Path], folder: Path) -> dict[str, str]:
    """Name relative to `folder` -> sha256 of each file, and of each file in a folder of frames. Raises OSError."""
    sums = {}
    for path in paths:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            with file.open("rb") as stream:
                sums[file.relative_to(folder).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
    return sums


def _record(job: Job, folder: Path) -> Path:
    return folder / FOLDER / f"{job.name}.json"


def _asked(job: Job) -> dict[str, Any]:
    """The job as JSON holds it; a .blend that has been saved since is another job."""
    asked = asdict(job)
    if job.blend is not None:
        state = job.blend.stat()
        asked["blend"] = [str(job.blend), state.st_size, state.st_mtime_ns]
    plain: dict[str, Any] = json.loads(json.dumps(asked))
    return plain
