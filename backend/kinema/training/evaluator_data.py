"""Pairs of motion and texts for the judge: captured train clips, and procedural clips that know rare words."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..evaluation.lexical import Lexicon, alike, sides
from ..evaluation.pairs import LONGEST, captioned, motion_of
from ..matching.judge import padded, seen, word_rows
from . import procedural
from .diffusion_data import balanced
from .packed import PackedSet

FIRST_SEED = 1_000_000
"""Procedural clips of the judge begin here, so that it never sees those that taught the generator."""

POOL = 4
"""Batches drawn together and sorted by length."""

TRIM = 0.06
"""Up to this share of a clip is left out at either end, drawn anew each time."""


@dataclass(frozen=True)
class Row:
    """One motion, frames start..start+frames-1 of the array, with its texts. `kind`: train, val or rough."""

    start: int
    frames: int
    texts: tuple[str, ...]
    label: str
    kind: str


@dataclass(frozen=True)
class Batch:
    """`motions` (B, T, 67), `lengths` (B,) frames, `words` (B, L), `allowed` (B, B): which texts may be negatives."""

    motions: Tensor
    lengths: Tensor
    words: Tensor
    allowed: Tensor


def open_rows(packed: Path, folder: Path, rough: int) -> tuple[np.ndarray, list[Row]]:
    """All motions end to end (N, 67) and their rows; written to `folder` at the first call and read back later."""
    array, index = folder / "motions.npy", folder / "rows.jsonl"
    if not index.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        motions, lines, start = [], [], 0
        for motion, texts, label, kind in _all(packed, rough):
            motions.append(motion)
            lines.append(
                json.dumps({"start": start, "frames": len(motion), "texts": texts, "label": label, "kind": kind})
            )
            start += len(motion)
        np.save(array, np.concatenate(motions))
        index.write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]
    return np.load(array, allow_pickle=False), [Row(**{**row, "texts": tuple(row["texts"])}) for row in rows]


def _all(packed: Path, rough: int) -> Iterator[tuple[np.ndarray, tuple[str, ...], str, str]]:
    opened = PackedSet(packed)
    for split in ("train", "val"):
        for pair in captioned(opened, split):
            yield seen(motion_of(opened, pair)), pair.texts, pair.label, split
    for number in range(rough):
        made = procedural.generate(FIRST_SEED + number)
        yield seen(made.motion)[:LONGEST], made.texts, " + ".join(made.primitives), "rough"
        if number % 1000 == 0:
            print(f"rough {number}/{rough}", file=sys.stderr, flush=True)


class Picker:
    """Draws batches of captured and procedural pairs of similar length, labels balanced, in fixed shares."""

    def __init__(
        self, motions: np.ndarray, rows: Sequence[Row], words: dict[str, tuple[int, ...]], rough: float = 0.5
    ) -> None:
        self.motions, self.words = motions, words
        real, made = [row for row in rows if row.kind == "train"], [row for row in rows if row.kind == "rough"]
        share = rough if made else 0.0
        self.rows = [*real, *made]
        weights = np.array(balanced(row.label for row in real))
        self.weights = torch.from_numpy(
            np.concatenate([(1 - share) * weights / weights.sum(), np.full(len(made), share / max(1, len(made)))])
        )
        texts = list(dict.fromkeys(text for row in self.rows for text in row.texts))
        self.lexical = Lexicon(texts).vectors(texts)
        self.text_row = {text: number for number, text in enumerate(texts)}
        self.sides = [sides(text) for text in texts]
        self.pool: list[list[Row]] = []
        self.pool_seed = 0

    def batch(self, count: int, generator: torch.Generator) -> Batch:
        """`count` pairs; one text of each, near-duplicates of it not allowed as negatives."""
        if not self.pool:
            self.pool_seed = int(torch.randint(2**62, (1,), generator=generator))
            self.pool = self._draw_pool(count)
        chosen = self.pool.pop()
        draw = torch.rand(count, 3, generator=generator).tolist()
        texts = [row.texts[int(share[0] * len(row.texts))] for row, share in zip(chosen, draw, strict=True)]
        clips = [self._trimmed(row, share[1], share[2]) for row, share in zip(chosen, draw, strict=True)]
        numbers = [self.text_row[text] for text in texts]
        labels = np.array([row.label for row in chosen])
        same = alike(self.lexical[numbers], [self.sides[number] for number in numbers])
        same |= labels[:, None] == labels[None]
        np.fill_diagonal(same, False)
        motions, lengths = padded(clips)
        return Batch(motions, lengths, word_rows([self.words[text] for text in texts]), torch.from_numpy(~same))

    def place(self) -> tuple[int, ...]:
        """The pool's seed, how many of its batches are left, and their size."""
        return self.pool_seed, len(self.pool), len(self.pool[0]) if self.pool else 0

    def go_to(self, place: tuple[int, ...]) -> None:
        """Draw the pool of `place` again and leave out what was taken."""
        self.pool_seed, left, size = place
        self.pool = self._draw_pool(size)[:left] if left else []

    def _draw_pool(self, count: int) -> list[list[Row]]:
        generator = torch.Generator().manual_seed(self.pool_seed)
        drawn = torch.multinomial(self.weights, POOL * count, replacement=True, generator=generator)
        ordered = sorted((self.rows[i] for i in drawn.tolist()), key=lambda row: row.frames)
        order = torch.randperm(POOL, generator=generator).tolist()
        return [ordered[k * count : (k + 1) * count] for k in order]

    def _trimmed(self, row: Row, first: float, last: float) -> np.ndarray:
        start, stop = round(first * TRIM * row.frames), row.frames - round(last * TRIM * row.frames)
        return self.motions[row.start + start : row.start + stop]
