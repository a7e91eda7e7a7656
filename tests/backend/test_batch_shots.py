"""--time-limit and --jobs with real Blender children: the bpy module, or the application that KINEMA_BLENDER names."""

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kinema import formats

LINUX = Path("/proc/self/stat").is_file()
needs_blender = pytest.mark.skipif(
    importlib.util.find_spec("bpy") is None and not os.environ.get("KINEMA_BLENDER"),
    reason="needs Blender: pip install 'kinema[blender]', or set KINEMA_BLENDER",
)


def job(name, **fields):
    return {"name": name, "prompt": "a person walks", "seconds": 0.5, "steps": 2, **fields}


def shot(name, **fields):
    return job(name, **{"outputs": ["npz", "mp4"], "size": [64, 64], **fields})


@pytest.fixture
def start(tmp_path, with_random_pack):
    """start(jobs, *options): a `kinema batch` child; its folder is tmp_path/out."""

    def start(jobs, *options):
        path = tmp_path / "jobs.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in jobs))
        words = ["batch", str(path), "--out", str(tmp_path / "out"), "--json", *with_random_pack, *map(str, options)]
        environment = {**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path / "user")}
        return subprocess.Popen(
            [sys.executable, "-m", "kinema", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def ended(child):
    out, errors = child.communicate(timeout=550)
    return child.returncode, [json.loads(line) for line in out.splitlines()], errors


def shots_of(pid: int) -> set[int]:
    """Process ids of the Blender children that a batch has for its shots at this moment."""
    found = set()
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                parent = int(Path(entry.path, "stat").read_text().rpartition(")")[2].split()[1])
                words = Path(entry.path, "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            if parent == pid and b"shot" in words:
                found.add(int(entry.name))
    return found


def test_a_job_that_takes_too_long_to_generate_fails(start, tmp_path):
    slow = job("slow", steps=1000, seconds=10, samples=64)
    code, events, errors = ended(start([job("quick")]))
    assert code == 0, errors
    code, events, errors = ended(start([slow, job("quick")], "--time-limit", 0.5, "--resume"))
    assert code == 3, errors
    assert [event["name"] for event in events if event["event"] == "skipped"] == ["quick"]
    (failure,) = events[-1]["failures"]
    assert (failure["name"], failure["kind"]) == ("slow", "TimeLimitError")
    assert "raise --time-limit" in failure["message"]
    assert not list((tmp_path / "out").glob("slow*"))


@needs_blender
def test_a_shot_that_takes_too_long_is_killed_and_the_others_are_made(start, tmp_path):
    long = shot("long", seconds=10, size=[4096, 4096])
    child = start([long, job("quick")], "--time-limit", 15)
    seen = set()
    watched = threading.Event()

    def watch():
        while LINUX and not watched.wait(0.2):
            seen.update(shots_of(child.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code, events, errors = ended(child)
    watched.set()
    watcher.join()
    assert code == 3, errors
    (failure,) = events[-1]["failures"]
    assert (failure["name"], failure["kind"]) == ("long", "TimeLimitError")
    assert "Blender was stopped" in failure["message"]
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_file()] == ["quick.npz"]
    if LINUX:
        assert len(seen) == 1
        assert not [pid for pid in seen if Path(f"/proc/{pid}").exists()]


@needs_blender
@pytest.mark.skipif(not LINUX, reason="counts processes in /proc")
@pytest.mark.parametrize("workers", [1, 2])
def test_as_many_shots_at_once_as_jobs_says(start, tmp_path, workers):
    shots = workers + 1
    child = start([shot(f"shot{k}", seed=k) for k in range(shots)], "--jobs", workers)
    most, running = 0, True
    while running:
        running = child.poll() is None
        most = max(most, len(shots_of(child.pid)))
        time.sleep(0.02)
    code, events, errors = ended(child)
    assert code == 0, errors
    assert most == workers
    assert events[-1]["done"] == shots
    for k in range(shots):
        assert len(formats.read_clip(tmp_path / f"out/shot{k}.npz")) == 15
        assert (tmp_path / f"out/shot{k}.mp4").stat().st_size > 500
