"""Captioned spans of a packed set as pairs of motion and texts: what the judge learns from and is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..features import layout
from ..features.mirroring import mirror
from ..protocol.messages import MAX_SECONDS
from ..protocol.motion import Motion
from ..refine.mirroring import mirror_text
from ..training.licences import LICENCES, UNUSED_CAPTIONS
from ..training.packed import PackedClip, PackedSet

SHORTEST = 16
"""Frames; shorter spans show too little."""

LONGEST = round(MAX_SECONDS * layout.FPS)
"""Frames; of longer spans the first ten seconds count, which is as long as a generator's clips may be."""


@dataclass(frozen=True)
class Pair:
    """Frames start..stop-1 of a captured clip, or of its mirror image, and all sentences about them.

    `label`: the source's action and style, or the clip's id: clips of one label do not contradict each other's texts.
    """

    clip: PackedClip
    start: int
    stop: int
    mirrored: bool
    texts: tuple[str, ...]

    @property
    def label(self) -> str:
        clip = self.clip
        label = f"{clip.source}/{clip.action}/{clip.style}" if clip.action else clip.id
        return mirror_text(label) if self.mirrored else label

    @property
    def seconds(self) -> float:
        return (self.stop - self.start) / layout.FPS


def captioned(packed: PackedSet, split: str) -> Iterator[Pair]:
    """Every captioned span of a split and its mirror image, of captured clips that may be learned from."""
    for clip in packed.clips:
        if clip.split != split or clip.keyed or not LICENCES[clip.source].shippable:
            continue
        spans: dict[tuple[int, int], list[str]] = {}
        for caption in clip.captions:
            if caption.dataset not in UNUSED_CAPTIONS:
                start = max(0, round(caption.start * layout.FPS))
                stop = min(round(caption.end * layout.FPS), clip.frames, start + LONGEST)
                if stop - start >= SHORTEST:
                    spans.setdefault((start, stop), []).append(caption.text)
        for (start, stop), texts in spans.items():
            yield Pair(clip, start, stop, False, tuple(dict.fromkeys(texts)))
            yield Pair(clip, start, stop, True, tuple(dict.fromkeys(map(mirror_text, texts))))


def motion_of(packed: PackedSet, pair: Pair) -> Motion:
    """The pair's motion, mirrored where the pair is."""
    motion = packed.motion(pair.clip).crop(pair.start, pair.stop)
    return mirror(motion) if pair.mirrored else motion
