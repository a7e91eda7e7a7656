"""Own clips by words: the text-motion space ranks them for a sentence. Embeddings are kept by the clips' content.

A clip longer than a look is seen in several, half over one another; the best of them counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import clips, formats
from .checkpoints import Pack, find_pack
from .errors import Cancelled, KinemaError, RequestError
from .features import layout
from .generation import cache_folder
from .matching.judge import JUDGE, Judge, seen
from .protocol.motion import Motion

LOOK = round(5.0 * layout.FPS)
"""Frames that are seen at once."""

SHORTEST = 8
"""Frames; less shows nothing."""


@dataclass(frozen=True)
class Clip:
    """`content` names the clip by what it is; `load` reads it, on the SMPL body."""

    name: str
    content: str
    load: Callable[[], Motion]


@dataclass(frozen=True)
class Found:
    """Names, best first, their scores -1..1, and sentences about clips that could not be read."""

    names: tuple[str, ...]
    scores: tuple[float, ...]
    skipped: tuple[str, ...]


class Library:
    """The space of one pack, and the embeddings kept in `folder`."""

    def __init__(self, pack: Pack | None = None, folder: Path | None = None) -> None:
        """Raises WeightsError when the pack is missing or holds no text-motion space."""
        self._pack = pack or find_pack(JUDGE)
        self._judge = Judge.open(self._pack)
        self._folder = folder or cache_folder() / "embeddings"

    def rank(self, text: str, wanted: Iterable[Clip], cancelled: Callable[[], bool] = lambda: False) -> Found:
        """The clips in the order in which they fit the sentence. Raises RequestError when none can be read, Cancelled
        between two clips."""
        names, rows, skipped = [], [], []
        for clip in wanted:
            if cancelled():
                raise Cancelled("the request was cancelled")
            try:
                rows.append(self.embedded(clip))
                names.append(clip.name)
            except KinemaError as error:
                skipped.append(f"{clip.name}: {error}")
        if not rows:
            raise RequestError(f"no clip could be read; {skipped[0] if skipped else 'send at least one'}")
        sentence = self._judge.texts([text])[0]
        scores = [float((row @ sentence).max()) for row in rows]
        order = sorted(range(len(scores)), key=lambda k: (-scores[k], names[k]))
        return Found(tuple(names[k] for k in order), tuple(scores[k] for k in order), tuple(skipped))

    def embedded(self, clip: Clip) -> np.ndarray:
        """(looks, E) embeddings of a clip, kept for the next time. Raises what loading raises, RequestError for a clip
        that is too short."""
        key = hashlib.sha256(f"{self._pack.sha256}/{LOOK}/{clip.content}".encode()).hexdigest()
        path = self._folder / f"{key}.npy"
        with contextlib.suppress(OSError, ValueError):
            kept = np.load(path, allow_pickle=False)
            if kept.ndim == 2 and kept.dtype == np.float64 and np.isfinite(kept).all():
                return kept
        made = self._judge.motions(looks(clip.load()))[0]
        partial = path.with_suffix(f".partial-{os.getpid()}.npy")
        with contextlib.suppress(OSError):  # A folder that cannot be written costs time alone.
            self._folder.mkdir(parents=True, exist_ok=True)
            np.save(partial, made, allow_pickle=False)
            partial.replace(path)
        return made


def looks(motion: Motion) -> list[np.ndarray]:
    """A motion as the space sees it: (T, 67) each of at most LOOK frames. Raises RequestError when it is too short."""
    whole = seen(motion)
    if len(whole) < SHORTEST:
        raise RequestError(f"it has {len(whole)} frames at {layout.FPS:g} fps; at least {SHORTEST} are needed")
    if len(whole) <= LOOK:
        return [whole]
    count = 1 + -(-2 * (len(whole) - LOOK) // LOOK)
    starts = np.linspace(0, len(whole) - LOOK, count).round().astype(int)
    return [whole[start : start + LOOK] for start in starts]


def content_of(motion: Motion) -> str:
    """A name for what a motion is."""
    digest = hashlib.sha256(f"{motion.fps}/{motion.skeleton.names}".encode())
    for array in (motion.rotations, motion.root_translation, motion.skeleton.offsets):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def in_memory(name: str, motion: Motion) -> Clip:
    """A motion on the SMPL body as a clip."""
    return Clip(name, content_of(motion), lambda: motion)


def sent(name: str, role: str, arrays: Mapping[str, np.ndarray]) -> Clip:
    """The clip that came beside a message in a role; it is read when it is needed."""
    digest = hashlib.sha256(Path(name).suffix.lower().encode())
    for key in sorted(key for key in arrays if key.startswith(f"{role}_")):
        digest.update(f"{key.removeprefix(role)}{arrays[key].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[key]).tobytes())
    return Clip(name, digest.hexdigest(), lambda: clips.needed(role, name, arrays))


def files(paths: Sequence[Path]) -> list[Clip]:
    """Clips of files and of whole folders, in their order. Raises RequestError for a path where there is none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in formats.FORMATS)
        elif path.is_file():
            found.append(path)
        else:
            raise RequestError(f"there is no file or folder {path}; check the path")
    if not found:
        raise RequestError(f"there is no clip in {paths[0]}; formats are {', '.join(formats.FORMATS)}")
    return [_file(path) for path in found]


def _file(path: Path) -> Clip:
    try:
        content = hashlib.sha256(path.read_bytes()).hexdigest() + path.suffix.lower()
    except OSError as error:
        raise RequestError(f"cannot read {path} ({error.strerror})") from error
    return Clip(str(path), content, lambda: clips.read(path))
