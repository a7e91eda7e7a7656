"""Predicates on captured clips whose file names say what they show; needs the data bundle."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from kinema import formats, retarget
from kinema.cleanup import clean
from kinema.evaluation.physical import measure
from kinema.evaluation.suite import SUITE
from kinema.evaluation.validation import other_side

NAMED = {predicate.name: predicate for predicate in SUITE}

LABELS = {
    "walk": "walk",
    "run": "run",
    "walk backward": "walk-back",
    "walk, turn left": "walk-turn-left",
    "walk, turn right": "walk-turn-right",
    "raise left": "raise-up-left-hand",
    "raise right": "raise-up-right-hand",
    "raise both": "raise-up-both-hands",
    "wave left": "wave-left-hand",
    "wave right": "wave-right-hand",
    "bow": "bow",
}


def bandai() -> Path:
    unpacked = os.environ.get("KINEMA_DATA_UNPACKED") or os.environ.get("KINEMA_DATA", "")
    folder = Path(unpacked) / "bandai"
    if not unpacked or not (folder / "clips.csv").is_file():
        pytest.skip("set KINEMA_DATA_UNPACKED to a folder with the unpacked bandai/ to test on captured clips")
    return folder


@pytest.fixture(scope="module")
def clips():
    folder = bandai()
    with (folder / "clips.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["style"] in ("normal", "active", "happy")]
    return {
        label: [
            retarget.to_smpl(formats.read_clip(folder / row["file"])).resample(30)
            for row in [row for row in rows if row["content"] == label][:4]
        ]
        for label in LABELS.values()
    }


@pytest.mark.parametrize("name", LABELS)
def test_captured_clips_show_what_their_label_says(clips, name):
    assert np.mean([NAMED[name].holds(motion) for motion in clips[LABELS[name]]]) >= 0.75


@pytest.mark.parametrize("name", [name for name in LABELS if other_side(name)])
def test_captured_clips_of_the_other_side_do_not(clips, name):
    assert not any(NAMED[other_side(name)].holds(motion) for motion in clips[LABELS[name]])


def test_cleaning_captured_walks_keeps_them_and_grounds_them(clips):
    for motion in clips["walk"] + clips["raise-up-both-hands"]:
        cleaned = clean(motion)
        before, after = measure(motion), measure(cleaned)
        assert np.linalg.norm(cleaned.positions() - motion.positions(), axis=-1).mean() < 0.015
        assert after.slide <= before.slide
        assert after.penetration_max <= max(0.2, before.penetration_max)
        assert after.jerk < 1.15 * before.jerk
