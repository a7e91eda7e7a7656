"""Every arm primitive as one row of data; `primitives_arms` gives the rows motion and words."""

from __future__ import annotations

from dataclasses import dataclass

Degrees = tuple[float, float, float]


@dataclass(frozen=True)
class ArmRow:
    """One arm primitive, told for the left arm.

    `phrases`: captions, verbs in brackets; {arm} and {hand} become "{his} left arm", "both {his} arms" ... `part`: the
    arm's predicate in the part language. `path`: poses from hanging to the primitive's own. `loop`: further poses
    visited in each repetition, then back to the path's last; `period` seconds each; `cyclic` when several repetitions
    are meant without being said. `torso`: degrees forward, to the left, twist to the left at a pose. `sides`: "one",
    "both", "any". `alternate`: the second arm is half a period late. `grip`: both hands hold one thing; `other`: path and
    loop of the second arm where it does something else. `back`: share of clips in which the arm comes down again
    (`lowered` says so); `held`: captions and predicate of clips that start in the pose.
    """

    name: str
    phrases: tuple[str, ...]
    part: str
    path: tuple[str, ...]
    loop: tuple[str, ...] = ()
    period: float = 1.0
    cyclic: bool = False
    torso: tuple[tuple[str, Degrees], ...] = ()
    sides: str = "any"
    alternate: bool = False
    grip: bool = False
    other: tuple[str, ...] = ()
    other_loop: tuple[str, ...] = ()
    back: float = 0.6
    lowered: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    held_part: str = ""
    seconds: float = 0.75
    other_part: str = ""


_DOWN = ("then [lower] {it}", "and then [bring] {it} back down", "then [put] {it} down again", "and [lower] {it}")

POSTURE_ROWS = (
    ArmRow(
        "raise front",
        ("[raise] {arm} forward", "[raise] {arm} in front of {his} body", "[lift] {arm} to the front", "[hold] {arm} out in front"),
        "raise forward at shoulder height",
        ("front",),
        lowered=_DOWN,
        held=("[hold] {arm} straight out in front", "[stand] with {arm} extended forward"),
        held_part="hold forward at shoulder height",
    ),
    ArmRow(
        "raise side",
        ("[raise] {arm} to the side", "[lift] {arm} out to the side", "[extend] {arm} sideways", "[raise] {arm} sideways"),
        "raise to the side at shoulder height",
        ("side low", "side"),
        lowered=_DOWN,
        held=("[hold] {arm} out to the side", "[stand] with {arm} stretched out sideways"),
        held_part="hold to the side at shoulder height",
    ),
    ArmRow(
        "raise overhead",
        (
            "[raise] {arm} above {his} head",
            "[lift] {hand} over {his} head",
            "[raise] {arm} overhead",
            "[raise] {hand} up high",
            "[put] {hand} up in the air",
            "[raise] {arm}",
            "[raise] {hand}",
            "[lift] {arm} up",
        ),
        "raise above the head",
        ("front", "overhead"),
        lowered=_DOWN,
        held=("[hold] {arm} above {his} head", "[stand] with {arm} raised overhead", "[keep] {hand} up in the air"),
        held_part="hold above the head",
        seconds=1.0,
    ),
    ArmRow(
        "raise overhead by side",
        ("[raise] {arm} sideways and up over {his} head", "[lift] {arm} out and up above {his} head"),
        "raise up above the head",
        ("side", "overhead wide", "overhead"),
        lowered=_DOWN,
        seconds=1.1,
    ),
    ArmRow(
        "stretch forward",
        ("[stretch] {arm} forward", "[extend] {arm} forward", "[reach] forward with {hand}", "[reach] out with {hand}"),
        "reach forward",
        ("bent", "front"),
        torso=(("front", (9.0, -1.0, -9.0)),),
        lowered=("then [pull] {it} back", "and [bring] {it} back"),
    ),
    ArmRow(
        "stretch side",
        ("[stretch] {arm} sideways", "[stretch] {arm} out to the side", "[reach] to the side with {hand}"),
        "stretch to the side",
        ("bent", "side"),
        torso=(("side", (0.0, 7.0, 3.0)),),
        lowered=_DOWN,
    ),
    ArmRow(
        "stretch up",
        ("[stretch] {arm} up", "[stretch] {arm} upward", "[reach] up with {hand}", "[reach] for the ceiling with {hand}"),
        "reach up above the head",
        ("bent", "overhead"),
        torso=(("overhead", (-4.0, -3.0, 0.0)),),
        lowered=_DOWN,
    ),
    ArmRow(
        "reach down",
        ("[reach] down with {hand}", "[reach] toward {his} knees with {hand}", "[reach] down low with {hand}"),
        "reach down at knee height",
        ("front low",),
        torso=(("front low", (42.0, 0.0, -5.0)),),
        back=0.8,
        lowered=("then [come] back up", "and [straighten] up"),
    ),
    ArmRow(
        "reach back",
        ("[reach] behind {his} body with {hand}", "[stretch] {arm} backward", "[move] {arm} back"),
        "reach backward",
        ("behind",),
        torso=(("behind", (4.0, 0.0, 10.0)),),
    ),
    ArmRow(
        "bend",
        ("[bend] {arm}", "[bend] {his} {elbow}", "[flex] {arm}", "[bend] {arm} at the elbow"),
        "bend at the elbow",
        ("bent",),
        lowered=("then [straighten] {it}", "and [straighten] {it} again"),
        held=("[keep] {arm} bent",),
        held_part="hold at waist height",
    ),
    ArmRow(
        "curl",
        ("[bend] and [straighten] {arm}", "[do] biceps curls with {arm}", "[curl] {arm}"),
        "bend up and down at the elbow",
        ("bent",),
        loop=("curled",),
        period=1.2,
        cyclic=True,
    ),
    ArmRow(
        "point forward",
        ("[point] forward with {hand}", "[point] ahead with {hand}", "[point] straight ahead", "[point] at something in front"),
        "point forward",
        ("bent", "front"),
        sides="one",
        lowered=_DOWN,
        held=("[stand] pointing forward with {hand}",),
        held_part="point forward",
    ),
    ArmRow(
        "point side",
        ("[point] to the {side} with {hand}", "[point] {side}", "[point] to the side with {hand}"),
        "point to the side",
        ("bent", "side"),
        sides="one",
        lowered=_DOWN,
    ),
    ArmRow(
        "point up",
        ("[point] up with {hand}", "[point] at the sky with {hand}", "[point] upward"),
        "point up",
        ("bent", "front high"),
        sides="one",
        lowered=_DOWN,
    ),
    ArmRow(
        "hands on hips",
        ("[put] {hand} on {his} {hip}", "[place] {hand} on {his} {hip}", "[rest] {hand} on {his} {hip}"),
        "place on the hip",
        ("bent", "hip"),
        lowered=_DOWN,
        held=("[stand] with {hand} on {his} {hip}", "[keep] {hand} on {his} {hip}"),
        held_part="hold on the hip",
    ),
    ArmRow(
        "hands behind head",
        ("[put] {hand} behind {his} head", "[place] {hand} behind {his} head", "[move] {hand} behind {his} head"),
        "place behind the head",
        ("wave in", "behind head"),
        lowered=_DOWN,
        held=("[stand] with {hand} behind {his} head",),
        held_part="hold behind the head",
        seconds=0.95,
    ),
    ArmRow(
        "hands behind back",
        ("[put] {hand} behind {his} back", "[hold] {hand} behind {his} back"),
        "hold behind the back",
        ("back", "behind back"),
        lowered=("then [let] {it} hang again",),
        held=("[stand] with {hand} behind {his} back",),
        held_part="hold behind the back",
    ),
    ArmRow(
        "touch head",
        ("[touch] {his} head with {hand}", "[put] {hand} on {his} head", "[place] {hand} on top of {his} head"),
        "touch on the head",
        ("wave in", "head top"),
        lowered=_DOWN,
    ),
    ArmRow(
        "touch face",
        ("[touch] {his} face with {hand}", "[bring] {hand} to {his} face"),
        "touch to the face",
        ("bent", "face"),
        torso=(("face", (2.0, 0.0, 0.0)),),
    ),
    ArmRow(
        "salute",
        ("[salute] with {hand}", "[give] a salute", "[salute]", "[raise] {hand} to {his} forehead in a salute"),
        "salute to the forehead",
        ("wave in", "forehead"),
        sides="one",
        lowered=_DOWN,
    ),
    ArmRow(
        "phone",
        ("[hold] a phone to {his} ear with {hand}", "[talk] on the phone", "[answer] the phone with {hand}"),
        "hold to the ear",
        ("bent", "ear"),
        sides="one",
        held=("[talk] on a phone held in {hand}",),
        held_part="hold to the ear",
        back=0.35,
    ),
    ArmRow(
        "think",
        ("[put] {hand} on {his} chin", "[rub] {his} chin with {hand}", "[hold] {his} chin as if thinking"),
        "hold to the chin",
        ("bent", "chin"),
        sides="one",
    ),
    ArmRow(
        "cross arms",
        ("[cross] {his} arms", "[fold] {his} arms", "[cross] {his} arms in front of {his} chest", "[fold] both arms over {his} chest"),
        "cross across the chest",
        ("bent", "crossed"),
        other=("bent", "crossed over"),
        sides="both",
        lowered=("then [uncross] {it}", "and [let] {it} drop again"),
        held=("[stand] with {his} arms crossed", "[stand] with folded arms"),
        held_part="hold across the chest",
    ),
    ArmRow(
        "hand on heart",
        ("[put] {hand} on {his} chest", "[place] {hand} over {his} heart"),
        "place on the chest",
        ("bent", "chest"),
        sides="one",
        lowered=_DOWN,
    ),
    ArmRow(
        "hands on belly",
        ("[put] {hand} on {his} belly", "[hold] {his} stomach with {hand}"),
        "place on the belly",
        ("bent", "belly"),
    ),
    ArmRow(
        "hug self",
        ("[touch] {his} opposite shoulder with {hand}", "[put] {hand} on the other shoulder"),
        "touch on the other shoulder",
        ("bent", "other shoulder"),
        sides="one",
    ),
    ArmRow(
        "surrender",
        ("[put] {his} hands up", "[raise] both hands in surrender", "[hold] both hands up beside {his} head"),
        "raise beside the head",
        ("bent", "hands up"),
        sides="both",
        lowered=_DOWN,
    ),
    ArmRow(
        "flex muscles",
        ("[flex] {his} muscles", "[show] off {his} biceps", "[flex] both arms"),
        "bend at shoulder height",
        ("side", "muscle"),
        sides="both",
    ),
    ArmRow(
        "t pose",
        ("[spread] {his} arms", "[spread] {his} arms wide", "[open] both arms wide", "[stretch] both arms out like a T"),
        "spread wide to the side",
        ("side low", "side"),
        sides="both",
        lowered=_DOWN,
        held=("[stand] in a T-pose", "[stand] with both arms spread wide"),
        held_part="hold to the side at shoulder height",
    ),
    ArmRow(
        "carry",
        ("[carry] something in front of {his} body", "[hold] a box in both hands", "[carry] a box with both hands"),
        "carry in front of the body",
        ("bent", "carry"),
        sides="both",
        back=0.1,
        held=("[carry] a box in front of {his} chest", "[hold] something with both hands"),
        held_part="carry in front of the body",
    ),
    ArmRow(
        "zombie",
        ("[stretch] both arms forward like a zombie", "[hold] both arms out like a zombie"),
        "hold forward like a zombie",
        ("front",),
        sides="both",
        back=0.1,
        held=("[hold] both arms out in front like a zombie",),
        held_part="hold forward like a zombie",
    ),
)
