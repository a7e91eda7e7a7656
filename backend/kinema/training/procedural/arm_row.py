"""What is said about one arm primitive; `primitives_arms` gives the rows of the tables motion and words."""

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
    "both", "any". `alternate`: the second arm is half a period late. `grip`: both hands hold one thing; `other`:
    path and loop of the second arm where it does something else. `back`: share of clips in which the arm comes down
    again (`lowered` says so); `snap`: the loop goes out fast and rests there, as a blow does; `held`: captions and
    predicate of clips that start in the pose.
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
    snap: bool = False


DOWN = ("then [lower] {it}", "and then [bring] {it} back down", "then [put] {it} down again", "and [lower] {it}")
"""How captions say that the arm comes down again."""
