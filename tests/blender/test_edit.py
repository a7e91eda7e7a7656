"""The panel Edit by its operators, against a real backend process: what is kept stays bit for bit."""

import time

import numpy as np
import pytest

from tests.blender.editing import FIRST, curves, edit, split
from tests.blender.panel import accept, run


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
