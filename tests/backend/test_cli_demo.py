"""`kinema demo` the whole way: a prompt, the pipeline, a real Blender, four files."""

import importlib.util
import json
import os

import pytest

from kinema import blender, demo
from kinema.cli import main
from kinema.errors import BackendError
from kinema.formats import amass

needs_blender = pytest.mark.skipif(
    importlib.util.find_spec("bpy") is None and not os.environ.get(blender.VARIABLE),
    reason=f"needs the bpy module or {blender.VARIABLE}",
)


@needs_blender
def test_a_prompt_becomes_a_blend_a_video_a_sheet_and_a_motion(with_random_pack, tmp_path, capsys):
    out = tmp_path / "new" / "folder"
    short = ["--prompt", "a person waves", "--seconds", "0.5", "--steps", "2"]
    code = main(["demo", *short, "--out", str(out), "--json", *with_random_pack])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    done = json.loads(captured.out.splitlines()[-1])
    assert done["event"] == "done"
    assert done["files"] == [str(out / f"demo{suffix}") for suffix in (".npz", ".blend", ".mp4", ".png")]
    assert len(amass.read(out / "demo.npz")) == 15
    # Compressed .blend files are Zstandard frames.
    assert (out / "demo.blend").read_bytes()[:7] in (
        b"BLENDER",
        b"\x28\xb5\x2f\xfd" + (out / "demo.blend").read_bytes()[4:7],
    )
    assert (out / "demo.mp4").read_bytes()[4:8] == b"ftyp"
    assert (out / "demo.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in out.iterdir()) == ["demo.blend", "demo.mp4", "demo.npz", "demo.png"]


def test_without_blender_nothing_is_generated(random_pack, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(blender.VARIABLE, str(tmp_path / "no-blender"))
    assert main(["demo", "--out", str(tmp_path / "out"), "--model", str(random_pack)]) == 1
    assert capsys.readouterr().err.startswith(f"kinema: {tmp_path / 'no-blender'} cannot be run")
    assert not (tmp_path / "out").exists()


@needs_blender
def test_what_blender_says_when_it_fails_reaches_the_user(tmp_path):
    (tmp_path / "motion.npz").write_bytes(b"no motion")
    arguments = ["demo", "--motion", str(tmp_path / "motion.npz"), "--blend", str(tmp_path / "x.blend")]
    with pytest.raises(BackendError, match=r"failed with exit code 1: .*motion\.npz"):
        demo._run(blender.find(), blender.addon_folder(), arguments)
