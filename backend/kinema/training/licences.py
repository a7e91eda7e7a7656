"""What each source's licence lets a model trained on it be used for; the rows of a model card come from here.

`shippable`: weights trained on it may be distributed with Kinema at all. `commercial`: they may be used commercially.
Sources whose terms are not stated are neither; they serve for measuring and for importer tests only.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """One source's terms, in its own words where they are short."""

    sentence: str
    shippable: bool
    commercial: bool
    attribution: str = ""


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
    "kinema": Licence("written for Kinema", shippable=True, commercial=True),
}
"""By source of motion, then by source of text; `kinema` are captions and motion that we make ourselves."""
