"""kinema timeline, vary, mix, transform and search: files, provenance, one sentence for what cannot be used; and the
same requests over the wire."""

import io
import json
import time

import numpy as np
import pytest

from kinema import cli, serve
from kinema.conversation import Conversation
from kinema.formats import amass, read_clip
from kinema.protocol import clips, wire
from kinema.protocol.messages import Done, Failed, Hello, Mix, Ranking, Search, Timeline, Transform, Vary

STRIPS = [
    {"prompt": "a person walks", "start": 0, "end": 1.5},
    {"prompt": "waves", "start": 1, "end": 2.5, "body_parts": ["left_arm"]},
]


@pytest.fixture
def small(random_pack):
    return ["--model", str(random_pack), "--device", "cpu"]


@pytest.fixture
def clip(tmp_path, small):
    path = tmp_path / "clip.npz"
    assert cli.main(["generate", "a man walks", "--seconds", "2", "-o", str(path), *small]) == 0
    return path


def origin(path):
    with np.load(path, allow_pickle=False) as file:
        return json.loads(str(file["kinema"]))


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_a_timeline_of_a_file_becomes_files_that_say_where_they_come_from(tmp_path, small, suffix, capsys):
    strips = tmp_path / f"strips.{suffix}"
    if suffix == "json":
        strips.write_text(json.dumps({"strips": STRIPS}))
    else:
        strips.write_text("prompt,start,end,body_parts\na person walks,0,1.5,\nwaves,1,2.5,left_arm\n")
    out = tmp_path / "t.npz"
    assert cli.main(["timeline", str(strips), "-o", str(out), "--samples", "2", "--seed", "3", "--json", *small]) == 0
    done = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert done["files"] == [str(tmp_path / f"t-00{k}.npz") for k in (0, 1)]
    told = origin(tmp_path / "t-001.npz")
    assert told["timeline"]["seed"] == 4
    assert told["timeline"]["strips"][1]["body_parts"] == ["left_arm"]
    assert told["pack"]["name"] == "random"
    assert len(read_clip(tmp_path / "t-000.npz")) == 75


def test_a_timeline_goes_along_a_path(tmp_path, small):
    strips, points, out = tmp_path / "strips.json", tmp_path / "way.csv", tmp_path / "t.npz"
    strips.write_text(json.dumps(STRIPS))
    points.write_text("t,x,z\n0,0,0\n2.5,0.4,1.2\n")
    for path in (str(points), "0,0,0;2.5,0.4,1.2"):
        assert cli.main(["timeline", str(strips), "--path", path, "-o", str(out), *small]) == 0
        assert origin(out)["timeline"]["path"] == [[0.0, 0.0, 0.0], [2.5, 0.4, 1.2]]
        # How well it is followed depends on the weights, which are random here; test_directing.py measures it.
        assert {"mean", "worst"} <= set(origin(out)["settings"]["errors"][0]["path"])


def test_vary_mix_and_transform_write_their_clips(tmp_path, small, clip):
    out = tmp_path / "o.npz"
    assert cli.main(["vary", str(clip), "--strength", "0.5", "-o", str(out), *small]) == 0
    assert origin(out)["vary"]["clip"] == "clip.npz"
    assert len(read_clip(out)) == 60
    assert cli.main(["mix", str(clip), str(clip), "--share", "0.5", "-o", str(out), *small]) == 0
    assert origin(out)["mix"]["other"] == "clip.npz"
    assert cli.main(["transform", str(clip), "--mirror", "--speed", "2", "-o", str(tmp_path / "o.bvh")]) == 0
    assert abs(len(read_clip(tmp_path / "o.bvh")) - 30) <= 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["timeline", "nowhere.json"], "cannot read"),
        (["timeline", "clip.npz"], "cannot read"),
        (["timeline", "empty.json"], "no strip"),
        (["timeline", "text.json"], "not JSON"),
        (["timeline", "wrong.csv"], "no number of seconds"),
        (["timeline", "good.json", "--path", "0,0"], "path"),
        (["timeline", "good.json", "--path", "nowhere.csv"], "cannot be read"),
        (["timeline", "good.json", "--path", "0,0,0;1,0,1", "--loop"], "loop"),
        (["vary", "clip.npz", "--strength", "2"], "strength must be"),
        (["vary", "clip.npz", "-o", "clip.npz"], "is the clip itself"),
        (["transform", "clip.npz"], "say what to change"),
        (["search", "walk", "nowhere"], "no file or folder"),
        (["search", "walk", "clip.npz", "--most", "0"], "--most"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path, monkeypatch, capsys, clip, words, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.json").write_text("[]")
    (tmp_path / "good.json").write_text(json.dumps(STRIPS))
    (tmp_path / "text.json").write_text("walk")
    (tmp_path / "wrong.csv").write_text("prompt,start,end\nwalk,zero,2\n")
    assert cli.main(words) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_search_prints_the_order(tmp_path, clip, capsys):
    amass.write(tmp_path / "other.npz", read_clip(clip).crop(10, 50), {})
    assert cli.main(["search", "a person walks", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert float(lines[0].split()[0]) >= float(lines[1].split()[0])


def test_the_requests_are_answered_over_the_wire(random_pack, clip):
    motion = read_clip(clip)
    sent = io.BytesIO()
    wire.write(sent, Hello())
    wire.write(sent, Timeline("t", tuple(STRIPS), steps=2))
    beside = clips.motion_arrays("clip", motion)
    wire.write(sent, Vary("v", "clip", 0.5, steps=2), beside)
    wire.write(sent, Mix("m", "clip", "clip"), beside | clips.motion_arrays("other", motion))
    wire.write(sent, Transform("x", "clip", in_place=True), beside)
    wire.write(sent, Search("s", "walk", ("a", "b")), clips.motion_arrays("clip_0", motion))
    wire.write(sent, Mix("f", "clip", "clip"), beside)
    sent.seek(0)
    answers = io.BytesIO()
    waiting = Waiting(sent, answers, 6)
    Conversation(waiting, answers, serve.pipeline_work(str(random_pack), "cpu"), lambda: None).run()
    answers.seek(0)
    got = {}
    while (item := wire.read(answers)) is not None:
        if isinstance(item[0], Done | Failed | Ranking):
            got[item[0].id] = item
    assert len(wire.done_motions(*got["t"])[0]) == 75
    assert len(wire.done_motions(*got["v"])[0]) == len(motion)
    assert got["x"][1]["root_path_0"].shape == (len(motion), 3)
    assert got["x"][0].settings["root_motion"]
    assert got["s"][0].names == ("a",)
    assert "send its file" in got["s"][0].skipped[0]
    assert isinstance(got["m"][0], Done)
    assert "send its file" in got["f"][0].message


class Waiting(io.RawIOBase):
    """A client that reads all its answers before it ends the stream."""

    def __init__(self, sent, answers, count):
        self._sent, self._answers, self._count = sent, answers, count

    def readable(self):
        return True

    def readline(self, size=-1):
        line = self._sent.readline(size)
        while not line and self._given() < self._count:
            time.sleep(0.01)
        return line

    def read(self, size=-1):
        return self._sent.read(size)

    def _given(self):
        content = self._answers.getvalue()
        return sum(content.count(f'"type":"{kind}"'.encode()) for kind in ("Done", "Failed", "Ranking"))
