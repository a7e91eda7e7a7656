"""Style in the latent space of the frozen motion auto-encoder: content code, style code, generator, root velocity.

After GenMoStyle (arXiv 2401.13505, sections 3.2 and 3.3). Latents enter and leave raw (the auto-encoder's posterior
mean); the network holds its own normalisation. One network serves both modes: with a label the style encoder sees its
embedding and the code's prior is that label's Gaussian, without one ("no label") the prior is N(0, I).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

NO_LABEL = 0
"""Index of "no label"; label k of the configuration has index k + 1."""


@dataclass(frozen=True)
class StyleConfig:
    """`labels`: names of the styles; `latent`, `stride`: the auto-encoder's channels and frames a latent; `content`,
    `code`: channels of a content code and numbers of a style code; `features`: those that the motion predictor sees,
    all but the root's planar velocity; `predictor`: its width."""

    labels: tuple[str, ...]
    latent: int = 64
    stride: int = 4
    content: int = 32
    code: int = 64
    width: int = 192
    features: int = 201
    predictor: int = 96

    @property
    def shortest(self) -> int:
        """Fewest latents that the encoders take."""
        return 8


def _normalised(x: Tensor) -> Tensor:
    """Instance normalisation (B, C, L) over time."""
    return (x - x.mean(-1, keepdim=True)) * torch.rsqrt(x.var(-1, unbiased=False, keepdim=True) + 1e-3)


class ContentEncoder(nn.Module):
    """Latents (B, C, L), L even -> content code (B, K, L/2). Normalised over time after each step, so that what stays
    the same over a clip, which is most of style, is gone."""

    def __init__(self, config: StyleConfig) -> None:
        super().__init__()
        width = config.width
        self.inlet = nn.Conv1d(config.latent, width, 3, padding=1)
        self.down = nn.Conv1d(width, width, 4, stride=2, padding=1)
        self.inner = nn.Conv1d(width, width, 3, padding=1)
        self.outlet = nn.Conv1d(width, config.content, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.silu(_normalised(self.inlet(x)))
        x = functional.silu(_normalised(self.down(x)))
        x = x + functional.silu(_normalised(self.inner(x)))
        return _normalised(self.outlet(x))


class StyleEncoder(nn.Module):
    """Latents (B, C, L >= 8) and label indices (B,) -> mean and log-variance (B, D) of the style code.

    Without normalisation: it would wash out what style lives in.
    """

    def __init__(self, config: StyleConfig) -> None:
        super().__init__()
        width = config.width
        self.label = nn.Embedding(1 + len(config.labels), 16)
        self.inlet = nn.Conv1d(config.latent + 16, width, 3, padding=1)
        self.down = nn.ModuleList(nn.Conv1d(width, width, 4, stride=2, padding=1) for _ in range(3))
        self.outlet = nn.Linear(width, 2 * config.code)

    def forward(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        label = self.label(labels)[:, :, None].expand(-1, -1, x.shape[-1])
        x = self.inlet(torch.cat([x, label], dim=1))
        for down in self.down:
            x = down(functional.silu(x))
        mean, log_variance = self.outlet(functional.silu(x).mean(-1)).chunk(2, dim=-1)
        return mean, log_variance.clamp(-8.0, 2.0)


class AdaptiveBlock(nn.Module):
    """Convolution, then instance normalisation whose scale and shift come from the style (AdaIN); residual."""

    def __init__(self, width: int, style: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(width, width, 3, padding=1)
        self.affine = nn.Linear(style, 2 * width)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.affine(style)[:, :, None].chunk(2, dim=1)
        return x + functional.silu(_normalised(self.convolution(x)) * (1 + scale) + shift)


class Generator(nn.Module):
    """Content code (B, K, L/2) and style code (B, D) -> latents (B, C, L)."""

    def __init__(self, config: StyleConfig) -> None:
        super().__init__()
        width = config.width
        self.style = nn.Sequential(nn.Linear(config.code, 128), nn.SiLU(), nn.Linear(128, 128), nn.SiLU())
        self.inlet = nn.Conv1d(config.content, width, 3, padding=1)
        self.low = nn.ModuleList(AdaptiveBlock(width, 128) for _ in range(2))
        self.up = nn.Conv1d(width, width, 3, padding=1)
        self.high = nn.ModuleList(AdaptiveBlock(width, 128) for _ in range(2))
        self.outlet = nn.Conv1d(width, config.latent, 3, padding=1)

    def forward(self, content: Tensor, code: Tensor) -> Tensor:
        style = self.style(code)
        x = self.inlet(content)
        for block in self.low:
            x = block(x, style)
        x = self.up(functional.interpolate(x, scale_factor=2, mode="linear", align_corners=False))
        for block in self.high:
            x = block(x, style)
        return self.outlet(x)


class MotionPredictor(nn.Module):
    """Features (B, T, F') without the root's planar velocity, normalised -> that velocity (B, T, 2), normalised.

    Where a foot stands, the root's velocity is the foot's own turned round: pose over time says how fast a body moves.
    """

    def __init__(self, config: StyleConfig) -> None:
        super().__init__()
        width = config.predictor
        self.layers = nn.Sequential(
            nn.Conv1d(config.features, width, 5, padding=2),
            nn.SiLU(),
            nn.Conv1d(width, width, 5, padding=2),
            nn.SiLU(),
            nn.Conv1d(width, width // 2, 5, padding=2),
            nn.SiLU(),
            nn.Conv1d(width // 2, 2, 5, padding=2),
        )

    def forward(self, seen: Tensor) -> Tensor:
        return self.layers(seen.transpose(1, 2)).transpose(1, 2)


class StyleNetwork(nn.Module):
    """`latent_mean/std` (C,), `seen_mean/std` (F',), `velocity_mean/std` (2,) normalise; `prior_mean` and
    `prior_log_variance` (labels, D) are the codes' priors; that of "no label" is N(0, I)."""

    latent_mean: Tensor
    latent_std: Tensor
    seen_mean: Tensor
    seen_std: Tensor
    velocity_mean: Tensor
    velocity_std: Tensor

    def __init__(self, config: StyleConfig) -> None:
        super().__init__()
        self.config = config
        self.content_encoder = ContentEncoder(config)
        self.style_encoder = StyleEncoder(config)
        self.generator = Generator(config)
        self.predictor = MotionPredictor(config)
        self.prior_mean = nn.Embedding(len(config.labels), config.code)
        self.prior_log_variance = nn.Embedding(len(config.labels), config.code)
        nn.init.normal_(self.prior_mean.weight, std=0.5)
        nn.init.constant_(self.prior_log_variance.weight, -1.0)
        self.register_buffer("latent_mean", torch.zeros(config.latent))
        self.register_buffer("latent_std", torch.ones(config.latent))
        self.register_buffer("seen_mean", torch.zeros(config.features))
        self.register_buffer("seen_std", torch.ones(config.features))
        self.register_buffer("velocity_mean", torch.zeros(2))
        self.register_buffer("velocity_std", torch.ones(2))

    def normalise(self, latents: Tensor) -> Tensor:
        """Raw latents (B, L, C) -> unit variance, channels first (B, C, L)."""
        return ((latents - self.latent_mean) / self.latent_std).transpose(1, 2)

    def content(self, latents: Tensor) -> Tensor:
        """Raw latents (B, L, C), L even -> content code (B, K, L/2)."""
        return self.content_encoder(self.normalise(latents))

    def style(self, latents: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Raw latents (B, L >= 8, C), label indices (B,) or none -> the code's mean and log-variance (B, D)."""
        if labels is None:
            labels = torch.full((len(latents),), NO_LABEL, device=latents.device)
        return self.style_encoder(self.normalise(latents), labels)

    def generate(self, content: Tensor, code: Tensor) -> Tensor:
        """Content code (B, K, L/2), style code (B, D) -> raw latents (B, L, C)."""
        return self.generator(content, code).transpose(1, 2) * self.latent_std + self.latent_mean

    def prior(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Label indices (B,) -> mean and log-variance (B, D) of the codes' prior."""
        known, at = (labels != NO_LABEL)[:, None], (labels - 1).clamp(min=0)
        mean, log_variance = self.prior_mean(at), self.prior_log_variance(at).clamp(-8.0, 2.0)
        return torch.where(known, mean, 0.0), torch.where(known, log_variance, 0.0)

    def velocity(self, seen: Tensor) -> Tensor:
        """Features without planar velocity (B, T, F'), not normalised -> that velocity (B, T, 2), metres a frame."""
        return self.predictor((seen - self.seen_mean) / self.seen_std) * self.velocity_std + self.velocity_mean
