"""Requests and answers that cross the wire, as frozen dataclasses.

A message's class name is its type on the wire. `id` ties an answer to its request. Arrays never stand in these
fields: they travel beside the JSON line (see wire.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import PromptError, RequestError
from . import fields
from .directing_messages import Mix, Ranking, Search, Timeline, Transform, Vary
from .edit_messages import Edit
from .fields import GOAL_JOINTS as GOAL_JOINTS
from .fields import MAX_LONG_SECONDS as MAX_LONG_SECONDS
from .fields import MAX_PROMPT, MAX_SECONDS, MIN_SECONDS, PARTS, REFINERS
from .fields import MAX_SAMPLES as MAX_SAMPLES

PROTOCOL_VERSION = 3
"""One number for both sides; the handshake refuses any other."""

STYLE_RANDOM, STYLE_AUTO = "random", "auto"
MAX_STRENGTH = 1.5
MAX_STYLE_NAME = 1000


@dataclass(frozen=True)
class Hello:
    """First message of each side."""

    version: int = PROTOCOL_VERSION
    software: str = ""
    pid: int = 0


@dataclass(frozen=True, kw_only=True)
class Styled:
    """How a motion shall be styled, in every request that makes one. Raises RequestError for values of no use.

    `style`: a label or preset's name, "random", "auto" (what the prompt says) or "" (leave it). `style_clip`: the name
    of a reference clip instead, whose file or motion travels beside the message (see clips.py). `style_mix`: a second
    style by name or "random", mixed in by `style_share` 0..1. `style_strength` 0..1.5: 0 changes nothing, 1 is the
    style. `style_seed`: other takes; 0 is the typical one. `style_parts`: body parts that change; none means all.
    """

    style: str = ""
    style_clip: str = ""
    style_mix: str = ""
    style_share: float = 0.5
    style_strength: float = 1.0
    style_seed: int = 0
    style_parts: tuple[str, ...] = ()

    @property
    def asks_for_style(self) -> bool:
        """False when the motion stays as it is."""
        return bool(self.style or self.style_clip)

    def check_style(self) -> None:
        """Raises RequestError when a field cannot be used."""
        for name in (self.style, self.style_clip, self.style_mix):
            if not isinstance(name, str) or len(name) > MAX_STYLE_NAME:
                raise RequestError(f"a style's name must be text of at most {MAX_STYLE_NAME} characters")
        if self.style and self.style_clip:
            raise RequestError("give a style or a style clip, not both; a second style goes into the mix")
        if self.style_mix and not self.asks_for_style:
            raise RequestError("a mix needs a first style or a style clip; name one")
        if self.style_mix == STYLE_AUTO:
            raise RequestError("the mix must be a style's name or random, not auto")
        fields.number("style_share", self.style_share, 0.0, 1.0)
        fields.number("style_strength", self.style_strength, 0.0, MAX_STRENGTH)
        fields.whole("style_seed", self.style_seed, 0, 2**63 - 1)
        unknown = sorted(set(self.style_parts) - set(PARTS))
        if unknown:
            raise RequestError(f"unknown body parts {', '.join(unknown)} to style; use {', '.join(PARTS)}")


@dataclass(frozen=True)
class Generate(Styled):
    """One text-to-motion request, styled where asked. Raises PromptError or RequestError when a field cannot be used.

    `seconds` 0.5..10; `seed` 0..2**63-1: sample k of a request equals sample 0 of the request with seed + k;
    `action` is a label that stands for the prompt and its part sentences (`kinema actions` lists them): `prompt` is
    then "" and no refiner is asked; `parts` overrides single part sentences of the refiner or the action; `steps` and
    `guidance` of None mean the model pack's own.
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
    action: str | None = None

    def __post_init__(self) -> None:
        fields.prompt_text(self.prompt, self.id)
        if self.action is not None and (not isinstance(self.action, str) or not self.action.strip()):
            raise RequestError("the action is empty; choose a label such as walk or wave-left-hand")
        if self.action is not None and self.prompt.strip():
            raise RequestError("a request has a prompt or an action, not both; leave one out")
        if self.action is None and not self.prompt.strip() and not any(text.strip() for text in self.parts.values()):
            raise PromptError("the prompt is empty; describe what the character does")
        fields.number("seconds", self.seconds, MIN_SECONDS, MAX_SECONDS)
        fields.sampling(self)
        self.check_style()


@dataclass(frozen=True)
class Stylize(Styled):
    """Style a clip that exists: any humanoid, rate and length; its file or motion travels beside the message as
    "clip" (see clips.py), `clip` is its name. Answered by Done with one motion. Raises RequestError."""

    id: str
    clip: str = ""
    cleanup: bool = True

    def __post_init__(self) -> None:
        self.check_style()
        if not self.asks_for_style or self.style == STYLE_AUTO:
            raise RequestError("name a style, random or a style clip to style this clip with")


@dataclass(frozen=True)
class ListStyles:
    """Ask which styles there are; answered by Styles, loads no weights."""

    id: str


@dataclass(frozen=True)
class SaveStyle:
    """Keep the style of a reference clip, which travels beside the message as "style" (see clips.py), under a name.

    `licence` and `source` say whose motion it is; both go into the preset's file. Answered by Styles.
    """

    id: str
    name: str
    clip: str = ""
    title: str = ""
    licence: str = ""
    source: str = ""


@dataclass(frozen=True)
class RemoveStyle:
    """Delete a preset that was saved; answered by Styles."""

    id: str
    name: str


@dataclass(frozen=True)
class Styles:
    """All styles: each has name, title (plain words), kind ("label" or "preset"), licence, source, and `file` for
    presets (the name of the file to share)."""

    id: str
    styles: tuple[Mapping[str, str], ...] = ()


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


Aside = Refine | Describe | ClearCache | ListStyles | RemoveStyle
"""Questions that are answered beside a running generation."""

Message = (
    Hello
    | Generate
    | Stylize
    | Edit
    | Timeline
    | Vary
    | Mix
    | Transform
    | Search
    | SaveStyle
    | ListStyles
    | RemoveStyle
    | Refine
    | Describe
    | ClearCache
    | Cancel
    | Shutdown
    | Progress
    | Done
    | Styles
    | Ranking
    | Refined
    | Description
    | Cleared
    | Failed
)

MESSAGES: dict[str, type] = {
    "Hello": Hello,
    "Generate": Generate,
    "Stylize": Stylize,
    "Edit": Edit,
    "Timeline": Timeline,
    "Vary": Vary,
    "Mix": Mix,
    "Transform": Transform,
    "Search": Search,
    "SaveStyle": SaveStyle,
    "ListStyles": ListStyles,
    "RemoveStyle": RemoveStyle,
    "Refine": Refine,
    "Describe": Describe,
    "ClearCache": ClearCache,
    "Cancel": Cancel,
    "Shutdown": Shutdown,
    "Progress": Progress,
    "Done": Done,
    "Styles": Styles,
    "Ranking": Ranking,
    "Refined": Refined,
    "Description": Description,
    "Cleared": Cleared,
    "Failed": Failed,
}
