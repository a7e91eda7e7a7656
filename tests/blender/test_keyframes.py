"""Actions, slots and curves of whichever Blender this is."""

import numpy as np
import pytest

from kinema.protocol import quaternion


@pytest.fixture
def armature(scene):
    from blender_addon.rigs import smpl

    return smpl.build(scene, "Kinema")


def curves_of(action, owner):
    """Every curve of an action, found the way this Blender keeps them."""
    if hasattr(action, "slots"):
        from bpy_extras import anim_utils

        slot = owner.animation_data.action_slot
        bag = next(b for layer in action.layers for strip in layer.strips for b in strip.channelbags if b.slot == slot)
        assert anim_utils is not None
        return list(bag.fcurves)
    return list(action.fcurves)


def values_of(action, owner, path):
    curves = sorted((c for c in curves_of(action, owner) if c.data_path == path), key=lambda c: c.array_index)
    return np.array([[key.co[1] for key in curve.keyframe_points] for curve in curves]).T


def make_track(rotations, location=None):
    from blender_addon.rigs.base import Track

    location = np.zeros((len(rotations), 3)) if location is None else location
    return Track({"L_Elbow": rotations}, {"Pelvis": location}, 30.0)


PATH = 'pose.bones["L_Elbow"].rotation_quaternion'


def test_every_version_keeps_curves_in_its_own_way(armature):
    import bpy

    from blender_addon import keyframes

    action = keyframes.write_pose(armature, "wave", make_track(np.tile([1.0, 0, 0, 0], (4, 1))))
    assert armature.animation_data.action == action
    if bpy.app.version >= (4, 4, 0):
        assert armature.animation_data.action_slot in list(action.slots)
        assert len(action.slots) == 1
        assert action.slots[0].target_id_type == "OBJECT"
    curves = curves_of(action, armature)
    assert len(curves) == 7
    assert {curve.group.name for curve in curves} == {"L_Elbow", "Pelvis"}


def test_values_and_frames_are_written_exactly(armature):
    from blender_addon import keyframes

    q = quaternion.normalize(np.random.default_rng(0).normal(size=(30, 4)))
    action = keyframes.write_pose(armature, "wave", make_track(q), start=12)
    assert tuple(action.frame_range) == (12, 41)
    curve = curves_of(action, armature)[0]
    assert [key.co[0] for key in curve.keyframe_points] == list(range(12, 42))
    assert np.abs(values_of(action, armature, PATH) - quaternion.unroll(q)).max() < 1e-6


def test_antipodal_quaternions_are_flipped_so_that_half_frames_turn_the_short_way(scene, armature):
    import bpy

    from blender_addon import keyframes

    turns = quaternion.from_axis_angle(np.array([1.0, 0, 0]), np.linspace(0.0, 1.0, 20))
    action = keyframes.write_pose(armature, "turn", make_track(turns * np.where(np.arange(20) % 2, -1, 1)[:, None]))
    keys = values_of(action, armature, PATH)
    assert (np.sum(keys[1:] * keys[:-1], axis=1) > 0.99).all()
    for frame in range(1, 20):
        scene.frame_set(frame, subframe=0.5)
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones["L_Elbow"]
        angle = posed.matrix_basis.to_quaternion().angle
        assert angle == pytest.approx((frame - 0.5) / 19, abs=2e-3)


@pytest.mark.parametrize("kind", ["LINEAR", "BEZIER", "CONSTANT"])
def test_interpolation_is_what_was_asked_for(armature, kind):
    from blender_addon import keyframes

    path = np.arange(12.0).reshape(4, 3) ** 2
    action = keyframes.write_pose(armature, "walk", make_track(np.tile([1.0, 0, 0, 0], (4, 1)), path), 1, kind)
    curve = next(c for c in curves_of(action, armature) if c.data_path.endswith("location"))
    assert {key.interpolation for key in curve.keyframe_points} == {kind}
    middle = {"LINEAR": 22.5, "CONSTANT": 9.0}.get(kind)
    if middle is not None:
        assert curve.evaluate(2.5) == pytest.approx(middle)
    else:
        assert {key.handle_left_type for key in curve.keyframe_points} == {"AUTO_CLAMPED"}
        assert 9.0 < curve.evaluate(2.5) < 36.0
        assert curve.evaluate(2.5) != pytest.approx(22.5, abs=1e-3)


def snapshot(action, owner):
    return [(c.data_path, c.array_index, [tuple(k.co) for k in c.keyframe_points]) for c in curves_of(action, owner)]


def test_users_action_stays_as_it_was_and_is_not_lost(scene, armature, swaying):
    import bpy

    from blender_addon import placement

    bone = armature.pose.bones["Head"]
    bone.rotation_mode = "QUATERNION"
    for frame, w in ((1, 1.0), (10, 0.9)):
        bone.rotation_quaternion.w = w
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    mine = armature.animation_data.action
    mine.name = "Mine"
    mine.use_fake_user = False
    before = snapshot(mine, armature)
    first = placement.place(swaying(5, seed=1), placement.Placing(scene.name, armature.name), "walk", {}).action
    written = snapshot(first, armature)
    second = placement.place(swaying(9, seed=2), placement.Placing(scene.name, armature.name), "walk", {}).action
    assert len({mine.name, first.name, second.name}) == 3
    armature.animation_data.action = first
    assert snapshot(first, armature) == written
    armature.animation_data.action = mine
    assert snapshot(mine, armature) == before
    bpy.data.orphans_purge()
    assert all(action.name in bpy.data.actions for action in (mine, first, second))


def test_scene_range_grows_only_when_asked_and_never_shrinks(scene, swaying):
    from blender_addon import placement

    scene.render.fps, scene.frame_end = 30, 20
    placement.place(swaying(40, seed=1), placement.Placing(scene.name, start=11, extend=False), "a", {})
    assert scene.frame_end == 20
    placement.place(swaying(40, seed=1), placement.Placing(scene.name, start=11), "a", {})
    assert scene.frame_end == 50
    placement.place(swaying(4, seed=1), placement.Placing(scene.name, start=11), "a", {})
    assert scene.frame_end == 50
