"""Rigs in the state in which people have them, what is done for feet, keys and quality, and files in and out."""

import json
import re

import numpy as np
import pytest

from kinema.errors import FormatError, SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.smpl import SMPL_BODY

bpy = pytest.importorskip("bpy")

from mathutils import Matrix  # noqa: E402

from tests.blender import characters, measuring  # noqa: E402


def raw(**changes):
    from blender_addon.rigs.settings import RigSettings

    return RigSettings(**{"lock": 0.0, "clear_hands": False} | changes)


def write(scene, armature, motion, settings, name="take"):
    from blender_addon import placement
    from blender_addon.rigs import rig_of

    scene.render.fps = round(motion.fps)
    return placement.write_motion(motion, rig_of(armature), armature, name, placement.Placing(scene.name), settings)


def world_heads(scene, armature, frames):
    from blender_addon import sampling
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.retargeting import mapping_of

    names = [b for part, bones in mapping_of(rig_of(armature), armature).bones.items() for b in bones if part != "Root"]
    poses, worlds = sampling.matrices(scene, armature, names, frames)
    return (worlds[:, None] @ poses)[..., :3, 3]


@pytest.fixture
def sliding():
    """A body that is carried along, 15 cm a second, while its feet take turns in being lifted: what stands, slides."""
    from kinema.protocol.motion import Motion

    t = np.arange(60) / 30.0
    q = np.tile([1.0, 0, 0, 0], (60, 22, 1))
    for side, middle in (("L", 0.5), ("R", 1.5)):
        lift = np.clip(1.0 - np.abs(t - middle) / 0.3, 0.0, 1.0)
        lift = lift * lift * (3.0 - 2.0 * lift)
        for joint, angle in (("Hip", -0.15 - 0.7 * lift), ("Knee", 0.3 + 1.1 * lift), ("Ankle", -0.15 - 0.4 * lift)):
            q[:, SMPL_BODY.index(f"{side}_{joint}")] = quaternion.from_axis_angle(np.array([1.0, 0, 0]), angle)
    root = np.stack([0 * t, 0 * t, 0.15 * t], axis=1)
    motion = Motion(q, root, 30.0, SMPL_BODY)
    feet = motion.positions()[:, [SMPL_BODY.index("L_Foot"), SMPL_BODY.index("R_Foot")], 1].min()
    return Motion(q, root - (0, feet - 0.02, 0), 30.0, SMPL_BODY)


def test_turned_scaled_and_parented_armatures_do_the_same_in_the_world(scene, swaying):
    motion = swaying(20, seed=8)
    frames = list(range(1, 21))
    plain = characters.BUILDS["mixamo"]
    found = []
    for change in ({"unit": 1.0, "y_up": False}, {"unit": 0.01, "y_up": True}, {"unit": 2.5, "rolls": 3}):
        armature = characters.make(scene, "rig", characters.Build(**vars(plain) | change))
        write(scene, armature, motion, raw())
        found.append(world_heads(scene, armature, frames))
    armature = characters.make(scene, "child", plain)
    parent = bpy.data.objects.new("parent", None)
    scene.collection.objects.link(parent)
    parent.matrix_world = Matrix.Translation((2, 1, 0.5)) @ Matrix.Rotation(0.7, 4, "Z") @ Matrix.Scale(3, 4)
    bpy.context.view_layer.update()
    kept = armature.matrix_world.copy()
    armature.parent, armature.matrix_parent_inverse = parent, parent.matrix_world.inverted()
    armature.matrix_world = kept
    bpy.context.view_layer.update()
    write(scene, armature, motion, raw())
    found.append(world_heads(scene, armature, frames))
    for other in found[1:]:
        assert np.abs(other - found[0]).max() < 1e-3


@pytest.mark.parametrize("name", ["rigify", "rigify_full"])
def test_generated_rigify_is_moved_by_ik_as_by_fk(scene, swaying, sliding, name):
    from blender_addon.rigs import confidences

    armature = characters.build(scene, name)
    kind, confidence = next(iter(confidences(armature).items()))
    assert (kind, confidence > 0.9) == ("rigify", True)
    # Limbs that are straight, or nearly so and bend to all sides: the solver and the pole choose how.
    for motion, mean, worst in ((sliding, 0.5, 1.5), (swaying(20, seed=4), 1.0, 5.0)):
        turned = measuring.place_and_measure(scene, armature, motion, raw())
        assert max(turned.direction_worst, turned.hips_worst) < 0.01
        reached = measuring.place_and_measure(scene, armature, motion, raw(limbs="IK"))
        assert reached.direction_mean < mean
        assert reached.direction_worst < worst
        assert reached.wrist_worst < turned.wrist_worst + 0.1
        assert reached.ankle_worst < turned.ankle_worst + 0.1
    scene.frame_set(scene.frame_current)
    assert all(bone.ik_stretch == 0.0 for bone in armature.pose.bones if bone.name.startswith("thigh_ik."))


@pytest.mark.parametrize("target", ["ROOT", "OBJECT"])
@pytest.mark.parametrize("name", ["ue4", "ue5", "vroid"])
def test_root_motion_goes_where_it_is_wanted_and_nothing_else_changes(scene, swaying, name, target):
    motion = swaying(20, seed=6)
    frames = list(range(1, 21))
    armature = characters.build(scene, name)
    write(scene, armature, motion, raw())
    expected = world_heads(scene, armature, frames)
    write(scene, armature, motion, raw(root_motion=target))
    assert np.abs(world_heads(scene, armature, frames) - expected).max() < 1e-3
    hips = armature.pose.bones["pelvis" if name.startswith("ue") else "J_Bip_C_Hips"]
    from blender_addon import sampling

    _, worlds = sampling.matrices(scene, armature, [hips.name], frames)
    assert (np.ptp(worlds[:, :3, 3], axis=0).max() > 0.05) == (target == "OBJECT")


def test_root_motion_without_a_root_bone_says_what_to_choose(scene, swaying):
    with pytest.raises(SkeletonError, match="choose Hips or Object"):
        write(scene, characters.build(scene, "mixamo"), swaying(3, seed=0), raw(root_motion="ROOT"))


@pytest.mark.parametrize("name", ["mixamo", "vroid", "daz_g8", "cmu"])
def test_locked_feet_stand_still_on_the_floor_and_knees_do_not_pop(scene, sliding, name):
    from blender_addon import sampling
    from blender_addon.rigs import rig_of

    armature = characters.build(scene, name)
    before = measuring.place_and_measure(scene, armature, sliding, raw())
    after = measuring.place_and_measure(scene, armature, sliding, raw(lock=1.0))
    assert before.slide > 8.0
    assert after.slide < 0.4 * before.slide
    assert after.under < 0.1
    half = measuring.place_and_measure(scene, armature, sliding, raw(lock=0.5))
    assert after.slide < half.slide < before.slide
    pose = sampling.read_pose(scene, armature, rig_of(armature))
    places = pose.positions()
    for side in "LR":
        a, b, c = (places[:, pose.rest.index(f"{side}_{part}")] for part in ("Hip", "Knee", "Ankle"))
        bend = np.degrees(quaternion.angle_between(quaternion.between(b - a, c - b), np.array([1.0, 0, 0, 0])))
        assert np.abs(np.diff(bend)).max() < 25.0


@pytest.mark.parametrize("name", ["mixamo", "ue5", "daz_g8"])
def test_reduced_keys_keep_their_bound_on_every_frame_in_blender(scene, sliding, name):
    from blender_addon import keyframes, placement, sampling
    from blender_addon.rigs import rig_of

    armature = characters.build(scene, name)
    full = write(scene, armature, sliding, raw())
    rig = rig_of(armature)
    expected = sampling.read_pose(scene, armature, rig)
    action = write(scene, armature, sliding, raw(reduce=True, millimetres=2.0, degrees=0.5))
    got = sampling.read_pose(scene, armature, rig, range(1, 61))
    mapped = [got.rest.names.index(b) for bones in got.rest.mapping.bones.values() for b in bones]
    far = np.linalg.norm(got.positions()[:, mapped] - expected.positions()[:, mapped], axis=-1)
    turned = quaternion.angle_between(got.turns[:, mapped], expected.turns[:, mapped])
    assert 1e3 * far.max() < 2.0 + 0.05
    assert np.degrees(turned.max()) < 0.5 + 0.02
    assert keyframes.count_keys(action)[1] < 0.4 * keyframes.count_keys(full)[1]
    assert 0.0 < action[placement.REDUCTION_KEY][0] <= 2.0


def test_eulers_keep_the_bones_order_and_run_on_past_half_a_turn(scene):
    from blender_addon import eulers

    turning = quaternion.from_axis_angle(np.array([0.0, 0, 1.0]), np.linspace(0, 12, 60))
    for order in eulers.ORDERS:
        angles = eulers.from_quaternion(order, turning)
        assert np.abs(np.diff(angles, axis=0)).max() < 0.5
        assert quaternion.angle_between(eulers.to_quaternion(order, angles), turning).max() < 1e-6
        from mathutils import Euler

        theirs = np.array(Euler(angles[17], order).to_quaternion())
        assert quaternion.angle_between(theirs, turning[17]) < 1e-5


@pytest.mark.parametrize("limbs", ["FK", "IK"])
def test_reduced_control_rig_keeps_its_bound_on_every_frame_and_its_pose(scene, swaying, limbs):
    from blender_addon import keyframes, placement
    from blender_addon.rigs import rig_of

    armature = characters.build(scene, "rigify")
    motion, rig = swaying(30, seed=9), rig_of(armature)
    armature.pose.bones["head"].rotation_quaternion = (0.9, 0.1, 0.2, 0.3)
    armature.pose.bones["upper_arm_parent.L"]["IK_FK"] = 0.25
    before = armature.pose.bones["head"].matrix_basis.copy()
    kept = placement.Placing(scene.name, destination="KEEP")
    full = placement.write_motion(motion, rig, armature, "full", kept, raw(limbs=limbs))
    reduced = placement.write_motion(motion, rig, armature, "few", kept, raw(limbs=limbs, reduce=True))
    assert armature.animation_data.action is None
    assert np.abs(np.array(armature.pose.bones["head"].matrix_basis) - np.array(before)).max() < 1e-6
    assert armature.pose.bones["upper_arm_parent.L"]["IK_FK"] == 0.25
    assert {action.name for action in bpy.data.actions} == {"full", "few"}
    assert keyframes.count_keys(reduced)[1] < 0.8 * keyframes.count_keys(full)[1]
    far, turned = measuring.apart(scene, armature, rig, full, reduced, list(range(1, 31)))
    assert far < 2.05
    assert turned < 0.52
    assert reduced[placement.REDUCTION_KEY][0] == pytest.approx(far, abs=0.05)


def test_touch_downs_are_marked_on_the_timeline(scene, sliding):
    action = write(scene, characters.build(scene, "mixamo"), sliding, raw())
    names = {marker.name for marker in action.pose_markers}
    assert {"L down", "L up", "R down", "R up"} <= names


def test_the_model_s_contacts_lock_and_mark_the_feet_and_are_kept(scene, sliding, addon):
    from blender_addon import kept_motion, placement
    from blender_addon.rigs import rig_of

    contacts = np.zeros((60, 4))
    contacts[10:30, 2:] = 0.9  # the right foot stands, the left one is said to glide
    armature = characters.build(scene, "mixamo")
    bpy.context.view_layer.objects.active = armature
    scene.render.fps = 24
    placed = placement.place(sliding, placement.Placing(scene.name, armature.name), "take", {}, contacts=contacts)
    marks = [(marker.frame, marker.name) for marker in placed.action.pose_markers]
    assert marks == [(9, "R down"), (25, "R up")]
    kept = kept_motion.contacts_of(placed.action)
    assert kept.shape == (48, 4)
    assert kept[9:24, 2:].min() > 0.5
    frames = list(range(1, 49))
    feet = world_heads(scene, armature, frames)
    order = [bone for bones in rig_of(armature).mapping(armature).bones.values() for bone in bones]
    toes = {side: feet[:, order.index(f"mixamorig:{side}ToeBase"), :2] for side in ("Left", "Right")}
    speed = {side: 24 * np.linalg.norm(np.diff(places[9:23], axis=0), axis=1) for side, places in toes.items()}
    assert speed["Right"].max() < 0.02
    assert np.median(speed["Left"]) > 0.1
    armature.kinema_rig.lock = 0.0
    assert bpy.ops.kinema.apply_rig_settings() == {"FINISHED"}
    again = armature.animation_data.action
    assert [(m.frame, m.name) for m in again.pose_markers] == marks
    np.testing.assert_array_equal(kept_motion.contacts_of(again), kept)


def test_contacts_follow_the_motion_into_loops_and_given_lengths(scene, swaying):
    from blender_addon import editing, placement

    motion = swaying(60, seed=3)
    contacts = np.repeat(np.linspace(0.0, 1.0, 60)[:, None], 4, axis=1)
    for frames in (None, 30):
        placing = placement.Placing(scene.name, loop=True, frames=frames)
        share = editing.LOOP_SHARE if frames is None else editing.FITTED_LOOP_SHARE
        first, last = editing.loop_span(motion, share)
        found = placement.edited_contacts(contacts, motion, placing, 24.0)
        assert len(found) == len(placement.edited(motion, placing, 24.0))
        assert found[[0, -1], 0] == pytest.approx([first / 59, last / 59])
    found = placement.edited_contacts(contacts, motion, placement.Placing(scene.name), 24.0)
    assert found[:, 2] == pytest.approx(np.arange(48) * 30 / 24 / 59)


def test_quality_card_sees_what_is_wrong_and_where(scene, sliding, addon):
    from kinema.protocol.motion import Motion

    armature = characters.build(scene, "mixamo")
    sunk = sliding.root_translation.copy()
    sunk[30] -= (0, 0.2, 0)
    write(scene, armature, Motion(sliding.rotations, sunk, 30.0, SMPL_BODY), raw())
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.kinema.quality() == {"FINISHED"}
    from blender_addon.rig_operators import CARD_KEY

    card = armature.animation_data.action[CARD_KEY]
    assert float(re.search(r"Penetration: ([\d.]+) cm", card["lines"])[1]) > 15.0
    assert bpy.ops.kinema.worst_frame() == {"FINISHED"}
    assert scene.frame_current == 31


def test_slider_applies_to_the_kept_motion(scene, sliding, addon):
    armature = characters.build(scene, "ue4")
    first = write(scene, armature, sliding, raw())
    bpy.context.view_layer.objects.active = armature
    armature.kinema_rig.lock = 1.0
    assert bpy.ops.kinema.apply_rig_settings() == {"FINISHED"}
    assert armature.animation_data.action != first
    from blender_addon.rigs import rig_of

    assert measuring.measure(scene, armature, rig_of(armature), sliding).under < 0.1


def test_mapping_is_edited_saved_shared_and_used(scene, swaying, addon, tmp_path):
    from blender_addon.rigs import mapping, rig_of
    from blender_addon.rigs.retargeting import MAPPING_KEY

    armature = characters.build(scene, "mixamo")
    for number, bone in enumerate(armature.data.bones):
        bone.name = f"Knochen_{number}"
    assert rig_of(armature) is None
    bpy.context.view_layer.objects.active = armature
    template = characters.build(scene, "mixamo")
    order = {bone.name: f"Knochen_{number}" for number, bone in enumerate(template.data.bones)}
    known = rig_of(template).mapping(template)
    table = mapping.BoneMapping("other", {p: tuple(order[b] for b in bones) for p, bones in known.bones.items()})
    path = tmp_path / "mine.json"
    mapping.write(path, table)
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.kinema.load_bones(filepath=str(path)) == {"FINISHED"}
    errors = measuring.place_and_measure(scene, armature, swaying(10, seed=1), raw())
    assert errors.direction_worst < 0.1
    row = next(row for row in armature.kinema_rig.rows if row.name == "L_Elbow")
    row.bone = "Nichts"
    with pytest.raises(RuntimeError, match="no bone 'Nichts'"):
        bpy.ops.kinema.use_bones()
    assert json.loads(armature[MAPPING_KEY])["bones"]["L_Elbow"] == list(table.bones["L_Elbow"])
    for text, words in (("{", "no JSON"), ('{"kinema_mapping": 1, "rig": "x", "bones": {"Tail": ["a"]}}', "no part")):
        with pytest.raises(FormatError, match=words):
            mapping.from_json(text)


@pytest.mark.parametrize(
    "missing", [("Spine1", "Spine2"), ("Neck",), ("LeftToeBase", "RightToeBase"), ("LeftShoulder",)]
)
def test_missing_bones_of_trunk_and_toes_are_done_without(scene, swaying, missing):
    armature = characters.build(scene, "mixamo")
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for name in missing:
        bone = armature.data.edit_bones[f"mixamorig:{name}"]
        for child in bone.children:
            child.parent = bone.parent
        armature.data.edit_bones.remove(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    errors = measuring.place_and_measure(scene, armature, swaying(10, seed=1), raw())
    assert errors.direction_worst < 0.1


def test_feet_outside_the_legs_are_refused_with_the_reason(scene, swaying):
    from blender_addon import placement
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.other import mapping

    armature = characters.build(scene, "mixamo")
    for bone in armature.data.bones:
        bone.name = bone.name.removeprefix("mixamorig:")
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for side in ("Left", "Right"):
        armature.data.edit_bones[f"{side}Foot"].parent = None
    bpy.ops.object.mode_set(mode="OBJECT")
    assert rig_of(armature) is None
    with pytest.raises(SkeletonError, match="'LeftFoot' does not hang on the shin 'LeftLeg'"):
        mapping(armature)
    with pytest.raises(SkeletonError, match="make it a child of that bone"):
        placement.place(swaying(3, seed=0), placement.Placing(scene.name, armature.name), "take", {})


@pytest.mark.parametrize("suffix", [".bvh", ".fbx", ".glb", ".usdc"])
@pytest.mark.parametrize("name", ["mixamo", "ue4", "rigify"])
def test_exports_come_back_and_begin_with_a_t_pose(scene, swaying, tmp_path, name, suffix):
    from blender_addon import exchange
    from blender_addon.rigs import rig_of

    if suffix == ".usdc" and not hasattr(bpy.ops.wm, "usd_export"):
        pytest.skip("this Blender was built without USD")
    armature = characters.build(scene, name)
    write(scene, armature, swaying(12, seed=3), raw())
    frames = list(range(1, 13))
    expected = {}
    from blender_addon import sampling
    from blender_addon.rigs.retargeting import mapping_of

    rig = rig_of(armature)
    mapped = [m for p, bones in mapping_of(rig, armature).bones.items() for m in bones if p != "Root"]
    poses, worlds = sampling.matrices(scene, armature, mapped, frames)
    expected = dict(zip(mapped, np.moveaxis((worlds[:, None] @ poses)[..., :3, 3], 1, 0), strict=True))
    path = tmp_path / f"take{suffix}"
    exchange.export(scene, armature, rig, path)
    assert armature.name in bpy.data.objects
    back = exchange.load(path)
    bones = {re.sub(r"[:.-]", "_", b): b for b in mapped} | {b: b for b in mapped}
    there = {bone.name: bones[bone.name] for bone in back.data.bones if bone.name in bones}
    assert len(there) == len(mapped)
    first = round(back.animation_data.action.frame_range[0])
    poses, worlds = sampling.matrices(scene, back, list(there), [first, *(first + k for k in frames)])
    heads = (worlds[:, None] @ poses)[..., :3, 3]
    own = np.stack([expected[there[n]] for n in there], axis=1)
    assert np.abs(heads[1:] - own).max() < 2e-3
    at = {there[n]: heads[0, k] for k, n in enumerate(there)}
    table = mapping_of(rig, armature)
    for side in "LR":
        shoulder, elbow, wrist = (at[table.first(f"{side}_{p}")] for p in ("Shoulder", "Elbow", "Wrist"))
        assert abs(wrist[2] - shoulder[2]) < 0.1 * abs(wrist[0] - shoulder[0])
        assert abs(elbow[0]) < abs(wrist[0])


def test_amass_parameters_come_back(scene, swaying, tmp_path):
    from blender_addon import exchange
    from blender_addon.rigs import rig_of
    from kinema.protocol import motion as _  # noqa: F401

    armature = characters.build(scene, "smplx")
    motion = swaying(12, seed=3)
    write(scene, armature, motion, raw())
    exchange.export(scene, armature, rig_of(armature), tmp_path / "take.npz")
    back = exchange.read_amass(tmp_path / "take.npz")
    assert quaternion.angle_between(back.rotations, motion.rotations).max() < np.radians(0.1)
    assert np.abs(back.positions() - motion.positions()).max() < 1e-3
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    with pytest.raises(FormatError, match="damaged"):
        exchange.read_amass(tmp_path / "bad.npz")


def test_body_is_built_from_the_panel_and_becomes_the_target(scene, addon, tmp_path):
    from tests.protocol.test_body_model import synthetic

    np.savez(tmp_path / "model.npz", **synthetic())
    assert bpy.ops.kinema.build_body(filepath=str(tmp_path / "model.npz"), betas=(0.5, *[0.0] * 9)) == {"FINISHED"}
    armature = scene.kinema.target
    assert list(armature["kinema_betas"]) == [0.5]
    assert len(armature.children[0].data.shape_keys.key_blocks) == 11
    (tmp_path / "model.pkl").write_bytes(b"no pickle is opened")
    with pytest.raises(RuntimeError, match="pickle"):
        bpy.ops.kinema.build_body(filepath=str(tmp_path / "model.pkl"))


def test_body_from_a_model_file_moves_and_exports_its_shape(scene, swaying, tmp_path):
    from blender_addon import body, exchange
    from blender_addon.rigs import rig_of
    from tests.protocol.test_body_model import synthetic

    np.savez(tmp_path / "model.npz", **synthetic())
    betas = np.array([1.5, -0.5])
    armature = body.build(scene, tmp_path / "model.npz", betas)
    skin = armature.children[0]
    assert rig_of(armature).name == "smpl"
    assert len(skin.data.shape_keys.key_blocks) == 11
    low = min((skin.matrix_world @ v.co).z for v in skin.data.vertices)
    assert abs(low) < 1e-4
    skin.data.shape_keys.key_blocks["Shape000"].value = 0.25
    write(scene, armature, swaying(5, seed=2), raw())
    assert measuring.measure(scene, armature, rig_of(armature), swaying(5, seed=2)).direction_worst < 0.1
    exchange.export(scene, armature, rig_of(armature), tmp_path / "take.npz")
    with np.load(tmp_path / "take.npz", allow_pickle=False) as file:
        assert file["betas"][:3] == pytest.approx([1.75, -0.5, 0.0])
        assert file["poses"].shape == (5, 156)
