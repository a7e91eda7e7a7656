"""Edits through the real pipeline with the shipped weights: what is kept is exact, what is wanted is met."""

import numpy as np
import pytest

from kinema.checkpoints import find_pack
from kinema.cleanup.soles import sole_heights
from kinema.editing.finishing import exactly_equal
from kinema.editing.guiding import BETWEEN, PARTS
from kinema.editing.wanted import Wanted, changing_joints
from kinema.errors import Cancelled, RequestError
from kinema.geometry import heading_angle
from kinema.pipeline import Pipeline
from kinema.protocol import quaternion
from kinema.protocol.messages import Edit, Generate
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

STEPS = 3


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.open(find_pack(None), "cpu")


@pytest.fixture(scope="module")
def walk(pipeline) -> Motion:
    """Three seconds of walking, placed and turned in the world."""
    made = pipeline.generate(Generate("a", "a person walks forward", seconds=3.0, steps=5, seed=1)).motions[0]
    turn = np.array([np.cos(0.4), 0.0, np.sin(0.4), 0.0])
    rotations = np.array(made.rotations)
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    return Motion(rotations, quaternion.rotate(turn, made.root_translation) + [4.0, 0.0, -2.0], 30.0, SMPL_BODY)


def edited(pipeline, clip, **fields):
    request = Edit("a", clip="" if clip is None else "walk.npz", steps=STEPS, **fields)
    result = pipeline.edit(request, clip)
    return request, result.motions[0], result.settings["errors"][0]


def test_a_span_changes_and_everything_else_is_bit_for_bit_the_clip(pipeline, walk):
    request, motion, found = edited(pipeline, walk, span=(30, 59), prompt="a person jumps")
    outside = np.r_[0:30, 60:90]
    assert np.array_equal(motion.rotations[outside], walk.rotations[outside])
    assert np.array_equal(motion.root_translation[outside], walk.root_translation[outside])
    assert not np.allclose(motion.rotations[40:50], walk.rotations[40:50], atol=0.01)
    assert found["seams"]["velocity"] <= 1.0
    assert exactly_equal(motion, Wanted.of(request, walk))


@pytest.mark.parametrize("parts", [("left_arm",), ("head", "torso"), ("right_leg",), ("left_leg", "right_leg")])
def test_parts_change_and_the_others_are_bit_for_bit_the_clip(pipeline, walk, parts):
    _, motion, _ = edited(pipeline, walk, body_parts=parts, prompt="a person waves the left hand")
    changing = changing_joints(parts)
    assert np.array_equal(motion.rotations[:, ~changing], walk.rotations[:, ~changing])
    assert not np.allclose(motion.rotations[:, changing], walk.rotations[:, changing], atol=0.01)
    assert np.array_equal(motion.root_translation, walk.root_translation) == (not changing[0])


def test_keys_keep_poses_and_places_and_what_is_between_joins_smoothly(pipeline, walk):
    keys = (0, 25, 60, 89)
    _, motion, found = edited(pipeline, walk, keys=keys)
    assert np.array_equal(motion.rotations[list(keys)], walk.rotations[list(keys)])
    assert np.array_equal(motion.root_translation[list(keys)], walk.root_translation[list(keys)])
    step = np.linalg.norm(np.diff(motion.positions(), axis=0), axis=-1)
    assert step.max() < 0.25
    assert set(found["seams"]) == {"velocity", "acceleration"}


@pytest.mark.parametrize("fps", [12.0, 24.0, 60.0, 120.0])
def test_another_rate_keeps_frames_count_and_exactness(pipeline, walk, fps):
    clip = walk.resample(fps)
    first, last = len(clip) // 3, len(clip) // 2
    request, motion, _ = edited(pipeline, clip, span=(first, last))
    assert (len(motion), motion.fps) == (len(clip), fps)
    assert exactly_equal(motion, Wanted.of(request, clip))
    jump = np.linalg.norm(np.diff(motion.positions(), axis=0), axis=-1).max() * fps
    assert jump < 2.5 * np.linalg.norm(np.diff(clip.positions(), axis=0), axis=-1).max() * fps


def test_a_clip_on_raised_ground_keeps_standing_on_it(pipeline, walk):
    raised = Motion(walk.rotations, walk.root_translation + [0.0, 1.3, 0.0], 30.0, SMPL_BODY)
    motion = edited(pipeline, raised, span=(30, 59))[1]
    soles = sole_heights(motion)[30:60].min(axis=(1, 2))
    assert soles.min() > 1.27
    assert np.median(soles) < 1.33


def test_a_path_is_followed_and_the_error_is_told(pipeline):
    path = ((0.0, 1.0, 0.0), (1.5, 1.5, 1.2), (3.0, 0.5, 2.4))
    _, motion, found = edited(pipeline, None, prompt="a person walks", path=path)
    at = np.linalg.norm(motion.root_translation[[0, 45, 90]][:, [0, 2]] - np.array(path)[:, 1:], axis=1)
    assert at.max() < 0.08
    assert found["path"]["mean"] < 0.05
    assert len(motion) == 91


def test_waypoints_with_headings_turn_the_body(pipeline):
    path = ((0.0, 0.0, 0.0, 0.0), (2.0, 0.0, 1.5, 90.0))
    _, motion, _ = edited(pipeline, None, prompt="a person walks", path=path, seconds=2.1)
    assert abs(np.degrees(heading_angle(motion.rotations[60:61, 0])[0]) - 90.0) < 15.0


@pytest.mark.parametrize(
    ("joint", "point"),
    [("right_wrist", (-0.3, 1.3, 0.4)), ("left_wrist", (0.5, 1.0, 1.5)), ("head", (0.2, 1.4, 0.3))],
)
def test_goals_are_reached_also_beyond_the_arm(pipeline, joint, point):
    _, _, found = edited(pipeline, None, prompt="a person stands", goals=((joint, 1.0, *point),), seconds=2.0)
    assert found["goals"][0] < 0.02


def test_a_clip_longer_than_the_network_is_made_in_windows(pipeline, walk):
    index = np.abs((np.arange(450) + 89) % 178 - 89)
    clip = Motion(walk.rotations[index], walk.root_translation[index], 30.0, SMPL_BODY)
    request, motion, _ = edited(pipeline, clip, span=(20, 430))
    assert exactly_equal(motion, Wanted.of(request, clip))
    assert np.linalg.norm(np.diff(motion.positions(), axis=0), axis=-1).max() < 0.3


def test_the_same_request_gives_the_same_motion_and_samples_differ(pipeline, walk):
    request = Edit("a", clip="w", span=(30, 59), steps=STEPS, samples=2)
    first, again = pipeline.edit(request, walk).motions, pipeline.edit(request, walk).motions
    assert np.array_equal(first[0].rotations, again[0].rotations)
    assert not np.allclose(first[0].rotations, first[1].rotations, atol=0.01)


def test_cancel_stops_between_steps(pipeline, walk):
    heard = []
    with pytest.raises(Cancelled):
        pipeline.edit(
            Edit("a", clip="w", steps=50), walk, heard.append, lambda: sum(p.stage == "sample" for p in heard) >= 2
        )
    assert sum(p.stage == "sample" for p in heard) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"span": (10, 90)}, "its frames are 0 to 89"),
        ({"keys": (4, 200)}, "its frames are 0 to 89"),
        ({"span": (3, 4), "keys": (3, 4)}, "leave some frames"),
        ({"path": ((9.0, 0.0, 0.0),)}, "after the motion's end"),
        ({"goals": (("head", 9.0, 0.0, 1.5, 0.0),)}, "after the motion's end"),
        ({"span": (30, 40), "goals": (("right_wrist", 0.1, 0.0, 1.0, 0.0),)}, "let right_arm change there"),
        ({"body_parts": ("left_arm",), "goals": (("right_wrist", 1.0, 0.0, 1.0, 0.0),)}, "let right_arm change there"),
        ({"body_parts": ("left_arm",), "goals": (("head", 1.0, 0.0, 1.0, 0.0),)}, "let both legs change"),
    ],
)
def test_what_does_not_fit_the_clip_is_refused_with_the_fix(walk, fields, words):
    with pytest.raises(RequestError, match=words):
        Wanted.of(Edit("a", clip="w", **fields), walk)


@pytest.mark.parametrize(
    ("fields", "factor"),
    [({"span": (30, 59)}, BETWEEN), ({"keys": (0, 40)}, BETWEEN), ({"body_parts": ("head",)}, PARTS), ({}, 1.0)],
)
def test_words_weigh_less_between_kept_frames_and_more_on_parts_unless_the_request_says(pipeline, walk, fields, factor):
    usual = pipeline.pack.section("sampling")["guidance"]
    request = Edit("a", "a person jumps", "walk.npz", steps=1, **fields)
    assert pipeline.edit(request, walk).settings["guidance"] == pytest.approx(1.0 + factor * (usual - 1.0))
    own = Edit("a", "a person jumps", "walk.npz", steps=1, guidance=1.25, **fields)
    assert pipeline.edit(own, walk).settings["guidance"] == 1.25
