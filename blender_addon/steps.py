"""Work in small steps, written once as a generator: whole where somebody waits for it, a little at a time beside a
window. Plain Python.

Such a generator yields None where others may have their turn, or an Aside whose value it gets back; it returns what it
made. What it holds of Blender's must be gone or whole when it is closed at any of its yields.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Steps = Generator["Aside | None", Any, T]

AT_A_TIME = 0.006
"""Seconds after which `Running.advance` lets others have their turn."""


@dataclass(frozen=True)
class Aside:
    """Arithmetic that touches nothing of Blender's, so that another thread may do it."""

    work: Callable[[], Any]


NEXT_TURN = Aside(lambda: None)
"""Yielded before a step that takes a turn of its own, since it cannot be divided."""


def finish(steps: Steps[T]) -> T:
    """All of it at once, on this thread."""
    answer: Any = None
    try:
        while True:
            asked = steps.send(answer)
            answer = None
            if asked is not None:
                try:
                    answer = asked.work()
                except Exception as error:
                    steps.throw(error)  # as if the generator had done it itself
                    raise
    except StopIteration as end:
        value: T = end.value
        return value


class Running(Generic[T]):
    """A generator of steps under way. `advance` belongs to the main thread; asides run on a thread of their own."""

    def __init__(self, steps: Steps[T]) -> None:
        self.result: T | None = None
        self.done = False
        self._steps = steps
        self._thread: threading.Thread | None = None
        self._answer: tuple[Any, Exception | None] = (None, None)

    def advance(self, seconds: float = AT_A_TIME) -> bool:
        """Take steps for about that long; True while there is more to do. Raises what the work raises."""
        end = time.perf_counter() + seconds
        while not self.done:
            if self._thread is not None:
                self._thread.join(max(end - time.perf_counter(), 0.0))
                if self._thread.is_alive():
                    break
            if self._step() or time.perf_counter() >= end:
                break
        return not self.done

    def close(self) -> None:
        """Give the work up: its generator takes back what it began."""
        self.done = True
        self._steps.close()

    def _step(self) -> bool:
        """True where the next step wants a turn of its own."""
        (value, error), self._answer, self._thread = self._answer, (None, None), None
        try:
            asked = self._steps.send(value) if error is None else self._steps.throw(error)
        except StopIteration as end:
            self.result, self.done = end.value, True
            return False
        except Exception:
            self.done = True
            raise
        if asked is not None and asked is not NEXT_TURN:
            self._thread = threading.Thread(target=self._aside, args=(asked,), name="kinema aside", daemon=True)
            self._thread.start()
        return asked is NEXT_TURN

    def _aside(self, asked: Aside) -> None:
        try:
            self._answer = (asked.work(), None)
        except Exception as error:  # raised again on the main thread, where the work asked for it
            self._answer = (None, error)
