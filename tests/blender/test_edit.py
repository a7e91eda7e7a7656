"""The panel Edit by its operators, against a real backend process: what is kept stays bit for bit."""

import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest

from tests.blender import characters

_spec = importlib.util.spec_from_file_location("dispatch_steps", Path(__file__).with_name("test_dispatch.py"))
_steps = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_steps)
accept, run = _steps.accept, _steps.run

FIRST, FRAMES = 11, 40


@pytest.fixture
def acting(addon, swaying):
    """acting(kind): a character with an action of `frames` frames from frame 11 on, active and the panel's own."""
    import bpy

    from blender_addon import placement
    from blender_addon.rig_choice import settings_of
    from blender_addon.rigs import RIGS, rig_of

    scene = bpy.context.scene
    scene.render.fps = 30

    def make(kind="smpl", frames=FRAMES, **settings):
        armature = RIGS["smpl"].build(scene, "Kinema") if kind == "smpl" else characters.build(scene, kind)
        for key, value in settings.items():
            setattr(armature.kinema_rig, key, value)
        placing = placement.Placing(scene.name, armature.name, FIRST)
        placement.write_motion(
            swaying(frames, 3, 30.0), rig_of(armature), armature, "sway", placing, settings_of(armature)
        )
        bpy.context.view_layer.objects.active = armature
        scene.kinema.target = armature
        return armature

    return make


def curves(armature, action):
    """(path, index) -> keys (N, 2), bit for bit."""
    from blender_addon import keyframes, splicing

    found = keyframes.curves_for(armature, action)
    return {key: splicing.read(curve).points["co"] for key, curve in found.items()}


def curves_of(armature, action):
    from blender_addon import keyframes

    return list(keyframes.curves_for(armature, action).values())


def edit(operator, **settings):
    import bpy

    for key, value in settings.items():
        setattr(bpy.context.scene.kinema_edit, key, value)
    assert operator() == {"FINISHED"}
    run()


def split(old, new, first, last):
    """Paths whose keys differ, having checked that none does outside first..last."""
    changed = set()
    for key, keys in old.items():
        outside = (keys[:, 0] < first) | (keys[:, 0] > last)
        now = new[key]
        kept = now[(now[:, 0] < first) | (now[:, 0] > last)]
        assert kept.tobytes() == keys[outside].tobytes(), key
        if now.tobytes() != keys.tobytes():
            changed.add(key[0])
    return changed


@pytest.mark.parametrize("kind", ["smpl", "mixamo"])
def test_change_of_a_part_in_a_span_keeps_every_other_key_bit_for_bit(acting, kind):
    import bpy

    from blender_addon.takes import review

    armature = acting(kind)
    base = armature.animation_data.action
    before = curves(armature, base)
    edit(bpy.ops.kinema.change, span="FIELDS", first=20, last=30, part_left_arm=True, prompt="waves")
    assert armature.animation_data.action == base, "nothing changes before Accept"
    assert [action.name for action in bpy.data.actions] == ["sway"]
    assert review.take.title == "waves"
    bpy.ops.ed.undo_push(message="before")
    accept()
    armature = bpy.context.scene.kinema.target
    made = armature.animation_data.action
    assert made.name == "waves"
    assert made["kinema_take"] == review.take.name
    after = curves(armature, made)
    assert curves(armature, bpy.data.actions["sway"]).keys() == before.keys()
    changed = split(before, after, 20, 30)
    arm = {"smpl": "L_", "mixamo": "Left"}[kind]
    assert changed
    assert all(arm in path for path in changed), changed
    assert not any("Leg" in path or "Hip" in path or "Knee" in path for path in changed)
    for key, keys in before.items():
        assert curves(armature, bpy.data.actions["sway"])[key].tobytes() == keys.tobytes(), "the action it came from"
    name = armature.name
    bpy.ops.ed.undo()
    armature = bpy.data.objects[name]
    assert armature.animation_data.action.name == "sway", "one step takes all of it back"
    assert "waves" not in bpy.data.actions


def test_whole_body_span_moves_the_root_and_shows_on_the_bones(acting):
    import bpy

    from blender_addon import sampling
    from blender_addon.rigs import rig_of

    armature = acting()
    scene, rig = bpy.context.scene, rig_of(armature)
    old = sampling.read_motion(scene, armature, rig)
    edit(bpy.ops.kinema.change, span="FIELDS", first=20, last=30)
    accept()
    new = sampling.read_motion(scene, armature, rig)
    apart = np.linalg.norm(new.positions() - old.positions(), axis=2).max(axis=1)
    inside = np.arange(20 - FIRST, 31 - FIRST)
    assert apart[inside].min() > 0.02
    assert np.delete(apart, inside).max() == 0.0
    assert np.abs(new.root_translation[inside, 0] - old.root_translation[inside, 0]).max() == pytest.approx(
        0.4, abs=1e-4
    )


def test_hand_made_keys_far_apart_keep_their_curve_outside_the_span(acting):
    import bpy

    from blender_addon import keyframes, splicing

    armature = acting("mixamo")
    for bone in armature.pose.bones:
        bone.rotation_mode = "XYZ"
    armature.animation_data_clear()
    draw = np.random.default_rng(1)
    arms = [bone for bone in armature.pose.bones if "Arm" in bone.name or "Hips" in bone.name]
    for frame in (1, 18, 35, 60):
        for bone in arms:
            bone.rotation_euler = draw.uniform(-0.6, 0.6, 3)
            bone.keyframe_insert("rotation_euler", frame=frame)
    base = armature.animation_data.action
    base.name = "by hand"
    old = keyframes.curves_for(armature, base)
    times = np.concatenate([np.arange(1.0, 24.01, 0.25), np.arange(41.0, 60.01, 0.25)])
    shape = {key: splicing.evaluate(curve, times) for key, curve in old.items()}
    before = curves(armature, base)
    edit(bpy.ops.kinema.change, span="FIELDS", first=25, last=40)
    accept()
    made = armature.animation_data.action
    assert made != base
    new = keyframes.curves_for(armature, made)
    for key, values in shape.items():
        assert np.abs(splicing.evaluate(new[key], times) - values).max() < 2e-5, key
        own = splicing.read(new[key]).points["co"]
        for co in before[key]:
            if not 25 <= co[0] <= 40:
                assert co.tobytes() in {row.tobytes() for row in own}, "a key that was kept is there bit for bit"
    assert set(new) > set(old), "legs without curves were changed too"
    legs = [key for key in new if "UpLeg" in key[0]]
    assert legs
    for key in legs:
        assert np.abs(splicing.evaluate(new[key], times)).max() < 1e-6, "and rest where they did"
    assert max(np.abs(splicing.evaluate(new[key], np.array([32.0]))).max() for key in legs) > 0.05


def test_rigify_controls_are_changed_in_the_way_that_the_action_uses(acting):
    import bpy

    armature = acting("rigify")
    before = curves(armature, armature.animation_data.action)
    edit(bpy.ops.kinema.change, span="FIELDS", first=20, last=30, part_right_arm=True)
    accept()
    changed = split(before, curves(armature, armature.animation_data.action), 20, 30)
    assert any("upper_arm_fk.R" in path for path in changed)
    assert not any(".L" in path or "thigh" in path or "torso" in path for path in changed), changed


@pytest.mark.parametrize(
    ("kind", "root", "limbs"),
    [
        ("smpl", "HIPS", "FK"),
        ("smpl", "OBJECT", "FK"),
        ("ue5", "ROOT", "FK"),
        ("cmu", "HIPS", "FK"),
    ],
)
def test_bones_do_what_the_edit_says_on_every_kind_of_rig(acting, kind, root, limbs):
    import bpy

    from blender_addon import sampling
    from blender_addon.rigs import rig_of
    from blender_addon.takes import review

    armature = acting(kind, root_motion=root, limbs=limbs)
    scene, rig = bpy.context.scene, rig_of(armature)
    before = curves(armature, armature.animation_data.action)
    scene.frame_set(33)  # an object that carries the way stands elsewhere now
    edit(bpy.ops.kinema.change, span="FIELDS", first=20, last=30)
    wanted = review.take.motion
    accept()
    split(before, curves(armature, armature.animation_data.action), 20, 30)
    apart = np.linalg.norm(sampling.read_motion(scene, armature, rig).positions() - wanted.positions(), axis=2)
    assert apart.max() < 0.01, np.round(apart.max(axis=1), 3)


@pytest.mark.parametrize(("root", "limbs", "metres"), [("HIPS", "IK", 0.04), ("ROOT", "FK", 0.01)])
def test_arms_of_a_control_rig_follow_the_edit_with_the_controls_in_use(acting, root, limbs, metres):
    import bpy

    from blender_addon import sampling
    from blender_addon.rigs import rig_of
    from blender_addon.takes import review

    armature = acting("rigify", root_motion=root, limbs=limbs)
    edit(bpy.ops.kinema.change, span="FIELDS", first=20, last=30, part_left_arm=True, part_right_arm=True)
    wanted = review.take.motion
    accept()
    now = sampling.read_motion(bpy.context.scene, armature, rig_of(armature))
    apart = np.linalg.norm(now.positions() - wanted.positions(), axis=2)
    assert apart.max() < metres, np.round(apart.max(axis=0), 3)
    moved = np.linalg.norm(wanted.positions() - review.take.result.clip.positions(), axis=2)
    assert moved.max() > 0.1


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


def test_what_cannot_be_edited_is_told_in_one_sentence(acting):
    import bpy

    armature = acting()
    settings = bpy.context.scene.kinema_edit
    settings.span, settings.first, settings.last = "FIELDS", 200, 220
    with pytest.raises(RuntimeError, match=r"frame 200 lies outside sway, which has the frames 11 to 50"):
        bpy.ops.kinema.change()
    settings.keys_from = "MARKERS"
    with pytest.raises(RuntimeError, match="select two markers"):
        bpy.ops.kinema.fill()
    with pytest.raises(RuntimeError, match="nothing to follow"):
        bpy.ops.kinema.follow_path()
    armature.animation_data_clear()
    assert not bpy.ops.kinema.change.poll()


def test_cancelled_edit_and_a_file_opened_in_the_middle_of_its_review(acting, tmp_path):
    import bpy

    from blender_addon import dispatch
    from blender_addon.takes import review

    acting()
    settings = bpy.context.scene.kinema_edit
    settings.prompt = "slow wave"
    settings.span, settings.first, settings.last = "FIELDS", 20, 30
    assert bpy.ops.kinema.change() == {"FINISHED"}
    while not (dispatch.drain() and dispatch.worker.job.step):
        time.sleep(0.005)
    assert bpy.ops.kinema.cancel() == {"FINISHED"}
    run()
    assert dispatch.message == "Cancelled"
    assert not review.takes
    edit(bpy.ops.kinema.change, prompt="waves")
    file = str(tmp_path / "middle.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.open_mainfile(filepath=file)
    review.leave()  # and Blender was closed
    assert bpy.ops.kinema.restore() == {"FINISHED"}
    armature = bpy.data.objects["Kinema"]
    before = curves(armature, armature.animation_data.action)
    accept()
    assert armature.animation_data.action.name == "waves"
    assert split(before, curves(armature, armature.animation_data.action), 20, 30)


def path_object(points):
    import bpy

    data = bpy.data.curves.new("way", "CURVE")
    data.dimensions = "3D"
    spline = data.splines.new("POLY")
    spline.points.add(len(points) - 1)
    for point, place in zip(spline.points, points, strict=True):
        point.co = (*place, 1.0)
    made = bpy.data.objects.new("way", data)
    bpy.context.scene.collection.objects.link(made)
    return made


def test_curve_becomes_a_path_and_its_error_stands_on_the_take(addon):
    import bpy

    from blender_addon.panels_edit import error_lines
    from blender_addon.takes import review

    scene = bpy.context.scene
    scene.render.fps = 30
    scene.frame_current = 5
    way = path_object([(0, 0, 0), (0, -2, 0), (2, -2, 0)])
    way.location = (1.0, 0.0, 0.0)
    bpy.context.view_layer.update()
    edit(bpy.ops.kinema.follow_path, path=way, seconds=4.0)
    request = review.take.result.request
    assert request.path[0] == pytest.approx((0.0, 1.0, 0.0))
    assert request.path[20] == pytest.approx((2.0, 1.0, 2.0), abs=1e-5), "half of it at half time: Blender's -Y is +Z"
    assert request.path[-1] == pytest.approx((4.0, 3.0, 2.0), abs=1e-5)
    assert error_lines(review.take) == ["Path: 1.2 cm, at most 3.4 cm"]
    accept()
    armature = scene.kinema.target
    assert review.take.start == 5
    scene.frame_set(5 + 60)
    pelvis = armature.matrix_world @ armature.pose.bones["Pelvis"].matrix
    assert np.allclose(pelvis.translation[:2], (1.0, -2.0), atol=0.02)
    data = way.data
    for frame, share in ((10, 0.0), (40, 100.0)):
        data.eval_time = share
        data.keyframe_insert("eval_time", frame=frame)
    edit(bpy.ops.kinema.follow_path, speed="CURVE")
    take = review.takes[-1]
    assert take.start == 10
    assert take.result.request.path[-1] == pytest.approx((1.0, 3.0, 2.0), abs=1e-5)


def test_waypoints_and_goals_are_seen_from_the_character(acting):
    import bpy

    from blender_addon.takes import review

    armature = acting()
    armature.location = (5.0, 0.0, 0.0)
    scene, settings = bpy.context.scene, bpy.context.scene.kinema_edit
    for frame, place in ((11, (5.0, 0.0, 0.0)), (41, (5.0, -1.5, 0.0))):
        scene.frame_current = frame
        empty = bpy.data.objects.new("point", None)
        empty.location, empty.rotation_euler = place, (0.0, 0.0, np.pi / 2)
        scene.collection.objects.link(empty)
        bpy.context.view_layer.objects.active = empty
        assert bpy.ops.kinema.edit_row(which="waypoint", by=1) == {"FINISHED"}
    settings.waypoints[1].heading = True
    empty.location.z = 1.2
    assert bpy.ops.kinema.edit_row(which="goal", by=1) == {"FINISHED"}
    assert settings.goals[0].frame == 41
    bpy.context.view_layer.objects.active = armature
    bpy.context.view_layer.update()
    edit(bpy.ops.kinema.follow_path, path_from="WAYPOINTS", apply_to="SOURCE")
    request = review.take.result.request
    assert request.clip == "sway"
    assert request.path[0] == pytest.approx((0.0, 0.0, 0.0), abs=1e-4)
    assert request.path[1] == pytest.approx((1.0, 0.0, 1.5, 90.0), abs=1e-3), "-Y turned by 90 degrees is +X"
    assert request.goals[0][0] == "right_wrist"
    assert request.goals[0][1:] == pytest.approx((1.0, 0.0, 1.2, 1.5), abs=0.02)
    assert bpy.ops.kinema.edit_row(which="waypoint", by=-1) == {"FINISHED"}
    assert len(settings.waypoints) == 1


def test_goals_alone_change_their_own_limbs_one_second_to_each_side(acting):
    import bpy

    from blender_addon.takes import review

    armature = acting(frames=120)
    scene, settings = bpy.context.scene, bpy.context.scene.kinema_edit
    before = curves(armature, armature.animation_data.action)
    cup = bpy.data.objects.new("cup", None)
    cup.location = (-0.3, -0.4, 1.1)
    scene.collection.objects.link(cup)

    def reach(joint, frame):
        bpy.ops.kinema.edit_row(which="goal", by=1)
        row = settings.goals[-1]
        row.joint, row.target, row.frame = joint, cup, frame

    def asked(**changes):
        edit(bpy.ops.kinema.follow_path, apply_to="SOURCE", **changes)
        request = review.takes[-1].result.request
        return request.body_parts, tuple(request.span)

    reach("right_wrist", 61)
    assert asked() == (("right_arm",), (20, 80)), "clip's frame 50, 30 to each side"
    accept()
    armature = scene.kinema.target
    changed = split(before, curves(armature, armature.animation_data.action), FIRST + 20, FIRST + 80)
    assert {path.split('"')[1] for path in changed} <= {"R_Collar", "R_Shoulder", "R_Elbow", "R_Wrist"}
    assert changed
    bpy.ops.kinema.finish_review()
    reach("left_ankle", 21)
    assert asked() == (("right_arm", "left_leg"), (0, 80)), "from the first goal to the last, within the action"
    assert asked(part_torso=True) == (("torso",), (0, 80)), "parts that are chosen"
    assert asked(part_torso=False, span="FIELDS", first=31, last=71) == (("right_arm", "left_leg"), (20, 60))
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 16, 91
    assert asked(span="RANGE") == (("right_arm", "left_leg"), (5, 80)), "a preview range is a choice"
    scene.use_preview_range = False
    reach("pelvis", 121)
    assert asked() == ((), (0, 119)), "the whole body where a goal is for more than a limb"


def test_strips_are_edited_and_become_one_motion_of_any_length(addon):
    import bpy

    from blender_addon.takes import review

    scene = bpy.context.scene
    scene.render.fps = 24
    scene.frame_current = 1
    settings = scene.kinema_edit
    assert not bpy.ops.kinema.generate_timeline.poll()
    for _ in range(3):
        assert bpy.ops.kinema.strip(change="ADD") == {"FINISHED"}
    for row, prompt in zip(settings.strips, ("walks", "waves", "sits"), strict=True):
        row.prompt = prompt
    assert [(row.start, row.end) for row in settings.strips] == [(1, 73), (73, 145), (145, 217)]
    settings.strips[2].end = 265
    settings.strip = 2
    assert bpy.ops.kinema.strip(change="UP") == {"FINISHED"}
    assert [(r.prompt, r.start, r.end) for r in settings.strips] == [
        ("walks", 1, 73),
        ("sits", 73, 193),
        ("waves", 193, 265),
    ]
    settings.strips[1].part_left_arm = True
    settings.strip = 1
    assert bpy.ops.kinema.strip(change="DUPLICATE") == {"FINISHED"}
    row = settings.strips[2]
    assert (row.prompt, row.start, row.end, row.part_left_arm) == ("sits", 193, 313, True)
    assert bpy.ops.kinema.strip(change="REMOVE") == {"FINISHED"}
    settings.strips[2].end = 385
    edit(bpy.ops.kinema.generate_timeline)
    request = review.take.result.request
    assert request.strips[0] == {"prompt": "walks", "start": 0.0, "end": 3.0, "body_parts": [], "style": ""}
    assert request.strips[1]["body_parts"] == ["left_arm"]
    assert review.take.motion.seconds == 16.0
    accept()
    action = scene.kinema.target.animation_data.action
    assert tuple(action.frame_range) == (1, 1 + int(479 * 24 / 30))
    assert action.name == "walks, then sits, then waves"
    settings.strips.clear()
    scene.frame_set(1)
    assert bpy.ops.kinema.use_origin() == {"FINISHED"}
    assert [(row.prompt, row.start, row.part_left_arm) for row in settings.strips] == [
        ("walks", 1, False),
        ("sits", 73, True),
        ("waves", 193, False),
    ]
    edit(lambda: bpy.ops.kinema.again(vary=False))
    assert review.takes[-1].result.request.strips == request.strips


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


def on(piece, t):
    """Points of a cubic piece."""
    weights = np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
    return weights @ piece


def test_cut_curve_has_the_same_shape_on_both_sides():
    from blender_addon.splicing import split

    piece = np.array([[1.0, 0.0], [4.0, 3.0], [6.0, -2.0], [11.0, 1.0]])
    before, after = split(piece, 5.0)
    assert before[3] == pytest.approx(after[0])
    assert before[3, 0] == pytest.approx(5.0)
    for part, begin, end in ((before, 0.0, None), (after, None, 1.0)):
        t = np.linspace(0.0, 1.0, 7)[:, None]
        points = (1 - t) ** 3 * part[0] + 3 * t * (1 - t) ** 2 * part[1] + 3 * t**2 * (1 - t) * part[2] + t**3 * part[3]
        s = np.linspace(0.0, 1.0, 20001)[:, None]
        whole = (
            (1 - s) ** 3 * piece[0] + 3 * s * (1 - s) ** 2 * piece[1] + 3 * s**2 * (1 - s) * piece[2] + s**3 * piece[3]
        )
        assert np.interp(points[:, 0], whole[:, 0], whole[:, 1]) == pytest.approx(points[:, 1], abs=1e-5)
        assert begin is None or np.allclose(part[0], piece[0])
        assert end is None or np.allclose(part[3], piece[3])


def test_edit_without_a_window(acting, tmp_path):
    import bpy

    from blender_addon import headless

    armature = acting()
    before = curves(armature, armature.animation_data.action)
    blend = tmp_path / "edited.blend"
    words = ["edit", "waves", "--object", "Kinema", "--span", "20:30", "--parts", "left_arm", "--blend", str(blend)]
    assert headless.main(words) == 0
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    armature = bpy.data.objects["Kinema"]
    assert armature.animation_data.action.name == "waves"
    assert split(before, curves(armature, armature.animation_data.action), 20, 30)
    assert headless.main(["edit", "--object", "nobody"]) == 1
    assert headless.main(["edit", "--object", "Kinema", "--keys", "20,21"]) == 1


def again(vary=False):
    """Regenerate, and the take that it gave."""
    import bpy

    from blender_addon.takes import review

    assert bpy.ops.kinema.again(vary=vary) == {"FINISHED"}
    run()
    return review.takes[-1]


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


def test_strips_go_along_the_path_and_are_regenerated_along_it(acting):
    import bpy

    from blender_addon.takes import review

    armature = acting()
    scene, settings = bpy.context.scene, bpy.context.scene.kinema_edit
    for _ in range(2):
        assert bpy.ops.kinema.strip(change="ADD") == {"FINISHED"}
    for row in settings.strips:
        row.prompt = "walks"
    settings.strips_follow = True
    with pytest.raises(RuntimeError, match="there is nothing to follow; choose a curve or waypoints"):
        bpy.ops.kinema.generate_timeline()
    for frame, y in ((1, 0.0), (91, -2.0), (400, -9.0)):
        scene.frame_current = frame
        empty = bpy.data.objects.new("point", None)
        empty.location = (0.5, y, 0.0)
        scene.collection.objects.link(empty)
        bpy.context.view_layer.objects.active = empty
        assert bpy.ops.kinema.edit_row(which="waypoint", by=1) == {"FINISHED"}
    bpy.context.view_layer.objects.active = armature
    bpy.context.view_layer.update()
    edit(bpy.ops.kinema.generate_timeline, path_from="WAYPOINTS")
    request = review.take.result.request
    assert [point[0] for point in request.path] == pytest.approx([0.0, 3.0]), "what lies after the strips is left out"
    assert request.path[1] == pytest.approx((3.0, 0.5, 2.0), abs=0.2)
    accept()
    take = again()
    assert take.result.request.path == request.path
    assert take.motion.rotations.tobytes() == review.takes[0].motion.rotations.tobytes()
