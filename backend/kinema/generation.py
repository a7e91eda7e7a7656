"""The pipeline as every entry point opens it: on a pack, with the language model that the environment names.

KINEMA_LLM_URL      base URL of an OpenAI-compatible endpoint, such as http://localhost:11434/v1
KINEMA_LLM_MODEL    the model's name there
KINEMA_LLM_KEY      its key, where it needs one
KINEMA_LLM_TIMEOUT  seconds for one attempt (default 20)
KINEMA_CACHE        folder of kept answers (default: the user's cache folder); KINEMA_CACHE_MB bounds it
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import clips
from .checkpoints import Pack
from .errors import RequestError
from .protocol.messages import Generate, Progress, Timeline
from .protocol.motion import Motion

if TYPE_CHECKING:
    from .pipeline import Pipeline, Result
    from .refine import LLMSettings

Generation = Callable[[Generate, Callable[[Progress], None], Callable[[], bool]], "Result"]
"""(request, progress, cancelled) -> Result; see `pipeline.Pipeline.generate`."""

BatchedGeneration = Callable[
    [Sequence[Generate | Timeline], Callable[[Progress], None], Callable[[], bool]], "list[Result]"
]
"""(requests, progress, cancelled) -> a Result each; see `pipeline.Pipeline.generate_many`. A timeline comes alone."""


def never() -> bool:
    """For callers that cannot cancel."""
    return False


def open_generation(pack: Pack, device: str) -> Generation:
    """Load the pack's weights. Raises what `Pipeline.open` raises.

    The environment is read with each request that asks for the language model, so that a mistake in it stops no other.
    """
    from .pipeline import Pipeline

    pipeline = Pipeline.open(pack, device)

    return with_language_model(pipeline)


def with_language_model(pipeline: Pipeline, reference: Motion | None = None) -> Generation:
    """A pipeline's `generate`, with the endpoint that the environment names for requests that ask for it.

    `reference`: the style clip on the SMPL body; None reads the file that a request's `style_clip` names.
    """

    def generate(request: Generate, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Result:
        style = clips.read(request.style_clip) if request.style_clip and reference is None else reference
        llm = language_model() if request.refiner == "llm" else None
        return pipeline.generate(request, progress, cancelled, llm, style)

    return generate


def open_batched(pack: Pack, device: str) -> BatchedGeneration:
    """As `open_generation`, for requests that are sampled together."""
    from . import directing
    from .pipeline import Pipeline

    pipeline = Pipeline.open(pack, device)

    def generate(
        requests: Sequence[Generate | Timeline], progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> list[Result]:
        llm = language_model() if any(request.refiner == "llm" for request in requests) else None
        if isinstance(requests[0], Timeline):
            return [directing.timeline(pipeline, requests[0], progress, cancelled, llm)]
        plain = [request for request in requests if isinstance(request, Generate)]
        references = [clips.read(request.style_clip) if request.style_clip else None for request in plain]
        return pipeline.generate_many(plain, progress, cancelled, llm, references)

    return generate


def language_model() -> LLMSettings | None:
    """The endpoint that the environment names, or None. Raises RequestError when what it says cannot be used."""
    from .refine import LLMSettings

    url, model = os.environ.get("KINEMA_LLM_URL", ""), os.environ.get("KINEMA_LLM_MODEL", "")
    if not url:
        return None
    if not model:
        raise RequestError("KINEMA_LLM_URL is set without a model; set KINEMA_LLM_MODEL to the name of one")
    timeout = os.environ.get("KINEMA_LLM_TIMEOUT") or "20"
    try:
        seconds = float(timeout)
    except ValueError:
        raise RequestError(f"KINEMA_LLM_TIMEOUT must be a number of seconds, not {timeout[:40]!r}") from None
    return LLMSettings(url, model, timeout=seconds, cache_folder=cache_folder() / "llm")


def cache_folder() -> Path:
    """Where Kinema may keep what it can make again."""
    if own := os.environ.get("KINEMA_CACHE"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "kinema" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kinema"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kinema"
