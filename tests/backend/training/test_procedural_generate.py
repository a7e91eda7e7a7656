"""The generator as a whole: determinism, words, physical limits, real bases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinema.contacts import FEET, foot_contacts
from kinema.errors import MotionError
from kinema.geometry import heading_angle, yaw_quaternion
from kinema.protocol import quaternion
from kinema.protocol.messages import PARTS
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY, SMPL_NAMES
from kinema.refine.language import parse
from kinema.training.procedural import generate
from kinema.training.procedural.captions import Clause, captions, gerund

SEEDS = range(80)


@pytest.fixture(scope="module")
def clips():
    return [generate(seed) for seed in SEEDS]


def walking_base(seconds: float = 6.0) -> Motion:
    """A body that glides along +X, arms down, turned that way: a base like one from a capture."""
    frames = round(60 * seconds)
    rotations = np.zeros((frames, len(SMPL_BODY), 4))
    rotations[..., 0] = 1.0
    rotations[:, 0] = yaw_quaternion(np.full(frames, np.pi / 2))
    path = np.stack([np.linspace(3.0, 3.0 + 1.2 * seconds, frames), np.full(frames, 0.97), np.full(frames, 5.0)], 1)
    return Motion(rotations, path, 60.0, SMPL_BODY)


def test_same_seed_same_clip_and_other_seed_another() -> None:
    one, again, other = generate(11), generate(11), generate(12)
    assert np.array_equal(one.motion.rotations, again.motion.rotations)
    assert (one.texts, one.parts, one.primitives) == (again.texts, again.parts, again.primitives)
    assert len(one.motion) != len(other.motion) or not np.array_equal(one.motion.rotations, other.motion.rotations)


def test_clips_are_30_fps_on_the_smpl_body_between_two_and_ten_seconds(clips) -> None:
    for clip in clips:
        assert clip.motion.fps == 30.0
        assert clip.motion.skeleton.names == SMPL_BODY.names
        assert 2.0 - 0.02 <= clip.motion.seconds <= 10.0 + 0.02


def test_clips_start_at_the_origin_facing_forward(clips) -> None:
    for clip in clips:
        start = clip.motion.root_translation[0]
        assert np.hypot(start[0], start[2]) < 0.6
        assert abs(heading_angle(clip.motion.rotations[0, 0])) < np.radians(25.0)


def test_texts_and_parts_are_complete_and_well_formed(clips) -> None:
    for clip in clips:
        assert 1 <= len(clip.texts) <= 6
        assert len(set(clip.texts)) == len(clip.texts)
        assert all(text.strip() and not set("[]{}") & set(text) and "  " not in text for text in clip.texts)
        assert tuple(clip.parts) == PARTS
    assert np.mean([len(clip.texts) >= 3 for clip in clips]) > 0.9


def test_part_sentences_belong_to_the_part_language(clips) -> None:
    for clip in clips:
        for part, sentence in clip.parts.items():
            subject = "the " + part.replace("_", " ") + " "
            assert sentence.startswith(subject)
            for predicate in sentence.removeprefix(subject).split(", then "):
                parse(part, predicate)


def test_nothing_sinks_into_the_ground_and_standing_feet_stand(clips) -> None:
    for clip in clips:
        positions = clip.motion.positions()
        assert positions[..., 1].min() > 0.01
        contact = foot_contacts(positions, 30.0)
        both = contact[1:] * contact[:-1]
        speed = np.linalg.norm(np.diff(positions[:, FEET][..., [0, 2]], axis=0), axis=-1) * 30.0
        assert np.sum(speed * both) / max(np.sum(both), 1.0) < 0.04


def test_knees_and_elbows_bend_the_right_way(clips) -> None:
    knees = [SMPL_NAMES.index(name) for name in ("L_Knee", "R_Knee")]
    left, right = SMPL_NAMES.index("L_Elbow"), SMPL_NAMES.index("R_Elbow")
    for clip in clips:
        local = clip.motion.rotations
        assert np.degrees(2.0 * np.arctan2(local[:, knees, 1], local[:, knees, 0])).min() > 0.0
        assert np.degrees(2.0 * np.arctan2(-local[:, left, 2], local[:, left, 0])).min() > -8.0
        assert np.degrees(2.0 * np.arctan2(local[:, right, 2], local[:, right, 0])).min() > -8.0


def test_no_joint_jumps_between_frames(clips) -> None:
    for clip in clips:
        local = clip.motion.rotations
        dots = np.abs(np.sum(local[1:] * local[:-1], axis=-1))
        assert np.degrees(2.0 * np.arccos(np.clip(dots, 0.0, 1.0))).max() < 60.0


def test_a_base_keeps_its_legs_and_root_and_is_canonical() -> None:
    base = walking_base()
    legs = [SMPL_BODY.index(f"{side}_{name}") for side in "LR" for name in ("Hip", "Knee", "Ankle")]
    changed = 0
    for seed in range(12):
        clip = generate(seed, base)
        assert np.allclose(clip.motion.rotations[:, legs], base.rotations[0, legs])
        assert np.allclose(clip.motion.root_translation[0, [0, 2]], 0.0)
        assert clip.motion.root_translation[-1, 2] > 1.0
        assert np.allclose(clip.motion.rotations[:, 0], [1.0, 0.0, 0.0, 0.0])
        assert clip.primitives[0] == "walk forward"
        assert any("walk" in text.lower() for text in clip.texts)
        assert "walks forward" in clip.parts["left_leg"]
        upper = [SMPL_BODY.index(name) for name in ("L_Shoulder", "R_Shoulder", "Spine2", "Head")]
        changed += not np.allclose(clip.motion.rotations[:, upper], base.rotations[0, upper], atol=0.1)
    assert changed >= 9


def test_a_base_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(MotionError, match="at least"):
        generate(0, walking_base(1.0))
    other = Skeleton(("Root", "Tip"), np.array([-1, 0]), np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    still = Motion(np.tile([1.0, 0.0, 0.0, 0.0], (90, 2, 1)), np.zeros((90, 3)), 30.0, other)
    with pytest.raises(MotionError, match="SMPL_BODY"):
        generate(0, still)


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=0, max_value=2**40))
def test_any_seed_gives_unit_quaternions_and_finite_roots(seed: int) -> None:
    motion = generate(seed).motion
    assert np.allclose(np.linalg.norm(motion.rotations, axis=-1), 1.0)
    assert np.all(np.isfinite(motion.root_translation))
    assert np.allclose(quaternion.normalize(motion.rotations), motion.rotations)


def test_captions_vary_in_subject_and_form_but_keep_the_side() -> None:
    clause = Clause(("[raise] {his} left arm", "[lift] {his} left arm"), ("slowly",))
    found = captions(np.random.default_rng(0), [clause], "while", 12)
    assert len(found) == 12
    assert all("left arm" in text for text in found)
    assert any(text.lower().startswith("rais") or text.lower().startswith("lift") for text in found)
    assert any("raises" in text or "lifts" in text for text in found)


@pytest.mark.parametrize(
    ("verb", "form"), [("squat", "squatting"), ("wave", "waving"), ("kick", "kicking"), ("sidestep", "sidestepping")]
)
def test_gerunds(verb: str, form: str) -> None:
    assert gerund(verb) == form
