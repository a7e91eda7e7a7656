"""What readings yield: one thing that some parts do, in caption phrases and in the part language."""

from __future__ import annotations

from dataclasses import dataclass

from ...refine.language import PartAction, parse

CLEAR = 0.3
"""A score must exceed this to be said: well past the limit at which the evaluation's predicates hold."""


@dataclass(frozen=True, eq=False)
class Finding:
    """`phrases`: caption templates with bracketed verbs, () for what goes without saying; `parts`: part -> steps."""

    phrases: tuple[str, ...]
    parts: dict[str, tuple[PartAction, ...]]


def legs(predicate: str) -> dict[str, tuple[PartAction, ...]]:
    """Both legs do the same, in the part language's words."""
    return {part: (parse(part, predicate),) for part in ("left_leg", "right_leg")}


def one(part: str, *predicates: str) -> dict[str, tuple[PartAction, ...]]:
    """One part does one thing after the other."""
    return {part: tuple(parse(part, predicate) for predicate in predicates)}
