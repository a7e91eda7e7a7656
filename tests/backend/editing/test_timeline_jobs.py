"""A timeline as a job of a batch: read, checked, made alone, with a record and its provenance."""

import json
from pathlib import Path

import numpy as np
import pytest

from kinema import cli
from kinema.errors import InputError
from kinema.farm import groups
from kinema.farm.jobs import job_of, read_jobs
from kinema.formats import read_clip
from kinema.protocol.messages import Timeline

STRIPS = [
    {"prompt": "a person walks", "start": 0, "end": 1},
    {"prompt": "waves", "start": 0.5, "end": 1.5, "body_parts": ["left_arm"]},
]
LINE = {"name": "long", "timeline": STRIPS, "seed": 2, "steps": 2}


def test_a_timeline_is_a_job_of_its_own_group():
    job = job_of({**LINE, "loop": True}, Path())
    assert isinstance(job.request, Timeline)
    assert (job.request.seconds, job.request.loop, job.request.prompt) == (1.5, True, "a person walks; waves")
    walk = job_of({"name": "walk", "prompt": "a person walks", "steps": 2}, Path())
    other = job_of({**LINE, "name": "other"}, Path())
    assert [len(group) for group in groups.grouped([job, walk, other])] == [1, 1, 1]


def test_a_spreadsheet_holds_a_timeline_as_json(tmp_path):
    path = tmp_path / "jobs.csv"
    cell = json.dumps(STRIPS).replace('"', '""')
    path.write_text(f'name,timeline,loop\nlong,"{cell}",yes\n')
    request = read_jobs(path)[0].request
    assert isinstance(request, Timeline)
    assert request.loop
    assert request.strips[1]["body_parts"] == ["left_arm"]


def test_a_job_and_a_row_of_a_spreadsheet_hold_a_path(tmp_path):
    wanted = ((0.0, 0.0, 0.0), (1.5, 0.5, 1.0, 90.0))
    assert job_of({**LINE, "path": [[0, 0, 0], [1.5, 0.5, 1, 90]]}, Path()).request.path == wanted
    path = tmp_path / "jobs.csv"
    cell = json.dumps(STRIPS).replace('"', '""')
    path.write_text(f'name,timeline,path\nlong,"{cell}","0,0,0;1.5,0.5,1,90"\n')
    assert read_jobs(path)[0].request.path == wanted


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"path": [[0, 0]]}, "path"),
        ({"path": [[0, 0, "x"]]}, "path"),
        ({"path": [[0, 0, 0], [1, 0, 1]], "loop": True}, "loop"),
        ({"prompt": "walks"}, "leave prompt out"),
        ({"seconds": 3}, "leave seconds out"),
        ({"timeline": []}, "timeline"),
        ({"timeline": [{"prompt": "x", "start": 0}]}, "timeline"),
        ({"timeline": [{"prompt": "x", "start": 2, "end": 1}]}, "after its start"),
        ({"timeline": [{**STRIPS[0], "body_parts": ["tail"]}]}, "tail"),
    ],
)
def test_unusable_timelines_are_refused(change, says):
    with pytest.raises(InputError, match=says):
        job_of({**LINE, **change}, Path())
    with pytest.raises(InputError, match="only a timeline loops"):
        job_of({"name": "walk", "prompt": "a person walks", "loop": True}, Path())
    with pytest.raises(InputError, match="only a timeline follows a path"):
        job_of({"name": "walk", "prompt": "a person walks", "path": [[0, 0, 0], [1, 0, 1]]}, Path())


def test_a_batch_makes_timelines_beside_prompts_and_resumes(tmp_path, random_pack, capsys):
    jobs = tmp_path / "jobs.jsonl"
    jobs.write_text("\n".join(json.dumps(line) for line in ({"name": "walk", "prompt": "a person walks"}, LINE)))
    words = ["batch", str(jobs), "--out", str(tmp_path / "out"), "--model", str(random_pack), "--device", "cpu"]
    assert cli.main(words) == 0
    path = tmp_path / "out" / "long.npz"
    assert len(read_clip(path)) == 45
    with np.load(path, allow_pickle=False) as file:
        origin = json.loads(str(file["kinema"]))
    assert origin["timeline"]["strips"][0]["prompt"] == "a person walks"
    assert origin["timeline"]["seed"] == 2
    capsys.readouterr()
    assert cli.main([*words, "--resume", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["done"], last["skipped"]) == (0, 2)
