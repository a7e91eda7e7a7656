"""Captured spans with words in building-block form: what clips are composed and concatenated from.

A phrase is a caption template with each verb in brackets and {his} for the pronoun, as procedural clips use it:
"[raise] {his} left hand". Part sentences are the lexicon's, arms as they were seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from .. import refine
from ..evaluation.signals import SIDES, Signals
from ..features import layout, mirroring
from ..protocol.messages import PARTS
from ..protocol.motion import Motion
from ..refine.language import GROUPS, rest, sentence, third_person
from ..refine.mirroring import mirror_text
from .licences import EVERYTHING, UNUSED_CAPTIONS, Selection
from .packed import PackedClip, PackedSet, PackedSets
from .piece_phrases import ARM_LABELS, HOST_LABELS, SEQUENCE_LABELS, phrase_of

LONGEST = 8.0
"""Seconds; longer spans are left out unless any part of them still shows what is said."""

_STEADY = re.compile(r"\[(walk|run|jog|march|stand|dance|wave|skip|tiptoe|sneak)\][^\[]*")


@dataclass(frozen=True, eq=False)
class Piece:
    """A captured span in words. `phrases` say the same; `parts`: a sentence for each of PARTS.

    `steady`: any part of it longer than 2 s shows the same ("[walk] forward"). `host`: its arms are free to do
    something else. `arms`: parts that a donor can give, () for none.
    """

    clip: PackedClip
    phrases: tuple[str, ...]
    parts: dict[str, str]
    mirrored: bool
    host: bool
    arms: tuple[str, ...]

    @property
    def steady(self) -> bool:
        return all(_STEADY.fullmatch(phrase) and " and " not in phrase for phrase in self.phrases)

    @property
    def frames(self) -> int:
        return self.clip.frames


class PieceBank:
    """All pieces of the training split of a packed set, mirror images included."""

    def __init__(self, packed: PackedSet | PackedSets) -> None:
        self.packed = packed
        found = [
            piece
            for clip in packed.clips
            if clip.split == "train" and clip.exact_feet and not clip.keyed and packed.licence(clip.source).shippable
            for piece in _pieces(clip)
        ]
        self.pieces = [side for piece in found for side in (piece, _mirrored(piece))]
        self.hosts = _shelves([piece for piece in self.pieces if piece.host])
        self.donors = _shelves([piece for piece in self.pieces if piece.arms])
        self.all = _shelves(self.pieces)

    @classmethod
    def open(cls, folders: Path | Sequence[Path], selection: Selection = EVERYTHING) -> PieceBank:
        """The bank of packed folders. Raises FormatError when one is none."""
        return cls(PackedSets(folders, selection))

    def motion(self, piece: Piece) -> Motion:
        """(frames) the piece's motion at 30 fps on the SMPL body."""
        motion = self.packed.motion(piece.clip)
        return mirroring.mirror(motion) if piece.mirrored else motion


def draw(rng: np.random.Generator, shelves: list[list[Piece]]) -> Piece:
    """A piece from one shelf: what is captured often is not drawn as much more often."""
    sizes = np.sqrt([len(shelf) for shelf in shelves])
    shelf = shelves[int(rng.choice(len(shelves), p=sizes / sizes.sum()))]
    return shelf[int(rng.integers(len(shelf)))]


def arms_low(motion: Motion, below: float) -> bool:
    """Whether both wrists stay lower than their shoulders by `below` metres for nine tenths of the time."""
    s = Signals.of(motion)
    lift = [s.height(f"{side}_Wrist") - s.height(f"{side}_Shoulder") for side in SIDES]
    return bool(np.percentile(np.maximum(*lift), 90) < -below)


def _shelves(pieces: list[Piece]) -> list[list[Piece]]:
    shelves: dict[str, list[Piece]] = {}
    for piece in pieces:
        shelves.setdefault(piece.phrases[0], []).append(piece)
    return list(shelves.values())


def _pieces(clip: PackedClip) -> list[Piece]:
    for table, host, donates in (
        (ARM_LABELS, False, True),
        (HOST_LABELS, True, False),
        (SEQUENCE_LABELS, False, False),
    ):
        if clip.action in table:
            phrases = table[clip.action]
            parts = _lexicon(phrases[0])
            return [Piece(clip, phrases, parts, False, host, _given(parts) if donates else ())]
    if clip.action:
        return []
    spans: dict[tuple[int, int], list[str]] = {}
    for caption in clip.captions:
        if caption.dataset not in UNUSED_CAPTIONS:
            start, stop = round(caption.start * layout.FPS), min(round(caption.end * layout.FPS), clip.frames)
            phrase = phrase_of(caption.text)
            if phrase:
                spans.setdefault((start, stop), []).append(phrase)
    return [piece for (start, stop), phrases in spans.items() for piece in _captioned(clip, start, stop, phrases)]


def _captioned(clip: PackedClip, start: int, stop: int, phrases: list[str]) -> list[Piece]:
    parts = _lexicon(phrases[0])
    whole = replace(clip, start=clip.start + start, frames=stop - start)
    resting = all(parts[part] == sentence(rest(part)) for part in ("torso", "left_leg", "right_leg"))
    host = all(_free(parts[part]) for part in ("left_arm", "right_arm")) and not resting
    piece = Piece(whole, tuple(dict.fromkeys(phrases)), parts, False, host, _given(parts) if resting else ())
    too_long = whole.frames > LONGEST * layout.FPS and not piece.steady
    return [] if too_long or whole.frames < 30 else [piece]


@cache
def _lexicon(phrase: str) -> dict[str, str]:
    plain = re.sub(r"\[([^\]]+)\]", lambda verb: third_person(verb[1]), phrase).format(
        his="their", himself="themselves"
    )
    return dict(refine.refine(f"a person {plain}", "lexicon").parts)


def _free(text: str) -> bool:
    """An arm that hangs or swings along."""
    return bool(
        re.match(r"the \w+ arm (hangs at the side|(swings|pumps) against the steps|swings with the jump)$", text)
    )


def _given(parts: dict[str, str]) -> tuple[str, ...]:
    return tuple(part for part in ("left_arm", "right_arm") if parts[part] != sentence(rest(part)))


def _mirrored(piece: Piece) -> Piece:
    return replace(
        piece,
        phrases=tuple(mirror_text(phrase) for phrase in piece.phrases),
        parts=refine.mirror_parts(piece.parts),
        mirrored=True,
        arms=tuple(part for part in PARTS if GROUPS[part] == "arm" and mirror_text(part) in piece.arms),
    )
