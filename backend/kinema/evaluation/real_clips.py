"""Captured clips with what is written about them, from a packed set: the yardstick for predicates and figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from ..protocol.motion import Motion
from ..training.packed import PackedClip, PackedSet
from .signals import FPS

SHORTEST = 0.5
"""Spans shorter than this, seconds, show nothing for certain."""


@dataclass(frozen=True, eq=False)
class RealClip:
    """A captured clip, or the span of it that its texts describe, on the SMPL body at 30 fps.

    `texts`: all that is written about that span; the source's own label stands as "action: LABEL", the clip's name as
    "id: ID". `keyed`: made by hand, not captured.
    """

    motion: Motion
    texts: tuple[str, ...]
    source: str = ""
    keyed: bool = False


def load(folder: Path, *, split: str | None = None) -> list[RealClip]:
    """Every described span of a packed set, one entry a span; clips without text come whole.

    Raises FormatError when the folder is no packed set.
    """
    return [part for clip, motion in PackedSet(folder).motions(split) for part in _spans(clip, motion)]


def _spans(clip: PackedClip, motion: Motion) -> list[RealClip]:
    spans: dict[tuple[int, int], list[str]] = defaultdict(list)
    for caption in clip.captions:
        start = max(0, round(caption.start * FPS))
        stop = min(len(motion), round(caption.end * FPS))
        if stop - start >= SHORTEST * FPS:
            spans[start, stop].append(caption.text)
    if not spans:
        spans[0, len(motion)] = []
    names = [*([f"action: {clip.action}"] if clip.action else []), f"id: {clip.id}"]
    return [
        RealClip(motion.crop(start, stop), (*texts, *names), clip.source, clip.keyed)
        for (start, stop), texts in spans.items()
    ]
