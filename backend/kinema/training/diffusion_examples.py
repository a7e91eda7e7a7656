"""From the corpus, its captions and procedural motion to latents and examples for the denoiser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch

from .. import refine
from ..features import encoding, layout
from ..networks.autoencoder import Autoencoder
from ..refine.mirroring import mirror_text
from .corpus import Corpus, Item
from .diffusion_data import Example, TextTable, balanced
from .pieces import CAPTION_SETS
from .rough import make_rough

STRIDE = 4
SHORTEST = 4
"""Latents; shorter spans teach nothing."""


__all__ = ["LatentStore", "captured", "make_rough", "rough"]


@cache
def _lexicon_parts(text: str) -> dict[str, str]:
    return dict(refine.refine(text, "lexicon").parts)


class LatentStore:
    """Collects latents end to end, and the features that they encode."""

    def __init__(self, network: Autoencoder, device: str) -> None:
        self.network, self.device = network.to(device), device
        self.parts: list[np.ndarray] = []
        self.features: list[np.ndarray] = []
        self.count = 0

    @torch.inference_mode()
    def add(self, features: np.ndarray) -> tuple[int, int]:
        """Features (T, 203) -> (start, latents); the last T mod 4 frames are left out."""
        frames = len(features) // STRIDE * STRIDE
        if frames == 0:
            return self.count, 0
        batch = torch.from_numpy(np.array(features[:frames], dtype=np.float32))[None].to(self.device)
        latents = self.network.encode(batch)[0].cpu().numpy()
        start, self.count = self.count, self.count + len(latents)
        self.parts.append(latents)
        self.features.append(np.array(features[:frames], dtype=np.float16))
        return start, len(latents)

    def array(self) -> np.ndarray:
        """(N, C) float32."""
        return np.concatenate(self.parts)

    def frames(self) -> np.ndarray:
        """(STRIDE N, 203) float16: the features that each latent encodes."""
        return np.concatenate(self.features)


def captured(corpus: Corpus, split: str, store: LatentStore, table: TextTable) -> list[Example]:
    """Annotated and unannotated examples of real clips and their mirror images."""
    found: list[tuple[Example, str]] = []
    for item in corpus.of_split(split):
        if item.clip.keyed:
            continue
        start, latents = store.add(corpus.view(item))
        if latents >= SHORTEST:
            found.append((Example(start, latents, (), False, float(latents)), ""))
        found += [(example, label) for example, label in _captioned(item, start, latents, table)]
    weights = balanced([label for _, label in found])
    return [
        Example(e.start, e.latents, e.wordings, e.rough, e.weight if not e.wordings else e.weight * weight)
        for (e, _), weight in zip(found, weights, strict=True)
    ]


def _captioned(item: Item, start: int, latents: int, table: TextTable) -> Iterator[tuple[Example, str]]:
    spans: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    weight = 1.0
    for caption in item.clip.captions:
        if caption.dataset not in CAPTION_SETS:
            continue
        text, parts = caption.text, _lexicon_parts(caption.text)
        if item.mirrored:
            # Not the mirrored text refined: a limb that the text leaves open would not change sides.
            text, parts = mirror_text(text), refine.mirror_parts(parts)
        first = round(caption.start * layout.FPS / STRIDE)
        last = min(round(caption.end * layout.FPS / STRIDE), latents)
        if last - first >= SHORTEST:
            wording = table.wording(text, dict(parts))
            spans.setdefault((first, last), []).append(wording)
    for (first, last), wordings in spans.items():
        label = f"{item.clip.source}/{item.clip.action}" if item.clip.action else item.clip.id
        yield Example(start + first, last - first, tuple(wordings), False, weight), label


def rough(cache: Path, store: LatentStore, table: TextTable) -> list[Example]:
    """Examples of the made clips in `cache`. Wordings take turns to pair a caption with the exact part sentences, with
    the lexicon's, and with the exact ones paraphrased."""
    features = np.load(cache / "rough.npy", mmap_mode="r", allow_pickle=False)
    examples = []
    for line in (cache / "rough.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        start, latents = store.add(features[row["start"] : row["start"] + row["frames"]])
        wordings = []
        for number, text in enumerate(row["texts"]):
            parts = (row["parts"], _lexicon_parts(text), row["paraphrases"])[number % 3]
            wordings.append(table.wording(text, parts))
        if latents >= SHORTEST:
            examples.append(Example(start, latents, tuple(wordings), True, 1.0))
    return examples
