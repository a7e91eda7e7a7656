"""The real application, where KINEMA_BLENDER names one (its executable or a script that runs it).

KINEMA_BLENDER_PYTHON names a Python with NumPy that the application can start; the default is this one.
KINEMA_BLENDER_BACKEND names one with all that Kinema needs; the default is this one where KINEMA_BLENDER_PYTHON is not
set.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kinema.protocol import motion_file

pytestmark = [
    pytest.mark.needs_no_bpy,
    pytest.mark.skipif(not os.environ.get("KINEMA_BLENDER"), reason="KINEMA_BLENDER names no Blender application"),
]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory):
    sys.path.insert(0, str(ROOT))
    from blender_addon import build

    return build.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def blender(tmp_path_factory, zip_file):
    """blender(*arguments) of an application into which the built zip was just installed."""
    folder = tmp_path_factory.mktemp("application")
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(folder / "user")}
    (folder / "user").mkdir()

    def run(*arguments):
        words = [os.environ["KINEMA_BLENDER"], *map(str, arguments)]
        return subprocess.run(words, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=900)

    checked = run("--command", "extension", "validate", zip_file)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    installed = run("--command", "extension", "install-file", "--repo", "user_default", "--enable", zip_file)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return run


def test_zip_is_installed_and_enabled_with_the_network_cut_off(zip_file, tmp_path):
    cut_off = ["unshare", "--net"]
    if not shutil.which("unshare") or subprocess.run([*cut_off, "true"], capture_output=True).returncode != 0:
        pytest.skip("the network cannot be cut off here: `unshare --net` is not allowed")
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path)}

    def run(*arguments):
        words = [*cut_off, os.environ["KINEMA_BLENDER"], *map(str, arguments)]
        began = time.monotonic()
        done = subprocess.run(words, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=900)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout, time.monotonic() - began

    _, took = run("--command", "extension", "install-file", "--repo", "user_default", "--enable", zip_file)
    print(f"{zip_file.stat().st_size / 1e6:.0f} MB installed and enabled in {took:.1f} s")
    check = (
        "import bpy, socket; assert len(socket.if_nameindex()) == 1, socket.if_nameindex();"
        "assert 'bl_ext.user_default.kinema' in bpy.context.preferences.addons;"
        "assert bpy.context.scene.kinema.seconds == 4.0; bpy.context.scene.kinema.prompt = 'a person walks';"
        "from bl_ext.user_default.kinema import preferences, environment;"
        "assert environment.bundled_wheel().is_file(); print('SAYS', preferences.backend_problem())"
    )
    said, _ = run("-b", "--python-exit-code", 3, "--python-expr", check)
    assert "SAYS the backend is not installed yet" in said


def test_demo_of_a_motion(blender, tmp_path, swaying):
    motion_file.write(tmp_path / "motion.npz", swaying(4, seed=1))
    outputs = ["--blend", tmp_path / "a.blend", "--video", tmp_path / "a.mp4", "--size", "160x90"]
    done = blender("-b", "--command", "kinema", "demo", "--motion", tmp_path / "motion.npz", *outputs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "a.blend").stat().st_size > 10_000
    assert (tmp_path / "a.mp4").stat().st_size > 500


def test_prompt_into_an_open_file_and_back_out(blender, tmp_path):
    python = os.environ.get("KINEMA_BLENDER_PYTHON", sys.executable)
    backend = f"{python} {shlex.quote(str(ROOT / 'tests/addon/child_backend.py'))}"
    make = ["generate", "a person walks", "--seconds", 1, "--backend", backend]
    first = blender("-b", "--command", "kinema", *make, "--blend", tmp_path / "a.blend", "--motion", tmp_path / "a.npz")
    assert first.returncode == 0, first.stdout + first.stderr
    check = (
        "import bpy; action = bpy.data.objects['Kinema'].animation_data.action;"
        "assert action.name == 'a person walks', action.name;"
        "print('FRAMES', *action.frame_range, bpy.context.scene.render.fps)"
    )
    read = blender("-b", tmp_path / "a.blend", "--python-exit-code", 3, "--python-expr", check)
    assert read.returncode == 0, read.stdout + read.stderr
    words = next(line.split() for line in read.stdout.splitlines() if line.startswith("FRAMES"))
    first_frame, last_frame, rate = (float(word) for word in words[1:])
    frames = len(motion_file.read(tmp_path / "a.npz"))
    assert last_frame - first_frame == np.floor((frames - 1) * rate / 30.0)


def test_failure_reaches_the_exit_code(blender, tmp_path):
    done = blender(
        "-b", "--command", "kinema", "demo", "--motion", tmp_path / "none.npz", "--blend", tmp_path / "a.blend"
    )
    assert done.returncode == 1
    assert "kinema: Error" in done.stderr
    assert not (tmp_path / "a.blend").exists()


@pytest.fixture(scope="module")
def python():
    named = os.environ.get("KINEMA_BLENDER_BACKEND")
    if not named and os.environ.get("KINEMA_BLENDER_PYTHON"):
        pytest.skip("KINEMA_BLENDER_BACKEND names no Python with Kinema that the application can start")
    return named or sys.executable


@pytest.fixture
def shots(blender, python, tmp_path, swaying):
    """shots(*words, **fields of the one shot): a batch by one of the doors; its folder is tmp_path/out."""
    motion_file.write(tmp_path / "motion.npz", swaying(4, seed=1))
    hall = tmp_path / "hall.blend"
    made = blender("-b", "--command", "kinema", "demo", "--motion", tmp_path / "motion.npz", "--blend", hall)
    assert made.returncode == 0, made.stdout + made.stderr
    doors = {
        "command": ("-b", hall, "--command", "kinema"),
        "script": ("-b", hall, "--python-exit-code", 1, "-P", ROOT / "blender_addon/run_headless.py", "--"),
    }

    def shots(door, *words, **fields):
        common = {"prompt": "a person walks", "seconds": 0.5, "steps": 2}
        shot = {"name": "a", "outputs": ["npz", "mp4", "blend"], "object": "Kinema", "size": [64, 64], **fields}
        lines = [{**common, **shot}, {**common, "name": "b"}]
        (tmp_path / "jobs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        out = ("--out", tmp_path / "out", "--backend", python, "--json")
        done = blender(*doors[door], "batch", tmp_path / "jobs.jsonl", *out, *words)
        return done, [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"event"')]

    return shots


@pytest.mark.parametrize("door", ["command", "script"])
def test_a_batch_by_either_door(shots, blender, tmp_path, door):
    done, events = shots(door, camera="Kinema Camera")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (events[-1]["done"], events[-1]["failed"]) == (2, 0)
    made = {path.name for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert made == {"a.npz", "a.mp4", "a.blend", "b.npz"}
    check = (
        "import bpy; action = bpy.data.objects['Kinema'].animation_data.action;"
        "assert action.name.startswith('a person walks'), action.name; assert 'kinema' in action"
    )
    read = blender("-b", tmp_path / "out/a.blend", "--python-exit-code", 3, "--python-expr", check)
    assert read.returncode == 0, read.stdout + read.stderr
    again, events = shots(door, "--resume", camera="Kinema Camera")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (events[-1]["done"], events[-1]["skipped"]) == (0, 2)


def test_a_batch_whose_camera_is_missing_begins_nothing(shots, tmp_path):
    done, events = shots("command", camera="Shot 3")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "no camera 'Shot 3' in the file; it has Kinema Camera" in events[-1]["message"]
    assert not (tmp_path / "out").exists()
