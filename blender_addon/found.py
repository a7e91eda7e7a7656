"""What the last search found: the file's actions, best first. Lives in memory, as the review does. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kinema.protocol.messages import Ranking


@dataclass
class Found:
    """`rows`: (action's name, score), best first. `skipped`: sentences about actions that could not be read."""

    text: str = ""
    rows: tuple[tuple[str, float], ...] = ()
    skipped: tuple[str, ...] = ()
    number: int = 0


last = Found()


def begin(text: str, skipped: tuple[str, ...]) -> int:
    """A search starts; returns its number, which its requests carry in their notes."""
    last.text, last.rows, last.skipped = text, (), skipped
    last.number += 1
    return last.number


def take(ranking: Ranking, notes: Mapping[str, Any]) -> None:
    """An answer, perhaps one of several of the same search; one of an earlier search is of no interest any more."""
    if notes.get("search") != last.number:
        return
    rows = {*last.rows, *zip(ranking.names, ranking.scores, strict=False)}
    last.rows = tuple(sorted(rows, key=lambda row: (-row[1], row[0])))
    last.skipped += tuple(ranking.skipped)
