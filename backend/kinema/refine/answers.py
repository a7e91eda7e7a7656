"""What a language model is told, what is accepted from it, and where accepted answers are kept."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from ..protocol.messages import PARTS
from .language import GROUPS, VERBS, rest, sentence
from .vocabulary import DIRECTIONS, SPEEDS

TEMPLATE_VERSION = 1
"""Raise it with every change of SYSTEM_PROMPT: answers to the old one are then asked for anew."""

MAX_SENTENCE = 300

SYSTEM_PROMPT = "\n".join(
    [
        "Translate the motion described by the given sentences to the motion of each body part.",
        f"Answer with one JSON object and nothing else. Its keys are exactly {json.dumps(list(PARTS))}; each value is "
        f"one plain English sentence of at most {MAX_SENTENCE} characters about that part only.",
        "Each sentence is 'the <part> <verb> [direction] [where] [speed] [how often]'; actions at the same time are "
        "joined by 'and', later ones by ', then'. Left and right are the character's own. A part that is not involved "
        f"rests, as in {json.dumps(sentence(rest('left_arm')))}.",
        *(
            f"Verbs for the {group}: {', '.join(VERBS[group])}."
            for group in dict.fromkeys(GROUPS[part] for part in PARTS)
        ),
        f"Directions: {', '.join(DIRECTIONS)}. Speeds: {', '.join(SPEEDS)}.",
        "Example for 'a person walks forward and waves with the left hand': "
        + json.dumps(
            {
                "head": "the head looks straight ahead",
                "torso": "the torso moves forward",
                "left_arm": "the left arm waves beside the head repeatedly",
                "right_arm": "the right arm swings against the steps",
                "left_leg": "the left leg walks forward",
                "right_leg": "the right leg walks forward",
            }
        ),
    ]
)

CORRECTION = "That answer could not be used. Answer again with only the JSON object."


def parts_from_answer(text: str) -> dict[str, str]:
    """The six sentences in a model's answer, which may wrap its JSON in prose or code fences.

    Raises ValueError, in words fit for a user, unless the first JSON object that names a body part has exactly the
    six parts with one usable sentence each.
    """
    found = _first_object(text)
    missing = [part for part in PARTS if part not in found]
    if missing:
        raise ValueError(f"the parts {', '.join(missing)} are missing")
    if len(found) > len(PARTS):
        raise ValueError(f"it has {len(found) - len(PARTS)} parts too many")
    return {part: _sentence(part, found[part]) for part in PARTS}


def _first_object(text: str) -> dict[str, Any]:
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            if isinstance(value, dict) and set(value) & set(PARTS):
                return value
        start = text.find("{", end)
    raise ValueError("it holds no JSON object with the body parts")


def _sentence(part: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{part} is not text")
    text = " ".join(value.split())
    if not text:
        raise ValueError(f"{part} is empty")
    if len(text) > MAX_SENTENCE:
        raise ValueError(f"{part} is longer than {MAX_SENTENCE} characters")
    if not text.isprintable():
        raise ValueError(f"{part} holds characters that cannot be printed")
    return text


def cache_path(folder: Path | None, prompt: str, model: str, base_url: str) -> Path | None:
    """The file of one answer; None without a folder."""
    if folder is None:
        return None
    question = json.dumps([TEMPLATE_VERSION, base_url, model, prompt])
    return Path(folder) / f"{hashlib.sha256(question.encode()).hexdigest()}.json"


def cached(path: Path | None) -> dict[str, str] | None:
    """The kept answer, or None when there is none that can be used."""
    if path is None:
        return None
    try:
        return parts_from_answer(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def store(path: Path | None, parts: dict[str, str]) -> None:
    """Keep an answer; readers see all of it or nothing. Raises OSError."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(parts, stream)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
