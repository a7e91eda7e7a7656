"""The styles that there are: what the backend said last, remembered on disk, and a picture of each that is shipped."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import bpy

from . import preferences

REMEMBERED = "styles.json"


@dataclass(frozen=True)
class Style:
    """One style; `kind` is "label" (the model's own) or "preset" (saved by the user). `folder`: where its file lies."""

    name: str
    title: str = ""
    kind: str = "label"
    licence: str = ""
    source: str = ""
    file: str = ""
    folder: str = ""


_known: tuple[Style, ...] = ()
_pictures: Any = None
heard = False
"""Whether the backend has said in this session which styles there are."""


def picture_folder() -> Path:
    """The pictures: shipped beside this file, or in the source checkout."""
    here = Path(__file__).parent
    shipped = here / "styles"
    return shipped if shipped.is_dir() else here.parent / "assets" / "styles"


def known() -> tuple[Style, ...]:
    """The backend's list, else the remembered one, else the styles that a picture is shipped of. Empty where the
    backend has said that its model pack has none."""
    global _known
    if not _known and not heard:
        _known = _remembered() or tuple(Style(path.stem, path.stem) for path in sorted(picture_folder().glob("*.png")))
    return _known


def find(name: str) -> Style | None:
    return next((style for style in known() if style.name == name), None)


def learn(styles: Sequence[Mapping[str, str]]) -> None:
    """Take in the backend's answer and remember it; a full disk is no fault."""
    global _known, heard
    names = {field.name for field in fields(Style)}
    _known = tuple(Style(**{key: value for key, value in style.items() if key in names}) for style in styles)
    heard = True
    path = preferences.user_folder("styles") / REMEMBERED
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps([asdict(style) for style in _known]), encoding="utf-8")
        partial.replace(path)


def icon(name: str) -> int:
    """The icon number of a style's picture, 0 where there is none."""
    global _pictures
    if _pictures is None:
        import bpy.utils.previews

        _pictures = bpy.utils.previews.new()
        for path in picture_folder().glob("*.png"):
            _pictures.load(path.stem, str(path), "IMAGE")
    return _pictures[name].icon_id if name in _pictures else 0


def unregister() -> None:
    """Pictures and list are gone; the remembered list stays on disk."""
    global _pictures, _known, heard
    if _pictures is not None:
        bpy.utils.previews.remove(_pictures)
    _pictures, _known, heard = None, (), False


def _remembered() -> tuple[Style, ...]:
    names = {field.name for field in fields(Style)}
    try:
        entries = json.loads((preferences.user_folder("styles") / REMEMBERED).read_text(encoding="utf-8"))
        return tuple(Style(**{key: str(entry[key]) for key in names if key in entry}) for entry in entries)
    except (OSError, ValueError, TypeError, KeyError):
        return ()
