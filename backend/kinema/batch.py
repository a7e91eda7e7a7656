"""`kinema batch`: many requests from a job file (`farm/jobs.py`), the model loaded once, safe to interrupt and resume.

Motion is generated here, several jobs of equal length in one batch of the network; what needs Blender is made by child
processes beside it, `workers` at a time. A job's files appear only when all of them are whole and verified.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import output
from .checkpoints import Pack, find_pack
from .errors import Cancelled, KinemaError, RequestError, StorageError, TimeLimitError
from .farm import groups, records
from .farm.jobs import Job
from .farm.making import write_verified
from .farm.shots import Studio
from .faults import explain
from .generation import BatchedGeneration, open_batched
from .protocol.messages import Progress
from .reporting import Report

FAILED_JOBS, STORAGE = 3, 4
"""Exit codes: some jobs failed; nothing more could be written."""


@dataclass(frozen=True)
class Options:
    """How a batch runs.

    `resume` leaves out jobs whose files are whole and were made from the same job by the same weights. `workers`: jobs
    that Blender works on at once. `time_limit`: seconds that a job may take, None for any. `blend`: the file for jobs
    that name none. `blender_command`: runs the add-on's commands, "" for the Blender that is found. `debug` shows the
    traceback of an unforeseen failure.
    """

    model: str | None = None
    device: str = "auto"
    resume: bool = False
    workers: int = 1
    time_limit: float | None = None
    blend: Path | None = None
    blender_command: str = ""
    debug: bool = False


def check(jobs: Sequence[Job], folder: Path, options: Options, report: Report) -> int:
    """`--dry-run`: everything that can be known before the work begins, and nothing made. Returns 0.

    The job file itself has been checked by `read_jobs`. Raises RequestError, WeightsError or EnvironmentSetupError.
    """
    pack = find_pack(options.model)
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} is a file; choose another --out")
    _studio(jobs, options)
    files = sum(len(job.paths(folder)) for job in jobs)
    report({"event": "checked", "jobs": len(jobs), "files": files, "pack": pack.provenance()})
    return 0


def run(jobs: Sequence[Job], folder: Path, options: Options, report: Report) -> int:
    """Make the files of all jobs in `folder`. Returns 0 when all are there, FAILED_JOBS when some failed, STORAGE when
    the disk ended the batch.

    Raises WeightsError, EnvironmentSetupError or RequestError when no job can be done at all.
    """
    pack = find_pack(options.model)
    studio = _studio(jobs, options)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"cannot create {folder} ({error.strerror}); choose another --out") from error
    for job in jobs:
        records.clean(job, folder)
    skipped = [job for job in jobs if options.resume and records.finished(job, folder, pack.provenance())]
    report({"event": "started", "jobs": len(jobs), "skipped": len(skipped), "pack": pack.provenance()})
    for job in skipped:
        report({"event": "skipped", "name": job.name, "files": [str(path) for path in job.paths(folder)]})
    work = _Work(folder, pack, options, studio, report, len(jobs) - len(skipped))
    try:
        work.do(jobs, {job.name for job in skipped})
    finally:
        if studio is not None:
            studio.stop()
    counts = {"done": work.done, "skipped": len(skipped), "failed": len(work.failures)}
    left = len(jobs) - sum(counts.values())
    report({"event": "finished", **counts, "left": left, "failures": work.failures})
    if work.full:
        return STORAGE
    return FAILED_JOBS if work.failures else 0


def _studio(jobs: Sequence[Job], options: Options) -> Studio | None:
    """Blender, where a job needs it, with every job's object, camera, rig and placing looked for."""
    shot = [job for job in jobs if job.shots()]
    if not shot:
        return None
    studio = Studio.find(options.blender_command)
    studio.check(shot, options.blend)
    return studio


@dataclass
class _Work:
    """A batch under way. Everything but `_make` runs on the main thread."""

    folder: Path
    pack: Pack
    options: Options
    studio: Studio | None
    report: Report
    waiting: int
    done: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    full: bool = False
    _began: float = field(default_factory=time.monotonic)

    def do(self, jobs: Sequence[Job], finished: set[str]) -> None:
        """Make all jobs but the `finished` ones, group by group; stops early where the disk is full."""
        todo = [group for group in groups.grouped(jobs) if not finished.issuperset(job.name for job in group)]
        if not todo:
            return
        generate = open_batched(self.pack, self.options.device)
        with ThreadPoolExecutor(self.options.workers, "kinema shots") as pool:
            try:
                self._groups(todo, finished, generate, pool)
            except BaseException:
                if self.studio is not None:
                    self.studio.stop()  # The pool waits for what it began.
                raise

    def _groups(
        self, todo: Sequence[tuple[Job, ...]], finished: set[str], generate: BatchedGeneration, pool: ThreadPoolExecutor
    ) -> None:
        running: dict[Future[None], tuple[Job, Any]] = {}
        for group in todo:
            for job, result in self._generated(generate, group):
                if self.full or job.name in finished:
                    continue
                if isinstance(result, Exception):
                    self._failed(job, result)
                elif not job.shots():
                    self._attempt(job, result)
                else:
                    # Not more motions in memory than Blender can soon take.
                    while len(running) > self.options.workers:
                        self._collect(running)
                    running[pool.submit(self._make, job, result)] = (job, result)
            if self.full:
                break
        while running:
            self._collect(running)

    def _generated(self, generate: BatchedGeneration, group: Sequence[Job]) -> Iterator[tuple[Job, Any]]:
        """Each job of a group with its Result or the exception in its place; one bad job costs no other its motion."""
        limit = self.options.time_limit
        deadline = None if limit is None else time.monotonic() + limit * len(group)

        def progress(step: Progress) -> None:
            self.report(
                {"event": "progress", "name": step.id, "stage": step.stage, "step": step.step, "steps": step.steps}
            )

        def late() -> bool:
            return deadline is not None and time.monotonic() > deadline

        try:
            yield from zip(group, generate([job.request for job in group], progress, late), strict=True)
        except Cancelled:
            error = TimeLimitError(f"it took longer than {limit:g} s to generate; raise --time-limit")
            yield from ((job, error) for job in group)
        except Exception as error:
            if len(group) == 1:
                yield group[0], error
                return
            for job in group:
                yield from self._generated(generate, (job,))

    def _attempt(self, job: Job, result: Any) -> None:
        try:
            self._make(job, result)
        except Exception as error:
            self._failed(job, error)
        else:
            self._finished(job, result)

    def _collect(self, running: dict[Future[None], tuple[Job, Any]]) -> None:
        """Wait for a shot and tell of it."""
        ready, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ready:
            job, result = running.pop(future)
            error = future.exception()
            if error is None:
                self._finished(job, result)
            elif isinstance(error, Exception):
                self._failed(job, error)
            else:
                raise error

    def _make(self, job: Job, result: Any) -> None:
        """All files of a job, verified and then renamed to their places."""
        limit = self.options.time_limit
        end = None if limit is None else time.monotonic() + limit
        with records.work_folder(job, self.folder) as work:
            for sample, (stem, motion) in enumerate(zip(job.stems(), result.motions, strict=True)):
                origin = output.provenance(job.request, sample, result.parts, result.pack)
                write_verified(job, stem, motion, origin, work)
                if self.studio is not None and job.shots():
                    rest = None if end is None else end - time.monotonic()
                    self.studio.shoot(job, stem, motion, origin, work, self.options.blend, rest)
            made = output.provenance(job.request, 0, result.parts, result.pack)
            records.publish(job, work, self.folder, self.pack.provenance(), made)

    def _finished(self, job: Job, result: Any) -> None:
        self.done += 1
        ended = self.done + len(self.failures)
        left = (time.monotonic() - self._began) / ended * (self.waiting - ended)
        self.report(
            {
                "event": "done",
                "name": job.name,
                "files": [str(path) for path in job.paths(self.folder)],
                "parts": dict(result.parts),
                "warnings": list(result.warnings),
                "seconds_taken": result.seconds_taken,
                "finished": ended,
                "jobs": self.waiting,
                "seconds_left": left,
            }
        )

    def _failed(self, job: Job, error: Exception) -> None:
        if self.options.debug:
            traceback.print_exception(error)
        known: KinemaError = explain(error)
        failure = {"name": job.name, "kind": type(known).__name__, "message": " ".join(str(known).split())}
        self.failures.append(failure)
        self.full = self.full or isinstance(known, StorageError)
        self.report({"event": "failed", **failure})
