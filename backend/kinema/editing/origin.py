"""Where the constraints' frame stands in the clip's world: ground, place and heading of a window's first frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import heading_angle, yaw_quaternion
from ..protocol import quaternion
from ..protocol.motion import Motion


@dataclass(frozen=True, eq=False)
class Place:
    """`position`: (3,) metres, y the ground's height. `heading`: radians about +Y."""

    position: np.ndarray
    heading: float

    @classmethod
    def of(cls, motion: Motion, frame: int = 0, ground: float = 0.0) -> Place:
        """Below the root at `frame`, facing as it does."""
        x, _, z = motion.root_translation[frame]
        return cls(np.array([x, ground, z]), float(heading_angle(motion.rotations[frame, 0])))

    def points_inside(self, points: np.ndarray) -> np.ndarray:
        """World points (..., 3) -> points in this frame."""
        return quaternion.rotate(yaw_quaternion(np.asarray(-self.heading)), points - self.position)

    def inside(self, motion: Motion) -> Motion:
        """A motion in the world -> the same in this frame."""
        return _turned(motion, -self.heading, self.points_inside(motion.root_translation))

    def outside(self, motion: Motion) -> Motion:
        """A motion in this frame -> the same in the world."""
        turn = yaw_quaternion(np.asarray(self.heading))
        return _turned(motion, self.heading, quaternion.rotate(turn, motion.root_translation) + self.position)


def _turned(motion: Motion, angle: float, root: np.ndarray) -> Motion:
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quaternion.multiply(yaw_quaternion(np.asarray(angle)), rotations[:, 0])
    return Motion(rotations, root, motion.fps, motion.skeleton)
