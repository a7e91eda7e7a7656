"""Requests that direct and change motions cross the wire whole; what cannot be used is refused with its fix."""

import io

import numpy as np
import pytest

from kinema.errors import InputError, ProtocolError
from kinema.protocol import clips, wire
from kinema.protocol.messages import Mix, Ranking, Search, Timeline, Transform, Vary
from kinema.protocol.motion import Motion, Skeleton

BODY = Skeleton(("Hips", "Spine"), np.array([-1, 0]), np.array([[0.0, 1.0, 0.0], [0.0, 0.5, 0.0]]))
CLIP = Motion(np.tile([1.0, 0.0, 0.0, 0.0], (4, 2, 1)), np.arange(12.0).reshape(4, 3), 24.0, BODY)
WALK = {"prompt": "a person walks", "start": 0.0, "end": 6.0}
WAVE = {"prompt": "waves", "start": 2, "end": 4, "body_parts": ["right_arm"], "style": "old"}


@pytest.mark.parametrize(
    "message",
    [
        Timeline("a", (WALK, WAVE), seed=3, samples=2, path=((0.0, 0.0, 0.0), (6.0, 1.0, 2.0, 90.0))),
        Timeline("a", (WALK,), loop=True, steps=4, guidance=1.0, sampler="ddim", cleanup=False, refiner="none"),
        Vary("b", "x.bvh", 0.3, "a person walks", {"head": "nods"}, seed=9, samples=4),
        Mix("c", "x.bvh", "y.npz", 0.25),
        Transform("d", "x.bvh", mirror=True, seconds=3.0, loop=True, in_place=True),
        Search("e", "a kick", ("x.bvh", "y.npz")),
        Ranking("f", ("y.npz", "x.bvh"), (0.5, -0.25), ("z.bvh: no motion",)),
    ],
)
def test_messages_come_back_equal(message):
    stream = io.BytesIO()
    wire.write(stream, message, clips.motion_arrays("clip_7", CLIP) | clips.motion_arrays("other", CLIP))
    stream.seek(0)
    received = wire.read(stream)
    assert received is not None
    assert received[0] == message
    for role in ("clip_7", "other"):
        motion = clips.read_clip(role, received[1])
        assert isinstance(motion, Motion)
        assert np.array_equal(motion.root_translation, CLIP.root_translation)


def test_a_timeline_lasts_until_its_last_strip_ends():
    timeline = Timeline("a", (WALK, WAVE | {"end": 8.5}))
    assert timeline.seconds == 8.5
    assert timeline.parsed()[1].body_parts == ("right_arm",)
    assert timeline.parsed()[0].style == ""


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Timeline("a"), "no strip"),
        (lambda: Timeline("a", (WALK | {"prompt": " "},)), "prompt is empty"),
        (lambda: Timeline("a", (WALK | {"end": 0.1},)), "at least 0.2 s after"),
        (lambda: Timeline("a", (WALK | {"body_parts": ["tail"]},)), "unknown body parts tail"),
        (lambda: Timeline("a", (WALK | {"body_parts": "head"},)), "must be a list"),
        (lambda: Timeline("a", (WALK | {"colour": 1},)), "no field 'colour'"),
        (lambda: Timeline("a", ({"prompt": "walk"},)), "needs its start, end"),
        (lambda: Timeline("a", (WALK | {"start": "0"},)), "start must be a number"),
        (lambda: Timeline("a", (WALK | {"end": 9999.0},), samples=2), "one answer can carry"),
        (lambda: Timeline("a", (WALK | {"end": 0.3},)), "one answer can carry"),
        (lambda: Timeline("a", (WALK,), path=((0.0, 0.0),)), "is seconds, x, z"),
        (lambda: Timeline("a", (WALK,), path=((1.0, 0.0, 0.0), (1.0, 0.0, 1.0))), "times must grow"),
        (lambda: Timeline("a", (WALK,), path=((0.0, 0.0, float("nan")),)), "x or z must be"),
        (lambda: Timeline("a", (WALK,), path=((0.0, 0.0, 0.0),), loop=True), "follows no path"),
        (lambda: Timeline("a", (WALK,), samples=0), "samples must be"),
        (lambda: Timeline("a", (WALK,), refiner="oracle"), "refiner 'oracle' is unknown"),
        (lambda: Vary("a", strength=1.5), "strength must be a number from 0 to 1"),
        (lambda: Vary("a", prompt="x" * 3000), "shorten it"),
        (lambda: Vary("a", steps=0), "steps must be"),
        (lambda: Mix("a", share=-0.1), "share must be"),
        (lambda: Transform("a"), "say what to change"),
        (lambda: Transform("a", speed=0.01), "speed must be"),
        (lambda: Transform("a", speed=2.0, seconds=2.0), "not both"),
        (lambda: Search("a", "walk"), "no clip to search"),
        (lambda: Search("a", "", ("x",)), "prompt is empty"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_fix(make, says):
    with pytest.raises(InputError, match=says):
        make()


def test_strips_of_the_wrong_type_are_refused_by_the_wire():
    with pytest.raises(ProtocolError, match="strips of Timeline"):
        wire.build(Timeline, {"id": "a", "strips": ["walk"]})
