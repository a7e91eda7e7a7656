"""The set-up button, the real packages, no network: KINEMA_WHEELS names a folder with torch for the processor,
torchvision and all else that the backend needs (`pip download -d FOLDER -c .ci/constraints.txt torch torchvision ...`).
"""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("set_up.py")
WHEELS = os.environ.get("KINEMA_WHEELS", "")
LIMIT = 1500.0
"""Seconds for one installation, on a machine that is busy with other things."""

pytestmark = [
    pytest.mark.skipif(not WHEELS, reason="KINEMA_WHEELS names no folder with the packages of the backend as wheels"),
    pytest.mark.timeout(2 * LIMIT + 300),
]


def cut_off():
    """The words that run a command in a network of its own, which leads nowhere; none where that is not allowed."""
    words = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0:
        return words
    return []


class Blender:
    """The bpy module in a process of its own, with a user folder of its own."""

    def __init__(self, folder, zip_file):
        own = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "KINEMA_"))}
        home = {"BLENDER_USER_RESOURCES": str(folder), "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull}
        words = [*cut_off(), sys.executable, str(SCRIPT), str(zip_file), WHEELS]
        self.log = (folder / "said.txt").open("w+")
        self.child = subprocess.Popen(
            words, stdout=self.log, stderr=subprocess.STDOUT, env={**own, **home}, start_new_session=True
        )

    def said(self):
        self.log.flush()
        lines = Path(self.log.name).read_text().splitlines()
        return {line["event"]: line for line in (json.loads(text) for text in lines if text.startswith('{"event"'))}

    def text(self):
        return Path(self.log.name).read_text()[-4000:]

    def kill(self):
        """As a power cut would: Blender and whatever it runs."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.log.close()


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory):
    from blender_addon import build

    return build.build(tmp_path_factory.mktemp("dist"))


@pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="needs the bpy module")
def test_button_makes_the_backend_from_wheels_survives_a_kill_and_makes_a_clip(zip_file, tmp_path):
    first = Blender(tmp_path, zip_file)
    end = time.monotonic() + LIMIT
    unpacked = []
    while sum(file.stat().st_size for file in unpacked) < 50e6:
        assert first.child.poll() is None, first.text()
        assert time.monotonic() < end, first.text()
        time.sleep(0.3)
        unpacked = [file for file in tmp_path.rglob("site-packages/torch/**/*") if file.is_file()]
    assert "clip" not in first.said()
    first.kill()
    again = Blender(tmp_path, zip_file)
    try:
        assert again.child.wait(LIMIT) == 0, again.text()
        said = again.said()
        print(json.dumps(said))
    finally:
        again.kill()
        shutil.rmtree(tmp_path / "extensions", ignore_errors=True)  # more than a gigabyte
    if cut_off():
        assert said["enabled"]["network"] is False
    assert said["enabled"]["online_access"] is False
    assert said["installed"]["error"] == ""
    assert said["installed"]["resumed"], "the steps that were finished are not run again"
    assert said["clip"]["frames"][1] > said["clip"]["frames"][0]
    assert said["clip"]["command"][0].startswith(str(tmp_path))
