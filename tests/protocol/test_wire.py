"""Messages -> bytes -> messages, and every way in which bytes can be wrong."""

import io
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kinema.errors import KinemaError, MotionError, PromptError, ProtocolError, RequestError
from kinema.protocol import messages, wire
from kinema.protocol.messages import (
    Cancel,
    ClearCache,
    Cleared,
    Describe,
    Description,
    Done,
    Failed,
    Generate,
    Hello,
    Progress,
    Refine,
    Refined,
    Shutdown,
)
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

text = st.text(max_size=40)
prompt = st.text(min_size=1, max_size=60).filter(str.strip)
parts = st.dictionaries(st.sampled_from(messages.PARTS), text, max_size=6)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
finite = st.floats(allow_nan=False, allow_infinity=False)
message = st.one_of(
    st.builds(Hello, version=st.integers(), software=text, pid=st.integers()),
    st.builds(
        Generate,
        id=text,
        prompt=prompt,
        seconds=st.floats(0.5, 10.0) | st.integers(1, 10),
        seed=st.integers(0, 2**63 - 1),
        samples=st.integers(1, 64),
        refiner=st.sampled_from(messages.REFINERS),
        parts=parts,
        steps=st.none() | st.integers(1, 1000),
        guidance=st.none() | st.floats(0.0, 30.0),
        sampler=st.none() | text,
        cleanup=st.booleans(),
    ),
    st.builds(Cancel, id=text),
    st.just(Shutdown()),
    st.builds(Progress, id=text, stage=text, step=st.integers(), steps=st.integers()),
    st.builds(
        Done,
        id=text,
        samples=st.integers(),
        fps=finite,
        parts=st.dictionaries(text, text, max_size=3),
        warnings=st.lists(text, max_size=3).map(tuple),
        pack=st.dictionaries(text, json_value, max_size=3),
        seconds_taken=finite,
        settings=st.dictionaries(text, json_value, max_size=3),
        cached=st.booleans(),
    ),
    st.builds(Refine, id=text, prompt=prompt, refiner=st.sampled_from(messages.REFINERS)),
    st.builds(
        Refined,
        id=text,
        parts=st.dictionaries(text, text, max_size=3),
        unknown=st.lists(text, max_size=3).map(tuple),
        warnings=st.lists(text, max_size=3).map(tuple),
    ),
    st.builds(Describe, id=text),
    st.builds(
        Description,
        id=text,
        pack=st.dictionaries(text, json_value, max_size=3),
        packs=st.lists(text, max_size=3).map(tuple),
        cache_files=st.integers(),
        cache_bytes=st.integers(),
    ),
    st.builds(ClearCache, id=text),
    st.builds(Cleared, id=text, files=st.integers(), bytes=st.integers()),
    st.builds(Failed, id=text, kind=text, message=text),
)
array = hnp.arrays(st.sampled_from(wire.DTYPES), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
arrays = st.dictionaries(st.text(min_size=1, max_size=20), array, max_size=4)


class Dribble(io.RawIOBase):
    """A pipe that gives `piece` bytes a read and takes `piece` bytes a write."""

    def __init__(self, data: bytes = b"", piece: int = 1) -> None:
        self.data, self.piece, self.taken = data, piece, bytearray()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        part, self.data = self.data[: min(self.piece, len(buffer))], self.data[min(self.piece, len(buffer)) :]
        buffer[: len(part)] = part
        return len(part)

    def write(self, data) -> int:
        part = bytes(data[: self.piece])
        self.taken += part
        return len(part)


def written(sent, with_arrays=None) -> bytes:
    stream = io.BytesIO()
    wire.write(stream, sent, with_arrays)
    return stream.getvalue()


def line(content: object) -> bytes:
    return json.dumps(content).encode() + b"\n"


def framed(kind: str, fields: dict, header: object = ()) -> bytes:
    return line({"type": kind, "fields": fields, "arrays": list(header) if isinstance(header, tuple) else header})


@given(message, arrays)
def test_message_to_bytes_to_message(sent, with_arrays):
    received = wire.read(io.BytesIO(written(sent, with_arrays)))
    assert received is not None
    assert received[0] == sent
    assert type(received[0]) is type(sent)
    assert list(received[1]) == list(with_arrays)
    for name, value in with_arrays.items():
        assert received[1][name].dtype == value.dtype
        assert received[1][name].shape == value.shape
        np.testing.assert_array_equal(received[1][name], value)


@given(st.lists(st.tuples(message, arrays), max_size=4), st.integers(1, 7))
def test_messages_in_a_row_through_a_pipe_that_dribbles(sent, piece):
    sink = Dribble(piece=piece)
    for each, with_arrays in sent:
        wire.write(sink, each, with_arrays)
    source = Dribble(bytes(sink.taken), piece)
    for each, with_arrays in sent:
        received = wire.read(source)
        assert received is not None
        assert received[0] == each
        assert list(received[1]) == list(with_arrays)
    assert wire.read(source) is None


@given(message, arrays, st.data())
def test_a_stream_cut_anywhere_is_torn(sent, with_arrays, data):
    whole = written(sent, with_arrays)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(ProtocolError, match="ended inside"):
        wire.read(io.BytesIO(whole[:cut]))


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_give_a_message_or_a_protocol_error(garbage):
    with pytest.raises(ProtocolError):
        wire.read(io.BytesIO(garbage))


@given(message, arrays, st.data())
def test_a_changed_byte_never_gives_another_kind_of_error(sent, with_arrays, data):
    whole = bytearray(written(sent, with_arrays))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        received = wire.read(io.BytesIO(bytes(whole)))
    except KinemaError:
        return
    assert received is None or type(received[0]).__name__ in messages.MESSAGES


@given(json_value)
def test_any_json_gives_a_protocol_error(value):
    with pytest.raises(ProtocolError):
        wire.read(io.BytesIO(line(value)))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"Welcome to gpubox, last login today\n", "Welcome to gpubox"),
        (b"\n", "expected a message"),
        (b"\xff\xfe\x00\n", "expected a message"),
        (b"[" * 100_000 + b"\n", "expected a message"),
        (b"1" * 5000 + b"\n", "expected a message"),
        (b'{"type": "Shutdown", "type": "Shutdown", "fields": {}, "arrays": []}\n', "expected a message"),
        (b'{"type": "Progress", "fields": {"step": NaN}, "arrays": []}\n', "expected a message"),
        (b'{"type": "Done", "fields": {"id": "", "samples": 1, "fps": 1e999}, "arrays": []}\n', "expected a message"),
        (line({"type": "Shutdown", "fields": {}}), "exactly type, fields and arrays"),
        (line({"type": "Shutdown", "fields": {}, "arrays": [], "more": 1}), "exactly type, fields and arrays"),
        (line({"type": 3, "fields": {}, "arrays": []}), "wrong kind"),
        (framed("Shutdown", {}, "none"), "wrong kind"),
        (framed("Pickle", {}), "unknown message type 'Pickle'"),
        (framed("Cancel", {}), "needs 'id'"),
        (framed("Cancel", {"id": "a", "force": True}), "no field 'force'"),
        (framed("Cancel", {"id": 7}), "id of Cancel must be str"),
        (framed("Generate", {"id": "a", "prompt": "walk", "seed": True}), "seed of Generate must be int"),
        (framed("Generate", {"id": "a", "prompt": "walk", "seed": 1.0}), "seed of Generate must be int"),
        (framed("Generate", {"id": "a", "prompt": "walk", "parts": ["head"]}), "parts of Generate"),
        (framed("Generate", {"id": "a", "prompt": "walk", "parts": {"head": None}}), "parts of Generate"),
        (framed("Generate", {"id": "a", "prompt": "walk", "steps": "ten"}), "steps of Generate"),
        (framed("Done", {"id": "a", "samples": 1, "fps": 30, "warnings": "none"}), "warnings of Done"),
    ],
)
def test_malformed_messages_are_refused_with_their_reason(raw, reason):
    with pytest.raises(ProtocolError, match=reason):
        wire.read(io.BytesIO(raw))


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("x", "exactly name, dtype and shape"),
        ({"name": "x", "dtype": "float32"}, "exactly name, dtype and shape"),
        ({"name": "", "dtype": "float32", "shape": [1]}, "short and stand once"),
        ({"name": "x" * 65, "dtype": "float32", "shape": [1]}, "short and stand once"),
        ({"name": "x", "dtype": "object", "shape": [1]}, "use one of float32"),
        ({"name": "x", "dtype": ["float32"], "shape": [1]}, "use one of float32"),
        ({"name": "x", "dtype": "float32", "shape": 4}, "no usable shape"),
        ({"name": "x", "dtype": "float32", "shape": [-1]}, "no usable shape"),
        ({"name": "x", "dtype": "float32", "shape": [True]}, "no usable shape"),
        ({"name": "x", "dtype": "float32", "shape": [1] * 9}, "no usable shape"),
        ({"name": "x", "dtype": "float32", "shape": [10**9, 10**9]}, "may take"),
        ({"name": "x", "dtype": "float32", "shape": [0, 2**40, 2**40]}, "may take"),
    ],
)
def test_unusable_array_headers_are_refused_before_anything_is_allocated(entry, reason):
    with pytest.raises(ProtocolError, match=reason):
        wire.read(io.BytesIO(framed("Shutdown", {}, [entry])))


def test_arrays_are_limited_together_and_in_number():
    half = {"dtype": "uint8", "shape": [wire.MAX_ARRAY_BYTES // 2 + 1]}
    with pytest.raises(ProtocolError, match="may take"):
        wire.read(io.BytesIO(framed("Shutdown", {}, [{"name": "a", **half}, {"name": "b", **half}])))
    many = [{"name": str(k), "dtype": "uint8", "shape": [0]} for k in range(wire.MAX_ARRAYS + 1)]
    with pytest.raises(ProtocolError, match="may carry"):
        wire.read(io.BytesIO(framed("Shutdown", {}, many)))


def test_an_endless_line_is_refused_after_the_limit():
    stream = io.BytesIO(b"a" * (wire.MAX_LINE + 100))
    with pytest.raises(ProtocolError, match="longer than"):
        wire.read(stream)
    assert stream.tell() == wire.MAX_LINE + 1


@pytest.mark.parametrize(
    ("sent", "with_arrays", "reason"),
    [
        (Failed("a", "X", "x" * wire.MAX_LINE), None, "may take"),
        (Done("a", 1, float("nan")), None, "JSON cannot carry"),
        (Done("a", 1, 30.0, pack={"x": object()}), None, "JSON cannot carry"),
        (Shutdown(), {"x": np.array([object()])}, "use one of"),
        (Shutdown(), {"x": np.array(["text"])}, "use one of"),
        (Shutdown(), {"x": np.zeros(3, np.complex64)}, "use one of"),
    ],
)
def test_what_the_reader_would_refuse_is_not_sent(sent, with_arrays, reason):
    stream = io.BytesIO()
    with pytest.raises(ProtocolError, match=reason):
        wire.write(stream, sent, with_arrays)
    assert stream.getvalue() == b""


def test_values_of_a_request_keep_their_own_errors_and_the_stream_stays_in_step():
    stream = io.BytesIO(
        framed("Generate", {"id": "a", "prompt": "x" * 10_000})
        + framed("Generate", {"id": "b", "prompt": "walk", "seconds": 60})
        + written(Shutdown())
    )
    with pytest.raises(PromptError, match="10000 characters"):
        wire.read(stream)
    with pytest.raises(RequestError, match="seconds"):
        wire.read(stream)
    assert wire.read(stream) == (Shutdown(), {})


def test_arrays_are_little_endian_whatever_they_were():
    value = np.arange(5, dtype=">f8")
    raw = written(Shutdown(), {"x": value})
    assert raw.endswith(np.arange(5, dtype="<f8").tobytes())
    received = wire.read(io.BytesIO(raw))
    assert received is not None
    np.testing.assert_array_equal(received[1]["x"], value)


def test_strided_and_scalar_arrays_arrive_whole():
    value = np.arange(24.0).reshape(4, 6)[::2, ::-3]
    received = wire.read(io.BytesIO(written(Shutdown(), {"x": value, "y": np.float64(3.0)})))
    assert received is not None
    np.testing.assert_array_equal(received[1]["x"], value)
    assert received[1]["y"].shape == ()


def test_through_a_real_pipe_a_large_array_arrives_while_the_other_side_still_writes():
    from threading import Thread

    reading, writing = os.pipe()
    value = np.random.default_rng(0).standard_normal((1 << 20,))

    def send() -> None:
        with os.fdopen(writing, "wb", buffering=0) as stream:
            wire.write(stream, Shutdown(), {"x": value})

    sender = Thread(target=send)
    sender.start()
    with os.fdopen(reading, "rb") as stream:
        received = wire.read(stream)
        assert received is not None
        np.testing.assert_array_equal(received[1]["x"], value)
        assert wire.read(stream) is None
    sender.join()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (written(Shutdown()), "first message must be Hello"),
        (framed("Hello", {"version": messages.PROTOCOL_VERSION + 1, "of": "the future"}), "same version of Kinema"),
        (framed("Hello", {"version": True}), "same version of Kinema"),
        (framed("Hello", {}), "same version of Kinema"),
        (framed("Hello", {"version": messages.PROTOCOL_VERSION, "of": "the future"}), "no field 'of'"),
    ],
)
def test_a_greeting_is_refused(raw, reason):
    with pytest.raises(ProtocolError, match=reason):
        wire.read_hello(io.BytesIO(raw))


def test_a_greeting_is_accepted():
    assert wire.read_hello(io.BytesIO(written(Hello(software="x", pid=3)))) == Hello(software="x", pid=3)
    assert wire.read_hello(io.BytesIO()) is None


def test_motions_to_arrays_to_motions():
    rng = np.random.default_rng(1)
    motions = [Motion(rng.standard_normal((t, 22, 4)), rng.standard_normal((t, 3)), 30.0, SMPL_BODY) for t in (1, 7)]
    done = Done("a", 2, 30.0)
    received = wire.read(io.BytesIO(written(done, wire.motion_arrays(motions))))
    assert received is not None
    for back, motion in zip(wire.done_motions(done, received[1]), motions, strict=True):
        np.testing.assert_allclose(back.rotations, motion.rotations, atol=1e-15)
        np.testing.assert_array_equal(back.root_translation, motion.root_translation)


def test_contacts_travel_beside_the_motions_that_have_them():
    motions = [Motion(np.tile([1.0, 0, 0, 0], (5, 22, 1)), np.zeros((5, 3)), 30.0, SMPL_BODY)] * 2
    done, stands = Done("a", 2, 30.0), np.random.default_rng(2).random((5, 4))
    _, arrays = wire.read(io.BytesIO(written(done, wire.motion_arrays(motions, [None, stands]))))
    first, second = wire.done_contacts(done, arrays)
    assert first is None
    np.testing.assert_allclose(second, stands, atol=1e-7)
    assert wire.done_contacts(done, wire.motion_arrays(motions)) == (None, None)
    for wrong in (stands[:4], stands[:, :3], stands - 1.0, np.full((5, 4), np.nan)):
        with pytest.raises(ProtocolError, match="contacts_0 must hold four numbers"):
            wire.done_contacts(done, {**arrays, "contacts_0": wrong})


def test_an_answer_without_its_motions_is_refused():
    arrays = {"rotations_0": np.zeros((2, 22, 4)), "root_translation_0": np.zeros((2, 3))}
    with pytest.raises(ProtocolError, match="'rotations_1', 'root_translation_1'"):
        wire.done_motions(Done("a", 2, 30.0), arrays)
    with pytest.raises(ProtocolError, match="samples"):
        wire.done_motions(Done("a", 10**18, 30.0), arrays)
    with pytest.raises(MotionError):
        wire.done_motions(Done("a", 1, 30.0), arrays)
