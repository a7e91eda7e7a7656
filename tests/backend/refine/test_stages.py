"""A prompt that tells a sequence is divided into stages that each say what happens then, and nothing else."""

import pytest

from kinema.protocol.messages import PARTS
from kinema.refine import Refined, refine, stages

TOLD = {
    "an old man limps forward, then waves with his left hand": [
        "an old man limps forward",
        "an old man waves with his left hand",
    ],
    "a person walks forward and then sits down": ["a person walks forward", "a person sits down"],
    "jump three times then walk backwards then bow": ["jump three times", "walk backwards", "bow"],
    "Before sitting down, a man turns around": ["a man turns around", "a man sitting down"],
    "a man sits down after walking forward": ["a man walking forward", "a man sits down"],
    "a person raises the left hand and then the right hand": [
        "a person raises the left hand",
        "a person raises the right hand",
    ],
    "first the man walks, next he turns left, finally he jumps": [
        "the man walks",
        "the man turns left",
        "the man jumps",
    ],
    "a person walks while waving, then sits down and claps": [
        "a person walks while waving",
        "a person sits down and claps",
    ],
    "a woman kneels. She then claps.": ["a woman kneels", "a woman claps"],
}


@pytest.mark.parametrize("prompt", TOLD)
def test_stages_are_told_in_the_order_of_time(prompt):
    assert [stage.prompt for stage in stages(refine(prompt))] == TOLD[prompt]


@pytest.mark.parametrize(
    "prompt",
    [
        "a person walks forward and waves",
        "someone bends down and picks up a box",
        "a man walks, turning left",
        "then",
        "",
        "then then then",
    ],
)
def test_one_motion_is_one_stage_and_unchanged(prompt):
    refined = refine(prompt) if prompt else Refined("", dict.fromkeys(PARTS, ""))
    (only,) = stages(refined)
    assert (only.prompt, dict(only.parts)) == (prompt, dict(refined.parts))


def test_each_stage_has_its_own_part_sentences():
    first, second = stages(refine("a person raises the left hand and then kneels down"))
    assert first.parts["left_arm"] == "the left arm raises up"
    assert first.parts["left_leg"].endswith("ground")
    assert "kneel" in second.parts["left_leg"]
    assert "raises" not in second.parts["left_arm"]


def test_a_posture_stays_until_it_is_left():
    _, second = stages(refine("a person kneels down and then raises both hands"))
    assert second.parts["left_leg"] == "the left leg kneels"


def test_what_a_user_writes_for_a_part_is_divided_or_held():
    written = {"head": "the head looks up", "left_arm": "the left arm waves, then hangs at the side"}
    first, second = stages(refine("a person squats, then jumps", overrides=written))
    assert first.parts["head"] == second.parts["head"] == "the head looks up"
    assert first.parts["left_arm"] == "the left arm waves"
    assert second.parts["left_arm"] == "the left arm hangs at the side"


def test_a_prompt_alone_stays_whole():
    assert len(stages(refine("a person squats, then jumps", "none"))) == 1


def test_sentences_that_were_kept_give_the_same_stages():
    """As "Regenerate Exactly" asks: the prompt and its sentences, and no refiner."""
    refined = refine("a person squats, then kicks with the left leg")
    again = refine(refined.prompt, "none", overrides=refined.parts)
    assert stages(again) == stages(refined)


def test_steps_count_what_follows_without_a_word_of_order():
    assert [stage.steps for stage in stages(refine("a man waves, then sits down and claps"))] == [1, 2]


def test_walking_round_gets_a_side_and_keeps_one_that_it_has():
    (either,) = stages(refine("a person walks in a circle"))
    assert either.parts["left_leg"] == "the left leg walks in a circle to the left"
    (right,) = stages(refine("a person walks in a circle to the right"))
    assert "left" not in right.parts["torso"]
    (either,) = stages(refine("a person turns around"))
    assert either.parts["torso"] == "the torso turns around to the left"
    (right,) = stages(refine("a person turns around to the right"))
    assert "left" not in right.parts["torso"]
    (look,) = stages(refine("a person looks around"))
    assert "left" not in look.parts["head"]
