"""Measures of style: Fréchet distance, travel speed, windows of any length, verdicts within a set."""

from types import SimpleNamespace

import numpy as np
import pytest

from kinema.evaluation.style.cli import skates_to_markdown, to_markdown
from kinema.evaluation.style.intervals import bootstrap_interval, mean_interval, share_interval
from kinema.evaluation.style.judge import MAIN_SET, WINDOW, Judges, _windows
from kinema.evaluation.style.rows import FIGURES, Row, frechet, posture_taken, travel_speed
from kinema.evaluation.style.sheets import one_of_each
from kinema.features import layout
from kinema.geometry import yaw_quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY
from kinema.training.corpus import Item


def test_frechet_distance_of_known_gaussians():
    rng = np.random.default_rng(0)
    first = rng.normal(size=(40000, 3))
    assert frechet(first, first) == pytest.approx(0.0, abs=1e-6)
    assert frechet(first, first + [2.0, 0.0, 0.0]) == pytest.approx(4.0, abs=1e-6)
    # 1-D: (3 - 1)^2 for each of three dimensions.
    assert frechet(first, 3.0 * first) == pytest.approx(12.0, rel=0.02)


def test_travel_speed_of_a_straight_walk_and_of_one_frame():
    path = np.zeros((31, 3))
    path[:, 2] = np.linspace(0.0, 1.5, 31)
    motion = Motion(np.tile([1.0, 0.0, 0.0, 0.0], (31, 22, 1)), path, 30.0, SMPL_BODY)
    assert travel_speed(motion) == pytest.approx(1.5)
    assert travel_speed(motion.crop(0, 1)) == 0.0


def test_posture_taken_is_0_for_the_clip_1_for_the_reference_and_heeds_no_heading():
    def bent(angle: float, heading: float = 0.0, frames: int = 20) -> Motion:
        rotations = np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1))
        rotations[:, 0] = yaw_quaternion(np.full(frames, heading))
        rotations[:, SMPL_BODY.index("Spine1")] = [np.cos(angle / 2), np.sin(angle / 2), 0.0, 0.0]
        return Motion(rotations, np.full((frames, 3), heading), 30.0, SMPL_BODY)

    clip, reference = bent(0.0), bent(0.6, 2.0, 35)
    assert posture_taken(clip, clip, reference) == pytest.approx(0.0)
    assert posture_taken(clip, bent(0.6), reference) == pytest.approx(1.0)
    assert 0.4 < posture_taken(clip, bent(0.3), reference) < 0.6
    assert posture_taken(clip, bent(-0.3), reference) < -0.3


@pytest.mark.parametrize(("frames", "number"), [(5, 1), (48, 1), (72, 2), (200, 7)])
def test_windows_cover_clips_of_any_length(frames, number):
    assert _windows(np.zeros((frames, layout.WIDTH))).shape == (number, WINDOW, layout.WIDTH)


def test_verdicts_stay_among_the_labels_of_the_clips_own_set():
    judges = Judges([("one", "old"), ("two", "elderly"), ("two", "active")], [("one", "bow"), ("two", "walk")])
    clips = [np.random.default_rng(k).normal(size=(60, layout.WIDTH)) for k in range(4)]
    verdicts = judges.judge(clips, ["one", "two", "one", "two"])
    assert verdicts.styles[0] == verdicts.styles[2] == "old"
    assert set(verdicts.styles[1::2]) <= {"elderly", "active"}
    assert verdicts.contents == ("bow", "walk", "bow", "walk")


def test_intervals_are_those_of_independent_values_where_each_is_its_own_group():
    values = np.random.default_rng(0).normal(size=400)
    usual = 1.96 * values.std(ddof=1) / 20.0
    mean, half = mean_interval(values, range(400))
    assert mean == pytest.approx(values.mean())
    assert half == pytest.approx(usual, rel=1e-3)
    assert bootstrap_interval(lambda rows: float(values[rows].mean()), range(400))[1] == pytest.approx(usual, rel=0.25)


def test_repeating_a_clip_tells_nothing_new():
    values = np.random.default_rng(1).normal(size=50)
    once = mean_interval(values, range(50))
    assert mean_interval(np.repeat(values, 8), np.repeat(np.arange(50), 8)) == pytest.approx(once)
    assert mean_interval(values, range(50), np.full(50, 3.0)) == pytest.approx(once)
    assert np.isnan(mean_interval(values, [0] * 50)[1])


def test_a_share_of_one_is_no_certainty():
    # Wilson at 10 of 10: 0.722 to 1, so half of it is 0.139.
    assert share_interval([True] * 10, range(10)) == pytest.approx((1.0, 0.139), abs=1e-3)
    assert share_interval([True] * 50 + [False] * 50, range(100))[1] == pytest.approx(0.0962, abs=1e-3)


def test_a_sheet_shows_each_content_as_usual_or_else_in_another_style_than_its_own():
    rows = [("walk", "old"), ("walk", "normal"), ("walk", "sad"), ("run", "old"), ("run", "sad"), ("bow", "old")]
    found = [SimpleNamespace(action=action, style=style, id=f"{MAIN_SET}_{action}") for action, style in rows]
    found.append(SimpleNamespace(action="bye", style="normal", id="bandai/dataset-1_bye"))
    chosen = one_of_each([Item(clip, 0, 60, False) for clip in found], "old")
    assert {content: item.clip.style for content, item in chosen.items()} == {
        "walk": "normal",
        "run": "sad",
        "bow": "old",
    }


def test_foot_skate_is_told_by_content():
    text = skates_to_markdown(
        [Row("identity", 3, skates={"run": 0.1, "walk": 0.2}), Row("random", 1, skates={"run": 0.3})]
    )
    assert text.splitlines()[2:] == ["| identity | 0.100 | 0.200 |", "| random | 0.300 | – |"]


def test_the_table_leaves_out_what_a_row_does_not_know():
    text = to_markdown([Row("random", 3, {"content": 0.5})])
    assert text.splitlines()[-1].count("–") == len(FIGURES) - 1
    assert "0.500" in text
    assert "0.500 ± 0.125" in to_markdown([Row("random", 3, {"content": 0.5}, {"content": 0.125})])
