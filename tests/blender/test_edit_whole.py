"""Edits of a whole action: filled in, mirrored, looped, varied, mixed, found by words, and made again."""

import numpy as np
import pytest

from tests.blender.editing import FIRST, FRAMES, again, curves, edit, split
from tests.blender.panel import accept


def test_fill_keeps_the_selected_poses_and_makes_all_between(acting):
    import bpy

    from blender_addon import keyframes
    from blender_addon.takes import review

    armature = acting()
    base = armature.animation_data.action
    before = curves(armature, base)
    for curve in keyframes.curves_for(armature, base).values():
        for point in curve.keyframe_points:
            point.select_control_point = round(point.co[0]) in (15, 25, 40)
    edit(bpy.ops.kinema.fill)
    request = review.take.result.request
    assert (request.span, request.keys) == ((16 - FIRST, 39 - FIRST), (25 - FIRST,))
    accept()
    after = curves(armature, armature.animation_data.action)
    split(before, after, 16, 39)
    for key, keys in before.items():
        assert after[key][25 - FIRST].tobytes() == keys[25 - FIRST].tobytes()
    path = ('pose.bones["Spine1"].rotation_quaternion', 1)
    assert not np.allclose(after[path][16 - FIRST : 25 - FIRST], before[path][16 - FIRST : 25 - FIRST])
    bpy.context.scene.timeline_markers.new("a", frame=12)
    bpy.context.scene.timeline_markers.new("b", frame=20)
    edit(bpy.ops.kinema.fill, keys_from="MARKERS")
    assert review.takes[-1].result.request.span == (13 - FIRST, 19 - FIRST)


def test_one_button_changes_a_whole_motion(acting):
    import bpy

    from blender_addon import keyframes
    from blender_addon.takes import review

    armature = acting()
    scene = bpy.context.scene
    begin = armature.animation_data.action
    for kind, name in (("MIRROR", "sway mirrored"), ("IN_PLACE", "sway in place"), ("RETIME", "sway retimed")):
        keyframes.assign(armature, begin)
        edit(lambda kind=kind: bpy.ops.kinema.transform(kind=kind), retime=2.0)
        take = review.takes[-1]
        assert take.title == name
        accept(take.name)
        assert armature.animation_data.action.name == name
        assert armature.animation_data.action.frame_range[0] == FIRST
    assert len(review.takes[-1].motion) == FRAMES // 2
    keyframes.assign(armature, begin)
    edit(lambda: bpy.ops.kinema.transform(kind="LOOP"))
    accept(review.takes[-1].name)
    assert keyframes.repeats(armature.animation_data.action)
    assert "licence" not in review.takes[-1].result.done.pack, "no network made it"
    assert armature.animation_data.action["kinema_licence"] == "unknown", "nor what it was made from"
    keyframes.assign(armature, begin)
    scene.kinema.samples = 2
    edit(bpy.ops.kinema.vary, strength=0.7)
    assert [take.title for take in review.takes[-2:]] == ["sway varied"] * 2
    edit(bpy.ops.kinema.mix, mix_with="TAKE", mix_take=1, share=0.25)
    assert review.takes[-1].title == "sway with sway mirrored"
    edit(bpy.ops.kinema.mix, mix_with="ACTION", mix_action=bpy.data.actions["sway in place"])
    assert review.takes[-1].result.request.other == "sway in place"
    accept(review.takes[-1].name)
    edit(lambda: bpy.ops.kinema.transform(kind="MIRROR"))
    accept(review.takes[-1].name)
    licence = armature.animation_data.action["kinema_licence"]
    assert licence == "CC0-1.0", "that of the weights which made what was mirrored"
    review.select(review.takes[0].name)
    edit(lambda: bpy.ops.kinema.transform(kind="IN_PLACE"), source="TAKE")
    assert review.takes[-1].title == "sway mirrored in place"
    assert review.takes[-1].start == FIRST


def test_a_changed_action_is_regenerated_into_a_copy_of_the_one_that_was_changed(acting):
    import bpy

    from blender_addon.takes import review

    armature = acting()
    edit(bpy.ops.kinema.change, span="FIELDS", first=20, last=30, part_left_arm=True, prompt="waves")
    accept(review.takes[-1].name)
    changed = curves(armature, armature.animation_data.action)
    take = again()
    assert take.edit["action"] == "sway"
    assert take.edit["pack"] == {}, "the action that was changed is of no known origin"
    accept(take.name)
    assert armature.animation_data.action.name == "waves.001"
    assert {key: keys.tobytes() for key, keys in curves(armature, armature.animation_data.action).items()} == {
        key: keys.tobytes() for key, keys in changed.items()
    }
    other = again(vary=True)
    assert other.result.request.seed != take.result.request.seed
    assert other.result.request.samples == 1
    bpy.data.actions.remove(bpy.data.actions["sway"])
    whole = again()
    assert whole.edit["action"] == "", "the original is gone: the whole motion becomes an action"
    accept(whole.name)
    assert tuple(armature.animation_data.action.frame_range) == (FIRST, FIRST + FRAMES - 1)


def test_filled_varied_mixed_and_transformed_takes_are_regenerated(acting):
    import bpy

    from blender_addon import keyframes, placement
    from blender_addon.takes import review

    armature = acting()
    begin, scene = armature.animation_data.action, bpy.context.scene
    for frame in (15, 25, 40):
        scene.timeline_markers.new(str(frame), frame=frame)
    ways = {
        "fill": lambda: edit(bpy.ops.kinema.fill, keys_from="MARKERS", prompt=""),
        "vary": lambda: edit(bpy.ops.kinema.vary, strength=0.7),
        "mix": lambda: edit(bpy.ops.kinema.mix, mix_with="TAKE", mix_take=1, share=0.25),
        "mirror": lambda: edit(lambda: bpy.ops.kinema.transform(kind="MIRROR")),
        "loop": lambda: edit(lambda: bpy.ops.kinema.transform(kind="LOOP")),
    }
    for name, way in ways.items():
        keyframes.assign(armature, begin)
        way()
        first = review.takes[-1]
        accept(first.name)
        take = again()
        assert take.motion.rotations.tobytes() == first.motion.rotations.tobytes(), name
        assert take.motion.root_translation.tobytes() == first.motion.root_translation.tobytes(), name
        before = curves(armature, armature.animation_data.action)
        accept(take.name)
        after = curves(armature, armature.animation_data.action)
        assert all(np.array_equal(after[key], before[key]) for key in before), name
        assert keyframes.repeats(armature.animation_data.action) == (name == "loop")
    with pytest.raises(RuntimeError, match="chance has no part"):
        bpy.ops.kinema.again(vary=True)
    del armature.animation_data.action["kinema_brought"]
    with pytest.raises(RuntimeError, match="is not in it"):
        bpy.ops.kinema.again()
    assert placement.existing("Kinema") is not None


def test_search_ranks_the_files_actions_and_a_press_gives_one_to_the_character(acting, swaying):
    import bpy

    from blender_addon import found, placement
    from blender_addon.rig_choice import settings_of
    from blender_addon.rigs import rig_of

    armature = acting()
    scene, rig = bpy.context.scene, rig_of(armature)
    for frames in (60, 90, 120):
        placing = placement.Placing(scene.name, armature.name, 1, destination="KEEP")
        made = placement.write_motion(
            swaying(frames, 1, 30.0), rig, armature, f"of {frames}", placing, settings_of(armature)
        )
        if frames == 90:
            del made["kinema_motion"]  # as an action that somebody else made
    camera = bpy.data.actions.new("camera moves")
    camera.use_fake_user = True
    edit(bpy.ops.kinema.search, search="2.9 seconds")
    assert [name for name, _ in found.last.rows] == ["of 90", "of 60", "of 120", "sway"]
    assert len(found.last.skipped) == 1
    assert "camera moves" in found.last.skipped[0]
    assert bpy.ops.kinema.use_found(action="of 90") == {"FINISHED"}
    assert armature.animation_data.action.name == "of 90"
