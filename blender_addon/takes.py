"""Takes under review: what was generated and is not yet accepted. They live here and on disk, never in the file.

Nothing of this is undone by Blender's undo: a take is accepted while an action in the file carries its name, so undoing
Accept makes it a candidate again and redoing makes it accepted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kinema.protocol.motion import Motion

from . import results
from .results import Result
from .work import seed_of, title_of


@dataclass(frozen=True, eq=False)
class Take:
    """One motion of a result."""

    result: Result
    sample: int

    @property
    def name(self) -> str:
        """Unlike any other take's, in this session or another."""
        return f"{self.result.name}/{self.sample}"

    @property
    def motion(self) -> Motion:
        return self.result.motions[self.sample]

    @property
    def contacts(self) -> np.ndarray | None:
        """(T, 4) of 0..1: which feet stand as the model says, left ankle and ball, then right; None: not said."""
        return self.result.contacts[self.sample] if self.result.contacts else None

    @property
    def seed(self) -> int:
        return seed_of(self.result.request, self.sample)

    @property
    def title(self) -> str:
        """What was asked for, in a few words."""
        return title_of(self.result.request)

    @property
    def start(self) -> float:
        """Frame on which the motion was wanted."""
        return float(self.result.notes.get("start", 1))

    @property
    def edit(self) -> Mapping[str, Any]:
        """What it was made from and goes back to, empty for a motion of its own (edit_requests.NOTE)."""
        found = self.result.notes.get("edit")
        return found if isinstance(found, Mapping) else {}

    @property
    def pack(self) -> Mapping[str, Any]:
        """The model pack that made the motion; for a change that needed none, the one that made what was changed."""
        return self.result.done.pack or self.edit.get("pack", {})

    @property
    def frames(self) -> int | None:
        """Number of frames that it must fill exactly, or None."""
        return self.result.notes.get("frames")


class Review:
    """The takes in order, which one is selected, and how they are shown."""

    def __init__(self) -> None:
        self.takes: list[Take] = []
        self.selected = ""
        self.compare = False
        self.played_since: float | None = None

    @property
    def take(self) -> Take | None:
        """The selected take."""
        return next((take for take in self.takes if take.name == self.selected), None)

    @property
    def playing(self) -> bool:
        return self.played_since is not None

    def add(self, result: Result) -> None:
        """Take in the takes of a result that were not rejected; the first of them is selected."""
        known = {take.name for take in self.takes}
        made = [Take(result, sample) for sample in range(len(result.motions)) if sample not in result.rejected]
        fresh = [take for take in made if take.name not in known]
        self.takes += fresh
        if fresh:
            self.selected = fresh[0].name

    def select(self, name: str) -> None:
        if any(take.name == name for take in self.takes):
            self.selected = name

    def step(self, by: int) -> None:
        """Select the take `by` places further, around the end."""
        if self.takes:
            names = [take.name for take in self.takes]
            at = names.index(self.selected) if self.selected in names else 0
            self.selected = names[(at + by) % len(names)]

    def play(self, on: bool) -> None:
        self.played_since = time.monotonic() if on else None

    def reject(self, name: str) -> None:
        """Take one away for good; the result's file goes with its last take."""
        gone = next((take for take in self.takes if take.name == name), None)
        if gone is None:
            return
        at = self.takes.index(gone)
        self.takes.remove(gone)
        siblings = [take for take in self.takes if take.result.path == gone.result.path]
        if siblings:
            self._renote(gone.result, {"rejected": sorted({*gone.result.rejected, gone.sample})})
        else:
            results.forget(gone.result.path)
        if self.selected == name:
            self.selected = self.takes[min(at, len(self.takes) - 1)].name if self.takes else ""
        if not self.takes:
            self.played_since = None

    def move(self, start: float, place: list[float] | None) -> None:
        """All takes of the selected take's result begin at another frame and place (x, z, heading)."""
        if (take := self.take) is not None:
            self._renote(take.result, {"start": start, "place": place})

    def leave(self) -> None:
        """Forget all takes here; their results stay on disk."""
        self.__init__()  # type: ignore[misc]

    def clear(self) -> None:
        """Take all away for good."""
        for take in list(self.takes):
            self.reject(take.name)

    def _renote(self, result: Result, changes: Mapping[str, Any]) -> None:
        changed = replace(result, notes={**result.notes, **changes})
        self.takes = [replace(take, result=changed) if take.result is result else take for take in self.takes]
        if result.path.exists():
            try:
                results.write_notes(result.path, changed.notes)
            except OSError as error:
                print(f"kinema: {result.path.name} could not be noted ({error})")


def kept(folder: Path) -> int:
    """Number of results on disk that wait for review."""
    return sum(1 for _ in folder.glob("*.result"))


review = Review()
