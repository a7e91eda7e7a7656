"""Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598) around a denoiser."""

from collections.abc import Callable

import torch
from torch import Tensor

Denoise = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor | None], Tensor]
"""(x, t, texts, given, lengths, constraints) -> x0, as `networks.denoiser.Denoiser.forward`."""


def guided(
    denoise: Denoise,
    texts: Tensor,
    given: Tensor,
    lengths: Tensor,
    scale: float,
    null_below: float = 0.0,
    constraints: Tensor | None = None,
) -> Callable[[Tensor, Tensor], Tensor]:
    """A model for the samplers: x0 = null + scale (conditioned - null), both halves in one batch.

    texts (B, 7, E), given (B, 7) bool, lengths (B,). A scale of 1 is the conditioned model alone, at half the cost.
    At times t < `null_below` the condition is withheld (MotionMix, arXiv 2401.11115, section 3.3). `constraints`
    (B, 4 L, C) hold with and without the texts.
    """
    nothing = torch.zeros_like(given)
    if not bool(given.any()):
        return lambda x, t: denoise(x, t, texts, nothing, lengths, constraints)

    both_texts = torch.cat([texts, texts])
    both_given = torch.cat([given, nothing])
    both_lengths = torch.cat([lengths, lengths])
    both_constraints = None if constraints is None else torch.cat([constraints, constraints])

    def model(x: Tensor, t: Tensor) -> Tensor:
        if null_below > 0 and float(t[0]) < null_below:
            return denoise(x, t, texts, nothing, lengths, constraints)
        if scale == 1.0:
            return denoise(x, t, texts, given, lengths, constraints)
        both = denoise(torch.cat([x, x]), torch.cat([t, t]), both_texts, both_given, both_lengths, both_constraints)
        x0, null = both.chunk(2)
        return null + scale * (x0 - null)

    return model
