"""A timeline's strips as stretches of constant text: who says what from which latent to which."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..features import layout
from ..protocol.directing_messages import Strip
from ..protocol.messages import PARTS
from ..refine import Refined

IDLE = "a person stands still"
"""Said where no strip says anything."""

TOGETHER = " and at the same time "

_SUBJECT = re.compile(
    r"^(?:(?:the|a|an|one|this)\s+(?:\w+\s+)?(?:person|man|woman|figure|character|guy|human|actor)|someone|somebody|"
    r"person|man|woman|he|she|they|it)\s+(?=\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Stretch:
    """Latents start..stop-1, over which `strips` are said."""

    start: int
    stop: int
    strips: tuple[Strip, ...]


def stretches(strips: Sequence[Strip], latents: int, stride: int) -> tuple[Stretch, ...]:
    """The timeline cut wherever a strip begins or ends, `latents` long in all; neighbours that say the same are one."""
    cuts = {0, latents}
    spans = []
    for strip in strips:
        start, stop = (min(latents, round(at * layout.FPS / stride)) for at in (strip.start, strip.end))
        stop = max(stop, min(latents, start + 1))
        spans.append((start, stop, strip))
        cuts |= {start, stop}
    ordered = sorted(cuts)
    found: list[Stretch] = []
    for start, stop in zip(ordered[:-1], ordered[1:], strict=True):
        said = tuple(strip for first, last, strip in spans if first <= start and stop <= last)
        if found and found[-1].strips == said:
            found[-1] = Stretch(found[-1].start, stop, said)
        else:
            found.append(Stretch(start, stop, said))
    return tuple(found)


def combined(strips: Sequence[Strip], refined: Mapping[str, Refined], fixed: Mapping[str, str]) -> Refined:
    """What a stretch says: one sentence for the whole body and one for each part.

    `refined`: each prompt's own sentences. Strips of the whole body come first; of two that say something about a part
    the later one counts, and a strip of single parts overrides those of the whole body there. `fixed` sentences stand
    where no strip names the part itself.
    """
    whole = [strip for strip in strips if not strip.body_parts]
    single = [strip for strip in strips if strip.body_parts]
    parts = dict.fromkeys(PARTS, "")
    for strip in whole:
        parts |= {part: text for part, text in refined[strip.prompt].parts.items() if text or part not in parts}
    if not whole:
        parts |= refined[IDLE].parts
    parts |= fixed
    for strip in single:
        own = refined[strip.prompt].parts
        parts |= {part: own.get(part) or strip.prompt for part in strip.body_parts}
    sentences = list(dict.fromkeys(strip.prompt.strip().rstrip(".") for strip in (*whole, *single))) or [IDLE]
    first, *others = sentences
    if not whole and not _SUBJECT.match(first):
        first = f"a person {first}"
    return Refined(TOGETHER.join([first, *(_SUBJECT.sub("", other) for other in others)]), parts)
