"""A batch of shots killed again and again: `python -m tests.bench.overnight [JOBS=100] [KILLS=5] [SEED=0]`.

Each job is a second of motion rendered as a video of 160x90 by a Blender child. The batch is killed (SIGKILL) at
random moments and started again with --resume; the figures that are printed cover all its starts. Linux.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from kinema.refine.actions import actions


def main() -> None:
    """Print what the batch took and what the kills cost it; ends with an error when anything is lost or torn."""
    jobs, kills, seed = (*map(int, sys.argv[1:]), *(100, 5, 0)[len(sys.argv) - 1 :])
    draw, out = random.Random(seed), Path(tempfile.mkdtemp(prefix="kinema-overnight-"))
    file = _job_file(out, jobs)
    count = _Count()
    began = time.perf_counter()
    try:
        for at in sorted(draw.sample(range(1, jobs), kills)):
            _start(file, out / "shots", count, at, draw.uniform(0.0, 3.0))
        code = _start(file, out / "shots", count, None, 0.0)
        took = time.perf_counter() - began
        made = sorted(path.name for path in (out / "shots").glob("*.mp4"))
        if code or len(made) != jobs or len(set(count.done)) != len(count.done):
            raise SystemExit(f"exit code {code}, {len(made)} videos, {len(count.done)} told of")
    finally:
        shutil.rmtree(out, ignore_errors=True)
    print(f"{jobs} shots, {kills} kills: {took:.0f} s, {took / jobs:.2f} s each, {_processor():.0f} s of the processor")
    print(f"peak memory of all processes {count.peak:.0f} MiB")
    print(
        f"{count.wasted} shots were made but not told of; the last process was gone {count.leaving:.1f} s after a kill"
    )


def _processor() -> float:
    """Seconds that all children waited for have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _job_file(folder: Path, jobs: int) -> Path:
    prompts = [action.prompt for action in actions().values()]
    lines = (
        {"name": f"shot{k:03}", "prompt": prompts[k % len(prompts)], "seconds": 1, "seed": k, "outputs": ["mp4"]}
        | {"size": [160, 90]}
        for k in range(jobs)
    )
    path = folder / "jobs.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@dataclass
class _Count:
    """Over all starts: jobs told of, peak memory in MiB, whole videos untold of when a kill came, seconds until the
    last process below a killed batch was gone."""

    done: list[str] = field(default_factory=list)
    peak: float = 0.0
    wasted: int = 0
    leaving: float = 0.0


def _start(file: Path, out: Path, count: _Count, until: int | None, patience: float) -> int:
    """Run the batch to its end, or `patience` seconds beyond the moment when `until` jobs are done in all."""
    words = [sys.executable, "-m", "kinema", "batch", str(file), "--out", str(out), "--resume", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        family: set[int] = set()
        ended = threading.Event()
        watcher = threading.Thread(target=_watch, args=(child.pid, count, family, ended))
        watcher.start()
        assert child.stdout is not None
        for line in child.stdout:
            event = json.loads(line)
            if event["event"] == "done":
                count.done.append(event["name"])
                if until is not None and len(count.done) >= until:
                    break
        if until is not None:
            time.sleep(patience)
            child.send_signal(signal.SIGKILL)
            rest = [line for line in child.stdout.read().splitlines() if line.endswith("}")]
            count.done += [event["name"] for event in map(json.loads, rest) if event["event"] == "done"]
        code = child.wait()
        ended.set()
        watcher.join()
    if until is not None:
        count.leaving = max(count.leaving, _gone(family))
        count.wasted += len({path.stem for path in out.glob("*.mp4")} - set(count.done))
        told = f"{len(count.done)} done, {count.peak:.0f} MiB"
        print(f"killed {patience:.1f} s after the job that made {until}: {told}", file=sys.stderr, flush=True)
    return code


def _gone(family: set[int]) -> float:
    """Seconds until no process of these is left."""
    began = time.perf_counter()
    while any(Path(f"/proc/{pid}").exists() for pid in family):
        if time.perf_counter() - began > 120.0:
            raise SystemExit("a process outlived its batch by two minutes")
        time.sleep(0.05)
    return time.perf_counter() - began


def _watch(pid: int, count: _Count, family: set[int], ended: threading.Event) -> None:
    """Keep the peak of the proportional memory of a process and all below it, twice a second."""
    while not ended.wait(0.5):
        alive = _family(pid)
        family |= alive
        count.peak = max(count.peak, sum(_memory(member) for member in alive))


def _family(pid: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int(Path(entry.path, "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    members, grown = {pid}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return members


def _memory(pid: int) -> float:
    """MiB of a process; pages that several share are divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


if __name__ == "__main__":
    main()
