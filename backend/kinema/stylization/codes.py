"""Styles: one code (1, D), whatever a style came from, so that styles mix; of a foreign reference also its posture."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Style:
    """`code` (1, D). `foreign` 0..1: how far it comes from clips unlike those of any label; `posture` (C,): their mean
    raw latent, None where nothing is foreign.

    The code of a foreign clip says little more than that it is foreign, because no label taught what its style is.
    """

    code: Tensor
    foreign: float = 0.0
    posture: Tensor | None = None


def label_style(model: StyleModel, label: int, seed: int) -> Style:
    """A take of a label's style; seed 0 is its mean, the most typical one."""
    mean, log_variance = model.prior(torch.tensor([label]))
    return Style(mean if seed == 0 else mean + LABEL_SPREAD * (0.5 * log_variance).exp() * _noise(mean, seed))


def clip_style(model: StyleModel, latents: Tensor, labels: int, seed: int) -> Style:
    """The style of a reference's windows (N, L, C); seed 0 is the mean, others vary as much as the encoder is unsure.

    It is foreign when its mean lies nearer to the prior's of no label than to that of any of the `labels` labels.
    """
    means, log_variances = model.style(latents)
    mean = means.mean(0, keepdim=True)
    code = mean if seed == 0 else mean + (0.5 * log_variances.mean(0, keepdim=True)).exp() * _noise(mean, seed)
    away = torch.linalg.vector_norm(mean - model.prior(torch.arange(labels + 1))[0], dim=-1)
    return Style(code, 1.0, latents.mean(dim=(0, 1))) if away.argmin() == 0 else Style(code)


def random_style(model: StyleModel, labels: int, seed: int) -> Style:
    """A style by surprise: drawn from between the priors of two of the `labels` styles."""
    generator = torch.Generator().manual_seed(seed % 2**63)
    first, second = (torch.randperm(labels, generator=generator)[:2] + 1)[:, None]
    share = torch.rand((), generator=generator)
    mean, log_variance = (
        (1 - share) * one + share * two for one, two in zip(model.prior(first), model.prior(second), strict=True)
    )
    return Style(mean + (0.5 * log_variance).exp() * torch.randn(mean.shape, generator=generator))


def mix(first: Style, second: Style, share: float) -> Style:
    """(1 - share) of the first style and `share` 0..1 of the second."""
    pulls = ((1 - share) * first.foreign, first.posture), (share * second.foreign, second.posture)
    foreign = pulls[0][0] + pulls[1][0]
    postures = [pull / foreign * posture for pull, posture in pulls if pull and posture is not None]
    return Style(
        torch.lerp(first.code, second.code, share), foreign, torch.stack(postures).sum(0) if postures else None
    )


def _noise(like: Tensor, seed: int) -> Tensor:
    """Drawn on the CPU, so that a seed means the same everywhere."""
    return torch.randn(like.shape, generator=torch.Generator().manual_seed(seed % 2**63))
