"""The backend as a child process: start, send, poll, cancel, stop. Plain Python: nothing here knows Blender.

Three threads touch nothing but their pipe and a queue: one reads answers, one writes requests (a pipe may be full while
the backend still loads), one keeps the last lines of stderr for error texts. The main thread never waits, except in
`stop`. The child ends by itself when its stdin closes, so it cannot outlive Blender.
"""

from __future__ import annotations

import collections
import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

import numpy as np

from kinema.errors import BackendError, KinemaError
from kinema.protocol import wire
from kinema.protocol.messages import Cancel, Hello, Message, Shutdown

STDERR_LINES = 60


@dataclass(frozen=True, eq=False)
class Received:
    """A message of the backend with its arrays."""

    message: Message
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """The backend is gone, or speaks what nobody understands; `reason` is fit to be shown."""

    reason: str


Event = Received | Ended


class Session:
    """One backend process.

    Raises BackendError from the constructor when the command cannot be started. What happens later arrives through
    `poll`; after an `Ended` the session is over and only `stop` remains to be called.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.command = tuple(command)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._errors: collections.deque[str] = collections.deque(maxlen=STDERR_LINES)
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_clean_environment(environment or {}),
                # A group of its own: Ctrl+C in Blender's terminal is not for the backend, and a wrapper (ssh, a shell)
                # is stopped together with what it started.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise BackendError(
                f"the backend cannot be started with {' '.join(self.command)!r} ({said}); check the command in "
                "Kinema's preferences"
            ) from error
        self._threads = [
            threading.Thread(target=target, name=f"kinema {target.__name__}", daemon=True)
            for target in (self._keep_errors, self._read, self._write)  # in this order: _why waits for the first
        ]
        for thread in self._threads:
            thread.start()
        self.send(Hello(software="kinema add-on", pid=os.getpid()))

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Message) -> None:
        """Queue a message for the backend; never blocks."""
        self._outbox.put(message)

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

    def stop(self, grace: float = 3.0) -> None:
        """End the process and join the threads. Waits `grace` seconds for each of: its own end, SIGTERM, SIGKILL."""
        self.send(Shutdown())
        self._outbox.put(None)  # The writer closes stdin, which alone ends a backend.
        for ask in (lambda: None, lambda: self._signal("SIGTERM"), lambda: self._signal("SIGKILL")):
            ask()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
                break
        deadline = time.monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _signal(self, name: str) -> None:
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, getattr(signal, name))
        elif name == "SIGTERM":
            self._process.terminate()
        else:
            self._process.kill()

    def _read(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        reason = ""
        try:
            if wire.read_hello(stream) is not None:
                while (received := wire.read(stream)) is not None:
                    self._events.put(Received(*received))
        except KinemaError as error:
            reason = str(error)
        except (OSError, ValueError) as error:
            reason = f"the pipe broke: {error}"
        self._events.put(Ended(self._why(reason)))
        with contextlib.suppress(OSError):
            stream.close()

    def _write(self) -> None:
        stream = cast(BinaryIO, self._process.stdin)
        try:
            while (message := self._outbox.get()) is not None:
                wire.write(stream, message)
        except OSError:
            pass  # The reader sees the same end and tells why.
        with contextlib.suppress(OSError):
            stream.close()

    def _keep_errors(self) -> None:
        stream = cast(IO[bytes], self._process.stderr)
        with contextlib.suppress(OSError, ValueError), stream:
            for line in iter(lambda: stream.readline(4096), b""):
                if text := line.decode("utf-8", "replace").rstrip():
                    self._errors.append(text[:500])

    def _why(self, reason: str) -> str:
        """One text for the user: what is known of the end, and the backend's own last words."""
        try:
            # It has closed its answers, so it is ending; its code and last words come within moments.
            code: int | None = self._process.wait(2.0)
            self._threads[0].join(2.0)
        except subprocess.TimeoutExpired:
            code = None
        if not reason:
            reason = "the backend ended" + ("" if code is None else f" with exit code {code}")
            if code is not None and code < 0:
                reason = f"the backend was killed by signal {-code}"
        words = [line for line in self._errors if not line.startswith((" ", "Traceback"))]
        return f"{reason}: {words[-1]}" if words else reason


def _clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process' environment without Blender's own Python settings, which would break another Python."""
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
    return {**kept, **extra}
