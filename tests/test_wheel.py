"""The wheel, installed where no checkout is near: everything that the program reads comes with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """installed(*words): run this Python in an empty folder where `kinema` is the installed wheel."""
    sys.path.insert(0, str(ROOT))
    from blender_addon import build

    folder = tmp_path_factory.mktemp("wheel")
    wheel, clean = build.build_wheel(folder), folder / "clean"
    clean.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder / "site"]
    subprocess.run([*pip, wheel], check=True)
    environment = {**os.environ, "PYTHONPATH": str(folder / "site"), "KINEMA_CACHE": str(folder / "cache")}

    def run(*words):
        command = [sys.executable, *map(str, words)]
        return subprocess.run(command, cwd=clean, env=environment, capture_output=True, text=True, timeout=500)

    where = run("-c", "import kinema; print(kinema.__file__)").stdout.strip()
    assert Path(where).is_relative_to(folder / "site"), where
    return run


def test_assets_farm_and_manual_come_along(installed):
    code = "from kinema import shipped; print(*(shipped.folder(name) for name in {!r}), sep='\\n')"
    done = installed("-c", code.format(("farm", "lexicon", "manual", "models", "schemas")))
    assert done.returncode == 0, done.stderr
    folders = [Path(line) for line in done.stdout.splitlines()]
    assert all(folder.parent.parent.name == "kinema" and "site" in folder.parts for folder in folders)
    for folder in folders:
        shipped = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        checkout = ROOT / "assets" / folder.name
        assert shipped == {str(path.relative_to(checkout)) for path in checkout.rglob("*") if path.is_file()}


def test_farm_templates_are_copied_out(installed, tmp_path):
    done = installed("-m", "kinema.farm.templates", tmp_path / "made")
    assert done.returncode == 0, done.stderr
    for name in ("flamenco/kinema_shots.js", "openjd/template.yaml"):
        assert (tmp_path / "made" / name).read_bytes() == (ROOT / "assets/farm" / name).read_bytes()
    refused = installed("-m", "kinema.farm.templates")
    assert refused.returncode == 2
    assert "FOLDER" in refused.stderr


def test_a_batch_runs_from_it(installed, tmp_path):
    job = {"name": "walk", "prompt": "a person walks forward", "seconds": 0.5, "steps": 2}
    (tmp_path / "jobs.jsonl").write_text(json.dumps(job) + "\n")
    words = ("-m", "kinema", "batch", tmp_path / "jobs.jsonl", "--out", tmp_path / "out", "--json", "--device", "cpu")
    done = installed(*words)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["done"] == 1
    assert (tmp_path / "out/walk.npz").is_file()
