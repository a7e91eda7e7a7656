"""Source figures made from SMPL motions: the same body under other names, rest poses, frames, units and axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinema.geometry import quaternion_from_rotation_vector
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY

NAMES = SMPL_BODY.names
INDEX = {name: index for index, name in enumerate(NAMES)}

MIXAMO = {
    "Pelvis": "Hips",
    "Spine1": "Spine",
    "Spine2": "Spine1",
    "Spine3": "Spine2",
    "Neck": "Neck",
    "Head": "Head",
    **{
        f"{side[0]}_{part}": f"{side}{name}"
        for side in ("Left", "Right")
        for part, name in (
            ("Hip", "UpLeg"),
            ("Knee", "Leg"),
            ("Ankle", "Foot"),
            ("Foot", "ToeBase"),
            ("Collar", "Shoulder"),
            ("Shoulder", "Arm"),
            ("Elbow", "ForeArm"),
            ("Wrist", "Hand"),
        )
    },
}
"""SMPL joint -> Mixamo's name without prefix."""

REST_ARMS = {"T": None, "A": np.array([0.7, -0.7, 0.0]), "I": np.array([0.05, -1.0, 0.0])}
"""Direction of the left arm in a rest pose; None leaves SMPL's."""


def marching(seconds: float = 2.0, fps: float = 30.0, airborne: bool = False) -> Motion:
    """A figure that strides along +Z, swings its bent arms and sways; `airborne` feet never stand still."""
    frames = round(seconds * fps)
    t = np.arange(frames) / fps
    swing = np.sin(2.0 * np.pi * t)
    vectors = np.zeros((frames, len(NAMES), 3))

    def turn(name: str, axis: int, angle: np.ndarray) -> None:
        vectors[:, INDEX[name], axis] += angle

    for side, sign in (("L", 1.0), ("R", -1.0)):
        turn(f"{side}_Hip", 0, -0.35 + 0.5 * sign * swing)
        turn(f"{side}_Knee", 0, 0.7 - 0.4 * sign * np.cos(2.0 * np.pi * t))
        turn(f"{side}_Ankle", 0, -0.2 + 0.3 * sign * swing)
        turn(f"{side}_Foot", 0, 0.1 * swing)
        turn(f"{side}_Shoulder", 2, np.full(frames, -1.0 * sign))
        turn(f"{side}_Shoulder", 0, 0.3 * sign * swing)
        turn(f"{side}_Elbow", 1, -sign * (0.8 + 0.3 * swing))
        turn(f"{side}_Wrist", 0, 0.2 * swing)
        turn(f"{side}_Collar", 2, 0.05 * sign * swing)
    for name in ("Pelvis", "Spine1", "Spine2", "Spine3", "Neck", "Head"):
        turn(name, 1, 0.1 * swing)
        turn(name, 0, 0.04 * np.cos(2.0 * np.pi * t))
    root = np.stack([0.02 * swing, 0.93 + 0.02 * np.cos(4.0 * np.pi * t), 1.2 * t], axis=-1)
    if airborne:
        root[:, 1] += 0.6 + 0.4 * np.sin(2.0 * np.pi * t)
        root[:, 2] += 2.0 * t
    return Motion(quaternion_from_rotation_vector(vectors), root, fps, SMPL_BODY)


@dataclass(frozen=True)
class Figure:
    """How a source differs from SMPL_BODY. `frames`: (22, 4) extra rotation of each joint's frame, or None."""

    names: dict[str, str]
    rest: str = "T"
    prefix: str = ""
    scale: float = 1.0
    world: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Rotation vector of the whole world, rest pose included."""
    frames: np.ndarray | None = None
    without: tuple[str, ...] = ()

    def source(self, motion: Motion) -> Motion:
        """The SMPL motion as this figure would have it in its file: same places of the joints, other numbers."""
        world = quaternion_from_rotation_vector(np.array(self.world))
        bound = self._bind()  # global rotations of SMPL's joints in the figure's rest pose
        frames = np.tile([1.0, 0.0, 0.0, 0.0], (len(NAMES), 1)) if self.frames is None else self.frames
        # R = W G bound^-1 W^-1 frame: the joint's rotation away from the rest pose, in the file's axes, then its frame.
        back = quaternion.multiply(quaternion.conjugate(bound), quaternion.conjugate(world))
        turned = quaternion.multiply(world, quaternion.multiply(motion.global_rotations(), back))
        turned = quaternion.multiply(turned, frames)
        parents = SMPL_BODY.parents
        offsets = np.zeros((len(NAMES), 3))
        for joint in range(1, len(NAMES)):
            parent = parents[joint]
            rest = quaternion.rotate(world, quaternion.rotate(bound[parent], SMPL_BODY.offsets[joint]))
            offsets[joint] = self.scale * quaternion.rotate(quaternion.conjugate(frames[parent]), rest)
        keep = [joint for joint, name in enumerate(NAMES) if name not in self.without]
        return self._assemble(motion, turned, offsets, keep, quaternion.rotate(world, motion.root_translation))

    def _bind(self) -> np.ndarray:
        bound = np.tile([1.0, 0.0, 0.0, 0.0], (len(NAMES), 1))
        direction = REST_ARMS[self.rest]
        if direction is None:
            return bound
        for side, mirror in (("L", 1.0), ("R", -1.0)):
            aim = direction * np.array([mirror, 1.0, 1.0])
            swing = bound[0]
            for part, child in (("Shoulder", "Elbow"), ("Elbow", "Wrist")):
                bone = quaternion.rotate(swing, SMPL_BODY.offsets[INDEX[f"{side}_{child}"]])
                swing = quaternion.multiply(quaternion.between(bone, aim), swing)
                bound[INDEX[f"{side}_{part}"]] = swing
            bound[INDEX[f"{side}_Wrist"]] = swing
        return bound

    def _assemble(
        self, motion: Motion, turned: np.ndarray, offsets: np.ndarray, keep: list[int], root: np.ndarray
    ) -> Motion:
        names, parents, places, rotations = [], [], [], []
        for joint in keep:
            above = int(SMPL_BODY.parents[joint])
            place = offsets[joint]
            while above >= 0 and above not in keep:
                place = place + offsets[above]
                above = int(SMPL_BODY.parents[above])
            names.append(self.prefix + self.names[NAMES[joint]])
            parents.append(keep.index(above) if above >= 0 else -1)
            places.append(place)
            local = turned[:, joint]
            if above >= 0:
                local = quaternion.multiply(quaternion.conjugate(turned[:, above]), local)
            rotations.append(local)
        skeleton = Skeleton(tuple(names), np.array(parents), np.array(places))
        return Motion(np.stack(rotations, axis=1), self.scale * root, motion.fps, skeleton)
