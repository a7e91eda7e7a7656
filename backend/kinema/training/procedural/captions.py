"""Natural English for what was drawn: phrases with bracketed verbs -> captions as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...refine.language import third_person


@dataclass(frozen=True)
class Clause:
    """One action in words, as in Action: `phrases` are alternatives, `adverbs` fit behind any of them."""

    phrases: tuple[str, ...]
    adverbs: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Subject:
    text: str
    his: str
    himself: str
    plural: bool = False


_SUBJECTS = (
    *(
        _Subject(text, "their", "themselves")
        for text in ("a person", "a person", "the person", "someone", "person", "somebody")
    ),
    *(_Subject(text, "his", "himself") for text in ("a person", "a man", "the man", "he", "a guy", "man")),
    *(_Subject(text, "her", "herself") for text in ("a woman", "the woman", "she", "a person")),
    *(_Subject(text, "its", "itself") for text in ("a figure", "the figure", "the character")),
    _Subject("they", "their", "themselves", plural=True),
)

_DOUBLED = re.compile(
    "nod|squat|(side)?step|sit|hop|clap|flap|jog|run|put|get|drop|stir|hit|spin|swim|jab|dip|strum|drum|rub|stop|chop|let"
)
_GERUNDS = {"lie": "lying", "tiptoe": "tiptoeing"}


def gerund(verb: str) -> str:
    """'squat' -> 'squatting', 'wave' -> 'waving'."""
    if verb in _GERUNDS:
        return _GERUNDS[verb]
    if _DOUBLED.fullmatch(verb):
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + "ing"


def captions(rng: np.random.Generator, clauses: Sequence[Clause], relation: str, count: int) -> tuple[str, ...]:
    """`count` different captions for clauses that happen "while" each other or one "then" the other; fewer when the
    clauses do not allow as many. One clause may stand alone with either relation."""
    found: dict[str, None] = {}
    for _ in range(6 * count):
        found[_dressed(rng, _caption(rng, clauses, relation))] = None
        if len(found) == count:
            break
    return tuple(found)


def _caption(rng: np.random.Generator, clauses: Sequence[Clause], relation: str) -> str:
    chosen = [_worded(rng, clause) for clause in clauses]
    if relation == "while" and len(chosen) > 1 and rng.random() < 0.35:
        chosen = chosen[::-1]
    kind = rng.random()
    if kind < 0.62:
        subject = _SUBJECTS[int(rng.integers(len(_SUBJECTS)))]
        continuous = rng.random() < 0.17
        form = "plural" if subject.plural else "third"
        body = _joined(rng, chosen, relation, form, continuous)
        return f"{subject.text} {body}".format(his=subject.his, himself=subject.himself)
    his = str(rng.choice(["your", "the", "the"]))
    if kind < 0.82:
        return _joined(rng, chosen, relation, "base", False).format(his=his, himself="yourself")
    if kind < 0.94:
        return _joined(rng, chosen, relation, "gerund", False).format(his="the", himself="oneself")
    bare = _joined(rng, chosen, relation, str(rng.choice(["base", "gerund"])), False)
    return re.sub(r"\s+", " ", bare.replace("{himself}", "oneself").replace("{his}", "")).strip()


def _worded(rng: np.random.Generator, clause: Clause) -> str:
    phrase = clause.phrases[int(rng.integers(len(clause.phrases)))]
    for adverb in clause.adverbs:
        if rng.random() < 0.12:
            continue
        first, link, later = _parted(phrase)
        if adverb not in _SPEEDS:
            phrase = f"{phrase} {adverb}"
        elif adverb in ("slowly", "quickly") and rng.random() < 0.4 and phrase.startswith("["):
            phrase = f"{adverb} {phrase}"
        else:
            phrase = f"{first} {adverb}{link}{later}"
    return phrase


_SPEEDS = ("slowly", "quickly", "fast", "rapidly")


def _parted(phrase: str) -> tuple[str, str, str]:
    """A phrase of two verbs cut before its second: "[squat] down", " and ", "[stay] there"; uncut: phrase, "", ""."""
    match = re.search(r",? (and then|and|then) (?=\[)", phrase)
    # "[raise] and [lower] it": two verbs of one object stay together.
    if match is None or " " not in phrase[: match.start()]:
        return phrase, "", ""
    return phrase[: match.start()], match[0], phrase[match.end() :]


def _joined(rng: np.random.Generator, phrases: Sequence[str], relation: str, form: str, continuous: bool) -> str:
    first = _inflected(phrases[0], "gerund" if continuous else form)
    if continuous:
        first = ("are " if form == "plural" else "is ") + first
    for phrase in phrases[1:]:
        if relation == "while":
            link = str(rng.choice([" while ", " while ", " and ", " and at the same time "]))
            other = "gerund" if link == " while " or continuous else form
        else:
            link = str(rng.choice([", then ", " and then ", ", then ", " then ", " and ", ", and after that "]))
            other = "gerund" if continuous else form
        first += link + _inflected(phrase, other)
    return first


def _inflected(phrase: str, form: str) -> str:
    def verb(match: re.Match[str]) -> str:
        word = match[1]
        return third_person(word) if form == "third" else gerund(word) if form == "gerund" else word

    return re.sub(r"\[([^\]]+)\]", verb, phrase)


def _dressed(rng: np.random.Generator, text: str) -> str:
    if rng.random() < 0.2:
        text = text[0].upper() + text[1:]
    return text + "." if rng.random() < 0.35 else text
