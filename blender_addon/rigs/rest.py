"""A rig at rest as arrays: where its bones are, how they are turned, and how it stands.

Two frames occur. The armature's own, with whatever unit, up axis and heading it has; and the body's frame, which is
Kinema's: metres, Y up, facing +Z, left = +X, found from the places of hips, head and arms.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES

from .mapping import BoneMapping

BENT = np.radians(22.0)
"""Knees of people who stand are bent less than this."""

AXIS_WITHIN = np.cos(np.radians(20.0))


@dataclass(frozen=True, eq=False)
class RestRig:
    """B bones, parents before children.

    `heads`, `tails`: (B, 3) and `turns`: (B, 4) wxyz, rest pose in the armature's frame and unit. `parents`: (B,), -1
    for none. `inherits`: (B,) bool, whether a bone turns with its parent. `metres`: one armature unit in the world.
    `body`: (4,) turn from the armature's frame to the body's. `soles`: side -> (2, 3) heel and ball of the sole in
    metres, seen from the ankle in the body's frame at rest. `floor`: metres, height of the ground in the body's frame.
    """

    names: tuple[str, ...]
    parents: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    turns: np.ndarray
    inherits: np.ndarray
    local_location: np.ndarray
    metres: float
    mapping: BoneMapping
    body: np.ndarray
    floor: float = 0.0
    soles: dict[str, np.ndarray] = field(default_factory=dict)
    radii: dict[str, float] = field(default_factory=dict)

    def index(self, part: str) -> int | None:
        """The part's own bone."""
        bone = self.mapping.first(part)
        return None if bone is None else self.names.index(bone)

    def chain(self, part: str) -> list[int]:
        """All bones of a part."""
        return [self.names.index(bone) for bone in self.mapping.bones.get(part, ())]

    def joints(self) -> np.ndarray:
        """(B, 3) metres: the bones' heads in the body's frame at rest; not to be written to."""
        return self._joints

    @functools.cached_property
    def _joints(self) -> np.ndarray:
        joints = self.metres * quaternion.rotate(self.body, self.heads)
        joints.flags.writeable = False
        return joints

    def at(self, part: str) -> np.ndarray:
        """(3,) metres: where a part begins, in the body's frame at rest. The part must be mapped."""
        bone = self.index(part)
        assert bone is not None, part
        return self.joints()[bone]

    @property
    def hips(self) -> np.ndarray:
        """(3,) between the hip joints."""
        return 0.5 * (self.at("L_Hip") + self.at("R_Hip"))

    @property
    def hips_height(self) -> float:
        """Metres of the hip joints in the body's frame when the body stands on straight legs."""
        if not strides(self):
            return float(self.hips[1])
        return float(min(self.at(f"{side}_Ankle")[1] for side in SIDES) + self.leg)

    @property
    def leg(self) -> float:
        """Length of thigh and shin in metres, mean of both sides."""
        return 0.5 * sum(limb_length(self, side, ("Hip", "Knee", "Ankle")) for side in SIDES)

    @property
    def arm(self) -> float:
        """Length of upper arm and forearm in metres, mean of both sides."""
        return 0.5 * sum(limb_length(self, side, ("Shoulder", "Elbow", "Wrist")) for side in SIDES)


def limb_length(rest: RestRig, side: str, parts: tuple[str, str, str]) -> float:
    """Metres along the two bones of a limb."""
    a, b, c = (rest.at(f"{side}_{part}") for part in parts)
    return float(np.linalg.norm(b - a) + np.linalg.norm(c - b))


def strides(rest: RestRig) -> bool:
    """Whether the rest pose is a moment of a walk, as some exporters leave it: a knee is bent."""
    bends = []
    for side in SIDES:
        hip, knee, ankle = (rest.at(f"{side}_{part}") for part in ("Hip", "Knee", "Ankle"))
        bends.append(float(_unit(knee - hip) @ _unit(ankle - knee)))
    return min(bends) < np.cos(BENT)


def body_frame(heads: dict[str, np.ndarray]) -> np.ndarray:
    """Turn (4,) from the frame of `heads` (part -> (3,)) to left = +X, up = +Y.

    Axes of the armature within 20 degrees are taken exactly: heads stand before hips, and hips are not quite level.
    Raises SkeletonError when hips or trunk have no extent.
    """
    hips = 0.5 * (heads["L_Hip"] + heads["R_Hip"])
    top = heads.get("Head", 0.5 * (heads["L_Shoulder"] + heads["R_Shoulder"]))
    up, left = top - hips, heads["L_Hip"] - heads["R_Hip"]
    if np.linalg.norm(up) < 1e-9 or np.linalg.norm(left) < 1e-9:
        raise SkeletonError("this armature does not look human: hips or trunk have no extent; correct its bone mapping")
    up = _straightened(up)
    left = left - (left @ up) * up
    left = _straightened(left / max(float(np.linalg.norm(left)), 1e-12))
    left = left - (left @ up) * up
    left /= np.linalg.norm(left)
    return quaternion.from_matrix(np.stack([left, up, np.cross(left, up)]))


def _straightened(direction: np.ndarray) -> np.ndarray:
    direction = direction / np.linalg.norm(direction)
    best = int(np.argmax(np.abs(direction)))
    axis: np.ndarray = np.eye(3)[best] * np.sign(direction[best])
    return axis if direction @ axis > AXIS_WITHIN else direction


def stands(heads: dict[str, np.ndarray], body: np.ndarray) -> float:
    """How much a rest pose looks like a standing human, 0..1: share of the checks of legs, arms, order and sides."""
    at = {part: quaternion.rotate(body, head) for part, head in heads.items()}
    checks: list[bool] = []
    for side, outward in zip(SIDES, (1.0, -1.0), strict=True):
        hip, knee, ankle, shoulder, elbow, wrist = (
            at[f"{side}_{part}"] for part in ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")
        )
        thigh, shin, upper, lower = (_unit(v) for v in (knee - hip, ankle - knee, elbow - shoulder, wrist - elbow))
        length = float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
        checks += [
            thigh[1] < -0.7,
            shin[1] < -0.7,
            shoulder[0] * outward > 0,
            upper[0] * outward > -0.3 and upper[1] < 0.6,
            float(upper @ lower) > 0.3,
            bool(shoulder[1] > hip[1]),
            bool(0.3 * length < np.linalg.norm(wrist - elbow) + np.linalg.norm(elbow - shoulder) < 2.5 * length),
        ]
        if f"{side}_Foot" in at:
            checks.append(_unit(at[f"{side}_Foot"] - ankle)[2] > 0.2)
    return float(np.mean(checks))


def _unit(v: np.ndarray) -> np.ndarray:
    return np.asarray(v / max(float(np.linalg.norm(v)), 1e-12))
