"""The closed word lists of the part language, read from assets/lexicon/vocabulary.json. language.py gives them grammar.

Every phrase belongs to exactly one slot of a body-part group, so that a sentence of the language can be parsed back.
"""

from __future__ import annotations

from .assets import load_json

_TABLE = load_json("vocabulary.json")

VERBS: dict[str, dict[str, tuple[str, ...]]] = {
    group: {verb: tuple(others) for verb, others in verbs.items()} for group, verbs in _TABLE["verbs"].items()
}
"""Group (head, torso, arm, leg) -> allowed verbs (base form), each with what else a paraphrase may call it."""

TARGETS: dict[str, tuple[str, ...]] = {group: tuple(phrases) for group, phrases in _TABLE["targets"].items()}
"""Group -> where to, at what height, with what."""

DIRECTIONS: tuple[str, ...] = tuple(_TABLE["directions"])
AMPLITUDES: tuple[str, ...] = tuple(_TABLE["amplitudes"])
SPEEDS: tuple[str, ...] = tuple(_TABLE["speeds"])
COUNTS: tuple[str, ...] = tuple(_TABLE["counts"])
STYLES: tuple[str, ...] = tuple(_TABLE["styles"])
MANNERS: tuple[str, ...] = tuple(f"in {'an' if style[0] in 'aeiou' else 'a'} {style} way" for style in STYLES)
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
"""Spelled as COUNTS spells them: NUMBERS[n - 2] is n."""
