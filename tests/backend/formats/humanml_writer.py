"""Joint positions -> HumanML3D's 263 numbers a frame, by the format's definition: what the reader is tested against."""

import numpy as np

from kinema.geometry import quaternion_from_matrix, six_from_quaternion
from kinema.protocol import quaternion
from kinema.protocol.smpl import SMPL_PARENTS

CHAINS = ((0, 2, 5, 8, 11), (0, 1, 4, 7, 10), (0, 3, 6, 9, 12, 15), (9, 14, 17, 19, 21), (9, 13, 16, 18, 20))
DIRECTIONS = np.zeros((22, 3))
"""The format's rest pose: each bone's direction along an axis."""
for _joint, _axis in {
    1: (1, 0, 0),
    2: (-1, 0, 0),
    13: (1, 0, 0),
    14: (-1, 0, 0),
    15: (0, 0, 1),
    10: (0, 0, 1),
    11: (0, 0, 1),
    **dict.fromkeys((3, 6, 9, 12), (0, 1, 0)),
    **dict.fromkeys((4, 5, 7, 8, 16, 17, 18, 19, 20, 21), (0, -1, 0)),
}.items():
    DIRECTIONS[_joint] = _axis


def vectors(positions: np.ndarray) -> np.ndarray:
    """(T, 22, 3) world positions at 20 fps, Y up -> (T - 1, 263)."""
    positions = positions - [0.0, positions[..., 1].min(), 0.0]
    positions = positions - positions[0, 0] * [1.0, 0.0, 1.0]
    turn = to_front(positions)
    positions = quaternion.rotate(np.broadcast_to(turn[:1, None], (*positions.shape[:2], 4)), positions)
    turn = to_front(positions)
    feet = np.sum(np.diff(positions[:, [7, 10, 8, 11]], axis=0) ** 2, axis=-1) < 0.002
    velocity = quaternion.rotate(turn[1:], np.diff(positions[:, 0], axis=0))
    yaw = quaternion.multiply(turn[1:], quaternion.conjugate(turn[:-1]))
    local = positions - positions[:, :1] * [1.0, 0.0, 1.0]
    local = quaternion.rotate(turn[:, None], local)[:, 1:]
    moved = quaternion.rotate(turn[:-1, None], np.diff(positions, axis=0))
    count = len(positions) - 1
    columns = [
        np.arcsin(yaw[:, 2:3]),
        velocity[:, [0, 2]],
        positions[:-1, 0, 1:2],
        local[:-1].reshape(count, -1),
        swings(positions, turn)[:-1].reshape(count, -1),
        moved.reshape(count, -1),
        feet.astype(np.float64),
    ]
    return np.concatenate(columns, axis=1)


def to_front(positions: np.ndarray) -> np.ndarray:
    """(T, 4): the turn that brings the body's front, square to hips and shoulders, to +Z."""
    across = positions[:, 2] - positions[:, 1] + positions[:, 17] - positions[:, 16]
    forward = np.cross([0.0, 1.0, 0.0], across)
    return quaternion.unroll(quaternion.between(forward, np.array([0.0, 0.0, 1.0])))


def swings(positions: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """(T, 21, 6): each bone's shortest swing from the rest direction, in the frame of the bone before it."""
    out = np.zeros((len(positions), 22, 4))
    for chain in CHAINS:
        before = turn
        for parent, joint in zip(chain, chain[1:], strict=False):
            bone = positions[:, joint] - positions[:, parent]
            swing = quaternion.between(DIRECTIONS[joint], bone)
            out[:, joint] = quaternion.multiply(quaternion.conjugate(before), swing)
            before = swing
    assert all(SMPL_PARENTS[joint] in chain for chain in CHAINS for joint in chain[1:])
    return six_from_quaternion(out[:, 1:])


def matrix_turn(yaw: float) -> np.ndarray:
    """(4,) rotation about Y."""
    c, s = np.cos(yaw), np.sin(yaw)
    return quaternion_from_matrix(np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]))
