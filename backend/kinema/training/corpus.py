"""Features of a packed set, computed once and memory-mapped: what every training loop reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..features import encoding, layout, mirroring
from .licences import EVERYTHING, Licence, Selection
from .packed import PackedClip, PackedSets


@dataclass(frozen=True)
class Item:
    """One clip, or its mirror image, in the feature array: frames start..start+frames-1."""

    clip: PackedClip
    start: int
    frames: int
    mirrored: bool


class Corpus:
    """`features`: (N, 203) float32 of all items end to end; `items` say where each lies; `used`: the terms of every
    source of its motion and captions."""

    def __init__(self, features: np.ndarray, items: tuple[Item, ...], used: Mapping[str, Licence]) -> None:
        self.features = features
        self.items = items
        self.used = used

    def of_split(self, split: str) -> tuple[Item, ...]:
        """Items of "train" or "val"."""
        return tuple(item for item in self.items if item.clip.split == split)

    def view(self, item: Item) -> np.ndarray:
        """(frames, 203) features of an item."""
        return self.features[item.start : item.start + item.frames]


def open_corpus(packed: Path | Sequence[Path], cache: Path, selection: Selection = EVERYTHING) -> Corpus:
    """The corpus of packed sets: admitted sources only, each clip and its mirror image.

    Written to `cache` when that does not hold just these clips; delete the folder after preparing a set anew.
    """
    sets = PackedSets(packed, selection)
    array, index = cache / "features.npy", cache / "index.json"
    rows = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else []
    if [(row["id"], row["frames"]) for row in rows[::2]] != [(clip.id, clip.frames) for clip in sets.clips]:
        cache.mkdir(parents=True, exist_ok=True)
        index.unlink(missing_ok=True)
        new = cache / f"features-{os.getpid()}.npy"
        rows = _write_features(sets, sets.clips, new)
        new.replace(array)
        index.write_text(json.dumps(rows), encoding="utf-8")
    twice = (clip for clip in sets.clips for _ in range(2))
    items = tuple(
        Item(clip, row["start"], row["frames"], row["mirrored"]) for clip, row in zip(twice, rows, strict=True)
    )
    return Corpus(np.load(array, mmap_mode="r", allow_pickle=False), items, sets.used())


def _write_features(packed: PackedSets, clips: Iterable[PackedClip], path: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    clips = list(clips)
    total = 2 * sum(clip.frames for clip in clips)
    features = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(total, layout.WIDTH))
    start = 0
    for clip in clips:
        motion = packed.motion(clip)
        for mirrored in (False, True):
            frames = encoding.encode(mirroring.mirror(motion) if mirrored else motion)
            features[start : start + len(frames)] = frames
            rows.append({"id": clip.id, "start": start, "frames": len(frames), "mirrored": mirrored})
            start += len(frames)
    features.flush()
    return rows
