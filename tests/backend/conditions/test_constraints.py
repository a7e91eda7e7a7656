"""Constraints' channels: what training reads from features is what a request reads from a motion."""

from dataclasses import fields, replace

import numpy as np
import pytest

from kinema import geometry
from kinema.conditions.constraints import WIDTH, Masks, Values, channels
from kinema.features import encoding
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import BODY_JOINTS, SMPL_BODY
from kinema.training.diffusion_constraints import Kinds, draw_masks, values_of


def some_motion(frames: int = 40, seed: int = 0) -> Motion:
    rng = np.random.default_rng(seed)
    steps = rng.normal(0.0, 0.05, (frames, BODY_JOINTS, 3)).cumsum(axis=0)
    rotations = geometry.quaternion_from_rotation_vector(steps)
    path = rng.normal(0.0, 0.03, (frames, 3)).cumsum(axis=0) * [1.0, 0.1, 1.0] + [3.0, 0.9, -2.0]
    return Motion(quaternion.unroll(rotations), path, 30.0, SMPL_BODY)


def test_features_and_motion_give_the_same_values():
    motion = some_motion()
    ours, theirs = Values.of(motion), values_of(encoding.encode(motion))
    for field in fields(Values):
        assert np.allclose(getattr(ours, field.name), getattr(theirs, field.name), atol=1e-5), field.name


def test_where_a_clip_stands_and_faces_does_not_matter():
    motion = some_motion()
    turn = geometry.yaw_quaternion(np.array(1.3))
    rotations = motion.rotations.copy()
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    moved = quaternion.rotate(turn, motion.root_translation) + [5.0, 0.0, 1.0]
    ours, theirs = Values.of(motion), Values.of(replace(motion, rotations=rotations, root_translation=moved))
    for field in fields(Values):
        assert np.allclose(getattr(ours, field.name), getattr(theirs, field.name), atol=1e-9), field.name


def test_unset_values_are_zero_and_set_ones_are_whole():
    motion = some_motion(12)
    values, masks = Values.of(motion), Masks.none(12)
    assert not masks.any()
    assert not channels(values, masks).any()
    masks.set_pose(np.array([3]))
    masks.path[:] = True
    rows = channels(values, masks)
    assert rows.shape == (12, WIDTH)
    assert rows.dtype == np.float32
    assert np.allclose(rows[3, : 6 * BODY_JOINTS], values.rotations[3].ravel(), atol=1e-6)
    flags = rows[:, -(3 * BODY_JOINTS + 2) :]
    assert flags.sum() == 2 * BODY_JOINTS + 12
    assert not rows[4, : 6 * BODY_JOINTS].any()


@pytest.mark.parametrize("kind", list(vars(Kinds())))
def test_every_kind_of_constraint_is_drawn(kind):
    kinds = Kinds(**{name: float(name == kind) for name in vars(Kinds())})
    rng = np.random.default_rng(0)
    drawn = [draw_masks(60, rng, kinds) for _ in range(20)]
    assert sum(masks.any() for masks in drawn) >= 15
    if kind in ("path", "waypoints"):
        assert all(masks.path.any() and not masks.rotations.any() for masks in drawn)
    if kind == "goals":
        assert all(masks.world.any() and not masks.local.any() for masks in drawn)
