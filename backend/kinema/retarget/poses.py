"""A source clip as retargeting sees it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..protocol import quaternion


@dataclass(frozen=True, eq=False)
class Poses:
    """A source clip's world poses, Y up. `rotations`: (T, J, 4) global, wxyz. `positions`: (T, J, 3) metres."""

    rotations: np.ndarray
    positions: np.ndarray
    fps: float

    def local(self, joint: int, vectors: np.ndarray) -> np.ndarray:
        """World vectors (T, 3) or (3,) in the joint's own frame, (T, 3)."""
        return quaternion.rotate(quaternion.conjugate(self.rotations[:, joint]), vectors)

    def between(self, start: int, stop: int) -> np.ndarray:
        """(T, 3) from one joint to another."""
        return self.positions[:, stop] - self.positions[:, start]
