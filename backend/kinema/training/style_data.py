"""What the style network learns from: latents of captured clips, their styles and contents, windows two at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..features import layout
from ..networks.autoencoder import Autoencoder
from ..networks.style import NO_LABEL
from .corpus import Corpus, Item

HELD_OUT = frozenset(
    {
        ("walk-turn-left", "exhausted"),
        ("raise-up-right-hand", "elderly"),
        ("wave-left-hand", "active"),
        ("run", "feminine"),
        ("walk", "youthful"),
    }
)
"""(content, style) pairs that training never sees, to measure styles on contents that they were not learnt on."""

LENGTHS = (8, 12, 16, 24)
"""Latents in a window; one of them for each batch."""

UNLABELLED_SHARE = 0.25
"""Share of a batch that comes from clips without a style label."""

SEEN = np.r_[layout.YAW_VELOCITY, layout.PLANAR_VELOCITY.stop : layout.WIDTH]
"""Features that the motion predictor sees."""


@dataclass(frozen=True)
class StyledClip:
    """Latents start..start+count-1 of one clip or its mirror image, frames from `frame` on; `label` 0 is no label."""

    item: Item
    start: int
    count: int
    frame: int
    content: str
    label: int


def styles_of(corpus: Corpus) -> tuple[str, ...]:
    """All style labels of the styled source, sorted."""
    return tuple(sorted({item.clip.style for item in corpus.items if _labelled(item)}))


def content_of(item: Item) -> str:
    """What is done, from the performer's own sides: a mirrored left turn is a right turn."""
    name = item.clip.action
    if not item.mirrored:
        return name
    return name.replace("left", "\0").replace("right", "left").replace("\0", "right")


def styled_items(corpus: Corpus, split: str, shortest: int = LENGTHS[0] * 4) -> list[Item]:
    """Captured clips of a split that last `shortest` frames; in "train" without the held-out pairs."""
    items = [item for item in corpus.of_split(split) if not item.clip.keyed and item.frames >= shortest]
    return [item for item in items if split != "train" or (content_of(item), item.clip.style) not in HELD_OUT]


def _labelled(item: Item) -> bool:
    return item.clip.source == "bandai" and bool(item.clip.style)


@torch.no_grad()
def encode_clips(
    corpus: Corpus, items: list[Item], network: Autoencoder, labels: tuple[str, ...], cache: Path
) -> tuple[np.ndarray, list[StyledClip]]:
    """Raw latents (N, C) of all items, encoded once into `cache` beside the weights' mark, and where they lie."""
    clips, start = [], 0
    for item in items:
        count = item.frames // network.config.stride
        label = labels.index(item.clip.style) + 1 if _labelled(item) else NO_LABEL
        clips.append(StyledClip(item, start, count, item.start, content_of(item), label))
        start += count
    weights = sum(float(value.double().abs().sum()) for value in network.state_dict().values())
    mark = cache.with_suffix(".txt")
    fingerprint = f"{weights:.9e} {start} {network.config.latent}"
    if not (mark.is_file() and mark.read_text() == fingerprint):
        latents = np.empty((start, network.config.latent), np.float32)
        for clip in clips:
            features = np.array(corpus.view(clip.item)[: clip.count * network.config.stride])
            latents[clip.start : clip.start + clip.count] = network.posterior(torch.from_numpy(features)[None])[0][0]
        np.save(cache, latents)
        mark.write_text(fingerprint)
    return np.load(cache, mmap_mode="r", allow_pickle=False), clips


@dataclass(frozen=True)
class Batch:
    """Two windows of one style: `first`, `second` latents (B, L, C); `features` (B, 4 L, F) of the first window;
    `labels` (B,), given to the style encoder where `told` (B,); `contents` (2, B) classes of both windows, -1 none."""

    first: Tensor
    second: Tensor
    features: Tensor
    labels: Tensor
    told: Tensor
    contents: Tensor


class StylePicker:
    """Pairs of windows that share their style: of one clip, or (half of the labelled ones, with `across`) of two
    clips of one label and data set. Rare styles are drawn more often than their share."""

    def __init__(self, latents: np.ndarray, clips: list[StyledClip], corpus: Corpus, across: bool = True) -> None:
        self.latents, self.clips, self.corpus, self.across = latents, clips, corpus, across
        self.counts = torch.tensor([clip.count for clip in clips])
        self.labels = torch.tensor([clip.label for clip in clips])
        names = sorted({clip.content for clip in clips if clip.label != NO_LABEL})
        self.content_names = tuple(names)
        self.contents = torch.tensor([names.index(c.content) if c.label != NO_LABEL else -1 for c in clips])
        self.stride = clips[0].item.frames // clips[0].count
        number = Counter(clip.label for clip in clips)
        weights = torch.tensor([number[clip.label] ** -0.5 for clip in clips], dtype=torch.double)
        bare = self.labels == NO_LABEL
        weights[bare] = self.counts[bare].double()
        for chosen, share in ((bare, UNLABELLED_SHARE), (~bare, 1 - UNLABELLED_SHARE)):
            if chosen.any():
                weights[chosen] *= share / weights[chosen].sum()
        self.weights = weights
        self.groups = [(clip.label, _data_set(clip.item)) for clip in clips]
        members: dict[tuple[int, str], list[int]] = {}
        for index, group in enumerate(self.groups):
            members.setdefault(group, []).append(index)
        self.members = {group: torch.tensor(indices) for group, indices in members.items()}

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """One batch; all randomness comes from `generator`."""
        possible = [length for length in LENGTHS if (self.counts >= length).any()]
        length = possible[int(torch.randint(len(possible), (), generator=generator))]
        fits = self.counts >= length
        chosen = torch.multinomial(self.weights * fits, count, replacement=True, generator=generator)
        other = chosen.clone()
        if self.across:
            for row in torch.nonzero((self.labels[chosen] > 0) & (torch.rand(count, generator=generator) < 0.5))[:, 0]:
                same = self.members[self.groups[int(chosen[row])]]
                same = same[fits[same]]
                other[row] = same[int(torch.randint(len(same), (), generator=generator))]
        starts = [self._starts(picked, length, generator) for picked in (chosen, other)]
        return Batch(
            self._windows(chosen, starts[0], length),
            self._windows(other, starts[1], length),
            self._features(chosen, starts[0], length),
            self.labels[chosen],
            torch.rand(count, generator=generator) < 0.5,
            torch.stack([self.contents[chosen], self.contents[other]]),
        )

    def _starts(self, chosen: Tensor, length: int, generator: torch.Generator) -> Tensor:
        return (torch.rand(len(chosen), generator=generator) * (self.counts[chosen] - length + 1)).long()

    def _windows(self, chosen: Tensor, starts: Tensor, length: int) -> Tensor:
        spans = [
            self.latents[self.clips[index].start + start :][:length]
            for index, start in zip(chosen.tolist(), starts.tolist(), strict=True)
        ]
        return torch.from_numpy(np.stack(spans))

    def _features(self, chosen: Tensor, starts: Tensor, length: int) -> Tensor:
        spans = [
            self.corpus.features[self.clips[index].frame + self.stride * start :][: self.stride * length]
            for index, start in zip(chosen.tolist(), starts.tolist(), strict=True)
        ]
        return torch.from_numpy(np.stack(spans))


def _data_set(item: Item) -> str:
    """The styled source is two data sets with other performers."""
    return item.clip.id.partition("_")[0]
