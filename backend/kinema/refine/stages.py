"""A prompt that tells a sequence -> its stages in time, each with its own sentence and part sentences.

A denoiser of one text for a whole clip mixes up what comes first; one that hears each stage alone cannot (as the
sequences of PriorMDM, arXiv 2303.01418). Only words that say an order separate: 'then', 'after', 'before', a full stop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from .clauses import Clause, Event, Reading, read
from .composition import scripts, steps_of
from .language import GROUPS, subject
from .lexicon import refine_by_lexicon, style_of
from .refined import Refined

_ORDERED = frozenset(["then", "after", "before"])
_TAIL = re.compile(r"\s*[.,;:!?]+(?:\s*(?:he|she|they|it))?$")
_PRONOUN = re.compile(r"^(?:he|she|they|it)\s+(?=\w)")
_THEN = re.compile(r"\s*,?\s+(?:and\s+)?then\s+|\s*;\s*")
_ROUND = re.compile(r"\b(?:in a circle|(?:turns|spins)(?: all the way)? around)\b(?! to the)")
_LONGEST_SUBJECT = 4
"""Words; more before a verb are no subject."""


@dataclass(frozen=True)
class Stage:
    """What is said for a while: `prompt`, six `parts` as in Refined; `steps`: how many motions it tells in turn."""

    prompt: str
    parts: Mapping[str, str]
    steps: int = 1


def stages(refined: Refined) -> tuple[Stage, ...]:
    """The stages of a refined prompt, in time order; one alone for a prompt of one motion or without part sentences.

    What goes round without a side goes to the left. A part's sentence is divided as the lexicon divides its own;
    another's that says as many things, joined by 'then', as there are stages gives each its thing; what is said once
    holds throughout.
    """
    refined = replace(refined, parts={part: _decided(part, text) for part, text in refined.parts.items()})
    whole = (Stage(refined.prompt, refined.parts),)
    if not any(refined.parts.values()):
        return whole
    own = _told(refined.prompt)
    if len(own) < 2:
        return whole
    expected = refine_by_lexicon(refined.prompt).parts
    said = {part: _divided(part, text, _decided(part, expected[part]), own) for part, text in refined.parts.items()}
    return tuple(replace(stage, parts={part: said[part][k] for part in said}) for k, stage in enumerate(own))


def _decided(part: str, text: str) -> str:
    """A sentence with a side where going round has none: a denoiser that may go either way goes straight on."""
    return text if GROUPS[part] == "arm" else _ROUND.sub(r"\g<0> to the left", text)


def _divided(part: str, text: str, expected: str, own: Sequence[Stage]) -> list[str]:
    """A part's sentence as one for each stage."""
    if text == expected:
        return [stage.parts[part] for stage in own]
    said = [piece for piece in map(str.strip, _THEN.split(text)) if piece]
    if len(said) < 2:
        return [text] * len(own)
    said = [piece if piece.startswith("the ") else f"{subject(part)} {piece}" for piece in said]
    return [said[k * len(said) // len(own)] for k in range(len(own))]


@lru_cache(maxsize=1024)
def _told(prompt: str) -> tuple[Stage, ...]:
    """Stages by the lexicon's own reading."""
    reading = read(prompt)
    style = style_of(reading.styles[0] if reading.styles else None)
    found: list[Stage] = []
    posture = "standing"
    for steps in _groups(reading):
        clauses = sorted({event.clause for step in steps for event in step})
        parts, posture = scripts(steps, style, posture)
        parts = {part: _decided(part, text) for part, text in parts.items()}
        found.append(Stage(_sentence(reading, clauses), parts, len(steps)))
    return tuple(found)


def _groups(reading: Reading) -> list[list[list[Event]]]:
    """Steps that no word separates, together."""
    groups: list[list[list[Event]]] = []
    for step in steps_of(reading.events):
        if groups and not _separated(groups[-1][-1][-1].clause, step[0].clause, reading.clauses):
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _separated(before: int, after: int, clauses: Sequence[Clause]) -> bool:
    """Whether a word says the order of two clauses: one that opens a clause between them, or the prompt."""
    first, last = sorted((before, after))
    opened = range(first + (first > 0), last + 1)
    return first != last and any(clauses[k].connector in _ORDERED for k in opened)


def _sentence(reading: Reading, chosen: Sequence[int]) -> str:
    """One sentence of some clauses, with the prompt's subject; a clause without a verb repeats the one before."""
    clauses, text = reading.clauses, reading.text
    own = clauses[chosen[0]]
    pieces = [clauses[k] for k in chosen]
    together = chosen[-1] - chosen[0] == len(chosen) - 1
    said = text[own.start : pieces[-1].end] if together else " and ".join(text[c.start : c.end] for c in pieces)
    said = _TAIL.sub("", " ".join(said.split()))
    verbs = [clause for clause in clauses[: chosen[0]] if clause.reach > clause.start]
    if own.reach == own.start and verbs:
        said = f"{text[verbs[-1].lead : verbs[-1].reach].strip()} {said}"
    whose = next((text[c.start : c.lead].strip() for c in clauses if c.lead > c.start), "")
    whose = whose if len(whose.split()) <= _LONGEST_SUBJECT else ""
    if whose and _PRONOUN.match(said):
        return f"{whose} {_PRONOUN.sub('', said)}"
    return said if not whose or text[own.start : own.lead].strip() else f"{whose} {said}"
