"""Takes on every kind of rig: going on from where it stands and from its pose, objects that move, loops, few keys."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from kinema.protocol import quaternion  # noqa: E402
from kinema.protocol.motion import Motion  # noqa: E402
from kinema.protocol.smpl import SMPL_BODY  # noqa: E402
from tests.blender import characters  # noqa: E402

ALL = ("smpl", "rigify_metarig", "rigify", "rigify_deform", *characters.BUILDS)


def walk(frames=40, turn=0.0, fps=30.0):
    """Strides with swinging arms along +Z, 1.2 m a second, turning evenly by `turn` radians in all."""
    t = np.arange(frames) / fps
    q = np.tile([1.0, 0, 0, 0], (frames, 22, 1))
    swing = 0.4 * np.sin(2 * np.pi * t)
    x, y = np.eye(3)[0], np.eye(3)[1]
    for side, sign in (("L", 1.0), ("R", -1.0)):
        q[:, SMPL_BODY.index(f"{side}_Hip")] = quaternion.from_axis_angle(x, sign * swing)
        q[:, SMPL_BODY.index(f"{side}_Knee")] = quaternion.from_axis_angle(x, 0.3 + 0.3 * sign * swing)
        q[:, SMPL_BODY.index(f"{side}_Shoulder")] = quaternion.from_axis_angle(x, -0.5 * sign * swing)
    heading = np.linspace(0.0, turn, frames)
    q[:, 0] = quaternion.from_axis_angle(y, heading)
    step = np.stack([np.sin(heading), 0 * t, np.cos(heading)], axis=1) * 1.2 / fps
    root = np.cumsum(step, axis=0) - step[0] + [0.0, 0.93, 0.0]
    return Motion(q, root, fps, SMPL_BODY)


def put(scene, armature, motion, name="take", settings=None, **changes):
    """Place a motion as Accept does; `settings` are the rig's."""
    from blender_addon import placement, rig_choice

    with pytest.MonkeyPatch.context() as patch:
        if settings is not None:
            patch.setattr(placement, "settings_of", lambda _: settings)
        assert rig_choice is not None
        return placement.place(motion, placement.Placing(scene.name, armature.name, **changes), name, {}).action


def shown(scene, armature, frame):
    """One frame as Blender shows it: pose of the rig, and heads of its mapped bones in the world."""
    from blender_addon import sampling
    from blender_addon.rigs import rig_of

    rig = rig_of(armature)
    scene.frame_set(frame)
    pose = sampling.pose_now(armature, rig)
    names = [bone for part, bones in pose.rest.mapping.bones.items() for bone in bones if part != "Root"]
    poses, worlds = sampling.matrices(scene, armature, names, [frame])
    return pose, (worlds[:, None] @ poses)[0, :, :3, 3]


def raw(**changes):
    from blender_addon.rigs.settings import RigSettings

    return RigSettings(**{"lock": 0.0, "clear_hands": False} | changes)


def metres(armature):
    return float(np.cbrt(abs(np.linalg.det(np.array(armature.matrix_world.to_3x3())))))


def loosely(name):
    """Rigify's controls show a pose within a degree and two centimetres; all others exactly."""
    return (0.02, 2.0) if name == "rigify" else (1e-3, 0.1)


@pytest.mark.parametrize("name", ALL)
def test_motion_goes_on_from_the_pose_and_the_place_of_every_rig(scene, name):
    from blender_addon import standing

    scene.render.fps = 30
    armature = characters.build(scene, name)
    armature.location = (1.0, -2.0, 0.0)
    bpy.context.view_layer.update()
    put(scene, armature, walk(turn=0.9), settings=raw())
    before, heads = shown(scene, armature, 31)
    there = standing.place_now(armature)
    assert np.hypot(there.x, there.z) > 0.5
    action = put(scene, armature, walk(turn=-0.4), "next", raw(), start=31, begin="POSE", blend=10)
    after, again = shown(scene, armature, 31)
    far, turned = loosely(name)
    assert np.linalg.norm(again - heads, axis=1).max() < far
    mapped = [after.rest.names.index(b) for bones in after.rest.mapping.bones.values() for b in bones]
    angle = quaternion.angle_between(after.turns[:, mapped], before.turns[:, mapped])
    assert np.degrees(angle).max() < turned
    assert action["kinema_blend"] == 10
    shown(scene, armature, 60)
    end = standing.place_now(armature)
    # 29 frames of 1.2 m a second, at the size of the rig: seen in the motion's own metres.
    assert np.hypot(end.x - there.x, end.z - there.z) == pytest.approx(1.2 * 29 / 30, abs=0.05)


WAYS = (
    ("smpl", "OBJECT", "OBJECT"),
    ("mixamo", "OBJECT", "HIPS"),
    ("ue5", "OBJECT", "HIPS"),
    ("ue5", "OBJECT", "ROOT"),
    ("ue5", "ROOT", "HIPS"),
    ("ue5", "HIPS", "OBJECT"),
)


@pytest.mark.parametrize(("name", "first", "second"), WAYS)
def test_whatever_carried_the_way_is_gone_on_from(scene, name, first, second):
    scene.render.fps = 30
    armature = characters.build(scene, name)
    armature.location = (1.0, -2.0, 0.5)
    bpy.context.view_layer.update()
    put(scene, armature, walk(turn=0.9), settings=raw(root_motion=first))
    _, heads = shown(scene, armature, 31)
    scene.frame_set(5)  # Accept is pressed with the timeline somewhere else.
    put(scene, armature, walk(), "next", raw(root_motion=second), start=31, begin="POSE")
    _, again = shown(scene, armature, 31)
    assert np.linalg.norm(again - heads, axis=1).max() < 2e-3
    _, later = shown(scene, armature, 51)
    assert np.linalg.norm(later.mean(axis=0) - again.mean(axis=0)) == pytest.approx(0.8, abs=0.12)


@pytest.mark.parametrize(("name", "first", "second"), [WAYS[0], WAYS[2]])
def test_strips_go_on_without_a_jump(scene, name, first, second):
    scene.render.fps = 30
    armature = characters.build(scene, name)
    armature.location = (1.0, -2.0, 0.5)
    bpy.context.view_layer.update()
    put(scene, armature, walk(turn=0.9), settings=raw(root_motion=first))
    put(scene, armature, walk(), "next", raw(root_motion=second), destination="STRIP", begin="PLACE", blend=8)
    assert len(armature.animation_data.nla_tracks) == 2
    places = np.stack([shown(scene, armature, frame)[1].mean(axis=0) for frame in range(25, 60, 2)])
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert steps.max() < 0.13
    assert np.linalg.norm(places[-1] - places[0]) > 0.8


def test_strip_that_moves_the_object_after_strips_that_do_not_is_refused(scene):
    from kinema.errors import SkeletonError

    armature = characters.build(scene, "mixamo")
    put(scene, armature, walk(), settings=raw())
    with pytest.raises(SkeletonError, match="choose Hips"):
        put(scene, armature, walk(), settings=raw(root_motion="OBJECT"), destination="STRIP")
    assert len(bpy.data.actions) == 1


@pytest.mark.parametrize("reduce", [False, True])
@pytest.mark.parametrize(("name", "root"), [("smpl", "HIPS"), ("mixamo", "HIPS"), ("ue5", "ROOT"), ("vroid", "OBJECT")])
def test_loops_have_no_seam_with_locked_feet_and_few_keys(scene, name, root, reduce):
    from blender_addon import keyframes

    scene.render.fps = 30
    armature = characters.build(scene, name)
    settings = raw(lock=1.0, root_motion=root, reduce=reduce)
    action = put(scene, armature, walk(100), settings=settings, loop=True, in_place=True, begin="POSE")
    assert keyframes.repeats(action)
    first, last = (round(frame) for frame in action.frame_range)
    assert last - first >= 20
    _, start = shown(scene, armature, first)
    _, middle = shown(scene, armature, first + 7)
    for turn in (1, 2):
        _, seam = shown(scene, armature, first + turn * (last - first))
        assert np.linalg.norm(seam - start, axis=1).max() < 2e-3
        _, later = shown(scene, armature, first + turn * (last - first) + 7)
        assert np.linalg.norm(later - middle, axis=1).max() < 2e-3


def test_travelling_loop_goes_on_and_on(scene):
    scene.render.fps = 30
    armature = characters.build(scene, "mixamo")
    action = put(scene, armature, walk(100), settings=raw(lock=1.0, reduce=True), loop=True)
    first, last = (round(frame) for frame in action.frame_range)
    places = [shown(scene, armature, first + turn * (last - first))[1] for turn in range(4)]
    steps = np.diff(np.stack(places), axis=0)
    assert np.linalg.norm(steps[0], axis=1).min() > 0.5
    assert np.abs(steps - steps[0, 0]).max() < 4e-3


def test_apply_keeps_beginning_loop_and_provenance(addon, scene):
    from blender_addon import keyframes, provenance

    scene.render.fps = 30
    armature = characters.build(scene, "mixamo")
    bpy.context.view_layer.objects.active = armature
    put(scene, armature, walk(turn=0.9))
    _, heads = shown(scene, armature, 31)
    first = put(scene, armature, walk(), "next", start=31, begin="POSE", blend=10)
    provenance.stamp(first, {"request": {"prompt": "walk"}, "seed": 3, "pack": {"licence": "CC0-1.0"}}, "a/0")
    armature.kinema_rig.reduce = True
    assert bpy.ops.kinema.apply_rig_settings() == {"FINISHED"}
    made = armature.animation_data.action
    assert made != first
    assert made["kinema"] == first["kinema"]
    assert made["kinema_take"] == "a/0"
    assert made["kinema_licence"] == "CC0-1.0"
    assert keyframes.count_keys(made)[1] < 0.8 * keyframes.count_keys(first)[1]
    _, again = shown(scene, armature, 31)
    assert np.linalg.norm(again - heads, axis=1).max() < 5e-3
    looped = put(scene, armature, walk(100), "round", loop=True)
    assert bpy.ops.kinema.apply_rig_settings() == {"FINISHED"}
    assert armature.animation_data.action != looped
    assert keyframes.repeats(armature.animation_data.action)


@pytest.mark.parametrize("name", ["mixamo", "ue4", "cmu"])
def test_ghost_is_drawn_where_the_character_will_be(addon, scene, name):
    from blender_addon import standing
    from blender_addon.rigs import rig_of

    scene.render.fps = 30
    armature = characters.build(scene, name)
    armature.location = (1.0, -2.0, 0.5)
    bpy.context.view_layer.update()
    motion = walk(turn=0.9)
    put(scene, armature, motion, settings=raw())
    pose, heads = shown(scene, armature, 31)
    names = [bone for part, bones in pose.rest.mapping.bones.items() for bone in bones if part != "Root"]
    hips = 0.5 * sum(heads[names.index(pose.rest.mapping.first(f"{side}_Hip"))] for side in "LR")
    matrix = standing.to_world(armature, rig_of(armature))
    joints = motion.positions()[30]
    wanted = 0.5 * (joints[SMPL_BODY.index("L_Hip")] + joints[SMPL_BODY.index("R_Hip")])
    np.testing.assert_allclose(matrix[:3, :3] @ wanted + matrix[:3, 3], hips, atol=2e-3)
