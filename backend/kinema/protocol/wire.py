"""Messages on a pipe: one JSON line, then the raw bytes of the arrays that it announces.

    {"type": "Done", "fields": {...}, "arrays": [{"name": "rotations_0", "dtype": "float64", "shape": [120, 22, 4]}]}\\n
    <little-endian bytes of the arrays, in that order, without padding>

No pickle, no port, no path. A reader never allocates what has not arrived, and refuses what it does not know:
the other side may be a different version, a login banner of ssh, or hostile.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, BinaryIO, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from ..errors import ProtocolError
from .messages import MAX_SAMPLES, MESSAGES, PROTOCOL_VERSION, Done, Hello, Message
from .motion import Motion
from .smpl import SMPL_BODY

MAX_LINE = 1 << 20
"""Longest JSON line in bytes, its newline included."""

MAX_ARRAY_BYTES = 256 << 20
"""Most bytes that the arrays of one message hold together."""

MAX_ARRAYS, MAX_DIMENSIONS, MAX_NAME = 1024, 8, 64
DTYPES = ("float32", "float64", "int32", "int64", "uint8")

_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Frame:
    """One well-formed unit of the stream whose meaning has not been looked at yet."""

    type: str
    fields: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def write(stream: BinaryIO, message: Message, arrays: Mapping[str, np.ndarray] | None = None) -> None:
    """Send one message and flush. Raises ProtocolError where the message breaks a limit, and then nothing is sent.

    OSError (a broken pipe) passes through: only the caller knows what the other side's end means.
    """
    header, bodies = [], []
    for name, array in (arrays or {}).items():
        array = np.asarray(array)
        header.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape)})
        _check_header(header)
        bodies.append(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")))
    fields = {f.name: _plain(getattr(message, f.name)) for f in dataclasses.fields(message)}
    content = {"type": type(message).__name__, "fields": fields, "arrays": header}
    try:
        line = json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise ProtocolError(f"{content['type']} holds a value that JSON cannot carry: {error}") from error
    if len(line) > MAX_LINE:
        raise ProtocolError(f"{content['type']} takes {len(line)} bytes; a message's text may take {MAX_LINE}")
    _write_all(stream, line)
    for body in bodies:
        _write_all(stream, body.tobytes())
    stream.flush()


def read(stream: BinaryIO) -> tuple[Message, dict[str, np.ndarray]] | None:
    """Receive one message with its arrays; None at a clean end of the stream.

    Raises ProtocolError for anything malformed, torn or oversized, PromptError or RequestError where a well-formed
    request holds a value that cannot be used.
    """
    frame = read_frame(stream)
    return None if frame is None else (decode(frame), frame.arrays)


def read_frame(stream: BinaryIO) -> Frame | None:
    """Receive one frame; None at a clean end. After a ProtocolError the stream is out of step and must be left."""
    line = stream.readline(MAX_LINE + 1)
    if not line:
        return None
    if len(line) > MAX_LINE:
        raise ProtocolError(f"a message's text is longer than {MAX_LINE} bytes; it begins with {_excerpt(line)}")
    if not line.endswith(b"\n"):
        raise ProtocolError(f"the stream ended inside a message that begins with {_excerpt(line)}")
    try:
        content = json.loads(line, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise ProtocolError(f"expected a message of Kinema and received {_excerpt(line)}") from None
    if not isinstance(content, dict) or set(content) != {"type", "fields", "arrays"}:
        raise ProtocolError(f"a message needs exactly type, fields and arrays; received {_excerpt(line)}")
    kind, fields, header = content["type"], content["fields"], content["arrays"]
    if not isinstance(kind, str) or not isinstance(fields, dict) or not isinstance(header, list):
        raise ProtocolError(f"a message's type, fields or arrays are of the wrong kind: {_excerpt(line)}")
    _check_header(header)
    arrays = {}
    for entry in header:
        dtype = np.dtype(entry["dtype"]).newbyteorder("<")
        raw = _read_exactly(stream, math.prod(entry["shape"]) * dtype.itemsize)
        array = np.frombuffer(raw, dtype).reshape(entry["shape"])
        arrays[entry["name"]] = array.astype(entry["dtype"], copy=False)
    return Frame(kind, fields, arrays)


def decode(frame: Frame) -> Message:
    """The message that a frame means. Raises ProtocolError, PromptError or RequestError; the stream stays in step."""
    kind = MESSAGES.get(frame.type)
    if kind is None:
        raise ProtocolError(f"unknown message type {frame.type[:80]!r}; known are {', '.join(MESSAGES)}")
    return cast(Message, build(kind, frame.fields))


def build(kind: type, fields: Mapping[str, Any]) -> Any:
    """A message of class `kind` from JSON values, each checked against the type that the class declares.

    Raises ProtocolError for unknown, missing or wrongly typed fields, and what the class itself raises for values.
    """
    hints, required = _declared(kind)
    if unknown := sorted(set(fields) - set(hints)):
        raise ProtocolError(f"{kind.__name__} has no field {_list(unknown)}; it has {', '.join(hints)}")
    if missing := [name for name in required if name not in fields]:
        raise ProtocolError(f"{kind.__name__} needs {_list(missing)}")
    for name, value in fields.items():
        if not _fits(value, hints[name]):
            wanted = getattr(hints[name], "__name__", None) if isinstance(hints[name], type) else None
            raise ProtocolError(f"{name} of {kind.__name__} must be {wanted or hints[name]}, not {repr(value)[:80]}")
    return kind(**{name: tuple(v) if get_origin(hints[name]) is tuple else v for name, v in fields.items()})


def read_hello(stream: BinaryIO) -> Hello | None:
    """The other side's greeting, which must come first; None when the stream ended before it.

    Raises ProtocolError when it is no greeting or speaks another version. The version is looked at before anything
    else, so that two versions whose greetings differ in their fields still part with the right sentence.
    """
    frame = read_frame(stream)
    if frame is None:
        return None
    if frame.type != "Hello":
        raise ProtocolError(f"the first message must be Hello, not {frame.type[:80]!r}")
    version = frame.fields.get("version")
    if type(version) is not int or version != PROTOCOL_VERSION:
        raise ProtocolError(
            f"this side speaks protocol version {PROTOCOL_VERSION} and the other {repr(version)[:80]}; "
            "install the same version of Kinema on both sides"
        )
    return cast(Hello, decode(frame))


def motion_arrays(motions: Sequence[Motion], contacts: Sequence[np.ndarray | None] = ()) -> dict[str, np.ndarray]:
    """The arrays that carry the motions of a `Done`: rotations_K (T, J, 4) and root_translation_K (T, 3), float64, and
    contacts_K (T, 4), float32, for each motion whose `contacts` are given."""
    arrays = {}
    for index, motion in enumerate(motions):
        arrays[f"rotations_{index}"] = motion.rotations
        arrays[f"root_translation_{index}"] = motion.root_translation
    for index, stands in enumerate(contacts):
        if stands is not None:
            arrays[f"contacts_{index}"] = np.asarray(stands, dtype=np.float32)
    return arrays


def done_motions(done: Done, arrays: Mapping[str, np.ndarray]) -> tuple[Motion, ...]:
    """The motions, on SMPL_BODY, that a `Done` brought. Raises ProtocolError for missing arrays, MotionError for
    arrays that are no motion."""
    if not 1 <= done.samples <= MAX_SAMPLES:
        raise ProtocolError(f"the answer declares {repr(done.samples)[:40]} samples; 1 to {MAX_SAMPLES} are possible")
    names = [f"{kind}_{k}" for k in range(done.samples) for kind in ("rotations", "root_translation")]
    if missing := [name for name in names if name not in arrays]:
        raise ProtocolError(f"the answer lacks the arrays {_list(missing)}")
    return tuple(
        Motion(arrays[f"rotations_{k}"], arrays[f"root_translation_{k}"], done.fps, SMPL_BODY)
        for k in range(done.samples)
    )


def done_contacts(done: Done, arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray | None, ...]:
    """For each motion of a `Done` which feet stand, (T, 4) of 0..1 as float64, or None where it does not say.

    Raises ProtocolError for contacts that do not fit their motion.
    """
    out: list[np.ndarray | None] = []
    for k in range(done.samples):
        found = arrays.get(f"contacts_{k}")
        if found is not None and (
            found.shape != (len(arrays[f"rotations_{k}"]), 4) or not np.all((found >= 0.0) & (found <= 1.0))
        ):
            raise ProtocolError(f"contacts_{k} must hold four numbers from 0 to 1 for each frame of its motion")
        out.append(None if found is None else found.astype(np.float64))
    return tuple(out)


def _check_header(header: Sequence[Any]) -> None:
    """Raises ProtocolError unless the announced arrays are few, known, small and named once each."""
    if len(header) > MAX_ARRAYS:
        raise ProtocolError(f"a message may carry {MAX_ARRAYS} arrays, not {len(header)}")
    names, total = set(), 0
    for entry in header:
        if not isinstance(entry, dict) or set(entry) != {"name", "dtype", "shape"}:
            raise ProtocolError(f"an array needs exactly name, dtype and shape; received {repr(entry)[:80]}")
        name, dtype, shape = entry["name"], entry["dtype"], entry["shape"]
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or name in names:
            raise ProtocolError(f"an array's name must be short and stand once, not {repr(name)[:80]}")
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise ProtocolError(f"array {name!r} has type {repr(dtype)[:80]}; use one of {', '.join(DTYPES)}")
        if (
            not isinstance(shape, list)
            or len(shape) > MAX_DIMENSIONS
            or any(type(n) is not int or n < 0 for n in shape)
        ):
            raise ProtocolError(f"array {name!r} has no usable shape: {repr(shape)[:80]}")
        # Zeros count as ones: NumPy cannot make (0, 2**40, 2**40) although it holds nothing.
        total += math.prod(max(n, 1) for n in shape) * np.dtype(dtype).itemsize
        if total > MAX_ARRAY_BYTES:
            raise ProtocolError(
                f"the arrays of a message may take {MAX_ARRAY_BYTES} bytes together; ask for less at once"
            )
        names.add(name)


def _read_exactly(stream: BinaryIO, count: int) -> bytearray:
    """`count` bytes, however the pipe cuts them, in memory that grows with what arrives."""
    raw = bytearray()
    while len(raw) < count:
        part = stream.read(min(_CHUNK, count - len(raw)))
        if not part:
            raise ProtocolError(f"the stream ended inside an array: {len(raw)} of {count} bytes came")
        raw += part
    return raw


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Unbuffered streams may take less than they are given."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) or 0 :]


@functools.cache
def _declared(kind: type) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Types of a message's fields by name, and which of them have no default."""
    required = tuple(
        f.name
        for f in dataclasses.fields(kind)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    )
    return get_type_hints(kind), required


def _fits(value: object, hint: Any) -> bool:
    """Whether a JSON value is of the declared type; True is no number and 1 is a float."""
    origin = get_origin(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, option) for option in get_args(hint))
    if origin is Mapping:
        return isinstance(value, dict) and all(_fits(item, get_args(hint)[1]) for item in value.values())
    if origin is tuple:
        return isinstance(value, list) and all(_fits(item, get_args(hint)[0]) for item in value)
    if hint is float:
        return type(value) in (int, float)
    return type(value) is hint if hint is not NoneType else value is None


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON allows a key twice and parsers then differ in which one counts; here it is an error."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content


def _finite(text: str) -> float:
    """Python reads 1e999 and Infinity as numbers."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def _excerpt(line: bytes) -> str:
    text = line[:80].decode("utf-8", "replace").strip()
    return repr(text) + ("..." if len(line) > 80 else "")


def _list(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:5])
