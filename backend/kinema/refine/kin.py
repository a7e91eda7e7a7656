"""Unknown verbs: where they stand in a prompt, and which known verb is nearest in spelling."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache

from .entries import table
from .phrases import WORDS, Token, stems

LIKENESS = 0.8
"""difflib's ratio from which a spelling counts as the same word: 'stumbels' ~ 'stumble', but not 'blink' ~ 'bring'."""

_BEFORE_A_VERB = frozenset([*WORDS["subjects"], *WORDS["auxiliaries"], ",", ".", ";", "slowly", "quickly"])
_MODAL = frozenset(["be", "start", "begin", "continue", "keep", "try", "attempt", "to", "and", "then", "do", "perform"])


def unknown_verbs(tokens: Sequence[Token], start: int, end: int) -> list[int]:
    """Positions in tokens[start:end] where a verb is expected and an unknown word stands."""
    found = []
    for position in range(start, end):
        token = tokens[position]
        if (
            token.lemma in table().lemmas
            or token.raw in table().lemmas
            or not token.raw.isalpha()
            or len(token.raw) < 3
            or token.determined
        ):
            continue
        first = position == 0
        expected = first or tokens[position - 1].lemma in _BEFORE_A_VERB
        inflected = token.raw.endswith(("ing", "ed", "s")) and not token.raw.endswith("ss")
        bare = first or tokens[position - 1].lemma in _MODAL
        if expected and (inflected or bare) and not token.raw.endswith("ly"):
            found.append(position)
    return found


@lru_cache(maxsize=4096)
def nearest_kin(word: str) -> str:
    """Name of the entry whose verb is spelled most like `word` (any inflection), or ""."""
    verbs = table().verbs
    best, likeness = "", LIKENESS
    for form in dict.fromkeys([word, *stems(word)]):
        if len(form) < 4:
            continue
        for close in difflib.get_close_matches(form, sorted(verbs), n=1, cutoff=likeness):
            ratio = difflib.SequenceMatcher(None, form, close).ratio()
            if close[0] == form[0] and (not best or ratio > likeness):
                best, likeness = table().names[close], ratio
    return best
