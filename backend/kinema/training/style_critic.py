"""A classifier of latents that learns beside the style network and tells it if a style arrived and a content stayed.

It serves training alone and ships nowhere. Without it, and with the few labelled hours there are, a generator that
ignores the style code reconstructs as well as one that does not.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

UNKNOWN = -1
"""Class of what has no label; it costs nothing."""

NOISE = 0.3
"""Deviation added to normalised latents while it learns, so that it cannot lean on what only looks like a style."""


class Critic(nn.Module):
    """Normalised latents (B, C, L) -> logits of styles (B, S) and of contents (B, K)."""

    def __init__(self, latent: int, styles: int, contents: int, width: int = 96) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(latent, width, 3, padding=1),
            nn.GroupNorm(8, width),
            nn.SiLU(),
            nn.Conv1d(width, width, 4, stride=2, padding=1),
            nn.GroupNorm(8, width),
            nn.SiLU(),
            nn.Conv1d(width, width, 3, padding=1),
            nn.SiLU(),
        )
        self.styles = nn.Linear(2 * width, styles)
        self.contents = nn.Linear(2 * width, contents)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.layers(x)
        pooled = torch.cat([x.mean(-1), x.amax(-1)], dim=-1)
        return self.styles(pooled), self.contents(pooled)

    def losses(self, x: Tensor, styles: Tensor, contents: Tensor) -> tuple[Tensor, Tensor]:
        """Cross entropies of (B, C, L) against class indices (B,), UNKNOWN left out."""
        of_style, of_content = self(x)
        return _entropy(of_style, styles), _entropy(of_content, contents)

    def learn(self, x: Tensor, styles: Tensor, contents: Tensor) -> Tensor:
        """The critic's own loss on captured latents."""
        self.requires_grad_(True)
        return torch.stack(self.losses(x + NOISE * torch.randn_like(x), styles, contents)).sum()

    def ask(self, x: Tensor, styles: Tensor, contents: Tensor) -> tuple[Tensor, Tensor]:
        """Losses of made latents, for whoever made them: the critic itself learns nothing from these."""
        self.requires_grad_(False)
        return self.losses(x, styles, contents)


def _entropy(logits: Tensor, classes: Tensor) -> Tensor:
    known = classes != UNKNOWN
    if not bool(known.any()):
        return logits.sum() * 0.0
    return cross_entropy(logits[known], classes[known], label_smoothing=0.05)
