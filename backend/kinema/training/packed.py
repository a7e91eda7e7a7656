"""The packed data set: all clips as memory-mapped arrays at 30 fps on the SMPL body.

A folder with `rotations.npy` int16 (N, 22, 3), rotation vectors in units of pi / 32767 (error below 5e-5 rad),
`root.npy` float32 (N, 3) metres, `clips.jsonl` (one object a clip: id, source, start, frames, split, captions ...) and
`sources.json` (licences). N is the number of frames of all clips together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import geometry
from ..errors import FormatError, InputError
from ..features import layout
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY
from .licences import EVERYTHING, Licence, Selection, licence_of
from .sources import Caption

SCALE = math.pi / 32767
"""Radians per unit of the stored rotation vectors."""

VERSION = 1


@dataclass(frozen=True)
class PackedClip:
    """One clip's row: where its frames are and what is known about it."""

    id: str
    source: str
    start: int
    frames: int
    split: str
    action: str
    style: str
    keyed: bool
    exact_feet: bool
    licence: str
    captions: tuple[Caption, ...]


class PackedSet:
    """Random access to a packed set. Raises FormatError when files are missing or do not fit together."""

    def __init__(self, folder: Path) -> None:
        try:
            self.rotations = np.load(folder / "rotations.npy", mmap_mode="r", allow_pickle=False)
            self.root = np.load(folder / "root.npy", mmap_mode="r", allow_pickle=False)
            rows = (folder / "clips.jsonl").read_text(encoding="utf-8").splitlines()
            declared = json.loads((folder / "sources.json").read_text(encoding="utf-8"))["sources"]
        except (OSError, ValueError, KeyError) as error:
            raise FormatError(
                f"{folder} is no packed data set ({error}); make one with `kinema data prepare`"
            ) from None
        self.declared = {name: Licence(**terms) for name, terms in declared.items()}
        self.clips = tuple(_clip(json.loads(row)) for row in rows)
        total = sum(clip.frames for clip in self.clips)
        if self.rotations.shape != (total, 22, 3) or self.root.shape != (total, 3):
            raise FormatError(
                f"{folder} is damaged: {total} frames are listed, {len(self.root)} stored; prepare it again"
            )

    def __len__(self) -> int:
        return len(self.clips)

    def licence(self, source: str) -> Licence:
        """The terms of a source of motion or text. Raises FormatError for one that the set does not declare."""
        return licence_of(source, self.declared)

    def motion(self, clip: PackedClip) -> Motion:
        """The whole clip as a Motion on the SMPL body."""
        span = slice(clip.start, clip.start + clip.frames)
        rotations = geometry.quaternion_from_rotation_vector(np.asarray(self.rotations[span], dtype=np.float64) * SCALE)
        return Motion(rotations, np.asarray(self.root[span], dtype=np.float64), layout.FPS, SMPL_BODY)

    def motions(self, split: str | None = None) -> Iterator[tuple[PackedClip, Motion]]:
        """All clips (of one split) with their motion."""
        for clip in self.clips:
            if split is None or clip.split == split:
                yield clip, self.motion(clip)


class PackedSets:
    """Several packed sets as one, and of them only the clips and captions that `selection` admits.

    Raises FormatError as PackedSet does, and when two sets hold a clip of the same id.
    """

    def __init__(self, folders: Path | Sequence[Path], selection: Selection = EVERYTHING) -> None:
        self.declared: dict[str, Licence] = {}
        self._home: dict[str, PackedSet] = {}
        clips: list[PackedClip] = []
        for folder in [folders] if isinstance(folders, Path) else folders:
            opened = PackedSet(folder)
            self.declared |= opened.declared
            for clip in opened.clips:
                if self._home.setdefault(clip.id, opened) is not opened:
                    raise FormatError(f"{folder} holds the clip {clip.id} that an earlier set holds too; give one set")
                if selection.admits(clip.source, opened.licence(clip.source)):
                    captions = [c for c in clip.captions if selection.admits(c.dataset, opened.licence(c.dataset))]
                    clips.append(replace(clip, captions=tuple(captions)))
        if not clips:
            raise InputError("no clip may be used: --open and --sources leave out all that the packed sets hold")
        self.clips = tuple(clips)

    def __len__(self) -> int:
        return len(self.clips)

    def licence(self, source: str) -> Licence:
        """The terms of a source of motion or text. Raises FormatError for one that no set declares."""
        return licence_of(source, self.declared)

    def motion(self, clip: PackedClip) -> Motion:
        """The whole clip as a Motion on the SMPL body."""
        return self._home[clip.id].motion(clip)

    def used(self) -> dict[str, Licence]:
        """Every source of motion and text that the clips bring, with its terms."""
        names = {clip.source for clip in self.clips} | {c.dataset for clip in self.clips for c in clip.captions}
        return {name: self.licence(name) for name in sorted(names)}


def write(folder: Path, clips: Iterable[tuple[dict[str, Any], Motion]], sources: dict[str, Any]) -> int:
    """Write a packed set; `clips` are rows without start and frames, with their motions. Returns the frame count."""
    folder.mkdir(parents=True, exist_ok=True)
    rotations, roots, rows, start = [], [], [], 0
    for row, motion in clips:
        vectors = geometry.rotation_vector_from_quaternion(motion.rotations)
        rotations.append(np.round(vectors / SCALE).astype(np.int16))
        roots.append(motion.root_translation.astype(np.float32))
        rows.append(json.dumps({**row, "start": start, "frames": len(motion)}, ensure_ascii=False))
        start += len(motion)
    np.save(folder / "rotations.npy", np.concatenate(rotations))
    np.save(folder / "root.npy", np.concatenate(roots))
    (folder / "clips.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = json.dumps({"version": VERSION, "fps": layout.FPS, "sources": sources}, indent=1)
    (folder / "sources.json").write_text(text, encoding="utf-8")
    return start


def caption_rows(captions: Iterable[Caption]) -> list[dict[str, Any]]:
    """Captions as JSON rows."""
    return [asdict(caption) for caption in captions]


def _clip(row: dict[str, Any]) -> PackedClip:
    return PackedClip(**{**row, "captions": tuple(Caption(**caption) for caption in row["captions"])})
