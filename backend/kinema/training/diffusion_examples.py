"""From the corpus, its captions and procedural motion to latents and examples for the denoiser."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import torch

from .. import refine
from ..features import encoding, layout
from ..networks.autoencoder import Autoencoder
from ..protocol.motion import Motion
from ..refine.mirroring import mirror_text
from . import procedural
from .corpus import Corpus, Item
from .diffusion_data import Example, TextTable, balanced
from .packed import PackedSet

STRIDE = 4
SHORTEST = 4
"""Latents; shorter spans teach nothing."""

SHORTEST_BASE = 75
"""Frames; procedural motion is laid over at least 2 s."""

CAPTION_SETS = ("HumanML3D", "KIT-ML", "cmu", "kinema")
"""Texts that may condition shipped weights; BABEL's labels here are its validation split."""


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


def make_rough(packed: Path, cache: Path, count: int, workers: int = 2) -> None:
    """Generate `count` procedural clips over real idling and walking once: features and texts in `cache`."""
    if (cache / "rough.jsonl").is_file():
        return
    cache.mkdir(parents=True, exist_ok=True)
    features, rows, start = [], [], 0
    with ProcessPoolExecutor(workers, initializer=_open_bases, initargs=(packed,)) as pool:
        for seed, (clip, texts, parts) in enumerate(pool.map(_rough_clip, range(count), chunksize=16)):
            features.append(clip)
            rows.append(json.dumps({"start": start, "frames": len(clip), "texts": texts, "parts": parts}))
            start += len(clip)
            if seed % 500 == 0:
                print(f"rough {seed}/{count}", file=sys.stderr, flush=True)
    np.save(cache / "rough.npy", np.concatenate(features))
    (cache / "rough.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


_bases: list[Motion] = []


def _open_bases(packed: Path) -> None:
    """Real standing and walking clips to lay primitives over; once in each worker."""
    chosen = PackedSet(packed)
    wanted = [
        clip
        for clip in chosen.clips
        if clip.split == "train"
        and clip.frames >= SHORTEST_BASE
        and clip.exact_feet
        and (clip.action == "walk" or _is_plain_walk(clip.captions))
    ]
    _bases.extend(chosen.motion(clip) for clip in wanted[:: max(1, len(wanted) // 150)])


def _is_plain_walk(captions: tuple) -> bool:
    return any(caption.text in ("walk", "slow walk", "walk forward") for caption in captions)


def _rough_clip(seed: int) -> tuple[np.ndarray, tuple[str, ...], dict[str, str]]:
    rng = np.random.default_rng([seed, 77])
    base = _bases[int(rng.integers(len(_bases)))] if _bases and rng.random() < 0.25 else None
    made = procedural.generate(seed, base)
    return encoding.encode(made.motion).astype(np.float32), made.texts, dict(made.parts)


def rough(cache: Path, store: LatentStore, table: TextTable) -> list[Example]:
    """Examples of the procedural clips in `cache`; each wording pairs the exact part sentences or the lexicon's."""
    features = np.load(cache / "rough.npy", mmap_mode="r", allow_pickle=False)
    examples = []
    for line in (cache / "rough.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        start, latents = store.add(features[row["start"] : row["start"] + row["frames"]])
        wordings = []
        for number, text in enumerate(row["texts"]):
            parts = row["parts"] if number % 2 == 0 else _lexicon_parts(text)
            wordings.append(table.wording(text, parts))
        if latents >= SHORTEST:
            examples.append(Example(start, latents, tuple(wordings), True, 1.0))
    return examples
