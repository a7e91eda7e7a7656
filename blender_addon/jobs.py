"""One request after another to one backend: who works, how far, what came of it. Plain Python, for the main thread."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from kinema.errors import BackendError, KinemaError
from kinema.protocol import wire
from kinema.protocol.messages import Done, Failed, Generate, Progress
from kinema.protocol.motion import Motion

from .session import Ended, Event, Received, Session


class State(Enum):
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


_STAGES = {
    "start": "Starting the backend",
    "load": "Loading the model",
    "refine": "Understanding the prompt",
    "encode": "Encoding the text",
    "sample": "Generating",
    "decode": "Finishing the motion",
}


@dataclass(frozen=True, eq=False)
class Job:
    """A request and what is known of it. Each change is a new Job, so whoever holds one sees a consistent state."""

    request: Generate
    state: State = State.RUNNING
    stage: str = "start"
    step: int = 0
    steps: int = 0
    error: str = ""
    motions: tuple[Motion, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    pack: Mapping[str, Any] = field(default_factory=dict)
    seconds_taken: float = 0.0

    @property
    def active(self) -> bool:
        return self.state in (State.RUNNING, State.CANCELLING)

    @property
    def factor(self) -> float:
        """Share of the sampling that is done, 0..1."""
        return min(1.0, self.step / self.steps) if self.steps > 0 else 0.0

    @property
    def text(self) -> str:
        """What happens now, for the progress bar."""
        if self.state is State.CANCELLING:
            return "Cancelling"
        stage = _STAGES.get(self.stage, self.stage.capitalize())
        return f"{stage} {self.step}/{self.steps}" if self.steps > 0 else stage


_numbers = itertools.count(1)


def new_id() -> str:
    """An id that no other request of this process has."""
    return f"{os.getpid()}-{next(_numbers)}"


class Worker:
    """A backend, started at the first request and kept, and the job that it works on."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self._session: Session | None = None
        self._environment: dict[str, str] = {}

    @property
    def pid(self) -> int | None:
        """The backend's process while one runs."""
        return self._session.pid if self._session is not None and self._session.alive else None

    def begin(self, request: Generate, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Send a request; a backend of another command or environment is replaced.

        Raises BackendError when the backend cannot be started or still works on a request.
        """
        if self.job is not None and self.job.active:
            raise BackendError("Kinema is still at work; cancel it or wait")
        session = self._session
        if session is not None and (
            not session.alive or session.command != tuple(command) or self._environment != dict(environment)
        ):
            self.stop()
            session = None
        if session is None:
            session = self._session = Session(command, environment)
            self._environment = dict(environment)
        session.send(request)
        self.job = Job(request)

    def cancel(self) -> None:
        """Ask the backend to stop the running job before its next step."""
        if self._session is not None and self.job is not None and self.job.state is State.RUNNING:
            self._session.cancel(self.job.request.id)
            self.job = replace(self.job, state=State.CANCELLING)

    def poll(self) -> bool:
        """Take in what the backend said; True when something changed. Never blocks."""
        session = self._session
        events = session.poll() if session is not None else []
        for event in events:
            self._take(event)
        if any(isinstance(event, Ended) for event in events):
            self.stop(grace=0.2)  # It has ended or speaks nonsense: nothing to wait for.
        return bool(events)

    def stop(self, grace: float = 3.0) -> None:
        """End the backend as `Session.stop` does; a running job fails."""
        session, self._session = self._session, None
        if session is not None:
            session.stop(grace)
        if self.job is not None and self.job.active:
            state = State.CANCELLED if self.job.state is State.CANCELLING else State.FAILED
            self.job = replace(self.job, state=state, error="the backend was stopped")

    def errors(self) -> str:
        """The backend's last lines on stderr."""
        return self._session.errors() if self._session is not None else ""

    def _take(self, event: Event) -> None:
        job = self.job
        if job is None or not job.active:
            return  # Progress that was under way when the job ended.
        match event:
            case Ended(reason):
                self.job = replace(job, state=State.FAILED, error=reason)
            case Received(Progress() as progress, _) if progress.id == job.request.id:
                self.job = replace(job, stage=progress.stage, step=progress.step, steps=progress.steps)
            case Received(Failed() as failed, _) if failed.id in (job.request.id, ""):
                state = State.CANCELLED if failed.kind == "Cancelled" else State.FAILED
                self.job = replace(job, state=state, error=failed.message)
            case Received(Done() as done, arrays) if done.id == job.request.id:
                self.job = _finished(job, done, arrays)


def _finished(job: Job, done: Done, arrays: Mapping[str, Any]) -> Job:
    if job.state is State.CANCELLING:
        # The answer crossed the Cancel on its way; who pressed Cancel wants no result.
        return replace(job, state=State.CANCELLED, error="the request was cancelled")
    try:
        motions = wire.done_motions(done, arrays)
    except KinemaError as error:
        return replace(job, state=State.FAILED, error=str(error))
    return replace(
        job,
        state=State.DONE,
        motions=motions,
        parts=done.parts,
        warnings=done.warnings,
        pack=done.pack,
        seconds_taken=done.seconds_taken,
    )
