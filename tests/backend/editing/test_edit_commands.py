"""`kinema edit`, `fill` and `direct`: arguments, files with their origin, refusals in one sentence."""

import json

import numpy as np
import pytest

from kinema.cli import main
from kinema.edit_commands import read_goal, read_path, read_span
from kinema.errors import RequestError
from kinema.formats import amass
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY


@pytest.fixture
def clip(tmp_path):
    rotations = np.zeros((60, 22, 4))
    rotations[..., 0] = 1.0
    path = tmp_path / "still.npz"
    amass.write(path, Motion(rotations, np.tile([0.0, 0.93, 0.0], (60, 1)), 30.0, SMPL_BODY), {})
    return path


def test_edit_writes_the_clip_with_its_span_changed_and_says_how(clip, tmp_path, with_random_pack, capsys):
    out = tmp_path / "edited.npz"
    words = ["edit", str(clip), "--span", "20:40", "--parts", "left_arm,head", "--prompt", "waves", "--seed", "3"]
    assert main([*words, "-o", str(out), "--steps", "2", "--json", *with_random_pack]) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()][-1] == "done"
    with np.load(out, allow_pickle=False) as file:
        origin = json.loads(str(file["kinema"]))
    assert origin["edit"]["span"] == [20, 40]
    assert origin["edit"]["clip"] == "still.npz"
    assert origin["edit"]["seed"] == 3
    assert origin["pack"]["licence"] == "CC0-1.0"
    assert "seams" in origin["errors"]


def test_fill_and_direct_write_their_samples(clip, tmp_path, with_random_pack):
    path = tmp_path / "path.csv"
    path.write_text("t,x,z\n0,0,0\n1,0.2,0.8\n")
    fill = ["fill", str(clip), "--keys", "0,30,59", "--samples", "2", "-o", str(tmp_path / "fill.bvh")]
    assert main([*fill, "--steps", "2", *with_random_pack]) == 0
    assert (tmp_path / "fill-001.bvh").is_file()
    direct = ["direct", "a person walks", "--path", str(path), "--goal", "right_wrist@0.5=-0.3,1.2,0.5"]
    assert main([*direct, "-o", str(tmp_path / "led.npz"), "--steps", "2", *with_random_pack]) == 0
    with np.load(tmp_path / "led.npz", allow_pickle=False) as file:
        measured = json.loads(str(file["kinema"]))["errors"]
    assert set(measured) == {"path", "goals"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["edit", "CLIP", "--span", "30"], "write first:last"),
        (["edit", "CLIP", "--span", "a:b"], "is no frame"),
        (["edit", "CLIP", "--span", "30:90"], "its frames are 0 to 59"),
        (["edit", "CLIP", "--parts", "tail"], "unknown body parts tail"),
        (["fill", "CLIP", "--keys", "1,x"], "is no frame"),
        (["fill", "missing.npz", "--keys", "1"], "missing.npz"),
        (["direct", "walk", "--path", "nowhere.csv"], "cannot be read"),
        (["direct", "walk", "--path", "0,0,zero"], "is no number"),
        (["direct", "walk", "--goal", "right_wrist=1,2,3"], "joint@seconds=x,y,z"),
        (["direct", "walk", "--goal", "nose@1=1,2,3"], "use one of pelvis"),
        (["direct"], "nothing to make"),
    ],
)
def test_refusals_are_one_sentence_and_exit_with_2(words, sentence, clip, tmp_path, with_random_pack, capsys):
    given = [str(clip) if word == "CLIP" else word for word in words]
    assert main([*given, "-o", str(tmp_path / "x.npz"), *with_random_pack]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.strip().splitlines()) <= 2


def test_the_clip_itself_is_not_overwritten(clip, with_random_pack, capsys):
    assert main(["edit", str(clip), "-o", str(clip), *with_random_pack]) == 2
    assert "choose another output" in capsys.readouterr().err


def test_texts_become_spans_paths_and_goals():
    assert read_span("30:75") == (30, 75)
    assert read_path("0,0,0;1.5,1,2,90") == ((0.0, 0.0, 0.0), (1.5, 1.0, 2.0, 90.0))
    assert read_goal("right_wrist@1.6=0.3,1.2,0.4") == ("right_wrist", 1.6, 0.3, 1.2, 0.4)
    with pytest.raises(RequestError, match="no points"):
        read_path(";")
