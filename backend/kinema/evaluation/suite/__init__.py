"""The suite: every meaning that is measured, the prompts that ask for it and the predicate that reads it.

One table for each part of the body, one for combinations. `label` patterns find real clips whose own text shows the
meaning for certain ("action: LABEL" is a source's label, "id: ID" a clip's name); they serve to validate the predicate.
"""

from ..predicates import Predicate
from .arms import ARMS
from .combined import COMBINED
from .legs import LEGS
from .travel import TRAVEL
from .trunk import TRUNK

SUITE: tuple[Predicate, ...] = (*TRAVEL, *ARMS, *LEGS, *TRUNK, *COMBINED)
"""All of them; names differ."""
