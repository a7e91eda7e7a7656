"""From texts and noise to features: the guided sampling that generation and editing share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from . import __version__
from .diffusion import SAMPLERS, guidance, schedule
from .diffusion.preconditioning import preconditioned
from .errors import RequestError
from .features import layout
from .networks.autoencoder import Autoencoder
from .networks.denoiser import Denoiser

MOST_AT_ONCE = 16
"""Samples in one batch; more are made in turns so that memory stays flat."""

BEGIN = 0.7
"""Time at which samples with a start begin."""

Correct = Callable[[np.ndarray], np.ndarray]
"""Features (T, F) -> features (T, F) that have what is wanted of them."""


class Asking(Protocol):
    """What a request says of its sampling."""

    @property
    def sampler(self) -> str | None: ...
    @property
    def steps(self) -> int | None: ...
    @property
    def guidance(self) -> float | None: ...


@dataclass(frozen=True)
class Settings:
    """Sampler, steps and the power of their times (`schedule.steps`), guidance."""

    sampler: str
    steps: int
    guidance: guidance.Guidance
    power: float = 1.0

    @classmethod
    def of(cls, request: Asking, pack: Mapping[str, Any]) -> Settings:
        """A request's choice, the pack's where it leaves one. Raises RequestError for an unknown sampler."""
        sampler = request.sampler or pack["sampler"]
        if sampler not in SAMPLERS:
            raise RequestError(f"sampler {sampler!r} is unknown; use one of {', '.join(SAMPLERS)}")
        scale = pack["guidance"] if request.guidance is None else request.guidance
        interval = {name: float(pack[name]) for name in ("null_below", "above", "below", "turning") if name in pack}
        amplified = guidance.Guidance(float(scale), **interval)
        return cls(sampler, request.steps or int(pack["steps"]), amplified, float(pack.get("power", 1.0)))

    def times(self) -> Tensor:
        """(steps + 1,) from 1 to 0."""
        return schedule.steps(self.steps, self.power)

    def told(self, device: torch.device) -> dict[str, Any]:
        """What an answer says of how it was made."""
        versions = {"kinema": __version__, "torch": torch.__version__}
        asked = {"sampler": self.sampler, "steps": self.steps, "guidance": self.guidance.scale}
        return {**asked, "device": str(device), "versions": versions}


@dataclass(frozen=True, eq=False)
class Row:
    """One sample: texts (1, 7, E) and which are given (1, 7), a seed, and what the motion shall have.

    `constraints`: (T, C) channels of `conditions.constraints`; `correct` is applied to the features between steps;
    `start`: features (T, F) to begin from instead of noise, as noisy as they are at `BEGIN` (SDEdit, arXiv 2108.01073).
    """

    texts: Tensor
    given: Tensor
    seed: int
    constraints: np.ndarray | None = None
    correct: Correct | None = None
    start: np.ndarray | None = None


class Sampling:
    """The denoiser and the auto-encoder on their device."""

    def __init__(self, autoencoder: Autoencoder, denoiser: Denoiser, device: torch.device) -> None:
        self.autoencoder, self.denoiser, self.device = autoencoder, denoiser, device
        self.turn = turning(autoencoder)

    def features(
        self, rows: Sequence[Row], frames: int, settings: Settings, heard: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """Features (B, frames, F) of up to MOST_AT_ONCE rows, sampled together; frames at most 40 times the longest.

        `heard` is called with each step's number and may raise to stop. Rows have constraints, and starts, all or none.
        """
        latents = -(-frames // self.autoencoder.config.stride)
        noise = torch.stack([self._noise(row.seed, latents) for row in rows])
        model = guidance.guided(
            preconditioned(self.denoiser, self.denoiser.config.spread),
            torch.cat([row.texts for row in rows]),
            torch.cat([row.given for row in rows]),
            torch.full((len(rows),), latents, device=self.device),
            settings.guidance,
            self._constraints(rows, latents),
            self.turn,
        )
        numbers = count(1)

        def step(x: Tensor, t: Tensor) -> Tensor:
            x0 = self._corrected(model(x, t), rows, frames)
            heard(next(numbers))
            return x0

        times = settings.times().to(self.device)
        with torch.inference_mode():
            begun, times = self._begun(rows, noise, times)
            clean = SAMPLERS[settings.sampler](step, begun, times)
            return self._decoded(clean)[:, :frames]

    def _begun(self, rows: Sequence[Row], noise: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
        """Where the sampler begins, and at which times: in the noise at 1, or in the rows' noisy starts at `BEGIN`."""
        starts = [row.start for row in rows if row.start is not None]
        if len(starts) < len(rows):
            return noise, times
        missing = noise.shape[1] * self.autoencoder.config.stride - len(starts[0])
        padded = np.pad(np.stack(starts), ((0, 0), (0, missing), (0, 0)), mode="edge").astype(np.float32)
        latents = self.autoencoder.encode(torch.from_numpy(padded).to(self.device))
        return schedule.add_noise(latents, (BEGIN * times[:1]).expand(len(rows)), noise), BEGIN * times

    def _constraints(self, rows: Sequence[Row], latents: int) -> Tensor | None:
        """(B, stride L, C), zero after the last frame; None where no row has any."""
        given = [row.constraints for row in rows if row.constraints is not None]
        if len(given) < len(rows) or self.denoiser.constraints is None:
            return None
        missing = latents * self.autoencoder.config.stride - len(given[0])
        padded = np.pad(np.stack(given), ((0, 0), (0, missing), (0, 0)))
        return torch.from_numpy(padded.astype(np.float32)).to(self.device)

    def _corrected(self, x0: Tensor, rows: Sequence[Row], frames: int) -> Tensor:
        """Clean latents (B, L, C) whose features were corrected, where a row asks for it."""
        if all(row.correct is None for row in rows):
            return x0
        features = self._decoded(x0)
        for sample, row in zip(features, rows, strict=True):
            if row.correct is not None:
                sample[:frames] = row.correct(sample[:frames].astype(np.float64))
                sample[frames:] = sample[frames - 1]
                sample[frames:, : layout.PLANAR_VELOCITY.stop] = 0.0
        return self.autoencoder.encode(torch.from_numpy(features).to(self.device))

    def _decoded(self, latents: Tensor) -> np.ndarray:
        return self.autoencoder.decode(latents).float().cpu().numpy()

    def _noise(self, seed: int, latents: int) -> Tensor:
        """Drawn on the CPU and for the longest clip, so that neither device nor length changes a seed's character."""
        generator = torch.Generator().manual_seed(seed % 2**63)
        longest = max(latents, self.denoiser.config.longest)
        noise = torch.randn(longest, self.autoencoder.config.latent, generator=generator)
        return noise[:latents].to(self.device)


def turning(autoencoder: Autoencoder, places: int = 16) -> Tensor:
    """(C,) unit direction of latents that turns the body to its left: the gradient of the decoded change of heading at
    the mean latent."""
    latents = torch.zeros(1, places, autoencoder.config.latent, device=autoencoder.latent_mean.device)
    with torch.enable_grad():
        latents.requires_grad_(True)
        turned = autoencoder.decode(latents)[..., layout.YAW_VELOCITY].sum()
        (gradient,) = torch.autograd.grad(turned, latents)
    return torch.nn.functional.normalize(gradient[0].sum(dim=0), dim=0)
