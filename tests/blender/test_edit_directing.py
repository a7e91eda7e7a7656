"""Paths, waypoints, goals and strips of the panel Edit, against a real backend process."""

import numpy as np
import pytest

from tests.blender.editing import FIRST, again, curves, edit, split
from tests.blender.panel import accept


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
