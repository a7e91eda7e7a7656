"""Motion <-> features of one clip, in NumPy float64; exact both ways up to rounding."""

import numpy as np

from .. import contacts, geometry
from ..errors import MotionError
from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY
from . import layout


def encode(motion: Motion) -> np.ndarray:
    """SMPL body Motion at 30 fps -> features (T, 203) as in `layout`.

    Where the clip stands and which way it faces at first is dropped: features know only changes. Velocities of frame
    0 repeat frame 1's. Raises MotionError for another skeleton or rate.
    """
    if motion.skeleton.names != SMPL_BODY.names:
        raise MotionError("features need the 22 SMPL body joints; retarget the motion first")
    if abs(motion.fps - layout.FPS) > 1e-6:
        raise MotionError(f"features need {layout.FPS:g} fps, not {motion.fps:g}; resample the motion first")
    frames = len(motion)
    heading = geometry.heading_angle(motion.rotations[:, 0])
    facing = geometry.yaw_quaternion(heading)
    undo = quaternion.conjugate(facing)

    out = np.zeros((frames, layout.WIDTH))
    if frames > 1:
        turn = np.diff(heading)
        out[1:, layout.YAW_VELOCITY] = np.arctan2(np.sin(turn), np.cos(turn))[:, None]
        step = quaternion.rotate(undo[:-1], np.diff(motion.root_translation, axis=0))
        out[1:, layout.PLANAR_VELOCITY] = step[:, [0, 2]]
        out[0, :3] = out[1, :3]
    out[:, layout.HEIGHT] = motion.root_translation[:, 1:2]

    rotations = np.array(motion.rotations)
    rotations[:, 0] = quaternion.multiply(undo, rotations[:, 0])
    out[:, layout.ROTATIONS] = geometry.six_from_quaternion(rotations).reshape(frames, -1)

    positions = motion.positions()
    ground = motion.root_translation * [1.0, 0.0, 1.0]
    local = quaternion.rotate(undo[:, None], positions[:, 1:] - ground[:, None])
    out[:, layout.POSITIONS] = local.reshape(frames, -1)
    out[:, layout.CONTACTS] = contacts.foot_contacts(positions, motion.fps)
    return out


def decode(features: np.ndarray) -> Motion:
    """Features (T, 203) -> SMPL body Motion at 30 fps that starts at x = z = 0 facing +Z.

    Reads the root and the rotations; positions and contacts are redundant. Raises MotionError for a wrong shape.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[1] != layout.WIDTH or len(features) == 0:
        raise MotionError(f"features must be (T >= 1, {layout.WIDTH}), not {features.shape}")
    frames = len(features)
    heading = np.concatenate([[0.0], np.cumsum(features[1:, 0])])
    facing = geometry.yaw_quaternion(heading)

    step = np.zeros((frames, 3))
    step[1:, [0, 2]] = features[1:, layout.PLANAR_VELOCITY]
    step[1:] = quaternion.rotate(facing[:-1], step[1:])
    translation = np.cumsum(step, axis=0)
    translation[:, 1] = features[:, 3]

    rotations = geometry.quaternion_from_six(features[:, layout.ROTATIONS].reshape(frames, -1, 6))
    rotations[:, 0] = quaternion.multiply(facing, rotations[:, 0])
    return Motion(quaternion.unroll(rotations), translation, layout.FPS, SMPL_BODY)
