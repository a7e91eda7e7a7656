"""The job file: its published schema, JSON Lines and CSV, and the groups that are sampled together."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kinema.errors import InputError, RequestError
from kinema.farm import groups, schema, table
from kinema.farm.jobs import SUFFIXES, job_of, read_jobs
from kinema.protocol.messages import MAX_SAMPLES, MAX_SECONDS, MIN_SECONDS, PARTS, REFINERS, Generate

WALK = {"name": "walk", "prompt": "a person walks"}


def test_the_schema_is_one_and_says_what_the_request_says():
    content = schema.load()
    Draft202012Validator.check_schema(content)
    fields = content["properties"]
    assert {entry.name for entry in dataclasses.fields(Generate)} - {"id"} <= set(fields)
    assert set(fields["parts"]["properties"]) == set(PARTS)
    assert (fields["seconds"]["minimum"], fields["seconds"]["maximum"]) == (MIN_SECONDS, MAX_SECONDS)
    assert fields["samples"]["maximum"] == MAX_SAMPLES
    assert tuple(fields["refiner"]["enum"]) == REFINERS
    assert fields["outputs"]["items"]["enum"] == list(SUFFIXES)


def test_every_field_arrives(tmp_path):
    (tmp_path / "hall.blend").write_bytes(b"BLENDER")
    line = {
        **WALK,
        "blend": "hall.blend",
        "object": "Anna",
        "camera": "Shot 3",
        "placing": {"start": 11, "interpolation": "BEZIER"},
        "size": [640, 360],
        "outputs": ["blend", "frames"],
        "samples": 2,
    }
    job = job_of(line, tmp_path)
    assert (job.object, job.camera, job.size, job.blend) == ("Anna", "Shot 3", (640, 360), tmp_path / "hall.blend")
    assert job.placing == {"start": 11, "interpolation": "BEZIER"}
    assert [path.name for path in job.paths(Path())] == [
        "walk-000.blend",
        "walk-000.frames",
        "walk-001.blend",
        "walk-001.frames",
    ]


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_spreadsheet_says_the_same_as_json_lines(tmp_path, separator):
    decimal = "2,5" if separator == ";" else "2.5"
    rows = [
        ["name", "prompt", "seconds", "seed", "part.left_arm", "outputs", "size", "placing.start", "cleanup"],
        ["walk", f'"a person{separator} walks"', decimal, "7", "it waves", "npz mp4", "160x90", "5", "no"],
        ["", "", "", "", "", "", "", "", ""],
        ["stand", "a person stands", "", "", "", "", "", "", ""],
    ]
    path = tmp_path / "jobs.csv"
    path.write_text("\r\n".join(separator.join(row) for row in rows), encoding="utf-8-sig")
    same = tmp_path / "jobs.jsonl"
    walk = {"name": "walk", "prompt": f"a person{separator} walks", "seconds": 2.5, "seed": 7, "cleanup": False}
    walk |= {"parts": {"left_arm": "it waves"}, "outputs": ["npz", "mp4"], "size": [160, 90], "placing": {"start": 5}}
    same.write_text(json.dumps(walk) + "\n" + json.dumps({"name": "stand", "prompt": "a person stands"}))
    assert read_jobs(path) == read_jobs(same)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("prompt\nwalk\n", "one of them name"),
        ("name,name\na,b\n", "different column names"),
        ("name,prompt\na,b,c\n", "line 2: 3 cells under 2 columns"),
        ('name,prompt\na,"b\n', "no usable CSV"),
        ("name,prompt,seconds\na,b,zwei\n", "seconds must be of type number"),
        ("name,prompt,seed\na,b,1.5\n", "seed must be of type integer"),
        ("name,prompt,colour\na,b,red\n", "no field 'colour'"),
        ("name,prompt\na\0,b\n", "line 2"),
        ("name,prompt\n../a,b\n", "cannot be a file's name"),
    ],
)
def test_an_unusable_row_names_its_line(tmp_path, text, reason):
    (tmp_path / "jobs.csv").write_text(text)
    with pytest.raises(RequestError, match=r"jobs\.csv") as caught:
        read_jobs(tmp_path / "jobs.csv")
    assert reason in str(caught.value)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_table_gives_rows_or_an_input_error(text):
    try:
        for _, fields in table.rows(text, "jobs.csv"):
            if not isinstance(fields, InputError):
                job_of(fields, Path())
    except InputError:
        pass


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), st.lists, max_leaves=4
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*schema.load()["properties"], "id"]), _JSON, max_size=5))
def test_any_fields_are_a_job_or_an_input_error_and_the_schema_agrees(fields):
    try:
        job_of({**WALK, **fields}, Path())
    except InputError:
        return
    Draft202012Validator(schema.load()).validate({**WALK, **fields})


def test_groups_follow_from_the_file_and_hold_equal_lengths():
    def job(name, **fields):
        return job_of({"name": name, "prompt": "x", **fields}, Path())

    jobs = [job("a"), job("b", seconds=2), job("c"), job("d", samples=15), job("e"), job("f", samples=40)]
    names = [[one.name for one in group] for group in groups.grouped(jobs)]
    assert names == [["a", "c"], ["b"], ["d", "e"], ["f"]]
