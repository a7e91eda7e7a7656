"""Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598) around a denoiser."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Denoise = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor | None], Tensor]
"""(x, t, texts, given, lengths, constraints) -> x0, as `networks.denoiser.Denoiser.forward`."""


@dataclass(frozen=True)
class Guidance:
    """`scale`: how far beyond the conditioned prediction, 1 is that alone; at most `turning` of it in the direction of
    latents that turns the body, or a turn to the left becomes a pirouette. Outside times `above` to `below` nothing is
    amplified, at half the cost (Kynkaanniemi et al. 2024, arXiv 2404.07724). At times below `null_below` the condition
    is withheld (MotionMix, arXiv 2401.11115, section 3.3)."""

    scale: float
    null_below: float = 0.0
    above: float = 0.0
    below: float = 1.0
    turning: float = math.inf


def guided(
    denoise: Denoise,
    texts: Tensor,
    given: Tensor,
    lengths: Tensor,
    guidance: Guidance,
    constraints: Tensor | None = None,
    turn: Tensor | None = None,
) -> Callable[[Tensor, Tensor], Tensor]:
    """A model for the samplers: x0 = null + scale (conditioned - null), both halves in one batch.

    texts (B, 7, E), given (B, 7) bool, lengths (B,). `constraints` (B, 4 L, C) hold with and without the texts.
    `turn` (C,): the unit direction of latents for the guidance's `turning`.
    """
    nothing = torch.zeros_like(given)
    if not bool(given.any()):
        return lambda x, t: denoise(x, t, texts, nothing, lengths, constraints)

    both_texts = torch.cat([texts, texts])
    both_given = torch.cat([given, nothing])
    both_lengths = torch.cat([lengths, lengths])
    both_constraints = None if constraints is None else torch.cat([constraints, constraints])

    def model(x: Tensor, t: Tensor) -> Tensor:
        if float(t[0]) < guidance.null_below:
            return denoise(x, t, texts, nothing, lengths, constraints)
        if guidance.scale == 1.0 or not guidance.above <= float(t[0]) <= guidance.below:
            return denoise(x, t, texts, given, lengths, constraints)
        both = denoise(torch.cat([x, x]), torch.cat([t, t]), both_texts, both_given, both_lengths, both_constraints)
        x0, null = both.chunk(2)
        told = x0 - null
        made = null + guidance.scale * told
        if turn is not None and guidance.turning < guidance.scale:
            made = made - (guidance.scale - guidance.turning) * (told @ turn)[..., None] * turn
        return made

    return model
