"""Edit requests cross the wire whole; each field that cannot be used is refused with one sentence."""

import io

import pytest

from kinema.errors import KinemaError, PromptError, ProtocolError
from kinema.protocol import wire
from kinema.protocol.messages import GOAL_JOINTS, MAX_PROMPT, Edit
from kinema.protocol.smpl import SMPL_BODY


def crossed(message):
    stream = io.BytesIO()
    wire.write(stream, message)
    stream.seek(0)
    received = wire.read(stream)
    assert received is not None
    return received[0]


@pytest.mark.parametrize(
    "message",
    [
        Edit("a", "wave", clip="walk.bvh", span=(30, 75), body_parts=("left_arm", "head"), parts={"head": "nods"}),
        Edit("b", clip="walk.bvh", keys=(60, 0, 30), samples=4, seed=7, steps=9, guidance=1.5, sampler="ddim"),
        Edit("c", "walk", path=((0, 0, 0), (2.5, 1.0, 2, 90)), seconds=3, cleanup=False, refiner="none"),
        Edit("d", goals=(("right_wrist", 1.6, 0.3, 1.2, 0.4), ("head", 0, 0, 1, 0))),
    ],
)
def test_edits_come_back_equal(message):
    assert crossed(message) == message


def test_keys_are_told_in_order():
    assert Edit("a", clip="x.npz", keys=(60, 0, 30)).keys == (0, 30, 60)


def test_goals_are_for_joints_of_the_body():
    assert set(GOAL_JOINTS.values()) <= set(SMPL_BODY.names)


CLIP = {"clip": "walk.bvh"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "nothing to make"),
        ({"prompt": "x" * (MAX_PROMPT + 1)}, "shorten it"),
        (CLIP | {"span": (3,)}, "a first and a last frame"),
        (CLIP | {"span": (9, 3)}, "swap its frames"),
        (CLIP | {"span": (-1, 3)}, "a frame must be a whole number"),
        (CLIP | {"keys": (1, 1)}, "stands twice"),
        (CLIP | {"body_parts": ("tail",)}, "unknown body parts tail"),
        (CLIP | {"parts": {"tail": "wags"}}, "unknown body parts tail"),
        (CLIP | {"seconds": 3.0}, "keeps its length"),
        (CLIP | {"body_parts": ("head",), "path": ((0.0, 0.0, 0.0),)}, "let both legs change"),
        ({"prompt": "walk", "keys": (1,)}, "need a clip"),
        ({"prompt": "walk", "span": (1, 2)}, "need a clip"),
        ({"prompt": "walk", "body_parts": ("head",)}, "need a clip"),
        ({"prompt": "walk", "seconds": 0.1}, "seconds must be a number"),
        ({"path": ((0.0, 0.0),)}, "a path's point is"),
        ({"path": ((0.0, 0.0, float("nan")),)}, "x or z must be a number"),
        ({"path": ((1.0, 0.0, 0.0), (1.0, 1.0, 0.0))}, "must grow"),
        ({"path": ((-1.0, 0.0, 0.0),)}, "time must be a number"),
        ({"path": ((0.0, 0.0, 0.0, 1e9),)}, "heading must be a number"),
        ({"goals": (("right_wrist", 1.0, 0.0, 0.0),)}, "a goal is a joint"),
        ({"goals": (("nose", 1.0, 0.0, 0.0, 0.0),)}, "use one of pelvis"),
        ({"goals": (("head", 1.0, 0.0, "up", 0.0),)}, "x, y or z must be a number"),
        ({"goals": (("head", 1.0, 0.0, 1.0, 0.0),) * 2}, "leave one out"),
        ({"prompt": "walk", "samples": 0}, "samples must be"),
        ({"prompt": "walk", "refiner": "magic"}, "refiner 'magic'"),
        ({"prompt": "walk", "guidance": -1.0}, "guidance must be"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_fix(fields, words):
    with pytest.raises(KinemaError, match=words) as raised:
        Edit("a", **fields)
    assert str(raised.value).count("\n") == 0


def test_wrong_types_are_refused_before_their_values():
    for fields in ({"path": [["a", 0, 0]]}, {"keys": [1.5]}, {"goals": [[None, 1, 2, 3, 4]]}, {"span": "30:75"}):
        with pytest.raises(ProtocolError):
            wire.build(Edit, {"id": "a", "prompt": "walk", **fields})
    with pytest.raises(PromptError):
        Edit("a", 7)  # type: ignore[arg-type]
