"""Changes to whole motions, checked by what they promise."""

import os
import sys

import numpy as np
import pytest

sys.path.insert(0, os.path.dirname(__file__))

from child_backend import swaying

from blender_addon import editing
from blender_addon.editing import Place
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY


@pytest.fixture
def motion():
    return swaying(90, seed=2)


def periodic(frames, period):
    """A body that swings its arms with a period of `period` frames while it travels."""
    phase = 2 * np.pi * np.arange(frames) / period
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (frames, len(SMPL_BODY), 1))
    for name in ("L_Shoulder", "R_Shoulder", "L_Hip", "R_Hip"):
        side = 1.0 if name.startswith("L") else -1.0
        turned = quaternion.from_axis_angle(np.array([1.0, 0.0, 0.0]), side * 0.6 * np.sin(phase))
        rotations[:, SMPL_BODY.index(name)] = turned
    root = np.stack([0 * phase, 0.95 + 0.03 * np.cos(2 * phase), 0.04 * np.arange(frames)], axis=1)
    return Motion(rotations, root, 30.0, SMPL_BODY)


def test_moved_motion_begins_at_the_place_and_is_the_same_body(motion):
    place = Place(1.5, -2.0, 0.7)
    moved = editing.moved(motion, place)
    begin = editing.place_of(moved)
    assert (begin.x, begin.z, begin.heading) == pytest.approx((1.5, -2.0, 0.7))
    was, now = motion.positions(), moved.positions()
    np.testing.assert_allclose(now[..., 1], was[..., 1], atol=1e-9)
    distances = lambda p: np.linalg.norm(p[:, :, None] - p[:1, None, :], axis=-1)  # noqa: E731
    np.testing.assert_allclose(distances(now), distances(was), atol=1e-9)


def test_moving_back_gives_the_motion_again(motion):
    there = editing.moved(motion, Place(3.0, 1.0, -2.0))
    back = editing.moved(there, editing.place_of(motion))
    np.testing.assert_allclose(back.positions(), motion.positions(), atol=1e-9)


def test_in_place_keeps_height_and_turning(motion):
    still = editing.in_place(motion)
    np.testing.assert_array_equal(np.ptp(still.root_translation[:, [0, 2]], axis=0), 0.0)
    np.testing.assert_array_equal(still.root_translation[:, 1], motion.root_translation[:, 1])
    np.testing.assert_allclose(still.rotations, motion.rotations, atol=1e-12)


@pytest.mark.parametrize(("frames", "fps"), [(2, 24.0), (37, 24.0), (90, 30.0), (91, 29.97), (240, 60.0)])
def test_fitted_motion_has_the_frames_and_keeps_first_and_last_pose(motion, frames, fps):
    fitted = editing.fitted(motion, frames, fps)
    assert len(fitted) == frames
    assert fitted.fps == pytest.approx(fps)
    np.testing.assert_allclose(fitted.positions()[[0, -1]], motion.positions()[[0, -1]], atol=1e-6)


def test_loop_closes_and_finds_the_period():
    motion = periodic(100, 30)
    loop = editing.looped(motion)
    first, last = loop.positions()[[0, -1]]
    np.testing.assert_allclose(first - first[0], last - last[0], atol=1e-9)
    np.testing.assert_allclose(first[:, 1], last[:, 1], atol=1e-9)
    assert (len(loop) - 1) % 30 in (0, 1, 29)
    assert loop.root_translation[-1, 2] - loop.root_translation[0, 2] == pytest.approx(0.04 * (len(loop) - 1))


def test_loop_of_a_motion_that_never_repeats_still_closes_smoothly(motion):
    loop = editing.looped(motion)
    assert len(loop) >= editing.LOOP_SHARE * len(motion)
    np.testing.assert_allclose(
        np.abs(np.sum(loop.rotations[0] * loop.rotations[-1], axis=-1)), 1.0, atol=1e-9
    )  # the same turns
    steps = np.linalg.norm(np.diff(loop.positions() - loop.root_translation[:, None], axis=0), axis=-1).max()
    was = np.linalg.norm(np.diff(motion.positions() - motion.root_translation[:, None], axis=0), axis=-1).max()
    assert steps < 2.0 * was


def test_long_share_keeps_nearly_all(motion):
    assert len(editing.looped(motion, editing.FITTED_LOOP_SHARE)) >= 0.8 * len(motion)
