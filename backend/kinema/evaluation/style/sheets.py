"""Contact sheets of styles, and the clips that they show."""

from __future__ import annotations

import sys
from pathlib import Path

from ... import clips
from ...errors import InputError
from ...features import encoding
from ...protocol.messages import Stylize
from ...protocol.motion import Motion
from ...styling import Stylist
from ...stylization.references import check_reference
from ...training.corpus import Corpus
from ...training.style_data import content_of
from .. import contact_sheet
from .judge import styled


def usual_clip(corpus: Corpus, content: str = "walk") -> Motion:
    """The longest validation clip of someone walking, or doing another `content`, as usual."""
    items = [i for i in styled(corpus, "val", mirrored=False) if content_of(i) == content]
    item = max(items, key=lambda i: (i.clip.style == "normal", i.frames))
    return encoding.decode(corpus.view(item))


def save_sheets(stylist: Stylist, corpus: Corpus, out: Path, references: dict[str, Motion]) -> None:
    """One walk in every style, one style on ten contents, and the walk in the styles of the `references`."""

    def styled_as(clip: Motion, **asked: object) -> Motion:
        request = Stylize("", **asked)  # type: ignore[arg-type]
        return stylist.stylize(clip, stylist.style(request, None), request, True)

    walk = usual_clip(corpus)
    every = [("as it was", walk), *((label, styled_as(walk, style=label)) for label in stylist.labels)]
    contact_sheet.save(every, out / "walk_in_every_style.png")
    by_content = {content_of(i): i for i in styled(corpus, "val", mirrored=False) if i.clip.style == "normal"}
    style = "elderly" if "elderly" in stylist.labels else stylist.labels[0]
    ten = []
    for content, item in sorted(by_content.items())[:10]:
        clip = encoding.decode(corpus.view(item))
        ten += [(content, clip), (f"{content}, {style}", styled_as(clip, style=style))]
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
