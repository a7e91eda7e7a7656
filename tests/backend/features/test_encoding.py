"""Motion -> features -> Motion -> features; NumPy and torch kinematics agree; mirroring is its own inverse."""

import numpy as np
import pytest
import torch

from kinema import geometry
from kinema.errors import MotionError
from kinema.features import encoding, kinematics, layout, mirroring
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY


def wandering_motion(seed: int = 0, frames: int = 90) -> Motion:
    """A smooth random motion that turns and travels."""
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 3, frames)[:, None, None]
    angles = 0.5 * np.sin(time * rng.uniform(1, 4, (1, 22, 3)) + rng.uniform(0, 6, (1, 22, 3)))
    rotations = geometry.quaternion_from_rotation_vector(angles)
    yaw = geometry.yaw_quaternion(np.cumsum(rng.normal(0.03, 0.02, frames)) + 2.0)
    rotations[:, 0] = quaternion.multiply(yaw, rotations[:, 0])
    path = np.cumsum(rng.normal(0.02, 0.01, (frames, 3)), axis=0)
    path[:, 1] = 0.9 + 0.05 * np.sin(time[:, 0, 0])
    return Motion(rotations, path, 30.0, SMPL_BODY)


def test_features_to_motion_to_features_is_exact():
    features = encoding.encode(wandering_motion())
    again = encoding.encode(encoding.decode(features))
    assert np.abs(again - features).max() <= 1e-5


def test_decoded_motion_is_the_original_up_to_its_start():
    motion = wandering_motion()
    decoded = encoding.decode(encoding.encode(motion))
    turn = geometry.yaw_quaternion(-geometry.heading_angle(motion.rotations[0, 0]))
    ground = motion.root_translation[0] * [1, 0, 1]
    expected = quaternion.rotate(turn, motion.positions() - ground)
    assert np.abs(decoded.positions() - expected).max() < 1e-9


def test_features_do_not_depend_on_place_and_heading():
    motion = wandering_motion()
    turn = geometry.yaw_quaternion(np.array(1.3))
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    moved = Motion(rotations, quaternion.rotate(turn, motion.root_translation) + [3.0, 0.0, -2.0], 30.0, SMPL_BODY)
    assert np.abs(encoding.encode(moved) - encoding.encode(motion)).max() < 1e-9


def test_torch_kinematics_equal_numpy():
    features = encoding.encode(wandering_motion())
    expected = encoding.decode(features).positions()
    got = kinematics.world_positions(torch.from_numpy(features)[None])[0].numpy()
    assert np.abs(got - expected).max() < 1e-9
    local = kinematics.local_positions(torch.from_numpy(features)[None])[0, :, 1:].numpy()
    assert np.abs(local.reshape(len(local), -1) - features[:, layout.POSITIONS]).max() < 1e-9


def test_mirroring_twice_gives_the_motion_back_and_swaps_sides():
    motion = wandering_motion()
    mirrored = mirroring.mirror(motion)
    assert np.abs(mirroring.mirror(mirrored).rotations - motion.rotations).max() < 1e-12
    left, right = SMPL_BODY.index("L_Wrist"), SMPL_BODY.index("R_Wrist")
    reflected = motion.positions()[:, left] * [-1, 1, 1]
    assert np.abs(mirrored.positions()[:, right] - reflected).max() < 0.08


def test_one_frame_and_wrong_input():
    motion = wandering_motion(frames=1)
    assert encoding.encode(motion).shape == (1, layout.WIDTH)
    with pytest.raises(MotionError, match="resample"):
        encoding.encode(Motion(motion.rotations, motion.root_translation, 24.0, SMPL_BODY))
    with pytest.raises(MotionError, match="features must be"):
        encoding.decode(np.zeros((4, 7)))
