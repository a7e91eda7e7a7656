"""Every rig that Kinema knows: recognised, written, read back, in real Blender."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from tests.blender import characters, measuring  # noqa: E402

ALL = ("smpl", "rigify_metarig", "rigify", "rigify_deform", *characters.BUILDS)
DIRECT = tuple(name for name in ALL if name != "rigify")


def kind(name):
    return characters.KINDS.get(name, name.split("_")[0] if name.startswith("rigify") else name)


@pytest.mark.parametrize("name", ALL)
def test_rig_is_recognised_by_its_kind_with_confidence(scene, name):
    from blender_addon.rigs import confidences

    found = confidences(characters.build(scene, name))
    best, second = list(found.items())[:2]
    assert best[0] == kind(name), found
    assert best[1] > 0.75
    assert best[1] - second[1] > 0.05, found


@pytest.mark.parametrize("name", ALL)
def test_limbs_point_where_the_motion_says(scene, swaying, name):
    from blender_addon.rigs.settings import RigSettings

    armature = characters.build(scene, name)
    errors = measuring.place_and_measure(scene, armature, swaying(20, seed=4), RigSettings(lock=0.0, clear_hands=False))
    assert errors.direction_worst < (0.1 if name != "rigify" else 1.0)
    assert errors.hips_worst < (0.1 if name != "rigify" else 2.0)


@pytest.mark.parametrize("name", DIRECT)
def test_action_becomes_the_motion_that_it_was_made_from(scene, swaying, name):
    from blender_addon import placement, sampling
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.settings import RigSettings

    scene.render.fps = 30
    armature = characters.build(scene, name)
    rig = rig_of(armature)
    raw = RigSettings(lock=0.0, clear_hands=False)
    placement.write_motion(swaying(12, seed=2), rig, armature, "once", placement.Placing(scene.name), raw)
    first = sampling.read_pose(scene, armature, rig)
    motion = sampling.read_motion(scene, armature, rig)
    placement.write_motion(motion, rig, armature, "again", placement.Placing(scene.name), raw)
    second = sampling.read_pose(scene, armature, rig)
    places = np.linalg.norm(first.positions() - second.positions(), axis=-1)
    assert places.max() < 1e-3
    from kinema.protocol import quaternion

    mapped = [first.rest.names.index(b) for bones in first.rest.mapping.bones.values() for b in bones]
    turned = np.degrees(quaternion.angle_between(first.turns[:, mapped], second.turns[:, mapped]))
    assert turned.max() < 0.1
