"""Characters on what lies under them: a step, a slope, a table above, their own floor."""

import numpy as np
import pytest

from kinema.errors import RequestError
from kinema.protocol import quaternion
from kinema.protocol.smpl import SMPL_BODY

bpy = pytest.importorskip("bpy")

from mathutils import Matrix  # noqa: E402

from tests.blender import characters  # noqa: E402


def plane(scene, name, place, size=(4.0, 4.0), tilt=0.0):
    x, y = size
    data = bpy.data.meshes.new(name)
    data.from_pydata([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)], [], [(0, 1, 2, 3)])
    thing = bpy.data.objects.new(name, data)
    scene.collection.objects.link(thing)
    thing.matrix_world = Matrix.Translation(place) @ Matrix.Rotation(tilt, 4, "X")
    bpy.context.view_layer.update()
    return thing


@pytest.fixture
def walking():
    """Two metres in steps of half a metre, one foot swinging while the other stands, 30 frames a second."""
    from kinema.protocol.motion import Motion

    t = np.arange(120) / 30.0
    q = np.tile([1.0, 0, 0, 0], (120, 22, 1))
    for side, shift in (("L", 0.0), ("R", 0.5)):
        phase = (t + shift) % 1.0
        swing = np.clip((phase - 0.5) / 0.5, 0.0, 1.0)
        angle = np.where(phase < 0.5, 0.15 - 0.6 * phase, -0.15 + 0.3 * swing)
        lift = np.where(phase < 0.5, 0.0, np.sin(np.pi * swing))
        for joint, turn in (("Hip", -angle - 0.5 * lift), ("Knee", 1.0 * lift), ("Ankle", angle - 0.5 * lift)):
            q[:, SMPL_BODY.index(f"{side}_{joint}")] = quaternion.from_axis_angle(np.array([1.0, 0, 0]), turn)
    root = np.stack([0 * t, 0 * t, 0.5 * t], axis=1)
    motion = Motion(q, root, 30.0, SMPL_BODY)
    low = motion.positions()[:, [SMPL_BODY.index("L_Foot"), SMPL_BODY.index("R_Foot")], 1].min(axis=1)
    return Motion(q, root - np.stack([0 * t, low - 0.02, 0 * t], axis=1), 30.0, SMPL_BODY)


def placed(scene, armature, motion, **settings):
    """Soles (T, foot, heel and ball, 3) in the body's frame, and the ground that a rest pose's floor is."""
    from blender_addon import placement, sampling
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.feet import sole_points, stances
    from blender_addon.rigs.settings import RigSettings

    scene.render.fps = 30
    rig = rig_of(armature)
    placement.write_motion(
        motion, rig, armature, "take", placement.Placing(scene.name), RigSettings(clear_hands=False, **settings)
    )
    pose = sampling.read_pose(scene, armature, rig)
    return pose, sole_points(pose, pose.positions()) - (0.0, pose.rest.floor, 0.0), stances(motion)


@pytest.mark.parametrize("name", ["mixamo", "ue5"])
def test_feet_stand_on_the_step_that_lies_in_the_way(scene, walking, name):
    armature = characters.build(scene, name)
    plane(scene, "floor", (0, 0, 0))
    plane(scene, "step", (0, -5.0, 0.15), (4.0, 4.0))  # begins one metre in front, at y = -1
    plane(scene, "table above", (0, 0, 2.5))
    pose, soles, stand = placed(scene, armature, walking, ground_from="SCENE")
    low = soles[..., 1].min(axis=2)
    middle = soles.mean(axis=2)[..., 2]
    down = stand.any(axis=2)
    before, after = down & (middle < 0.8), down & (middle > 1.2)
    assert before.sum() > 20
    assert after.sum() > 20
    assert np.abs(low[before]).max() < 0.01
    assert np.abs(low[after] - 0.15).max() < 0.01
    assert np.abs(np.diff(pose.hips[:, 1])).max() < 0.03
    _, own, _ = placed(scene, armature, walking)
    assert np.abs(own[..., 1].min(axis=2)[down]).max() < 0.01


def test_feet_follow_the_one_mesh_that_was_chosen(scene, walking):
    armature = characters.build(scene, "mixamo")
    armature.matrix_world = Matrix.Translation((3, 1, 0.4)) @ Matrix.Rotation(0.8, 4, "Z") @ armature.matrix_world
    plane(scene, "in the way", (3, 1, 0.7), (9, 9))
    slope = plane(scene, "slope", (3, 1, 0.4), (9, 9), tilt=np.radians(8.0))
    _, soles, stand = placed(scene, armature, walking, ground_from="OBJECT", ground_object="slope")
    from blender_addon import sampling
    from blender_addon.rigs import rig_of

    pose = sampling.read_pose(scene, armature, rig_of(armature), [1])
    to_world = sampling.rest_in_world(pose.rest, armature)
    points = (soles + (0.0, pose.rest.floor, 0.0)) @ to_world[:3, :3].T + to_world[:3, 3]
    local = (points - np.array(slope.matrix_world.translation)) @ np.array(slope.matrix_world.to_3x3())
    heights = local[..., 2].mean(axis=2)
    down = stand.any(axis=2)
    assert np.abs(heights[down]).max() < 0.03
    assert np.ptp(points[..., 2]) > 0.1


def test_ground_that_is_no_mesh_is_refused_with_the_fix(scene, walking):
    armature = characters.build(scene, "mixamo")
    with pytest.raises(RequestError, match="choose a mesh of this scene as the ground"):
        placed(scene, armature, walking, ground_from="OBJECT", ground_object=armature.name)


def test_quality_card_measures_against_the_ground_that_is_set(scene, walking, addon):
    from blender_addon.rig_operators import CARD_KEY

    armature = characters.build(scene, "mixamo")
    plane(scene, "stage", (0, 0, 0.3), (9, 9))
    placed(scene, armature, walking, ground_from="SCENE")
    bpy.context.view_layer.objects.active = armature
    cards = []
    for kind in ("OWN", "SCENE"):
        armature.kinema_rig.ground_from = kind
        assert bpy.ops.kinema.quality() == {"FINISHED"}
        cards.append(armature.animation_data.action[CARD_KEY]["lines"])
    assert "Floating: 2" in cards[0]
    assert "Floating: 0.0 cm" in cards[1]
