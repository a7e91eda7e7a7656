"""The review: what Accept writes, where, and that undo and saving are safe around it."""

import json

import numpy as np
import pytest

from tests.blender.panel import accept, generate, made, run


def pelvis(armature, frame):
    """Place of the pelvis in the world and the direction that it faces, seen from above."""
    import bpy
    from mathutils import Vector

    bpy.context.scene.frame_set(frame)
    bone = armature.pose.bones["Pelvis"]
    matrix = armature.matrix_world @ bone.matrix
    turn = bone.matrix.to_quaternion() @ bone.bone.matrix_local.to_quaternion().inverted()
    forward = turn @ Vector((0.0, -1.0, 0.0))
    return np.array(matrix.translation), np.arctan2(forward.x, -forward.y)


def keys(action, path_end):
    from blender_addon import nla  # noqa: F401

    curves = action.fcurves if hasattr(action, "fcurves") else action.layers[0].strips[0].channelbags[0].fcurves
    return [curve for curve in curves if curve.data_path.endswith(path_end)]


def test_takes_are_variants_by_seed_and_each_can_be_accepted(addon):
    import bpy

    from blender_addon.takes import review

    generate("walk", samples=3, seed=10, seconds=1.0)
    run()
    assert [take.seed for take in review.takes] == [10, 11, 12]
    assert bpy.ops.kinema.select_take(step=1) == {"FINISHED"}
    assert review.take.seed == 11
    accept()
    accept(review.takes[2].name)
    seeds = sorted(json.loads(action["kinema"])["seed"] for action in bpy.data.actions)
    assert seeds == [11, 12]


def test_undo_of_accept_brings_the_take_back_and_redo_accepts_it_again(addon):
    import bpy

    from blender_addon import provenance
    from blender_addon.takes import review

    bpy.ops.ed.undo_push(message="before")
    generate("a person jumps")
    run()
    accept()
    name = review.takes[0].name
    assert provenance.accepted() == {name}
    bpy.ops.ed.undo()
    assert not bpy.data.actions
    assert "Kinema" not in bpy.data.objects
    assert provenance.accepted() == set()
    assert review.take.name == name
    bpy.ops.ed.redo()
    assert bpy.data.objects["Kinema"].animation_data.action.name == "a person jumps"
    assert provenance.accepted() == {name}
    bpy.ops.ed.undo()
    accept()
    assert "a person jumps" in bpy.data.actions


def test_saving_and_reopening_in_the_middle_of_a_review_keeps_file_and_takes(addon, tmp_path):
    import bpy

    from blender_addon.takes import review

    generate("walk", samples=2)
    run()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "middle.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "middle.blend"))
    assert not bpy.data.actions
    assert len(review.takes) == 2
    accept()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "middle.blend"))
    assert "walk" in bpy.data.actions
    assert review.take.name in {action["kinema_take"] for action in bpy.data.actions}


def test_reject_and_finish_change_nothing_in_the_file(addon):
    import bpy

    from blender_addon import preferences
    from blender_addon.takes import kept, review

    generate("walk", samples=3)
    run()
    assert kept(preferences.results_folder()) == 1
    assert bpy.ops.kinema.reject(take=review.takes[1].name) == {"FINISHED"}
    assert [take.sample for take in review.takes] == [0, 2]
    assert bpy.ops.kinema.finish_review() == {"FINISHED"}
    assert not review.takes
    assert kept(preferences.results_folder()) == 0
    assert not bpy.data.actions
    assert not bpy.data.objects
    assert not bpy.ops.kinema.accept.poll()


def test_playing_and_comparing_touch_neither_frame_nor_file(addon):
    import bpy

    from blender_addon import ghost
    from blender_addon.takes import review

    scene = bpy.context.scene
    generate("walk", samples=2, seconds=1.0)
    run()
    frame = scene.frame_current
    assert bpy.ops.kinema.play_takes() == {"FINISHED"}
    assert bpy.ops.kinema.compare_takes() == {"FINISHED"}
    assert review.playing
    shown = ghost.shown(scene)
    assert [body.label for body, _, _ in shown] == ["Take 1", "Take 2"]
    body, aside, _ = shown[0]
    points, shade = ghost.limbs(body.pose(ghost.shown_frame(scene, body)) + aside)
    assert np.isfinite(points).all()
    assert points[:, 2].max() - points[:, 2].min() > 0.5
    assert (shade > 0.4).all()
    assert (shade <= 1.0).all()
    assert bpy.ops.kinema.play_takes() == {"FINISHED"}
    assert scene.frame_current == frame
    assert not bpy.data.objects


def test_ghost_stands_where_accept_puts_the_character(addon):
    import bpy

    from blender_addon import ghost
    from blender_addon.takes import review
    from blender_addon.timeline import placing_of

    scene = bpy.context.scene
    armature = made("first", seconds=1.0)
    armature.location = (2.0, 1.0, 0.0)
    armature.rotation_euler = (0.0, 0.0, 1.0)
    bpy.ops.kinema.finish_review()
    scene.frame_set(20)
    generate("second", seconds=1.0, begin="PLACE")
    run()
    take = review.take
    body = ghost.body_of(take, placing_of(scene, take), scene, 0)
    accept()
    for frame in (20, 35):
        at, _ = pelvis(armature, frame)
        np.testing.assert_allclose(body.pose(frame)[0], at, atol=1e-3)


@pytest.mark.parametrize("begin", ["PLACE", "POSE"])
def test_next_motion_goes_on_from_where_the_character_stands(addon, begin):
    import bpy

    scene = bpy.context.scene
    armature = made("first", seconds=2.0)
    bpy.ops.kinema.finish_review()
    scene.frame_set(30)
    there, facing = pelvis(armature, 30)
    pose = {bone.name: np.array(bone.matrix_basis.to_quaternion()) for bone in armature.pose.bones}
    made("second", seed=5, begin=begin, start="CURRENT")
    at, now = pelvis(armature, 30)
    np.testing.assert_allclose(at[:2], there[:2], atol=1e-3)
    assert np.cos(now - facing) == pytest.approx(1.0, abs=1e-3)
    likeness = [abs(float(np.array(b.matrix_basis.to_quaternion()) @ pose[b.name])) for b in armature.pose.bones]
    assert (min(likeness) > 0.9999) == (begin == "POSE")


def test_origin_begins_at_the_characters_own_origin(addon):
    import bpy

    armature = made("first", seconds=2.0)
    bpy.ops.kinema.finish_review()
    bpy.context.scene.frame_set(40)
    made("second", begin="ORIGIN")
    at, facing = pelvis(armature, 40)
    np.testing.assert_allclose(at[:2], 0.0, atol=1e-3)
    assert facing == pytest.approx(0.0, abs=1e-3)


def test_in_place_and_loop(addon):
    import bpy

    scene = bpy.context.scene
    armature = made("walk", seconds=3.0, in_place=True, loop=True)
    action = armature.animation_data.action
    first, last = (int(frame) for frame in action.frame_range)
    start, _ = pelvis(armature, first)
    pose = {bone.name: np.array(bone.matrix) for bone in armature.pose.bones}
    for frame in (last, last + (last - first)):  # the seam, and a whole turn later
        end, _ = pelvis(armature, frame)
        np.testing.assert_allclose(end, start, atol=2e-3)
        for bone in armature.pose.bones:
            np.testing.assert_allclose(np.array(bone.matrix), pose[bone.name], atol=2e-3)
    assert scene.kinema.loop
    assert json.loads(action["kinema"])["edits"] == {"loop": True, "in_place": True, "frames": None}


@pytest.mark.parametrize(("fps", "base"), [(24, 1.0), (30, 1.001), (60, 1.0)])
def test_motion_fills_the_scenes_range_exactly(addon, fps, base):
    import bpy

    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = fps, base
    scene.frame_start, scene.frame_end = 11, 11 + 2 * fps
    armature = made("walk", length="SCENE")
    assert tuple(armature.animation_data.action.frame_range) == (11, 11 + 2 * fps)
    assert (scene.frame_start, scene.frame_end) == (11, 11 + 2 * fps)
    assert (scene.render.fps, scene.render.fps_base) == (fps, pytest.approx(base))


def test_motion_fills_the_markers_around_the_frame_or_the_selected_ones(addon):
    import bpy

    scene = bpy.context.scene
    for frame in (10, 50, 100):
        scene.timeline_markers.new(f"m{frame}", frame=frame).select = False
    scene.frame_set(60)
    armature = made("walk", length="MARKERS")
    assert tuple(armature.animation_data.action.frame_range) == (50, 100)
    for marker in scene.timeline_markers:
        marker.select = marker.frame in (10, 100)
    bpy.ops.kinema.finish_review()
    made("walk", length="MARKERS")
    assert tuple(armature.animation_data.action.frame_range) == (10, 100)


def test_range_that_is_too_long_or_missing_is_refused_with_the_fix(addon):
    import bpy

    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 2000
    scene.kinema.length = "SCENE"
    with pytest.raises(RuntimeError, match="choose a range"):
        bpy.ops.kinema.generate()
    scene.kinema.length = "MARKERS"
    with pytest.raises(RuntimeError, match="set two"):
        bpy.ops.kinema.generate()


def test_destinations(addon):
    import bpy

    from blender_addon.takes import review

    scene = bpy.context.scene
    scene.frame_set(1)
    generate("walk", samples=4, seconds=1.0, destination="ACTION")
    run()
    one, two, three, four = (take.name for take in review.takes)
    accept(one)
    armature = scene.kinema.target
    data = armature.animation_data
    first = data.action
    accept(two, destination="PUSH")
    assert [strip.action for track in data.nla_tracks for strip in track.strips] == [first]
    second = data.action
    assert second not in (None, first)
    accept(three, destination="STRIP", blend=6)
    strips = [track.strips[0] for track in data.nla_tracks]
    assert [strip.action for strip in strips][:2] == [first, second]
    assert data.action is None
    assert strips[2].frame_start == pytest.approx(strips[1].frame_end - 6)
    assert strips[2].blend_in == 6
    if hasattr(strips[2], "action_slot"):
        assert all(strip.action_slot is not None for strip in strips)
    scene.frame_set(int(strips[2].frame_end))
    moved = np.array(armature.pose.bones["L_Knee"].matrix_basis.to_quaternion())
    assert abs(moved[0]) < 0.9999, "the strip moves the character"
    accept(four, destination="KEEP")
    assert len(data.nla_tracks) == 3
    assert data.action is None
    assert len(bpy.data.actions) == 4


def test_regenerate_gives_the_same_keys_and_vary_others(addon):
    import bpy

    from blender_addon.takes import review

    armature = made("walk", samples=3, seed=4, seconds=1.0, begin="ORIGIN")
    bpy.ops.kinema.finish_review()
    bpy.context.view_layer.objects.active = armature
    wanted = armature.animation_data.action

    def values(action):
        return np.array([[k.co[1] for k in curve.keyframe_points] for curve in keys(action, "rotation_quaternion")])

    assert bpy.ops.kinema.again(vary=False) == {"FINISHED"}
    run()
    assert len(review.takes) == 1
    accept()
    np.testing.assert_array_equal(values(armature.animation_data.action), values(wanted))
    bpy.ops.kinema.finish_review()
    assert bpy.ops.kinema.again(vary=True) == {"FINISHED"}
    run()
    accept()
    other = armature.animation_data.action
    assert json.loads(other["kinema"])["seed"] != json.loads(wanted["kinema"])["seed"]
    assert np.abs(values(other) - values(wanted)).max() > 0.01
    assert bpy.ops.kinema.use_origin() == {"FINISHED"}
    assert bpy.context.scene.kinema.part_head == "the head looks straight ahead"


def test_body_parts_are_shown_edited_and_sent(addon):
    import bpy

    from blender_addon import dispatch
    from blender_addon.takes import review

    settings = bpy.context.scene.kinema
    settings.prompt = "a person cartwheels"
    assert bpy.ops.kinema.refine() == {"FINISHED"}
    run()
    assert settings.part_head == "the head, for a person cartwheels"
    assert settings.feedback == "'cartwheels' is unknown to the lexicon; nearest: roll"
    settings.part_head = "the head nods twice"
    assert bpy.ops.kinema.generate() == {"FINISHED"}
    run()
    assert review.take.result.request.parts["head"] == "the head nods twice"
    settings.prompt = "a person waves"
    run()
    assert settings.feedback == "", "a running backend tells at once what it knows of a new prompt"
    assert bpy.ops.kinema.generate() == {"FINISHED"}
    run()
    assert review.takes[-1].result.request.parts == {}, "texts of another prompt are not sent"
    assert dispatch.description.pack["name"] == "test-pack"
    assert bpy.ops.kinema.clear_cache() == {"FINISHED"}
    run()
    assert dispatch.message == "Cache emptied: 2 answers, 1.0 MB"


def test_prompts_of_history_favourites_and_chance(addon):
    import bpy

    from blender_addon.operators import prompt_book

    settings = bpy.context.scene.kinema
    generate("a person walks")
    run()
    assert prompt_book().history == ["a person walks"]
    assert bpy.ops.kinema.favourite() == {"FINISHED"}
    assert bpy.ops.kinema.random_prompt() == {"FINISHED"}
    assert settings.prompt != "a person walks"
    assert bpy.ops.kinema.use_prompt(prompt=prompt_book().favourites[0]) == {"FINISHED"}
    assert settings.prompt == "a person walks"
    settings.new_seed = True
    seed = settings.seed
    generate("a person walks")
    assert settings.seed != seed
    run()
