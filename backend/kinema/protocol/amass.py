"""A motion on SMPL's body as AMASS' parameters and back, NumPy only, for both sides.

AMASS stands Z up: x = ours x, y = -ours z, z = ours y. The pelvis of a body model stands at J0 + trans; J0 here is the
neutral body's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..errors import FormatError, MotionError
from . import quaternion
from .motion import Motion
from .smpl import BODY_JOINTS, SMPL_BODY

PELVIS = np.array([-0.0022, -0.2408, 0.0286])
"""J0 of the neutral SMPL body with zero betas, metres, in the axes of AMASS' world (the model adds it unrotated)."""

SMPLH_JOINTS = 52
TO_AMASS = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])
"""+90 degrees about x: y becomes z."""


def parameters(motion: Motion, betas: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """SMPL-H layout: poses (T, 156) axis-angle with hands at rest, trans (T, 3), betas, gender, frame rate.

    Raises MotionError when the motion is not on SMPL's body.
    """
    if motion.skeleton.names != SMPL_BODY.names:
        raise MotionError("AMASS files hold SMPL's 22 body joints; convert the motion to SMPL first")
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quaternion.multiply(TO_AMASS, rotations[:, 0])
    poses = np.zeros((len(motion), 3 * SMPLH_JOINTS))
    poses[:, : 3 * BODY_JOINTS] = quaternion.to_rotation_vector(rotations).reshape(len(motion), -1)
    return {
        "poses": poses,
        "trans": quaternion.rotate(TO_AMASS, motion.root_translation) - PELVIS,
        "betas": np.zeros(16) if betas is None else np.asarray(betas, dtype=np.float64),
        "gender": np.array("neutral"),
        "mocap_framerate": np.float64(motion.fps),
        "mocap_frame_rate": np.float64(motion.fps),
    }


def motion_of(arrays: Mapping[str, np.ndarray], name: str) -> Motion:
    """What `parameters` made. Raises FormatError naming what is missing or cannot be used."""
    try:
        poses, trans = np.asarray(arrays["poses"], dtype=float), np.asarray(arrays["trans"], dtype=float)
        rate = float(arrays["mocap_framerate"] if "mocap_framerate" in arrays else arrays["mocap_frame_rate"])
        if poses.ndim != 2 or poses.shape[1] < 3 * BODY_JOINTS:
            raise FormatError(f"{name} has poses of shape {poses.shape}; AMASS has (frames, 66 or more)")
        rotations = quaternion.from_rotation_vector(poses[:, : 3 * BODY_JOINTS].reshape(-1, BODY_JOINTS, 3))
        back = quaternion.conjugate(TO_AMASS)
        rotations[:, 0] = quaternion.multiply(back, rotations[:, 0])
        return Motion(rotations, quaternion.rotate(back, trans + PELVIS), rate, SMPL_BODY)
    except KeyError as error:
        raise FormatError(f"{name} is no AMASS motion: it lacks {error.args[0]}") from None
    except (MotionError, ValueError, TypeError) as error:
        raise FormatError(f"{name} cannot be used: {error}") from None
