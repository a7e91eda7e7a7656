"""Clean-up on a synthetic walk whose feet are known to stand, with sliding and noise added."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinema.cleanup import clean, stances
from kinema.cleanup.feet import BLEND, lock_feet
from kinema.cleanup.ground import lift_body, set_on_ground
from kinema.cleanup.leg_ik import bend_to, legs_of
from kinema.cleanup.smoothing import butterworth, savitzky_golay
from kinema.cleanup.soles import sole_heights
from kinema.contacts import FEET
from kinema.errors import InputError, MotionError
from kinema.geometry import UP, quaternion_from_rotation_vector
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY

FPS = 30.0


def rest(frames: int) -> Motion:
    rotations = np.zeros((frames, 22, 4))
    rotations[..., 0] = 1.0
    return Motion(rotations, np.tile((0.0, 0.975, 0.0), (frames, 1)), FPS, SMPL_BODY)


def walk(frames: int = 120, stride: float = 0.6, cycle: int = 30) -> Motion:
    """Straight walk made with the leg IK: each foot stands flat for 60 % of the cycle, then swings forward."""
    motion = replace(rest(frames), root_translation=np.tile((0.0, 0.92, 0.0), (frames, 1)))
    speed = stride / cycle
    root = motion.root_translation + np.arange(frames)[:, None] * (0.0, 0.0, speed)
    motion = replace(motion, root_translation=root)
    legs = legs_of(motion)
    targets = np.array(legs.ankles)
    for side, shift in ((0, 0), (1, cycle // 2)):
        count, phase = np.divmod(np.arange(frames) + shift, cycle)
        swing = np.clip((phase - 0.6 * cycle) / (0.4 * cycle), 0.0, 1.0)
        smooth = swing**2 * (3 - 2 * swing)
        targets[:, side, 2] = (count - shift / cycle + smooth) * stride + 0.05
        targets[:, side, 1] = (0.0803, 0.0821)[side] + 0.12 * np.sin(np.pi * swing) ** 2
        targets[:, side, 0] = (0.09, -0.09)[side]
    flat = np.zeros((frames, 2, 4))
    flat[..., 0] = 1.0
    rotations = np.array(motion.rotations)
    solved = bend_to(legs, legs.hips, targets, flat)
    for place, joints in enumerate(((1, 2), (4, 5), (7, 8))):
        rotations[:, joints] = solved[:, place]
    return replace(motion, rotations=rotations)


def slid(motion: Motion, amplitude: float = 0.06, period: float = 1.3) -> Motion:
    """The same clip with the whole body swaying along its way, so that feet slide as a bad root path makes them."""
    sway = amplitude * np.sin(2 * np.pi * np.arange(len(motion)) / FPS / period)
    return replace(motion, root_translation=motion.root_translation + sway[:, None] * (0.3, 0.0, 1.0))


def stance_speed(motion: Motion, stands: np.ndarray) -> float:
    """Mean horizontal speed of heels and balls between two frames in which they stand, m/s."""
    feet = motion.positions()[:, FEET][..., [0, 2]]
    speed = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * FPS
    both = (stands[1:] & stands[:-1]).reshape(-1, 4)
    return float(speed[both].mean())


@pytest.fixture(scope="module")
def clip() -> Motion:
    return walk()


def test_the_synthetic_walk_stands_without_sliding(clip):
    stands = stances(clip)
    assert 0.5 < stands.mean() < 0.75
    assert stance_speed(clip, stands) < 0.05


def test_sliding_is_removed_and_the_rest_kept(clip):
    bad = slid(clip)
    stands = stances(clip)
    good = clean(bad, stands.reshape(-1, 4).astype(float))
    assert stance_speed(bad, stands) > 0.12
    assert stance_speed(good, stands) < 0.1 * stance_speed(bad, stands)
    error = np.linalg.norm(good.positions() - bad.positions(), axis=-1)
    assert error.mean() < 0.02
    upper = [i for i, name in enumerate(SMPL_BODY.names) if i not in (1, 2, 4, 5, 7, 8, 10, 11)]
    np.testing.assert_allclose(good.rotations[:, upper], bad.rotations[:, upper], atol=1e-12)
    np.testing.assert_array_equal(good.root_translation[:, [0, 2]], bad.root_translation[:, [0, 2]])


def test_without_given_contacts_it_finds_them_itself(clip):
    bad = slid(clip)
    stands = stances(clip)
    assert stance_speed(clean(bad), stands) < 0.4 * stance_speed(bad, stands)


def test_no_jump_from_frame_to_frame(clip):
    bad, good = slid(clip), clean(slid(clip))
    before = np.linalg.norm(np.diff(bad.positions(), axis=0), axis=-1).max()
    after = np.linalg.norm(np.diff(good.positions(), axis=0), axis=-1).max()
    assert after < 1.35 * before
    spin = np.abs(np.sum(good.rotations[1:] * good.rotations[:-1], axis=-1)).min()
    assert np.degrees(2 * np.arccos(min(spin, 1.0))) < 25


def test_a_clean_walk_stays_as_it_is(clip):
    error = np.linalg.norm(clean(clip).positions() - clip.positions(), axis=-1)
    assert error.max() < 0.02


def test_soles_are_brought_to_the_ground_from_either_side(clip):
    for offset in (-0.05, 0.04):
        moved = replace(clip, root_translation=clip.root_translation + offset * UP)
        heights = sole_heights(clean(moved)).min(axis=2)
        stands = stances(clip).any(axis=2)
        assert heights.min() > -1e-3
        assert np.abs(heights[stands]).max() < 0.01


def test_strength_zero_gives_the_same_object_and_half_lies_between(clip):
    bad = slid(clip)
    stands = stances(clip)
    assert clean(bad, strength=0.0) is bad
    speeds = [stance_speed(lock_feet(bad, stands, strength=s), stands) for s in (0.0, 0.5, 1.0)]
    assert speeds[0] > 1.3 * speeds[1] > 1.3 * speeds[2]


def test_a_far_target_lowers_the_pelvis_and_keeps_the_bones(clip):
    high = replace(rest(60), root_translation=np.tile((0.0, 1.02, 0.0), (60, 1)))
    stands = np.ones((60, 2, 2), dtype=bool)
    good = lock_feet(high, stands)
    assert np.allclose(sole_heights(good), 0.0, atol=0.012)
    bone = np.linalg.norm(good.positions()[:, 4] - good.positions()[:, 1], axis=-1)
    np.testing.assert_allclose(bone, np.linalg.norm(SMPL_BODY.offsets[4]), atol=1e-9)


def test_knees_bend_forward_from_straight_legs():
    """The rest pose has straight legs: shortening them must never send a knee backwards."""
    low = replace(rest(30), root_translation=np.tile((0.0, 0.85, 0.0), (30, 1)))
    good = lock_feet(low, np.ones((30, 2, 2), dtype=bool))
    p = good.positions()
    for hip, knee, ankle in ((1, 4, 7), (2, 5, 8)):
        middle = 0.5 * (p[:, hip] + p[:, ankle])
        assert np.all(p[:, knee, 2] - middle[:, 2] > 0.05)


def test_unmoved_targets_give_the_rotations_back():
    rng = np.random.default_rng(3)
    motion = Motion(
        quaternion_from_rotation_vector(0.4 * rng.normal(size=(50, 22, 3))), np.zeros((50, 3)), FPS, SMPL_BODY
    )
    legs = legs_of(motion)
    solved = bend_to(legs, legs.hips, legs.ankles, legs.feet)
    for place, joints in enumerate(([1, 2], [4, 5], [7, 8])):
        same = np.abs(np.sum(solved[:, place] * motion.rotations[:, joints], axis=-1))
        np.testing.assert_allclose(same, 1.0, atol=1e-9)
    np.testing.assert_allclose(legs.ankles, motion.positions()[:, [7, 8]], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.floats(0.05, 1.0))
def test_any_motion_of_any_length_stays_finite_and_reachable(seed, frames, strength):
    rng = np.random.default_rng(seed)
    rotations = quaternion_from_rotation_vector(rng.normal(size=(frames, 22, 3)))
    motion = Motion(rotations, rng.normal(size=(frames, 3)), FPS, SMPL_BODY)
    contacts = rng.random((frames, 4))
    good = clean(motion, contacts, strength=strength)
    assert len(good) == frames
    assert np.all(np.isfinite(good.positions()))
    np.testing.assert_allclose(good.rotations[:, 12:], motion.rotations[:, 12:], atol=1e-12)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 7])
def test_shortest_clips(frames):
    assert len(clean(walk(40).crop(0, frames), cutoff=6.0)) == frames


def test_a_flight_is_left_alone():
    flight = replace(walk(60), root_translation=walk(60).root_translation + UP)
    np.testing.assert_allclose(clean(flight).positions(), flight.positions(), atol=1e-9)


def test_a_lying_body_is_lifted_out_of_the_ground_smoothly():
    lying = rest(60)
    rotations = np.array(lying.rotations)
    rotations[:, 0] = quaternion_from_rotation_vector(np.array([-np.pi / 2, 0.0, 0.0]))
    sunk = replace(lying, rotations=rotations, root_translation=np.tile((0.0, 0.03, 0.0), (60, 1)))
    assert sunk.positions()[..., 1].min() < -0.02
    lifted = lift_body(sunk)
    assert lifted.positions()[:, [0, 12, 15, 18, 19, 20, 21], 1].min() > -1e-6
    assert np.abs(np.diff(lifted.root_translation[:, 1])).max() < 0.01


def test_the_ground_is_set_once_for_the_whole_clip(clip):
    moved = replace(clip, root_translation=clip.root_translation + 0.07 * UP)
    back = set_on_ground(moved, stances(clip))
    np.testing.assert_allclose(back.root_translation, clip.root_translation, atol=2e-3)


def test_corrections_end_a_blend_after_the_stance():
    clip = slid(walk(90), 0.05)
    stands = np.zeros((90, 2, 2), dtype=bool)
    stands[30:45] = True
    good = lock_feet(clip, stands)
    far = np.r_[0 : 30 - round(BLEND * FPS) - 4, 45 + round(BLEND * FPS) + 4 : 90]
    low = sole_heights(clip).min(axis=(1, 2)) > 0
    kept = [frame for frame in far if low[frame]]
    assert kept
    np.testing.assert_allclose(good.positions()[kept], clip.positions()[kept], atol=2e-3)


def test_a_slide_that_is_meant_is_not_undone():
    """A clip that slides 2 m on both feet keeps most of its way; feet stay within reach."""
    slide = replace(rest(90), root_translation=np.linspace((0, 0.97, 0), (0, 0.97, 1.5), 90))
    good = lock_feet(slide, np.ones((90, 2, 2), dtype=bool))
    feet = good.positions()[:, 7]
    assert np.linalg.norm(feet[-1] - feet[0]) > 1.0


def test_filters_keep_slow_motion_and_remove_noise():
    clip = walk(150)
    rng = np.random.default_rng(0)
    noisy = replace(clip, root_translation=clip.root_translation + 0.01 * rng.normal(size=(150, 3)))
    for smooth in (butterworth(noisy, 5.0), savitzky_golay(noisy, 0.3)):
        error = np.abs(smooth.root_translation - clip.root_translation)[10:-10].mean()
        assert error < 0.6 * np.abs(noisy.root_translation - clip.root_translation)[10:-10].mean()
    np.testing.assert_allclose(butterworth(rest(40)).rotations, rest(40).rotations, atol=1e-9)


def test_quaternion_signs_do_not_matter_to_filters():
    clip = walk(60)
    flipped = replace(clip, rotations=clip.rotations * np.where(np.arange(60) % 2, -1.0, 1.0)[:, None, None])
    np.testing.assert_allclose(butterworth(flipped).positions(), butterworth(clip).positions(), atol=1e-9)


def test_a_swing_lower_than_asked_is_lifted_and_stances_stay(clip):
    stands = stances(clip)
    swings = ~stands.any(axis=2)
    least = 1.4 * sole_heights(clip).max(axis=2)
    plain, lifted = clean(clip, stands.reshape(-1, 4)), clean(clip, stands.reshape(-1, 4), clearance=least)
    before, after = (sole_heights(motion).max(axis=2) for motion in (plain, lifted))
    middle = swings & np.roll(swings, 3, axis=0) & np.roll(swings, -3, axis=0)
    assert np.median(after[middle] / before[middle]) > 1.35
    np.testing.assert_allclose(after[~swings], before[~swings], atol=1e-3)
    assert np.abs(np.diff(after, n=2, axis=0)).max() < 2.0 * np.abs(np.diff(before, n=2, axis=0)).max()
    np.testing.assert_array_equal(lifted.root_translation[:, [0, 2]], plain.root_translation[:, [0, 2]])
    same = clean(clip, stands.reshape(-1, 4), clearance=np.zeros_like(least))
    np.testing.assert_array_equal(same.rotations, plain.rotations)


def test_a_swing_keeps_its_height_until_shortly_before_it_lands(clip):
    stands = stances(clip)
    down = stands.any(axis=2)
    least = np.where(down, 0.0, 0.06)
    plain, lifted = clean(clip, stands.reshape(-1, 4)), clean(clip, stands.reshape(-1, 4), clearance=least)
    before, after = (sole_heights(motion).max(axis=2) for motion in (plain, lifted))
    landing = ~down[:-3] & ~down[1:-2] & ~down[2:-1] & down[3:]
    assert (before[1:-2][landing] < 0.05).any()
    assert after[1:-2][landing].min() > 0.05


def test_refusals(clip):
    with pytest.raises(InputError, match="strength"):
        clean(clip, strength=1.5)
    with pytest.raises(InputError, match="contacts must be"):
        clean(clip, np.zeros((3, 4)))
    with pytest.raises(InputError, match="cutoff"):
        butterworth(clip, 20.0)
    other = Skeleton(("a",), np.array([-1]), np.zeros((1, 3)))
    with pytest.raises(MotionError, match="retarget"):
        clean(Motion(np.array([[[1.0, 0, 0, 0]]]), np.zeros((1, 3)), FPS, other))
