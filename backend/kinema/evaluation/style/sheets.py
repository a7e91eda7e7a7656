"""Contact sheets of styles, and the clips that they show."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from ... import clips
from ...errors import InputError
from ...features import encoding
from ...protocol.messages import Stylize
from ...protocol.motion import Motion
from ...styling import Stylist
from ...stylization.references import check_reference
from ...training.corpus import Corpus, Item
from ...training.style_data import content_of
from .. import contact_sheet
from .judge import MAIN_SET, data_set, styled

USUAL = "normal"
"""The style of a clip done as most people do it."""


def usual_clip(corpus: Corpus, content: str = "walk") -> Motion:
    """The longest validation clip of someone walking, or doing another `content`, as usual."""
    items = [i for i in styled(corpus, "val", mirrored=False) if content_of(i) == content]
    item = max(items, key=lambda i: (i.clip.style == USUAL, i.frames))
    return encoding.decode(corpus.view(item))


def one_of_each(items: Iterable[Item], style: str) -> dict[str, Item]:
    """A clip of each content of the main set: done as usual where that was captured, else in another style than
    `style`."""
    wanted = (item for item in items if data_set(item) == MAIN_SET)
    best = sorted(wanted, key=lambda item: (item.clip.style == USUAL, item.clip.style != style))
    return {content_of(item): item for item in best}


def save_sheets(stylist: Stylist, corpus: Corpus, out: Path, references: dict[str, Motion]) -> None:
    """One walk in every style, one style on ten contents, and the walk in the styles of the `references`."""

    def styled_as(clip: Motion, **asked: object) -> Motion:
        request = Stylize("", **asked)  # type: ignore[arg-type]
        return stylist.stylize(clip, stylist.style(request, None), request, True)

    walk = usual_clip(corpus)
    every = [("as it was", walk), *((label, styled_as(walk, style=label)) for label in stylist.labels)]
    contact_sheet.save(every, out / "walk_in_every_style.png")
    style = "elderly" if "elderly" in stylist.labels else stylist.labels[0]
    ten = []
    for content, item in sorted(one_of_each(styled(corpus, "val", mirrored=False), style).items())[:10]:
        clip = encoding.decode(corpus.view(item))
        captured = content if item.clip.style == USUAL else f"{content}, captured {item.clip.style}"
        ten += [(captured, clip), (f"{content}, {style}", styled_as(clip, style=style))]
    contact_sheet.save(ten, out / "one_style_on_ten_contents.png")
    found = []
    for name, reference in references.items():
        request = Stylize("", style_clip=name)
        made = stylist.stylize(walk, stylist.style(request, reference), request, True)
        found += [(f"reference: {name}", reference), ("the walk in its style", made)]
    if found:
        contact_sheet.save(found, out / "references.png")


def read_references(folder: Path) -> dict[str, Motion]:
    """The folder's clips by file name; those that show no style are told and left out."""
    found = {}
    for path in sorted(folder.iterdir()):
        try:
            found[path.name] = clips.read(path)
            check_reference(found[path.name], path.name)
        except InputError as error:
            found.pop(path.name, None)
            print(f"left out: {error}", file=sys.stderr)
    return found
