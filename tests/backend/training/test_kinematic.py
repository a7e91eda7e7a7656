"""Kinematic captions: what is said is so, and what is not certain is not said."""

import numpy as np
import pytest

from kinema.evaluation.signals import Signals
from kinema.features import encoding, mirroring
from kinema.protocol.messages import PARTS
from kinema.refine.mirroring import mirror_parts
from kinema.training import procedural
from kinema.training.kinematic import describe
from kinema.training.kinematic.windows import windows
from kinema.training.packed import PackedClip
from kinema.training.part_scripts import read_script
from kinema.training.sources import Caption


@pytest.fixture(scope="module")
def clips():
    return [made for made in map(procedural.generate, range(50)) if made.motion.seconds < 7.0]


def described(motion):
    return describe(Signals.of(motion), np.random.default_rng(0))


def test_most_of_what_is_said_agrees_with_what_was_made(clips) -> None:
    said, agreed = 0, 0
    for made in clips:
        for part, text in described(made.motion).parts.items():
            verbs = {action.verb for step in read_script(part, text) for action in step}
            truth = {action.verb for step in read_script(part, made.parts[part]) for action in step}
            said += bool(verbs)
            agreed += bool(verbs & truth)
    assert said > 2 * len(clips)
    assert agreed >= 0.9 * said


def test_mirror_image_is_told_mirrored(clips) -> None:
    same = [
        described(mirroring.mirror(made.motion)).parts == mirror_parts(described(made.motion).parts)
        for made in clips[:12]
    ]
    assert np.mean(same) > 0.9


def test_windows_skip_what_a_person_described() -> None:
    squats = (made for made in map(procedural.generate, range(4000)) if made.primitives == ("squat",))
    for made in squats:  # the first that is certain enough to be described
        features = encoding.encode(made.motion)
        row = ("x", "cmu", 0, len(features), "train", "", "", False, True, "test")
        if bare := windows(PackedClip(*row, ()), features):
            break
    told = windows(PackedClip(*row, (Caption("a person squats", 0.0, 5.0, "cmu", "train"),)), features)
    assert bare[0].parts["left_leg"].startswith("the left leg squats")
    assert not told
    assert bare == windows(PackedClip(*row, ()), features)
    assert set(bare[0].mirrored().parts) == set(PARTS)
