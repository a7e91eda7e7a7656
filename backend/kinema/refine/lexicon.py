"""The embedded refiner: a prompt -> six part sentences, by table and rule, the same on every machine.

Chosen rules: an action of one limb without a named side is done by the side last named for such a limb, else by the
right one; left and right are the character's own; 'clockwise' turns to the right; a part that the prompt does not
mention rests in the current posture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..protocol.messages import PARTS
from .clauses import read
from .composition import MAX_STEPS, Style, compose
from .language import parse, rest, sentence
from .phrases import WORDS
from .refined import Refined


@dataclass(frozen=True, slots=True)
class Understanding:
    """What the lexicon made of a prompt. `motions`: names of the table's entries, in time order.

    `unknown`: verbs outside the table, each with a line in `warnings` that says what stands for it.
    """

    parts: dict[str, str]
    motions: tuple[str, ...]
    style: str | None
    unknown: tuple[str, ...]
    warnings: tuple[str, ...]


def understand(prompt: str) -> Understanding:
    """Refine one prompt. Deterministic; a prompt without a known motion gives a resting body and a warning."""
    reading = read(prompt)
    style = reading.styles[0] if reading.styles else None
    warnings = [
        f"{word!r} is unknown to the lexicon; nearest: {kin}"
        if kin
        else f"{word!r} is unknown to the lexicon; left out"
        for word, kin in reading.unknown
    ]
    motions = tuple(event.entry.name for event in reading.events if event.entry is not None)
    if not motions and prompt.strip():
        warnings.append("no motion was understood in the prompt; say what the character does, as in 'walks forward'")
    parts, left_out = compose(reading.events, style_of(style))
    if not any(parts.values()):
        parts = {part: sentence(rest(part)) for part in PARTS}
    if left_out:
        warnings.append(f"only the first {MAX_STEPS} of {MAX_STEPS + left_out} successive motions are described")
    return Understanding(parts, motions, style, tuple(word for word, _ in reading.unknown), tuple(warnings))


def refine_by_lexicon(prompt: str) -> Refined:
    understood = understand(prompt)
    return Refined(prompt, understood.parts, understood.style, understood.unknown, understood.warnings)


@lru_cache
def style_of(label: str | None) -> Style:
    """How a style of the part language shows in the body. 'normal' shows nothing."""
    if label is None or label == "normal":
        return Style()
    body = WORDS["style_bodies"].get(label, {})
    return Style(
        manner=f"in {'an' if label[0] in 'aeiou' else 'a'} {label} way",
        speed=body.get("speed", ""),
        torso=parse("torso", body["torso"]) if "torso" in body else None,
        head=parse("head", body["head"]) if "head" in body else None,
    )
