"""The lexicon's data files: complete, consistent, and in the part language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kinema.errors import EnvironmentSetupError
from kinema.refine import refine
from kinema.refine.assets import load_json
from kinema.refine.entries import table
from kinema.refine.language import parse
from kinema.refine.phrases import WORDS, lemma_of
from kinema.refine.vocabulary import COUNTS, MANNERS, SPEEDS, STYLES

_COMMON = """
walk, run, jog, jump, hop, skip, leap, crawl, climb, sit, stand up, kneel, squat, crouch, lie down, roll,
turn, spin, pivot, kick, punch, box, throw, catch, toss, wave, clap, point, reach, lift, pick up, put down,
push, pull, bow, nod, shake head, look around, look up, look down, stretch, bend, lean, twist, dance, march,
tiptoe, limp, stagger, stumble, fall, get up, sneak, swim, fly, play guitar, play violin, play drums, golf
swing, tennis, basketball dribble, bowling, baseball throw, football kick, salute, shrug, cross arms, hands on
hips, drink, eat, phone, wash, scratch, wipe, knock, open door, type, drive, row, jumping jacks, lunges, push-
ups, sit-ups, cartwheel, somersault, flip, handstand, hug, pray
"""


@pytest.mark.parametrize("motion", [" ".join(motion.split()) for motion in _COMMON.split(",")])
def test_common_motions_are_known(motion: str) -> None:
    refined = refine(motion)
    assert refined.unknown == refined.warnings == ()
    assert refined.parts != refine("stand").parts


def test_at_least_250_motions_and_verbs() -> None:
    assert len(table().entries) >= 200
    assert len(table().verbs) >= 250


@pytest.mark.parametrize("name", ["verbs.json", "words.json", "vocabulary.json"])
def test_no_key_is_given_twice(name: str) -> None:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        assert sorted(keys) == sorted(set(keys)), sorted(key for key in set(keys) if keys.count(key) > 1)
        return dict(pairs)

    folder = Path(__file__).resolve().parents[3] / "assets" / "lexicon"
    if not folder.is_dir():
        pytest.skip("only a source checkout has assets/lexicon as files")
    json.loads((folder / name).read_text(encoding="utf-8"), object_pairs_hook=unique)


def test_a_phrase_has_one_meaning() -> None:
    verbs = load_json("verbs.json")
    phrases = [phrase for name, entry in verbs.items() for phrase in (name, *entry.get("also", ()))]
    assert sorted(phrases) == sorted(set(phrases))
    assert not set(WORDS["kin"]) & set(phrases)
    assert set(WORDS["weak"]) <= set(phrases)


def test_words_lead_to_words_that_exist() -> None:
    assert set(WORDS["kin"].values()) <= set(table().entries)
    assert {name for pair in WORDS["reversals"].items() for name in pair} <= set(table().entries)
    manners = {name for key in ("in_manner", "with_one_leg") for pair in WORDS[key].items() for name in pair}
    assert {name for pair in manners for name in pair.split(":")} <= set(table().entries)
    assert set(WORDS["styles"].values()) <= set(STYLES)
    assert set(WORDS["style_bodies"]) <= set(STYLES)
    assert set(WORDS["speeds"].values()) <= set(SPEEDS)
    assert set(WORDS["counts"].values()) <= set(COUNTS)
    assert set(WORDS["parts"].values()) == set(WORDS["part_group"])
    assert len(MANNERS) == len(STYLES)
    for looks in WORDS["style_bodies"].values():
        for part in ("torso", "head"):
            if part in looks:
                parse(part, looks[part])


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("stopping", "stop"),
        ("carries", "carry"),
        ("ran", "run"),
        ("shaking", "shake"),
        ("hands", "hand"),
        ("kicks", "kick"),
    ],
)
def test_lemmas(word: str, lemma: str) -> None:
    assert lemma_of(word, table().lemmas) == lemma


def test_a_missing_table_names_the_fix() -> None:
    with pytest.raises(EnvironmentSetupError, match="reinstall"):
        load_json("absent.json")
