"""What the styles are called: plain words for the labels, and which label a word in a prompt means."""

from __future__ import annotations

from collections.abc import Collection

TITLES: dict[str, str] = {
    "active": "active: brisk, wide, full of energy",
    "angry": "angry: tense, stamping",
    "childish": "childish: bouncing, loose arms",
    "chimpira": "thug: swaggering, shoulders rolling",
    "elderly": "elderly: bent forward, short careful steps",
    "exhausted": "exhausted: slumped, dragging",
    "feminine": "feminine: narrow steps, swinging hips",
    "giant": "giant: heavy, slow, wide",
    "happy": "happy: light, springy",
    "masculine": "masculine: broad, strong",
    "masculinity": "macho: chest out, arms held wide",
    "musical": "musical: to a beat, as in a revue",
    "normal": "normal: as most people do it",
    "not-confident": "not confident: small, hesitant, looking down",
    "old": "old: bent, slow, shaky",
    "proud": "proud: upright, chin up",
    "sad": "sad: head down, heavy arms",
    "tired": "tired: sagging, slow",
    "youthful": "youthful: light, quick, casual",
}
"""Label -> title. A label without one is shown by its name."""

MEANINGS: dict[str, tuple[str, ...]] = {
    "afraid": ("not-confident",),
    "bored": ("tired",),
    "cheerful": ("happy",),
    "confident": ("proud",),
    "energetic": ("active",),
    "excited": ("happy", "active"),
    "heavy": ("giant",),
    "nervous": ("not-confident",),
    "old": ("old", "elderly"),
    "playful": ("childish",),
    "sexy": ("feminine",),
    "shy": ("not-confident",),
    "strong": ("masculine",),
    "tired": ("tired", "exhausted"),
    "tough": ("chimpira",),
    "young": ("youthful",),
}
"""A style of the refiners' vocabulary -> labels that show it, the best first; others mean the label of that name."""


def label_for(word: str, labels: Collection[str]) -> str | None:
    """The label among `labels` that a style word means, or None."""
    return next((label for label in (*MEANINGS.get(word, ()), word) if label in labels), None)
