"""Requests and answers that cross the wire, as frozen dataclasses.

A message's class name is its type on the wire. `id` ties an answer to its request. Arrays never stand in these
fields: they travel beside the JSON line (see wire.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import PromptError, RequestError

PROTOCOL_VERSION = 1
"""One number for both sides; the handshake refuses any other."""

PARTS = ("head", "torso", "left_arm", "right_arm", "left_leg", "right_leg")
"""The six body parts that a prompt is refined into, in the order of their tokens."""

REFINERS = ("none", "lexicon", "llm")
MAX_PROMPT = 2000
MIN_SECONDS, MAX_SECONDS = 0.5, 10.0
MAX_SAMPLES = 64


@dataclass(frozen=True)
class Hello:
    """First message of each side."""

    version: int = PROTOCOL_VERSION
    software: str = ""
    pid: int = 0


@dataclass(frozen=True)
class Generate:
    """One text-to-motion request. Raises PromptError or RequestError when a field cannot be used.

    `seconds` 0.5..10; `seed` 0..2**63-1: sample k of a request equals sample 0 of the request with seed + k;
    `parts` overrides single part sentences of the refiner; `steps` and `guidance` of None mean the model pack's own.
    """

    id: str
    prompt: str
    seconds: float = 4.0
    seed: int = 0
    samples: int = 1
    refiner: str = "lexicon"
    parts: Mapping[str, str] = field(default_factory=dict)
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    cleanup: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.prompt, str) or not isinstance(self.id, str):
            raise PromptError("prompt and id must be text")
        if not self.prompt.strip() and not any(text.strip() for text in self.parts.values()):
            raise PromptError("the prompt is empty; describe what the character does")
        if len(self.prompt) > MAX_PROMPT:
            raise PromptError(f"the prompt has {len(self.prompt)} characters; shorten it to {MAX_PROMPT}")
        _number("seconds", self.seconds, MIN_SECONDS, MAX_SECONDS)
        _whole("seed", self.seed, 0, 2**63 - 1)
        _whole("samples", self.samples, 1, MAX_SAMPLES)
        if self.refiner not in REFINERS:
            raise RequestError(f"refiner {self.refiner!r} is unknown; use one of {', '.join(REFINERS)}")
        unknown = sorted(set(self.parts) - set(PARTS))
        if unknown:
            raise RequestError(f"unknown body parts {', '.join(unknown)}; use {', '.join(PARTS)}")
        if any(not isinstance(text, str) or len(text) > MAX_PROMPT for text in self.parts.values()):
            raise RequestError(f"each part's description must be text of at most {MAX_PROMPT} characters")
        if self.steps is not None:
            _whole("steps", self.steps, 1, 1000)
        if self.guidance is not None:
            _number("guidance", self.guidance, 0.0, 30.0)


@dataclass(frozen=True)
class Cancel:
    """Stop the request `id` before its next step."""

    id: str


@dataclass(frozen=True)
class Shutdown:
    """End the backend once running work is cancelled."""


@dataclass(frozen=True)
class Refine:
    """Ask what each body part would do for a prompt, without generating. Raises PromptError or RequestError."""

    id: str
    prompt: str
    refiner: str = "lexicon"

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise PromptError("the prompt is empty; describe what the character does")
        if len(self.prompt) > MAX_PROMPT:
            raise PromptError(f"the prompt has {len(self.prompt)} characters; shorten it to {MAX_PROMPT}")
        if self.refiner not in REFINERS:
            raise RequestError(f"refiner {self.refiner!r} is unknown; use one of {', '.join(REFINERS)}")


@dataclass(frozen=True)
class Describe:
    """Ask which model pack answers, which others there are and what the cache holds; loads no weights."""

    id: str


@dataclass(frozen=True)
class ClearCache:
    """Delete every kept answer."""

    id: str


@dataclass(frozen=True)
class Progress:
    """How far a request is: `step` of `steps` in `stage` ("load", "refine", "encode", "sample", "decode")."""

    id: str
    stage: str
    step: int = 0
    steps: int = 0


@dataclass(frozen=True)
class Done:
    """A finished request. `parts` are the refined sentences; `pack` names model, sha256 and licence; `settings` are
    the sampler, steps, guidance, device and versions that were used; `cached`: an answer kept from an equal request.

    Motions travel as arrays `rotations_K` (T, 22, 4) and `root_translation_K` (T, 3), K = 0..samples-1, at `fps`, on
    the SMPL body skeleton.
    """

    id: str
    samples: int
    fps: float
    parts: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    pack: Mapping[str, Any] = field(default_factory=dict)
    seconds_taken: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    cached: bool = False


@dataclass(frozen=True)
class Refined:
    """Answer to Refine: the six part sentences, verbs outside the lexicon, sentences for the user."""

    id: str
    parts: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """Answer to Describe: `pack` as in Done, names of all packs, and the kept answers' number and bytes."""

    id: str
    pack: Mapping[str, Any] = field(default_factory=dict)
    packs: tuple[str, ...] = ()
    cache_files: int = 0
    cache_bytes: int = 0


@dataclass(frozen=True)
class Cleared:
    """Answer to ClearCache: how much was deleted."""

    id: str
    files: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Failed:
    """A request that could not be done: `kind` is the error's class name, `message` one sentence with the fix."""

    id: str
    kind: str
    message: str


Aside = Refine | Describe | ClearCache
"""Questions that are answered beside a running generation."""

Message = (
    Hello
    | Generate
    | Refine
    | Describe
    | ClearCache
    | Cancel
    | Shutdown
    | Progress
    | Done
    | Refined
    | Description
    | Cleared
    | Failed
)

MESSAGES: dict[str, type] = {
    "Hello": Hello,
    "Generate": Generate,
    "Refine": Refine,
    "Describe": Describe,
    "ClearCache": ClearCache,
    "Cancel": Cancel,
    "Shutdown": Shutdown,
    "Progress": Progress,
    "Done": Done,
    "Refined": Refined,
    "Description": Description,
    "Cleared": Cleared,
    "Failed": Failed,
}


def _number(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RequestError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RequestError(f"{name} must be a whole number from {low} to {high}, not {value!r}")
