"""Time series read off a motion, in the units in which people describe movement: what predicates are written in.

Everything is seen from the body: `local` axes turn with the facing direction, +x its left, +z its front, y the height
above the ground on which the clip stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from ..cleanup.soles import sole_heights
from ..errors import MotionError
from ..geometry import yaw_quaternion
from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY

FPS = 30.0
JOINT = {name: index for index, name in enumerate(SMPL_BODY.names)}
SIDES = ("L", "R")


@dataclass(frozen=True, eq=False)
class Signals:
    """Lazily computed readings of one motion on the SMPL body at 30 fps. Build with `Signals.of`."""

    motion: Motion

    @classmethod
    def of(cls, motion: Motion) -> Signals:
        """Readings of `motion`, resampled to 30 fps. Raises MotionError when it is not on the SMPL body skeleton."""
        if motion.skeleton.names != SMPL_BODY.names:
            raise MotionError(
                "only motions on the SMPL body can be read; retarget the clip with retarget.to_smpl first"
            )
        return cls(motion.resample(FPS))

    def __len__(self) -> int:
        return len(self.motion)

    def crop(self, start: int, stop: int) -> Signals:
        """Readings of frames start..stop-1 alone, on the ground of the whole clip."""
        part = Signals(self.motion.crop(start, stop))
        part.__dict__["ground"] = self.ground
        for name in ("positions", "rotations", "facing", "soles"):
            part.__dict__[name] = getattr(self, name)[start:stop]
        return part

    @cached_property
    def positions(self) -> np.ndarray:
        """(T, 22, 3) world positions, metres."""
        return self.motion.positions()

    @cached_property
    def rotations(self) -> np.ndarray:
        """(T, 22, 4) world rotations."""
        return self.motion.global_rotations()

    @cached_property
    def _sole_heights(self) -> np.ndarray:
        return sole_heights(self.motion).min(axis=2)

    @cached_property
    def ground(self) -> float:
        """Height on which the clip stands: the 5th percentile of its lowest sole, metres."""
        return float(np.percentile(self._sole_heights.min(axis=1), 5))

    @cached_property
    def soles(self) -> np.ndarray:
        """(T, 2) height of each foot's lowest sole point, left then right, above the lowest one within 0.75 s.

        A floor that follows the clip: captured floors slope by some centimetres over a walk.
        """
        width = 2 * round(0.75 * FPS) + 1
        floor = minimum_filter1d(self._sole_heights.min(axis=1), width, mode="nearest")
        return self._sole_heights - uniform_filter1d(floor, width, mode="nearest")[:, None]

    @cached_property
    def facing(self) -> np.ndarray:
        """(T,) radians, continuous: where hips and shoulders face, 0 is +Z, growing to the left (counter-clockwise)."""
        p = self.positions
        across = p[:, JOINT["L_Hip"]] - p[:, JOINT["R_Hip"]] + p[:, JOINT["L_Shoulder"]] - p[:, JOINT["R_Shoulder"]]
        return np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))

    @cached_property
    def local(self) -> np.ndarray:
        """(T, 22, 3) positions from the pelvis (x left, z front), y above the ground."""
        p = self.positions.copy()
        p[..., [0, 2]] -= self.positions[:, :1, [0, 2]]
        p[..., 1] -= self.ground
        return quaternion.rotate(yaw_quaternion(-self.facing)[:, None], p)

    def at(self, joint: str) -> np.ndarray:
        """(T, 3) local position of a joint."""
        return self.local[:, JOINT[joint]]

    def height(self, joint: str) -> np.ndarray:
        """(T,) metres above the ground."""
        return self.local[:, JOINT[joint], 1]

    def distance(self, a: str, b: str) -> np.ndarray:
        """(T,) metres between two joints."""
        return np.linalg.norm(self.positions[:, JOINT[a]] - self.positions[:, JOINT[b]], axis=-1)

    @cached_property
    def travel(self) -> np.ndarray:
        """(T, 2) velocity of the pelvis seen from the body, metres a second: to its left, to its front.

        Averaged over 0.3 s, which removes the sway of single steps.
        """
        path = self.positions[:, 0]
        if len(path) < 2:
            return np.zeros((len(path), 2))
        velocity = uniform_filter1d(np.gradient(path, axis=0) * FPS, 9, axis=0, mode="nearest")
        facing = uniform_filter1d(self.facing, 9, mode="nearest")
        return quaternion.rotate(yaw_quaternion(-facing), velocity)[:, [0, 2]]

    @cached_property
    def speed(self) -> np.ndarray:
        """(T,) horizontal speed of the pelvis, metres a second."""
        return np.linalg.norm(self.travel, axis=1)

    @property
    def moved(self) -> np.ndarray:
        """(2,) metres travelled to the body's own left and front, summed along the way."""
        return self.travel.sum(axis=0) / FPS

    @property
    def displacement(self) -> float:
        """Horizontal metres from the first to the last place."""
        path = self.positions[:, 0]
        return float(np.hypot(*(path[-1] - path[0])[[0, 2]]))

    @property
    def turned(self) -> float:
        """Degrees by which the facing changed from the first to the last 0.2 s; left turns are positive."""
        few = min(6, len(self))
        return float(np.degrees(self.facing[-few:].mean() - self.facing[:few].mean()))

    def velocity(self, joint: str) -> np.ndarray:
        """(T, 3) velocity of a joint relative to the pelvis, seen from the body, metres a second."""
        x = self.at(joint)
        return np.gradient(x, axis=0) * FPS if len(x) > 1 else np.zeros_like(x)

    def flexion(self, joint: str) -> np.ndarray:
        """(T,) degrees by which a knee or an elbow is bent; 0 is straight."""
        at = JOINT[joint]
        child = self.motion.skeleton.parents.tolist().index(at)
        p = self.positions
        return angle(p[:, at] - p[:, self.motion.skeleton.parents[at]], p[:, child] - p[:, at])

    @cached_property
    def lean(self) -> np.ndarray:
        """(T, 2) degrees by which the line from pelvis to neck leans to the body's left and to its front."""
        spine = self.at("Neck") - self.at("Pelvis")
        return np.degrees(np.arctan2(spine[:, [0, 2]], np.maximum(spine[:, 1:2], 1e-6)))

    @cached_property
    def gaze(self) -> np.ndarray:
        """(T, 2) degrees: how far the head is turned left and raised, relative to the chest's facing."""
        forward = quaternion.rotate(self.rotations[:, JOINT["Head"]], np.array([0.0, 0.0, 1.0]))
        p = self.positions
        across = p[:, JOINT["L_Shoulder"]] - p[:, JOINT["R_Shoulder"]]
        chest = np.arctan2(-across[:, 2], across[:, 0])
        yaw = np.arctan2(forward[:, 0], forward[:, 2]) - chest
        pitch = np.arctan2(forward[:, 1], np.hypot(forward[:, 0], forward[:, 2]))
        return np.degrees(np.stack([np.unwrap((yaw + np.pi) % (2 * np.pi) - np.pi), pitch], axis=1))


def angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees (T,) between vectors (T, 3)."""
    sine = np.linalg.norm(np.cross(a, b), axis=-1)
    return np.degrees(np.arctan2(sine, np.sum(a * b, axis=-1)))


def lasting(x: np.ndarray, seconds: float) -> float:
    """The level that x (T,) reaches for at least `seconds` in total; its minimum when the clip is shorter."""
    count = min(max(1, round(seconds * FPS)), len(x))
    return float(np.partition(x, len(x) - count)[len(x) - count])


def unbroken(x: np.ndarray, seconds: float) -> float:
    """The level that x (T,) exceeds for `seconds` without a break: the greatest minimum of any such window."""
    width = min(max(1, round(seconds * FPS)), len(x))
    return float(np.lib.stride_tricks.sliding_window_view(x, width).min(axis=1).max())


def oscillation(x: np.ndarray, amplitude: float, seconds: float = 1.5) -> int:
    """Most turning points, as `reversals` counts them, within any window of `seconds` (stepped by a third of it)."""
    width = min(round(seconds * FPS), len(x))
    starts = range(0, len(x) - width + 1, max(1, width // 3))
    return max(reversals(x[start : start + width], amplitude) for start in starts)


def reversals(x: np.ndarray, amplitude: float) -> int:
    """How often x (T,) turns back by more than `amplitude`: 0 for a slope, 1 for one rise and fall."""
    turns, direction, extreme = 0, 0, float(x[0])
    low = high = extreme
    for value in x.tolist():
        if direction == 0:
            low, high = min(low, value), max(high, value)
            if value - low > amplitude or high - value > amplitude:
                direction, extreme = (1 if value - low > amplitude else -1), value
        elif (value - extreme) * direction > 0:
            extreme = value
        elif (extreme - value) * direction > amplitude:
            turns, direction, extreme = turns + 1, -direction, value
    return turns
