"""Latents of any length from a denoiser of bounded length: window after window, each going on from what is made.

A window begins with the last latents of the motion so far. They are given to the denoiser in two ways: their frames as
constraints (poses, path, heading), and themselves, put in place of what it predicts at every step (as MDM edits, arXiv
2209.14916, section 5). That alone does not keep it from jumping: so each window goes on a little under its own text,
and what the next one predicts there is blended with it at every step (as the handshakes of DoubleTake, Shafir et al.
2023, arXiv 2303.01418). One window is in memory at a time, and since all latents are decoded as one sequence, root and
heading have no seam at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..conditions import constraints
from ..diffusion import guidance, schedule
from ..diffusion.guidance import Guidance
from ..diffusion.preconditioning import preconditioned
from ..features import encoding
from ..networks.autoencoder import Autoencoder
from ..networks.denoiser import Denoiser

CONTEXT = 6
"""Latents of the motion so far that a window sees."""

OVERLAP = 8
"""Latents that two windows both make, half on either side of where the text changes; they are blended."""

MARGIN = 8
"""Latents on either side beyond which the decoder's answer for a frame does not change."""


@dataclass(frozen=True)
class Window:
    """Latents start..stop-1 are made after `before` known ones; `text` is the index of what is said."""

    start: int
    stop: int
    before: int
    text: int

    @property
    def length(self) -> int:
        """Latents that the denoiser sees."""
        return self.before + self.stop - self.start


def plan(spans: Sequence[tuple[int, int]], longest: int, loop: bool = False) -> tuple[Window, ...]:
    """Windows for consecutive spans (start, stop), text k over span k; a long span becomes several of equal length.

    `longest`: most latents that the denoiser takes. `loop`: the last window goes on by OVERLAP latents, which are to be
    blended into the first ones.
    """
    out: list[Window] = []
    half, end = OVERLAP // 2, spans[-1][1]
    for text, (start, stop) in enumerate(spans):
        alone = len(spans) == 1 and stop - start + loop * OVERLAP <= longest
        count = 1 if alone else -(-(stop - start) // (longest - CONTEXT - 2 * OVERLAP))
        edges = np.linspace(start, stop, min(count, stop - start) + 1).round().astype(int).tolist()
        for first, last in zip(edges[:-1], edges[1:], strict=True):
            begin = max(0, first - half)
            finish = min(end, last + half) if last < end or not loop else end + OVERLAP
            out.append(Window(begin, finish, min(CONTEXT, begin), text))
    return tuple(out)


def closed(latents: Tensor) -> Tensor:
    """A loop's latents (B, L + OVERLAP, C) -> (B, L, C): what goes on past the end is blended into the beginning."""
    count = min(OVERLAP, latents.shape[1] - OVERLAP)
    going_on = latents[:, -OVERLAP:][:, :count]
    first = going_on + rising(count).to(latents) * (latents[:, :count] - going_on)
    return torch.cat([first, latents[:, count:-OVERLAP]], dim=1)


def rising(count: int) -> Tensor:
    """(count, 1) weights from just above 0 to just below 1, smooth at both ends."""
    t = torch.arange(1, count + 1) / (count + 1)
    return (t * t * (3 - 2 * t))[:, None]


def decoded(autoencoder: Autoencoder, latents: Tensor, loop: bool = False, chunk: int = 128) -> Iterator[Tensor]:
    """Latents (B, L, C) -> features (B, 4 n, F) piece by piece, equal to decoding all of them at once.

    `loop`: the last latent is followed by the first.
    """
    total, stride = latents.shape[1], autoencoder.config.stride
    for start in range(0, total, chunk):
        stop = min(total, start + chunk)
        first, last = start - MARGIN, stop + MARGIN
        if not loop:
            first, last = max(0, first), min(total, last)
        around = latents[:, torch.arange(first, last, device=latents.device) % total]
        yield autoencoder.decode(around)[:, (start - first) * stride : (stop - first) * stride]


def known_channels(autoencoder: Autoencoder, window: Window, known: Tensor) -> Tensor | None:
    """Constraints (B, 4 length, WIDTH) that hold a window to the latents `known` (B, start, C) before it: their poses,
    places and headings; None where there are none."""
    if not window.before:
        return None
    stride = autoencoder.config.stride
    out = np.zeros((len(known), window.length * stride, constraints.WIDTH), dtype=np.float32)
    features = autoencoder.decode(known[:, -(window.before + MARGIN) :])[:, -window.before * stride :]
    for row, sample in zip(out, features.float().cpu().numpy(), strict=True):
        values, masks = constraints.Values.of(encoding.decode(sample)), constraints.Masks.none(len(sample))
        masks.set_pose(slice(None))
        masks.path[:] = masks.heading[:] = True
        row[: len(sample)] = constraints.channels(values, masks)
    return torch.from_numpy(out).to(known.device)


def holding(
    model: Callable[[Tensor, Tensor], Tensor], window: Window, known: Tensor
) -> Callable[[Tensor, Tensor], Tensor]:
    """The model with the latents `known` (B, start + n, C) in place of its own prediction before the window's start,
    and blended into it over the n that overlap."""
    first = known[:, window.start - window.before : window.start]
    going_on = known[:, window.start :]
    count = going_on.shape[1]
    weight = rising(count).to(known)

    def step(x: Tensor, t: Tensor) -> Tensor:
        own = model(x, t)[:, window.before :]
        blended = going_on + weight * (own[:, :count] - going_on)
        return torch.cat([first, blended, own[:, count:]], dim=1)

    return step


@dataclass(frozen=True, eq=False)
class Continuation:
    """The networks and settings with which latents are made window by window.

    `sample`: one of `diffusion.SAMPLERS`; `times`: its (steps + 1,) times from 1 to 0. `heard` is called after every
    step and may raise to stop. `turn`: as in `guided`.
    """

    denoiser: Denoiser
    autoencoder: Autoencoder
    sample: Callable[[Callable[[Tensor, Tensor], Tensor], Tensor, Tensor], Tensor]
    times: Tensor
    guidance: Guidance
    heard: Callable[[], None]
    turn: Tensor | None = None

    def run(
        self,
        windows: Sequence[Window],
        texts: Sequence[tuple[Tensor, Tensor]],
        seeds: Sequence[int],
        extra: Callable[[Window, Tensor], np.ndarray] | None = None,
        base: Tensor | None = None,
        strength: float = 1.0,
    ) -> Tensor:
        """Latents (B, L, C) of B seeds. `texts`: embeddings (1 or B, 7, E) and which are given (1 or B, 7), by a
        window's `text`.

        `extra(window, known)`: further constraints (B, 4 length, WIDTH), added where none are. `base` (1, L, C):
        latents from which the noise starts instead (SDEdit, Meng et al. 2022, arXiv 2108.01073), `strength` 0..1 the
        time to which they are noised.
        """
        device = self.autoencoder.feature_mean.device
        channels = self.autoencoder.config.latent
        generators = [torch.Generator().manual_seed(seed % 2**63) for seed in seeds]
        known = torch.zeros(len(seeds), 0, channels, device=device)
        times = self.times.to(device)
        if base is not None:
            times = torch.linspace(strength, 0.0, max(1, round((len(times) - 1) * strength)) + 1, device=device)
        for window in windows:
            # As many as the longest clip needs, as for a single clip: so a seed begins alike at every length.
            drawn = max(window.length, self.denoiser.config.longest if not window.start else 0)
            noise = torch.stack([torch.randn(drawn, channels, generator=each) for each in generators])
            noise = noise[:, : window.length].to(device)
            given = texts[window.text]
            model = guidance.guided(
                preconditioned(self.denoiser, self.denoiser.config.spread),
                given[0].expand(len(seeds), -1, -1),
                given[1].expand(len(seeds), -1),
                torch.full((len(seeds),), window.length, device=device),
                self.guidance,
                self._constraints(window, known[:, : window.start], extra),
                self.turn,
            )
            if base is not None:
                fresh = base[:, window.start : window.stop].expand(len(seeds), -1, -1)
                start = torch.cat([known[:, window.start - window.before : window.start], fresh], dim=1)
                noise = schedule.add_noise(start, times[:1].expand(len(seeds)), noise)
            with torch.inference_mode():
                made = self.sample(self._heard(holding(model, window, known)), noise, times)
            known = torch.cat([known[:, : window.start], made[:, window.before :]], dim=1)
        return known

    def _constraints(
        self, window: Window, known: Tensor, extra: Callable[[Window, Tensor], np.ndarray] | None
    ) -> Tensor | None:
        if self.denoiser.constraints is None:
            return None
        with torch.inference_mode():
            held = known_channels(self.autoencoder, window, known)
            more = None if extra is None else extra(window, known)
        if more is None:
            return held
        added = torch.from_numpy(more).to(known.device)
        return added if held is None else torch.where(held != 0, held, added)

    def _heard(self, model: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
        def step(x: Tensor, t: Tensor) -> Tensor:
            x0 = model(x, t)
            self.heard()
            return x0

        return step
