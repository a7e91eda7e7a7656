"""Sentences to token ids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from kinema.text.open_clip_import import import_open_clip
from kinema.text.tower import PADDING


def tidy(text: str) -> str:
    """The one spelling our tower is trained on: lower case, single spaces, no final full stop."""
    return " ".join(text.lower().replace("\\", " ").split()).rstrip(" .")


class Tokenizer:
    """CLIP's byte pair encoding (open_clip's SimpleTokenizer), padded to the longest text of a batch only.

    Args:
        context: longest sequence in tokens, start and end included; what is beyond it is cut, the end token kept.
    """

    def __init__(self, context: int) -> None:
        self.context = context
        self._simple = _simple_tokenizer()

    def rows(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, from the start token to the end token, at most `context` long."""
        start, end = self._simple.sot_token_id, self._simple.eot_token_id
        return [[start, *self._simple.encode(text)[: self.context - 2], end] for text in texts]

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """(N, L) int64, L <= context."""
        return pad(self.rows(texts))


def pad(rows: Sequence[Sequence[int]], multiple: int = 1) -> Tensor:
    """(N, L) int64 from N rows of at most L ids; L is a multiple of `multiple`, since new shapes cost compilation."""
    longest = max(map(len, rows), default=0)
    tokens = torch.full((len(rows), -(-longest // multiple) * multiple), PADDING, dtype=torch.int64)
    for i, row in enumerate(rows):
        tokens[i, : len(row)] = torch.tensor(row)
    return tokens


@cache
def _simple_tokenizer() -> Any:  # open_clip has no types
    return import_open_clip().tokenizer.SimpleTokenizer()
