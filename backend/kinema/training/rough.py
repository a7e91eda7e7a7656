"""Rough annotated motion at scale: procedural clips, procedural limbs over captured ones, compositions, sequences.

Every clip is made from its number alone, so that any number of processes makes the same set.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ..features import encoding
from ..protocol.messages import PARTS
from ..refine.language import rest, sentence
from . import procedural, record
from .composition import compose
from .licences import EVERYTHING, Selection
from .packed import PackedSets
from .part_scripts import paraphrased, read_script
from .pieces import Piece, PieceBank, arms_low, draw
from .procedural.generate import Annotated, Under
from .sequences import sequence

SHARES = {"procedural": 0.68, "over": 0.17, "composed": 0.09, "sequence": 0.06}
"""How often each kind is drawn; a kind that finds nothing that fits falls back to a procedural clip."""

SHORTEST_BASE = 66
"""Frames; procedural motion is laid over at least 2 s."""


def make_rough(
    packed: Path | Sequence[Path], cache: Path, count: int, workers: int = 2, selection: Selection = EVERYTHING
) -> None:
    """Make `count` clips: features in `cache`/rough.npy, texts in rough.jsonl, the terms of the sources behind them in
    sources.json. Does nothing when they are there.

    Raises FormatError when one of `packed` is no packed folder, InputError when what is there is not admitted.
    """
    if (cache / "rough.jsonl").is_file():
        selection.require(record.read(cache), str(cache))
        return
    cache.mkdir(parents=True, exist_ok=True)
    record.write(cache, PackedSets(packed, selection).used())
    features, rows, start = [], [], 0
    with ProcessPoolExecutor(workers, initializer=_open_bank, initargs=(packed, selection)) as pool:
        for number, (clip, row) in enumerate(pool.map(_encoded, range(count), chunksize=16)):
            features.append(clip)
            rows.append(json.dumps({"start": start, "frames": len(clip), **row}))
            start += len(clip)
            if number % 500 == 0:
                print(f"rough {number}/{count}", file=sys.stderr, flush=True)
    np.save(cache / "rough.npy", np.concatenate(features))
    (cache / "rough.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


_banks: list[PieceBank] = []


def _open_bank(packed: Path | Sequence[Path], selection: Selection) -> None:
    """The captured pieces, once in each worker."""
    _banks[:] = [PieceBank.open(packed, selection)]


def _encoded(number: int) -> tuple[np.ndarray, dict[str, Any]]:
    kind, made = rough_clip(number, _banks[0])
    row = {
        "kind": kind,
        "texts": made.texts,
        "parts": dict(made.parts),
        "paraphrases": paraphrased(made.parts, random.Random(number)),
    }
    return encoding.encode(made.motion).astype(np.float32), row


def rough_clip(number: int, bank: PieceBank) -> tuple[str, Annotated]:
    """Clip `number` of the set and its kind, one of SHARES."""
    rng = np.random.default_rng([number, 77])
    kind = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    made = None
    if kind == "over" and bank.hosts:
        made = _over(number, rng, bank)
    elif kind == "composed" and bank.hosts and bank.donors:
        made = compose(rng, bank)
    elif kind == "sequence" and bank.all:
        made = sequence(rng, bank)
    return (kind, made) if made is not None else ("procedural", procedural.generate(number))


def _over(number: int, rng: np.random.Generator, bank: PieceBank) -> Annotated | None:
    """Procedural arms, head or torso over a captured clip; the words of both."""
    for _ in range(20):
        piece = draw(rng, bank.hosts)
        if piece.frames < SHORTEST_BASE:
            continue
        motion = bank.motion(piece)
        if arms_low(motion, 0.1):
            return procedural.generate(number, motion, _under(piece))
    return None


def _under(piece: Piece) -> Under:
    parts = {part: read_script(part, piece.parts[part]) for part in PARTS if piece.parts[part] != sentence(rest(part))}
    return Under(piece.phrases[0], piece.phrases, parts, whole=not piece.steady)
