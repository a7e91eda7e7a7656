"""What the lexicon understands, read off its part sentences."""

from __future__ import annotations

import pytest

from kinema.protocol.messages import PARTS
from kinema.refine import Refined, mirror_parts, mirror_text, refine
from kinema.refine.language import parse, subject
from kinema.refine.lexicon import understand


def _lines(prompt: str) -> dict[str, str]:
    """Part -> its predicate."""
    return {part: text.removeprefix(subject(part) + " ") for part, text in refine(prompt).parts.items()}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a person walks forward", {"left_leg": "walks forward", "torso": "moves forward"}),
        ("walks backwards slowly", {"right_leg": "walks backward slowly"}),
        ("turns left", {"torso": "turns to the left"}),
        ("makes a 90 degree turn to the right", {"torso": "turns to the right"}),
        ("turns around", {"torso": "turns around"}),
        ("turn 360 degrees", {"torso": "turns all the way around"}),
        ("walks in a clockwise circle", {"left_leg": "walks in a circle to the right"}),
        ("walks counter-clockwise", {"left_leg": "walks in a circle to the left"}),
        ("raises the right hand", {"right_arm": "raises up", "left_arm": "hangs at the side"}),
        ("raise both arms above the head", {"left_arm": "raises up above the head"}),
        ("his left hand waves", {"left_arm": "waves beside the head repeatedly", "right_arm": "hangs at the side"}),
        ("waves", {"right_arm": "waves beside the head repeatedly", "left_arm": "hangs at the side"}),
        ("jumps three times", {"left_leg": "jumps up three times"}),
        ("jumps forward twice", {"left_leg": "jumps forward twice"}),
        ("squats", {"left_leg": "squats", "right_leg": "squats", "torso": "lowers down"}),
        ("kicks with the left leg", {"left_leg": "kicks forward", "right_leg": "balances on one foot"}),
        ("throws a left jab", {"left_arm": "jabs forward quickly"}),
        ("raises his left leg", {"left_leg": "raises up", "right_leg": "balances on one foot"}),
        ("steps sideways to the left", {"left_leg": "steps to the left"}),
        ("takes four steps forward", {"left_leg": "steps forward four steps"}),
        ("walks back and forth", {"torso": "moves back and forth"}),
        ("looks over his left shoulder", {"head": "turns to the left"}),
        ("nods", {"head": "nods up and down repeatedly"}),
        ("shakes his head", {"head": "shakes from side to side repeatedly", "right_arm": "hangs at the side"}),
        ("does a cartwheel", {"left_arm": "supports on the floor"}),
        ("puts both hands on his hips", {"left_arm": "holds on the hip", "right_arm": "holds on the hip"}),
        ("squats with hands on knees", {"left_arm": "holds on the knee", "left_leg": "squats"}),
        ("does a circular motion with the left hand", {"left_arm": "moves in a circle in front of the body"}),
        ("walks with 4 steps", {"left_leg": "walks forward four steps"}),
        ("a left turn", {"torso": "turns to the left"}),
        ("steps forward with his right leg", {"torso": "moves forward"}),
        ("brings his hands down", {"left_arm": "lowers down at the side"}),
        ("raises his head", {"head": "rises up", "right_arm": "hangs at the side"}),
        ("a right-handed throw", {"right_arm": "throws hard forward"}),
        ("is pushed to the left", {"torso": "recoils to the left"}),
    ],
)
def test_one_motion(prompt: str, expected: dict[str, str]) -> None:
    lines = _lines(prompt)
    assert {part: lines[part] for part in expected} == expected
    assert refine(prompt).warnings == ()


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("walks forward, then turns left", {"torso": "moves forward, then turns to the left"}),
        ("walks forward then backward", {"left_leg": "walks forward, then walks backward"}),
        ("turns around and walks back", {"torso": "turns around, then moves forward"}),
        ("sits after walking", {"left_leg": "walks forward, then sits on a chair"}),
        ("before sitting down, he walks", {"left_leg": "walks forward, then sits on a chair"}),
        (
            "sits down and waves",
            {"right_arm": "holds on the knee, then waves beside the head repeatedly", "left_leg": "sits on a chair"},
        ),
        (
            "punches with the right hand, then the left",
            {"right_arm": "punches hard forward, then guards in front of the face"},
        ),
        ("raises the left arm and lowers it", {"left_arm": "raises up, then lowers down at the side"}),
        (
            "kicks with the left leg, then with the other leg",
            {"right_leg": "balances on one foot, then kicks forward"},
        ),
    ],
)
def test_motions_in_time(prompt: str, expected: dict[str, str]) -> None:
    lines = _lines(prompt)
    for part, text in expected.items():
        assert lines[part].startswith(text), lines[part]


@pytest.mark.parametrize(
    "prompt",
    [
        "walks forward while waving the left hand",
        "walks forward and waves the left hand",
        "while walking, she waves with her left hand",
        "a man walks forward waving his left hand",
    ],
)
def test_motions_at_the_same_time(prompt: str) -> None:
    lines = _lines(prompt)
    assert lines["left_leg"] == "walks forward"
    assert lines["left_arm"] == "waves beside the head repeatedly"
    assert lines["right_arm"] == "swings against the steps"


def test_negation_keeps_parts_still() -> None:
    assert _lines("walks without moving the arms")["left_arm"] == "hangs at the side"
    assert refine("walks and does not wave").parts == refine("walks").parts


@pytest.mark.parametrize(
    ("prompt", "style"),
    [
        ("walks like an old man", "old"),
        ("an angry person punches", "angry"),
        ("walks proudly", "proud"),
        ("a drunk man staggers", "drunk"),
        ("walks in a childish way", "childish"),
        ("walks", None),
        ("a zombie walks forward", "zombie-like"),
    ],
)
def test_styles(prompt: str, style: str | None) -> None:
    refined = refine(prompt)
    assert refined.style == style
    shown = any(f" {style} way" in text for text in refined.parts.values())
    assert shown == (style is not None)


def test_unknown_verbs_name_their_kin() -> None:
    surf = refine("a person surfs")
    assert surf.unknown == ("surf",)
    assert "nearest: slide" in surf.warnings[0]
    misspelt = refine("a person stumbels")
    assert misspelt.unknown == ("stumbels",)
    assert "nearest: stumble" in misspelt.warnings[0]
    lost = refine("a person blorps")
    assert lost.unknown == ("blorps",)
    assert "left out" in lost.warnings[0]
    assert lost.parts == refine("stands").parts


@pytest.mark.parametrize(
    "prompt",
    [
        "kicks with the left leg and turns right",
        "raises the right arm, then lowers it and steps to the left",
        "walks in a clockwise circle while waving the left hand",
        "leans left, punches with the right hand, then the left",
        "picks up a box with the left hand and throws it",
    ],
)
def test_the_mirrored_prompt_gives_the_mirrored_body(prompt: str) -> None:
    assert refine(mirror_text(prompt)).parts == mirror_parts(refine(prompt).parts)


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "   ",
        "?!",
        "手を振る",
        "left left right",
        "a" * 2000,
        "then then and and , ,",
        "not without no",
        "-",
        "9" * 50,
    ],
)
def test_any_text_gives_six_sentences_of_the_language(prompt: str) -> None:
    refined = refine(prompt)
    assert isinstance(refined, Refined)
    assert tuple(refined.parts) == PARTS
    for part, text in refined.parts.items():
        for step in text.removeprefix(subject(part) + " ").split(", then "):
            parse(part, step)


def test_long_stories_are_cut_with_a_warning() -> None:
    story = understand(", then ".join(["jumps", "sits", "kneels", "crawls", "rolls", "jumps", "runs"]))
    assert len(story.motions) == 7
    assert story.parts["torso"].count(", then ") == 4
    assert "only the first 5 of 7" in story.warnings[0]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("walks on tiptoe with both arms raised", {"left_leg": "tiptoes forward", "left_arm": "raises up"}),
        ("walks backward on tiptoe", {"left_leg": "tiptoes backward", "torso": "moves backward"}),
        ("stands on tiptoe", {"left_leg": "rises on the toes", "torso": "rises slightly"}),
        ("stands bent over", {"torso": "bends forward at the waist", "left_leg": "stands on the ground"}),
        ("remains seated while clapping", {"left_leg": "sits on a chair"}),
        ("walks bent over", {"left_leg": "walks forward", "torso": "moves forward and bends forward at the waist"}),
        ("walks forward turns around", {"left_leg": "walks forward, then turns around"}),
        ("hops forward on his left leg", {"left_leg": "hops forward on one foot", "right_leg": "bends off the ground"}),
        ("hops backward on one leg", {"right_leg": "hops backward on one foot", "left_leg": "bends off the ground"}),
    ],
)
def test_a_manner_is_no_motion_of_its_own(prompt, expected):
    lines = _lines(prompt)
    assert {part: lines[part] for part in expected} == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (
            "makes big circles with the right arm",
            {"right_arm": "circles in a circle", "left_leg": "stands on the ground"},
        ),
        ("rotates the upper body from side to side", {"left_leg": "stands on the ground"}),
        ("lowers himself onto a chair", {"left_leg": "sits on a chair", "torso": "lowers onto a chair"}),
        ("punches with both fists in turn", {"left_arm": "punches hard forward", "right_arm": "punches hard forward"}),
        ("steps forward into a lunge with the right foot", {"right_leg": "lunges forward"}),
        ("walks in place lifting the knees high", {"left_leg": "marches high in place with the knee high"}),
    ],
)
def test_a_verb_is_read_with_what_it_moves(prompt, expected):
    lines = _lines(prompt)
    assert {part: lines[part] for part in expected} == expected
