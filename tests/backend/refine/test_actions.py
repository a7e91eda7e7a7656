"""Action labels: a long list, in the part language, sides mirrored, through the one path to motion."""

import json

import numpy as np
import pytest

from kinema import cli
from kinema.errors import RequestError
from kinema.farm.jobs import read_jobs
from kinema.protocol.messages import PARTS, Generate
from kinema.refine import actions, find_action, mirror_parts, mirror_text, refine_action
from kinema.training.labels import _BANDAI_CONTENTS, HDM05_CAPTIONS


def test_there_are_many_and_each_says_what_every_part_does():
    assert len(actions()) >= 100
    for label, action in actions().items():
        assert list(action.parts) == list(PARTS)
        assert all(text.startswith(f"the {part.replace('_', ' ')} ") for part, text in action.parts.items())
        assert "{" not in label + action.prompt + "".join(action.parts.values())
        assert set(action.sources) <= {"bandai", "hdm05", "lexicon", "procedural"}
    assert len({action.prompt for action in actions().values()}) == len(actions())


def test_left_labels_mirror_right_ones():
    sided = [label for label in actions() if "left" in label.split("-")]
    assert len(sided) >= 20
    for label in sided:
        left, right = actions()[label], actions()[mirror_text(label)]
        assert mirror_text(left.prompt) == right.prompt
        assert mirror_parts(left.parts) == dict(right.parts)


def test_every_class_of_the_labelled_collections_has_its_label():
    shown = {source: {a.label for a in actions().values() if source in a.sources} for source in ("bandai", "hdm05")}
    called = {"raise-up-left-hand": "raise-left-hand", "raise-up-right-hand": "raise-right-hand", "call": "beckon"}
    called |= {"raise-up-both-hands": "raise-both-hands", "byebye": "bye", "dance-short": "dance"}
    called |= {"punch": "punch-right", "kick": "kick-right"}
    assert {called.get(content, content) for content in _BANDAI_CONTENTS} <= shown["bandai"]
    assert len(shown["hdm05"]) >= len(HDM05_CAPTIONS)


@pytest.mark.parametrize("spelled", ["wave-left-hand", "Wave left hand", "wave_left_hand"])
def test_a_label_may_be_spelled_with_spaces(spelled):
    assert find_action(spelled).label == "wave-left-hand"


@pytest.mark.parametrize(
    ("wrong", "near"), [("wave-lefthand", "wave-left-hand"), ("kik-left", "kick-left"), ("squatt", "squat")]
)
def test_an_unknown_label_names_the_nearest(wrong, near):
    with pytest.raises(RequestError, match=near) as caught:
        find_action(wrong)
    assert "\n" not in str(caught.value)


def test_parts_override_those_of_an_action():
    refined = refine_action("walk", {"head": "the head nods"})
    assert refined.parts["head"] == "the head nods"
    assert refined.parts["left_leg"] == "the left leg walks forward"
    with pytest.raises(RequestError, match="unknown body parts tail"):
        refine_action("walk", {"tail": "wags"})


def test_a_request_has_a_prompt_or_an_action():
    assert Generate(id="", prompt="", action="walk").action == "walk"
    with pytest.raises(RequestError, match="not both"):
        Generate(id="", prompt="walk", action="walk")
    with pytest.raises(RequestError, match="empty"):
        Generate(id="", prompt="", action=" ")


def test_a_job_line_takes_an_action(tmp_path):
    (tmp_path / "jobs.jsonl").write_text('{"name": "a", "action": "wave-left-hand"}\n')
    assert read_jobs(tmp_path / "jobs.jsonl")[0].request.action == "wave-left-hand"


def test_the_command_line_lists_them_and_makes_their_motion(tmp_path, capsys, with_random_pack):
    assert cli.main(["actions", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["action"] for row in rows] == list(actions())
    wave = next(row for row in rows if row["action"] == "wave-left-hand")

    common = ["--seconds", "1", "--seed", "3", *with_random_pack]
    by_action, by_hand = tmp_path / "a.npz", tmp_path / "b.npz"
    assert cli.main(["generate", "--action", "wave left hand", "-o", str(by_action), *common]) == 0
    parts = [word for part, text in wave["parts"].items() for word in ("--part", f"{part}={text}")]
    words = ["generate", wave["prompt"], "--refiner", "none", *parts, "-o", str(by_hand), *common]
    assert cli.main(words) == 0
    with np.load(by_action) as a, np.load(by_hand) as b:
        assert np.array_equal(a["poses"], b["poses"])
    capsys.readouterr()
    assert cli.main(["generate", "--action", "wafe", "-o", str(by_action), *common]) == 2
    assert "nearest are" in capsys.readouterr().err
