"""Arm poses one after another as a line that a course 0..1 travels without stopping at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...protocol import quaternion


@dataclass(frozen=True, eq=False)
class Line:
    """Poses of one arm on a line: `rotations` (K, 4, 4), `torso` (K, 3) radians, `at` (K,) 0..1 by angle travelled."""

    rotations: np.ndarray
    torso: np.ndarray
    at: np.ndarray

    def along(self, progress: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rotations (T, 4, 4) and torso angles (T, 3) at `progress` (T,) 0..1."""
        low = np.clip(np.searchsorted(self.at, progress, side="right") - 1, 0, len(self.at) - 2)
        part = (progress - self.at[low]) / np.maximum(self.at[low + 1] - self.at[low], 1e-6)
        part = np.clip(part, 0.0, 1.0)
        wide = np.broadcast_to(part[:, None], (len(progress), 4))
        torso = self.torso[low] + part[:, None] * (self.torso[low + 1] - self.torso[low])
        return quaternion.slerp(self.rotations[low], self.rotations[low + 1], wide), torso


def line(rotations: np.ndarray, torso: np.ndarray) -> Line:
    """A Line through `rotations` (K >= 2, 4, 4) and `torso` (K, 3), spaced by the angles of shoulder and elbow."""
    dots = np.abs(np.sum(rotations[1:, 1:3] * rotations[:-1, 1:3], axis=-1))
    lengths = np.maximum(2.0 * np.arccos(np.clip(dots, 0.0, 1.0)) @ np.array([1.0, 0.6]), 0.02)
    at = np.concatenate([[0.0], np.cumsum(lengths) / np.sum(lengths)])
    return Line(rotations, torso, at)
