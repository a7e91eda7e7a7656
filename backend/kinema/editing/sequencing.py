"""Several texts, one after another, in one clip: how long each is heard, and the clip that comes of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..features import layout
from . import transitions
from .continuation import Continuation, decoded, plan

SHORTEST = 1.0
"""Seconds that a stage needs to be seen."""

Spans = tuple[tuple[int, int], ...]
"""Consecutive latents start..stop-1, one pair for each text."""


def spans_of(shares: Sequence[int], frames: int, stride: int) -> Spans:
    """Latents for stages of these shares of a clip's frames; one span alone where they would be too short."""
    latents = -(-frames // stride)
    if frames / layout.FPS / len(shares) < SHORTEST:
        return ((0, latents),)
    edges = np.rint(np.cumsum([0, *shares]) / sum(shares) * latents).astype(int).tolist()
    return tuple(zip(edges[:-1], edges[1:], strict=True))


def sequenced(
    making: Continuation, spans: Spans, texts: Sequence[tuple[Tensor, Tensor]], seeds: Sequence[int], frames: int
) -> np.ndarray:
    """Features (B, frames, F) of B seeds. `texts`: for each span embeddings (B, 7, E) and which are given (B, 7)."""
    stride = making.autoencoder.config.stride
    latents = making.run(plan(spans, making.denoiser.config.longest), texts, seeds)
    with torch.inference_mode():
        pieces = [piece.float().cpu().numpy() for piece in decoded(making.autoencoder, latents)]
    changes = [start * stride for start, _ in spans[1:]]
    return np.stack([transitions.smoothed(sample[:frames], changes) for sample in np.concatenate(pieces, axis=1)])
