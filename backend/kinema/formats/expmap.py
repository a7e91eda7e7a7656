"""CMU motion as tables of rotation vectors, as in papers on motion prediction. For data preparation, not in FORMATS.

One row a frame, comma-separated: root position (3), then 3 numbers for each joint of a skeleton that stands in a JSON
file beside. The vectors are the negative of the usual ones: local rotation = exp(-v).
"""

import json
from pathlib import Path

import numpy as np

from ..errors import FormatError, MotionError
from ..geometry import quaternion_from_rotation_vector
from ..protocol.motion import Motion, Skeleton
from .files import load_text

FPS = 120.0


def read(path: str | Path, skeleton_path: str | Path, fps: float = FPS) -> Motion:
    """One clip, metres; joints named "*_End" are end sites and are dropped. Row 0 of CMU's tables, a T-pose, is kept.

    `skeleton_path`: JSON with names, parents, offsets_cmu_units, unit_m. Raises FormatError when a file is damaged.
    """
    path, skeleton_path = Path(path), Path(skeleton_path)
    try:
        body = json.loads(load_text(skeleton_path))
        unit = float(body["unit_m"])
        names, parents = [str(name) for name in body["names"]], [int(parent) for parent in body["parents"]]
        offsets = np.array(body["offsets_cmu_units"], dtype=np.float64) * unit
        keep = [joint for joint, name in enumerate(names) if not name.endswith("_End")]
        place = {joint: at for at, joint in enumerate(keep)}
        place[-1] = -1
        skeleton = Skeleton(
            tuple(names[joint] for joint in keep), np.array([place[parents[joint]] for joint in keep]), offsets[keep]
        )
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, MotionError) as error:
        raise FormatError(f"{skeleton_path.name} is no skeleton of rotation vectors ({error}); get it again") from None
    try:
        rows = [line for line in load_text(path).split("\n") if line.strip()]
        table = np.array(",".join(rows).split(","), dtype=np.float64).reshape(len(rows), 3 + 3 * len(names))
    except ValueError as error:
        raise FormatError(f"{path.name} must hold rows of {3 + 3 * len(names)} numbers ({error})") from None
    if not np.all(np.isfinite(table)):
        raise FormatError(f"{path.name} holds NaN or infinity; get it again")
    vectors = table[:, 3:].reshape(len(rows), len(names), 3)[:, keep]
    try:
        return Motion(quaternion_from_rotation_vector(-vectors), table[:, :3] * unit, fps, skeleton)
    except MotionError as error:
        raise FormatError(f"{path.name} cannot be used: {error}") from None
