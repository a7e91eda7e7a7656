"""How prompts are sampled that tell a sequence: each stage under its own text, in one motion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from . import refine
from .diffusion import SAMPLERS
from .editing.continuation import Continuation
from .editing.sequencing import Spans, sequenced, spans_of
from .sampling import MOST_AT_ONCE, Row, Sampling, Settings

Encode = Callable[[str, Mapping[str, str]], tuple[Tensor, Tensor]]
"""Prompt and part sentences -> embeddings (1, 7, E) and which are given (1, 7)."""


@dataclass(frozen=True, eq=False)
class Told:
    """What a clip hears over which latents: `texts` as `Encode` gives them, one for each span."""

    spans: Spans
    texts: tuple[tuple[Tensor, Tensor], ...]


def told(refined: refine.Refined, frames: int, stride: int, encode: Encode) -> Told:
    """A refined prompt's stages over a clip; the whole prompt at once where the clip is too short for all of them."""
    stages = refine.stages(refined)
    spans = spans_of([each.steps for each in stages], frames, stride)
    if len(spans) < len(stages):
        return Told(spans, (encode(refined.prompt, refined.parts),))
    return Told(spans, tuple(encode(each.prompt, each.parts) for each in stages))


def turns(rows: Sequence[tuple[int, int]], by_request: Sequence[Told]) -> list[list[tuple[int, int]]]:
    """Rows (request, sample) in batches of up to MOST_AT_ONCE that share their spans."""
    alike: dict[Spans, list[tuple[int, int]]] = {}
    for row in rows:
        alike.setdefault(by_request[row[0]].spans, []).append(row)
    return [group[k : k + MOST_AT_ONCE] for group in alike.values() for k in range(0, len(group), MOST_AT_ONCE)]


def features(
    sampling: Sampling, said: Sequence[tuple[Told, int]], frames: int, settings: Settings, heard: Callable[[], None]
) -> np.ndarray:
    """Features (B, frames, F) of texts that share their spans, each with its seed; `heard` as in `Continuation`."""
    spans, seeds = said[0][0].spans, [seed for _, seed in said]
    if len(spans) == 1:
        rows = [Row(*each.texts[0], seed) for each, seed in said]
        return sampling.features(rows, frames, settings, lambda _: heard())
    texts = []
    for k in range(len(spans)):
        embeddings, given = zip(*(each.texts[k] for each, _ in said), strict=True)
        texts.append((torch.cat(embeddings), torch.cat(given)))
    return sequenced(continuation(sampling, settings, heard), spans, texts, seeds, frames)


def continuation(sampling: Sampling, settings: Settings, heard: Callable[[], None]) -> Continuation:
    """Windows of any number by these networks and settings."""
    return Continuation(
        sampling.denoiser,
        sampling.autoencoder,
        SAMPLERS[settings.sampler],
        settings.times(),
        settings.guidance,
        heard,
        sampling.turn,
    )
