"""`kinema serve` with the real pipeline behind it: what Blender gets is what the command line writes."""

import subprocess
import sys

import numpy as np
import pytest

from kinema.cli import main
from kinema.formats import amass
from kinema.protocol import clips, wire
from kinema.protocol.messages import (
    Cancel,
    Done,
    Edit,
    Failed,
    Generate,
    Hello,
    ListStyles,
    Progress,
    RemoveStyle,
    SaveStyle,
    Shutdown,
    Styles,
    Stylize,
)

from .stylization.test_library import swaying


@pytest.fixture
def backend(with_random_pack):
    child = subprocess.Popen(
        [sys.executable, "-m", "kinema", "serve", *with_random_pack], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        wire.write(child.stdin, Hello())
        assert wire.read_hello(child.stdout) is not None
        yield child
        wire.write(child.stdin, Shutdown())
        assert wire.read(child.stdout) is None
        assert child.wait(timeout=300) == 0


def ask(child, request, brought=None):
    """All messages until the request's answer, and the answer's arrays."""
    wire.write(child.stdin, request, brought)
    messages = []
    while not messages or isinstance(messages[-1], Progress):
        message, arrays = wire.read(child.stdout)
        messages.append(message)
    return messages, arrays


def test_motions_cross_the_wire_as_the_command_line_writes_them(backend, with_random_pack, tmp_path):
    messages, arrays = ask(backend, Generate("a", "a person waves", seconds=1.0, seed=4, samples=2, steps=3))
    done = messages[-1]
    assert isinstance(done, Done)
    assert (done.samples, done.fps, done.pack["licence"]) == (2, 30.0, "CC0-1.0")
    assert set(done.parts) == {"head", "torso", "left_arm", "right_arm", "left_leg", "right_leg"}
    assert messages[0] == Progress("a", "load")
    steps = [(message.step, message.steps) for message in messages if getattr(message, "stage", "") == "sample"]
    assert steps[-3:] == [(1, 3), (2, 3), (3, 3)]
    motions = wire.done_motions(done, arrays)
    where = ["--seconds", "1", "--seed", "4", "--samples", "2", "--steps", "3", "-o", str(tmp_path / "x.npz")]
    assert main(["generate", "a person waves", *where, *with_random_pack]) == 0
    for number, motion in enumerate(motions):
        written = amass.read(tmp_path / f"x-{number:03d}.npz")
        np.testing.assert_allclose(motion.positions(), written.positions(), atol=1e-6)


def test_clips_are_styled_and_styles_saved_across_the_wire(tmp_path, monkeypatch, request):
    monkeypatch.setenv("KINEMA_STYLES", str(tmp_path / "styles"))
    backend = request.getfixturevalue("backend")
    clip, reference = swaying(2.0, 60.0), swaying(1.5, angle=0.9)
    amass.write(tmp_path / "r.npz", reference)
    style = clips.file_arrays("style", (tmp_path / "r.npz").read_bytes())
    messages, arrays = ask(
        backend, Stylize("a", clip="walk", style_clip="r.npz"), clips.motion_arrays("clip", clip) | style
    )
    (made,) = wire.done_motions(messages[-1], arrays)
    assert (len(made), made.fps) == (60, 30.0)
    messages, _ = ask(backend, SaveStyle("b", "sway", "r.npz", "swaying", "CC0", "me"), style)
    assert isinstance(messages[-1], Styles)
    assert {"sway", "old"} <= {entry["name"] for entry in messages[-1].styles}
    messages, arrays = ask(backend, Stylize("c", style="sway"), clips.motion_arrays("clip", clip))
    np.testing.assert_allclose(wire.done_motions(messages[-1], arrays)[0].rotations, made.rotations, atol=1e-3)
    messages, _ = ask(backend, Generate("d", "a man walks", seconds=1.0, steps=2, style_clip="r.npz"), style)
    assert isinstance(messages[-1], Done)
    messages, _ = ask(backend, Generate("e", "a man walks", style_clip="/etc/passwd"))
    assert isinstance(messages[-1], Failed)
    assert "did not come with the request" in messages[-1].message
    messages, _ = ask(backend, RemoveStyle("f", "sway"))
    assert "sway" not in {entry["name"] for entry in messages[-1].styles}
    messages, _ = ask(backend, ListStyles("g"))
    assert isinstance(messages[-1], Styles)


def test_edits_cross_the_wire_and_keep_the_clip_bit_for_bit(backend):
    clip = swaying(2.0, 60.0)
    brought = clips.motion_arrays("clip", clip)
    messages, arrays = ask(backend, Edit("a", "nods", clip="sway", span=(40, 80), samples=2, steps=2), brought)
    done = messages[-1]
    assert isinstance(done, Done)
    assert (done.samples, done.fps) == (2, 60.0)
    assert len(done.settings["errors"]) == 2
    for motion in wire.done_motions(done, arrays):
        kept = np.r_[0:40, 81 : len(clip)]
        assert np.array_equal(motion.rotations[kept], clip.rotations[kept])
        assert np.array_equal(motion.root_translation[kept], clip.root_translation[kept])
    messages, _ = ask(backend, Edit("b", clip="sway", span=(1, 2)))
    assert "no clip came with the request" in messages[-1].message
    messages, _ = ask(backend, Edit("c", clip="sway", span=(1, 9999)), brought)
    assert "its frames are 0 to 119" in messages[-1].message
    messages, arrays = ask(backend, Edit("d", "walks", path=((0.0, 0.0, 0.0), (1.0, 0.0, 1.0)), steps=2))
    assert len(wire.done_motions(messages[-1], arrays)[0]) == 31


def test_cancel_stops_the_sampler_between_steps(backend):
    wire.write(backend.stdin, Generate("a", "a person waves", seconds=10.0, samples=16, steps=1000))
    while getattr(wire.read(backend.stdout)[0], "stage", "") != "sample":
        pass
    wire.write(backend.stdin, Cancel("a"))
    while isinstance(answer := wire.read(backend.stdout)[0], Progress):
        assert answer.step < 1000
    assert isinstance(answer, Failed)
    assert answer.kind == "Cancelled"
    messages, _ = ask(backend, Generate("b", "a person waves", seconds=0.5, steps=2))
    assert isinstance(messages[-1], Done)


def test_missing_weights_are_an_answer_and_not_an_end():
    command = [sys.executable, "-m", "kinema", "serve", "--model", "none-such"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        wire.write(child.stdin, Hello())
        wire.read_hello(child.stdout)
        for identity in "ab":
            messages, _ = ask(child, Generate(identity, "walk"))
            assert messages[-1].kind == "WeightsError"
            assert "no model pack 'none-such' was found" in messages[-1].message
        wire.write(child.stdin, Shutdown())
        assert child.wait(timeout=300) == 0
