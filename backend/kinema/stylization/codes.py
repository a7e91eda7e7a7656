"""Style codes: one vector (1, D), whatever a style came from, so that styles mix and presets compare."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

LABEL_SPREAD = 0.5
"""How far from a label's mean its takes are drawn, in standard deviations of its prior: beyond, takes stray into other
styles."""


class StyleModel(Protocol):
    """What stylization needs of a network; latents raw (B, L, C), codes (B, D). See `networks.style.StyleNetwork`."""

    def content(self, latents: Tensor) -> Tensor:
        """Content codes (B, K, L/2)."""

    def style(self, latents: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Mean and log-variance (B, D) of the style codes."""

    def generate(self, content: Tensor, code: Tensor) -> Tensor:
        """Latents (B, L, C)."""

    def prior(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance (B, D) of the codes of label indices (B,); index 0 is no label."""


def label_code(model: StyleModel, label: int, seed: int) -> Tensor:
    """A take (1, D) of a label's style; seed 0 is its mean, the most typical one."""
    mean, log_variance = model.prior(torch.tensor([label]))
    return mean if seed == 0 else mean + LABEL_SPREAD * (0.5 * log_variance).exp() * _noise(mean, seed)


def clip_code(model: StyleModel, latents: Tensor, seed: int) -> Tensor:
    """The style (1, D) of a reference's windows (N, L, C); seed 0 is the mean, others vary as much as the encoder is
    unsure."""
    means, log_variances = model.style(latents)
    mean = means.mean(0, keepdim=True)
    return mean if seed == 0 else mean + (0.5 * log_variances.mean(0, keepdim=True)).exp() * _noise(mean, seed)


def random_code(model: StyleModel, labels: int, seed: int) -> Tensor:
    """A style (1, D) by surprise: drawn from between the priors of two of the `labels` styles."""
    generator = torch.Generator().manual_seed(seed % 2**63)
    first, second = (torch.randperm(labels, generator=generator)[:2] + 1)[:, None]
    share = torch.rand((), generator=generator)
    mean, log_variance = (
        (1 - share) * one + share * two for one, two in zip(model.prior(first), model.prior(second), strict=True)
    )
    return mean + (0.5 * log_variance).exp() * torch.randn(mean.shape, generator=generator)


def mix(first: Tensor, second: Tensor, share: float) -> Tensor:
    """(1 - share) of the first style and `share` 0..1 of the second."""
    return torch.lerp(first, second, share)


def _noise(like: Tensor, seed: int) -> Tensor:
    """Drawn on the CPU, so that a seed means the same everywhere."""
    return torch.randn(like.shape, generator=torch.Generator().manual_seed(seed % 2**63))
