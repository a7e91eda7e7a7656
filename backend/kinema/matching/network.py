"""The judge's networks: sentence -> embedding, motion -> embedding and motion feature. Shares nothing with a generator.

After TMR (Petrovich et al. 2023, arXiv 2305.00976) and T2M (Guo et al. 2022, section 5): movement convolutions and a
small transformer over joint positions, a small transformer over words, one space for both. The embedding is taught by
contrast with texts, the feature by reconstructing the motion alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..features import layout

READS = (*range(layout.HEIGHT.stop), *range(layout.POSITIONS.start, layout.POSITIONS.stop))
"""Columns of the feature tensor that the judge sees: root velocities and height, 21 joints' positions; 67 numbers.

No rotations and no contact flags, which are the generator's own conventions."""

STRIDE = 4
"""Frames per motion token."""

PADDING, UNKNOWN = 0, 1
"""Rows of the word table below the known words."""


@dataclass(frozen=True)
class EvaluatorConfig:
    """`words`: rows of the word table with padding and unknown; `context`: longest sentence in tokens."""

    words: int
    context: int = 40
    embedding: int = 64
    width: int = 160
    layers: int = 2
    heads: int = 4
    dropout: float = 0.1


class Evaluator(nn.Module):
    """Holds its own normalisation of motion: `mean`, `std` (67,) are buffers of the weights."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: EvaluatorConfig) -> None:
        super().__init__()
        self.config = config
        width, reads = config.width, len(READS)
        self.register_buffer("mean", torch.zeros(reads))
        self.register_buffer("std", torch.ones(reads))
        self.words = nn.Embedding(config.words, width, padding_idx=PADDING)
        self.places = nn.Parameter(0.02 * torch.randn(config.context, width))
        self.text_token = nn.Parameter(0.02 * torch.randn(1, width))
        self.text = _transformer(config)
        self.text_out = nn.Linear(width, config.embedding)
        self.down = nn.ModuleList(
            [nn.Conv1d(reads, width, 4, stride=2, padding=1), nn.Conv1d(width, width, 4, stride=2, padding=1)]
        )
        self.motion_tokens = nn.Parameter(0.02 * torch.randn(2, width))
        self.motion = _transformer(config)
        self.motion_out = nn.Linear(width, config.embedding)
        self.feature_out = nn.Linear(width, config.embedding)
        self.rebuild = nn.Sequential(
            nn.Linear(config.embedding + width, 2 * width), nn.GELU(), nn.Linear(2 * width, STRIDE * reads)
        )
        self.log_scale = nn.Parameter(torch.tensor(math.log(10.0)))

    def embed_texts(self, words: Tensor) -> Tensor:
        """Word rows (B, L), 0 where there is none -> embeddings (B, E) of unit length."""
        x = self.words(words) + self.places[: words.shape[1]]
        x = torch.cat([self.text_token.expand(len(x), 1, -1), x], dim=1)
        there = functional.pad(words != PADDING, (1, 0), value=True)
        return functional.normalize(self.text_out(self.text(x, src_key_padding_mask=~there)[:, 0]).float(), dim=-1)

    def read_motions(self, motions: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Motions (B, T, 67), T a multiple of 4, of `lengths` (B,) frames -> embeddings and features, (B, E) each.

        Embeddings have unit length. Frames past a clip's length have no influence.
        """
        x = self.normalised(motions, lengths).transpose(1, 2)
        for rate, convolution in zip((2, 4), self.down, strict=True):
            x = functional.gelu(convolution(x))
            x = x * _mask(lengths // STRIDE * STRIDE // rate, x.shape[2])[:, None].to(x.dtype)
        x = x.transpose(1, 2)
        x = x + waves(x.shape[1], x.shape[2]).to(x)
        x = torch.cat([self.motion_tokens.expand(len(x), -1, -1), x], dim=1)
        there = functional.pad(_mask(lengths // STRIDE, x.shape[1] - 2), (2, 0), value=True)
        out = self.motion(x, src_key_padding_mask=~there)
        return functional.normalize(self.motion_out(out[:, 0]).float(), dim=-1), self.feature_out(out[:, 1]).float()

    def normalised(self, motions: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, 67) of about unit variance, zero past each clip's last whole token."""
        there = _mask(lengths // STRIDE * STRIDE, motions.shape[1])
        return (motions - self.mean) / self.std * there[..., None]

    def rebuilt(self, features: Tensor, tokens: int) -> Tensor:
        """Features (B, E) -> normalised motions (B, 4 tokens, 67), as far as 64 numbers can say."""
        time = waves(tokens, self.config.width).to(features).expand(len(features), -1, -1)
        out = self.rebuild(torch.cat([features[:, None].expand(-1, tokens, -1), time], dim=-1))
        return out.reshape(len(features), tokens * STRIDE, -1)


def waves(count: int, width: int) -> Tensor:
    """Sinusoidal places (count, width) (Vaswani et al. 2017, section 3.5)."""
    rates = torch.exp(-math.log(1000.0) * torch.arange(width // 2) / (width // 2))
    angles = torch.arange(count)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _mask(lengths: Tensor, longest: int) -> Tensor:
    return torch.arange(longest, device=lengths.device)[None] < lengths[:, None]


def _transformer(config: EvaluatorConfig) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(
        config.width,
        config.heads,
        3 * config.width,
        config.dropout,
        activation="gelu",
        batch_first=True,
        norm_first=True,
    )
    return nn.TransformerEncoder(layer, config.layers, nn.LayerNorm(config.width), enable_nested_tensor=False)
