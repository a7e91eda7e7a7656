"""Measures of style: Fréchet distance, travel speed, windows of any length, verdicts within a set."""

import numpy as np
import pytest

from kinema.evaluation.style.cli import to_markdown
from kinema.evaluation.style.judge import WINDOW, Judges, _windows
from kinema.evaluation.style.rows import FIGURES, Row, frechet, travel_speed
from kinema.features import layout
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY


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


def test_the_table_leaves_out_what_a_row_does_not_know():
    text = to_markdown([Row("random", 3, {"content": 0.5})])
    assert text.splitlines()[-1].count("–") == len(FIGURES) - 1
    assert "0.500" in text
