"""A batch against the machine: killed again and again, a full disk, a read-only one, damaged weights."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kinema import formats

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and mounts are POSIX's")

JOBS, KILLS = 50, 20


def write_jobs(folder: Path, count: int) -> Path:
    path = folder / "jobs.jsonl"
    lines = ({"name": f"job{k:02}", "prompt": "a person walks", "seconds": 0.5, "seed": k} for k in range(count))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def command(jobs: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "kinema", "batch", str(jobs), "--out", str(out), "--json", *options]


def finish(words: list[str], **how):
    child = subprocess.run(words, capture_output=True, text=True, timeout=500, **how)
    return child.returncode, [json.loads(line) for line in child.stdout.splitlines()], child.stderr


def clips(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("*") if path.is_file()}


@pytest.mark.timeout(1800)
def test_killed_twenty_times_nothing_is_lost_twice_or_torn(tmp_path, with_random_pack):
    draw = random.Random(7)
    jobs, out = write_jobs(tmp_path, JOBS), tmp_path / "out"
    told: list[str] = []
    struck = 0
    for _ in range(KILLS):
        # Killed between a clip and its record, the next run makes it again: only what was told must stay untouched.
        before = {path: path.stat().st_mtime_ns for path in out.glob("*.npz") if path.stem in told}
        patience, wanted = draw.uniform(0.0, 0.02), draw.randrange(5)
        with subprocess.Popen(
            command(jobs, out, "--resume", *with_random_pack), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as child:
            for line in child.stdout:
                event = json.loads(line)
                if event["event"] == "done":
                    told.append(event["name"])
                    wanted -= 1
                if wanted <= 0 and event["event"] in ("done", "progress"):
                    break
            time.sleep(patience)
            child.send_signal(signal.SIGKILL)
            rest, _ = child.communicate(timeout=60)
        told += [
            event["name"]
            for event in map(json.loads, filter(lambda line: line.endswith("}"), rest.splitlines()))
            if event["event"] == "done"
        ]
        struck += len(told) < JOBS
        assert all(path.stat().st_mtime_ns == moment for path, moment in before.items())
        for path in out.glob("*.npz"):
            assert len(formats.read_clip(path)) == 15
    assert len(told) == len(set(told))
    assert struck >= 5  # a quick machine is through before the last kills
    code, events, errors = finish(command(jobs, out, "--resume", *with_random_pack))
    assert code == 0, errors
    skipped = {event["name"] for event in events if event["event"] == "skipped"}
    assert set(told) <= skipped
    assert not list((out / ".kinema/partial").iterdir())
    code, _, errors = finish(command(jobs, tmp_path / "at once", *with_random_pack))
    assert code == 0, errors
    assert clips(out) == clips(tmp_path / "at once")
    assert len(clips(out)) == JOBS


def test_a_file_size_limit_ends_the_batch_with_its_own_exit_code(tmp_path, with_random_pack):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    code, events, _ = finish(command(write_jobs(tmp_path, 4), tmp_path / "out", *with_random_pack), preexec_fn=limit)
    assert code == 4
    assert (events[-1]["done"], events[-1]["failed"], events[-1]["left"]) == (0, 1, 3)
    assert events[-1]["failures"][0]["kind"] == "StorageError"
    assert clips(tmp_path / "out") == {}


def mounted(tmp_path: Path, mount: str, words: list[str]):
    """Run `words` where `mount` (a shell command, {out} the folder) holds; nobody else sees that mount."""
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("this user may not mount")
    return finish(["unshare", "-m", "sh", "-ec", mount.replace("{out}", '"$0"') + '; exec "$@"', str(out), *words])


def test_a_full_disk_ends_the_batch_and_leaves_whole_files(tmp_path, with_random_pack):
    # What was whole is copied out before the mount goes with its process.
    words = command(write_jobs(tmp_path, 20), tmp_path / "out", *with_random_pack)
    kept = tmp_path / "kept"
    script = 'code=0; "$@" || code=$?; cp -r "$0" "' + str(kept) + '"; exit $code'
    code, events, _ = mounted(
        tmp_path, "mount -t tmpfs -o size=200k tmpfs {out}", ["sh", "-c", script, str(tmp_path / "out"), *words]
    )
    assert code == 4
    last = events[-1]
    assert last["done"] > 0
    assert last["left"] > 0
    assert "No space left" in last["failures"][0]["message"]
    assert len(clips(kept)) == last["done"]
    assert all(len(formats.read_clip(kept / name)) == 15 for name in clips(kept))


def test_a_read_only_folder_is_named(tmp_path, with_random_pack):
    words = command(write_jobs(tmp_path, 4), tmp_path / "out", *with_random_pack)
    code, events, errors = mounted(tmp_path, "mount --bind {out} {out}; mount -o remount,ro,bind {out}", words)
    assert code == 4
    assert "Read-only file system" in events[-1]["failures"][0]["message"]
    assert "Traceback" not in errors


def test_damaged_weights_stop_the_batch_before_its_first_job(tmp_path, random_pack):
    pack = shutil.copytree(random_pack, tmp_path / "pack")
    weights = pack / "denoiser.safetensors"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    words = command(write_jobs(tmp_path, 2), tmp_path / "out", "--model", str(pack), "--device", "cpu")
    code, events, errors = finish(words)
    assert code == 1
    assert events[-1]["kind"] == "WeightsError"
    assert clips(tmp_path / "out") == {}
    assert len(errors.splitlines()) == 1


def test_a_dry_run_makes_nothing(tmp_path, with_random_pack):
    code, events, _ = finish(command(write_jobs(tmp_path, 3), tmp_path / "out", "--dry-run", *with_random_pack))
    assert (code, [event["event"] for event in events]) == (0, ["checked"])
    assert not (tmp_path / "out").exists()
