"""What a run, or anything made for one, really learned from: `sources.json` in its folder, one entry a source.

Weights carry the terms of everything behind them: a denoiser those of its auto-encoder, its text tower and the weights
it began with. `kinema train export` reads the licence of a pack from here and from nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ..errors import FormatError
from .licences import EVERYTHING, LICENCES, Licence, licence_of

NAME = "sources.json"


def write(folder: Path, used: Mapping[str, Licence]) -> None:
    """Record the sources behind what `folder` holds; what we make ourselves is always among them."""
    entries = {name: asdict(licence) for name, licence in sorted(({"kinema": LICENCES["kinema"]} | {**used}).items())}
    (folder / NAME).write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Licence]:
    """The sources behind what `folder` holds: every source that may ship when nothing is recorded, for then nothing
    can be ruled out. Raises FormatError for a damaged record."""
    path = folder / NAME
    if not path.is_file():
        return {name: licence for name, licence in LICENCES.items() if EVERYTHING.admits(name, licence)}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        recorded = {name: Licence(**terms) for name, terms in entries.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise FormatError(f"{path} is damaged ({error}); train again in another folder") from None
    # Of a source that is known, today's knowledge of its terms counts.
    return {name: licence_of(name, recorded) for name in recorded}
