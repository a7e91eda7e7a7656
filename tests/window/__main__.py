"""A scripted session in the real application: python -m tests.window ROOT ZIP BACKEND [--pictures FOLDER]

ROOT: .ci/blender-app's folder. ZIP: the built extension. BACKEND: its command, as the preferences take it. Types a
prompt with real key events, generates, watches, cancels, reviews, accepts, undoes, redoes, saves, reopens, kills the
backend and recovers, then kills Blender itself. Every step is checked; pictures for the manual and measured figures
are what it leaves. Needs Xvfb, xdotool and ImageMagick.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from .driver import Window, arguments, opened

PROMPT_BOX, GENERATE, CANCEL = (1130, 127), (1165, 254), (1273, 285)
TAB, VIEW = (1308, 207), (560, 560)
SIDEBAR = "282x720+1037+82"
WRITTEN = "not module('writing').busy()"
JOB = "module('dispatch').worker.job"
TAKES = "module('takes').review.takes"


def main() -> None:
    with opened(arguments("python -m tests.window", __doc__, 79).parse_args()) as window:
        session(window)


def session(window: Window) -> None:
    prepare(window)
    type_and_generate(window)
    review(window)
    accept_undo_redo(window)
    cancel(window)
    save_and_reopen(window)
    crash_and_recover(window)
    figures(window)
    kill_blender(window)


def said(step: str) -> None:
    print(f"ok  {step}", flush=True)


def prepare(window: Window) -> None:
    window.run("bpy.data.objects.remove(bpy.data.objects['Cube']); bpy.ops.ed.undo_push(message='empty')")
    window.run("area().spaces[0].show_region_ui = True")
    window.run(
        "view = area().spaces[0].region_3d; view.view_distance = 7.0; view.view_location = (1.0, -1.0, 0.8)\n"
        "bpy.context.scene.render.fps = 24; bpy.context.scene.frame_set(1)"
    )
    time.sleep(1.0)
    shown = "[r for r in area().regions if r.type == 'UI'][0].active_panel_category == 'Kinema'"
    window.press(*TAB, shown)
    window.shot("manual-panel", SIDEBAR)


def redrawn(window: Window) -> None:
    """A busy machine draws late."""
    window.move(*VIEW)
    window.run("area().tag_redraw()")
    time.sleep(3.0)


def type_and_generate(window: Window) -> None:
    wanted = "a person walks forward and waves with the left hand"
    for _ in range(4):
        window.click(*PROMPT_BOX, times=2)
        window.key("ctrl+a")
        window.type(wanted)
        window.key("Return")
        if (typed := window.run("value = bpy.context.scene.kinema.prompt")) == wanted:
            break
    assert typed == wanted, typed
    said("typed a prompt with real keys")
    window.run("bpy.context.scene.kinema.samples = 3")
    window.press(*GENERATE, f"{JOB} is not None and {JOB}.active")
    window.run(
        "window = bpy.context.window_manager.windows[0]\nwith bpy.context.temp_override(window=window):\n"
        "    bpy.context.scene.kinema.prompt = 'a person bows'; bpy.ops.kinema.generate()"
    )
    window.move(*VIEW)
    window.until(f"{JOB}.stage in ('load', 'sample') or len({TAKES}) == 6", 60)
    window.shot("manual-progress", SIDEBAR)
    window.until(f"len({TAKES}) == 6")
    assert window.run("value = len(bpy.data.objects), len(bpy.data.actions)") == [2, 0]
    said("six takes of two queued jobs; the file is untouched")


def review(window: Window) -> None:
    window.run(
        "module('takes').review.reject(module('takes').review.takes[-1].name)\n"
        "[module('takes').review.reject(t.name) for t in list(module('takes').review.takes[3:])]"
    )
    window.run("module('takes').review.select(module('takes').review.takes[0].name)")
    window.run("bpy.context.scene.frame_set(30)")
    redrawn(window)
    window.shot("manual-review")
    window.run("bpy.ops.kinema.compare_takes()")
    redrawn(window)
    window.shot("manual-compare")
    window.run("bpy.ops.kinema.compare_takes(); bpy.ops.kinema.play_takes()")
    time.sleep(3.0)
    assert window.run("value = bpy.context.scene.frame_current") == 30
    window.run("bpy.ops.kinema.play_takes(); bpy.context.scene.frame_set(1)")
    said("compared and played; the scene's frame stayed")


def accept_undo_redo(window: Window) -> None:
    window.move(*VIEW)
    window.key("ctrl+alt+Return")
    window.until(f"len(bpy.data.actions) == 1 and {WRITTEN}", 30)
    window.run("bpy.context.scene.frame_set(20)")
    redrawn(window)
    window.shot("manual-accepted")
    window.run("bpy.context.scene.frame_set(1)")
    window.key("ctrl+z")
    window.until("len(bpy.data.actions) == 0", 20)
    assert window.run("value = 'Kinema' in bpy.data.objects") is False
    window.key("ctrl+shift+z")
    window.until("len(bpy.data.actions) == 1 and 'Kinema' in bpy.data.objects", 20)
    said("accepted by its shortcut, undone and redone by Blender's own keys")
    window.run("bpy.ops.kinema.finish_review()")


def cancel(window: Window) -> None:
    window.run("s = bpy.context.scene.kinema; s.samples = 16; s.seconds = 10.0; s.prompt = 'a person jumps'")
    window.press(*GENERATE, f"{JOB}.active")
    window.until(f"{JOB}.stage == 'sample'", 60)
    step = window.run(f"value = {JOB}.step, {JOB}.steps")
    window.press(*CANCEL, f"{JOB}.state.value != 'running'")
    window.until(f"{JOB}.state.value == 'cancelled'", 120)
    stopped = window.run(f"value = {JOB}.step")
    assert stopped < step[1], "it ran to its end"
    assert window.run(f"value = len({TAKES}), len(bpy.data.actions)") == [0, 1]
    said(f"cancelled by the mouse after step {stopped} of {step[1]}; the file is untouched")


def save_and_reopen(window: Window) -> None:
    blend = window.folder / "session.blend"
    window.run("s = bpy.context.scene.kinema; s.samples = 2; s.seconds = 4.0; s.prompt = 'a person squats down'")
    window.run(f"bpy.ops.wm.save_as_mainfile(filepath={str(blend)!r})")
    window.press(*GENERATE, f"{JOB}.active or {TAKES}")
    window.run(f"bpy.ops.wm.open_mainfile(filepath={str(blend)!r})")
    window.until(f"len({TAKES}) == 2")
    assert window.run("value = len(bpy.data.actions)") == 1
    said("saved and reopened in the middle of a job; its takes arrived")
    window.move(*VIEW)
    window.key("ctrl+alt+Return")
    window.until(f"len(bpy.data.actions) == 2 and {WRITTEN}", 30)
    window.run("bpy.ops.wm.save_mainfile()")
    window.run(f"bpy.ops.wm.open_mainfile(filepath={str(blend)!r})")
    assert window.run("value = len(bpy.data.actions)") == 2
    said("the accepted action is in the reopened file")
    window.run("bpy.ops.kinema.finish_review()")


def crash_and_recover(window: Window) -> None:
    window.run("s = bpy.context.scene.kinema; s.samples = 8; s.seconds = 10.0; s.prompt = 'a person kicks'")
    window.press(*GENERATE, f"{JOB}.active")
    window.until(f"{JOB}.stage == 'sample'", 60)
    pid = window.run("value = module('dispatch').worker.pid")
    os.kill(pid, signal.SIGKILL)
    window.until(f"{JOB}.state.value == 'failed'", 30)
    assert "signal 9" in window.run("value = module('dispatch').message")
    redrawn(window)
    window.shot("manual-crash", SIDEBAR)
    window.run("bpy.context.scene.kinema.samples = 1; bpy.ops.kinema.restart()")
    window.until(f"len({TAKES}) == 8", 240)
    said("killed backend told with its reason; one press restarted it with the same request")
    window.run("bpy.ops.kinema.finish_review()")
    began = time.monotonic()
    window.run(
        "s = bpy.context.scene.kinema; s.samples = 3; s.seconds = 4.0\n"
        "s.prompt = 'a person walks forward and waves with the left hand'; s.target = None\n"
        "bpy.context.scene.frame_set(1)"
    )
    window.run("bpy.ops.kinema.generate()")
    window.until(f"len({TAKES}) == 3", 60)
    assert window.run(f"value = {JOB}.result.done.cached") is True
    said(f"the first request again came from the cache, {time.monotonic() - began:.2f} s with the driver's own polling")
    window.run("bpy.ops.kinema.finish_review()")


def figures(window: Window) -> None:
    """Longest call of each kind on the main thread: milliseconds of wall time, of the processor, number of calls."""
    longest = window.run("value = longest")
    print(
        json.dumps({name: [round(1e3 * v[0], 1), round(1e3 * v[1], 1), v[2]] for name, v in longest.items()}, indent=1)
    )


def kill_blender(window: Window) -> None:
    window.run("s = bpy.context.scene.kinema; s.samples = 8; s.seconds = 10.0; s.prompt = 'a person runs'")
    window.run("bpy.ops.kinema.generate()")
    window.until(f"{JOB}.active and {JOB}.stage == 'sample'", 90)
    backend, blender = window.run("import os; value = module('dispatch').worker.pid, os.getpid()")
    os.kill(blender, signal.SIGKILL)
    end = time.monotonic() + 60
    while Path(f"/proc/{backend}").exists():
        assert time.monotonic() < end, "the backend outlived Blender"
        time.sleep(0.1)
    said(f"Blender killed in the middle of a job; the backend was gone {60 - (end - time.monotonic()):.1f} s later")


if __name__ == "__main__":
    main()
