"""Composed and concatenated clips: words stay true, joins stay smooth, the same number gives the same clip."""

import json
import random

import numpy as np
import pytest

from kinema.errors import InputError
from kinema.evaluation.scores import travel
from kinema.evaluation.signals import Signals
from kinema.geometry import heading_angle
from kinema.protocol.messages import PARTS
from kinema.refine.language import script
from kinema.training import procedural
from kinema.training.composition import compose
from kinema.training.concatenation import concatenated, mismatch
from kinema.training.part_scripts import follow, paraphrased, read_script
from kinema.training.piece_phrases import phrase_of
from kinema.training.retime import FASTEST, SLOWEST, retimed, tempo
from kinema.training.rough import SHARES, make_rough, rough_clip
from kinema.training.sequences import sequence


@pytest.fixture(scope="module")
def composed(bank):
    made = [compose(np.random.default_rng(seed), bank) for seed in range(6)]
    return [clip for clip in made if clip is not None]


@pytest.fixture(scope="module")
def sequences(bank):
    made = [sequence(np.random.default_rng(seed), bank) for seed in range(3)]
    return [clip for clip in made if clip is not None]


def test_part_sentences_read_back_as_they_were_written() -> None:
    for seed in range(60):
        for part, text in procedural.generate(seed).parts.items():
            assert script(read_script(part, text)) == text
    with pytest.raises(InputError, match="left_arm"):
        read_script("left_arm", "the right arm waves")


def test_paraphrases_keep_side_and_order_and_change_words() -> None:
    parts = {"left_arm": "the left arm raises up, then waves beside the head repeatedly"}
    drawn = {paraphrased(parts, random.Random(seed))["left_arm"] for seed in range(40)}
    assert len(drawn) > 5
    assert all("left" in text and text.count(", then ") == 1 for text in drawn)
    assert paraphrased(parts, random.Random(1))["head"] == ""


def test_following_clips_leave_a_part_unsaid_of_which_one_says_nothing() -> None:
    one = {"left_arm": "the left arm raises up", "head": "the head nods"}
    joined = follow(one, {"left_arm": "the left arm waves"})
    assert joined["left_arm"] == "the left arm raises up, then waves"
    assert joined["head"] == ""


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("a person walks forward slowly.", "[walk] forward slowly"),
        ("The man is waving his hand", "[wave] {his} hand"),
        ("a person walks and then sits", ""),
        ("walk, veer left", "[walk] and [veer] left"),
        ("a person is sad", ""),
    ],
)
def test_only_plain_captions_become_phrases(text: str, phrase: str) -> None:
    assert phrase_of(text) == phrase


def test_composed_clips_keep_the_legs_of_one_and_do_the_arms_of_the_other(bank, composed) -> None:
    assert len(composed) >= 3
    for clip in composed:
        s = Signals.of(clip.motion)
        for arm, letter in (("left_arm", "L"), ("right_arm", "R")):
            lift = (s.height(f"{letter}_Wrist") - s.height(f"{letter}_Shoulder")).max()
            if "raises" in clip.parts[arm] or "waves" in clip.parts[arm]:
                assert lift > -0.2
            else:
                assert lift < -0.1
        assert clip.texts
        assert set(clip.parts) == set(PARTS)
        assert "walks" in clip.parts["left_leg"]
        assert travel.travels(1, distance=0.3)(s) > 0.0


def test_joins_have_no_leap(sequences) -> None:
    assert sequences
    for clip in sequences:
        speed = np.linalg.norm(np.diff(clip.motion.positions(), axis=0), axis=-1) * 30.0
        assert speed.max() < 9.0
        assert 2.0 < clip.motion.seconds <= 10.1


def test_a_join_starts_where_the_first_clip_ends_and_turns_with_it() -> None:
    turning = next(m for m in map(procedural.generate, range(3000)) if m.primitives == ("turn left 90",))
    walking = next(m for m in map(procedural.generate, range(3000)) if m.primitives == ("walk",))
    joined = concatenated(turning.motion, walking.motion, 0.4)
    assert len(joined) == len(turning.motion) + len(walking.motion)
    gap = np.linalg.norm(np.diff(joined.positions(), axis=0)[len(turning.motion) - 1], axis=-1)
    assert gap.max() < 0.08
    start = heading_angle(turning.motion.rotations[-1, 0])
    way = joined.root_translation[-1] - joined.root_translation[len(turning.motion)]
    off = np.arctan2(way[0], way[2]) - start
    assert abs((off + np.pi) % (2 * np.pi) - np.pi) < np.radians(60)
    assert mismatch(turning.motion, turning.motion) < mismatch(turning.motion.crop(0, 20), walking.motion.crop(40, 60))


def test_tempo_is_left_alone_when_words_speak_of_it() -> None:
    rng = np.random.default_rng(0)
    assert {tempo(rng, ["[walk] slowly"]) for _ in range(5)} == {1.0}
    drawn = [tempo(rng, ["[wave] both hands"]) for _ in range(50)]
    assert min(drawn) >= SLOWEST
    assert max(drawn) <= FASTEST
    assert np.ptp(drawn) > 0.2
    motion = procedural.generate(3).motion
    assert len(retimed(motion, 0.8)) == round((len(motion) - 1) / 0.8) + 1


def test_same_number_same_clip_and_all_kinds_come(bank) -> None:
    kinds = {}
    for number in range(24):
        kind, made = rough_clip(number, bank)
        kinds.setdefault(kind, (number, made))
    assert set(kinds) == set(SHARES)
    for number, made in kinds.values():
        _, again = rough_clip(number, bank)
        assert np.array_equal(made.motion.rotations, again.motion.rotations)
        assert (made.texts, made.parts) == (again.texts, again.parts)


def test_one_process_or_two_make_the_same_set(packed_folder, tmp_path) -> None:
    for workers in (1, 2):
        make_rough(packed_folder, tmp_path / str(workers), 12, workers)
    rows = [(tmp_path / w / "rough.jsonl").read_text(encoding="utf-8") for w in "12"]
    assert rows[0] == rows[1]
    features = [np.load(tmp_path / w / "rough.npy", allow_pickle=False) for w in "12"]
    assert np.array_equal(*features)
    last = json.loads(rows[0].splitlines()[-1])
    assert last["start"] + last["frames"] == len(features[0])
    assert set(last["paraphrases"]) == set(PARTS)
