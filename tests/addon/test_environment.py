"""The backend's own environment: commands, and a real installation without a network."""

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


def test_model_pack_reaches_the_own_backend(tmp_path):
    command = environment.backend_command("python", tmp_path, "cpu", "my-pack")
    assert command[-2:] == ["--model", "my-pack"]


@pytest.mark.parametrize(
    ("command", "doctor"),
    [
        (
            ["/e/python", "-m", "kinema", "serve", "--device", "cpu"],
            ["/e/python", "-m", "kinema", "doctor", "--device", "cpu"],
        ),
        (["ssh", "server", "kinema serve"], ["ssh", "server", "kinema doctor"]),
    ],
)
def test_doctor_examines_the_same_backend(command, doctor):
    assert environment.doctor_command(command) == doctor


def test_command_without_serve_has_no_doctor():
    with pytest.raises(EnvironmentSetupError, match="by hand"):
        environment.doctor_command(["/my/script"])


def test_doctor_of_this_checkout_reports(wait_until):
    probe = environment.Probe([sys.executable, "-c", "print('ok      kinema')"], {})
    wait_until(lambda: not probe.running)
    assert probe.text == "ok      kinema"
    missing = environment.Probe(["/no/such/program"], {})
    wait_until(lambda: not missing.running)
    assert "preferences" in missing.text


def test_installation_needs_permission_for_the_network(tmp_path):
    wheel = tmp_path / "kinema.whl"
    with pytest.raises(EnvironmentSetupError, match="online access"):
        environment.plan(tmp_path / "env", wheel, "", online=False)
    plan = environment.plan(tmp_path / "env", wheel, "--no-index --find-links 'my wheels'", online=False)
    assert plan.commands[-1][-4:-1] == ("--no-index", "--find-links", "my wheels")
    with pytest.raises(EnvironmentSetupError, match="does not exist"):
        environment.plan(tmp_path / "env", wheel, "", online=False, wheel_folder=str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("system", "choice", "index"),
    [("linux", "cpu", "/whl/cpu"), ("linux", "cuda", ""), ("win32", "cuda", "/whl/cu"), ("darwin", "auto", "")],
)
def test_each_machine_gets_its_build_of_torch(tmp_path, system, choice, index):
    build = environment.build_for(choice, system)
    plan = environment.plan(tmp_path / "env", tmp_path / "kinema.whl", "", online=True, build=build)
    torch = plan.commands[1]
    assert torch[-2:] == ("torch", "torchvision")
    assert (index in torch[-3]) if index else ("--index-url" not in torch)
    local = environment.plan(
        tmp_path / "env", tmp_path / "kinema.whl", "", online=False, wheel_folder=str(tmp_path), build=build
    )
    assert all("--index-url" not in command for command in local.commands)


def make_wheel(folder, name="kinema"):
    wheel = folder / f"{name}-0.0.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        archive.writestr(f"{name}/__main__.py", "print('served')")
        archive.writestr(f"{name}-0.0.1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\n")
        archive.writestr(
            f"{name}-0.0.1.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{name}-0.0.1.dist-info/RECORD", "")
    return wheel


def test_installation_from_a_wheel_folder_goes_on_where_it_stopped_and_runs(tmp_path, wait_until):
    wheels = tmp_path / "my wheels"
    wheels.mkdir()
    make_wheel(wheels, "torch")
    folder, wheel = tmp_path / "my backend", make_wheel(tmp_path)
    plan = environment.plan(
        folder, wheel, "", online=False, wheel_folder=str(wheels), build=environment.build_for("cpu")
    )
    work = environment.Installation(plan)
    wait_until(lambda: not work.running, seconds=300)
    assert "torchvision" in work.error, "the folder lacks it"
    make_wheel(wheels, "torchvision")
    work = environment.Installation(plan)
    wait_until(lambda: not work.running, seconds=300)
    assert work.error == "", work.log.read_text()
    assert work.step == work.steps == 3
    log = work.log.read_text()
    assert log.splitlines()[1] == "finished before", "the environment itself was made the first time"
    assert "Successfully installed kinema" in log
    command = environment.backend_command("", folder, "auto")
    # As the add-on runs it: this checkout, which PYTHONPATH may name, is not what was installed.
    probe = environment.Probe(command, {})
    probe.wait(60.0)
    assert probe.text == "served"


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
    wait_until(lambda: not work.running)
    assert "start it again" in work.error
