"""What the add-on costs Blender's main thread: `python -m tests.bench.main_thread [BACKEND ...]`, with the bpy module.

Prints, per call, the longest wall and processor time in milliseconds while a job of several takes runs, Accept and all
buttons that read a character among them, how soon keys are there after the backend's answer, what the backend holds
while it is idle and after its idle time, and what a killed Blender leaves behind. BACKEND: the backend's command; the
default is this Python's own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blender_addon.asking import Errand
    from blender_addon.takes import Take

VICTIM = "--killed-in-the-middle"


def main() -> None:
    import bpy

    import blender_addon
    from blender_addon import dispatch, preferences

    victim = VICTIM in sys.argv
    command = [word for word in sys.argv[1:] if word != VICTIM] or [sys.executable, "-m", "kinema", "serve"]
    folder = Path(tempfile.mkdtemp(prefix="kinema-bench-"))
    preferences.user_folder = lambda name: folder / name  # type: ignore[assignment]
    preferences.backend = lambda: (command, {"KINEMA_CACHE": str(folder / "cache")})  # type: ignore[assignment]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    try:
        settings = bpy.context.scene.kinema
        settings.prompt, settings.seconds, settings.samples = "slow steps forward", 10.0, 3
        if victim:
            _wait_to_be_killed()
        _row("press Generate", bpy.ops.kinema.generate)
        _during_job("a look at the queue while a job runs", dispatch.drain)
        _accept_while_a_job_runs()
        settings.prompt, settings.samples, settings.seed = "slow steps forward", 3, 0
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


def _accept_while_a_job_runs() -> None:
    """What the main thread spends on Accept and Change, at a press and at each turn of the work, with a job beside."""
    import bpy

    from blender_addon import asking, operators, preferences, rigs
    from blender_addon.takes import review
    from tests.blender import characters

    first, second, third = review.takes[:3]
    _turns("accept onto a new character", first)
    _turns("accept onto the same character", second)
    target = bpy.context.scene.kinema.target
    target.kinema_rig.edited = True  # feet are locked on its own legs and hands kept out of its skin
    _turns("accept where feet and hands go by the skin, read for the first time", third)
    bpy.context.view_layer.objects.active = target
    edit = bpy.context.scene.kinema_edit
    edit.source, edit.span, edit.first, edit.last, edit.prompt = "ACTION", "FIELDS", 60, 120, "waves"
    edit.part_left_arm = True
    _turns("accept a Change", _changed("Change of an action that its curves show"))
    _until_quiet(cancel=True)
    _buttons("Kinema's own")
    rig = characters.build(bpy.context.scene, "rigify")
    bpy.context.scene.kinema.target = bpy.context.view_layer.objects.active = rig
    _turns("accept onto a generated Rigify", first)
    rig.kinema_rig.edited = rig.kinema_rig.reduce = True
    _turns("accept with fewer keys onto a generated Rigify, which is played", first)
    _changed("Change of an action on a generated Rigify, which is played")
    _buttons("a generated Rigify")
    for bone in rig.data.bones:
        bone.name = f"my {bone.name}"
    _keep_busy()
    rigs._recognised.clear()
    _pressed(
        "Generate with an armature of 222 bones that is no known kind",
        lambda: asking.Reading(
            operators.asked_with(bpy.context.scene, *operators.asked_now(bpy.context.scene)), *preferences.backend()
        ),
    )
    _until_quiet(cancel=True)


def _changed(name: str) -> Take:
    """What the main thread spends on Change, and its take."""
    import bpy

    from blender_addon import asking, edit_requests, preferences
    from blender_addon.takes import review

    _keep_busy()
    known = {take.name for take in review.takes}
    _pressed(name, lambda: asking.Reading(edit_requests.change(bpy.context), *preferences.backend()))
    _until_quiet(cancel=True)
    return next(take for take in review.takes if take.name not in known)


def _buttons(kind: str) -> None:
    """The other buttons that read the panel's character, whose kind has not been recognised yet."""
    import bpy

    from blender_addon import asking, checking, operators, operators_style, preferences, rigs, style_requests

    scene = bpy.context.scene
    settings, style, armature = scene.kinema, scene.kinema_style, scene.kinema.target
    backend, action = preferences.backend(), armature.animation_data.action

    def generate() -> asking.Errand:
        return asking.Reading(operators.asked_with(scene, *operators.asked_now(scene)), *backend)

    def stylize() -> asking.Errand:
        return asking.Reading(operators.asked_with(scene, *style_requests.stylize(scene, armature)), *backend)

    def check() -> asking.Errand:
        return asking.Errand((checking.check_steps(scene, armature),), lambda found: checking.store(found[0]))

    def pressed(name: str, make: Callable[[], asking.Errand]) -> None:
        _keep_busy()
        rigs._recognised.clear()
        _pressed(f"{name}, {kind}", make)
        _until_quiet(cancel=True)

    settings.samples, settings.prompt = 1, "slow steps forward"
    pressed("Generate with a character", generate)
    pressed("Check Take", check)
    style.source, style.style_name = "LIST", "old"
    pressed("Stylize Selected Action", stylize)
    other = action.copy()
    style.source, style.reference_action = "REFERENCE", other
    pressed("Check Reference of an action", lambda: operators_style.examining(scene))
    pressed("Generate in the style of an action", generate)
    style.reference_action, style.source = None, "NONE"
    bpy.data.actions.remove(other)


def _pressed(name: str, make: Callable[[], Errand]) -> None:
    """What the main thread spends on a button that reads: the press, and the turns."""
    import bpy

    from blender_addon import asking, dispatch

    press = _spent(lambda: asking.begin(make()))
    bpy.app.timers.unregister(asking._tick)
    turns = []
    while asking.busy():
        turns.append(_spent(asking.advance))
        _spent(dispatch.drain)
        time.sleep(asking.PERIOD)
    assert dispatch.message == "", dispatch.message
    _say(name, {"press": press}, turns)


def _say(name: str, parts: dict[str, tuple[float, float]], turns: list[tuple[float, float]], more: str = "") -> None:
    wall, processor = (max(column) for column in zip(*turns, strict=True))
    over = sum(turn[1] > 10.0 for turn in turns)
    parts = parts | {f"longest of {len(turns)} turns": (wall, processor)}
    said = "; ".join(f"{what} {spent[0]:.1f} ms, {spent[1]:.1f} of the processor" for what, spent in parts.items())
    print(f"{name}: {said}; {over} turns over 10 ms of the processor{more}", flush=True)


def _keep_busy() -> None:
    """A job that runs now."""
    import bpy

    from blender_addon import dispatch

    job = dispatch.worker.job
    if job is None or not job.active:
        settings = bpy.context.scene.kinema
        settings.prompt, settings.seed, settings.samples = "slow steps back", settings.seed + 1, 8
        bpy.ops.kinema.generate()
    while (job := dispatch.worker.job) is not None and job.active and job.stage != "sample":
        dispatch.drain()
        time.sleep(0.02)


def _until_quiet(cancel: bool = False) -> None:
    import bpy

    from blender_addon import dispatch

    if cancel and bpy.ops.kinema.cancel.poll():
        bpy.ops.kinema.cancel()
    while dispatch.drain():
        time.sleep(0.02)


def _turns(name: str, take: Take) -> None:
    """Accept as a window does it, and the update that shows the new keys."""
    import bpy

    from blender_addon import dispatch, writing
    from blender_addon.takes import review

    bpy.context.view_layer.update()
    pushes: list[tuple[float, float]] = []
    _keep_busy()
    review.select(take.name)
    began = time.perf_counter()
    press = _spent(lambda: writing.begin(writing.of(take, bpy.context.scene)))
    bpy.app.timers.unregister(writing._tick)
    turns = []
    with _timed(writing, "_undo_step", pushes):
        while writing.busy():
            turns.append(_spent(writing.advance))
            _spent(dispatch.drain)
            time.sleep(writing.PERIOD)
    took = 1e3 * (time.perf_counter() - began)
    shown = _spent(bpy.context.view_layer.update)
    assert dispatch.message.startswith("Made"), dispatch.message
    job = dispatch.worker.job
    beside = "a job ran" if job is not None and job.active else "the job ended meanwhile"
    parts = {"press": press, "Blender's own undo step in the last": pushes[0], "update that shows the keys": shown}
    _say(name, parts, turns, f"; whole {took:.0f} ms; {beside}")


@contextlib.contextmanager
def _timed(module: object, name: str, out: list[tuple[float, float]]) -> Iterator[None]:
    """What calls of a module's function cost, beside what they do."""
    call = getattr(module, name)
    setattr(module, name, lambda *words: out.append(_spent(lambda: call(*words))))
    try:
        yield
    finally:
        setattr(module, name, call)


def _spent(call: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds: wall, and this thread's processor time."""
    wall, processor = time.perf_counter(), time.thread_time()
    call()
    return 1e3 * (time.perf_counter() - wall), 1e3 * (time.thread_time() - processor)


def _row(name: str, call: Callable[[], object]) -> None:
    took = _spent(call)
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

    from blender_addon import dispatch, results, writing
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
        writing.begin(writing.of(review.take, bpy.context.scene))
        while writing.advance():
            time.sleep(writing.PERIOD)
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
