"""Motion files <-> Motion: one file a format, one line a format in FORMATS.

Readers return the file's own skeleton in metres; `kinema.retarget` brings it onto the SMPL body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import FormatError
from ..protocol.motion import Motion
from . import amass, amc, bvh, gltf


@dataclass(frozen=True)
class Format:
    """How files of one suffix are read and, where possible, written. Both raise errors of kinema.errors only."""

    title: str
    read: Callable[[str | Path], Motion]
    write: Callable[[str | Path, Motion], None] | None = None


FORMATS: dict[str, Format] = {
    ".bvh": Format("Biovision BVH", bvh.read, bvh.write),
    ".npz": Format("AMASS / SMPL-X parameters", amass.read, amass.write),
    ".amc": Format("Acclaim AMC with its ASF skeleton beside it", amc.read),
    ".glb": Format("glTF 2.0, binary", gltf.read),
    ".gltf": Format("glTF 2.0", gltf.read),
}

OTHER_WAYS: dict[str, str] = {
    ".asf": "is a skeleton without motion; choose the .amc file that belongs to it",
    ".fbx": "is FBX, which Kinema reads through Blender: import it in Blender and use the add-on, or export it as BVH",
    ".vrma": "is VRM animation; import it in Blender with the VRM add-on and export it as BVH or glTF",
    ".vrm": "is a VRM character; import it in Blender with the VRM add-on and export its animation as BVH or glTF",
    ".c3d": "is C3D, points without a skeleton; solve it to a skeleton and export BVH",
    ".blend": "is a Blender file; open it in Blender and use the add-on",
    ".dae": "is COLLADA; import it in Blender and export it as BVH or glTF",
    ".usd": "is USD; import it in Blender and export it as BVH or glTF",
    ".usdz": "is USD; import it in Blender and export it as BVH or glTF",
    ".pkl": "is a Python pickle, which can run code when opened and is never read; convert it to AMASS .npz",
}
"""Files that people bring and that are not read here -> the sentence's end that names the way."""


def read_clip(path: str | Path) -> Motion:
    """The clip in a file, by its suffix, on the file's own skeleton. Raises FormatError with the reason and the fix."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in FORMATS:
        return FORMATS[suffix].read(path)
    if path.is_dir():
        raise FormatError(f"{path.name} is a folder; choose a motion file inside it")
    if suffix in OTHER_WAYS:
        raise FormatError(f"{path.name} {OTHER_WAYS[suffix]}")
    raise FormatError(f"{path.name} has an unknown suffix; motion files end in {', '.join(FORMATS)}")


def write_clip(path: str | Path, motion: Motion) -> None:
    """Write `motion` in the format of the path's suffix, replacing a file of that name.

    Raises FormatError when the suffix has no writer or the place cannot be written, MotionError when the format cannot
    hold this skeleton.
    """
    path = Path(path)
    known = FORMATS.get(path.suffix.lower())
    if known is None or known.write is None:
        writable = ", ".join(suffix for suffix, entry in FORMATS.items() if entry.write)
        raise FormatError(f"{path.name} cannot be written in this format; use one of {writable}")
    known.write(path, motion)
