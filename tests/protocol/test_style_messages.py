"""Style requests and clips cross the wire whole; half a clip is refused."""

import io

import numpy as np
import pytest

from kinema.errors import ProtocolError
from kinema.protocol import clips, wire
from kinema.protocol.messages import Generate, ListStyles, RemoveStyle, SaveStyle, Styles, Stylize
from kinema.protocol.motion import Motion, Skeleton

BODY = Skeleton(("Hüfte", "Spine"), np.array([-1, 0]), np.array([[0.0, 1.0, 0.0], [0.0, 0.5, 0.0]]))
CLIP = Motion(np.tile([1.0, 0.0, 0.0, 0.0], (4, 2, 1)), np.arange(12.0).reshape(4, 3), 24.0, BODY)


@pytest.mark.parametrize(
    "message",
    [
        Generate("a", "walk", style="old", style_mix="random", style_share=0.2, style_parts=("head", "torso")),
        Stylize("b", clip="x.bvh", style_clip="y.npz", style_strength=1.5, style_seed=9),
        SaveStyle("c", "limp", "limp.bvh", "limping", "CC0", "me"),
        ListStyles("d"),
        RemoveStyle("e", "limp"),
        Styles("f", ({"name": "old", "kind": "label"},)),
    ],
)
def test_messages_with_a_clip_come_back_equal(message):
    stream = io.BytesIO()
    wire.write(stream, message, clips.motion_arrays("style", CLIP) | clips.file_arrays("clip", b"HIERARCHY"))
    stream.seek(0)
    received = wire.read(stream)
    assert received is not None
    assert received[0] == message
    motion = clips.read_clip("style", received[1])
    assert isinstance(motion, Motion)
    assert motion.skeleton.names == BODY.names
    assert np.array_equal(motion.root_translation, CLIP.root_translation)
    assert motion.fps == 24.0
    assert clips.read_clip("clip", received[1]) == b"HIERARCHY"


def test_half_a_clip_is_refused_and_none_is_none():
    arrays = clips.motion_arrays("style", CLIP)
    del arrays["style_parents"]
    with pytest.raises(ProtocolError, match="lacks its parents"):
        clips.read_clip("style", arrays)
    assert clips.read_clip("style", {}) is None
