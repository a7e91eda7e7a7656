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

from kinema import batch
from kinema.cli import main
from kinema.errors import InputError, RequestError
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


def names_of(events: list[dict], event: str) -> list[str]:
    return [entry["name"] for entry in events if entry["event"] == event]


def test_jobs_become_files_with_their_origin(run, tmp_path):
    jobs = write_jobs(
        tmp_path, job("walk", seed=3), "", job("two words", samples=2, seed=8, parts={"head": "the head nods"})
    )
    code, events, _ = run(jobs)
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "two words-000.npz",
        "two words-001.npz",
        "walk.npz",
    ]
    assert (events[0]["event"], events[0]["jobs"], events[0]["pack"]["name"]) == ("started", 2, "random")
    assert names_of(events, "done") == ["walk", "two words"]
    assert events[-1] == {"event": "finished", "done": 2, "skipped": 0, "failed": 0, "failures": []}
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
    assert code == 1
    assert names_of(events, "done") == ["a", "c"]
    assert names_of(events, "failed") == ["b"]
    failure = events[-1]["failures"][0]
    assert (failure["name"], failure["kind"]) == ("b", "RequestError")
    assert "guesswork" in failure["message"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.npz", "c.npz"]


def test_resume_leaves_out_what_is_whole_and_remakes_the_rest(run, tmp_path):
    made = [job(name) for name in ("whole", "torn", "other", "gone", "foreign")]
    run(write_jobs(tmp_path, *made))
    out = tmp_path / "out"
    (out / "torn.npz").write_bytes((out / "torn.npz").read_bytes()[:-200])
    (out / "gone.npz").unlink()
    (out / ".gone.partial-99999.npz").write_bytes(b"half")
    np.savez(out / "foreign.npz", x=np.zeros(3))
    before = (out / "whole.npz").stat().st_mtime_ns
    made[2]["seed"] = 5
    code, events, _ = run(write_jobs(tmp_path, *made), "--resume")
    assert code == 0
    assert names_of(events, "skipped") == ["whole"]
    assert names_of(events, "done") == ["torn", "other", "gone", "foreign"]
    assert (out / "whole.npz").stat().st_mtime_ns == before
    assert sorted(path.name for path in out.iterdir()) == sorted(f"{entry['name']}.npz" for entry in made)
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
        ({"name": 3, "prompt": "walk"}, "name is missing"),
        ({"name": "b"}, "the prompt is empty"),
        ({"name": "b", "prompt": "  "}, "the prompt is empty"),
        ({"name": "b", "prompt": "x" * 10_000}, "10000 characters"),
        ({"name": "b", "prompt": ["walk"]}, "prompt of Generate must be str"),
        (job("b", seconds=99), "seconds must be a number from 0.5 to 10"),
        (job("b", seconds="4"), "seconds of Generate"),
        (job("b", seed=-1), "seed must be"),
        (job("b", samples=0), "samples must be"),
        (job("b", refiner="magic"), "refiner 'magic' is unknown"),
        (job("b", parts={"tail": "wags"}), "unknown body parts tail"),
        (job("b", colour="red"), "no field 'colour'"),
        (job("b", id="x"), "a job has no id"),
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
        batch.read_jobs(write_jobs(tmp_path, job("b-001"), job("b", samples=2)))


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
        batch.read_jobs(write_jobs(tmp_path, job(name)))


@pytest.mark.parametrize("name", ["walk", "Läufer 3", "行走", "v1.2_final-b", "a+b", "_x", "7", "console"])
def test_names_in_any_script_are_taken(tmp_path, name):
    (made,) = batch.read_jobs(write_jobs(tmp_path, job(name)))
    assert made.paths(tmp_path) == (tmp_path / f"{name}.npz",)


@given(st.text(min_size=1, max_size=30))
def test_no_name_leaves_the_folder(name):
    try:
        made = batch._job(json.dumps(job(name)))
    except InputError:
        return
    (path,) = made.paths(Path("/out"))
    assert Path(os.path.normpath(path)).parent == Path("/out")


@given(st.text(max_size=200))
def test_any_line_is_a_job_or_an_input_error(line):
    with pytest.raises(InputError):
        batch._job(line)


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
    assert [made.name for made in batch.read_jobs(path)] == ["a", "b"]


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
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{name}.npz" for name in names]


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
