"""The parts that an edit is made of: windows, corrections, paths, limbs, rates, places."""

from dataclasses import replace

import numpy as np
import pytest

from kinema.conditions.constraints import Masks, Values
from kinema.editing import paths
from kinema.editing.correcting import Correction
from kinema.editing.extending import held
from kinema.editing.limbs import LIMBS, bend
from kinema.editing.origin import Place
from kinema.editing.rates import at_rate, frames_at
from kinema.editing.wanted import Goal
from kinema.editing.windows import LONGEST, OVERLAP, windows
from kinema.features import encoding, layout
from kinema.geometry import heading_angle, quaternion_from_rotation_vector
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY


def smooth_motion(frames: int = 90, fps: float = 30.0, seed: int = 0) -> Motion:
    """Slow sines in every joint, walking and turning."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames)[:, None, None] / fps
    vectors = 0.3 * np.sin(rng.uniform(1, 4, (22, 3)) * t + rng.uniform(0, 6, (22, 3)))
    root = np.stack([0.3 * np.sin(t[:, 0, 0]), 0.9 + 0.02 * np.sin(5 * t[:, 0, 0]), t[:, 0, 0]], axis=1)
    return Motion(quaternion_from_rotation_vector(vectors), root, fps, SMPL_BODY)


@pytest.mark.parametrize("frames", [1, 200, 301, 1500])
def test_windows_cover_what_changes_and_are_no_longer_than_the_network(frames):
    changed = np.zeros(frames, dtype=bool)
    changed[frames // 10 : frames - frames // 10] = True
    found = list(windows(changed))
    covered = np.zeros(frames, dtype=bool)
    for start, stop in found:
        assert 0 < stop - start <= LONGEST
        covered[start:stop] = True
    assert covered[changed].all()
    assert all(b[0] == a[1] - OVERLAP for a, b in zip(found, found[1:], strict=False))


def test_far_changes_have_windows_of_their_own_and_the_middle_is_not_sampled():
    changed = np.zeros(3000, dtype=bool)
    changed[[100, 2900]] = True
    assert [stop - start for start, stop in windows(changed)] == [91, 91]


def test_a_motion_that_has_what_is_wanted_is_not_changed():
    motion = smooth_motion()
    place = Place.of(motion)
    masks = Masks.none(90)
    masks.set_pose(np.arange(20, 40))
    masks.path[20:40] = masks.heading[20:40] = True
    nothing = np.full((90, 2), np.nan)
    inside = place.inside(motion)
    same = Correction(Values.of(inside, canonical=False), masks, nothing, nothing[:, 0], ()).warp(inside)
    assert np.allclose(same.positions(), inside.positions(), atol=1e-9)


def test_a_correction_sets_poses_and_places_exactly_and_leaves_no_jump():
    wanted, made = smooth_motion(seed=1), smooth_motion(seed=2)
    masks = Masks.none(90)
    for at in (slice(0, 30), slice(60, 90)):
        masks.set_pose(at)
        masks.path[at] = masks.heading[at] = True
    nothing = np.full((90, 2), np.nan)
    out = Correction(Values.of(wanted, canonical=False), masks, nothing, nothing[:, 0], ()).warp(made)
    kept = np.r_[0:30, 60:90]
    assert np.allclose(out.positions()[kept], wanted.positions()[kept], atol=1e-6)
    bend_of = np.linalg.norm(np.diff(out.positions(), 2, axis=0), axis=-1).max()
    assert bend_of < 0.06


def test_a_corrected_features_array_decodes_to_the_wanted_path():
    made = smooth_motion(seed=3)
    masks, nothing = Masks.none(90), np.full(90, np.nan)
    rail = np.stack([np.linspace(0, 1, 90), np.linspace(0, 2, 90)], axis=1)
    features = encoding.encode(made)
    correction = Correction(Values.of(made, canonical=False), masks, rail, nothing, ())
    path = encoding.decode(correction(features)).root_translation[:, [0, 2]]
    assert np.linalg.norm(path - path[0] - rail, axis=1).mean() < 0.1


def test_corrections_are_held_beyond_the_known_frames_and_wait_where_nothing_moves():
    values, known = np.zeros((60, 1)), np.zeros(60, dtype=bool)
    values[40:] = 1.0
    known[:10], known[40:50] = True, True
    progress = np.concatenate([np.arange(20.0), np.full(10, 19.0), 19.0 + np.arange(30.0)])
    out = held(values, known, 10, progress)[:, 0]
    assert np.allclose(out[50:], 1.0)
    assert np.allclose(np.diff(out[20:30]), 0.0)
    assert np.all(np.diff(out) > -1e-9)


def test_a_path_gives_directions_and_keeps_them_while_it_stands():
    rail, facing = paths.rails(((0, 0, 0), (2, 2, 0), (4, 2, 0), (6, 2, 2)), 181, 30.0)
    assert np.allclose(rail[[0, 60, 120, 180]], [[0, 0], [2, 0], [2, 0], [2, 2]], atol=1e-9)
    assert abs(np.degrees(facing[30]) - 90.0) < 2.0
    assert abs(np.degrees(facing[150])) < 2.0
    assert np.isfinite(facing).all()


def test_the_network_is_told_milestones_of_a_path_and_the_correction_all_of_it():
    rail, facing = paths.rails(((0, 0, 0), (3, 0, 3)), 120, 30.0)
    made = smooth_motion(seed=3, frames=120)
    correction = Correction(Values.of(made, canonical=False), Masks.none(120), rail, facing, ())
    seen = correction.channels()
    path, heading = seen[:, -22 - 2], seen[:, -22 - 1]
    assert np.flatnonzero(path).tolist() == [0, 30, 60, 90]
    assert np.array_equal(path, heading)
    followed = correction.warp(made).root_translation[:91, [0, 2]]
    assert np.abs(followed - rail[:91]).max() < 0.3


def kept(frames: np.ndarray, joints: slice = slice(None)) -> Correction:
    motion, masks = smooth_motion(frames=120), Masks.none(120)
    masks.set_pose(frames, joints)
    masks.path[frames], masks.heading[frames] = True, True
    nothing = np.full(120, np.nan)
    return Correction(Values.of(motion, canonical=False), masks, np.full((120, 2), np.nan), nothing, (), motion)


def test_words_fill_long_gaps_from_noise_and_short_ones_from_the_poses_beside():
    near, far = kept(np.arange(0, 120, 30)), kept(np.r_[0:30, 90:120])
    assert near.start(told=True) is not None
    assert far.start(told=True) is None
    assert far.start(told=False).shape == (120, layout.WIDTH)
    assert kept(np.array([60])).start(told=True) is None
    assert kept(np.arange(0)).start(told=False) is None


def test_the_network_is_told_whole_poses_and_not_parts_of_them():
    assert not kept(np.arange(120), slice(0, 16)).channels().any()
    told = kept(np.array([0, 60])).channels()
    assert np.flatnonzero(told.any(axis=1)).tolist() == [0, 60]


def test_words_about_parts_are_sampled_freely_and_everything_else_is_steered():
    arms = kept(np.arange(120), slice(0, 16))
    assert not arms.steers(told=True)
    assert arms.steers(told=False)
    assert kept(np.r_[0:30, 90:120]).steers(told=True)
    assert replace(arms, rail=np.zeros((120, 2))).steers(told=True)
    assert replace(arms, goals=(Goal("left_wrist", 60, np.zeros(3)),)).steers(told=True)


def test_said_headings_turn_the_shorter_way_and_nothing_is_said_outside():
    rail, facing = paths.rails(((1, 0, 0, 170.0), (2, 1, 0, -170.0)), 120, 30.0)
    assert np.isnan(rail[:29]).all()
    assert np.isnan(facing[:29]).all()
    assert abs(np.degrees(facing[45]) - 180.0) < 1e-6


@pytest.mark.parametrize("joint", sorted(LIMBS))
def test_a_limb_is_bent_to_a_point_within_reach(joint):
    motion, limb = smooth_motion(), LIMBS[joint]
    positions = motion.positions()[0]
    direction = np.array([0.3, -0.5, 0.6]) / np.linalg.norm([0.3, -0.5, 0.6])
    target = positions[limb.root] + 0.8 * sum(limb.lengths) * direction
    pose = np.array(motion.rotations[0])
    bend(limb, pose, motion.global_rotations()[0], positions, target)
    bent = Motion(pose[None], motion.root_translation[:1], 30.0, SMPL_BODY).positions()[0]
    assert np.linalg.norm(bent[limb.end] - target) < 1e-6
    others = [k for k in range(22) if k not in (limb.root, limb.middle)]
    assert np.array_equal(pose[others], motion.rotations[0, others])


@pytest.mark.parametrize("fps", [24.0, 60.0, 120.0])
def test_another_rate_and_back_is_the_same_motion_without_corners(fps):
    motion = smooth_motion()
    there = at_rate(motion, fps, frames_at(len(motion), 30.0, fps))
    back = at_rate(there, 30.0, len(motion))
    assert np.abs(back.positions() - motion.positions())[3:-3].max() < 0.002
    exact = smooth_motion(len(there), fps)
    assert np.abs(there.positions() - exact.positions())[3:-3].max() < 0.002


def test_a_place_goes_in_and_out():
    motion = smooth_motion()
    place = Place.of(motion, 30, ground=0.2)
    inside = place.inside(motion)
    assert np.allclose(inside.root_translation[30, [0, 2]], 0.0, atol=1e-12)
    assert abs(heading_angle(inside.rotations[30, 0])) < 1e-12
    assert np.allclose(place.outside(inside).positions(), motion.positions(), atol=1e-12)
