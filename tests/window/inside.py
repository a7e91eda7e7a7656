"""Run by the Blender window of a scripted session: does what the driver asks for and measures its own main thread.

The driver writes Python into FOLDER/command.py; a timer runs it and writes FOLDER/answer.json. While it waits, every
call of the add-on on the main thread is timed: panels' draw, operators, timers, what is drawn over the viewport.
"""

import functools
import hashlib
import importlib
import json
import sys
import time
import traceback
from pathlib import Path

import bpy

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
ADDON = "bl_ext.user_default.kinema"
longest: dict[str, list[float]] = {}
"""Name of a call -> longest wall time and longest time on the processor, seconds, and how often it was called."""


def noted(name, call, *arguments):
    wall, processor = time.perf_counter(), time.thread_time()
    try:
        return call(*arguments)
    finally:
        entry = longest.setdefault(name, [0.0, 0.0, 0])
        entry[0] = max(entry[0], time.perf_counter() - wall)
        entry[1] = max(entry[1], time.thread_time() - processor)
        entry[2] += 1


def timed(name, call):
    """A function without arguments."""
    return functools.wraps(call)(lambda: noted(name, call))


def timed_method(name, call):
    """A method that takes a context; Blender counts the arguments."""

    def run(self, context):
        return noted(name, call, self, context)

    return run


def module(name):
    return importlib.import_module(f"{ADDON}.{name}")


def measure():
    """Wrap every call that Blender makes into the add-on."""
    for name in ("dispatch", "writing", "asking", "ghost", "operators_setup", "operators_search"):
        for timer in ("_tick", "_look_idle", "_show", "_draw_bodies", "_draw_labels", "_step"):
            if hasattr(module(name), timer):
                setattr(module(name), timer, timed(f"{name}.{timer}", getattr(module(name), timer)))
    for name in ("panels", "panels_style", "panels_takes", "panels_setup", "panels_edit", "panels_strips"):
        for cls in module(name).CLASSES:
            if hasattr(cls, "draw"):
                cls.draw = timed_method(f"{cls.__name__}.draw", cls.draw)
    edits = ("operators_edit", "operators_strips", "operators_search")
    for name in ("operators", "operators_style", "operators_takes", "operators_prompts", "operators_setup", *edits):
        for cls in module(name).CLASSES:
            if hasattr(cls, "execute"):
                cls.execute = timed_method(f"{cls.__name__}.execute", cls.execute)
    module("ghost").unregister()  # Blender holds what it draws by the function itself.
    module("ghost").register()


def attend():
    asked = FOLDER / "command.py"
    if not asked.exists():
        return 0.05
    code = asked.read_text(encoding="utf-8")
    asked.unlink()
    answer = {"value": None, "error": ""}
    names = {"bpy": bpy, "module": module, "longest": longest, "area": viewport, "digest": digest, "over": over_field}
    try:
        exec(code, names)
        answer["value"] = names.get("value")
    except Exception:
        answer["error"] = traceback.format_exc()
    partial = FOLDER / "answer.partial"
    partial.write_text(json.dumps(answer, default=str), encoding="utf-8")
    partial.rename(FOLDER / "answer.json")
    return 0.05


def digest(target):
    """Curve's path and index -> hash of its keys, bit for bit."""
    curves = module("keyframes").curves_for(target, target.animation_data.action)
    read = module("splicing").read
    return {
        f"{path}[{index}]": hashlib.sha256(read(curve).points["co"].tobytes()).hexdigest()
        for (path, index), curve in curves.items()
    }


def viewport():
    """The 3D viewport's area."""
    return next(area for area in bpy.context.window_manager.windows[0].screen.areas if area.type == "VIEW_3D")


def over_field():
    """Whether a field of the sidebar knows that the mouse is over it; before that, what is typed goes elsewhere."""
    window = bpy.context.window_manager.windows[0]
    sidebar = next(region for region in viewport().regions if region.type == "UI")
    with bpy.context.temp_override(window=window, area=viewport(), region=sidebar):
        return bpy.context.property is not None


bpy.context.preferences.view.show_splash = False
bpy.context.preferences.view.ui_scale = 1.0
measure()
bpy.app.timers.register(attend, first_interval=0.5, persistent=True)
