"""Requests in a queue to one backend: who works, how far, what came of it. Plain Python, for the main thread."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from kinema.protocol.messages import (
    Aside,
    Cleared,
    Description,
    Done,
    Examined,
    Failed,
    Message,
    Progress,
    Ranking,
    Refined,
    SaveStyle,
    Styles,
)

from . import results
from .results import Result
from .session import Ended, Event, Received, Session
from .work import Request


class State(Enum):
    QUEUED = "queued"
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
    """A request and what is known of it. Each change is a new Job, so whoever holds one sees a consistent state.

    `notes`: kept with the result. `arrays`: what travels beside the request (clips). `first`: monotonic time and number
    of the first sampling step that was heard of. `ranking`: the answer to a search, which has no motions.
    """

    request: Request
    command: tuple[str, ...]
    environment: Mapping[str, str]
    notes: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    state: State = State.QUEUED
    stage: str = "start"
    step: int = 0
    steps: int = 0
    first: tuple[float, int] | None = None
    heard: float = 0.0
    error: str = ""
    crashed: bool = False
    result: Result | None = None
    ranking: Ranking | None = None

    @property
    def active(self) -> bool:
        return self.state in (State.RUNNING, State.CANCELLING)

    @property
    def factor(self) -> float:
        """Share of the sampling that is done, 0..1."""
        return min(1.0, self.step / self.steps) if self.steps > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds until the sampling ends at the pace so far; None while nothing is known."""
        if self.first is None or self.step <= self.first[1] or self.steps <= 0:
            return None
        pace = (self.heard - self.first[0]) / (self.step - self.first[1])
        return max(0.0, pace * (self.steps - self.step) - (time.monotonic() - self.heard))

    @property
    def text(self) -> str:
        """What happens now, for the progress bar."""
        if self.state is State.CANCELLING:
            return "Cancelling"
        stage = _STAGES.get(self.stage, self.stage.capitalize())
        if self.steps <= 0:
            return stage
        left = self.remaining
        return f"{stage} {self.step}/{self.steps}" + (f", {left:.0f} s left" if left is not None else "")


_numbers = itertools.count(1)


def new_id() -> str:
    """An id that no other request of this process has."""
    return f"{os.getpid()}-{next(_numbers)}"


class Worker:
    """A backend, started at the first request and kept, the job that it works on, and those that wait for it.

    `folder`: where finished results are kept until they are reviewed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.job: Job | None = None
        self.waiting: list[Job] = []
        self.finished: list[Job] = []
        """Jobs that ended, in order, until somebody takes them; the next one may run already."""
        self.answers: list[Message] = []
        """Answers to `ask` that nobody has taken yet."""
        self.idle_since = time.monotonic()
        self._session: Session | None = None
        self._environment: dict[str, str] = {}
        self._asked = 0

    @property
    def busy(self) -> bool:
        """Whether anything is under way or about to be."""
        return self._asked > 0 or (self.job is not None and self.job.active) or (bool(self.waiting) and not self.paused)

    @property
    def paused(self) -> bool:
        """Whether the queue waits for the user because the backend broke down."""
        return self.job is not None and self.job.crashed

    @property
    def pid(self) -> int | None:
        """The backend's process while one runs."""
        return self._session.pid if self._session is not None and self._session.alive else None

    def add(
        self,
        request: Request,
        command: Sequence[str],
        environment: Mapping[str, str],
        notes: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Queue a request with the clips beside it. It is sent when those before it are answered; never blocks."""
        if self.paused:
            self.job = None
        self.waiting.append(Job(request, tuple(command), dict(environment), dict(notes), dict(arrays or {})))
        self._next()

    def ask(
        self,
        question: Aside | SaveStyle,
        command: Sequence[str],
        environment: Mapping[str, str],
        arrays: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Send a question that is answered beside the running job; the answer comes into `answers`. SaveStyle too is
        one here, though the backend answers it after the job."""
        if self.job is not None and self.job.active and self._session is not None:
            session = self._session
        else:
            session = self._ready(tuple(command), dict(environment))
        session.send(question, arrays)
        self._asked += 1

    def cancel(self) -> None:
        """Ask the backend to stop the running job before its next step."""
        if self._session is not None and self.job is not None and self.job.state is State.RUNNING:
            self._session.cancel(self.job.request.id)
            self.job = replace(self.job, state=State.CANCELLING)

    def drop(self, request_id: str) -> None:
        """Take a waiting job out of the queue."""
        self.waiting = [job for job in self.waiting if job.request.id != request_id]

    def retry(self) -> None:
        """Start the backend again with the job that failed; what waits goes on after it."""
        if self.job is not None and self.job.state is State.FAILED:
            failed, self.job = self.job, None
            request = replace(failed.request, id=new_id())
            self.waiting.insert(0, Job(request, failed.command, failed.environment, failed.notes, failed.arrays))
            self._next()

    def poll(self) -> bool:
        """Take in what the backend said; True when something changed. Never blocks."""
        events = self._session.poll() if self._session is not None else []
        for event in events:
            self._take(event)
        if any(isinstance(event, Ended) for event in events):
            self.close()
        self._next()
        return bool(events)

    def close(self, grace: float = 3.0) -> None:
        """End the backend without waiting; a running job fails, the queue stays."""
        session, self._session, self._asked = self._session, None, 0
        if session is not None:
            session.close(grace)
        self._fail_running()

    def stop(self, grace: float = 3.0) -> None:
        """End the backend as `Session.stop` does, and wait for it; what waits is dropped."""
        self.waiting.clear()
        session, self._session, self._asked = self._session, None, 0
        if session is not None:
            session.stop(grace)
        self._fail_running()

    def errors(self) -> str:
        """The backend's last lines on stderr."""
        return self._session.errors() if self._session is not None else ""

    def _fail_running(self) -> None:
        if self.job is not None and self.job.active:
            state = State.CANCELLED if self.job.state is State.CANCELLING else State.FAILED
            self.job = replace(self.job, state=state, error="the backend was stopped")
            self._ended()

    def _next(self) -> None:
        if self.waiting and not self.paused and not (self.job is not None and self.job.active):
            job = self.waiting.pop(0)
            self.job = replace(job, state=State.RUNNING)
            self._ready(job.command, job.environment).send(job.request, job.arrays)

    def _ready(self, command: tuple[str, ...], environment: Mapping[str, str]) -> Session:
        """A session that runs this command; one of another command or environment is replaced."""
        session = self._session
        if session is not None and session.alive and (session.command, self._environment) == (command, environment):
            return session
        if session is not None:
            session.close()
        self._asked = 0
        self._environment = dict(environment)
        self._session = Session(command, environment, self._prepare)
        return self._session

    def _prepare(self, message: Message, arrays: Mapping[str, np.ndarray]) -> Result | None:
        """On the reading thread: a finished job to disk, before the main thread hears of it."""
        job = self.job
        if not isinstance(message, Done) or job is None or message.id != job.request.id:
            return None
        return results.keep(self.folder, job.request, message, arrays, job.notes, job.arrays)

    def _take(self, event: Event) -> None:
        match event:
            case Received(Refined() | Description() | Cleared() | Styles() | Examined() as answer, _, _):
                self._answered(answer)
                return
            case Received(Failed() as failed, _, _) if self.job is None or failed.id not in (self.job.request.id, ""):
                self._answered(failed)
                return
        job = self.job
        if job is None or not job.active:
            _forget(event)
            return  # Progress that was under way when the job ended.
        match event:
            case Ended(reason):
                cancelled = job.state is State.CANCELLING
                state = State.CANCELLED if cancelled else State.FAILED
                self.job = replace(job, state=state, error=reason, crashed=not cancelled)
            case Received(Progress() as progress, _, _) if progress.id == job.request.id:
                self.job = _progressed(job, progress)
            case Received(Failed() as failed, _, _):
                state = State.CANCELLED if failed.kind == "Cancelled" else State.FAILED
                self.job = replace(job, state=state, error=failed.message)
            case Received(Done() as done, _, Result() as result) if done.id == job.request.id:
                if job.state is State.CANCELLING:
                    # The answer crossed the Cancel on its way; who pressed Cancel wants no result.
                    _forget(event)
                    self.job = replace(job, state=State.CANCELLED, error="the request was cancelled")
                else:
                    self.job = replace(job, state=State.DONE, result=result, step=job.steps)
            case Received(Ranking() as ranking, _, _) if ranking.id == job.request.id:
                self.job = replace(job, state=State.DONE, ranking=ranking, step=job.steps)
        if not self.job.active:
            self._ended()

    def _ended(self) -> None:
        assert self.job is not None
        self.finished.append(self.job)
        self.idle_since = time.monotonic()

    def _answered(self, answer: Message) -> None:
        self._asked = max(0, self._asked - 1)
        self.answers.append(answer)
        self.idle_since = time.monotonic()


def _progressed(job: Job, progress: Progress) -> Job:
    now = time.monotonic()
    first = job.first
    if progress.steps > 0 and first is None:
        first = (now, progress.step)
    return replace(job, stage=progress.stage, step=progress.step, steps=progress.steps, first=first, heard=now)


def _forget(event: Event) -> None:
    if isinstance(event, Received) and isinstance(event.prepared, Result):
        results.forget(event.prepared.path)
