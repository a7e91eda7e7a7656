"""Left and right swapped in text: whole words, and only where they are sides."""

from __future__ import annotations

import pytest

from kinema.refine import mirror_text


@pytest.mark.parametrize(
    ("text", "mirror"),
    [
        ("turns left, then right", "turns right, then left"),
        ("Left hand up, RIGHT foot down", "Right hand up, LEFT foot down"),
        ("walks clockwise", "walks counterclockwise"),
        ("counter-clockwise turn", "clockwise turn"),
        ("anti clockwise turn", "clockwise turn"),
        ("steps leftwards on the left-hand side", "steps rightwards on the right-hand side"),
        ("a left-handed throw", "a right-handed throw"),
        ("turns right before sitting", "turns left before sitting"),
        ("steps to the left over a box", "steps to the right over a box"),
        ("left_arm", "right_arm"),
        ("hangs up to the right away from the body", "hangs up to the left away from the body"),
        ("on his left he has the right foot", "on his right he has the left foot"),
    ],
)
def test_sides_change(text: str, mirror: str) -> None:
    assert mirror_text(text) == mirror


@pytest.mark.parametrize(
    "text",
    [
        "stands upright",
        "leaves right away",
        "turns at a right angle",
        "all right, go",
        "the man left the room",
        "she has left her chair",
        "stands right in front of the wall",
        "a cleft in bright light",
        "",
    ],
)
def test_other_words_stay(text: str) -> None:
    assert mirror_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "kicks left, turns counterclockwise and lowers the RIGHT arm",
        "he left the room to the left",
        "right, right away",
    ],
)
def test_twice_is_the_text_itself(text: str) -> None:
    assert mirror_text(mirror_text(text)) == text
