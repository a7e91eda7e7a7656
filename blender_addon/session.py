"""The backend as a child process: start, send, poll, cancel, stop. Plain Python: nothing here knows Blender.

Three threads touch nothing but their pipe and a queue: one starts the process and reads answers, one writes requests (a
pipe may be full while the backend still loads), one keeps the last lines of stderr for error texts. The main thread
never waits, except in `stop`; `close` leaves the waiting, and the killing of what hangs, to a fourth. The child ends by
itself when its stdin closes, so it cannot outlive Blender; one that hangs while it is being ended is killed at exit.
"""

from __future__ import annotations

import atexit
import collections
import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

import numpy as np

from kinema.errors import KinemaError
from kinema.protocol import wire
from kinema.protocol.messages import Cancel, Failed, Hello, Message, Shutdown

STDERR_LINES = 60


@dataclass(frozen=True, eq=False)
class Received:
    """A message of the backend with its arrays. `prepared`: what the session's `prepare` made of it."""

    message: Message
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    prepared: object = None


@dataclass(frozen=True)
class Ended:
    """The backend is gone, or speaks what nobody understands; `reason` is fit to be shown."""

    reason: str


Event = Received | Ended
Prepare = Callable[[Message, Mapping[str, np.ndarray]], object]
"""Heavy work on an answer (checking, writing to disk), done by the reading thread. Raises KinemaError to refuse it."""


class Session:
    """One backend process.

    All that happens arrives through `poll`, also that the command cannot be started; after an `Ended` the session is
    over and only `close` or `stop` remains to be called.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, prepare: Prepare | None = None
    ) -> None:
        self.command = tuple(command)
        self._prepare = prepare
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[tuple[Message, Mapping[str, np.ndarray]] | None] = queue.SimpleQueue()
        self._errors: collections.deque[str] = collections.deque(maxlen=STDERR_LINES)
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._started = threading.Event()
        self._reaper: threading.Thread | None = None
        self._main = threading.Thread(target=self._run, args=(environment or {},), name="kinema read", daemon=True)
        self._main.start()
        self.send(Hello(software="kinema add-on", pid=os.getpid()))

    @property
    def alive(self) -> bool:
        """Whether the backend can still take requests."""
        if self._ended or self._closing.is_set():
            return False
        return self._process is None or self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process; None until it is started."""
        return self._process.pid if self._process is not None else None

    def send(self, message: Message, arrays: Mapping[str, np.ndarray] | None = None) -> None:
        """Queue a message for the backend, with the arrays that travel beside it; never blocks."""
        self._outbox.put((message, arrays or {}))

    def cancel(self, request_id: str) -> None:
        """Ask the backend to stop a request before its next step; it answers with Failed of kind Cancelled."""
        self.send(Cancel(request_id))

    def poll(self) -> list[Event]:
        """Everything that arrived since the last call, in order; never blocks."""
        events: list[Event] = []
        with contextlib.suppress(queue.Empty):
            while True:
                events.append(self._events.get_nowait())
        return events

    def errors(self) -> str:
        """The last lines that the backend wrote to stderr."""
        return "\n".join(self._errors)

    def close(self, grace: float = 3.0) -> None:
        """End the process without waiting; a thread sees to it as `stop` does."""
        if self._reaper is None:
            self._closing.set()
            self.send(Shutdown())
            self._outbox.put(None)  # The writer closes stdin, which alone ends a backend.
            self._reaper = threading.Thread(target=self._reap, args=(grace,), name="kinema reap", daemon=True)
            self._reaper.start()

    def stop(self, grace: float = 3.0) -> None:
        """End the process and join the threads. Waits `grace` seconds for each of: its own end, SIGTERM, SIGKILL."""
        self.close(grace)
        assert self._reaper is not None
        self._reaper.join(4 * grace + 1.0)

    def _run(self, environment: Mapping[str, str]) -> None:
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_clean_environment(environment),
                # A group of its own: Ctrl+C in Blender's terminal is not for the backend, and a wrapper (ssh, a shell)
                # is stopped together with what it started.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else error
            self._end(
                f"the backend cannot be started with {' '.join(self.command)!r} ({said}); check the command in "
                "Kinema's preferences"
            )
            return
        finally:
            self._started.set()
        for target in (self._keep_errors, self._write):
            thread = threading.Thread(target=target, name=f"kinema {target.__name__}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._read()

    def _reap(self, grace: float) -> None:
        self._started.wait()
        process = self._process
        if process is not None:
            # This thread dies with Blender, which may quit in the meantime.
            atexit.register(self._signal, "SIGKILL")
            for ask in (lambda: None, lambda: self._signal("SIGTERM"), lambda: self._signal("SIGKILL")):
                ask()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(grace)
                    break
            atexit.unregister(self._signal)
        deadline = time.monotonic() + grace
        for thread in (self._main, *self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _end(self, reason: str) -> None:
        self._ended = True
        self._events.put(Ended(reason))

    def _signal(self, name: str) -> None:
        process = cast("subprocess.Popen[bytes]", self._process)
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, getattr(signal, name))
        elif name == "SIGTERM":
            process.terminate()
        else:
            process.kill()

    def _read(self) -> None:
        stream = cast(BinaryIO, cast("subprocess.Popen[bytes]", self._process).stdout)
        reason = ""
        try:
            if wire.read_hello(stream) is not None:
                while (received := wire.read(stream)) is not None:
                    self._events.put(self._prepared(*received))
        except KinemaError as error:
            reason = str(error)
        except (OSError, ValueError) as error:
            reason = f"the pipe broke: {error}"
        self._end(self._why(reason))
        with contextlib.suppress(OSError):
            stream.close()

    def _prepared(self, message: Message, arrays: Mapping[str, np.ndarray]) -> Received:
        if self._prepare is None:
            return Received(message, arrays)
        try:
            return Received(message, {}, self._prepare(message, arrays))
        except KinemaError as error:
            return Received(Failed(getattr(message, "id", ""), type(error).__name__, str(error)))

    def _write(self) -> None:
        stream = cast(BinaryIO, cast("subprocess.Popen[bytes]", self._process).stdin)
        if hasattr(signal, "pthread_sigmask"):
            # Blender's Python leaves SIGPIPE as the system has it: writing to a backend that is gone would end Blender.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
        try:
            while (item := self._outbox.get()) is not None:
                self._send_now(stream, *item)
        except OSError:
            pass  # The reader sees the same end and tells why.
        with contextlib.suppress(OSError):
            stream.close()

    def _send_now(self, stream: BinaryIO, message: Message, arrays: Mapping[str, np.ndarray]) -> None:
        try:
            wire.write(stream, message, arrays)
        except KinemaError as error:  # Too large to send, and nothing was sent: the request fails, the session goes on.
            self._events.put(Received(Failed(getattr(message, "id", ""), type(error).__name__, str(error))))

    def _keep_errors(self) -> None:
        stream = cast(IO[bytes], cast("subprocess.Popen[bytes]", self._process).stderr)
        with contextlib.suppress(OSError, ValueError), stream:
            for line in iter(lambda: stream.readline(4096), b""):
                if text := line.decode("utf-8", "replace").rstrip():
                    self._errors.append(text[:500])

    def _why(self, reason: str) -> str:
        """One text for the user: what is known of the end, and the backend's own last words."""
        try:
            # It has closed its answers, so it is ending; its code and last words come within moments.
            code: int | None = cast("subprocess.Popen[bytes]", self._process).wait(2.0)
            self._threads[0].join(2.0)  # stderr
        except subprocess.TimeoutExpired:
            code = None
        if not reason:
            reason = "the backend ended" + ("" if code is None else f" with exit code {code}")
            if code is not None and code < 0:
                reason = f"the backend was killed by signal {-code}{_MEMORY if -code == _SIGKILL else ''}"
        words = [line for line in self._errors if not line.startswith((" ", "Traceback"))]
        return f"{reason}: {words[-1]}" if words else reason


_SIGKILL = 9
_MEMORY = ", as systems do when memory runs out; close other programs, or ask for fewer takes"


def _clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process' environment without Blender's own Python settings, which would break another Python."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
    return {**kept, **extra}
