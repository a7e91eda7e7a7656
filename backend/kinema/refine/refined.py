"""What every refiner returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Refined:
    """A prompt and what each body part does for it.

    `parts` has every name of PARTS, in that order; "" says nothing about a part. `style` is a label of
    vocabulary.STYLES. `unknown` lists verbs outside the lexicon's table; `warnings` are sentences for the user.
    """

    prompt: str
    parts: Mapping[str, str]
    style: str | None = None
    unknown: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
