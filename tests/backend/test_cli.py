"""The command line as scripts see it: files, exit codes, one sentence on stderr."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import kinema
from kinema import cli, formats, output
from kinema.cli import main
from kinema.errors import MotionError
from kinema.formats import amass, bvh
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY


@pytest.fixture
def generate(random_pack, tmp_path, monkeypatch):
    """`kinema generate` with the random pack, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def generate(*arguments: str) -> int:
        return main(["generate", *arguments, "--model", str(random_pack), "--device", "cpu", "--steps", "2"])

    return generate


def sentence(capsys) -> str:
    """What stands on stderr, which must be one line that begins with the program's name."""
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("kinema: ")
    return line.removeprefix("kinema: ")


def clip(frames: int = 30) -> Motion:
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (frames, 22, 1))
    place = np.tile([0.0, 0.92, 0.0], (frames, 1))
    place[:, 2] = np.linspace(0.0, 1.0, frames)
    return Motion(rotations, place, 30.0, SMPL_BODY)


def test_a_prompt_becomes_an_amass_file_with_its_origin(generate, capsys):
    code = generate("a person waves", "--seconds", "2", "--seed", "7", "--part", "head=the head nods", "-o", "wave.npz")
    assert code == 0
    assert capsys.readouterr().out == "wave.npz\n"
    motion = amass.read("wave.npz")
    assert (len(motion), motion.fps) == (60, 30.0)
    origin = amass.read_provenance("wave.npz")
    assert origin is not None
    assert origin["version"] == kinema.__version__
    assert (origin["request"]["prompt"], origin["request"]["seed"]) == ("a person waves", 7)
    assert origin["parts"]["head"] == "the head nods"
    assert set(origin["pack"]) == {"name", "version", "sha256", "licence", "commercial"}


def test_the_suffix_picks_the_format(generate):
    assert generate("a person waves", "--seconds", "1", "-o", "wave.bvh") == 0
    assert Path("wave.bvh").read_bytes().startswith(b"HIERARCHY")
    assert len(bvh.read("wave.bvh")) == 30


def test_several_samples_get_numbers_and_each_is_its_own_seed(generate, capsys):
    assert generate("walk", "--seconds", "1", "--seed", "5", "--samples", "3", "-o", "walk.npz") == 0
    names = ["walk-000.npz", "walk-001.npz", "walk-002.npz"]
    assert capsys.readouterr().out.split() == names
    assert sorted(os.listdir()) == names
    assert generate("walk", "--seconds", "1", "--seed", "6", "-o", "alone.npz") == 0
    np.testing.assert_allclose(amass.read("alone.npz").rotations, amass.read(names[1]).rotations, atol=1e-4)
    first, second = (amass.read_provenance(name) for name in names[:2])
    assert first is not None
    assert second is not None
    assert (first["request"]["seed"], second["request"]["seed"]) == (5, 6)


def test_the_same_command_gives_the_same_bytes(generate):
    assert generate("walk", "--seconds", "1", "-o", "a.npz") == generate("walk", "--seconds", "1", "-o", "b.npz") == 0
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()


def test_json_is_one_event_a_line(generate, capsys):
    assert generate("walk", "--seconds", "1", "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0] == {"event": "progress", "stage": "load", "step": 0, "steps": 0}
    assert {"event": "progress", "stage": "sample", "step": 2, "steps": 2} in events
    assert (events[-1]["event"], events[-1]["files"], events[-1]["pack"]["name"]) == ("done", ["out.npz"], "random")


def test_a_failure_in_json_is_an_event_and_a_sentence(generate, capsys):
    assert generate("", "--json") == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["kind"] == "PromptError"
    assert captured.err == "kinema: the prompt is empty; describe what the character does\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([""], "the prompt is empty"),
        (["x" * 10_000], "10000 characters"),
        (["walk", "--seconds", "0.1"], "seconds must be"),
        (["walk", "--seconds", "nan"], "seconds must be"),
        (["walk", "--seed", "-1"], "seed must be"),
        (["walk", "--samples", "1000"], "samples must be"),
        (["walk", "--refiner", "magic"], "refiner 'magic' is unknown"),
        (["walk", "--part", "left_arm"], "write --part left_arm="),
        (["walk", "--part", "head=a", "--part", "head=b"], "each part once"),
        (["walk", "--part", "tail=wags"], "unknown body parts tail"),
        (["walk", "--guidance", "99"], "guidance must be"),
        (["walk", "--sampler", "guesswork"], "sampler 'guesswork' is unknown"),
        (["walk", "--device", "abacus"], "device 'abacus' cannot be used"),
        (["walk", "-o", "walk.fbx"], "end the output's name in .bvh or .npz"),
        (["walk", "-o", "walk"], "end the output's name in .bvh or .npz"),
        (["walk", "-o", "no/such/folder/walk.npz"], "does not exist; create it first"),
    ],
)
def test_unusable_input_is_refused_with_exit_code_2(random_pack, tmp_path, monkeypatch, capsys, arguments, reason):
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "--model", str(random_pack), "--device", "cpu", *arguments]) == 2
    assert reason in sentence(capsys)
    assert os.listdir() == []


def test_missing_weights_are_exit_code_1(capsys):
    assert main(["generate", "walk", "--model", "none-such", "-o", os.devnull + ".npz"]) == 1
    assert "no model pack 'none-such' was found" in sentence(capsys)


def test_damaged_weights_are_exit_code_1(random_pack, tmp_path, capsys):
    import shutil

    folder = shutil.copytree(random_pack, tmp_path / "damaged")
    raw = bytearray((folder / "denoiser.safetensors").read_bytes())
    raw[-1] ^= 1
    (folder / "denoiser.safetensors").write_bytes(raw)
    assert main(["generate", "walk", "--model", str(folder), "-o", str(tmp_path / "x.npz")]) == 1
    assert "is damaged; install the model pack 'damaged' again" in sentence(capsys)


@pytest.mark.parametrize("target", ["out.npz", "out.bvh"])
def test_convert_brings_a_clip_onto_the_smpl_body(tmp_path, capsys, target):
    bvh.write(tmp_path / "in.bvh", clip())
    assert main(["convert", str(tmp_path / "in.bvh"), "-o", str(tmp_path / target)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / target}\n"
    motion = formats.read_clip(tmp_path / target)
    assert len(motion) == 30
    travel = motion.root_translation[-1] - motion.root_translation[0]
    np.testing.assert_allclose(travel, [0.0, 0.0, 1.0], atol=0.05)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.bvh", None),
        ("empty.bvh", b""),
        ("garbage.bvh", b"\x00\x01\x02"),
        ("text.npz", b"not a zip"),
        ("scene.fbx", b"Kaydara FBX Binary"),
        ("clip.xyz", b"x"),
        ("table.bvh", b"HIERARCHY\nROOT Table\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\nEnd Site\n{\n"
         b"OFFSET 0 1 0\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.03\n0 0 0\n"),
    ],
)  # fmt: skip
def test_convert_refuses_with_one_sentence(tmp_path, capsys, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["convert", str(tmp_path / name), "-o", str(tmp_path / "out.npz")]) == 2
    assert name.split(".")[0] in sentence(capsys) or name == "table.bvh"
    assert not (tmp_path / "out.npz").exists()


def test_convert_does_not_overwrite_its_source(tmp_path, capsys):
    bvh.write(tmp_path / "in.bvh", clip())
    before = (tmp_path / "in.bvh").read_bytes()
    assert main(["convert", str(tmp_path / "in.bvh"), "-o", str(tmp_path / "in.bvh")]) == 2
    assert "choose another output" in sentence(capsys)
    assert (tmp_path / "in.bvh").read_bytes() == before


def test_a_motion_that_a_format_cannot_hold_leaves_the_old_file_and_no_partial_one(tmp_path):
    target = tmp_path / "out.npz"
    output.write_motion(target, clip(), {})
    before = target.read_bytes()
    other = Motion(np.array([[[1.0, 0, 0, 0]]]), np.zeros((1, 3)), 30.0, Skeleton(("Hips",), [-1], [[0, 0, 0]]))
    with pytest.raises(MotionError):
        output.write_motion(target, other, {})
    assert target.read_bytes() == before
    assert os.listdir(tmp_path) == ["out.npz"]


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX's")
@pytest.mark.parametrize("suffix", [".npz", ".bvh"])
def test_a_full_disk_leaves_the_old_file_and_no_partial_one(tmp_path, suffix):
    bvh.write(tmp_path / "in.bvh", clip())
    target = tmp_path / f"out{suffix}"
    output.write_motion(target, clip(), {})
    before = target.read_bytes()
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); from kinema.cli import main; "
    )
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            code + f"sys.exit(main(['convert', {str(tmp_path / 'in.bvh')!r}, '-o', {str(target)!r}]))",
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert child.returncode == 4
    assert child.stderr.startswith("kinema: ")
    assert len(child.stderr.splitlines()) == 1
    assert target.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == sorted(["in.bvh", target.name])


@pytest.mark.parametrize("arguments", [[], ["dance"], ["generate", "--loud"], ["batch", "x"], ["convert", "x.bvh"]])
def test_a_wrong_command_line_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: kinema" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["generate", "batch", "convert", "serve", "demo", "doctor"])
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"usage: kinema {command}" in capsys.readouterr().out


def test_delegated_commands_pass_their_arguments_on(monkeypatch, tmp_path):
    (tmp_path / "kinema_delegate.py").write_text(
        "def main(arguments):\n    print('given', *arguments)\n    return 0 if arguments[0] == '--x' else 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(cli, "DELEGATES", dict.fromkeys(cli.DELEGATES, "kinema_delegate"))
    assert main(["data", "prepare", "--x", "a b"]) == 0
    assert main(["--debug", "train", "--x"]) == 0
    assert main(["evaluate", "walk"]) == 3


def test_data_alone_says_what_is_missing(capsys):
    assert main(["data"]) == 2
    assert "data prepare SOURCE OUT" in sentence(capsys)


def test_training_data_is_prepared_by_its_own_module(capsys):
    with pytest.raises(SystemExit) as end:
        main(["data", "prepare", "--help"])
    assert end.value.code == 0


@pytest.mark.parametrize("debug", [True, False])
def test_an_unforeseen_error_is_a_sentence_and_a_traceback_only_when_asked_for(monkeypatch, capsys, tmp_path, debug):
    def fail(path):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(formats, "read_clip", fail)
    arguments = ["convert", "in.bvh", "-o", str(tmp_path / "out.npz")]
    assert main([*arguments, "--debug"] if debug else arguments) == 1
    errors = capsys.readouterr().err
    assert errors.splitlines()[-1].startswith("kinema: unexpected ZeroDivisionError (division)")
    assert ("Traceback" in errors) is debug
    assert len(errors.splitlines()) == 1 or debug


@pytest.mark.skipif(os.name != "posix", reason="SIGINT to a child is POSIX's")
def test_an_interrupt_is_exit_code_130(with_random_pack, tmp_path):
    endless = ["--steps", "1000", "--samples", "64", "--seconds", "10", "--json", "-o", str(tmp_path / "x.npz")]
    child = subprocess.Popen(
        [sys.executable, "-m", "kinema", "generate", "walk", *endless, *with_random_pack],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while json.loads(child.stdout.readline()).get("stage") != "sample":
        pass
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=300)
    assert (child.returncode, errors) == (130, "kinema: interrupted\n")
    assert os.listdir(tmp_path) == []


def test_a_reader_that_leaves_is_no_traceback():
    child = subprocess.Popen(
        [sys.executable, "-m", "kinema", "doctor", "--model", "none-such"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    child.stdout.close()
    errors = child.stderr.read()
    assert child.wait(timeout=300) == 1
    assert errors == ""
    child.stderr.close()
