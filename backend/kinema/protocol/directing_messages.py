"""Requests that direct a motion or change one: a timeline of prompts, variations, mixtures, transforms, search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import PromptError, RequestError
from . import fields

MAX_STRIPS = 1000
SHORTEST_STRIP = 0.2
"""Seconds."""

STRIP_FIELDS = ("prompt", "start", "end", "body_parts", "style")
SLOWEST, FASTEST = 0.1, 10.0
MAX_NAME = 1000

LONGEST = 10_000.0
"""Seconds of motion, all samples together, that one answer can carry (see wire.MAX_ARRAY_BYTES)."""


@dataclass(frozen=True)
class Strip:
    """One prompt from `start` to `end` seconds of a timeline. `body_parts`: what it is said of, () for the whole body;
    a strip of single parts overrides what other strips say of them. `style`: a label, "" for none.

    Raises PromptError or RequestError.
    """

    prompt: str
    start: float
    end: float
    body_parts: tuple[str, ...] = ()
    style: str = ""

    def __post_init__(self) -> None:
        _needed(self.prompt)
        fields.number("a strip's start", self.start, 0.0, LONGEST)
        fields.number("a strip's end", self.end, 0.0, LONGEST)
        if self.end - self.start < SHORTEST_STRIP - 1e-9:
            raise RequestError(
                f"the strip {self.prompt[:40]!r} lasts {self.end - self.start:g} s; "
                f"its end must lie at least {SHORTEST_STRIP:g} s after its start"
            )
        fields.body_parts(self.body_parts)
        if not isinstance(self.style, str) or len(self.style) > MAX_NAME:
            raise RequestError("a strip's style must be the name of one")
        object.__setattr__(self, "body_parts", tuple(self.body_parts))

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Strip:
        """The strip that a mapping with these fields says. Raises as the class does, for other fields too."""
        if unknown := sorted(set(said) - set(STRIP_FIELDS)):
            raise RequestError(f"a strip has no field {unknown[0][:40]!r}; it has {', '.join(STRIP_FIELDS)}")
        if missing := [name for name in STRIP_FIELDS[:3] if name not in said]:
            raise RequestError(f"a strip needs its {', '.join(missing)}")
        parts = said.get("body_parts", ())
        if not isinstance(parts, list | tuple):
            raise RequestError(f"a strip's body_parts must be a list, not {str(parts)[:40]!r}")
        return cls(**{**said, "body_parts": tuple(parts)})

    def mapping(self) -> dict[str, Any]:
        """As JSON can carry it."""
        return asdict(self) | {"body_parts": list(self.body_parts)}


@dataclass(frozen=True)
class Timeline:
    """Several prompts as one continuous motion, as long as the last strip's end. Raises PromptError or RequestError.

    `strips`: mappings with the fields of `Strip`; they may overlap. Where nothing is said the character stands.
    `parts`: sentences for single parts throughout, which strips of those parts override, like the fields after it as in
    Generate. `path` as in Edit: (seconds, x, z) or (seconds, x, z, heading). `loop`: the end leads into the beginning.
    Answered by Done.
    """

    id: str
    strips: tuple[Mapping[str, Any], ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    samples: int = 1
    refiner: str = "lexicon"
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    cleanup: bool = True
    path: tuple[tuple[float, ...], ...] = ()
    loop: bool = False

    def __post_init__(self) -> None:
        if not self.strips:
            raise PromptError("the timeline has no strip; add one with a prompt, a start and an end")
        if len(self.strips) > MAX_STRIPS:
            raise RequestError(f"the timeline has {len(self.strips)} strips; {MAX_STRIPS} are possible")
        object.__setattr__(self, "strips", tuple(Strip.of(strip).mapping() for strip in self.strips))
        object.__setattr__(self, "path", tuple(tuple(point) for point in self.path))
        fields.sampling(self)
        fields.path_points(self.path)
        if self.loop and self.path:
            raise RequestError("a loop ends as it begins and follows no path; leave one of them out")
        if not fields.MIN_SECONDS <= self.seconds <= LONGEST / self.samples:
            raise RequestError(
                f"{self.samples} samples of {self.seconds:g} s are {self.samples * self.seconds:g} s; one answer can "
                f"carry {fields.MIN_SECONDS:g} to {LONGEST:g}"
            )

    @property
    def seconds(self) -> float:
        """Where the last strip ends."""
        return max(float(strip["end"]) for strip in self.strips)

    @property
    def prompt(self) -> str:
        """All prompts in one line, as a title."""
        return "; ".join(str(strip["prompt"]) for strip in self.strips)

    def parsed(self) -> tuple[Strip, ...]:
        """The strips, in the order given."""
        return tuple(Strip.of(strip) for strip in self.strips)


@dataclass(frozen=True)
class Vary:
    """Takes near a clip, which travels beside the message as "clip". Answered by Done, at the clip's rate and length.

    `strength` 0..1: how far from the clip, 0 is the clip itself. `prompt`: what the character does, may be left out.
    Raises PromptError or RequestError.
    """

    id: str
    clip: str = ""
    strength: float = 0.4
    prompt: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    samples: int = 1
    refiner: str = "lexicon"
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    cleanup: bool = True

    def __post_init__(self) -> None:
        fields.prompt_text(self.prompt, self.id)
        fields.number("strength", self.strength, 0.0, 1.0)
        fields.sampling(self)


@dataclass(frozen=True)
class Mix:
    """A motion between two, which travel beside the message as "clip" and "other". Answered by Done at `clip`'s rate.

    `share` 0..1: how much of the other; 0 is the clip, 1 the other where the clip stands. Raises RequestError.
    """

    id: str
    clip: str = ""
    other: str = ""
    share: float = 0.5
    cleanup: bool = True

    def __post_init__(self) -> None:
        fields.number("share", self.share, 0.0, 1.0)


@dataclass(frozen=True)
class Transform:
    """A clip, beside the message as "clip", changed by rule: mirrored, retimed, looped, in place. Answered by Done.

    `speed` 0.1..10 or `seconds` retime it with its contacts kept; `loop` cuts one cycle whose end leads into its
    beginning; `in_place` takes the root's travel out, which Done.settings "root_motion" then says. Raises RequestError.
    """

    id: str
    clip: str = ""
    mirror: bool = False
    speed: float = 1.0
    seconds: float | None = None
    loop: bool = False
    in_place: bool = False
    cleanup: bool = True

    def __post_init__(self) -> None:
        fields.number("speed", self.speed, SLOWEST, FASTEST)
        if self.seconds is not None:
            fields.number("seconds", self.seconds, 0.1, LONGEST)
            if self.speed != 1.0:
                raise RequestError("give a speed or the seconds that the clip shall last, not both")
        if not (self.mirror or self.loop or self.in_place) and self.speed == 1.0 and self.seconds is None:
            raise RequestError("say what to change: mirror, speed, seconds, loop or in_place")


@dataclass(frozen=True)
class Search:
    """Rank clips for a sentence. Clip k of `clips` travels beside the message as "clip_k"; a library that does not fit
    one message is asked in several, whose scores compare. Answered by Ranking. Raises PromptError or RequestError."""

    id: str
    text: str
    clips: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _needed(self.text)
        if not self.clips:
            raise RequestError("there is no clip to search; send at least one")
        if any(len(name) > MAX_NAME for name in self.clips):
            raise RequestError(f"a clip's name may have {MAX_NAME} characters")


@dataclass(frozen=True)
class Ranking:
    """Answer to Search: the clips' names, best first, and how well each fits, -1..1. `skipped`: sentences about clips
    that could not be read."""

    id: str
    names: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    skipped: tuple[str, ...] = ()


def _needed(text: str) -> None:
    """Raises PromptError unless the text says something."""
    fields.prompt_text(text, "")
    if not text.strip():
        raise PromptError("the prompt is empty; describe what the character does")
