"""Refinement: a short prompt -> what each of the six body parts does (FG-MDM, arXiv 2312.02772).

A new refiner is one function and one line in REFINERS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ..errors import PromptError, RequestError
from ..protocol.messages import MAX_PROMPT, PARTS
from .actions import actions, find_action, refine_action
from .lexicon import refine_by_lexicon
from .llm import LLMSettings, refine_by_llm
from .mirroring import mirror_parts, mirror_text
from .refined import Refined
from .stages import Stage, stages

__all__ = [
    "REFINERS",
    "LLMSettings",
    "Refined",
    "Stage",
    "actions",
    "find_action",
    "mirror_parts",
    "mirror_text",
    "refine",
    "refine_action",
    "stages",
]

Refiner = Callable[[str, LLMSettings | None], Refined]


def _refine_not(prompt: str, llm: LLMSettings | None) -> Refined:
    return Refined(prompt, dict.fromkeys(PARTS, ""))


def _refine_by_lexicon(prompt: str, llm: LLMSettings | None) -> Refined:
    return refine_by_lexicon(prompt)


REFINERS: dict[str, Refiner] = {
    "none": _refine_not,
    "lexicon": _refine_by_lexicon,
    "llm": refine_by_llm,
}


def refine(
    prompt: str,
    refiner: str = "lexicon",
    *,
    overrides: Mapping[str, str] = MappingProxyType({}),
    llm: LLMSettings | None = None,
) -> Refined:
    """Part sentences for `prompt`; `overrides` replace single sentences afterwards.

    "none" leaves every sentence empty (the prompt alone counts); "none" and "lexicon" are pure functions; "llm" asks
    the endpoint of `llm` and falls back to the lexicon with a warning.
    Raises PromptError when the prompt is no text or too long, RequestError for an unknown refiner or part.
    """
    if not isinstance(prompt, str):
        raise PromptError("the prompt must be text")
    if len(prompt) > MAX_PROMPT:
        raise PromptError(f"the prompt has {len(prompt)} characters; shorten it to {MAX_PROMPT}")
    if refiner not in REFINERS:
        raise RequestError(f"refiner {refiner!r} is unknown; use one of {', '.join(REFINERS)}")
    unknown = sorted(set(overrides) - set(PARTS))
    if unknown:
        raise RequestError(f"unknown body parts {', '.join(unknown)}; use {', '.join(PARTS)}")
    refined = REFINERS[refiner](prompt, llm)
    return replace(refined, parts={part: overrides.get(part, refined.parts[part]) for part in PARTS})
