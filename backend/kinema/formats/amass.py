"""AMASS .npz files (SMPL-H and SMPL-X layouts) <-> Motion on the 22 SMPL body joints.

AMASS stands Z up: x = ours x, y = -ours z, z = ours y, so a person who faces our +Z faces -Y there. The body model
itself is Y up in both worlds, so only the pelvis' rotation takes that turn. A body model puts the pelvis at J0 + trans,
J0 being the pelvis of its rest mesh; the files store trans alone. Here J0 is the neutral SMPL body's (PELVIS), both in
writing and in reading: a file of another body shape is read up to a few centimetres too high or low.
"""

from __future__ import annotations

import io
import json
import math
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FormatError, MotionError
from ..geometry import quaternion_from_rotation_vector
from ..protocol import quaternion
from ..protocol.amass import PELVIS, TO_AMASS, parameters
from ..protocol.motion import Motion
from ..protocol.smpl import BODY_JOINTS, SMPL_BODY
from .files import load_bytes, save_bytes

MAX_VALUES = 1 << 25
"""Numbers in one array: half an hour of SMPL-H at 120 frames a second."""
PROVENANCE_KEY = "kinema"
_FROM_AMASS = quaternion.conjugate(TO_AMASS)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    tokenize.TokenError,
    EOFError,
    OSError,
    RuntimeError,  # an encrypted member, too deep a header, an unknown compression
    MemoryError,
    SyntaxError,
    ValueError,
)
"""What the zip module and NumPy raise over broken archives and array headers."""

_RATES = ("mocap_framerate", "mocap_frame_rate", "fps")


def read(path: str | Path) -> Motion:
    """One clip; hands, face and body shape of the file are left out.

    Needs `poses` (T, 66 or more) axis-angle radians, or `root_orient` (T, 3) and `pose_body` (T, 63); `trans` (T, 3)
    metres; a frame rate. Raises FormatError when they are missing, damaged, too large or not numbers.
    """
    name = Path(path).name
    arrays = _load(path, ("poses", "root_orient", "pose_body", "trans", *_RATES))
    poses = arrays.get("poses")
    if poses is None and "root_orient" in arrays and "pose_body" in arrays:
        poses = _joined(arrays["root_orient"], arrays["pose_body"], name)
    if poses is None or "trans" not in arrays:
        raise FormatError(f"{name} is no AMASS motion: it needs the arrays poses and trans")
    trans = arrays["trans"]
    if poses.ndim != 2 or poses.shape[1] < 3 * BODY_JOINTS or poses.shape[1] % 3 or len(poses) == 0:
        raise FormatError(f"{name} has poses of shape {poses.shape}; AMASS has (frames, 66, 72, 156 or 165)")
    if trans.shape != (len(poses), 3):
        raise FormatError(
            f"{name} has trans of shape {trans.shape} for {len(poses)} frames; AMASS has ({len(poses)}, 3)"
        )
    rate = next((arrays[key] for key in _RATES if key in arrays), None)
    if rate is None or rate.size != 1 or not 0.0 < float(rate.reshape(())) < 1e5:
        raise FormatError(f"{name} states no usable frame rate; it needs mocap_framerate or mocap_frame_rate")
    rotations = quaternion_from_rotation_vector(poses[:, : 3 * BODY_JOINTS].reshape(-1, BODY_JOINTS, 3))
    rotations[:, 0] = quaternion.multiply(_FROM_AMASS, rotations[:, 0])
    place = quaternion.rotate(_FROM_AMASS, trans + PELVIS)
    try:
        return Motion(rotations, place, float(rate.reshape(())), SMPL_BODY)
    except MotionError as error:
        raise FormatError(f"{name} cannot be used: {error}") from None


def write(path: str | Path, motion: Motion, provenance: Mapping[str, Any] | None = None) -> None:
    """Write `motion` in the SMPL-H layout: poses (T, 156) with hands at rest, trans (T, 3), both frame rate keys, zero
    betas (16,), gender neutral; `provenance` as a JSON string under "kinema".

    Raises MotionError when the motion is not on the 22 SMPL body joints, FormatError when the file cannot be written.
    """
    if motion.skeleton.names != SMPL_BODY.names:
        raise MotionError("AMASS files hold motion of the SMPL body; retarget the clip to SMPL first")
    arrays: dict[str, Any] = dict(parameters(motion))
    if provenance is not None:
        arrays[PROVENANCE_KEY] = np.array(json.dumps(dict(provenance), sort_keys=True))
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    save_bytes(path, packed.getvalue())


def read_provenance(path: str | Path) -> dict[str, Any] | None:
    """What `write` stored under "kinema", or None. Raises FormatError when it is damaged."""
    stored = _load(path, (PROVENANCE_KEY,), kinds="U").get(PROVENANCE_KEY)
    if stored is None:
        return None
    try:
        value = json.loads(str(stored))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise FormatError(f"{Path(path).name} has damaged provenance under '{PROVENANCE_KEY}'; export it again")
    return value


def _joined(root: np.ndarray, body: np.ndarray, name: str) -> np.ndarray:
    if root.ndim != 2 or body.ndim != 2 or len(root) != len(body) or root.shape[1] != 3:
        raise FormatError(f"{name} has root_orient {root.shape} and pose_body {body.shape}, which do not fit together")
    return np.concatenate([root, body], axis=1)


def _load(path: str | Path, keys: tuple[str, ...], kinds: str = "fiu") -> dict[str, np.ndarray]:
    """The arrays among `keys` that the .npz has, numbers as float64.

    Each array's header is checked for type and size before anything is unpacked, so that a small archive cannot
    declare or unpack to more memory than MAX_VALUES numbers take.
    """
    name = Path(path).name
    arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(load_bytes(path))) as archive:
            present = set(archive.namelist())
            for key in keys:
                if f"{key}.npy" in present:
                    arrays[key] = _read_array(archive, f"{key}.npy", kinds, name)
    except _DAMAGED as error:
        raise FormatError(f"{name} is a damaged or foreign .npz archive ({error}); get it again") from None
    return arrays


def _read_array(archive: zipfile.ZipFile, member: str, kinds: str, name: str) -> np.ndarray:
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = header(stream)
        if dtype.kind not in kinds or dtype.hasobject:
            raise FormatError(f"{name} holds '{dtype}' in {member[:-4]} where numbers belong; export it again")
        if min(shape, default=0) < 0 or math.prod(shape) > MAX_VALUES:
            raise FormatError(
                f"{name} declares {member[:-4]} of shape {shape}, more than {MAX_VALUES} numbers; cut the clip"
            )
        size = math.prod(shape) * dtype.itemsize
        data = stream.read(size)
    if len(data) < size:
        raise FormatError(f"{name} declares {member[:-4]} of shape {shape} and holds less; it is cut off, get it again")
    array = np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran else "C")
    if dtype.kind == "U":
        return array
    array = array.astype(np.float64)
    if not np.all(np.isfinite(array)):
        raise FormatError(f"{name} holds NaN or infinity in {member[:-4]}; export it again")
    return array
