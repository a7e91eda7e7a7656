"""Part sentences read back into actions: so that they can be mirrored, joined in time and said in other words."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import lru_cache

from ..errors import InputError
from ..protocol.messages import PARTS
from ..refine.language import PartAction, paraphrases, parse, script, subject

Steps = tuple[tuple[PartAction, ...], ...]
"""What one part does over time: steps follow each other, the actions of one step happen together."""

_SUBJECT = re.compile(r"^the (person's )?((left|right) \w+|upper body|\w+) ")

PARAPHRASES = 3
"""Wordings of one action: few, so that the table of embedded sentences stays small."""


@lru_cache(maxsize=65536)
def read_script(part: str, text: str) -> Steps:
    """The inverse of `language.script`; "" gives (). Raises InputError for a sentence outside the part language."""
    if not text:
        return ()
    head = f"{subject(part)} "
    if not text.startswith(head):
        raise InputError(f"{text!r} does not begin with {head!r}; it is no sentence of the {part}")
    return tuple(_step(part, step) for step in text[len(head) :].split(", then "))


def _step(part: str, text: str) -> tuple[PartAction, ...]:
    """'pushes and pulls forward and backward' -> two actions: an 'and' may also belong to a phrase."""
    try:
        return (parse(part, text),)
    except InputError:
        for cut in re.finditer(r" and ", text):
            try:
                return (parse(part, text[: cut.start()]), *_step(part, text[cut.end() :]))
            except InputError:
                continue
        raise


def follow(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Sentences of two clips in sequence: 'A, then B'; a part of which either clip says nothing stays unsaid."""
    joined = {}
    for part in PARTS:
        one, other = read_script(part, first.get(part, "")), read_script(part, second.get(part, ""))
        joined[part] = script([*one, *other]) if one and other else ""
    return joined


def paraphrased(parts: Mapping[str, str], rng: random.Random) -> dict[str, str]:
    """The same sentences in drawn words, as a user or a language model may write them."""
    return {part: _paraphrased(part, parts.get(part, ""), rng) for part in PARTS}


def _paraphrased(part: str, text: str, rng: random.Random) -> str:
    steps = read_script(part, text)
    if not steps:
        return ""
    said: list[list[str]] = [[rng.choice(_wordings(action)) for action in step] for step in steps]
    opening = _SUBJECT.match(said[0][0])
    assert opening is not None
    predicates = [" and ".join(_SUBJECT.sub("", words, count=1) for words in step) for step in said]
    return opening[0] + ", then ".join(predicates)


@lru_cache(maxsize=65536)
def _wordings(action: PartAction) -> tuple[str, ...]:
    return tuple(paraphrases(action, PARAPHRASES + 1, random.Random(repr(action))))
