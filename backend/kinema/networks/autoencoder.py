"""Convolutional motion auto-encoder: features (B, T, F) <-> latents (B, T/4, C), shared by diffusion and style.

After GenMoStyle (arXiv 2401.13505, section 3.1): two stride-2 convolutions down, two up; residual blocks without
normalisation, so that nothing about a clip's overall statistics is lost before the style encoder sees it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class AutoencoderConfig:
    """`widths`: channels at T, T/2 and T/4; `blocks`: residual blocks at each of these rates."""

    features: int = 203
    latent: int = 64
    widths: tuple[int, int, int] = (256, 320, 384)
    blocks: tuple[int, int, int] = (1, 1, 2)

    @property
    def stride(self) -> int:
        """Frames per latent."""
        return 4


class ResidualBlock(nn.Module):
    """x + conv1(SiLU(conv3(SiLU(x)))) with a dilated first convolution; (B, C, T) -> (B, C, T)."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(functional.silu(self.first(functional.silu(x))))


def _blocks(width: int, count: int) -> list[nn.Module]:
    return [ResidualBlock(width, 3**index) for index in range(count)]


class Upsample(nn.Module):
    """Linear interpolation to twice the rate, then a convolution: no checkerboard, which would be jerk."""

    def __init__(self, source: int, target: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(source, target, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.convolution(functional.interpolate(x, scale_factor=2, mode="linear", align_corners=False))


class Autoencoder(nn.Module):
    """Holds its own normalisation: `feature_mean/std` (F,), `latent_mean/std` (C,) are buffers of the weights."""

    feature_mean: Tensor
    feature_std: Tensor
    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        full, half, quarter = config.widths
        at_full, at_half, at_quarter = config.blocks
        self.encoder = nn.Sequential(
            nn.Conv1d(config.features, full, 3, padding=1),
            *_blocks(full, at_full),
            nn.Conv1d(full, half, 4, stride=2, padding=1),
            *_blocks(half, at_half),
            nn.Conv1d(half, quarter, 4, stride=2, padding=1),
            *_blocks(quarter, at_quarter),
            nn.SiLU(),
            nn.Conv1d(quarter, 2 * config.latent, 3, padding=1),
        )
        self.decoder = nn.Sequential(
            nn.Conv1d(config.latent, quarter, 3, padding=1),
            *_blocks(quarter, at_quarter),
            Upsample(quarter, half),
            *_blocks(half, at_half),
            Upsample(half, full),
            *_blocks(full, at_full),
            nn.SiLU(),
            nn.Conv1d(full, config.features, 3, padding=1),
        )
        self.register_buffer("feature_mean", torch.zeros(config.features))
        self.register_buffer("feature_std", torch.ones(config.features))
        self.register_buffer("latent_mean", torch.zeros(config.latent))
        self.register_buffer("latent_std", torch.ones(config.latent))

    def posterior(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, T, F), T a multiple of 4 -> mean and log-variance of raw latents, (B, T/4, C) each."""
        x = (features - self.feature_mean) / self.feature_std
        mean, log_variance = self.encoder(x.transpose(1, 2)).transpose(1, 2).chunk(2, dim=-1)
        return mean, log_variance.clamp(-20.0, 4.0)

    def decode_raw(self, latents: Tensor) -> Tensor:
        """Latents (B, L, C) of raw scale -> normalised features (B, 4 L, F)."""
        return self.decoder(latents.transpose(1, 2)).transpose(1, 2)

    def encode(self, features: Tensor) -> Tensor:
        """Features (B, T, F), T a multiple of 4 -> latents (B, T/4, C) of about unit variance."""
        return (self.posterior(features)[0] - self.latent_mean) / self.latent_std

    def decode(self, latents: Tensor) -> Tensor:
        """Latents (B, L, C) of about unit variance -> features (B, 4 L, F)."""
        return self.decode_raw(latents * self.latent_std + self.latent_mean) * self.feature_std + self.feature_mean
