"""Two-bone inverse kinematics: what it reaches, what it leaves alone, which way it bends."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from kinema.geometry import quaternion_from_rotation_vector
from kinema.protocol import quaternion
from kinema.retarget.limbs import reach

THIGH = np.array([0.0, -0.39, 0.01])
SHIN = np.array([0.0, -0.43, -0.03])
X = np.array([1.0, 0.0, 0.0])
BASE = np.zeros((1, 3))
FREE = np.ones(1)


def leg(hip: float, knee: float) -> tuple[np.ndarray, np.ndarray]:
    """Global rotations (1, 4) of thigh and shin, bent about X by radians."""
    upper = quaternion_from_rotation_vector(np.array([[hip, 0.0, 0.0]]))
    return upper, quaternion.multiply(upper, quaternion_from_rotation_vector(np.array([[knee, 0.0, 0.0]])))


def end(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    return quaternion.rotate(upper, THIGH) + quaternion.rotate(lower, SHIN)


@pytest.mark.parametrize("target", [(0.1, -0.7, 0.2), (0.0, -0.3, 0.3), (-0.3, 0.4, 0.1), (0.0, -0.81, 0.0)])
def test_the_end_meets_every_target_within_reach(target):
    upper, lower = reach(BASE, *leg(-0.3, 0.6), THIGH, SHIN, X, np.array([target]), FREE)
    assert_allclose(end(upper, lower)[0], target, atol=1e-9)


@pytest.mark.parametrize("knee", [0.0, 0.05, 0.7, 2.4])
def test_a_limb_that_is_there_already_does_not_move(knee):
    before = leg(0.4, knee)
    after = reach(BASE, *before, THIGH, SHIN, X, end(*before), FREE)
    for old, new in zip(before, after, strict=True):
        assert_allclose(np.abs(np.sum(old * new)), 1.0, atol=1e-12)


def test_a_straight_leg_bends_its_knee_forward():
    upper, lower = reach(BASE, *leg(0.0, 0.0), THIGH, SHIN, X, np.array([[0.0, -0.6, 0.0]]), FREE)
    assert quaternion.rotate(upper, THIGH)[0, 2] > 0.2
    assert_allclose(end(upper, lower)[0], [0.0, -0.6, 0.0], atol=1e-9)


def test_a_limb_becomes_no_straighter_than_allowed():
    upper, lower = reach(BASE, *leg(-0.2, 0.4), THIGH, SHIN, X, np.array([[0.0, -2.0, 0.0]]), np.array([0.96]))
    length = np.linalg.norm(THIGH) + np.linalg.norm(SHIN)
    assert_allclose(np.linalg.norm(end(upper, lower)), 0.96 * length, atol=1e-9)
    assert_allclose(end(upper, lower)[0, :], [0.0, -0.96 * length, 0.0], atol=1e-9)


def test_a_target_at_the_joint_itself_leaves_finite_rotations():
    for target in (np.zeros((1, 3)), np.array([[0.0, 1e-9, 0.0]])):
        upper, lower = reach(BASE, *leg(0.1, 0.3), THIGH, SHIN, X, target + 1e-12, FREE)
        assert np.all(np.isfinite(upper))
        assert np.all(np.isfinite(lower))


def test_a_smooth_target_gives_a_smooth_knee_through_the_straight_leg():
    t = np.linspace(0.0, 1.0, 200)
    target = np.stack([0 * t, -0.70 - 0.2 * t, 0.1 * t], axis=-1)
    hips, knees = leg(-0.2, 0.4)
    upper, lower = reach(
        np.zeros((200, 3)),
        np.tile(hips, (200, 1)),
        np.tile(knees, (200, 1)),
        THIGH,
        SHIN,
        X,
        target,
        np.full(200, 0.985),
    )
    for joint in (upper, lower):
        step = 2.0 * np.arccos(np.clip(np.abs(np.sum(joint[1:] * joint[:-1], axis=-1)), 0.0, 1.0))
        assert np.degrees(step).max() < 2.0
