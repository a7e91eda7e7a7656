"""What the denoiser learns from: latents with texts, each kind of clip with the noise levels it may teach.

MotionMix (arXiv 2401.11115): rough annotated motion teaches high noise (t >= T*) with its condition, clean unannotated
motion low noise (t < T*) without, clean annotated motion everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from ..protocol.messages import PARTS
from .diffusion_constraints import Kinds, batch_channels


@dataclass(frozen=True)
class Example:
    """Latents start..start+latents-1 of the latent array, with wordings to choose from.

    `wordings`: each is (global, six parts) as rows of the text table; empty for unannotated motion. `rough`: made by
    rule, not captured. `weight`: how often it is drawn, relative to others.
    """

    start: int
    latents: int
    wordings: tuple[tuple[int, ...], ...]
    rough: bool
    weight: float


class TextTable:
    """Gives each distinct sentence a row; the rows are embedded once, before training."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {"": 0}

    def row(self, text: str) -> int:
        """The row of a sentence, new or old; the empty sentence is row 0."""
        return self.rows.setdefault(text.strip(), len(self.rows))

    def wording(self, caption: str, parts: dict[str, str]) -> tuple[int, ...]:
        """Rows of a caption and its six part sentences."""
        return (self.row(caption), *(self.row(parts.get(part, "")) for part in PARTS))


@dataclass(frozen=True)
class Batch:
    """Tensors of one training step; see `Denoiser.forward`. `low`, `high`: (B,) range of t each clip may teach."""

    latents: Tensor
    lengths: Tensor
    texts: Tensor
    given: Tensor
    low: Tensor
    high: Tensor
    constraints: Tensor


@dataclass(frozen=True)
class Mixing:
    """MotionMix's split on t in [0, 1], and shares of a batch that are rough, unannotated or constrained.

    Unannotated clips mostly teach t < `boundary`, made ones t >= `made_from`. MotionMix has one T* for both; made
    motion is clean here, and gestures as small as a nod are decided at low t: withheld there, they are wiped out.
    `wordless` of the constrained clips lose all texts: in-betweens without a prompt ask for nothing but constraints,
    and by `drop_all` alone one clip in twenty-five showed them so.
    """

    boundary: float = 0.3
    made_from: float = 0.0
    rough: float = 0.48
    unannotated: float = 0.1
    drop_all: float = 0.1
    drop_global: float = 0.15
    drop_parts: float = 0.2
    drop_part: float = 0.1
    constrained: float = 0.4
    wordless: float = 0.25
    constraints: Kinds = field(default_factory=Kinds)

    def without_parts(self) -> Mixing:
        """The same, but part sentences are never shown."""
        return replace(self, drop_global=0.0, drop_parts=1.0 - self.drop_all)


POOL = 4
"""Batches drawn together and sorted by length, so that little of a batch is padding."""


class ExamplePicker:
    """Draws batches of the three kinds in fixed shares, with condition dropout."""

    def __init__(
        self,
        examples: Sequence[Example],
        latents: np.ndarray,
        frames: np.ndarray,
        texts: Tensor,
        longest: int,
        mixing: Mixing,
    ) -> None:
        """`latents` (N, C) and the features they encode, `frames` (stride N, 203); `texts` (rows, E)."""
        self.latents, self.frames, self.texts, self.longest, self.mixing = latents, frames, texts, longest, mixing
        self.stride = len(frames) // len(latents)
        self.kinds = {
            "rough": [e for e in examples if e.rough],
            "unannotated": [e for e in examples if not e.wordings],
            "annotated": [e for e in examples if e.wordings and not e.rough],
        }
        self.weights = {k: torch.tensor([e.weight for e in v]) for k, v in self.kinds.items()}
        self.pool: list[list[Example]] = []
        self.pool_seed = 0

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """One batch of `count` clips of similar length; the rest is padding."""
        if not self.pool:
            self.pool_seed = int(torch.randint(2**62, (1,), generator=generator))
            self.pool = self._draw_pool(count)
        chosen = self.pool.pop()
        draw = torch.rand(count, 4, generator=generator)
        lengths = [min(e.latents, self.longest) for e in chosen]
        x = np.zeros((count, max(lengths), self.latents.shape[1]), dtype=np.float32)
        rows = torch.zeros(count, 1 + len(PARTS), dtype=torch.long)
        clips = []
        for k, (example, length) in enumerate(zip(chosen, lengths, strict=True)):
            offset = example.start + int(draw[k, 0] * (example.latents - length + 1))
            x[k, :length] = self.latents[offset : offset + length]
            clips.append(self.frames[self.stride * offset : self.stride * (offset + length)])
            if example.wordings:
                rows[k] = torch.tensor(example.wordings[int(draw[k, 1] * len(example.wordings))])
        rough = torch.tensor([e.rough for e in chosen])
        bare = torch.tensor([not e.wordings for e in chosen])
        boundary = self.mixing.boundary
        rng = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
        channels = torch.from_numpy(batch_channels(clips, self.mixing.constrained, rng, self.mixing.constraints))
        given = self._given(rows, draw, generator)
        given[channels.flatten(1).any(dim=1) & torch.from_numpy(rng.random(count) < self.mixing.wordless)] = False
        return Batch(
            torch.from_numpy(x),
            torch.tensor(lengths),
            self.texts[rows],
            given,
            torch.where(rough, self.mixing.made_from, 0.0),
            torch.where(bare & (draw[:, 3] < 0.7), boundary, 1.0),
            channels,
        )

    def place(self) -> tuple[int, ...]:
        """The pool's seed, how many of its batches are left, and their size."""
        return self.pool_seed, len(self.pool), len(self.pool[0]) if self.pool else 0

    def go_to(self, place: tuple[int, ...]) -> None:
        """Draw the pool of `place` again and leave out what was taken."""
        self.pool_seed, left, size = place
        self.pool = self._draw_pool(size)[:left] if left else []

    def _draw_pool(self, count: int) -> list[list[Example]]:
        generator = torch.Generator().manual_seed(self.pool_seed)
        drawn: list[Example] = []
        for kind, number in self._numbers(POOL * count).items():
            if not number:
                continue
            index = torch.multinomial(self.weights[kind], number, replacement=True, generator=generator)
            drawn += [self.kinds[kind][i] for i in index.tolist()]
        drawn.sort(key=lambda example: min(example.latents, self.longest))
        order = torch.randperm(POOL, generator=generator).tolist()
        return [drawn[k * count : (k + 1) * count] for k in order]

    def _numbers(self, count: int) -> dict[str, int]:
        rough = round(count * self.mixing.rough) if self.kinds["rough"] else 0
        bare = round(count * self.mixing.unannotated) if self.kinds["unannotated"] else 0
        return {"rough": rough, "unannotated": bare, "annotated": count - rough - bare}

    def _given(self, rows: Tensor, draw: Tensor, generator: torch.Generator) -> Tensor:
        """Which texts stay: all dropped, only the global one, only parts, or single parts dropped at random."""
        mixing = self.mixing
        given = rows > 0
        given[:, 1:] &= torch.rand(len(rows), len(PARTS), generator=generator) >= mixing.drop_part
        edge = mixing.drop_all
        given[draw[:, 2] < edge] = False
        given[(draw[:, 2] >= edge) & (draw[:, 2] < edge + mixing.drop_global), 0] = False
        edge += mixing.drop_global
        given[(draw[:, 2] >= edge) & (draw[:, 2] < edge + mixing.drop_parts), 1:] = False
        return given


def balanced(labels: Iterable[str], power: float = 0.5) -> list[float]:
    """Weights that draw a label of n clips n^(1 - power) as often as one of a single clip."""
    labels = list(labels)
    counts = Counter(labels)
    return [counts[label] ** -power for label in labels]
