"""Job files: every line judged before anything starts; files whole or absent; interrupted and resumed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinema.cli import main
from kinema.errors import InputError, RequestError
from kinema.farm.jobs import _fields, job_of, read_jobs
from kinema.formats import amass


def write_jobs(folder: Path, *jobs: object) -> Path:
    path = folder / "jobs.jsonl"
    path.write_text("".join((job if isinstance(job, str) else json.dumps(job)) + "\n" for job in jobs), "utf-8")
    return path


def job(name: str, **fields) -> dict:
    return {"name": name, "prompt": "a person walks forward", "seconds": 0.5, "steps": 2, **fields}


@pytest.fixture
def run(tmp_path, with_random_pack, capsys):
    """Run `kinema batch` here; gives the exit code, the JSON events and what stood on stderr."""

    def run(jobs: Path, *arguments: str):
        code = main(["batch", str(jobs), "--out", str(tmp_path / "out"), *with_random_pack, "--json", *arguments])
        captured = capsys.readouterr()
        return code, [json.loads(line) for line in captured.out.splitlines()], captured.err

    return run


def made_in(folder: Path) -> list[str]:
    """What stands in an output folder beside the batch's own records."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".kinema")


def names_of(events: list[dict], event: str) -> list[str]:
    return [entry["name"] for entry in events if entry["event"] == event]


def test_jobs_become_files_with_their_origin(run, tmp_path):
    jobs = write_jobs(
        tmp_path, job("walk", seed=3), "", job("two words", samples=2, seed=8, parts={"head": "the head nods"})
    )
    code, events, _ = run(jobs)
    assert code == 0
    assert made_in(tmp_path / "out") == [
        "two words-000.npz",
        "two words-001.npz",
        "walk.npz",
    ]
    assert (events[0]["event"], events[0]["jobs"], events[0]["pack"]["name"]) == ("started", 2, "random")
    assert names_of(events, "done") == ["walk", "two words"]
    assert events[-1] == {"event": "finished", "done": 2, "skipped": 0, "failed": 0, "left": 0, "failures": []}
    origin = amass.read_provenance(tmp_path / "out" / "two words-001.npz")
    assert origin is not None
    assert origin["request"]["seed"] == 9
    assert origin["request"]["parts"] == {"head": "the head nods"}
    assert origin["parts"]["head"] == "the head nods"
    assert (origin["pack"]["licence"], len(origin["pack"]["sha256"])) == ("CC0-1.0", 64)
    assert len(amass.read(tmp_path / "out" / "walk.npz")) == 15


def test_the_same_jobs_twice_give_the_same_bytes(run, tmp_path):
    jobs = write_jobs(tmp_path, job("walk"))
    run(jobs)
    first = (tmp_path / "out" / "walk.npz").read_bytes()
    (tmp_path / "out" / "walk.npz").unlink()
    run(jobs)
    assert (tmp_path / "out" / "walk.npz").read_bytes() == first


def test_a_job_that_fails_is_listed_and_the_others_are_made(run, tmp_path):
    jobs = write_jobs(tmp_path, job("a"), job("b", sampler="guesswork"), job("c"))
    code, events, _ = run(jobs)
    assert code == 3
    assert names_of(events, "done") == ["a", "c"]
    assert names_of(events, "failed") == ["b"]
    failure = events[-1]["failures"][0]
    assert (failure["name"], failure["kind"]) == ("b", "RequestError")
    assert "guesswork" in failure["message"]
    assert made_in(tmp_path / "out") == ["a.npz", "c.npz"]


def test_resume_leaves_out_what_is_whole_and_remakes_the_rest(run, tmp_path):
    made = [job(name) for name in ("whole", "torn", "other", "gone", "foreign")]
    run(write_jobs(tmp_path, *made))
    out = tmp_path / "out"
    (out / "torn.npz").write_bytes((out / "torn.npz").read_bytes()[:-200])
    (out / "gone.npz").unlink()
    (out / ".kinema/partial/gone").mkdir()
    (out / ".kinema/partial/gone/gone.npz").write_bytes(b"half")
    np.savez(out / "foreign.npz", x=np.zeros(3))
    before = (out / "whole.npz").stat().st_mtime_ns
    made[2]["seed"] = 5
    code, events, _ = run(write_jobs(tmp_path, *made), "--resume")
    assert code == 0
    assert names_of(events, "skipped") == ["whole"]
    assert names_of(events, "done") == ["torn", "other", "gone", "foreign"]
    assert (out / "whole.npz").stat().st_mtime_ns == before
    assert made_in(out) == sorted(f"{entry['name']}.npz" for entry in made)
    assert not list((out / ".kinema/partial").iterdir())
    code, events, _ = run(write_jobs(tmp_path, *made), "--resume")
    assert (code, len(names_of(events, "skipped")), names_of(events, "done")) == (0, 5, [])


def test_without_resume_everything_is_made_again(run, tmp_path):
    jobs = write_jobs(tmp_path, job("walk"))
    run(jobs)
    _, events, _ = run(jobs)
    assert names_of(events, "done") == ["walk"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("walk", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["walk"]', "not a JSON object"),
        ({"prompt": "walk"}, "name is missing"),
        ({"name": 3, "prompt": "walk"}, "name must be of type string"),
        ({"name": "b"}, "the prompt is empty"),
        ({"name": "b", "prompt": "  "}, "the prompt is empty"),
        ({"name": "b", "prompt": "x" * 10_000}, "prompt has 10000 characters; shorten it to 2000"),
        ({"name": "b", "prompt": ["walk"]}, "prompt must be of type string"),
        (job("b", seconds=99), "seconds must be a number from 0.5 to 10"),
        (job("b", seconds="4"), "seconds must be of type number"),
        (job("b", seed=-1), "seed must be a number from 0"),
        (job("b", samples=0), "samples must be a number from 1 to 64"),
        (job("b", refiner="magic"), "refiner: 'magic' is unknown"),
        (job("b", parts={"tail": "wags"}), "'tail' was unexpected"),
        (job("b", colour="red"), "a job has no field 'colour'"),
        (job("b", id="x"), "a job has no field 'id'"),
        (job("b", outputs=["tiff"]), "outputs.0: 'tiff' is unknown"),
        (job("b", outputs=["npz", "npz"]), "outputs: ['npz', 'npz'] has non-unique elements"),
        (job("b", blend="none.blend", outputs=["mp4"]), "none.blend does not exist"),
        (job("b", camera="Shot 3"), "camera is of use to Blender alone"),
        (job("b", outputs=["mp4"], object="A", rig="smpl"), "object and rig exclude each other"),
        (job("b", outputs=["mp4"], size=[161, 90]), "size.0: 161 is not a multiple of 2"),
        ('{"name": "b", "prompt": "x", "prompt": "y"}', "a key stands twice"),
        ('{"name": "b", "prompt": "x", "seconds": NaN}', "NaN is not a number"),
        ('{"name": "b", "prompt": "' + "x" * 2_000_000 + '"}', "a job may have 1048576"),
        (job("a"), "a.npz is already made by line 1"),
        (job("A"), "A.npz is already made by line 1"),
    ],
)
def test_an_unusable_line_stops_the_batch_before_it_starts(run, tmp_path, line, reason):
    code, events, errors = run(write_jobs(tmp_path, job("a"), line))
    assert code == 2
    assert [event["event"] for event in events] == ["failed"]
    assert errors.startswith("kinema: jobs.jsonl cannot be used: line 2: ")
    assert reason in errors
    assert len(errors.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_numbered_samples_do_not_overwrite_another_job(tmp_path):
    with pytest.raises(RequestError, match=r"b-001\.npz is already made by line 1"):
        read_jobs(write_jobs(tmp_path, job("b-001"), job("b", samples=2)))


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "..",
        ".",
        ".hidden",
        "a.",
        "a ",
        " a",
        "a\nb",
        "a\0b",
        "CON",
        "nul.txt",
        "lpt1",
        "c:evil",
        "a*b",
        "a|b",
        "x" * 101,
        "ü" * 51,
        "-option",
        "\ud800",
    ],
)
def test_names_that_are_no_plain_file_name_are_refused(tmp_path, name):
    with pytest.raises(RequestError, match="cannot be a file's name"):
        read_jobs(write_jobs(tmp_path, job(name)))


@pytest.mark.parametrize("name", ["walk", "Läufer 3", "行走", "v1.2_final-b", "a+b", "_x", "7", "console"])
def test_names_in_any_script_are_taken(tmp_path, name):
    (made,) = read_jobs(write_jobs(tmp_path, job(name)))
    assert made.paths(tmp_path) == (tmp_path / f"{name}.npz",)


@given(st.text(min_size=1, max_size=30))
def test_no_name_leaves_the_folder(name):
    try:
        made = job_of(job(name), Path())
    except InputError:
        return
    (path,) = made.paths(Path("/out"))
    assert Path(os.path.normpath(path)).parent == Path("/out")


@given(st.text(max_size=200))
def test_any_line_is_a_job_or_an_input_error(line):
    fields = _fields(line)
    if not isinstance(fields, InputError):
        with pytest.raises(InputError):
            job_of(fields, Path())


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe{", None])
def test_a_file_without_jobs_is_unusable(run, tmp_path, content):
    path = tmp_path / "jobs.jsonl"
    if content is not None:
        path.write_bytes(content)
    code, _, errors = run(path)
    assert code == 2
    assert len(errors.splitlines()) == 1


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path):
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf" + json.dumps(job("a")).encode() + b"\r\n" + json.dumps(job("b")).encode() + b"\r\n"
    )
    assert [made.name for made in read_jobs(path)] == ["a", "b"]


def test_missing_weights_fail_the_batch(tmp_path, capsys):
    code = main(["batch", str(write_jobs(tmp_path, job("a"))), "--out", str(tmp_path / "out"), "--model", "none-such"])
    assert code == 1
    assert "no model pack 'none-such'" in capsys.readouterr().err


def test_an_output_folder_that_is_a_file_is_unusable(run, tmp_path):
    (tmp_path / "out").write_text("")
    code, _, errors = run(write_jobs(tmp_path, job("a")))
    assert code == 2
    assert "choose another --out" in errors


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_interrupted_and_resumed_nothing_is_lost_twice_or_torn(run, tmp_path, with_random_pack, sign):
    names = [f"job{k:02}" for k in range(20)]
    jobs = write_jobs(tmp_path, *(job(name, steps=20) for name in names))
    command = [sys.executable, "-m", "kinema", "batch", str(jobs), "--out", str(tmp_path / "out"), "--json"]
    child = subprocess.Popen(
        [*command, *with_random_pack],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    done = []
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "done":
            done.append(event["name"])
            if len(done) == 3:
                child.send_signal(sign)
                break
    rest, errors = child.communicate(timeout=300)
    done += names_of([json.loads(line) for line in rest.splitlines() if line.endswith("}")], "done")
    assert child.returncode == (-signal.SIGKILL if sign == signal.SIGKILL else 130)
    assert "Traceback" not in errors
    code, events, _ = run(jobs, "--resume")
    assert code == 0
    assert set(done) <= set(names_of(events, "skipped"))
    assert sorted(names_of(events, "skipped") + names_of(events, "done")) == names
    assert made_in(tmp_path / "out") == [f"{name}.npz" for name in names]


def test_a_print_of_a_library_does_not_mix_with_the_events(tmp_path, with_random_pack):
    jobs = write_jobs(tmp_path, job("a"))
    code = f"""
import os, sys
from kinema import cli, reporting
original = reporting.reporter
def noisy(as_json):
    report = original(as_json)
    print("python print")
    os.write(1, b"c print\\n")
    return report
cli.reporter = noisy
sys.exit(cli.main(["batch", *{[str(jobs), "--out", str(tmp_path / "out"), *with_random_pack]!r}, "--json"]))
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert child.returncode == 0, child.stderr
    assert all("event" in json.loads(line) for line in child.stdout.splitlines())
    assert "python print\n" in child.stderr
    assert "c print\n" in child.stderr
