"""Prompts about torso and head."""

from ..predicates import means
from ..scores import trunk

TRUNK = (
    means("bow", "a person bows", "someone takes a bow", by=trunk.bows, seconds=4, label=r"^action: bow$"),
    means(
        "bend forward",
        "a person bends forward at the waist",
        by=trunk.bends_forward(),
        label=r"^bends? (down|forward)$|^bend at waist$",
    ),
    means("lean left", "a person leans to the left", by=trunk.leans(1), label=r"leans? (to the |towards )?left"),
    means("lean right", "a person leans to the right", by=trunk.leans(-1), label=r"leans? (to the |towards )?right"),
    means(
        "twist",
        "a person twists the upper body from side to side",
        by=trunk.twists,
        seconds=4,
        label=r"\bside twists?\b|^twist torso$",
    ),
    means("look left", "a person looks to the left", by=trunk.looks(1)),
    means("look right", "a person looks to the right", by=trunk.looks(-1)),
    means("look up", "a person looks up", by=trunk.looks_up, label=r"^looks? up$"),
    means("look down", "a person looks down at the floor", by=trunk.looks_down, label=r"^looks? down$|head down$"),
    means(
        "shake head",
        "a person shakes their head",
        by=trunk.shakes_head,
        label=r"shakes? (his|her|their|the) head|\|no$",
    ),
    means("nod", "a person nods", by=trunk.nods, label=r"\bnods?\b|\|yes$"),
)
