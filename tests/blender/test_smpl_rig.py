"""The SMPL armature and its preview body."""

import numpy as np
import pytest

from kinema.errors import SkeletonError
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY, SMPL_NAMES, SMPL_PARENTS


def heads(scene, armature, names):
    """World positions (T, J, 3) of bones' heads over the action's frames, as Blender evaluates them."""
    import bpy

    first, last = map(int, armature.animation_data.action.frame_range)
    out = np.empty((last - first + 1, len(names), 3))
    for number, frame in enumerate(range(first, last + 1)):
        scene.frame_set(frame)
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        for joint, name in enumerate(names):
            out[number, joint] = posed.matrix_world @ posed.pose.bones[name].head
    return out


@pytest.mark.parametrize(("rate", "base"), [(24, 1.0), (25, 1.0), (30, 1.0), (60, 1.0), (30, 1.001), (24, 1.001)])
def test_every_joint_stands_where_forward_kinematics_says_on_every_frame(scene, swaying, rate, base):
    from blender_addon import axes, placement

    scene.render.fps, scene.render.fps_base = rate, base
    motion = swaying(61, seed=3)
    placed = placement.place(motion, placement.Placing(scene.name, start=-7), "swaying", {})
    expected = axes.vectors(motion.resample(rate / base).positions())
    measured = heads(scene, placed.armature, SMPL_BODY.names)
    assert measured.shape == expected.shape
    assert len(measured) == int(60 * rate / base / 30 + 1e-6) + 1
    assert np.abs(measured - expected).max() < 1e-3
    assert (scene.render.fps, scene.render.fps_base) == (rate, pytest.approx(base))


def test_keys_of_the_motions_own_rate_are_its_own_frames(scene, swaying):
    from blender_addon import axes, placement

    scene.render.fps = 60
    motion = swaying(20, seed=5)
    placed = placement.place(motion, placement.Placing(scene.name), "swaying", {})
    measured = heads(scene, placed.armature, SMPL_BODY.names)[::2]
    assert np.abs(measured - axes.vectors(motion.positions())).max() < 1e-3


def test_moved_and_turned_armature_carries_the_motion_along(scene, swaying):
    from mathutils import Matrix

    from blender_addon import axes, placement
    from blender_addon.rigs import smpl

    motion = swaying(10, seed=1)
    scene.render.fps = 30
    armature = smpl.build(scene, "Kinema")
    armature.matrix_world = Matrix.Translation((3, 1, 0)) @ Matrix.Rotation(1.0, 4, "Z")
    kept = armature.matrix_world.copy()
    placement.place(motion, placement.Placing(scene.name, armature.name), "swaying", {})
    expected = axes.vectors(motion.positions()) @ np.array(kept.to_3x3()).T + np.array(kept.translation)
    assert np.abs(heads(scene, armature, SMPL_BODY.names) - expected).max() < 1e-3


def test_rest_pose_stands_on_the_floor_facing_the_front_view(scene):
    from blender_addon.rigs import smpl

    armature = smpl.build(scene, "Kinema")
    bones = armature.data.bones
    assert set(bones.keys()) == set(SMPL_NAMES)
    for index, parent in enumerate(SMPL_PARENTS):
        wanted = SMPL_NAMES[parent] if parent >= 0 else None
        assert (bones[SMPL_NAMES[index]].parent.name if bones[SMPL_NAMES[index]].parent else None) == wanted
    assert bones["L_Wrist"].head_local.x > 0.5 > -0.5 > bones["R_Wrist"].head_local.x
    assert bones["L_Foot"].head_local.y < bones["L_Ankle"].head_local.y - 0.1
    assert all(bone.length > 0.03 for bone in bones)
    body = armature.children[0].data
    low = min(vertex.co.z for vertex in body.vertices)
    assert abs(low) < 0.003


def test_knees_and_elbows_bend_about_their_local_x(scene):
    from blender_addon.rigs import smpl

    bones = smpl.build(scene, "Kinema").data.bones
    for joint, axis in (("L_Knee", "x"), ("R_Knee", "x"), ("L_Elbow", "z"), ("R_Elbow", "z")):
        assert abs(getattr(bones[joint].matrix_local.to_3x3().col[0], axis)) > 0.95, joint


def test_preview_body_is_closed_weighted_and_light(scene):
    import bmesh

    from blender_addon.rigs import smpl

    armature = smpl.build(scene, "Kinema")
    body = armature.children[0]
    mesh = bmesh.new()
    mesh.from_mesh(body.data)
    assert all(len(edge.link_faces) == 2 for edge in mesh.edges)
    assert mesh.calc_volume(signed=True) > 0.05, "faces look inward"
    assert len(mesh.verts) < 25000
    mesh.free()
    names = {group.index: group.name for group in body.vertex_groups}
    assert set(names.values()) <= set(SMPL_NAMES)
    for vertex in body.data.vertices:
        weights = {names[entry.group]: entry.weight for entry in vertex.groups}
        assert sum(weights.values()) == pytest.approx(1.0, abs=0.06)
        if abs(vertex.co.x) > 0.02:
            other = "R_" if vertex.co.x > 0 else "L_"
            assert sum(weight for name, weight in weights.items() if name.startswith(other)) < 0.2


def test_file_of_the_body_is_what_is_modelled():
    from blender_addon.rigs import figure, smpl

    made = figure.arrays(dict(zip(SMPL_NAMES, smpl.rest_joints(), strict=True)))
    with np.load(figure.FILE, allow_pickle=False) as file:
        assert sorted(file.files) == sorted(made)
        for name in ("quads", "materials", "bones"):
            assert np.array_equal(file[name], made[name])
        assert np.abs(file["vertices"] - made["vertices"]).max() < 1e-5
        # Another processor may round a few weights to the step beside.
        steps = [{(bone, vertex): step for bone, step, vertex in kept["weights"].tolist()} for kept in (file, made)]
        assert sum(steps[0].get(key) != steps[1].get(key) for key in {*steps[0], *steps[1]}) < 100


def test_hand_of_the_body_goes_where_the_wrist_goes(scene, swaying):
    import bpy

    from blender_addon import placement

    motion = swaying(31, seed=9)
    scene.render.fps = 30
    placed = placement.place(motion, placement.Placing(scene.name), "swaying", {})
    body = placed.armature.children[0]
    group = body.vertex_groups["L_Wrist"].index
    hand = [v.index for v in body.data.vertices if any(e.group == group and e.weight > 0.98 for e in v.groups)]
    distances = []
    for frame in (1, 16, 31):
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        points = [body.evaluated_get(graph).data.vertices[index].co.copy() for index in hand]
        wrist = placed.armature.evaluated_get(graph).pose.bones["L_Wrist"].head
        distances.append([(point - wrist).length for point in points])
    assert len(hand) > 50
    assert np.ptp(distances, axis=0).max() < 0.004


def test_bodies_share_their_materials(scene):
    import bpy

    from blender_addon.rigs import smpl

    smpl.build(scene, "One")
    count = len(bpy.data.materials)
    smpl.build(scene, "Two")
    assert len(bpy.data.materials) == count


def test_rig_is_recognised_and_others_are_not(scene):
    import bpy

    from blender_addon.rigs import RIGS, rig_of, smpl

    armature = smpl.build(scene, "Kinema")
    assert rig_of(armature) is RIGS["smpl"]
    other = bpy.data.objects.new("Other", bpy.data.armatures.new("Other"))
    assert rig_of(other) is None
    assert rig_of(armature.children[0]) is None
    assert rig_of(None) is None


def test_foreign_motions_and_armatures_are_refused_with_the_fix(scene, swaying):
    import bpy

    from blender_addon import placement
    from blender_addon.rigs import smpl

    armature = smpl.build(scene, "Kinema")
    skeleton = Skeleton(("root",), np.array([-1]), np.zeros((1, 3)))
    with pytest.raises(SkeletonError, match="convert"):
        smpl.SMPL.track(Motion(np.ones((2, 1, 4)), np.zeros((2, 3)), 30, skeleton), armature)
    other = bpy.data.objects.new("Other", bpy.data.armatures.new("Other"))
    scene.collection.objects.link(other)
    with pytest.raises(SkeletonError, match="choose a Kinema character"):
        placement.place(swaying(3, seed=0), placement.Placing(scene.name, "Other"), "x", {})
    assert not bpy.data.actions
