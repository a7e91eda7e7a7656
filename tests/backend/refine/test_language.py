"""The part language: every sentence it can say can be parsed back, mirrored and paraphrased."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinema.errors import InputError
from kinema.protocol.messages import PARTS
from kinema.refine import mirror_parts, mirror_text
from kinema.refine.language import (
    POSTURES,
    PartAction,
    body,
    mirrored,
    paraphrases,
    parse,
    predicate,
    rest,
    script,
    sentence,
    third_person,
    vocabulary_of,
)


@st.composite
def actions(draw: st.DrawFn) -> PartAction:
    part = draw(st.sampled_from(PARTS))
    lists = dict(vocabulary_of(part))
    verb = draw(st.sampled_from(lists.pop("verb")))
    return PartAction(part, verb, **{slot: draw(st.sampled_from(("", *phrases))) for slot, phrases in lists.items()})


@given(actions())
@example(PartAction("head", "look", target="around the room"))
def test_action_to_predicate_to_action(action: PartAction) -> None:
    assert parse(action.part, predicate(action)) == action


@given(actions())
def test_mirror_of_an_action_is_the_mirror_of_its_sentence(action: PartAction) -> None:
    assert mirrored(mirrored(action)) == action
    assert sentence(mirrored(action)) == mirror_text(sentence(action))


@given(actions(), st.integers(0, 9))
def test_paraphrases_are_deterministic_distinct_and_begin_with_the_sentence(action: PartAction, seed: int) -> None:
    first = paraphrases(action, 5, random.Random(seed))
    assert first == paraphrases(action, 5, random.Random(seed))
    assert first[0] == sentence(action)
    assert len(set(first)) == len(first) <= 5
    assert paraphrases(action, 0, random.Random(seed)) == []


@pytest.mark.parametrize(
    ("verb", "form"),
    [("wave", "waves"), ("push", "pushes"), ("carry", "carries"), ("sway", "sways"), ("pick up", "picks up")],
)
def test_third_person(verb: str, form: str) -> None:
    assert third_person(verb) == form


def test_script_joins_what_is_together_and_what_follows() -> None:
    swing, wave, reach = (parse("left_arm", text) for text in ("swing", "wave beside the head", "reach forward"))
    assert script([[swing], [wave, reach]]) == "the left arm swings, then waves beside the head and reaches forward"
    assert script([[swing], [swing], [swing, swing]]) == "the left arm swings"
    assert script([]) == script([[]]) == ""
    with pytest.raises(InputError, match="one body part"):
        script([[swing, parse("right_arm", "swing")]])


@pytest.mark.parametrize("posture", POSTURES)
def test_body_rests_where_nothing_is_said(posture: str) -> None:
    turn = parse("torso", "turn to the left")
    sentences = body([turn], posture)
    assert tuple(sentences) == PARTS
    assert sentences["torso"] == "the torso turns to the left"
    assert all(sentences[part] == sentence(rest(part, posture)) for part in PARTS if part != "torso")


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("tail", "wave"),
        ("head", "kick"),
        ("left_arm", "wave sideways up"),
        ("left_arm", "beside the head"),
        ("left_arm", ""),
        ("left_leg", "kick beside the head"),
    ],
)
def test_other_words_are_refused(part: str, text: str) -> None:
    with pytest.raises(InputError):
        parse(part, text)


def test_slots_are_checked() -> None:
    with pytest.raises(InputError, match="direction"):
        PartAction("left_arm", "wave", direction="sidewards")
    with pytest.raises(InputError, match="posture"):
        rest("left_arm", "floating")


def test_mirror_parts_swaps_the_sides() -> None:
    sentences = body([parse("left_arm", "raise up"), parse("right_leg", "kick to the left")])
    other = mirror_parts(sentences)
    assert other["right_arm"] == "the right arm raises up"
    assert other["left_leg"] == "the left leg kicks to the right"
    assert mirror_parts(other) == sentences
