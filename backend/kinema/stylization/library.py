"""The user's own styles: one small AMASS .npz file each, a reference clip with its name, licence and source inside.

A preset holds motion and no code of a network, so that it outlives model packs; sharing one is copying its file into
the other's folder, which is KINEMA_STYLES or the user's data folder.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import FormatError, RequestError
from ..formats import amass
from ..protocol.motion import Motion
from .names import TITLES
from .references import check_reference

LONGEST = 10.0
"""Seconds of a reference that are kept, from its middle."""

_NAME = re.compile(r"[\w][\w .+-]{0,59}")
_RESERVED = ("auto", "random", "none")


@dataclass(frozen=True)
class Preset:
    """A saved style; `title` in plain words, `licence` and `source` of the motion in it."""

    name: str
    title: str
    licence: str
    source: str


def folder() -> Path:
    """Where presets lie; it need not exist."""
    if own := os.environ.get("KINEMA_STYLES"):
        return Path(own)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "kinema" / "styles"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kinema" / "styles"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kinema" / "styles"


def presets() -> tuple[Preset, ...]:
    """All presets by name; files that are none, or damaged, are left out."""
    found = []
    for path in sorted(folder().glob("*.npz")):
        try:
            found.append(_read(path))
        except (FormatError, OSError):
            continue
    return tuple(found)


def credits(*names: str) -> dict[str, list[dict[str, str]]]:
    """For the origin of a motion in styles of these names: what the user's own among them say of their licence and
    source, under "saved_styles"; empty where none is."""
    own = [asdict(preset) for preset in presets() if preset.name in names] if any(names) else []
    return {"saved_styles": own} if own else {}


def path_of(name: str) -> Path:
    """The file of a preset. Raises RequestError for a name that no preset can have."""
    if not _NAME.fullmatch(name) or name.lower() in _RESERVED:
        raise RequestError(
            f"{name[:60]!r} cannot name a style; use up to 60 letters, digits, spaces, dots, dashes, "
            f"and none of {', '.join(_RESERVED)}"
        )
    return folder() / f"{name}.npz"


def save(preset: Preset, motion: Motion, taken: tuple[str, ...] = ()) -> Path:
    """Keep the middle of a motion on the SMPL body as a preset; replaces one of that name. `taken`: names of labels.

    Raises RequestError for an unusable name or without licence, MotionError for a motion that shows no style.
    """
    path = path_of(preset.name)
    if preset.name in taken:
        raise RequestError(f"{preset.name!r} is a style that comes with the model; choose another name")
    if not preset.licence.strip() or not preset.source.strip():
        raise RequestError(
            "say under which licence the clip is and where it comes from, so that the style can be shared"
        )
    check_reference(motion)
    keep = min(len(motion), round(LONGEST * motion.fps))
    start = (len(motion) - keep) // 2
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.partial-{os.getpid()}.npz")
    try:
        amass.write(partial, motion.crop(start, start + keep), {"style": asdict(preset)})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def load(name: str) -> tuple[Preset, Motion]:
    """A preset with its motion. Raises RequestError when there is none, FormatError when its file is damaged."""
    path = path_of(name)
    if not path.is_file():
        raise RequestError(f"there is no saved style {name!r}; see kinema styles")
    return _read(path), amass.read(path)


def remove(name: str) -> None:
    """Delete a preset. Raises RequestError when there is none."""
    path = path_of(name)
    if not path.is_file():
        raise RequestError(f"there is no saved style {name!r}; see kinema styles")
    path.unlink()


def described(labels: tuple[str, ...], licence: str, source: str) -> tuple[dict[str, str], ...]:
    """All styles for a list: the model's labels under the pack's licence, then the user's own."""
    known = [
        {"name": label, "title": TITLES.get(label, label), "kind": "label", "licence": licence, "source": source}
        for label in labels
    ]
    place = {"kind": "preset", "folder": str(folder())}
    own = [asdict(preset) | place | {"file": path_of(preset.name).name} for preset in presets()]
    return (*known, *own)


def _read(path: Path) -> Preset:
    origin = amass.read_provenance(path)
    about = origin.get("style") if isinstance(origin, dict) else None
    if not isinstance(about, dict) or not all(isinstance(about.get(key), str) for key in Preset.__dataclass_fields__):
        raise FormatError(f"{path.name} is no saved style; save one with kinema styles save")
    # The file's name counts: a copied preset is found under the name that it was copied to.
    return Preset(path.stem, about["title"], about["licence"], about["source"])
