"""Poses themselves where the auto-encoder's latents would be, to measure what working in latent space is worth."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..features import layout
from ..networks.autoencoder import Autoencoder, AutoencoderConfig

STRIDE = AutoencoderConfig().stride
WIDTH = STRIDE * layout.WIDTH
"""Numbers of a "latent": the normalised features of as many frames as a latent covers."""


class PoseSpace(Autoencoder):
    """Stands in for an auto-encoder: four frames of features are one latent, nothing is learnt and nothing lost."""

    def __init__(self, feature_mean: Tensor, feature_std: Tensor) -> None:
        nn.Module.__init__(self)  # the auto-encoder's own would build its convolutions
        self.config = AutoencoderConfig(latent=WIDTH)
        self.register_buffer("feature_mean", feature_mean.clone())
        self.register_buffer("feature_std", feature_std.clone())

    def posterior(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, T, F), T a multiple of 4 -> normalised, (B, T/4, 4 F), and hardly any variance."""
        latents = ((features - self.feature_mean) / self.feature_std).reshape(len(features), -1, WIDTH)
        return latents, torch.full_like(latents, -20.0)

    def decode_raw(self, latents: Tensor) -> Tensor:
        """(B, L, 4 F) -> normalised features (B, 4 L, F)."""
        return latents.reshape(len(latents), -1, layout.WIDTH)
