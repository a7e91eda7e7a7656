"""Frame-level constraints as the denoiser reads them: each frame's values that the motion shall have, where set.

Channels of a frame (WIDTH = 334), values before masks, unset values 0 (mask + value as in CondMDI, arXiv 2405.11126):

    22 x 6  local rotations as two matrix columns, the root's without its heading
    21 x 3  joint positions in the frame's heading frame, metres
    1       root height, metres
    2       root x, z on the ground, metres, in the clip's frame: the first frame at 0, facing +Z
    2       sine and cosine of the heading in the clip's frame
    22 x 3  joint positions in the clip's frame, metres
    22 + 21 + 1 + 1 + 1 + 22 masks of the above, 0 or 1
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..geometry import heading_angle, six_from_quaternion, yaw_quaternion
from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import BODY_JOINTS

_VALUE_WIDTHS = (6, 3, 1, 2, 2, 3)
_COUNTS = (BODY_JOINTS, BODY_JOINTS - 1, 1, 1, 1, BODY_JOINTS)
WIDTH = sum(width * count for width, count in zip(_VALUE_WIDTHS, _COUNTS, strict=True)) + sum(_COUNTS)


@dataclass(frozen=True, eq=False)
class Values:
    """What a motion of T frames is, in the constraints' terms.

    `rotations`: (T, 22, 6). `local`: (T, 21, 3). `height`: (T, 1). `path`: (T, 2). `heading`: (T, 2) sine, cosine.
    `world`: (T, 22, 3).
    """

    rotations: np.ndarray
    local: np.ndarray
    height: np.ndarray
    path: np.ndarray
    heading: np.ndarray
    world: np.ndarray

    @classmethod
    def of(cls, motion: Motion, canonical: bool = True) -> Values:
        """Values of a motion on the SMPL body whose first frame counts as x = z = 0, facing +Z.

        Not `canonical`: the motion stands in the clip's frame already, its first frame anywhere.
        """
        angle = heading_angle(motion.rotations[:, 0])
        turned, world = angle, motion.positions()
        if canonical:
            turned = angle - angle[0]
            world = quaternion.rotate(
                yaw_quaternion(-angle[0]), world - motion.root_translation[0] * np.array([1.0, 0.0, 1.0])
            )
        undo = yaw_quaternion(-turned)
        rotations = np.array(motion.rotations)
        rotations[:, 0] = quaternion.multiply(yaw_quaternion(-angle), rotations[:, 0])
        ground = world[:, :1] * np.array([1.0, 0.0, 1.0])
        return cls(
            six_from_quaternion(rotations),
            quaternion.rotate(undo[:, None], world[:, 1:] - ground),
            world[:, 0, 1:2],
            world[:, 0, [0, 2]],
            np.stack([np.sin(turned), np.cos(turned)], axis=1),
            world,
        )


@dataclass(frozen=True, eq=False)
class Masks:
    """Which values are set, boolean: `rotations` (T, 22), `local` (T, 21), `height`, `path`, `heading` (T, 1),
    `world` (T, 22)."""

    rotations: np.ndarray
    local: np.ndarray
    height: np.ndarray
    path: np.ndarray
    heading: np.ndarray
    world: np.ndarray

    @classmethod
    def none(cls, frames: int) -> Masks:
        """Nothing is set; the arrays may be written to."""
        return cls(*(np.zeros((frames, count), dtype=bool) for count in _COUNTS))

    def set_pose(self, frames: np.ndarray | slice, joints: np.ndarray | slice = slice(None)) -> None:
        """Set rotations and local positions of `joints` (indices of the 22) at `frames`; the root brings its height."""
        chosen = np.zeros(BODY_JOINTS, dtype=bool)
        chosen[joints] = True
        self.rotations[frames] |= chosen
        self.local[frames] |= chosen[1:]
        if chosen[0]:
            self.height[frames] = True

    def any(self) -> bool:
        """True when at least one value is set."""
        return any(bool(getattr(self, field.name).any()) for field in fields(self))


def channels(values: Values, masks: Masks) -> np.ndarray:
    """(T, WIDTH) float32 for `Denoiser.forward`."""
    frames = len(masks.height)
    set_values, flags = [], []
    for field in fields(Masks):
        mask = getattr(masks, field.name)
        value = np.asarray(getattr(values, field.name)).reshape(frames, mask.shape[1], -1)
        set_values.append((value * mask[..., None]).reshape(frames, -1))
        flags.append(mask)
    return np.concatenate([*set_values, *flags], axis=1).astype(np.float32)
