"""What Change reads in turns is what the character did at the press, whatever is edited meanwhile; nothing stays."""

import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest

from tests.blender.editing import curves_of
from tests.blender.panel import run

_spec = importlib.util.spec_from_file_location("writing_steps", Path(__file__).with_name("test_writing.py"))
_writing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_writing)
contents = _writing.contents

ALL = ("smpl", "constrained", "rigify")
"""Read by their curves, and played."""


def character(acting, kind):
    armature = acting("smpl" if kind == "constrained" else kind)
    if kind == "constrained":
        held = armature.pose.bones["Head"].constraints.new("LIMIT_ROTATION")
        held.owner_space, held.use_limit_x, held.max_x = "LOCAL", True, 0.05
    return armature


def press(kind="change"):
    """The button in a window."""
    import bpy

    from blender_addon import asking, edit_requests, preferences

    settings = bpy.context.scene.kinema_edit
    settings.span, settings.first, settings.last, settings.part_left_arm = "FIELDS", 20, 30, True
    asking.begin(asking.Reading(getattr(edit_requests, kind)(bpy.context), *preferences.backend()))


def turn(count):
    from blender_addon import asking
    from blender_addon.steps import Running

    advance = Running.advance
    Running.advance = lambda self, seconds=0.0: advance(self, 0.0)
    try:
        for _ in range(count):
            asking.advance()
    finally:
        Running.advance = advance


def until_played():
    from blender_addon import asking

    while len(scenes()) < 2:
        assert asking.busy()
        turn(1)
    turn(5)
    assert len(scenes()) == 2


def to_the_end():
    from blender_addon import asking

    end = time.monotonic() + 120
    while asking.advance():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def asked():
    """The arrays that travel beside the request that was queued last."""
    from blender_addon import dispatch

    jobs = [job for job in (dispatch.worker.job, *dispatch.worker.waiting) if job is not None]
    return jobs[-1].arrays


def scenes():
    import bpy

    return sorted(scene.name for scene in bpy.data.scenes)


@pytest.mark.parametrize("kind", ALL)
def test_what_is_edited_after_the_press_is_not_read(acting, kind):
    import bpy

    from blender_addon import asking, sampling
    from blender_addon.rigs import rig_of
    from kinema.protocol import clips

    armature = character(acting, kind)
    scene, action = bpy.context.scene, armature.animation_data.action
    scene.frame_set(17)
    expected = sampling.read_motion(scene, armature, rig_of(armature))
    before, bone = contents(), armature.pose.bones["Head" if kind != "rigify" else "head"]
    press()
    turn(7)
    assert asking.busy()
    for curve in curves_of(armature, action):
        curve.keyframe_points[len(curve.keyframe_points) // 2].co[1] += 1.0
        curve.update()
    for held in list(bone.constraints):
        bone.constraints.remove(held)
    armature.animation_data.action = None
    bpy.data.actions.remove(action)
    to_the_end()
    got = clips.read_clip(clips.CLIP, asked())
    assert np.abs(got.root_translation - expected.root_translation).max() < 1e-5
    assert np.minimum(*(np.abs(got.rotations - sign * expected.rotations).max(-1) for sign in (1, -1))).max() < 1e-4
    assert scene.frame_current == 17
    assert contents()[1:] == before[1:]
    assert not bpy.data.actions
    assert scenes() == ["Scene"]
    run()


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("turns", [1, 40, 80])
def test_stopped_in_the_middle_nothing_is_left_and_nothing_is_asked(acting, kind, turns):
    import bpy

    from blender_addon import asking, dispatch

    character(acting, kind)
    before, job = contents(), dispatch.worker.job
    press()
    turn(turns)
    if asking.busy():
        assert bpy.ops.kinema.stop_reading() == {"FINISHED"}
        assert "was stopped" in dispatch.message
        assert dispatch.worker.job is job
        assert not dispatch.worker.waiting
    assert contents() == before
    assert scenes() == ["Scene"]
    run()


def test_undo_in_the_middle_ends_it_and_what_a_step_held_of_it_goes(acting):
    import bpy

    from blender_addon import asking, dispatch

    character(acting, "constrained")
    bpy.ops.ed.undo_push(message="before")
    press()
    until_played()
    bpy.context.scene.frame_start = 3
    bpy.ops.ed.undo_push(message="with the hidden scene")
    to_the_end()
    bpy.context.scene.frame_start = 4
    bpy.ops.ed.undo_push(message="after")
    run()
    bpy.ops.ed.undo()
    assert bpy.context.scene.frame_start == 3
    assert scenes() == ["Scene"]
    assert sorted(thing.name for thing in bpy.data.objects) == ["Kinema", "Kinema Body"]
    press()
    turn(20)
    bpy.ops.ed.undo()
    assert not asking.busy()
    assert "press the button again" in dispatch.message
    assert scenes() == ["Scene"]


def test_saving_in_the_middle_saves_no_scratch(acting, tmp_path):
    import bpy

    from blender_addon import asking

    character(acting, "constrained")
    press()
    until_played()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"), copy=True)
    assert not asking.busy()
    with bpy.data.libraries.load(str(tmp_path / "a.blend")) as (saved, _):
        assert saved.scenes == ["Scene"]
        assert sorted(saved.objects) == ["Kinema", "Kinema Body"]
        assert saved.actions == ["sway"]
    assert len(asked()) > 0
    run()


def test_mix_reads_an_action_that_the_character_does_not_have_without_giving_it(acting):
    import bpy

    from kinema.protocol import clips

    armature = character(acting, "constrained")
    own = armature.animation_data.action
    other = own.copy()
    other.name = "other"
    del other["kinema_motion"]
    settings = bpy.context.scene.kinema_edit
    settings.mix_with, settings.mix_action = "ACTION", other
    press("mix")
    until_played()
    assert armature.animation_data.action == own
    to_the_end()
    arrays = asked()
    one, two = clips.read_clip(clips.CLIP, arrays), clips.read_clip(clips.OTHER, arrays)
    assert np.abs(one.rotations - two.rotations).max() < 1e-6
    assert armature.animation_data.action == own
    run()


def test_fewer_keys_on_a_control_rig_come_in_turns_and_leave_the_character_alone(acting, swaying):
    import bpy

    from blender_addon import placement
    from blender_addon.rig_choice import settings_of
    from blender_addon.rigs import rig_of
    from blender_addon.steps import Running

    armature = acting("rigify")
    scene, own = bpy.context.scene, armature.animation_data.action
    scene.frame_set(15)
    pose = np.array([bone.matrix for bone in armature.pose.bones])
    armature.kinema_rig.reduce = True
    placing = placement.Placing(scene.name, armature.name, 11)
    before = contents()

    def work():
        return Running(
            placement.write_steps(
                swaying(30, 3, 30.0), rig_of(armature), armature, "few", placing, settings_of(armature)
            )
        )

    def untouched():
        assert armature.animation_data.action == own
        assert scene.frame_current == 15
        assert np.abs(np.array([bone.matrix for bone in armature.pose.bones]) - pose).max() == 0.0

    running = work()
    while running.advance(0.0) and len(scenes()) < 2:
        pass
    for _ in range(10):
        running.advance(0.0)
    untouched()
    running.close()
    assert contents() == before
    assert scenes() == ["Scene"]
    running, turns = work(), 0
    while armature.animation_data.action == own:
        untouched()
        running.advance(0.0)
        turns += 1
    assert turns > 100
    assert running.done
    assert scenes() == ["Scene"]
    assert contents()[1:] == before[1:]
    assert armature.animation_data.action.name == "few"
