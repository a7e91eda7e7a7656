"""Features of a packed set, computed once and memory-mapped: what every training loop reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..features import encoding, layout, mirroring
from .licences import LICENCES
from .packed import PackedClip, PackedSet


@dataclass(frozen=True)
class Item:
    """One clip, or its mirror image, in the feature array: frames start..start+frames-1."""

    clip: PackedClip
    start: int
    frames: int
    mirrored: bool


class Corpus:
    """`features`: (N, 203) float32 of all items end to end; `items` say where each lies."""

    def __init__(self, features: np.ndarray, items: tuple[Item, ...]) -> None:
        self.features = features
        self.items = items

    def of_split(self, split: str) -> tuple[Item, ...]:
        """Items of "train" or "val"."""
        return tuple(item for item in self.items if item.clip.split == split)

    def view(self, item: Item) -> np.ndarray:
        """(frames, 203) features of an item."""
        return self.features[item.start : item.start + item.frames]


def open_corpus(packed_folder: Path, cache: Path) -> Corpus:
    """The corpus of a packed set: shippable sources only, each clip and its mirror image.

    Written to `cache` at the first call; delete that folder after preparing the data anew.
    """
    packed = PackedSet(packed_folder)
    clips = [clip for clip in packed.clips if LICENCES[clip.source].shippable]
    array, index = cache / "features.npy", cache / "index.json"
    if not index.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        rows = _write_features(packed, clips, array)
        index.write_text(json.dumps(rows), encoding="utf-8")
    by_id = {clip.id: clip for clip in clips}
    items = tuple(
        Item(by_id[row["id"]], row["start"], row["frames"], row["mirrored"]) for row in json.loads(index.read_text())
    )
    return Corpus(np.load(array, mmap_mode="r", allow_pickle=False), items)


def _write_features(packed: PackedSet, clips: Iterable[PackedClip], path: Path) -> list[dict[str, object]]:
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
