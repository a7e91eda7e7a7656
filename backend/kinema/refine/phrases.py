"""Prompt text -> tokens with lemmas, and tables of phrases that are found in them longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from .assets import load_json

WORDS = load_json("words.json")

_SPELLING: dict[str, str] = WORDS["spelling"]
_IRREGULAR: dict[str, str] = WORDS["irregular"]
_SKIP = frozenset(WORDS["skip"])
_TOKEN = re.compile(r"[a-z0-9]+(?:['’-][a-z0-9]+)*|[,.;:!?]|(?<=\s)[-–](?=\s)|&")

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a prompt. `determined`: an article or a possessive stood before it, so it is likely a noun.
    `start`, `end`: where it stands in the `plain` prompt."""

    raw: str
    lemma: str
    determined: bool
    start: int = 0
    end: int = 0


class PhraseTable(Generic[Value]):
    """Phrases, in lemmas or surface forms, and what they stand for.

    Words of `ignored` may stand inside a phrase: 'hand on hip' is found in 'hand on left hip'.
    """

    def __init__(self, values: Mapping[str, Value], ignored: frozenset[str] = frozenset()) -> None:
        self._ignored = ignored
        self._by_first: dict[str, list[tuple[tuple[str, ...], Value]]] = {}
        for phrase, value in values.items():
            first, *others = phrase.split()
            self._by_first.setdefault(first, []).append((tuple(others), value))
        for options in self._by_first.values():
            options.sort(key=lambda option: -len(option[0]))

    def match(self, tokens: Sequence[Token], start: int) -> tuple[int, Value] | None:
        """(number of tokens, value) of the longest phrase that begins at `start`, else None."""
        token = tokens[start]
        best: tuple[int, Value] | None = None
        for first in (token.raw, token.lemma) if token.raw != token.lemma else (token.raw,):
            for others, value in self._by_first.get(first, ()):
                if best is not None and len(others) < best[0]:
                    break
                size = self._size(tokens, start, others)
                if size and (best is None or size > best[0]):
                    best = size, value
                    break
        return best

    def _size(self, tokens: Sequence[Token], start: int, others: tuple[str, ...]) -> int:
        """How many tokens from `start` the rest of a phrase takes; 0 when it is not there."""
        position = start + 1
        for word in others:
            while position < len(tokens) and tokens[position].raw in self._ignored and tokens[position].raw != word:
                position += 1
            if position >= len(tokens) or word not in (tokens[position].raw, tokens[position].lemma):
                return 0
            position += 1
        return position - start

    def find_all(self, tokens: Sequence[Token]) -> list[tuple[int, int, Value]]:
        """(start, end, value) of the phrases in reading order; a longer phrase hides those inside it."""
        found = []
        position = 0
        while position < len(tokens):
            hit = self.match(tokens, position)
            if hit is None:
                position += 1
                continue
            found.append((position, position + hit[0], hit[1]))
            position += hit[0]
        return found


def words_of(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase.split())


def plain(prompt: str) -> str:
    """The text that tokens count in: lower case, with blanks between words that were run together."""
    return _CAMEL.sub(" ", prompt).lower().replace("’", "'").replace("_", " ")


def tokens_of(prompt: str, lemmas: frozenset[str], compounds: frozenset[str]) -> list[Token]:
    """Lower-cased words and punctuation without articles and possessives; common misspellings are put right.

    `lemmas` are the base forms that inflections may lead back to; a hyphenated word outside `compounds` is split.
    """
    tokens: list[Token] = []
    determined = False
    for found in _TOKEN.finditer(plain(prompt)):
        piece = _SPELLING.get(found[0], found[0])
        whole = "-" not in piece or piece in compounds or len(piece) == 1
        for word in (piece,) if whole else piece.split("-"):
            word = _SPELLING.get(word, word)
            if word in _SKIP:
                determined = True
                continue
            tokens.append(Token(word, lemma_of(word, lemmas), determined, *found.span()))
            determined = False
    return tokens


@lru_cache(maxsize=65536)
def lemma_of(word: str, lemmas: frozenset[str]) -> str:
    """'stopping' -> 'stop', 'carries' -> 'carry', 'ran' -> 'run'; the word itself when no known base form fits."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return next((candidate for candidate in stems(word) if len(candidate) > 2 and candidate in lemmas), word)


def stems(word: str) -> list[str]:
    """Possible base forms of a regularly inflected English word, most likely first."""
    candidates: list[str] = []
    for suffix in ("'s", "ing", "ies", "ied", "es", "ed", "s"):
        if not word.endswith(suffix) or len(word) - len(suffix) < 2:
            continue
        stem = word[: -len(suffix)]
        if suffix in ("ies", "ied"):
            candidates.append(stem + "y")
            continue
        if suffix in ("ing", "ed"):
            # 'staring' is 'stare': a short stem without the 'e' would have doubled its consonant
            candidates.append(stem + "e")
            if stem[-1] == stem[-2]:
                candidates.append(stem[:-1])
        candidates.append(stem)
    return candidates
