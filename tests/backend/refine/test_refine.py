"""refine(): the table of refiners, overrides, refusals."""

from __future__ import annotations

import pytest

from kinema.errors import PromptError, RequestError
from kinema.protocol import messages
from kinema.refine import REFINERS, refine


def test_the_protocol_and_the_table_name_the_same_refiners() -> None:
    assert tuple(REFINERS) == messages.REFINERS


@pytest.mark.parametrize("refiner", REFINERS)
def test_every_refiner_answers_for_six_parts(refiner: str) -> None:
    refined = refine("walks", refiner)
    assert tuple(refined.parts) == messages.PARTS
    assert refined.prompt == "walks"


def test_none_says_nothing_but_overrides() -> None:
    assert set(refine("walks", "none").parts.values()) == {""}
    assert refine("walks", "none", overrides={"head": "the head nods"}).parts["head"] == "the head nods"


def test_overrides_replace_single_sentences() -> None:
    plain, changed = refine("walks"), refine("walks", overrides={"left_arm": "the left arm waves"})
    assert changed.parts == {**plain.parts, "left_arm": "the left arm waves"}


def test_llm_without_an_endpoint_is_the_lexicon_with_a_warning() -> None:
    refined = refine("walks", "llm")
    assert refined.parts == refine("walks").parts
    assert "no endpoint is set" in refined.warnings[0]


def test_refusals() -> None:
    with pytest.raises(RequestError, match="none, lexicon, llm"):
        refine("walks", "magic")
    with pytest.raises(RequestError, match="tail"):
        refine("walks", overrides={"tail": "wags"})
    with pytest.raises(PromptError, match="shorten"):
        refine("a" * (messages.MAX_PROMPT + 1))
