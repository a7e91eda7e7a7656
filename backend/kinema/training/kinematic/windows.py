"""Kinematic captions for the windows of a clip that nobody has described closely."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np

from ...evaluation.signals import FPS, Signals
from ...features import encoding
from ...refine.mirroring import mirror_parts, mirror_text
from ..packed import PackedClip
from .describe import describe

LONG = 6.0
"""Seconds; a caption of a longer span does not say what happens when, so its windows are read as well."""

WINDOW = (2.5, 5.0)
"""Seconds: the least and the greatest length of a window."""

LEAST_PARTS = 3
"""Part sentences that make a window worth showing without a caption."""


@dataclass(frozen=True)
class Window:
    """Frames start..stop-1 of a clip in words; a caption of "" leaves it to the part sentences.

    `kind`: the sentences of its left leg and arm, for balancing.
    """

    start: int
    stop: int
    texts: tuple[str, ...]
    parts: dict[str, str]
    kind: str

    def mirrored(self) -> Window:
        """The same window of the mirror image."""
        return replace(self, texts=tuple(mirror_text(text) for text in self.texts), parts=mirror_parts(self.parts))


def windows(clip: PackedClip, features: np.ndarray) -> list[Window]:
    """Windows of a clip's features (T, 203) of which something is certain; none where a person described a span of at
    most LONG seconds. The same clip, the same windows and words."""
    rng = np.random.default_rng(zlib.crc32(clip.id.encode()))
    spans = [
        (start, stop)
        for start, stop in _cut(rng, len(features))
        if not any(_covers(caption.start, caption.end, start, stop) for caption in clip.captions)
    ]
    if not spans:
        return []
    s = Signals.of(encoding.decode(features))
    found = []
    for start, stop in spans:
        described = describe(s.crop(start, stop), rng)
        said = [text for text in described.parts.values() if text]
        if described.texts or len(said) >= LEAST_PARTS:
            kind = f"{described.parts['left_leg']}/{described.parts['left_arm']}"
            found.append(Window(start, stop, described.texts or ("",), described.parts, kind))
    return found


def _covers(first: float, last: float, start: int, stop: int) -> bool:
    near = last - first <= LONG
    return near and first * FPS < stop - 15 and last * FPS > start + 15


def _cut(rng: np.random.Generator, frames: int) -> list[tuple[int, int]]:
    """Consecutive spans of drawn lengths."""
    spans, start = [], 0
    while frames - start >= WINDOW[0] * FPS:
        length = round(float(rng.uniform(*WINDOW)) * FPS)
        spans.append((start, min(start + length, frames)))
        start += length
    return spans
