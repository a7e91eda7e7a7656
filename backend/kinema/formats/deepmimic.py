"""DeepMimic motion (JSON text, 44 numbers a frame) -> Motion. For data preparation; not in FORMATS.

Layout of a frame (Peng et al. 2018, DeepMimic, `humanoid3d` character): duration in seconds, root position (3) in
metres, root rotation (4, wxyz), then the joints of JOINTS in order: 4 numbers wxyz, or 1 angle in radians about the
joint's z axis for knees and elbows. The figure faces +X with its right hand at +Z; it is turned to face +Z here.
"""

import json
from pathlib import Path

import numpy as np

from ..errors import FormatError, MotionError
from ..protocol import quaternion
from ..protocol.motion import Motion, Skeleton
from .files import load_text

WIDTH = 44

# name, parent, rest offset in metres (character file humanoid3d.txt), numbers a frame
JOINTS = (
    ("root", -1, (0.0, 0.0, 0.0), 4),
    ("chest", 0, (0.0, 0.236151, 0.0), 4),
    ("neck", 1, (0.0, 0.223894, 0.0), 4),
    ("right_hip", 0, (0.0, 0.0, 0.084887), 4),
    ("right_knee", 3, (0.0, -0.421546, 0.0), 1),
    ("right_ankle", 4, (0.0, -0.40987, 0.0), 4),
    ("right_shoulder", 1, (-0.02405, 0.2435, 0.18311), 4),
    ("right_elbow", 6, (0.0, -0.274788, 0.0), 1),
    ("right_wrist", 7, (0.0, -0.258947, 0.0), 0),
    ("left_hip", 0, (0.0, 0.0, -0.084887), 4),
    ("left_knee", 9, (0.0, -0.421546, 0.0), 1),
    ("left_ankle", 10, (0.0, -0.40987, 0.0), 4),
    ("left_shoulder", 1, (-0.02405, 0.2435, -0.18311), 4),
    ("left_elbow", 12, (0.0, -0.274788, 0.0), 1),
    ("left_wrist", 13, (0.0, -0.258947, 0.0), 0),
)

_TURN = quaternion.from_axis_angle(np.array([0.0, 1.0, 0.0]), np.array(-np.pi / 2))
"""From facing +X to facing +Z."""

SKELETON = Skeleton(
    tuple(name for name, *_ in JOINTS),
    np.array([parent for _, parent, *_ in JOINTS]),
    quaternion.rotate(_TURN, np.array([offset for _, _, offset, _ in JOINTS])),
)
"""The humanoid3d character, turned to face +Z. Its rest pose has hanging arms."""


def read(path: str | Path) -> Motion:
    """One clip, arms and legs on the humanoid3d character. Raises FormatError when the file is not of this format."""
    path = Path(path)
    try:
        content = json.loads(load_text(path))
        table = np.array(content["Frames"], dtype=np.float64)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FormatError(f"{path.name} is no DeepMimic motion ({type(error).__name__}: {error})") from None
    if table.ndim != 2 or table.shape[1] != WIDTH or not np.all(np.isfinite(table)):
        raise FormatError(f"{path.name} must hold frames of {WIDTH} finite numbers, not {table.shape}")
    durations = table[:-1, 0] if len(table) > 1 else table[:, 0]
    if not np.all(durations > 0.0):
        raise FormatError(f"{path.name} has a frame that lasts no time; its first numbers must be durations in seconds")
    rotations = np.zeros((len(table), len(JOINTS), 4))
    rotations[..., 0] = 1.0
    column = 4
    for joint, (_, _, _, width) in enumerate(JOINTS):
        values = table[:, column : column + width]
        if width == 4:
            rotations[:, joint] = values
        elif width == 1:
            rotations[:, joint] = quaternion.from_axis_angle(np.array([0.0, 0.0, 1.0]), values[:, 0])
        column += width
    back = quaternion.conjugate(_TURN)
    rotations = quaternion.multiply(quaternion.multiply(_TURN, rotations), back)
    fps = 1.0 / float(np.median(durations))
    try:
        return Motion(rotations, quaternion.rotate(_TURN, table[:, 1:4]), round(fps, 3), SKELETON)
    except MotionError as error:
        raise FormatError(f"{path.name} cannot be used: {error}") from None
