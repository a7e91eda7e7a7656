"""Variance-preserving noise schedule over continuous time t in [0, 1]: x_t = alpha(t) x0 + sigma(t) noise."""

import math

import torch
from torch import Tensor

_OFFSET = 0.008
"""Keeps the noise near t = 0 from being too small (Nichol & Dhariwal 2021, arXiv 2102.09672, eq. 17)."""

LARGEST_ALPHA_BAR, SMALLEST_ALPHA_BAR = 0.9999, 1e-4
"""Clipped so that no step divides by zero."""


def alpha_bar(t: Tensor) -> Tensor:
    """Share of signal variance at times t (...), cosine schedule (Nichol & Dhariwal 2021, eq. 17)."""
    cosine = torch.cos((t + _OFFSET) / (1 + _OFFSET) * math.pi / 2) ** 2
    return (cosine / math.cos(_OFFSET / (1 + _OFFSET) * math.pi / 2) ** 2).clamp(SMALLEST_ALPHA_BAR, LARGEST_ALPHA_BAR)


def alpha_sigma(t: Tensor) -> tuple[Tensor, Tensor]:
    """Factors of signal and noise at times t (...)."""
    share = alpha_bar(t)
    return share.sqrt(), (1 - share).sqrt()


def noise_variance(t: Tensor) -> Tensor:
    """Variance (sigma / alpha)^2 of the noise in x_t / alpha at times t (...)."""
    share = alpha_bar(t)
    return (1 - share) / share


def add_noise(x0: Tensor, t: Tensor, noise: Tensor) -> Tensor:
    """q(x_t | x0): (B, L, C), (B,), (B, L, C) -> (B, L, C)."""
    alpha, sigma = alpha_sigma(t)
    return alpha[:, None, None] * x0 + sigma[:, None, None] * noise


def steps(count: int, power: float = 1.0) -> Tensor:
    """(count + 1,) decreasing times from 1 to 0: evenly spaced ones to this power. Below 1 more steps lie at high
    noise, where texts are decided; the last steps of a network that is preconditioned change little."""
    return torch.linspace(1.0, 0.0, count + 1) ** power
