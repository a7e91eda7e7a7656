"""Action labels: conditions that a user picks from a list instead of writing them, such as "wave-left-hand".

A label stands for a global sentence and six part sentences in the part language, the very input that a prompt becomes
(the action-label row of the field: Action2Motion, arXiv 2007.15240; ACTOR, arXiv 2104.05670). All labels stand in
assets/lexicon/actions.json. An entry whose name holds {side} is two labels, left and right; in its texts {other} is
the opposite side. Parts that an entry does not name rest.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ..errors import InputError, RequestError
from ..protocol.messages import PARTS
from .assets import load_json
from .language import parse, rest, sentence, subject
from .refined import Refined

SIDES = (("left", "right"), ("right", "left"))


@dataclass(frozen=True)
class Action:
    """`label`: its name; `prompt`: what it means in one sentence; `parts`: a sentence for each of PARTS; `sources`: the
    collections that show it ("bandai", "hdm05"), the lexicon or the procedural primitives."""

    label: str
    prompt: str
    parts: Mapping[str, str]
    sources: tuple[str, ...]


@cache
def actions() -> Mapping[str, Action]:
    """All actions by label, in the file's order. Raises InputError when an entry leaves the part language."""
    found: dict[str, Action] = {}
    for name, entry in load_json("actions.json").items():
        for side, other in SIDES if "{side}" in name else SIDES[:1]:
            action = _action(name, entry, side, other)
            found[action.label] = action
    return MappingProxyType(found)


def find_action(label: str) -> Action:
    """The action of a label, also with spaces or underscores for hyphens. Raises RequestError naming the nearest."""
    known = actions()
    wanted = "-".join(label.lower().replace("_", " ").replace("-", " ").split())
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, 3, 0.5)
    near += [name for name in known if wanted and wanted.split("-")[0] in name.split("-") and name not in near]
    hint = f"the nearest are {', '.join(near[:4])}" if near else "`kinema actions` lists them all"
    raise RequestError(f"action {label[:60]!r} is unknown; {hint}")


def refine_action(label: str, overrides: Mapping[str, str] = MappingProxyType({})) -> Refined:
    """The condition of a label; `overrides` replace single part sentences. Raises RequestError for unknown names."""
    action = find_action(label)
    if unknown := sorted(set(overrides) - set(PARTS)):
        raise RequestError(f"unknown body parts {', '.join(unknown)}; use {', '.join(PARTS)}")
    return Refined(action.prompt, {part: overrides.get(part, action.parts[part]) for part in PARTS})


def _action(name: str, entry: Mapping[str, Any], side: str, other: str) -> Action:
    def told(text: str) -> str:
        return text.replace("{side}", side).replace("{other}", other)

    said = {told(part): told(text) for part, text in entry["parts"].items()}
    if unknown := sorted(set(said) - set(PARTS)):
        raise InputError(f"action {name!r} names unknown parts {', '.join(unknown)}")
    for part, text in said.items():
        for step in text.split(", then "):
            _check(part, step)
    parts = {part: f"{subject(part)} {said[part]}" if part in said else sentence(rest(part)) for part in PARTS}
    return Action(told(name), told(entry["prompt"]), parts, tuple(entry["from"]))


def _check(part: str, step: str) -> None:
    """Raises InputError unless `step` is one predicate or several with "and" between them. The longest comes first:
    "up and down" is one direction."""
    words = step.split(" and ")
    for cut in range(len(words), 1, -1):
        if _is_predicate(part, " and ".join(words[:cut])):
            break
    else:
        cut = 1
        parse(part, words[0])
    if words[cut:]:
        _check(part, " and ".join(words[cut:]))


def _is_predicate(part: str, text: str) -> bool:
    try:
        parse(part, text)
    except InputError:
        return False
    return True
