"""Two classifiers of captured motion, one for style and one for content, that share nothing with what they judge.

They read features of windows; a clip's answer is the mean over its windows. Each judges among the labels of the clip's
own data set, because the styled source is two data sets whose labels partly mean the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ...features import layout
from ...training.corpus import Corpus, Item
from ...training.style_data import content_of

WINDOW, HOP = 48, 24
"""Frames."""
STEPS, BATCH, RATE = 700, 48, 1e-3
WIDTH = 32
"""Numbers of an embedding; narrow, because a Fréchet distance needs many clips for each of them."""


class Judge(nn.Module):
    """Features (B, T, F) -> embedding (B, 32) and logits (B, classes). Holds its normalisation."""

    mean: Tensor
    std: Tensor

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(layout.WIDTH, 96, 5, stride=2, padding=2),
            nn.GroupNorm(8, 96),
            nn.ReLU(),
            nn.Conv1d(96, 128, 5, stride=2, padding=2),
            nn.GroupNorm(8, 128),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Conv1d(128, 128, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.embed = nn.Linear(256, WIDTH)
        self.classify = nn.Linear(WIDTH, classes)
        self.register_buffer("mean", torch.zeros(layout.WIDTH))
        self.register_buffer("std", torch.ones(layout.WIDTH))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        x = self.layers(((features - self.mean) / self.std).clamp(-6, 6).transpose(1, 2))
        embedding = self.embed(torch.cat([x.mean(-1), x.amax(-1)], dim=-1))
        return embedding, self.classify(torch.relu(embedding))


@dataclass(frozen=True)
class Verdicts:
    """`embeddings`: (N, 32) of the style judge; `styles`, `contents`: names, the likeliest for each clip."""

    embeddings: np.ndarray
    styles: tuple[str, ...]
    contents: tuple[str, ...]


class Judges:
    """Both judges with their classes: `styles` and `contents` are (data set, label)."""

    def __init__(self, styles: Sequence[tuple[str, str]], contents: Sequence[tuple[str, str]]) -> None:
        self.styles, self.contents = tuple(styles), tuple(contents)
        self.networks = {"style": Judge(len(self.styles)), "content": Judge(len(self.contents))}

    @torch.no_grad()
    def judge(self, clips: Sequence[np.ndarray], sets: Sequence[str]) -> Verdicts:
        """What clips, features (T, F) each, look like; `sets` says whose labels are asked for."""
        embeddings, styles, contents = [], [], []
        for features, data_set in zip(clips, sets, strict=True):
            cut = _windows(features)
            embedding, logits = self.networks["style"](cut)
            embeddings.append(embedding.mean(0).numpy())
            styles.append(_best(logits, self.styles, data_set))
            contents.append(_best(self.networks["content"](cut)[1], self.contents, data_set))
        return Verdicts(np.stack(embeddings), tuple(styles), tuple(contents))


def train_judges(corpus: Corpus, cache: Path) -> Judges:
    """Judges trained on the training clips of the styled source, kept in the folder `cache`."""
    items = styled(corpus, "train")
    answers = {
        "style": [(data_set(item), item.clip.style) for item in items],
        "content": [(data_set(item), content_of(item)) for item in items],
    }
    judges = Judges(sorted(set(answers["style"])), sorted(set(answers["content"])))
    cache.mkdir(parents=True, exist_ok=True)
    for name, network in judges.networks.items():
        path = cache / f"{name}_judge.safetensors"
        if path.is_file():
            network.load_state_dict(load_file(path))
        else:
            classes = judges.styles if name == "style" else judges.contents
            _train(network, corpus, items, [classes.index(answer) for answer in answers[name]])
            save_file(network.state_dict(), path)
        network.eval()
    return judges


def styled(corpus: Corpus, split: str, mirrored: bool = True) -> list[Item]:
    """Clips of the styled source in a split that fill at least half a window."""
    return [
        item
        for item in corpus.of_split(split)
        if item.clip.source == "bandai" and item.frames >= HOP and (mirrored or not item.mirrored)
    ]


MAIN_SET = "bandai/dataset-2"
"""The styled source's data set in which every content was captured in every style."""


def data_set(item: Item) -> str:
    """Which of the styled source's two data sets a clip is of."""
    return item.clip.id.partition("_")[0]


def _train(network: Judge, corpus: Corpus, items: Sequence[Item], classes: Sequence[int]) -> None:
    torch.manual_seed(7)
    generator = torch.Generator().manual_seed(7)
    frames = np.concatenate([corpus.view(item)[::16] for item in items])
    network.mean.copy_(torch.from_numpy(frames.mean(axis=0)))
    network.std.copy_(torch.from_numpy(np.maximum(frames.std(axis=0), 0.02)))
    number = np.bincount(classes)
    weights = torch.tensor([number[k] ** -0.5 for k in classes])
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    network.train()
    for _ in range(STEPS):
        chosen = torch.multinomial(weights, BATCH, replacement=True, generator=generator).tolist()
        batch = torch.stack([_window(corpus.view(items[k]), generator) for k in chosen])
        # Noise: a judge must not lean on what a network's decoder cannot show.
        batch = batch + 0.1 * network.std * torch.randn(batch.shape, generator=generator)
        loss = cross_entropy(network(batch)[1], torch.tensor([classes[k] for k in chosen]), label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def _window(features: np.ndarray, generator: torch.Generator) -> Tensor:
    room = max(1, len(features) - WINDOW + 1)
    start = int(torch.randint(room, (), generator=generator))
    return torch.from_numpy(_filled(np.array(features[start : start + WINDOW])))


def _windows(features: np.ndarray) -> Tensor:
    starts = range(0, max(1, len(features) - WINDOW + 1), HOP)
    return torch.from_numpy(np.stack([_filled(features[s : s + WINDOW]) for s in starts]).astype(np.float32))


def _filled(features: np.ndarray) -> np.ndarray:
    return np.concatenate([features, np.repeat(features[-1:], WINDOW - len(features), axis=0)])


def _best(logits: Tensor, classes: Sequence[tuple[str, str]], data_set: str) -> str:
    possible = torch.tensor([0.0 if owner == data_set else -np.inf for owner, _ in classes])
    return classes[int((logits.log_softmax(-1).mean(0) + possible).argmax())][1]
