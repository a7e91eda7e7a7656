"""What the add-on costs Blender's main thread: `python -m tests.bench.main_thread [BACKEND ...]`, with the bpy module.

Prints, per call, the longest wall and processor time in milliseconds while a job of several takes runs, what Accept
takes on a new and on an existing character, how soon keys are there after the backend's answer, what the backend holds
while it is idle and after its idle time, and what a killed Blender leaves behind. BACKEND: the backend's command; the
default is this Python's own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

VICTIM = "--killed-in-the-middle"


def main() -> None:
    import bpy

    import blender_addon
    from blender_addon import dispatch, preferences
    from blender_addon.takes import review

    victim = VICTIM in sys.argv
    command = [word for word in sys.argv[1:] if word != VICTIM] or [sys.executable, "-m", "kinema", "serve"]
    folder = Path(tempfile.mkdtemp(prefix="kinema-bench-"))
    preferences.user_folder = lambda name: folder / name  # type: ignore[assignment]
    preferences.backend = lambda: (command, {"KINEMA_CACHE": str(folder / "cache")})  # type: ignore[assignment]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    try:
        settings = bpy.context.scene.kinema
        settings.prompt, settings.seconds, settings.samples = "a person walks forward", 10.0, 4
        if victim:
            _wait_to_be_killed()
        _row("press Generate", bpy.ops.kinema.generate)
        _during_job("a look at the queue while a job runs", dispatch.drain)
        _row("accept onto a new character", lambda: bpy.ops.kinema.accept(take=review.takes[0].name))
        for take in review.takes[1:3]:
            _row("accept onto the same character", lambda name=take.name: bpy.ops.kinema.accept(take=name))
        began = time.perf_counter()
        bpy.ops.kinema.generate()
        _during_job("a look at the queue, answer from the cache", dispatch.drain)
        took, job = 1e3 * (time.perf_counter() - began), dispatch.worker.job
        kept = job is not None and job.result is not None and job.result.done.cached
        print(f"equal request answered after {took:.0f} ms, {'from the cache' if kept else 'computed again'}")
        _until_keys_are_there()
        _idle()
    finally:
        blender_addon.unregister()
    _killed()


def _row(name: str, call: Callable[[], object]) -> None:
    wall, processor = time.perf_counter(), time.thread_time()
    call()
    took = 1e3 * (time.perf_counter() - wall), 1e3 * (time.thread_time() - processor)
    print(f"{name}: {took[0]:.1f} ms, {took[1]:.1f} ms of the processor", flush=True)


def _during_job(name: str, look: Callable[[], bool]) -> None:
    longest, looks, more = [0.0, 0.0], 0, True
    while more:
        wall, processor = time.perf_counter(), time.thread_time()
        more = look()
        longest = [max(longest[0], time.perf_counter() - wall), max(longest[1], time.thread_time() - processor)]
        looks += 1
        time.sleep(0.02)
    print(
        f"{name}: {1e3 * longest[0]:.1f} ms, {1e3 * longest[1]:.1f} ms of the processor, longest of {looks}", flush=True
    )


def _until_keys_are_there() -> None:
    """From the last byte of the answer to keys on a new character, with the timer's own period in between."""
    import bpy

    from blender_addon import dispatch, results
    from blender_addon.takes import review

    arrived: list[float] = []
    keep = results.keep
    results.keep = lambda *words: arrived.append(time.perf_counter()) or keep(*words)  # type: ignore[assignment]
    try:
        settings = bpy.context.scene.kinema
        settings.target, settings.samples, settings.prompt = None, 1, "a person jumps"
        bpy.ops.kinema.generate()
        while dispatch.drain():
            time.sleep(dispatch.PERIOD)
        assert review.take is not None
        bpy.ops.kinema.accept(take=review.take.name)
        bpy.context.view_layer.update()
    finally:
        results.keep = keep
    print(f"keys on a new character {1e3 * (time.perf_counter() - arrived[-1]):.0f} ms after the answer", flush=True)


def _idle() -> None:
    from blender_addon import dispatch, preferences

    backend = dispatch.worker.pid
    assert backend is not None
    print(f"backend idle: {_resident(backend):.0f} MiB resident", flush=True)
    preferences.idle_seconds = lambda: 0.1  # type: ignore[assignment]
    time.sleep(0.2)
    dispatch._look_idle()
    began = time.perf_counter()
    while (held := _resident(backend)) and time.perf_counter() - began < 30.0:
        time.sleep(0.02)
    print(f"after its idle time: {held:.0f} MiB, {time.perf_counter() - began:.2f} s later", flush=True)


def _resident(pid: int) -> float:
    """MiB of a process, 0 when it has ended; Linux."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def _wait_to_be_killed() -> None:
    import bpy

    from blender_addon import dispatch

    bpy.context.scene.kinema.samples = 16
    bpy.ops.kinema.generate()
    while dispatch.drain():
        job = dispatch.worker.job
        if job is not None and job.stage == "sample":
            print(f"killable {dispatch.worker.pid}", flush=True)
        time.sleep(0.02)


def _killed() -> None:
    """Kill a Blender (this module) with SIGKILL in the middle of a job."""
    words = [sys.executable, "-m", "tests.bench.main_thread", *sys.argv[1:], VICTIM]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        backend = int(next(line for line in child.stdout if line.startswith("killable")).split()[1])
        os.kill(child.pid, signal.SIGKILL)
        began = time.perf_counter()
        while _resident(backend) and time.perf_counter() - began < 60.0:
            time.sleep(0.02)
        left = int(_resident(backend) > 0)
        took = time.perf_counter() - began
    print(f"Blender killed in the middle of a job: {left} processes left {took:.2f} s later", flush=True)


if __name__ == "__main__":
    main()
