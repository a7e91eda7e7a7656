"""The suite: every meaning that is measured, the prompts that ask for it and the predicate that reads it.

One table for each part of the body, one for combinations, one for those that no captured clip shows. `label` patterns
find real clips whose own text shows the meaning for certain ("action: LABEL" is a source's label, "id: ID" a clip's
name); they serve to validate the predicate.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from ..predicates import Predicate
from .arms import ARMS
from .combined import COMBINED
from .legs import LEGS
from .travel import TRAVEL
from .trunk import TRUNK
from .unseen import UNSEEN

SUITE: tuple[Predicate, ...] = (*TRAVEL, *ARMS, *LEGS, *TRUNK, *COMBINED, *UNSEEN)
"""All of them; names differ."""

HALVES = ("all", "dev", "held")
"""Sampling settings are chosen on "dev" and reported on "held"."""


def half_of(prompt: str) -> str:
    """ "dev" or "held", by the parity of the SHA-256 of the prompt: fixed, whatever the suite becomes."""
    return HALVES[1 + hashlib.sha256(prompt.encode()).digest()[0] % 2]


def half(suite: Sequence[Predicate], name: str) -> tuple[Predicate, ...]:
    """The predicates with those of their prompts that belong to a half; those without any are left out."""
    kept = (
        replace(predicate, prompts=tuple(p for p in predicate.prompts if name in ("all", half_of(p))))
        for predicate in suite
    )
    return tuple(predicate for predicate in kept if predicate.prompts)
