"""The backend as a process: how soon it greets, how soon it answers, how much memory it takes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass

from kinema.protocol import wire
from kinema.protocol.messages import Done, Failed, Generate, Hello, Shutdown

from .timing import Seconds, summarise


@dataclass(frozen=True)
class Backend:
    """Seconds from the start of the process to its greeting and to its first answer, seconds of a later answer seen
    from outside, and its peak memory in MiB (of one process; None where the system does not tell)."""

    greeting: Seconds
    first_answer: Seconds
    later_answer: Seconds
    peak: float | None


def backend(model: str | None, device: str, repeats: int) -> Backend:
    """Start `kinema serve` `repeats` times and ask each twice for ten seconds of motion."""
    runs = [_once(model, device) for _ in range(repeats)]
    greeting, first, later = (summarise([run[index] for run in runs]) for index in range(3))
    peaks = [run[3] for run in runs if run[3] is not None]
    return Backend(greeting, first, later, max(peaks) if peaks else None)


def _once(model: str | None, device: str) -> tuple[float, float, float, float | None]:
    command = [sys.executable, "-m", "kinema", "serve", "--device", device, *(("--model", model) if model else ())]
    began = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    wire.write(child.stdin, Hello(software="bench"))
    wire.read_hello(child.stdout)
    greeted = time.perf_counter() - began
    moments = []
    for number in range(2):
        asked = began if number == 0 else time.perf_counter()
        wire.write(child.stdin, Generate(str(number), f"a person jumps {number + 2} times", seconds=10.0))
        while (received := wire.read(child.stdout)) is not None and not isinstance(received[0], Done):
            if isinstance(received[0], Failed):
                raise RuntimeError(f"the backend refused: {received[0].message}")
        moments.append(time.perf_counter() - asked)
    wire.write(child.stdin, Shutdown())
    child.stdin.close()
    peak = None
    if hasattr(os, "wait4"):
        _, _, usage = os.wait4(child.pid, 0)
        peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        child.returncode = 0
    child.stdout.close()
    child.wait()
    return greeted, moments[0], moments[1], peak
