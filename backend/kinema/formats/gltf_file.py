"""The glTF 2.0 container: JSON, buffers and accessors of .glb and .gltf files, nothing about motion.

Everything in the file is taken as hostile: indices, offsets and counts are checked before bytes are touched, and side
files are read from the file's own folder only.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np

from ..errors import FormatError
from .files import load_bytes

_COMPONENTS: dict[int, type[np.generic]] = {
    5120: np.int8,
    5121: np.uint8,
    5122: np.int16,
    5123: np.uint16,
    5125: np.uint32,
    5126: np.float32,
}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_GLB_JSON, _GLB_BIN = 0x4E4F534A, 0x004E4942
_UNREADABLE = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")


class GltfFile:
    """`items(key)` gives the JSON objects of a top-level list, `accessor(index)` an array. Raises FormatError."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = self.path.name
        data = load_bytes(path)
        self._glb_chunk: bytes | None = None
        if data[:4] == b"glTF":
            text, self._glb_chunk = self._split(data)
        else:
            text = data
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"{self.name} is no glTF file or a damaged one ({error}); export it again") from None
        if not isinstance(content, dict) or not isinstance(content.get("asset"), dict):
            raise FormatError(f"{self.name} is JSON but no glTF; it has no 'asset'")
        if not str(content["asset"].get("version", "")).startswith("2."):
            raise FormatError(f"{self.name} is glTF {content['asset'].get('version')}; export it as glTF 2.0")
        self._content: dict[str, Any] = content
        self._items: dict[str, list[dict[str, Any]]] = {}
        self._buffers: dict[int, bytes] = {}

    def items(self, key: str) -> list[dict[str, Any]]:
        """The list of objects under `key`, empty when there is none."""
        if key not in self._items:
            found = self._content.get(key, [])
            if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
                raise FormatError(f"{self.name} has damaged '{key}'; export it again")
            self._items[key] = found
        return self._items[key]

    def item(self, key: str, index: object) -> dict[str, Any]:
        """One object of a top-level list."""
        found = self.items(key)
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(found):
            raise FormatError(f"{self.name} refers to {key} {index}, which it does not have; it is damaged")
        return found[index]

    def indices(self, holder: dict[str, Any], key: str, into: str) -> list[int]:
        """The indices into the top-level list `into` that `holder` has under `key`, empty when there are none."""
        found = holder.get(key, [])
        if not isinstance(found, list):
            raise FormatError(f"{self.name} has damaged '{key}'; export it again")
        for index in found:
            self.item(into, index)
        return found

    def accessor(self, index: object) -> np.ndarray:
        """(count, width) float64; normalised integers become 0..1 or -1..1 (glTF 2.0, section 3.11)."""
        accessor = self.item("accessors", index)
        if "sparse" in accessor or "bufferView" not in accessor:
            raise FormatError(f"{self.name} stores motion in sparse accessors, which are not read; export without them")
        view = self.item("bufferViews", accessor["bufferView"])
        if any(name in str(view.get("extensions", "")) for name in _UNREADABLE):
            raise FormatError(f"{self.name} stores motion compressed (meshopt); export it without compression")
        component = _COMPONENTS.get(self._size(accessor, "componentType"))
        width = _WIDTHS.get(str(accessor.get("type")))
        if component is None or width is None:
            raise FormatError(f"{self.name} has accessor {index} of unknown type; it is damaged")
        kind = np.dtype(component).newbyteorder("<")
        count = self._size(accessor, "count")
        start = self._size(view, "byteOffset", 0)
        inside = self._size(accessor, "byteOffset", 0)
        length = self._size(view, "byteLength")
        stride = self._size(view, "byteStride", 0) or width * kind.itemsize
        data = self._buffer(self._size(view, "buffer"))
        needed = inside + (count - 1) * stride + width * kind.itemsize if count else 0
        if stride < width * kind.itemsize or needed > length or start + length > len(data):
            raise FormatError(f"{self.name} has accessor {index} reaching past its data; it is cut off or damaged")
        raw: np.ndarray = np.ndarray((count, width), kind, data, start + inside, (stride, kind.itemsize))
        values = raw.astype(np.float64)
        if accessor.get("normalized") and kind.kind != "f":
            values = np.maximum(values / float(np.iinfo(kind.char).max), -1.0)
        if not np.all(np.isfinite(values)):
            raise FormatError(f"{self.name} holds NaN or infinity in accessor {index}; export it again")
        return values

    def _size(self, holder: dict[str, Any], key: str, default: int | None = None) -> int:
        value = holder.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 40:
            raise FormatError(f"{self.name} has {key} {value!r} where a size belongs; it is damaged")
        return value

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            self._buffers[index] = self._load_buffer(index)
        return self._buffers[index]

    def _load_buffer(self, index: int) -> bytes:
        buffer = self.item("buffers", index)
        uri = buffer.get("uri")
        if uri is None:
            if index != 0 or self._glb_chunk is None:
                raise FormatError(f"{self.name} has buffer {index} without data; it is cut off or damaged")
            return self._glb_chunk
        if not isinstance(uri, str):
            raise FormatError(f"{self.name} has buffer {index} with a damaged address; export it again")
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except (binascii.Error, ValueError):
                raise FormatError(f"{self.name} has damaged embedded data; export it again") from None
        side = Path(unquote(uri))
        if "://" in uri or side.is_absolute() or ".." in side.parts:
            raise FormatError(f"{self.name} refers to data outside of its folder ({uri[:60]}); export as .glb")
        return load_bytes(self.path.parent / side)

    def _split(self, data: bytes) -> tuple[bytes, bytes | None]:
        """JSON and binary chunk of a .glb (glTF 2.0, section 4)."""
        text: bytes | None = None
        binary: bytes | None = None
        if len(data) >= 12 and struct.unpack_from("<I", data, 4)[0] != 2:
            raise FormatError(f"{self.name} is GLB version {struct.unpack_from('<I', data, 4)[0]}; export as glTF 2.0")
        at = 12
        while at + 8 <= len(data):
            length, kind = struct.unpack_from("<II", data, at)
            chunk = data[at + 8 : at + 8 + length]
            if len(chunk) < length:
                raise FormatError(f"{self.name} is cut off after {len(data)} bytes; get it again")
            if kind == _GLB_JSON and text is None:
                text = chunk
            elif kind == _GLB_BIN and binary is None:
                binary = chunk
            at += 8 + length
        if text is None:
            raise FormatError(f"{self.name} is a GLB file without content; get it again")
        return text, binary
