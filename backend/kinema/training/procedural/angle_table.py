"""Every primitive of the torso and the head as one row of data; `primitives_torso_head` makes them move."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class AngleRow:
    """One primitive of the torso or the head.

    `angle`: degrees forward, to the left, twist to the left, at full size. `swings`: both ways in turn (shaking)
    instead of there and back, about `offset` of the angle. `period`: seconds of one repetition. `hips`: share of the
    angle that the pelvis takes.
    """

    name: str
    part: str
    phrases: tuple[str, ...]
    says: str
    angle: tuple[float, float, float]
    swings: bool = False
    period: float = 1.6
    hips: float = 0.0
    held: tuple[str, ...] = ()
    circles: bool = False
    offset: float = 0.0


def _sided(row: AngleRow) -> tuple[AngleRow, AngleRow]:
    """The row told for the left, and its mirror image."""

    def swap(text: str) -> str:
        return text.replace("left", "right")

    mirror = replace(
        row,
        name=swap(row.name),
        phrases=tuple(map(swap, row.phrases)),
        says=swap(row.says),
        angle=(row.angle[0], -row.angle[1], -row.angle[2]),
        held=tuple(map(swap, row.held)),
    )
    return row, mirror


HEAD_ROWS = (
    AngleRow(
        "nod",
        "head",
        ("[nod]", "[nod] {his} head", "[nod] in agreement", "[nod] yes"),
        "nod up and down",
        # Down and, a little less, up: the mean of nods that only go down is a head that hangs.
        (16.0, 0.0, 0.0),
        swings=True,
        period=0.75,
        offset=0.25,
    ),
    AngleRow(
        "shake head",
        "head",
        ("[shake] {his} head", "[shake] {his} head no", "[say] no with {his} head"),
        "shake from side to side",
        (0.0, 0.0, 30.0),
        swings=True,
        period=0.85,
    ),
    *_sided(
        AngleRow(
            "turn head left",
            "head",
            ("[turn] {his} head to the left", "[look] left", "[look] to the left", "[look] over to {his} left"),
            "turn to the left",
            (0.0, 0.0, 58.0),
            held=("[keep] {his} head turned to the left",),
        )
    ),
    *_sided(
        AngleRow(
            "look over left shoulder",
            "head",
            ("[look] over {his} left shoulder", "[look] behind over the left shoulder"),
            "look over the left shoulder",
            (2.0, 0.0, 78.0),
        )
    ),
    *_sided(
        AngleRow(
            "tilt head left",
            "head",
            ("[tilt] {his} head to the left", "[lean] {his} head to the left"),
            "tilt to the left",
            (0.0, 28.0, 0.0),
        )
    ),
    AngleRow(
        "look up",
        "head",
        ("[look] up", "[look] up at the sky", "[raise] {his} head to look up", "[tilt] {his} head back"),
        "look up",
        (-38.0, 0.0, 0.0),
        held=("[stand] looking up",),
    ),
    AngleRow(
        "look down",
        "head",
        ("[look] down", "[look] down at the ground", "[lower] {his} head", "[bow] {his} head"),
        "look down at the ground",
        (48.0, 0.0, 0.0),
        held=("[stand] with {his} head down",),
    ),
    AngleRow(
        "look around",
        "head",
        ("[look] around", "[look] left and right", "[look] from side to side", "[look] around the room"),
        "turn from side to side",
        (0.0, 0.0, 58.0),
        swings=True,
        period=2.6,
    ),
    AngleRow(
        "roll head",
        "head",
        ("[roll] {his} head", "[roll] {his} head in a circle", "[circle] {his} head"),
        "roll in a circle",
        (26.0, 24.0, 0.0),
        circles=True,
        period=2.4,
    ),
)

TORSO_ROWS = (
    AngleRow(
        "bow",
        "torso",
        ("[bow]", "[take] a bow", "[bow] politely", "[bow] forward"),
        "bow forward at the waist",
        (54.0, 0.0, 0.0),
        hips=0.45,
        period=2.0,
    ),
    AngleRow(
        "bend forward",
        "torso",
        ("[bend] forward", "[bend] over", "[bend] down at the waist", "[lean] over", "[bend] {his} upper body forward"),
        "bend forward at the waist",
        (85.0, 0.0, 0.0),
        hips=0.5,
        period=2.4,
        held=("[stand] bent over",),
    ),
    AngleRow(
        "lean forward",
        "torso",
        ("[lean] forward", "[lean] slightly forward", "[incline] {his} body forward"),
        "lean forward",
        (24.0, 0.0, 0.0),
        hips=0.3,
        held=("[stand] leaning forward",),
    ),
    AngleRow(
        "lean back",
        "torso",
        ("[lean] back", "[lean] backward", "[arch] {his} back"),
        "lean backward",
        (-24.0, 0.0, 0.0),
        hips=0.3,
    ),
    *_sided(
        AngleRow(
            "lean left",
            "torso",
            ("[lean] to the left", "[lean] left", "[tilt] {his} body to the left"),
            "lean to the left",
            (0.0, 28.0, 0.0),
            hips=0.25,
            held=("[stand] leaning to the left",),
        )
    ),
    *_sided(
        AngleRow(
            "bend left",
            "torso",
            ("[bend] sideways to the left", "[bend] {his} upper body to the left", "[do] a side bend to the left"),
            "bend to the left at the waist",
            (0.0, 34.0, 0.0),
            hips=0.15,
            period=2.0,
        )
    ),
    *_sided(
        AngleRow(
            "twist left",
            "torso",
            (
                "[twist] to the left",
                "[twist] {his} upper body to the left",
                "[turn] {his} torso to the left",
                "[rotate] {his} upper body left",
            ),
            "twist to the left",
            (0.0, 0.0, 48.0),
            hips=0.2,
            period=1.8,
        )
    ),
    AngleRow(
        "twist sides",
        "torso",
        (
            "[twist] from side to side",
            "[twist] {his} waist left and right",
            "[rotate] {his} upper body from side to side",
        ),
        "twist from side to side",
        (0.0, 0.0, 42.0),
        swings=True,
        hips=0.2,
        period=1.7,
    ),
    AngleRow(
        "sway",
        "torso",
        ("[sway] from side to side", "[sway] side to side", "[rock] from side to side"),
        "sway from side to side",
        (0.0, 13.0, 0.0),
        swings=True,
        hips=0.4,
        period=2.0,
    ),
    AngleRow(
        "bend sides",
        "torso",
        ("[bend] from side to side", "[bend] {his} upper body left and right"),
        "bend from side to side",
        (0.0, 30.0, 0.0),
        swings=True,
        hips=0.15,
        period=2.4,
    ),
    AngleRow(
        "circle hips",
        "torso",
        ("[circle] {his} hips", "[rotate] {his} hips in circles", "[make] circles with {his} upper body"),
        "circle in a circle at the hips",
        (18.0, 16.0, 0.0),
        circles=True,
        hips=0.4,
        period=2.2,
    ),
)
