"""The motion files of a job: written, read again, published with their record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import formats, output
from ..errors import BackendError
from ..protocol.motion import Motion
from . import records
from .jobs import MOTION_OUTPUTS, SUFFIXES, Job


def write_verified(job: Job, stem: str, motion: Motion, origin: dict[str, Any], work: Path) -> None:
    """The job's npz and bvh as `work`/`stem`.*, each read again. Raises BackendError, StorageError and as
    `output.write_motion` does."""
    for kind in (kind for kind in job.outputs if kind in MOTION_OUTPUTS):
        path = work / f"{stem}{SUFFIXES[kind]}"
        output.write_motion(path, motion, origin)
        if len(formats.read_clip(path)) != len(motion):
            raise BackendError(f"{path.name} was not written whole; make it again")


def make_motions(job: Job, result: Any, folder: Path) -> None:
    """All files of a job without shots, in their places. `result`: as `pipeline.Result`. Raises as `write_verified`."""
    with records.work_folder(job, folder) as work:
        for sample, (stem, motion) in enumerate(zip(job.stems(), result.motions, strict=True)):
            write_verified(job, stem, motion, output.provenance(job.request, sample, result.parts, result.pack), work)
        origin = output.provenance(job.request, 0, result.parts, result.pack)
        records.publish(job, work, folder, result.pack, origin)
