"""Answers kept on disk, so that an equal request is answered at once; bounded, the longest unused go first.

One file an answer, in the format of the wire: numbers and JSON, checked on reading, no code. The folder is
`cache_folder()/results`; KINEMA_CACHE_MB bounds it (default 512; 0 keeps nothing).
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import __version__
from .errors import KinemaError, RequestError
from .generation import cache_folder
from .protocol import wire
from .protocol.messages import Done, Generate, Timeline

DEFAULT_MEGABYTES = 512
_SUFFIX = ".answer"


def cacheable(request: Generate | Timeline) -> bool:
    """Whether equal requests have equal answers: a language model may answer differently the next time, and a style's
    name may mean another clip."""
    if request.refiner == "llm":
        return False
    if isinstance(request, Timeline):
        return not any(strip.style for strip in request.parsed())
    return not request.asks_for_style


def key_of(request: Generate | Timeline, pack_sha256: str, device: str) -> str:
    """One name for everything that decides the motion; the request's id does not."""
    asked = {key: value for key, value in dataclasses.asdict(request).items() if key != "id"}
    asked |= {"parts": dict(request.parts)}
    asked["kind"] = type(request).__name__
    made_by = {"pack": pack_sha256, "device": device, "kinema": __version__}
    return hashlib.sha256(json.dumps([asked, made_by], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class ResultCache:
    """Kept answers in one folder, at most `limit` bytes. A file that cannot be read or written is no fault: the answer
    is made again."""

    folder: Path
    limit: int

    def get(self, key: str, request_id: str) -> tuple[Done, Mapping[str, np.ndarray]] | None:
        """The kept answer, told as the answer to `request_id`, or None."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                found = wire.read(file)
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, KinemaError):
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        if found is None or not isinstance(found[0], Done):
            return None
        return dataclasses.replace(found[0], id=request_id, cached=True), found[1]

    def put(self, key: str, done: Done, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep an answer, then delete the longest unused until the folder is within its limit."""
        if self.limit <= 0:
            return
        partial = self.folder / f".{key}.partial-{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                wire.write(file, done, arrays)
            partial.replace(self._path(key))
            self._shrink()
        except (OSError, KinemaError):
            with contextlib.suppress(OSError):
                partial.unlink()

    def size(self) -> tuple[int, int]:
        """Number of kept answers and their bytes."""
        sizes = [size for _, size, _ in self._entries()]
        return len(sizes), sum(sizes)

    def clear(self) -> tuple[int, int]:
        """Delete every kept answer; returns their number and bytes."""
        files = size = 0
        for _, bytes_, path in self._entries():
            with contextlib.suppress(OSError):
                path.unlink()
                files, size = files + 1, size + bytes_
        return files, size

    def _shrink(self) -> None:
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= self.limit:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(last use, bytes, path) of each kept answer."""
        entries = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                entries.append((stat.st_mtime, stat.st_size, path))
        return entries

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"


def open_cache() -> ResultCache:
    """The cache that the environment names. Raises RequestError when KINEMA_CACHE_MB is no whole number."""
    text = os.environ.get("KINEMA_CACHE_MB") or str(DEFAULT_MEGABYTES)
    try:
        megabytes = int(text)
    except ValueError:
        raise RequestError(f"KINEMA_CACHE_MB must be a whole number of megabytes, not {text[:40]!r}") from None
    return ResultCache(cache_folder() / "results", megabytes << 20)
