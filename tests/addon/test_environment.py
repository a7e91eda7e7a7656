"""The backend's own environment: commands, and a real installation without a network."""

import subprocess
import sys
import zipfile

import pytest

from blender_addon import environment
from kinema.errors import EnvironmentSetupError


def test_without_preference_and_environment_the_fix_is_named(tmp_path):
    with pytest.raises(EnvironmentSetupError, match="Install Backend"):
        environment.backend_command("  ", tmp_path / "none", "auto")


def test_without_preference_the_own_environment_serves(tmp_path):
    python = environment.python_of(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    command = environment.backend_command("", tmp_path, "cuda")
    assert command == [str(python), "-m", "kinema", "serve", "--device", "cuda"]


@pytest.mark.parametrize("python", ["/opt/my env/bin/python3.11", "C:\\Env\\python.exe", "python"])
def test_python_executable_gets_the_arguments(tmp_path, python, monkeypatch):
    if " " in python:
        path = tmp_path / "my env" / "python3.11"
        path.parent.mkdir()
        path.touch()
        python = str(path)
    words = environment.backend_command(python.replace("\\", "\\\\"), tmp_path, "cpu")
    assert words == [python, "-m", "kinema", "serve", "--device", "cpu"]


def test_other_commands_run_as_they_stand(tmp_path):
    command = environment.backend_command("ssh -T gpubox 'kinema serve'", tmp_path, "cpu")
    assert command == ["ssh", "-T", "gpubox", "kinema serve"]


def test_command_with_an_open_quote_is_refused(tmp_path):
    with pytest.raises(EnvironmentSetupError, match="quotes"):
        environment.backend_command("ssh 'gpubox", tmp_path, "cpu")


def test_installation_needs_permission_for_the_network(tmp_path):
    with pytest.raises(EnvironmentSetupError, match="online access"):
        environment.plan(tmp_path / "env", tmp_path / "kinema.whl", "", online=False)
    plan = environment.plan(
        tmp_path / "env", tmp_path / "kinema.whl", "--no-index --find-links 'my wheels'", online=False
    )
    assert plan.commands[1][-4:-1] == ("--no-index", "--find-links", "my wheels")


def make_wheel(folder):
    wheel = folder / "kinema-0.0.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("kinema/__init__.py", "")
        archive.writestr("kinema/__main__.py", "print('served')")
        archive.writestr("kinema-0.0.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: kinema\nVersion: 0.0.1\n")
        archive.writestr(
            "kinema-0.0.1.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("kinema-0.0.1.dist-info/RECORD", "")
    return wheel


def test_installation_makes_an_environment_that_runs(tmp_path, wait_until):
    folder = tmp_path / "my backend"
    work = environment.Installation(environment.plan(folder, make_wheel(tmp_path), "--no-index", online=False))
    wait_until(lambda: not work.running, seconds=300)
    assert work.error == "", work.log.read_text()
    command = environment.backend_command("", folder, "auto")
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "served\n"
    assert "Successfully installed kinema" in work.log.read_text()


def test_failed_installation_tells_the_last_line_and_the_log(tmp_path, wait_until):
    plan = environment.Plan(
        tmp_path / "env", ((sys.executable, "-c", "print('disk is full'); raise SystemExit(1)"), ("never",))
    )
    work = environment.Installation(plan)
    wait_until(lambda: not work.running)
    assert "disk is full" in work.error
    assert str(work.log) in work.error
    assert "never" not in work.log.read_text()


def test_cancelled_installation_stops_its_child(tmp_path, wait_until):
    plan = environment.Plan(tmp_path / "env", ((sys.executable, "-uc", "import time; print('on'); time.sleep(600)"),))
    work = environment.Installation(plan)
    wait_until(lambda: work.last_line == "on")
    work.cancel()
    assert not work.running
    assert work.error == "the installation was cancelled"
