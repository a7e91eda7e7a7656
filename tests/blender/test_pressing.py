"""Buttons that read a character in turns: nothing of the user's is touched meanwhile, and Stop leaves nothing."""

import importlib.util
import json
import time
from pathlib import Path

import numpy as np
import pytest

from tests.blender.panel import run

_spec = importlib.util.spec_from_file_location("reading_steps", Path(__file__).with_name("test_reading.py"))
_reading = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_reading)
character, contents, scenes, turn, to_the_end = (
    getattr(_reading, name) for name in ("character", "contents", "scenes", "turn", "to_the_end")
)
asked = _reading.asked


def begin(what):
    """A button in a window."""
    import bpy

    from blender_addon import asking, checking, operators, operators_style, preferences, style_requests

    scene, armature = bpy.context.scene, bpy.context.scene.kinema.target
    if what == "check reference":
        errand = operators_style.examining(scene)
    elif what == "check take":
        errand = asking.Errand((checking.check_steps(scene, armature),), lambda found: checking.store_as_step(found[0]))
    elif what == "stylize":
        wanted = style_requests.stylize(scene, armature)
        errand = asking.Reading(operators.asked_with(scene, *wanted), *preferences.backend())
    else:
        wanted = operators.asked_now(scene)
        errand = asking.Reading(operators.asked_with(scene, *wanted), *preferences.backend())
    asking.begin(errand)


def prepared(acting, kind, what):
    """A character with an action of its own and, for what needs one, another action as the style reference."""
    import bpy

    armature = character(acting, kind)
    style = bpy.context.scene.kinema_style
    if what == "stylize":
        style.source, style.style_name = "LIST", "old"
    elif what in ("check reference", "generate in a style"):
        other = armature.animation_data.action.copy()
        other.name = "other"
        style.source, style.reference_action = "REFERENCE", other
    bpy.context.scene.frame_set(17)
    return armature


ALL = ("check take", "stylize", "check reference", "generate in a style", "generate")


@pytest.mark.parametrize("what", ALL)
@pytest.mark.parametrize("kind", ["smpl", "constrained"])
def test_action_and_frame_are_untouched_in_each_turn(acting, kind, what):
    import bpy

    from blender_addon import asking

    armature = prepared(acting, kind, what)
    own, pose = armature.animation_data.action, np.array([bone.matrix for bone in armature.pose.bones])
    before = contents()
    begin(what)
    turns, end = 0, time.monotonic() + 120
    while asking.busy():
        assert armature.animation_data.action == own
        assert bpy.context.scene.frame_current == 17
        assert bpy.context.scene.name == "Scene"
        assert np.abs(np.array([bone.matrix for bone in armature.pose.bones]) - pose).max() == 0.0
        turn(1)
        turns += 1
        assert time.monotonic() < end, "waited in vain"
    assert turns > (2 if what == "generate" else 20)
    assert contents() == before
    assert scenes() == ["Scene"]
    run()


@pytest.mark.parametrize("what", ALL)
@pytest.mark.parametrize("turns", [1, 40])
def test_stop_leaves_nothing(acting, what, turns):
    import bpy

    from blender_addon import asking, dispatch
    from blender_addon.checking import CARD_KEY

    armature = prepared(acting, "constrained", what)
    before, job = contents(), dispatch.worker.job
    begin(what)
    turn(turns)
    if asking.busy():
        assert bpy.ops.kinema.stop_reading() == {"FINISHED"}
        assert "was stopped" in dispatch.message
        assert dispatch.worker.job is job
        assert not dispatch.worker.waiting
    else:
        assert what == "generate"
    assert contents() == before
    assert scenes() == ["Scene"]
    assert CARD_KEY not in armature.animation_data.action
    run()


def test_generate_notes_where_the_character_stood_when_it_was_pressed(acting):
    import bpy

    from blender_addon import dispatch, standing
    from blender_addon.rigs import _recognised

    armature = character(acting, "smpl")
    bpy.context.scene.frame_set(30)
    there = standing.place_now(armature)
    _recognised.clear()
    begin("generate")
    bpy.context.scene.frame_set(11)
    to_the_end()
    assert dispatch.worker.job.notes["place"] == [there.x, there.z, there.heading]
    assert standing.place_now(armature) != there
    run()


def test_reference_is_what_it_was_at_the_press_and_its_sha256_is_noted(acting):
    import bpy

    from blender_addon import dispatch, references
    from kinema.protocol import clips

    armature = prepared(acting, "constrained", "generate in a style")
    other = bpy.context.scene.kinema_style.reference_action
    expected = references.of_slot(bpy.context.scene)
    begin("generate in a style")
    turn(5)
    bpy.context.scene.kinema_style.reference_action = None
    bpy.data.actions.remove(other)
    for held in list(armature.pose.bones["Head"].constraints):
        armature.pose.bones["Head"].constraints.remove(held)
    to_the_end()
    got, wanted = clips.read_clip(clips.STYLE, asked()), clips.read_clip(clips.STYLE, expected.arrays)
    assert np.abs(got.rotations - wanted.rotations).max() < 1e-6
    style = dispatch.worker.job.notes["style"]
    assert (style["sha256"], style["source"]) == (expected.sha256, expected.source)
    json.dumps(dict(dispatch.worker.job.notes))
    run()


def test_check_take_is_one_undo_step_and_says_the_same_in_turns(acting):
    import bpy

    from blender_addon.checking import CARD_KEY

    armature = character(acting, "constrained")
    assert bpy.ops.kinema.quality() == {"FINISHED"}
    at_once = armature.animation_data.action[CARD_KEY].to_dict()
    del armature.animation_data.action[CARD_KEY]
    bpy.ops.ed.undo_push(message="before")
    begin("check take")
    to_the_end()
    assert armature.animation_data.action[CARD_KEY].to_dict() == at_once
    bpy.ops.ed.undo()
    assert CARD_KEY not in bpy.data.actions["sway"]
    bpy.ops.ed.redo()
    assert bpy.data.actions["sway"][CARD_KEY].to_dict() == at_once


def test_check_take_and_saving_undo_and_a_deleted_character(acting, tmp_path):
    import bpy

    from blender_addon import asking, dispatch
    from blender_addon.checking import CARD_KEY

    armature = character(acting, "constrained")
    bpy.ops.ed.undo_push(message="before")
    begin("check take")
    _reading.until_played()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"), copy=True)
    assert scenes() == ["Scene"]
    with bpy.data.libraries.load(str(tmp_path / "a.blend")) as (saved, _):
        assert saved.scenes == ["Scene"]
        assert saved.actions == ["sway"]
    assert asking.busy(), "what changes the file comes after it is saved"
    to_the_end()
    assert CARD_KEY in armature.animation_data.action
    begin("check take")
    turn(20)
    bpy.ops.ed.undo()
    assert not asking.busy()
    assert "press the button again" in dispatch.message
    assert scenes() == ["Scene"]
    begin("check take")
    turn(20)
    bpy.data.objects.remove(bpy.context.scene.kinema.target)
    bpy.data.actions.remove(bpy.data.actions["sway"])
    to_the_end()
    assert "was removed" in dispatch.message
    assert scenes() == ["Scene"]
    assert not bpy.data.actions


def test_a_character_that_edits_a_strip_is_refused_with_one_sentence(acting):
    import bpy

    armature = character(acting, "smpl")
    data = armature.animation_data
    data.nla_tracks.new().strips.new("sway", 11, data.action)
    data.action = None
    data.use_tweak_mode = True
    for button in (bpy.ops.kinema.change, bpy.ops.kinema.quality):
        with pytest.raises(RuntimeError, match="edits an NLA strip; leave it with Tab"):
            button()


def test_an_armature_that_nobody_knows_is_refused_by_its_own_name(acting):
    import bpy

    from blender_addon import dispatch

    armature = character(acting, "smpl")
    armature.data.bones["L_Hip"].name = "nothing"
    _reading.press("vary")
    to_the_end()
    assert dispatch.message.startswith(f"{armature.name} ")
    assert "lacks the bones L_Hip" in dispatch.message
    assert f"{armature.name}." not in dispatch.message
    assert scenes() == ["Scene"]
    assert sorted(thing.name for thing in bpy.data.objects) == ["Kinema", "Kinema Body"]


def test_rigs_are_taken_for_the_same_as_when_each_kind_is_asked(scene):
    from blender_addon.rigs import confidences, likeliest_steps
    from blender_addon.steps import finish
    from tests.blender import characters

    for kind in ("smpl", "smplx", "mixamo", "rokoko", "cmu", "makehuman", "rigify"):
        armature = characters.build(scene, kind)
        rig, sure = finish(likeliest_steps(armature))
        assert (rig.name, sure) == next(iter(confidences(armature).items()))
