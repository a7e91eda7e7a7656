"""The quality of one take, measured on the rig itself: what an animator would look for first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES

from .rigs.feet import carrying, sole_points
from .rigs.transfer import LEG, RigPose

KNEE, ELBOW = (-5.0, 155.0), (-5.0, 160.0)
"""Degrees that knees and elbows bend, below which they are over-stretched; after Nordin and Frankel, Basic Biomechanics
of the Musculoskeletal System, with a few degrees for skeletons whose rest pose is bent."""

HIP_LIMIT, SHOULDER_LIMIT, NECK_LIMIT = 140.0, 180.0, 90.0
"""Degrees that thigh, upper arm and head may be turned out of the standing pose against the trunk."""

STILL = 0.01
"""A foot point within this of the floor, metres, is on it; above `HOVER` at every point the body floats."""

HOVER = 0.03


@dataclass(frozen=True)
class Card:
    """`foot_slide`: cm/s, mean over standing feet. `penetration`, `floating`: cm, deepest sole under the floor, and
    highest lowest sole while a foot should stand. `jerk`: m/s^3, mean over hands, feet and head at the body's size.
    `limits`: share of joints and frames beyond their limits, percent. `seam`: degrees, mean joint turn from the last to
    the first frame; `seam_place`: cm, the same for joints relative to the hips. `worst`: frame (counted from 0) and
    what is wrong there."""

    foot_slide: float
    penetration: float
    floating: float
    jerk: float
    limits: float
    seam: float
    seam_place: float
    worst: int
    worst_of: str

    def lines(self) -> list[tuple[str, str]]:
        """(what, figure) in the order of the panel."""
        return [
            ("Foot slide", f"{self.foot_slide:.1f} cm/s"),
            ("Penetration", f"{self.penetration:.1f} cm"),
            ("Floating", f"{self.floating:.1f} cm"),
            ("Jerk", f"{self.jerk:.0f} m/s\N{SUPERSCRIPT THREE}"),
            ("Joint limits", f"{self.limits:.1f} % beyond"),
            ("Loop seam", f"{self.seam:.0f}\N{DEGREE SIGN}, {self.seam_place:.0f} cm"),
        ]


def card(pose: RigPose, stand: np.ndarray, ground: float | np.ndarray = 0.0) -> Card:
    """Measure a pose. `stand` (T, 2 feet, heel and ball) of bool says what should stand; `ground` metres above the
    rest pose's floor, one number or (T, 2) for the ground under each foot."""
    positions = pose.positions()
    floor = pose.rest.floor + ground
    points = sole_points(pose, positions)
    slide = np.zeros(len(pose))
    carries = carrying(points, stand, pose.rest.leg / LEG)
    both = carries[1:] & carries[:-1]
    speed = np.linalg.norm(np.diff(points[..., [0, 2]], axis=0), axis=-1) * pose.fps
    slide[1:] = np.where(both, speed, 0.0).max(axis=(1, 2))
    lowest = points[..., 1].min(axis=2) - floor
    under = np.maximum(-lowest, 0.0).max(axis=1)
    should = stand.any(axis=2)
    above = np.where(should, np.maximum(lowest - HOVER, 0.0), 0.0).max(axis=1)
    jerk = _jerk(pose, positions)
    beyond = _beyond(pose, positions)
    seam_turn, seam_place = _seam(pose, positions)
    # One scale for all: what is plainly visible counts as 1.
    badness = {
        "foot slide": slide / 0.15,
        "penetration": under / 0.02,
        "floating": above / 0.03,
        "jerk": jerk / 500.0,
        "joint limits": beyond.sum(axis=1).astype(float),
    }
    name = max(badness, key=lambda key: float(badness[key].max()))
    return Card(
        100.0 * float(speed[both].mean()) if both.any() else 0.0,
        100.0 * float(under.max()),
        100.0 * float(above.max()),
        float(jerk.mean()),
        100.0 * float(beyond.mean()),
        seam_turn,
        seam_place,
        int(np.argmax(badness[name])),
        name if badness[name].max() > 0.0 else "",
    )


def _jerk(pose: RigPose, positions: np.ndarray) -> np.ndarray:
    """(T,) m/s^3, mean over the limbs' ends and the head."""
    parts = [f"{side}_{part}" for side in SIDES for part in ("Wrist", "Ankle")] + ["Head"]
    bones = [bone for part in parts if (bone := pose.rest.index(part)) is not None]
    out = np.zeros(len(pose))
    if len(pose) > 3:
        third = np.diff(positions[:, bones], n=3, axis=0) * pose.fps**3
        out[2:-1] = np.linalg.norm(third, axis=-1).mean(axis=1)
    return out


def _beyond(pose: RigPose, positions: np.ndarray) -> np.ndarray:
    """(T, 9) bool: knees, elbows, hips, shoulders of both sides and the neck outside their limits."""
    rest = pose.rest
    pelvis = pose.turns[:, rest.index("Pelvis")]
    chain = rest.chain("Spine")
    chest = pose.turns[:, chain[-1]] if chain else pelvis
    out = []
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        hip, shoulder = (pose.turns[:, rest.index(f"{side}_{part}")] for part in ("Hip", "Shoulder"))
        bones = [
            [positions[:, rest.index(f"{side}_{p}")] for p in parts]
            for parts in (("Hip", "Knee", "Ankle"), ("Shoulder", "Elbow", "Wrist"))
        ]
        # Knees bend about the thigh's left; elbows about the upper arm's vertical, mirrored.
        hinges = (quaternion.rotate(hip, np.array([1.0, 0, 0])), quaternion.rotate(shoulder, np.array([0, -sign, 0])))
        for (a, b, c), hinge, (low, high) in zip(bones, hinges, (KNEE, ELBOW), strict=True):
            u, v = b - a, c - b
            size = np.maximum(np.linalg.norm(u, axis=-1) * np.linalg.norm(v, axis=-1), 1e-9)
            bend = np.degrees(np.arccos(np.clip(np.sum(u * v, axis=-1) / size, -1.0, 1.0)))
            backwards = np.sum(np.cross(u, v) * hinge, axis=-1) / size < np.sin(np.radians(3.0 * low))
            out.append((bend > high) | (backwards & (high == KNEE[1])))
        out.append(np.degrees(quaternion.angle_between(pelvis, hip)) > HIP_LIMIT)
        out.append(np.degrees(quaternion.angle_between(chest, shoulder)) > SHOULDER_LIMIT)
    head = rest.index("Head")
    out.append(
        np.zeros(len(pose), dtype=bool)
        if head is None
        else np.degrees(quaternion.angle_between(chest, pose.turns[:, head])) > NECK_LIMIT
    )
    return np.stack(out, axis=1)


def _seam(pose: RigPose, positions: np.ndarray) -> tuple[float, float]:
    """Mean turn in degrees and mean place in cm by which the last frame differs from the first, hips laid on hips."""
    bones = [pose.rest.names.index(b) for names in pose.rest.mapping.bones.values() for b in names]
    turned = quaternion.angle_between(pose.turns[0, bones], pose.turns[-1, bones])
    local = positions[:, bones] - pose.hips[:, None]
    return float(np.degrees(turned.mean())), 100.0 * float(np.linalg.norm(local[-1] - local[0], axis=-1).mean())
