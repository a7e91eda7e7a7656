"""What each source's licence lets a model trained on it be used for; the rows of a model card come from here.

`shippable`: weights trained on it may be distributed with Kinema at all. `commercial`: they may be used commercially.
Sources whose terms are not stated are neither; they serve for measuring and for importer tests only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import FormatError, InputError


@dataclass(frozen=True)
class Licence:
    """One source's terms, in its own words where they are short. `share_alike`: what is made from it may be published
    under the same terms alone; whether that reaches weights is unclear, so weights keep to it where they can."""

    sentence: str
    shippable: bool
    commercial: bool
    attribution: str = ""
    share_alike: bool = False


CMU = Licence(
    "CMU Graphics Lab Motion Capture Database: free for research; may be included in commercial products, "
    "the data itself may not be resold",
    shippable=True,
    commercial=True,
    attribution="The data used in this project was obtained from mocap.cs.cmu.edu. "
    "The database was created with funding from NSF EIA-0196217.",
)
CC0 = Licence("CC0 1.0 Universal", shippable=True, commercial=True)
NOT_STATED = Licence("no terms stated for the data", shippable=False, commercial=False)

LICENCES: dict[str, Licence] = {
    "cmu": CMU,
    "papagina_cmu_dance": CMU,
    "bandai": Licence(
        "CC BY-NC 4.0",
        shippable=True,
        commercial=False,
        attribution="Bandai-Namco-Research-Motiondataset 1 and 2, Bandai Namco Research Inc., CC BY-NC 4.0.",
    ),
    "hdm05": Licence(
        "CC BY-SA 3.0 Unported",
        shippable=True,
        commercial=True,
        attribution="The data used in this project was obtained from HDM05.",
        share_alike=True,
    ),
    "pfnn": Licence("free for academic and non-commercial purposes", shippable=True, commercial=False),
    "kaykit_adventurers": CC0,
    "kaykit_medium_rig": CC0,
    "mesh2motion_human": CC0,
    "aalto_walkstyles": NOT_STATED,
    "xia_test": NOT_STATED,
    "zzzark_m21": NOT_STATED,
    "perfume": NOT_STATED,
    "quaternius_characters": NOT_STATED,
    "HumanML3D": Licence("MIT (texts)", shippable=True, commercial=False),
    "KIT-ML": Licence("MIT carrier; the data set's own terms are not stated", shippable=True, commercial=False),
    "BABEL": Licence("non-commercial scientific research", shippable=True, commercial=False),
    "all-MiniLM-L6-v2": Licence(
        "Apache-2.0 (the teacher of the text tower)",
        shippable=True,
        commercial=True,
        attribution="The text tower was taught by all-MiniLM-L6-v2 (Reimers and Gurevych), Apache-2.0.",
    ),
    "CLIP vocabulary": Licence("MIT (the tokenizer's words)", shippable=True, commercial=True),
    "kinema": Licence("written for Kinema", shippable=True, commercial=True),
}
"""By source of motion, then by source of text; `kinema` are captions and motion that we make ourselves."""

UNUSED_CAPTIONS = ("BABEL",)
"""Texts that never train: BABEL's labels here are its validation split."""


def licence_of(source: str, declared: Mapping[str, Licence]) -> Licence:
    """The terms of a source: of the table above, or as the packed set that brought it declares them.

    Raises FormatError when neither knows it.
    """
    known = LICENCES.get(source) or declared.get(source)
    if known is None:
        raise FormatError(f"nothing is known about the licence of {source!r}; prepare its packed set with --licence")
    return known


@dataclass(frozen=True)
class Selection:
    """What a run may learn from. `names`: sources of motion and text, None for all; `commercial`: only those whose
    licence lets a model trained on them be used commercially. What we make ourselves is always in."""

    names: frozenset[str] | None = None
    commercial: bool = False

    def admits(self, source: str, licence: Licence) -> bool:
        """Whether a source of motion or of text may be used."""
        if not licence.shippable or source in UNUSED_CAPTIONS or (self.commercial and not licence.commercial):
            return False
        return self.names is None or source in self.names or source == "kinema"

    def require(self, used: Mapping[str, Licence], what: str) -> None:
        """Raises InputError when `what` was made from a source that may not be used here."""
        if barred := sorted(name for name, licence in used.items() if not self.admits(name, licence)):
            raise InputError(
                f"{what} was made from {', '.join(barred)}, which this run may not use; "
                f"make it again with the same --open and --sources"
            )

    @property
    def suffix(self) -> str:
        """Tells the caches of different selections apart; "" for everything."""
        names = "" if self.names is None else "-" + "-".join(sorted(self.names))
        return names + ("-open" if self.commercial else "")


EVERYTHING = Selection()
