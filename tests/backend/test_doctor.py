"""The report tells the truth about this machine, and each problem names its fix."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from kinema import blender, doctor
from kinema.cli import main
from kinema.errors import EnvironmentSetupError


def report(capsys, *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["doctor", "--json", "--device", "cpu", *arguments])
    (line,) = capsys.readouterr().out.splitlines()
    answer = json.loads(line)
    assert answer["works"] is (code == 0)
    return code, {check["name"]: check for check in answer["checks"]}


def test_a_working_machine_is_shown_by_a_trial(random_pack, capsys):
    code, checks = report(capsys, "--model", str(random_pack))
    assert code == 0
    assert checks["numpy"]["found"] == np.__version__
    assert checks["python"]["found"].endswith(sys.executable)
    assert "random 0.0.1" in checks["weights"]["found"]
    assert "verified, CC0-1.0, commercial use allowed" in checks["weights"]["found"]
    assert "2 s of motion in" in checks["trial"]["found"]


def test_missing_weights_are_a_problem_with_a_fix_and_nothing_is_tried(capsys):
    code, checks = report(capsys, "--model", "none-such")
    assert code == 1
    assert checks["weights"]["state"] == "problem"
    assert "no model pack 'none-such' was found" in checks["weights"]["fix"]
    assert "trial" not in checks


def test_damaged_weights_are_a_problem_with_a_fix(random_pack, tmp_path, capsys):
    folder = shutil.copytree(random_pack, tmp_path / "damaged")
    (folder / "text.safetensors").write_bytes(b"")
    code, checks = report(capsys, "--model", str(folder))
    assert code == 1
    assert "install the model pack 'damaged' again" in checks["weights"]["fix"]


def test_a_missing_library_is_a_problem_with_a_command(monkeypatch, random_pack, capsys):
    monkeypatch.setattr(doctor, "LIBRARIES", (*doctor.LIBRARIES, "a-library-that-nobody-has"))
    code, checks = report(capsys, "--model", str(random_pack))
    assert code == 1
    assert checks["a-library-that-nobody-has"]["fix"] == f"{sys.executable} -m pip install a-library-that-nobody-has"


def test_a_missing_blender_is_no_problem(monkeypatch, random_pack, capsys):
    monkeypatch.setenv(blender.VARIABLE, "/no/such/blender")
    code, checks = report(capsys, "--model", str(random_pack))
    assert code == 0
    assert checks["blender"]["state"] == "note"
    assert "cannot be run (No such file or directory); set KINEMA_BLENDER" in checks["blender"]["fix"]


@pytest.fixture
def endpoint(monkeypatch):
    """Set the language model's variables; those that are not given are unset."""

    def endpoint(**values: str) -> None:
        for name in ("URL", "MODEL", "KEY", "TIMEOUT"):
            monkeypatch.delenv(f"KINEMA_LLM_{name}", raising=False)
        for name, value in values.items():
            monkeypatch.setenv(f"KINEMA_LLM_{name}", value)

    return endpoint


def test_the_endpoint_is_reported_and_its_key_is_not(endpoint, capsys):
    endpoint(URL="http://localhost:11434/v1", MODEL="small", KEY="secret-7c1f")
    _, checks = report(capsys, "--model", "none-such")
    assert checks["llm"]["found"] == "small at http://localhost:11434/v1, with a key in KINEMA_LLM_KEY"
    assert "secret-7c1f" not in json.dumps(checks)
    endpoint()
    assert "no endpoint set" in report(capsys, "--model", "none-such")[1]["llm"]["found"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"URL": "http://localhost/v1"}, "set KINEMA_LLM_MODEL"),
        ({"URL": "localhost", "MODEL": "small"}, "must begin with http"),
        ({"URL": "http://x:secret-7c1f@localhost/v1", "MODEL": "small"}, "must not hold a key"),
        ({"URL": "http://localhost/v1", "MODEL": "small", "TIMEOUT": "soon"}, "KINEMA_LLM_TIMEOUT must be a number"),
    ],
)
def test_an_endpoint_that_is_set_wrongly_names_its_fix(endpoint, capsys, values, reason):
    endpoint(**values)
    _, checks = report(capsys, "--model", "none-such")
    assert checks["llm"]["state"] == "note"
    assert reason in checks["llm"]["fix"]
    assert "secret-7c1f" not in json.dumps(checks)


def test_people_read_lines(capsys):
    assert main(["doctor", "--model", "none-such"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ok", "kinema", doctor.__version__]
    assert any(line.strip().startswith("-> no model pack 'none-such'") for line in lines)
    assert lines[-1] == "Generation does not work yet; see the problems above."


@pytest.mark.skipif(os.name != "posix", reason="the stand-ins are shell scripts")
@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("Blender 3.4.1", "is too old; Kinema needs 4.2 LTS or newer"),
        ("GNU bash", "is no Blender"),
        ("", "is no Blender"),
    ],
)
def test_an_executable_that_will_not_do_is_refused(monkeypatch, tmp_path, says, reason):
    script = tmp_path / "blender"
    script.write_text(f"#!/bin/sh\necho '{says}'\n")
    script.chmod(0o755)
    monkeypatch.setenv(blender.VARIABLE, str(script))
    with pytest.raises(EnvironmentSetupError, match=reason):
        blender.find()


@pytest.mark.skipif(os.name != "posix", reason="the stand-ins are shell scripts")
def test_the_named_executable_is_found_with_its_version(monkeypatch, tmp_path):
    script = tmp_path / "blender"
    script.write_text("#!/bin/sh\necho 'Blender 4.3.2'\n")
    script.chmod(0o755)
    monkeypatch.setenv(blender.VARIABLE, str(script))
    assert blender.find() == blender.Blender("4.3.2", str(script))


def test_without_any_blender_the_fix_names_both_ways(monkeypatch):
    monkeypatch.delenv(blender.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(blender.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentSetupError, match=r"pip install 'kinema\[blender\]'.*KINEMA_BLENDER"):
        blender.find()


def test_the_json_of_a_real_process_stands_on_stdout():
    child = subprocess.run(
        [sys.executable, "-m", "kinema", "doctor", "--json", "--model", "none-such"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (child.returncode, child.stderr) == (1, "")
    assert json.loads(child.stdout)["event"] == "report"
