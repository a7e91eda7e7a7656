"""How alike two sentences are by their words alone: a plain measure, and which texts may be negatives in training."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_matrix

IDLE = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "being",
        "character",
        "do",
        "does",
        "doing",
        "figure",
        "for",
        "from",
        "guy",
        "he",
        "her",
        "him",
        "his",
        "human",
        "in",
        "individual",
        "is",
        "it",
        "its",
        "man",
        "of",
        "on",
        "one",
        "own",
        "person",
        "she",
        "somebody",
        "someone",
        "that",
        "the",
        "their",
        "them",
        "they",
        "this",
        "to",
        "while",
        "with",
        "woman",
    ]
)
"""Words that say nothing about a movement."""

_SIDES = {"left": "L", "right": "R", "backward": "B", "backwards": "B"}
_ENDINGS = ("ing", "ed", "es", "s", "e")


def stems(text: str) -> list[str]:
    """Lower-case words without endings, idle ones left out: "waves", "waving" and "wave" are one."""
    return [_stem(word) for word in re.findall(r"[a-z]+", text.lower()) if word not in IDLE]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            short = word[: -len(ending)]
            return short[:-1] if short[-1] == short[-2] else short
    return word


def sides(text: str) -> str:
    """The sides and backward directions a text names, in order: "LR" differs from "RL" and from ""."""
    return "".join(_SIDES[word] for word in re.findall(r"[a-z]+", text.lower()) if word in _SIDES)


class Lexicon:
    """Weights of words by how rare they are among `texts` (inverse document frequency)."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        total = 0
        for text in texts:
            counts.update(set(stems(text)))
            total += 1
        self.rows = {word: row for row, word in enumerate(sorted(counts))}
        self.weights = np.log((1 + total) / (1 + np.array([counts[word] for word in self.rows]))) + 0.2

    def vectors(self, texts: Sequence[str]) -> csr_matrix:
        """(N, words) of unit length each; a text without known words is zero."""
        rows, columns, values = [], [], []
        for number, text in enumerate(texts):
            known = sorted({self.rows[word] for word in stems(text) if word in self.rows})
            length = np.linalg.norm(self.weights[known]) if known else 1.0
            rows += [number] * len(known)
            columns += known
            values += (self.weights[known] / length).tolist()
        return csr_matrix((values, (rows, columns)), shape=(len(texts), len(self.rows)))


def alike(vectors: csr_matrix, spoken_sides: Sequence[str], threshold: float = 0.8) -> np.ndarray:
    """(N, N) True where two texts say nearly the same: cosine over `threshold` and the same sides in the same order."""
    near = np.asarray((vectors @ vectors.T).todense()) > threshold
    named = np.array(spoken_sides)
    return near & (named[:, None] == named[None])


class NearestCaption:
    """Finds the train sentence with the most alike words; a wrong side costs more than any word."""

    def __init__(self, captions: Sequence[str]) -> None:
        self.lexicon = Lexicon(captions)
        self.vectors = self.lexicon.vectors(captions)
        self.sides = np.array([sides(text) for text in captions])

    def find(self, text: str) -> np.ndarray:
        """Rows of the nearest captions, all that tie."""
        cosine = np.asarray((self.vectors @ self.lexicon.vectors([text]).T).todense())[:, 0]
        score = cosine - 0.5 * (self.sides != sides(text))
        return np.flatnonzero(score > score.max() - 1e-9)
