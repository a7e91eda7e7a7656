"""Prompts that were used, kept and given: history, favourites, examples. One JSON file of the user's, plain Python."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Sequence
from pathlib import Path

MOST = 40
"""Prompts that the history keeps."""

EXAMPLES = (
    "a person walks forward and waves with the right hand",
    "an old man limps forward",
    "a person jogs forward, then stops",
    "a person raises both arms above the head",
    "a person squats down and stands up again",
    "a person kicks with the left leg",
    "a person bows politely",
    "a person sits down on a chair",
    "a person jumps up with both feet",
    "a person waves with the left hand",
    "a person steps to the right",
    "a person walks backward slowly",
)

_ACTIONS = (
    "walks forward",
    "runs forward",
    "walks backward",
    "steps to the left",
    "jumps up",
    "squats down",
    "bows",
    "sits down",
    "stands still",
)
_ARMS = ("waves with the {side} hand", "raises the {side} arm", "raises both arms", "claps the hands", "")
_MANNERS = ("slowly", "quickly", "happily", "sadly", "proudly", "")
_SUBJECTS = ("a person", "a man", "a woman", "an old man", "a child")


def random_prompt(seed: int | None = None) -> str:
    """A sentence that the lexicon understands."""
    draw = random.Random(seed)
    arms = draw.choice(_ARMS).format(side=draw.choice(("left", "right")))
    words = [draw.choice(_SUBJECTS), draw.choice(_ACTIONS), draw.choice(_MANNERS)]
    return " ".join(word for word in words if word) + (f" and {arms}" if arms else "")


class Prompts:
    """History and favourites, written as they change. A file that cannot be read counts as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.history: list[str] = []
        self.favourites: list[str] = []
        with contextlib.suppress(OSError, ValueError):
            content = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(content, dict):
                self.history = _texts(content.get("history"))
                self.favourites = _texts(content.get("favourites"))

    def use(self, prompt: str) -> None:
        """Put a prompt at the head of the history."""
        if prompt := " ".join(prompt.split()):
            self.history = [prompt, *(other for other in self.history if other != prompt)][:MOST]
            self._write()

    def is_favourite(self, prompt: str) -> bool:
        return " ".join(prompt.split()) in self.favourites

    def toggle_favourite(self, prompt: str) -> None:
        """Keep a prompt among the favourites, or take it out."""
        prompt = " ".join(prompt.split())
        if prompt in self.favourites:
            self.favourites.remove(prompt)
        elif prompt:
            self.favourites.insert(0, prompt)
        self._write()

    def clear_history(self) -> None:
        self.history = []
        self._write()

    def _write(self) -> None:
        content = json.dumps({"history": self.history, "favourites": self.favourites}, indent=1, ensure_ascii=False)
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial = self._path.with_suffix(".partial")
            partial.write_text(content, encoding="utf-8")
            partial.replace(self._path)


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, Sequence) else []
