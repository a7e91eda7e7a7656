"""The panel's way to a job and its result: operators, a real backend process, and nothing left behind."""

import json
import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from tests.blender.panel import accept, generate, made, run


def running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_prompt_becomes_a_take_and_accepted_a_character_with_its_provenance(addon):
    import bpy

    from blender_addon import dispatch
    from blender_addon.takes import review

    scene = bpy.context.scene
    scene.render.fps = 24
    scene.frame_current = 5
    generate("a person walks", seconds=2.0, seed=3)
    run()
    assert not bpy.data.actions, "nothing changes before Accept"
    assert not bpy.data.objects
    assert len(review.takes) == 1
    scene.frame_current = 90  # scrubbing meanwhile does not move the start
    accept()
    armature = scene.kinema.target
    action = armature.animation_data.action
    assert action.name == "a person walks"
    assert dispatch.message == 'Made the action "a person walks"'
    assert tuple(action.frame_range) == (5, 5 + int(59 * 24 / 30))
    assert scene.render.fps == 24
    origin = json.loads(action["kinema"])
    assert origin["request"]["prompt"] == "a person walks"
    assert origin["request"]["seed"] == 3
    assert origin["pack"]["licence"] == "CC0-1.0"
    assert origin["parts"]["left_arm"] == "the left arm swings"
    assert origin["versions"]["blender"] == bpy.app.version_string
    assert action["kinema_prompt"] == "a person walks"
    assert action["kinema_use"] == "Commercial use is allowed"


def test_second_generation_uses_the_same_character_and_another_action(addon):
    import bpy

    armature = made("first")
    made("second")
    assert bpy.context.scene.kinema.target == armature
    assert [o.name for o in bpy.data.objects if o.type == "ARMATURE"] == [armature.name]
    assert {"first", "second"} <= set(bpy.data.actions.keys())
    assert armature.animation_data.action.name == "second"


def test_cancel_changes_nothing_in_the_file(addon):
    import bpy

    from blender_addon import dispatch
    from blender_addon.takes import review

    generate("slow walk")
    while not (dispatch.drain() and dispatch.worker.job.step):
        time.sleep(0.005)
    assert bpy.ops.kinema.cancel() == {"FINISHED"}
    run()
    assert dispatch.message == "Cancelled"
    assert not bpy.ops.kinema.cancel.poll()
    assert not review.takes
    assert not bpy.data.actions
    assert not bpy.data.objects


def test_jobs_queue_up_and_one_can_be_taken_out(addon):
    import bpy

    from blender_addon import dispatch
    from blender_addon.takes import review

    generate("slow walk", seconds=1.0)
    generate("unwanted")
    generate("jump")
    unwanted = dispatch.worker.waiting[0]
    assert bpy.ops.kinema.cancel(request=unwanted.request.id) == {"FINISHED"}
    run()
    assert [take.result.request.prompt for take in review.takes] == ["slow walk", "jump"]


def test_crash_is_shown_with_its_reason_and_one_press_restarts(addon):
    import bpy

    from blender_addon import dispatch
    from blender_addon.takes import review

    assert not bpy.ops.kinema.restart.poll()
    generate("crash")
    generate("walk")
    run()
    assert "the test wanted a crash" in dispatch.message
    assert [job.request.prompt for job in dispatch.worker.waiting] == ["walk"]
    bpy.ops.kinema.copy_log(log="BACKEND")
    job = dispatch.worker.job
    dispatch.worker.job = replace(job, request=replace(job.request, prompt="jump"))  # it would crash again
    assert bpy.ops.kinema.restart() == {"FINISHED"}
    run()
    assert [take.result.request.prompt for take in review.takes] == ["jump", "walk"]
    assert dispatch.message == ""


def test_request_that_cannot_be_made_is_reported(addon):
    import bpy

    bpy.context.scene.kinema.prompt = "   "
    with pytest.raises(RuntimeError, match="prompt is empty"):
        bpy.ops.kinema.generate()


def test_take_accepted_at_once_waits_for_object_mode(addon):
    import bpy

    from blender_addon import dispatch

    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    generate("walk", at_once=True)
    while "Edit Mode" not in dispatch.message:
        assert dispatch.drain()
        time.sleep(0.005)
    assert not bpy.data.actions
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")
    run()
    assert "walk" in bpy.data.actions
    assert bpy.context.view_layer.objects.active == cube


def test_pose_mode_is_kept(addon):
    import bpy

    armature = made("first")
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="POSE")
    made("onto it")
    bpy.context.scene.kinema.target = None
    made("a new one")
    assert bpy.context.mode == "POSE"
    assert bpy.context.object == armature
    assert armature.animation_data.action.name == "onto it"
    assert bpy.context.scene.kinema.target != armature


def test_result_survives_loading_another_file_meanwhile_and_a_new_session(addon, tmp_path):
    import bpy

    from blender_addon import dispatch
    from blender_addon.takes import review

    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    generate("slow walk", seconds=1.0)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "other.blend"))
    run()
    assert [take.result.request.prompt for take in review.takes] == ["slow walk"]
    name = review.takes[0].name
    review.leave()  # Blender was closed, or crashed
    assert bpy.ops.kinema.restore() == {"FINISHED"}
    assert review.selected == name
    accept()
    assert "slow walk" in bpy.data.actions
    assert bpy.ops.kinema.finish_review() == {"FINISHED"}
    assert dispatch.restore() == 0


def test_idle_backend_ends_and_the_next_request_starts_it(addon, monkeypatch):
    from blender_addon import dispatch, preferences

    generate("walk")
    run()
    pid = dispatch.worker.pid
    assert dispatch._look_idle() == dispatch.IDLE_PERIOD, "it has not been idle for long"
    monkeypatch.setattr(preferences, "idle_seconds", lambda: 0.001)
    time.sleep(0.01)
    assert dispatch._look_idle() is None
    assert dispatch.worker.pid is None
    end = time.monotonic() + 60
    while running(pid):
        assert time.monotonic() < end, "the backend stayed"
        time.sleep(0.01)
    generate("jump")
    run()
    assert dispatch.worker.pid not in (None, pid)


def test_another_model_pack_answers_and_the_panel_knows_it_and_its_styles(addon, monkeypatch):
    import bpy

    from blender_addon import dispatch, preferences, style_list, style_requests
    from kinema.errors import RequestError

    generate("walk")
    run()
    assert dispatch.description.pack["name"] == "test-pack"
    assert preferences.packs == ("plain-pack", "test-pack")
    assert preferences._known_packs(None, bpy.context, "PLAIN") == ["plain-pack"]
    assert [style.name for style in style_list.known()] == ["old"]
    command, environment = preferences.backend()
    monkeypatch.setattr(preferences, "backend", lambda: ([*command, "--plain"], environment))
    generate("jump")
    run()
    assert dispatch.description.pack["name"] == "plain-pack"
    assert style_list.known() == (), "the pictures that ship are of styles that this pack has not"
    settings = bpy.context.scene.kinema_style
    settings.source = "LIST"
    with pytest.raises(RequestError, match="no styles; choose another one"):
        style_requests.asked(bpy.context.scene)


def test_hung_backend_is_stopped_without_blocking(addon):
    import bpy

    from blender_addon import dispatch

    generate("hang")
    while not (dispatch.drain() and dispatch.worker.job.step):
        time.sleep(0.005)
    pid = dispatch.worker.pid
    assert bpy.ops.kinema.stop_backend() == {"FINISHED"}
    assert running(pid), "the button did not wait for the end of what cannot end"
    assert dispatch.worker.pid is None
    # The tests' process ends without atexit, where the add-on would kill what still hangs.
    os.kill(pid, signal.SIGKILL)


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
