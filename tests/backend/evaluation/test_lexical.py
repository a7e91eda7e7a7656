"""Which sentences say the same, by their words alone."""

import numpy as np

from kinema.evaluation.lexical import Lexicon, NearestCaption, alike, sides, stems

TEXTS = [
    "a person waves the left hand",
    "someone waves with their left hand.",
    "a person waves the right hand",
    "a man walks forward and then turns left",
    "a woman is walking forward, then turning left",
    "a person jumps high",
]


def test_inflections_and_subjects_do_not_count():
    assert stems("The woman is waving her hands") == stems("a man waves his hand") == ["wav", "hand"]


def test_sides_are_read_in_order():
    assert sides("the left hand, then the right") == "LR" != sides("right, then left")
    assert sides("walks backwards") == "B"


def test_near_duplicates_have_the_same_words_and_the_same_side():
    near = alike(Lexicon(TEXTS).vectors(TEXTS), [sides(text) for text in TEXTS])
    expected = np.eye(6, dtype=bool)
    expected[0, 1] = expected[1, 0] = expected[3, 4] = expected[4, 3] = True
    assert np.array_equal(near, expected)


def test_the_nearest_caption_keeps_the_side():
    nearest = NearestCaption(TEXTS)
    assert nearest.find("a boy waves with the right hand").tolist() == [2]
    assert set(nearest.find("wave your left hand").tolist()) == {0, 1}
    assert nearest.find("jumping").tolist() == [5]
