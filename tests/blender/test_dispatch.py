"""The panel's way: operators, a real backend process, undo, and nothing left behind."""

import json
import os
import threading
import time

import pytest


def run(seconds=120.0):
    """What the timer does in a window, until nothing is under way."""
    from blender_addon import dispatch

    end = time.monotonic() + seconds
    while dispatch.drain():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def generate(prompt, **settings):
    import bpy

    kinema = bpy.context.scene.kinema
    kinema.prompt = prompt
    for key, value in settings.items():
        setattr(kinema, key, value)
    assert bpy.ops.kinema.generate() == {"FINISHED"}


def running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_prompt_becomes_a_character_with_an_action_and_its_provenance(addon):
    import bpy

    from blender_addon import dispatch

    scene = bpy.context.scene
    scene.render.fps = 24
    scene.frame_current = 5
    generate("a person walks", seconds=2.0, seed=3)
    assert not bpy.data.actions, "nothing changes before the result is there"
    run()
    armature = scene.kinema.target
    action = armature.animation_data.action
    assert action.name == "a person walks"
    assert dispatch.message == "Made a person walks"
    assert tuple(action.frame_range) == (5, 5 + int(59 * 24 / 30))
    origin = json.loads(action["kinema"])
    assert origin["request"]["prompt"] == "a person walks"
    assert origin["request"]["seed"] == 3
    assert origin["pack"]["licence"] == "CC0-1.0"


def test_second_generation_uses_the_same_character_and_another_action(addon):
    import bpy

    generate("first")
    run()
    armature = bpy.context.scene.kinema.target
    generate("second")
    run()
    assert bpy.context.scene.kinema.target == armature
    assert [o.name for o in bpy.data.objects if o.type == "ARMATURE"] == [armature.name]
    assert {"first", "second"} <= set(bpy.data.actions.keys())
    assert armature.animation_data.action.name == "second"


def test_result_is_one_undo_step(addon):
    import bpy

    bpy.ops.ed.undo_push(message="before")
    generate("a person jumps")
    run()
    assert "a person jumps" in bpy.data.actions
    assert "Kinema" in bpy.data.objects
    bpy.ops.ed.undo()
    assert "a person jumps" not in bpy.data.actions
    assert "Kinema" not in bpy.data.objects
    bpy.ops.ed.redo()
    action = bpy.data.objects["Kinema"].animation_data.action
    assert action.name == "a person jumps"
    generate("after redo")
    run()
    assert "after redo" in bpy.data.actions


def test_cancel_changes_nothing_in_the_file(addon):
    import bpy

    from blender_addon import dispatch

    generate("slow walk")
    assert not bpy.ops.kinema.generate.poll(), "one at a time"
    while not (dispatch.drain() and dispatch.worker.job.step):
        time.sleep(0.005)
    assert bpy.ops.kinema.cancel() == {"FINISHED"}
    run()
    assert dispatch.message == "Cancelled"
    assert not bpy.ops.kinema.cancel.poll()
    assert not bpy.data.actions
    assert not bpy.data.objects


def test_crash_is_shown_with_its_reason_and_generate_works_again(addon):
    import bpy

    from blender_addon import dispatch

    generate("crash")
    run()
    assert "the test wanted a crash" in dispatch.message
    generate("walk")
    run()
    assert "walk" in bpy.data.actions


def test_request_that_cannot_be_made_is_reported(addon):
    import bpy

    bpy.context.scene.kinema.prompt = "   "
    with pytest.raises(RuntimeError, match="prompt is empty"):
        bpy.ops.kinema.generate()


def test_result_waits_for_object_mode_when_it_brings_a_character(addon):
    import bpy

    from blender_addon import dispatch

    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    generate("walk")
    while not dispatch.waiting:
        dispatch.drain()
        time.sleep(0.005)
    assert dispatch.drain()
    assert not bpy.data.actions
    assert "Edit Mode" in dispatch.message
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")
    run()
    assert "walk" in bpy.data.actions
    assert bpy.context.view_layer.objects.active == cube


def test_pose_mode_is_kept(addon):
    import bpy

    generate("first")
    run()
    armature = bpy.context.scene.kinema.target
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="POSE")
    generate("onto it")
    run()
    bpy.context.scene.kinema.target = None
    generate("a new one")
    run()
    assert bpy.context.mode == "POSE"
    assert bpy.context.object == armature
    assert armature.animation_data.action.name == "onto it"
    assert bpy.context.scene.kinema.target != armature


def test_result_survives_loading_another_file_meanwhile(addon, tmp_path):
    import bpy

    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    generate("slow walk", seconds=1.0)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "other.blend"))
    run()
    assert "slow walk" in bpy.data.actions


def test_unregister_in_the_middle_leaves_no_process_thread_or_timer(scene, monkeypatch):
    import sys

    import bpy

    import blender_addon
    from blender_addon import dispatch, preferences

    before = set(threading.enumerate())
    blender_addon.register()
    child = os.path.join(os.path.dirname(__file__), "..", "addon", "child_backend.py")
    monkeypatch.setattr(preferences, "backend", lambda: ([sys.executable, child], {}))
    generate("slow walk")
    while not (dispatch.drain() and dispatch.worker.job.step):
        time.sleep(0.005)
    pid = dispatch.worker.pid
    assert bpy.app.timers.is_registered(dispatch._tick)
    assert running(pid)
    blender_addon.unregister()
    assert not running(pid)
    assert not bpy.app.timers.is_registered(dispatch._tick)
    assert set(threading.enumerate()) <= before
    assert not hasattr(bpy.types.Scene, "kinema")
    assert not hasattr(bpy.types, "KINEMA_PT_generate")


def test_registering_twice_in_a_row_works(scene):
    import blender_addon

    for _ in range(2):
        blender_addon.register()
        blender_addon.unregister()
