"""The backend's side of the wire: greets, takes requests in order, answers each, hears Cancel while it computes."""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol

import numpy as np

from . import __version__
from .errors import Cancelled, KinemaError, ProtocolError, RequestError
from .faults import explain
from .protocol import wire
from .protocol.messages import (
    Aside,
    Cancel,
    ClearCache,
    Describe,
    Done,
    Edit,
    Failed,
    Generate,
    Hello,
    ListStyles,
    Message,
    Mix,
    Progress,
    Ranking,
    Refine,
    RemoveStyle,
    SaveStyle,
    Search,
    Shutdown,
    Styles,
    Stylize,
    Timeline,
    Transform,
    Vary,
)

Arrays = Mapping[str, np.ndarray]
Request = Generate | Stylize | Edit | Timeline | Vary | Mix | Transform | Search | SaveStyle
"""What takes the calling thread, one after the other."""


class Work(Protocol):
    """(request, progress, cancelled[, the request's arrays, where it brought any]) -> (answer, its arrays)."""

    def __call__(
        self, request: Any, progress: Callable[[Progress], None], cancelled: Callable[[], bool], arrays: Arrays = ..., /
    ) -> tuple[Done | Styles | Ranking, Arrays]:
        """Raises Cancelled soon after `cancelled()` turns true."""


Answer = Callable[[Aside], Message]
"""Answers a question that needs no weights, on a thread of its own beside the work."""

MAX_WAITING = 1024
"""Requests that may wait; a client that sends more does not read its answers."""

GRACE_SECONDS = 2.0
"""How long running work may take to notice that nobody waits for it."""


class Conversation:
    """One client, from Hello to the end of its stream.

    The calling thread computes; a second thread reads, so that a Cancel or the client's end is heard at once; a third
    answers what needs no weights (Refine, Describe, ClearCache), so that the panel is served while a motion is made.
    `abandon` is called by the reader when the client has gone and the work has not stopped after GRACE_SECONDS: the
    process should end, since Python cannot stop a thread from outside.
    """

    def __init__(
        self,
        requests: BinaryIO,
        answers: BinaryIO,
        work: Work,
        abandon: Callable[[], None],
        answer: Answer | None = None,
    ) -> None:
        self._requests = requests
        self._answers = answers
        self._work = work
        self._abandon = abandon
        self._answer_aside = answer
        self._asides: queue.Queue[Aside] = queue.Queue(MAX_WAITING)
        self._queue: queue.Queue[tuple[Request, Arrays] | ProtocolError | None] = queue.Queue()
        self._stops: dict[str, threading.Event] = {}
        self._stops_lock = threading.Lock()
        self._answers_lock = threading.Lock()
        self._ending = threading.Event()
        self._ended = threading.Event()

    def run(self) -> None:
        """Serve until Shutdown or the end of the stream. Raises ProtocolError when the client cannot be understood."""
        self._send(Hello(software=f"kinema {__version__}", pid=os.getpid()))
        try:
            if wire.read_hello(self._requests) is None:
                return
        except ProtocolError as error:
            self._fail("", error)
            raise
        threading.Thread(target=self._listen, name="kinema requests", daemon=True).start()
        threading.Thread(target=self._answer_asides, name="kinema asides", daemon=True).start()
        try:
            while (item := self._queue.get()) is not None:
                if isinstance(item, ProtocolError):
                    self._fail("", item)
                    raise item
                self._answer(*item)
        finally:
            self._ended.set()

    def _listen(self) -> None:
        end: ProtocolError | None = None
        try:
            while (frame := wire.read_frame(self._requests)) is not None and self._take(frame):
                pass
        except ProtocolError as error:
            end = error
        except OSError:
            pass  # The pipe broke: the same as its end.
        self._end(end)
        if end is None and not self._ended.wait(GRACE_SECONDS):
            self._abandon()

    def _take(self, frame: wire.Frame) -> bool:
        """Handle one frame on the reader's thread; False ends the conversation."""
        try:
            message = wire.decode(frame)
            match message:
                case (
                    Generate() | Stylize() | Edit() | Timeline() | Vary() | Mix() | Transform() | Search() | SaveStyle()
                ):
                    self._accept(message, frame.arrays)
                case Refine() | Describe() | ClearCache() | ListStyles() | RemoveStyle() if (
                    self._answer_aside is not None
                ):
                    self._put_aside(message)
                case Cancel():
                    with self._stops_lock:
                        stop = self._stops.get(message.id)
                    if stop is not None:  # None: it was already answered when the Cancel came.
                        stop.set()
                case Shutdown():
                    return False
                case _:
                    raise ProtocolError(f"the backend takes requests, Cancel and Shutdown, not {frame.type}")
        except KinemaError as error:
            identity = frame.fields.get("id")
            self._fail(identity if isinstance(identity, str) else "", error)
        return True

    def _accept(self, request: Request, arrays: Arrays) -> None:
        with self._stops_lock:
            if request.id in self._stops:
                raise RequestError(
                    f"request id {request.id[:80]!r} is still being worked on; give each request its own"
                )
            if len(self._stops) >= MAX_WAITING:
                raise RequestError(f"{MAX_WAITING} requests are waiting; read their answers before sending more")
            self._stops[request.id] = threading.Event()
        self._queue.put((request, arrays))

    def _put_aside(self, question: Aside) -> None:
        try:
            self._asides.put_nowait(question)
        except queue.Full:
            raise RequestError(f"{MAX_WAITING} questions are waiting; read their answers first") from None

    def _answer_asides(self) -> None:
        while (answer := self._answer_aside) is not None:
            question = self._asides.get()
            try:
                reply = answer(question)
            except Exception as error:
                if not isinstance(error, KinemaError):
                    traceback.print_exc()
                reply = _failed(question.id, explain(error))
            self._send(reply)

    def _answer(self, request: Request, brought: Arrays) -> None:
        stop = self._stops[request.id]
        arrays: Arrays = {}
        try:
            if stop.is_set() or self._ending.is_set():
                raise Cancelled("the request was cancelled before it began")
            answer: Message
            answer, arrays = self._work(request, self._send, stop.is_set, *([brought] if brought else []))
        except Exception as error:
            if not isinstance(error, KinemaError):
                traceback.print_exc()
            answer = _failed(request.id, explain(error))
        with self._stops_lock:  # Before the answer: its reader may use the id again at once.
            del self._stops[request.id]
        try:
            self._send(answer, arrays)
        except ProtocolError as error:
            self._fail(request.id, error)

    def _send(self, message: Message, arrays: Arrays | None = None) -> None:
        try:
            with self._answers_lock:
                wire.write(self._answers, message, arrays)
        except OSError:
            self._end(None)  # Nobody reads any more.

    def _fail(self, identity: str, error: KinemaError) -> None:
        self._send(_failed(identity, error))

    def _end(self, reason: ProtocolError | None) -> None:
        self._ending.set()
        with self._stops_lock:
            for stop in self._stops.values():
                stop.set()
        self._queue.put(reason)


def _failed(identity: str, error: KinemaError) -> Failed:
    return Failed(identity, type(error).__name__, str(error)[:4000])
