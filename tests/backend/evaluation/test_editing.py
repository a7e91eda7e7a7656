"""The edit report on a pack of random weights: which clips count, which rows there are, what they can say."""

from dataclasses import replace

import numpy as np
import pytest

from kinema.checkpoints import find_pack
from kinema.evaluation import editing
from kinema.evaluation.edit_cli import table
from kinema.evaluation.suite.arms import ARMS
from kinema.geometry import quaternion_from_rotation_vector
from kinema.matching.judge import Judge
from kinema.pipeline import Pipeline
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

NAMED = {predicate.name: predicate for predicate in ARMS}


def body(right: float) -> Motion:
    """A standing body that sways; the right arm hangs at 80 degrees and is up at -80."""
    sway = 0.1 * np.sin(np.arange(editing.FRAMES) / 10.0)
    vectors = np.zeros((editing.FRAMES, 22, 3))
    vectors[:, SMPL_BODY.index("L_Shoulder"), 2] = np.radians(-80.0)
    vectors[:, SMPL_BODY.index("R_Shoulder"), 2] = np.radians(right)
    vectors[:, SMPL_BODY.index("Spine1"), 0] = sway
    root = np.stack([sway, np.full_like(sway, 0.93), 0.1 * sway], axis=1)
    return Motion(quaternion_from_rotation_vector(vectors), root, 30.0, SMPL_BODY)


@pytest.fixture(scope="module")
def task(random_pack) -> editing.Task:
    pipeline = Pipeline.open(find_pack(random_pack), "cpu")
    clips = (body(80.0), body(-80.0))
    return editing.Task(pipeline, Judge.open(), clips, ("a person stands", "a person waves"), clips, 1, lambda _: None)


def test_parts_are_measured_where_what_is_kept_allows_the_prompt(task):
    rows, _ = editing.part_editing(task, (NAMED["raise left"], NAMED["raise both"], NAMED["pick up"]))
    assert rows["raise left"]["clips"] == 1.0
    assert rows["raise both"]["clips"] == 2.0
    assert rows["pick up"] == {"clips": 0.0}
    assert rows["all"]["clips"] == 3.0
    assert rows["all"]["kept differs"] == 0.0
    assert rows["all"]["holds"] == (rows["raise left"]["holds"] + rows["raise both"]["holds"]) / 2


def test_in_betweens_stand_beside_interpolation_other_clips_and_captions(task, monkeypatch):
    monkeypatch.setattr(editing, "KINDS", ("25 % at each end", "5 keys"))
    rows, shown = editing.in_betweening(task)
    kinds = [f"{kind}: {who}" for kind in editing.KINDS for who in ("Kinema", "Kinema, told", "SLERP")]
    assert list(rows) == ["real", *kinds]
    assert all(row["key error (cm)"] < 1e-6 for name, row in rows.items() if name != "real")
    assert rows["real"]["FID motion"] < 1e-6
    assert len(shown) == 5
    assert "FID motion" in table(rows)


def test_paths_stand_beside_walks_without_one_straight_on_and_the_same_ways_in_words(task, monkeypatch):
    monkeypatch.setattr(editing, "PATHS", {"straight": ((0.0, 0.0, 0.0), (2.0, 0.0, 1.6))})
    rows, _ = editing.path_following(task, seeds=1)
    assert list(rows) == ["straight", "all paths", "no path, straight on", "no path, the ways in words"]
    assert rows["straight"]["path error (cm)"] < 10.0
    assert abs(rows["straight"]["speed (m/s)"] - 0.8) < 0.3
    assert rows["no path, straight on"] == rows["no path, the ways in words"]
    assert set(editing.WAYS) >= set(editing.PATHS)


def test_a_clip_that_is_filled_as_it_was_lies_nowhere_apart(task):
    clips = list(task.clips)
    real = np.stack([np.zeros(64), np.ones(64)])
    features = task.judge.motions(clips)[1]
    row = editing._filled(task, clips, np.array([0]), features)
    assert row["FID motion"] < 1e-6
    assert row["features apart"] == 0.0
    assert editing._filled(replace(task), clips, np.array([0]), real)["features apart"] > 0.0
