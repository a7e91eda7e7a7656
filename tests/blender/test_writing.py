"""Accept beside a window, in turns: the same keys as at once, one undo step, and a file that is whole at every turn."""

import time

import numpy as np
import pytest

from tests.blender.panel import WAIT, accept, generate, made, run


def begin():
    """Accept pressed in a window, for the selected take."""
    import bpy

    from blender_addon import writing
    from blender_addon.takes import review

    writing.begin(writing.of(review.take, bpy.context.scene))


def turn(count):
    """Some turns, each as short as it can be."""
    from blender_addon import writing

    for _ in range(count):
        if not writing.busy():
            return
        work = writing._waiting[0].work
        if work is None or work._thread is None:
            _short(writing)
        else:
            work._thread.join(60)
            _short(writing)


def _short(writing):
    from blender_addon.steps import Running

    advance = Running.advance
    Running.advance = lambda self, seconds=0.0: advance(self, 0.0)
    try:
        writing.advance()
    finally:
        Running.advance = advance


def to_the_end():
    from blender_addon import writing

    end = time.monotonic() + WAIT
    while writing.advance():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def keys(action):
    from blender_addon import keyframes

    out = {}
    for curve in keyframes.curves_of(action):
        values = np.empty(2 * len(curve.keyframe_points), dtype=np.float32)
        curve.keyframe_points.foreach_get("co", values)
        out[curve.data_path, curve.array_index] = values.tobytes()
    return out


def _numbers(values):
    return np.frombuffer(values, dtype=np.float32)


def contents():
    """Names of all that a motion or a character could leave behind, with what holds it."""
    import bpy

    of = (bpy.data.actions, bpy.data.objects, bpy.data.armatures, bpy.data.meshes)
    return [sorted(thing.name for thing in collection) for collection in of]


def used():
    """What is saved with the file."""
    import bpy

    return sorted(thing.name for kind in (bpy.data.actions, bpy.data.objects) for thing in kind if thing.users)


@pytest.mark.parametrize("target", ["new", "existing", "skin"])
def test_turns_make_what_accept_makes_at_once(addon, target):
    import bpy

    from blender_addon import dispatch, writing

    if target != "new":
        armature = made("first", seconds=1.0)
        armature.kinema_rig.edited = target == "skin"
        bpy.data.actions.remove(armature.animation_data.action)
    generate("a person walks", seconds=2.0)
    run()
    before, character = used(), bpy.context.scene.kinema.target
    begin()
    turns = 0
    while True:
        turn(1)
        turns += 1
        if not writing.busy():
            break
        assert used() == before, "nothing of the file changes before the last turn"
        assert turns < 5000
    assert turns > 30
    assert dispatch.message == 'Made the action "a person walks"'
    slowly = bpy.context.scene.kinema.target
    assert (character is None) == (target == "new")
    assert slowly.name in bpy.context.scene.objects
    assert all(child.name in bpy.context.scene.objects for child in slowly.children)
    first = keys(slowly.animation_data.action)
    if target == "new":
        bpy.context.scene.kinema.target = None
    accept()
    at_once = bpy.context.scene.kinema.target
    again = keys(at_once.animation_data.action)
    assert again.keys() == first.keys()
    assert len(first) > 60
    # The second begins where the first one left the character, up to rounding.
    assert all(np.allclose(_numbers(again[key]), _numbers(first[key]), atol=1e-6) for key in first)


def test_one_undo_step_for_a_new_character(addon):
    import bpy

    generate("a person walks", seconds=1.0)
    run()
    bpy.ops.ed.undo_push(message="before")
    begin()
    to_the_end()
    assert len(bpy.data.actions) == 1
    bpy.ops.ed.undo()
    assert used() == []
    bpy.ops.ed.redo()
    assert len(bpy.data.actions) == 1
    assert bpy.data.objects["Kinema"].animation_data.action is not None


@pytest.mark.parametrize("turns", [1, 5, 12, 40, 70])
def test_stopped_in_the_middle_it_leaves_nothing_behind(addon, turns):
    import bpy

    from blender_addon import dispatch, writing

    generate("a person walks", seconds=1.0)
    run()
    before = contents()
    begin()
    turn(turns)
    assert bpy.ops.kinema.stop_writing() == {"FINISHED"}
    assert contents() == before
    assert not writing.busy()
    assert "as it was" in dispatch.message
    begin()
    to_the_end()
    assert bpy.context.scene.kinema.target.animation_data.action is not None


def test_saving_in_the_middle_saves_the_file_as_it_was_and_the_keys_come_afterwards(addon, tmp_path):
    import bpy

    armature = made("first", seconds=1.0)
    own = armature.animation_data.action.name
    generate("second", seconds=1.0)
    run()
    begin()
    turn(20)
    assert len(bpy.data.actions) == 2, "one of them half written"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"), copy=True)
    to_the_end()
    assert bpy.context.scene.kinema.target.animation_data.action.name == "second"
    with bpy.data.libraries.load(str(tmp_path / "a.blend")) as (saved, _):
        assert saved.actions == [own]
        assert sorted(saved.objects) == ["Kinema", "Kinema Body"]


def test_undo_in_the_middle_ends_it_and_says_so(addon):
    import bpy

    from blender_addon import dispatch, writing

    made("first", seconds=1.0)
    generate("second", seconds=1.0)
    run()
    bpy.ops.ed.undo_push(message="before")
    bpy.context.scene.frame_current = 7
    bpy.ops.ed.undo_push(message="another frame")
    begin()
    turn(20)
    bpy.ops.ed.undo()
    assert not writing.busy()
    assert "press Accept again" in dispatch.message
    assert sorted(bpy.data.actions.keys()) == ["first"]
    begin()
    to_the_end()
    assert bpy.context.scene.kinema.target.animation_data.action.name == "second"


def test_character_deleted_in_the_middle_is_said(addon):
    import bpy

    from blender_addon import dispatch, writing

    armature = made("first", seconds=1.0)
    generate("second", seconds=1.0)
    run()
    begin()
    turn(20)
    bpy.data.objects.remove(armature)
    to_the_end()
    assert not writing.busy()
    assert "was removed while its keys were written" in dispatch.message
    assert "second" not in bpy.data.actions


def test_pressed_twice_it_is_taken_once_and_two_takes_wait_for_each_other(addon):
    import bpy

    from blender_addon.takes import review

    generate("a person walks", seconds=1.0, samples=2)
    run()
    begin()
    begin()
    review.step(1)
    begin()
    to_the_end()
    assert len(bpy.data.actions) == 2
    # The first was pressed while there was no character, and so was the second.
    assert len([thing for thing in bpy.data.objects if thing.type == "ARMATURE"]) == 2


def test_edit_mode_makes_it_wait(addon):
    import bpy

    from blender_addon import writing

    armature = made("first", seconds=1.0)
    generate("second", seconds=1.0)
    run()
    begin()
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    turn(3)
    assert writing.busy()
    assert sorted(bpy.data.actions.keys()) == ["first"]
    bpy.ops.object.mode_set(mode="OBJECT")
    to_the_end()
    assert bpy.context.scene.kinema.target.animation_data.action.name == "second"


def test_change_in_turns_is_the_change_at_once(addon):
    import bpy

    from blender_addon import writing

    armature = made("first", seconds=2.0)
    bpy.context.view_layer.objects.active = armature
    edit = bpy.context.scene.kinema_edit
    edit.source, edit.span, edit.first, edit.last, edit.prompt = "ACTION", "FIELDS", 10, 20, "waves"
    edit.part_left_arm = True
    assert bpy.ops.kinema.change() == {"FINISHED"}
    run()
    from blender_addon.takes import review

    review.select(review.takes[-1].name)
    before, base = used(), keys(bpy.data.actions["first"])
    begin()
    turn(25)
    assert writing.busy()
    assert used() == before
    to_the_end()
    first = keys(armature.animation_data.action)
    assert armature.animation_data.action.name == "waves"
    assert keys(bpy.data.actions["first"]) == base
    armature.animation_data.action = bpy.data.actions["first"]
    accept()
    assert keys(armature.animation_data.action) == first != base


def test_failure_in_a_turn_is_told_and_leaves_nothing(addon):
    import bpy

    from blender_addon import dispatch, writing

    other = bpy.data.objects.new("Other", bpy.data.armatures.new("Other"))
    bpy.context.scene.collection.objects.link(other)
    generate("a person walks", seconds=1.0)
    run()
    before = contents()
    wanted = writing.of(__import__("blender_addon.takes", fromlist=["review"]).review.take, bpy.context.scene)
    from dataclasses import replace

    wanted.placing = replace(wanted.placing, target="Other")
    writing.begin(wanted)
    to_the_end()
    assert contents() == before
    assert "Other" in dispatch.message
