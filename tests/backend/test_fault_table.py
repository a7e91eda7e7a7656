"""assets/manual/faults.md is what happens here: each case is brought about, and its row compared.

KINEMA_WRITE_FAULTS=1 writes the rows of the cases that ran in place of comparing them.
"""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kinema import formats
from kinema.cli import main

TABLE = Path(__file__).resolve().parents[2] / "assets/manual/faults.md"
JOBS = 8
CHILD = (sys.executable, "-m", "kinema")
needs_blender = pytest.mark.skipif(
    importlib.util.find_spec("bpy") is None and not os.environ.get("KINEMA_BLENDER"),
    reason="needs Blender: pip install 'kinema[blender]', or set KINEMA_BLENDER",
)
posix = pytest.mark.skipif(os.name != "posix", reason="signals and mounts are POSIX's")


class Bench:
    """A folder with a job file; runs Kinema there and says what it said."""

    def __init__(self, folder: Path, model: list[str], capsys) -> None:
        self.folder, self.model, self.out, self._capsys = folder, model, folder / "out", capsys
        self.jobs = folder / "jobs.jsonl"
        self.write(*({"name": f"job{k}"} for k in range(JOBS)))

    def write(self, *lines) -> None:
        common = {"prompt": "a person walks", "seconds": 0.5, "steps": 2}
        plain = (line if isinstance(line, str) else json.dumps({**common, **line}) for line in lines)
        self.jobs.write_text("".join(f"{line}\n" for line in plain), "utf-8")

    def batch(self, *options) -> list[str]:
        return ["batch", str(self.jobs), "--out", str(self.out), *self.model, *map(str, options)]

    def here(self, words) -> subprocess.CompletedProcess:
        """Run in this process, as the command line does."""
        self._capsys.readouterr()
        code = main(list(map(str, words)))
        return subprocess.CompletedProcess(words, code, *self._capsys.readouterr())

    def convert(self, name: str, data: bytes) -> subprocess.CompletedProcess:
        (self.folder / name).write_bytes(data)
        made = self.folder / "made.npz"
        done = self.here(["convert", self.folder / name, "-o", made])
        assert not made.exists()
        return done

    def mounted(self, mount: str, words) -> subprocess.CompletedProcess:
        """Run where `mount` holds for `out`; what is whole afterwards is copied to `kept`."""
        if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
            pytest.skip("this user may not mount")
        self.out.mkdir()
        script = f'{mount}; code=0; "$@" || code=$?; cp -r "$0" "{self.folder / "kept"}"; exit $code'
        command = ["unshare", "-m", "sh", "-ec", script, self.out, *CHILD, *words]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=500)

    def sentence(self, done: subprocess.CompletedProcess) -> str:
        """The line that names the fault, without this machine's paths."""
        said = [line for line in done.stderr.splitlines() if line.startswith("kinema: ") or " failed: " in line]
        assert "Traceback" not in done.stderr
        text = said[0].removeprefix("kinema: ").replace(str(self.folder), "FOLDER")
        text = re.sub(r"FOLDER\S*?([^/\s]+?)(?=[);:,\s]|$)", r"FOLDER/…/\1", text)
        text = re.sub(r"\(Error: .*\);", "(…);", text)  # Blender's own words, which differ from version to version.
        return re.sub(r"job\d", "jobN", re.sub(r"partial-\d+", "partial-N", text))

    def whole(self, folder: Path | None = None) -> int:
        """How many motions are in the output folder, every one of them readable."""
        made = [path for path in (folder or self.out).glob("*") if path.is_file()]
        assert all(len(formats.read_clip(path)) == 15 for path in made)
        return len(made)


@pytest.fixture
def bench(tmp_path, with_random_pack, capsys, monkeypatch):
    monkeypatch.setenv("BLENDER_USER_RESOURCES", str(tmp_path / "user"))
    return Bench(tmp_path, with_random_pack, capsys)


def row(case: str, seen: str, code: int, survives: str) -> None:
    """Compare, or write, the row of a case."""
    cells = [case, f"{seen} (exit code {code})" if code >= 0 else seen, survives]
    line = "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
    lines = TABLE.read_text("utf-8").splitlines()
    at = next((number for number, old in enumerate(lines) if old.startswith(f"| {case} |")), None)
    if os.environ.get("KINEMA_WRITE_FAULTS"):
        if at is None:
            lines.append(line)
        else:
            lines[at] = line
        TABLE.write_text("\n".join(lines) + "\n", "utf-8")
    else:
        assert at is not None, f"{TABLE.name} lacks {case!r}"
        assert lines[at] == line


@posix
@pytest.mark.parametrize(
    ("case", "sign"), [("the batch is killed, the power fails", signal.SIGKILL), ("Ctrl C", signal.SIGINT)]
)
def test_interrupted(bench, case, sign):
    with subprocess.Popen(
        [*CHILD, *bench.batch(), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        next(line for line in child.stdout if json.loads(line)["event"] == "done")
        child.send_signal(sign)
        _, errors = child.communicate(timeout=120)
    done = subprocess.CompletedProcess([], child.returncode, "", errors)
    seen = bench.sentence(done) if sign == signal.SIGINT else "nothing"
    assert 1 <= bench.whole() <= JOBS
    assert bench.here(bench.batch("--resume")).returncode == 0
    assert bench.whole() == JOBS
    row(case, seen, max(child.returncode, -1), "every finished job; `--resume` makes the others")


@posix
def test_full_disk(bench):
    done = bench.mounted('mount -t tmpfs -o size=64k tmpfs "$0"', bench.batch())
    assert 0 < bench.whole(bench.folder / "kept") < JOBS
    row("disk full", bench.sentence(done), done.returncode, "every finished job, no half file; `--resume` goes on")


@posix
def test_read_only_disk(bench):
    mount = 'mount --bind "$0" "$0"; mount -o remount,ro,bind "$0"'
    done = bench.mounted(mount, bench.batch())
    assert bench.whole(bench.folder / "kept") == 0
    row("output folder read-only", bench.sentence(done), done.returncode, "nothing was begun")


def test_damaged_weights(bench, random_pack):
    pack = shutil.copytree(random_pack, bench.folder / "pack")
    data = bytearray((pack / "denoiser.safetensors").read_bytes())
    data[len(data) // 2] ^= 1
    (pack / "denoiser.safetensors").write_bytes(data)
    bench.model = ["--model", str(pack), "--device", "cpu"]
    done = bench.here(bench.batch())
    assert bench.whole() == 0
    row("one bit of the weights damaged", bench.sentence(done), done.returncode, "nothing was begun")


def test_a_job_that_fails(bench):
    bench.write({"name": "a"}, {"name": "b", "sampler": "guesswork"}, {"name": "c"})
    done = bench.here(bench.batch())
    assert bench.whole() == 2
    row("a job fails", bench.sentence(done), done.returncode, "all other jobs")


def test_a_job_beyond_its_time(bench):
    bench.write({"name": "quick"})
    assert bench.here(bench.batch()).returncode == 0
    bench.write({"name": "slow", "steps": 1000, "seconds": 10, "samples": 64}, {"name": "quick"})
    done = bench.here(bench.batch("--time-limit", 0.5, "--resume"))
    assert bench.whole() == 1
    row("a job exceeds `--time-limit 0.5`", bench.sentence(done), done.returncode, "all other jobs")


LINES = {
    "a line of the job file is no JSON": "walk",
    "a job's name leads out of the folder": {"name": "../up"},
    "a prompt is empty": {"name": "b", "prompt": " "},
    "a prompt is endless": {"name": "b", "prompt": "x" * 100_000},
    "two jobs have one name": {"name": "A"},
    "a job names a .blend that is not there": {"name": "b", "blend": "hall.blend", "outputs": ["mp4"]},
}


@pytest.mark.parametrize("case", LINES)
def test_a_line_that_cannot_be_used(bench, case):
    bench.write({"name": "a"}, LINES[case])
    done = bench.here(bench.batch())
    assert not bench.out.exists()
    row(case, bench.sentence(done), done.returncode, "nothing was begun")


SHOTS = {
    "the named camera is not in the .blend": {"camera": "Shot 3"},
    "the named object is not in the .blend": {"object": "Anna"},
    "the .blend is damaged": {"blend": "hall.blend"},
}


@needs_blender
@pytest.mark.parametrize("case", SHOTS)
def test_a_shot_that_blender_cannot_make(bench, case):
    (bench.folder / "hall.blend").write_bytes(b"BLENDER-v405" + bytes(100))
    bench.write({"name": "a"}, {"name": "b", "outputs": ["mp4"], **SHOTS[case]})
    done = bench.here(bench.batch())
    assert not bench.out.exists()
    row(case, bench.sentence(done), done.returncode, "nothing was begun")


BVH = (
    "HIERARCHY\nROOT Hips\n{\n  OFFSET 0 0 0\n  CHANNELS 3 Xrotation Yrotation Zrotation\n  End Site\n  {\n"
    "    OFFSET 0 90 0\n  }\n}\nMOTION\nFrames: 2\nFrame Time: 0.0333\n1 2 3\n4 5 6\n"
)
FILES = {
    "a BVH with a million joints": ("a.bvh", "HIERARCHY\nROOT a\n{\n" + "JOINT b\n{\n" * 1_000_000),
    "a BVH that promises 10^9 frames": ("a.bvh", BVH.replace("Frames: 2", "Frames: 1000000000")),
    "a BVH with NaN": ("a.bvh", BVH.replace("4 5 6", "4 nan 6")),
    "a BVH with decimal commas": ("a.bvh", BVH.replace("4 5 6", "4,5 5,5 6,5")),
    "a BVH that is cut off": ("a.bvh", BVH[:-3]),
}


@pytest.mark.parametrize("case", FILES)
def test_a_clip_that_cannot_be_read(bench, case):
    name, text = FILES[case]
    done = bench.convert(name, text.encode())
    row(case, bench.sentence(done), done.returncode, "no file is made")


@pytest.mark.parametrize(
    ("case", "poses"),
    [("an .npz with pickled objects", np.array([{}], dtype=object)), ("an .npz with NaN", np.full((2, 72), np.nan))],
)
def test_an_archive_that_cannot_be_read(bench, case, poses):
    np.savez(bench.folder / "made-here.npz", poses=poses, trans=np.zeros((2, 3)), mocap_framerate=30.0)
    done = bench.convert("a.npz", (bench.folder / "made-here.npz").read_bytes())
    row(case, bench.sentence(done), done.returncode, "no file is made; nothing in it is run")


def test_a_zip_bomb(bench):
    zeros = np.zeros((1 << 24, 1))
    np.savez_compressed(bench.folder / "bomb.npz", poses=zeros, trans=zeros[:3], mocap_framerate=30.0)
    done = bench.convert("a.npz", (bench.folder / "bomb.npz").read_bytes())
    row("an .npz that unpacks to 1000 times its size", bench.sentence(done), done.returncode, "no file is made")
