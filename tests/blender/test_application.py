"""The real application, where KINEMA_BLENDER names one (its executable or a script that runs it).

KINEMA_BLENDER_PYTHON names a Python with NumPy that the application can start; the default is this one.
"""

import os
import shlex
import subprocess
import sys
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
def blender(tmp_path_factory):
    """blender(*arguments) of an application into which the built zip was just installed."""
    sys.path.insert(0, str(ROOT))
    from blender_addon import build

    folder = tmp_path_factory.mktemp("application")
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(folder / "user")}
    (folder / "user").mkdir()

    def run(*arguments):
        words = [os.environ["KINEMA_BLENDER"], *map(str, arguments)]
        return subprocess.run(words, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=900)

    built = build.build(folder / "dist")
    checked = run("--command", "extension", "validate", built)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    installed = run("--command", "extension", "install-file", "--repo", "user_default", "--enable", built)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return run


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
