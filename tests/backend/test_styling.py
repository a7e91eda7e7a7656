"""Styles through the pipeline on random weights: strength 0, references, lengths, parts, text with style, errors."""

import os
from pathlib import Path

import numpy as np
import pytest

from kinema import clips, geometry
from kinema.checkpoints import find_pack
from kinema.cli import main
from kinema.errors import MotionError, RequestError
from kinema.formats import amass
from kinema.pipeline import Pipeline
from kinema.protocol import quaternion
from kinema.protocol.messages import Generate, Stylize
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY
from kinema.stylization.parts import JOINTS

from .stylization.test_library import swaying


@pytest.fixture(scope="module")
def pipeline(random_pack) -> Pipeline:
    return Pipeline.open(find_pack(str(random_pack)), "cpu")


@pytest.fixture
def testclips() -> Path:
    folder = Path(os.environ.get("KINEMA_DATA", "")) / "testclips"
    if not folder.is_dir():
        pytest.skip("KINEMA_DATA is not set: real-world clips are not tested")
    return folder


def placed(motion: Motion, angle: float, x: float) -> Motion:
    turn = geometry.yaw_quaternion(np.array(angle))
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    path = quaternion.rotate(turn, motion.root_translation) + [x, 0.0, 0.0]
    return Motion(rotations, path, motion.fps, motion.skeleton)


def test_strength_zero_returns_the_content(pipeline):
    clip = placed(swaying(3.1), 1.0, 2.0)
    made = pipeline.stylize(Stylize("a", style="old", style_strength=0.0), clip).motions[0]
    np.testing.assert_allclose(made.positions(), clip.positions(), atol=1e-4)
    plain = pipeline.generate(Generate("a", "walk")).motions[0]
    none = pipeline.generate(Generate("a", "walk", style="old", style_strength=0.0)).motions[0]
    np.testing.assert_allclose(none.positions(), plain.positions(), atol=1e-4)


def test_little_strength_changes_little(pipeline):
    clip = placed(swaying(3.0), -2.0, 1.0)
    request = Stylize("a", style="old", style_strength=1e-4, cleanup=False)
    made = pipeline.stylize(request, clip).motions[0]
    np.testing.assert_allclose(made.positions(), clip.positions(), atol=0.02)


def test_styled_arms_leave_legs_and_way_as_they_were(pipeline):
    clip = placed(swaying(3.0), 1.0, 2.0)
    arms = ("left_arm", "right_arm")
    made = pipeline.stylize(Stylize("a", style="old", style_parts=arms), clip).motions[0]
    moved = np.linalg.norm(made.positions() - clip.positions(), axis=-1).max(axis=0)
    ends = [SMPL_BODY.index(joint) for part in arms for joint in JOINTS[part]]
    assert np.delete(moved, ends).max() < 1e-4
    assert moved[SMPL_BODY.index("L_Wrist")] > 0.02
    whole = pipeline.stylize(Stylize("a", style="old"), clip).motions[0]
    assert np.abs(whole.root_translation - clip.root_translation).max() > 1e-2


@pytest.mark.parametrize("seconds", [0.1, 0.9, 4.0, 31.0])
@pytest.mark.parametrize("fps", [24.0, 120.0])
def test_any_length_and_rate_keeps_its_duration_place_and_heading(pipeline, seconds, fps):
    clip = placed(swaying(seconds, fps), 0.7, 3.0)
    made = pipeline.stylize(Stylize("a", style="old"), clip).motions[0]
    assert len(made) == len(clip.resample(30.0))
    assert np.allclose(made.root_translation[0, [0, 2]], clip.root_translation[0, [0, 2]])
    assert geometry.heading_angle(made.rotations[0, 0]) == pytest.approx(
        float(geometry.heading_angle(clip.rotations[0, 0])), abs=1e-6
    )


def test_a_reference_tells_its_style_at_any_rate_place_and_heading(pipeline):
    assert pipeline.stylist is not None
    reference = swaying(4.0)
    code = pipeline.stylist.clip_style(reference).code
    np.testing.assert_allclose(pipeline.stylist.clip_style(placed(reference, 2.5, 9.0)).code, code, atol=1e-4)
    np.testing.assert_allclose(pipeline.stylist.clip_style(swaying(4.0, 120.0)).code, code, atol=0.02)


def test_styles_by_label_clip_random_and_mix_differ(pipeline):
    clip, reference = swaying(3.0), swaying(2.0, angle=0.9)
    requests = [
        Stylize("a", style="old"),
        Stylize("a", style="old", style_seed=5),
        Stylize("a", style="proud"),
        Stylize("a", style="random", style_seed=1),
        Stylize("a", style_clip="x.bvh"),
        Stylize("a", style="old", style_mix="proud"),
        Stylize("a", style="old", style_parts=("left_arm",)),
    ]
    made = [pipeline.stylize(request, clip, reference).motions[0].rotations for request in requests]
    again = pipeline.stylize(requests[3], clip).motions[0].rotations
    assert np.array_equal(made[3], again)
    assert all(not np.allclose(a, b, atol=1e-3) for k, a in enumerate(made) for b in made[:k])


def test_text_and_style_in_one_request_and_the_prompts_own_word(pipeline):
    plain, named, auto, silent = (
        pipeline.generate(Generate("a", prompt, style=style, cleanup=False)).motions[0].rotations
        for prompt, style in (
            ("an old man walks", ""),
            ("an old man walks", "old"),
            ("an old man walks", "auto"),
            ("a man walks", "auto"),
        )
    )
    assert not np.allclose(plain, named)
    assert np.array_equal(named, auto)
    assert np.array_equal(silent, pipeline.generate(Generate("a", "a man walks", cleanup=False)).motions[0].rotations)
    drunk = pipeline.generate(Generate("a", "a drunk man walks", style="auto"))
    assert any("drunk" in warning for warning in drunk.warnings)


def test_mistakes_get_one_sentence(pipeline):
    with pytest.raises(RequestError, match="old, proud, active"):
        pipeline.stylize(Stylize("a", style="grumpy"), swaying(2.0))
    with pytest.raises(MotionError, match="at least 1 s"):
        pipeline.stylize(Stylize("a", style_clip="x.bvh"), swaying(2.0), swaying(0.5))
    for wrong in (
        {"style": "old", "style_clip": "x.bvh"},
        {"style": "old", "style_strength": 2.0},
        {"style": "old", "style_share": -0.1},
        {"style": "old", "style_parts": ("tail",)},
        {"style": "auto"},
        {},
    ):
        with pytest.raises(RequestError):
            Stylize("a", **wrong)


def test_the_command_line_styles_saves_lists_and_removes(random_pack, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KINEMA_STYLES", str(tmp_path / "styles"))
    monkeypatch.chdir(tmp_path)
    weights = ["--model", str(random_pack)]
    amass.write("walk.npz", swaying(3.0))
    assert main(["styles", *weights, "save", "limp", "walk.npz", "--licence", "CC0", "--source", "me"]) == 0
    assert main(["styles", *weights]) == 0
    listed = capsys.readouterr().out
    assert "old" in listed
    assert "limp" in listed
    assert main(["styles", *weights, "show", "limp"]) == 0
    assert "licence: CC0" in capsys.readouterr().out
    command = ["stylize", "walk.npz", *weights, "--device", "cpu", "-o"]
    assert main([*command, "a.npz", "--style", "limp"]) == 0
    assert main([*command, "b.npz", "--style-clip", "walk.npz"]) == 0
    np.testing.assert_allclose(amass.read("a.npz").rotations, amass.read("b.npz").rotations, atol=1e-3)
    origin = amass.read_provenance("b.npz")
    assert origin is not None
    assert origin["source"] == "walk.npz"
    assert "saved_styles" not in origin
    limp = {"name": "limp", "title": "limp", "licence": "CC0", "source": "me"}
    assert amass.read_provenance("a.npz")["saved_styles"] == [limp]
    generate = ["generate", "a person walks", *weights, "--device", "cpu", "--seconds", "1", "-o", "c.npz"]
    assert main([*generate, "--style", "old", "--style-mix", "limp"]) == 0
    assert amass.read_provenance("c.npz")["saved_styles"] == [limp]
    assert main(["styles", *weights, "remove", "limp"]) == 0
    assert main(["styles", *weights, "remove", "old"]) == 2
    capsys.readouterr()
    assert main([*command, "walk.npz", "--style", "old"]) == 2
    assert "is the clip itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["not_a_human_4joints.bvh", "no_motion_section.bvh", "ozz_pab_walk.fbx", "missing.bvh"]
)
def test_a_clip_that_cannot_be_read_gets_one_sentence(random_pack, tmp_path, capsys, name, testclips):
    arguments = ["stylize", str(testclips / name), "--style", "old", "-o", str(tmp_path / "x.npz")]
    assert main([*arguments, "--model", str(random_pack), "--device", "cpu"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name.split(".")[0] in line or "human" in line


def test_clips_travel_as_files_or_motions(tmp_path):
    from kinema.protocol import clips as wire_clips

    motion = swaying(2.0, 60.0)
    amass.write(tmp_path / "a.npz", motion)
    content = (tmp_path / "a.npz").read_bytes()
    for arrays in (wire_clips.motion_arrays("style", motion), wire_clips.file_arrays("style", content)):
        came = clips.received("style", "../a.npz", arrays)
        assert came is not None
        assert came.fps == 60.0
        np.testing.assert_allclose(came.positions(), motion.positions(), atol=0.03)
    assert clips.received("style", "", {}) is None
    with pytest.raises(RequestError, match="no clip came"):
        clips.needed("clip", "", {})
    assert SMPL_BODY.names == motion.skeleton.names
