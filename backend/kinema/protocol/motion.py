"""The central types: a Skeleton and one clip of motion on it.

Convention of the whole program, stated once: metres, right-handed, Y up, +Z forward, +X the character's left;
quaternions wxyz, each rotation in its parent's frame; at identity a skeleton stands in its rest pose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import MotionError
from . import quaternion


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A tree of joints in its rest pose.

    `names`: J joint names, parents before children. `parents`: (J,) index of each parent, -1 for the one root, which
    comes first. `offsets`: (J, 3) metres, each joint's rest position relative to its parent, in the parent's rest
    frame. The root's own offset is not added in forward kinematics: the root stands where `root_translation` says.
    """

    names: tuple[str, ...]
    parents: np.ndarray
    offsets: np.ndarray

    def __post_init__(self) -> None:
        names = tuple(self.names)
        parents = np.array(self.parents, dtype=np.int64)
        offsets = np.array(self.offsets, dtype=np.float64)
        count = len(names)
        if count == 0:
            raise MotionError("a skeleton needs at least one joint")
        if len(set(names)) != count:
            twice = sorted({name for name in names if names.count(name) > 1})
            raise MotionError(f"joint names must differ; these stand twice: {', '.join(twice[:5])}")
        if parents.shape != (count,) or offsets.shape != (count, 3):
            raise MotionError(
                f"{count} joints need parents ({count},) and offsets ({count}, 3), "
                f"not {parents.shape} and {offsets.shape}"
            )
        if parents[0] != -1 or np.any(parents[1:] < 0) or np.any(parents[1:] >= np.arange(1, count)):
            raise MotionError("the root must come first (parent -1) and every other parent before its child")
        if not np.all(np.isfinite(offsets)):
            raise MotionError("rest offsets hold NaN or infinity")
        parents.setflags(write=False)
        offsets.setflags(write=False)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "parents", parents)
        object.__setattr__(self, "offsets", offsets)

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Index of a joint. Raises MotionError when there is none of that name."""
        try:
            return self.names.index(name)
        except ValueError:
            raise MotionError(f"the skeleton has no joint {name!r}; it has {', '.join(self.names[:30])}") from None

    def rest_positions(self) -> np.ndarray:
        """(J, 3) joint positions of the rest pose, root at the origin."""
        positions = np.zeros((len(self), 3))
        for joint in range(1, len(self)):
            positions[joint] = positions[self.parents[joint]] + self.offsets[joint]
        return positions


@dataclass(frozen=True, eq=False)
class Motion:
    """One clip of one body.

    `rotations`: (T, J, 4) wxyz unit quaternions, each joint in its parent's frame (the root in the world's).
    `root_translation`: (T, 3) metres, the root joint's world position, Y up. `fps`: frames a second.
    Raises MotionError when shapes do not fit together or values are not finite. Arrays are stored read-only.
    """

    rotations: np.ndarray
    root_translation: np.ndarray
    fps: float
    skeleton: Skeleton

    def __post_init__(self) -> None:
        rotations = np.array(self.rotations, dtype=np.float64)
        translation = np.array(self.root_translation, dtype=np.float64)
        joints = len(self.skeleton)
        if rotations.ndim != 3 or rotations.shape[1:] != (joints, 4) or len(rotations) == 0:
            raise MotionError(f"rotations must be (T >= 1, {joints}, 4), not {rotations.shape}")
        if translation.shape != (len(rotations), 3):
            raise MotionError(f"root_translation must be ({len(rotations)}, 3), not {translation.shape}")
        if not np.isfinite(self.fps) or self.fps <= 0:
            raise MotionError(f"fps must be a positive number, not {self.fps}")
        if not np.all(np.isfinite(translation)):
            raise MotionError("root_translation holds NaN or infinity")
        try:
            rotations = quaternion.normalize(rotations)
        except ValueError as error:
            raise MotionError(str(error)) from None
        rotations.setflags(write=False)
        translation.setflags(write=False)
        object.__setattr__(self, "rotations", rotations)
        object.__setattr__(self, "root_translation", translation)
        object.__setattr__(self, "fps", float(self.fps))

    def __len__(self) -> int:
        return len(self.rotations)

    @property
    def seconds(self) -> float:
        """Duration from the first to one frame past the last."""
        return len(self) / self.fps

    def global_rotations(self) -> np.ndarray:
        """(T, J, 4) rotation of every joint in the world's frame."""
        out = np.array(self.rotations)
        for joint in range(1, len(self.skeleton)):
            out[:, joint] = quaternion.multiply(out[:, self.skeleton.parents[joint]], out[:, joint])
        return out

    def positions(self) -> np.ndarray:
        """(T, J, 3) world positions of all joints, metres (forward kinematics)."""
        world = self.global_rotations()
        out = np.empty((*world.shape[:2], 3))
        out[:, 0] = self.root_translation
        for joint in range(1, len(self.skeleton)):
            parent = self.skeleton.parents[joint]
            out[:, joint] = out[:, parent] + quaternion.rotate(world[:, parent], self.skeleton.offsets[joint])
        return out

    def crop(self, start: int, stop: int) -> Motion:
        """Frames start..stop-1, as Python slices count them. Raises MotionError when nothing is left."""
        return replace(self, rotations=self.rotations[start:stop], root_translation=self.root_translation[start:stop])

    def resample(self, fps: float) -> Motion:
        """The same motion at another rate: slerp for rotations, linear for the root; first frame kept exactly."""
        if abs(fps - self.fps) < 1e-9:
            return self
        if not np.isfinite(fps) or fps <= 0:
            raise MotionError(f"fps must be a positive number, not {fps}")
        count = int(np.floor((len(self) - 1) * fps / self.fps + 1e-6)) + 1
        at = np.minimum(np.arange(count) * self.fps / fps, len(self) - 1)
        low = np.minimum(at.astype(int), max(len(self) - 2, 0))
        high = np.minimum(low + 1, len(self) - 1)
        part = at - low
        rotations = quaternion.slerp(
            self.rotations[low], self.rotations[high], np.broadcast_to(part[:, None], (count, len(self.skeleton)))
        )
        translation = self.root_translation[low] * (1 - part[:, None]) + self.root_translation[high] * part[:, None]
        return Motion(rotations, translation, fps, self.skeleton)


def concatenate(motions: Sequence[Motion]) -> Motion:
    """Clips on one skeleton at one rate, end to end, without blending. Raises MotionError when they do not match."""
    if not motions:
        raise MotionError("there is no motion to concatenate")
    first = motions[0]
    if any(m.skeleton.names != first.skeleton.names or m.fps != first.fps for m in motions):
        raise MotionError("only motions of one skeleton and one frame rate can be concatenated")
    return replace(
        first,
        rotations=np.concatenate([m.rotations for m in motions]),
        root_translation=np.concatenate([m.root_translation for m in motions]),
    )
