"""Feet that a path leads: what slides is held, what drags is lifted, and what is not led is cleaned as ever."""

import numpy as np
import pytest

from kinema import cleanup
from kinema.cleanup.soles import sole_heights
from kinema.editing import looping
from kinema.editing.finishing import finish
from kinema.editing.making import Draft
from kinema.editing.stepping import CLEARANCE, SLOW, stepping, swings
from kinema.editing.wanted import Wanted
from kinema.evaluation.physical import foot_skate
from kinema.geometry import quaternion_from_rotation_vector
from kinema.protocol.messages import Edit
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

FRAMES = 90


def shuffling(speed: float = 0.9, stride: float = 0.3) -> Motion:
    """Legs that swing in turn without lifting, on a root faster than they step."""
    t = np.arange(FRAMES) / 30.0
    vectors = np.zeros((FRAMES, 22, 3))
    swing = stride * np.sin(2 * np.pi * t)
    for hip, ankle, sign in ((1, 7, 1.0), (2, 8, -1.0)):
        vectors[:, hip, 0], vectors[:, ankle, 0] = sign * swing, -sign * swing
    root = np.stack([np.zeros(FRAMES), np.full(FRAMES, 0.93), speed * t], axis=1)
    motion = Motion(quaternion_from_rotation_vector(vectors), root, 30.0, SMPL_BODY)
    return cleanup.clean(motion, np.zeros((FRAMES, 4)))


def in_turn() -> np.ndarray:
    """Contacts (T, 4): each foot stands while its hip swings back."""
    left = np.cos(2 * np.pi * np.arange(FRAMES) / 30.0) > 0
    return np.stack([left, left, ~left, ~left], axis=1).astype(float)


def test_led_feet_skate_less_and_clear_the_ground_where_they_swing():
    motion, contacts = shuffling(), in_turn()
    plain = stepping(motion, contacts, np.zeros(FRAMES, dtype=bool))
    led = stepping(motion, contacts, np.ones(FRAMES, dtype=bool))
    assert foot_skate(led) < 0.6 * foot_skate(plain)
    assert sole_heights(plain)[14:17, 0].max() < 0.5 * CLEARANCE
    assert sole_heights(led)[14:17, 0].max(axis=1).min() > 0.8 * CLEARANCE
    assert np.array_equal(led.root_translation[:, [0, 2]], motion.root_translation[:, [0, 2]])


def test_without_a_path_feet_are_cleaned_as_in_any_clip():
    motion, contacts = shuffling(), in_turn()
    plain, usual = stepping(motion, contacts, np.zeros(FRAMES, dtype=bool)), cleanup.clean(motion, contacts)
    assert np.array_equal(plain.rotations, usual.rotations)
    assert np.array_equal(plain.root_translation, usual.root_translation)


def test_a_motion_made_anew_steps_as_one_on_a_path_does():
    motion, contacts = shuffling(), in_turn()
    wanted = Wanted.of(Edit("e", "a person walks forward", "", seconds=FRAMES / 30.0), None)
    draft = Draft(motion.rotations, motion.root_translation, contacts, np.ones(FRAMES, dtype=bool))
    made = finish(draft, wanted, clean=True)
    assert foot_skate(made) < 0.6 * foot_skate(finish(draft, wanted, clean=False))
    assert np.array_equal(made.rotations, stepping(motion, contacts).rotations)


def test_feet_of_a_loop_that_a_network_made_step_as_in_any_motion_and_across_the_seam():
    motion, contacts = shuffling().crop(0, 61), in_turn()[:60]
    cycle = looping.travel(motion)
    rounds = {
        name: looping.played(looping.clean(cycle, motion, contacts=told), 121, motion)
        for name, told in (("clip", None), ("made", contacts))
    }
    swinging = sole_heights(rounds["made"])[:, 0].max(axis=1)
    for middle in range(15, 120, 30):
        assert swinging[middle - 1 : middle + 2].min() > 0.8 * CLEARANCE
        assert sole_heights(rounds["clip"])[middle, 0].max() < 0.5 * CLEARANCE
    assert foot_skate(rounds["made"]) < 0.6 * foot_skate(rounds["clip"])
    seam = looping.seam(rounds["made"].crop(0, 61))
    assert looping.roughest(seam) <= 1.0


def test_fixed_frames_stay_and_feet_at_rest_are_not_lifted():
    motion, fixed = shuffling(), np.arange(FRAMES) < 30
    led = stepping(motion, in_turn(), np.ones(FRAMES, dtype=bool), fixed)
    assert np.allclose(led.rotations[:30], motion.rotations[:30], atol=1e-12)
    still = swings(shuffling(speed=0.3, stride=0.0))
    assert SLOW > 0.3
    assert np.array_equal(still, np.zeros((FRAMES, 2)))


@pytest.mark.parametrize("frames", [1, 2])
def test_the_shortest_motions_pass(frames):
    assert swings(shuffling().crop(0, frames)).shape == (frames, 2)
