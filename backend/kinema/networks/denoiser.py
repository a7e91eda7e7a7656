"""The diffusion transformer: noisy latents, a time and texts in, clean latents out.

FG-MDM's conditioning (arXiv 2312.02772): prefix tokens [time + global text][six part texts] before the motion tokens of
an MDM-like encoder (arXiv 2209.14916) that predicts x0. Time and global text are also added to every motion token,
which a small network learns faster from than from the prefix alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..protocol.messages import PARTS


@dataclass(frozen=True)
class DenoiserConfig:
    """`text`: width of the text embeddings; `longest`: most latents in a clip (10 s at 7.5 a second = 75).

    `constraint`: channels of a frame's constraints (`conditions.constraints.WIDTH`), 0 for a network that takes none;
    `stride`: frames a latent; `spread`: variance of x0 beside which the noise in the input is judged
    (`diffusion.preconditioning`), 0 for a network whose output is x0 itself.
    """

    latent: int = 64
    text: int = 384
    width: int = 256
    layers: int = 6
    heads: int = 4
    feedforward: int = 1024
    dropout: float = 0.1
    longest: int = 75
    constraint: int = 0
    stride: int = 4
    spread: float = 0.0


class Block(nn.Module):
    """Pre-norm transformer encoder layer: self-attention and a GELU feed-forward network."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.dropout = config.dropout
        self.attention_norm = nn.LayerNorm(config.width)
        self.project = nn.Linear(config.width, 3 * config.width)
        self.merge = nn.Linear(config.width, config.width)
        self.feedforward_norm = nn.LayerNorm(config.width)
        self.feedforward = nn.Sequential(
            nn.Linear(config.width, config.feedforward),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.feedforward, config.width),
            nn.Dropout(config.dropout),
        )

    def forward(self, x: Tensor, attend: Tensor | None) -> Tensor:
        """(B, N, D), boolean (B, 1, 1, N) of tokens to attend to -> (B, N, D)."""
        batch, tokens, width = x.shape
        query, key, value = (
            part.view(batch, tokens, self.heads, width // self.heads).transpose(1, 2)
            for part in self.project(self.attention_norm(x)).chunk(3, dim=-1)
        )
        mixed = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=attend, dropout_p=self.dropout if self.training else 0.0
        )
        x = x + self.merge(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.feedforward(self.feedforward_norm(x))


class ConstraintEncoder(nn.Module):
    """Frames' constraints to the latent rate; without biases, so that no constraint adds exactly nothing."""

    def __init__(self, config: DenoiserConfig, width: int = 96) -> None:
        super().__init__()
        self.stride = config.stride
        self.frame = nn.Linear(config.constraint, width, bias=False)
        self.merge = nn.Linear(config.stride * width, config.width, bias=False)
        nn.init.zeros_(self.merge.weight)

    def forward(self, constraints: Tensor) -> Tensor:
        """(B, stride L, constraint) -> (B, L, D)."""
        hidden = nn.functional.silu(self.frame(constraints))
        return self.merge(hidden.unflatten(1, (-1, self.stride)).flatten(2))


class Denoiser(nn.Module):
    """Predicts the clean latents x0 from x_t, t, up to seven texts and frame-level constraints."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.text = nn.Linear(config.text, width)
        self.part_text = nn.Linear(config.text, width)
        self.null = nn.Parameter(torch.randn(1 + len(PARTS), width) * 0.02)
        self.kind = nn.Parameter(torch.randn(1 + len(PARTS), width) * 0.02)
        self.length = nn.Embedding(config.longest + 1, width)
        self.into = nn.Linear(config.latent, width)
        self.place = nn.Parameter(torch.randn(config.longest, width) * 0.02)
        self.constraints = ConstraintEncoder(config) if config.constraint else None
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.layers)])
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, config.latent)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        texts: Tensor,
        given: Tensor,
        lengths: Tensor,
        constraints: Tensor | None = None,
    ) -> Tensor:
        """Noisy latents -> clean latents.

        x: (B, L, C); t: (B,) in [0, 1]; texts: (B, 7, E), global then PARTS; given: (B, 7) bool, False replaces that
        text by the learned null token; lengths: (B,) whole latents of each clip, the rest of L is padding;
        constraints: (B, stride L, constraint) as `conditions.constraints.channels`, 0 where nothing is set.
        Returns (B, L, C); padded places hold arbitrary values.
        """
        batch, places, _ = x.shape
        texts = texts * self.config.text**0.5  # unit vectors -> entries of about unit variance
        tokens = torch.cat([self.text(texts[:, :1]), self.part_text(texts[:, 1:])], dim=1)
        tokens = torch.where(given[..., None], tokens, self.null.to(tokens.dtype)) + self.kind
        moment = self.time(self._sinusoids(t)) + self.length(lengths)
        prefix = torch.cat([tokens[:, :1] + moment[:, None], tokens[:, 1:]], dim=1)
        motion = self.into(x) + self.place[:places] + prefix[:, :1]
        if constraints is not None and self.constraints is not None:
            motion = motion + self.constraints(constraints)
        attend = None
        if bool((lengths != places).any()):
            real = torch.arange(places, device=x.device)[None] < lengths[:, None]
            attend = torch.cat([real.new_ones(batch, prefix.shape[1]), real], dim=1)[:, None, None]
        hidden = torch.cat([prefix, motion], dim=1)
        for block in self.blocks:
            hidden = block(hidden, attend)
        return self.out(self.norm(hidden[:, prefix.shape[1] :]))

    def _sinusoids(self, t: Tensor) -> Tensor:
        half = self.config.width // 2
        rates = torch.exp(-math.log(10_000.0) * torch.arange(half, device=t.device, dtype=torch.float32) / half)
        angles = 1000.0 * t.float()[:, None] * rates
        return torch.cat([torch.cos(angles), torch.sin(angles)], dim=-1).to(self.null.dtype)
