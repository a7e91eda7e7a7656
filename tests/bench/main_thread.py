"""What the add-on costs Blender's main thread: `python -m tests.bench.main_thread [BACKEND ...]`, with the bpy module.

Prints, per call, the longest wall and processor time in milliseconds while a job of several takes runs, and what
Accept takes on a new and on an existing character. BACKEND: the backend's command; the default is this Python's own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    import bpy

    import blender_addon
    from blender_addon import dispatch, preferences
    from blender_addon.takes import review

    command = sys.argv[1:] or [sys.executable, "-m", "kinema", "serve"]
    folder = Path(tempfile.mkdtemp(prefix="kinema-bench-"))
    preferences.user_folder = lambda name: folder / name  # type: ignore[assignment]
    preferences.backend = lambda: (command, {"KINEMA_CACHE": str(folder / "cache")})  # type: ignore[assignment]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    try:
        settings = bpy.context.scene.kinema
        settings.prompt, settings.seconds, settings.samples = "a person walks forward", 10.0, 4
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
        _row("stop the backend", bpy.ops.kinema.stop_backend)
    finally:
        blender_addon.unregister()


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


if __name__ == "__main__":
    main()
