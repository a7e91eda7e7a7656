"""Named poses of a LEFT arm in the chest's frame: +X outward (left), +Y up, +Z forward; mirrored for the right.

Most are two directions, of the upper arm and of the forearm. Where the hand must meet the body or the other hand, the
wrist's place is given instead (metres from Spine3, with the elbow's side); the hand lies 0.09 m beyond the wrist.
"""

from __future__ import annotations

import numpy as np

from ...protocol import quaternion
from . import inverse_kinematics as ik

Vector = tuple[float, float, float]

_DIRECTIONS: dict[str, tuple[Vector, Vector]] = {
    "hang": ((0.17, -1.0, -0.03), (0.08, -1.0, 0.3)),
    "front": ((0.02, 0.02, 1.0), (-0.12, 0.1, 1.0)),
    "front low": ((0.08, -0.65, 0.75), (-0.05, -0.35, 0.9)),
    "front high": ((0.1, 0.55, 0.8), (-0.05, 0.75, 0.7)),
    "side": ((1.0, -0.02, 0.0), (1.0, 0.05, 0.14)),
    "side low": ((0.75, -0.65, 0.0), (0.8, -0.55, 0.15)),
    "side high": ((0.85, 0.55, 0.05), (0.7, 0.75, 0.1)),
    "overhead": ((0.25, 1.0, 0.12), (0.02, 1.0, 0.1)),
    "overhead wide": ((0.55, 0.85, 0.05), (0.4, 0.95, 0.12)),
    "back": ((0.2, -0.85, -0.5), (0.12, -0.95, -0.3)),
    "behind": ((0.25, -0.6, -0.75), (0.2, -0.75, -0.62)),
    "bent": ((0.12, -1.0, 0.02), (0.03, 0.3, 1.0)),
    "curled": ((0.12, -1.0, 0.1), (-0.05, 0.9, 0.55)),
    "wave high in": ((0.6, 0.6, 0.42), (-0.4, 0.95, 0.12)),
    "wave high out": ((0.68, 0.6, 0.35), (0.5, 0.95, 0.12)),
    "wave in": ((0.72, -0.55, 0.35), (-0.3, 1.0, 0.25)),
    "wave out": ((0.8, -0.45, 0.3), (0.55, 0.9, 0.2)),
    "wave front up": ((0.12, -0.15, 1.0), (0.0, 0.75, 0.8)),
    "wave front down": ((0.12, -0.2, 1.0), (0.0, -0.1, 1.0)),
    "cocked": ((0.9, 0.05, -0.4), (0.2, 1.0, -0.45)),
    "released": ((0.25, 0.45, 0.9), (0.0, 0.35, 1.0)),
    "followed": ((-0.25, -0.55, 0.8), (-0.5, -0.8, 0.35)),
    "underhand back": ((0.2, -0.75, -0.65), (0.12, -0.9, -0.35)),
    "underhand out": ((0.02, -0.2, 1.0), (-0.05, 0.3, 1.0)),
    "across": ((-0.35, -0.1, 0.95), (-0.8, 0.05, 0.6)),
    "across low": ((-0.15, -0.75, 0.65), (-0.7, -0.6, 0.5)),
    "jog front": ((0.1, -0.9, 0.4), (-0.25, 0.55, 0.8)),
    "jog back": ((0.2, -0.7, -0.7), (0.05, -0.35, 0.95)),
    "stroke up": ((0.3, 0.9, 0.35), (0.05, 0.9, 0.5)),
    "elbow out": ((0.95, -0.2, 0.1), (-0.75, 0.05, 0.7)),
    "muscle": ((1.0, 0.05, 0.1), (-0.35, 1.0, 0.15)),
    "shrugged": ((0.3, -1.0, 0.0), (0.35, -0.25, 0.7)),
    "hands up": ((0.9, -0.2, 0.15), (0.1, 1.0, 0.2)),
}

_WRISTS: dict[str, tuple[Vector, Vector]] = {
    "guard": ((0.1, 0.2, 0.2), (0.5, -1.0, 0.0)),
    "punched": ((0.03, 0.17, 0.52), (0.5, -0.8, 0.0)),
    "hooked": ((-0.1, 0.19, 0.42), (1.0, 0.1, 0.1)),
    "loaded": ((0.2, -0.2, 0.1), (0.3, -0.6, -1.0)),
    "uppercut": ((0.03, 0.3, 0.3), (0.4, -1.0, 0.2)),
    "apart": ((0.22, 0.02, 0.33), (0.7, -1.0, -0.1)),
    "together": ((0.035, 0.02, 0.35), (0.8, -1.0, -0.1)),
    "apart high": ((0.2, 0.55, 0.17), (1.0, 0.0, 0.2)),
    "together high": ((0.035, 0.6, 0.17), (1.0, 0.0, 0.2)),
    "hip": ((0.225, -0.225, 0.02), (1.0, 0.1, -0.45)),
    "behind head": ((0.12, 0.36, -0.07), (1.0, 0.25, 0.1)),
    "behind back": ((0.07, -0.21, -0.19), (0.8, -0.3, -0.6)),
    "mouth": ((0.08, 0.25, 0.2), (0.7, -1.0, 0.2)),
    "plate": ((0.12, -0.08, 0.3), (0.6, -1.0, -0.1)),
    "forehead": ((0.15, 0.37, 0.13), (1.0, -0.35, 0.15)),
    "ear": ((0.14, 0.27, 0.07), (0.6, -1.0, 0.35)),
    "head top": ((0.1, 0.44, 0.05), (1.0, 0.2, 0.3)),
    "head top b": ((0.07, 0.43, 0.02), (1.0, 0.25, 0.3)),
    "face": ((0.08, 0.3, 0.2), (0.8, -0.8, 0.2)),
    "neck": ((0.13, 0.26, -0.04), (1.0, 0.0, 0.4)),
    "chin": ((0.07, 0.21, 0.19), (0.5, -1.0, 0.1)),
    "crossed": ((-0.09, 0.01, 0.2), (0.8, -1.0, 0.15)),
    "crossed over": ((-0.08, 0.05, 0.24), (0.8, -1.0, 0.15)),
    "prayer": ((0.025, 0.05, 0.26), (0.9, -0.7, 0.1)),
    "hug wide": ((0.33, 0.1, 0.36), (0.9, -0.5, 0.0)),
    "hug": ((-0.05, 0.08, 0.33), (1.0, -0.4, 0.1)),
    "chest": ((0.02, 0.07, 0.17), (0.8, -1.0, 0.0)),
    "belly": ((0.06, -0.17, 0.18), (0.9, -0.8, -0.2)),
    "belly b": ((0.02, -0.12, 0.18), (0.9, -0.8, -0.2)),
    "other shoulder": ((-0.09, 0.15, 0.17), (0.4, -1.0, 0.6)),
    "near": ((0.17, 0.08, 0.19), (0.7, -1.0, -0.3)),
    "far": ((0.12, 0.11, 0.49), (0.7, -1.0, 0.0)),
    "rope": ((0.08, -0.02, 0.48), (0.7, -1.0, 0.0)),
    "pulled": ((0.16, -0.08, 0.13), (0.6, -0.6, -1.0)),
    "door": ((0.1, 0.19, 0.33), (0.6, -1.0, 0.0)),
    "door hit": ((0.09, 0.19, 0.41), (0.6, -1.0, 0.0)),
    "wall up": ((0.15, 0.4, 0.4), (0.8, -0.7, 0.0)),
    "wall out": ((0.35, 0.22, 0.38), (0.8, -0.7, 0.0)),
    "wall down": ((0.15, 0.04, 0.42), (0.8, -0.7, 0.0)),
    "wall in": ((-0.06, 0.22, 0.42), (0.8, -0.7, 0.0)),
    "table up": ((0.12, -0.16, 0.42), (0.8, -0.6, 0.0)),
    "table out": ((0.27, -0.18, 0.33), (0.8, -0.6, 0.0)),
    "table down": ((0.12, -0.2, 0.25), (0.8, -0.6, 0.0)),
    "table in": ((-0.04, -0.18, 0.33), (0.8, -0.6, 0.0)),
    "stir a": ((0.1, -0.1, 0.34), (0.8, -0.8, 0.0)),
    "stir b": ((0.16, -0.1, 0.28), (0.8, -0.8, 0.0)),
    "stir c": ((0.1, -0.1, 0.23), (0.8, -0.8, 0.0)),
    "stir d": ((0.03, -0.1, 0.28), (0.8, -0.8, 0.0)),
    "drum up": ((0.15, 0.04, 0.3), (0.6, -1.0, -0.2)),
    "drum down": ((0.14, -0.13, 0.34), (0.6, -1.0, -0.2)),
    "fret": ((0.37, 0.02, 0.22), (0.7, -1.0, 0.1)),
    "strum up": ((0.05, -0.07, 0.21), (1.0, -0.5, 0.0)),
    "strum down": ((0.1, -0.19, 0.2), (1.0, -0.5, 0.0)),
    "violin": ((0.28, 0.24, 0.27), (0.3, -1.0, 0.2)),
    "bow out": ((0.25, 0.05, 0.32), (1.0, -0.5, 0.0)),
    "bow in": ((0.0, 0.2, 0.28), (1.0, -0.3, 0.0)),
    "handshake up": ((0.08, -0.04, 0.4), (0.6, -1.0, 0.0)),
    "handshake down": ((0.08, -0.13, 0.4), (0.6, -1.0, 0.0)),
    "hammer up": ((0.15, 0.36, 0.22), (0.8, -0.6, 0.0)),
    "hammer down": ((0.1, -0.02, 0.42), (0.6, -1.0, 0.0)),
    "wheel up": ((0.16, 0.12, 0.36), (0.8, -1.0, 0.0)),
    "wheel down": ((0.16, 0.0, 0.36), (0.8, -1.0, 0.0)),
    "type up": ((0.1, -0.08, 0.31), (0.7, -1.0, -0.2)),
    "type down": ((0.1, -0.115, 0.31), (0.7, -1.0, -0.2)),
    "lap": ((0.1, -0.27, 0.33), (0.8, -0.5, -0.3)),
    "floor": ((0.08, -0.02, 0.6), (0.7, -0.3, -0.3)),
    "carry": ((0.14, -0.04, 0.31), (0.5, -1.0, -0.1)),
    "club down": ((-0.02, -0.27, 0.3), (0.8, -0.5, 0.0)),
    "club up": ((-0.26, 0.24, 0.2), (0.8, -0.6, 0.3)),
    "club end": ((0.26, 0.35, 0.1), (1.0, -0.3, 0.0)),
    "bat level": ((0.0, 0.04, 0.42), (0.8, -0.8, 0.0)),
    "bat up": ((-0.2, 0.16, 0.2), (0.7, -0.8, 0.3)),
    "bat end": ((0.3, 0.22, 0.1), (1.0, -0.4, -0.2)),
}

_COLLAR_AXIS = np.array([0.0, 0.0, 1.0])


def _build(name: str) -> np.ndarray:
    wrist = np.array([1.0, 0.0, 0.0, 0.0])
    if name == "shrugged":
        upper, fore = (np.array(v) / np.linalg.norm(v) for v in _DIRECTIONS[name])
        raised = quaternion.from_axis_angle(_COLLAR_AXIS, np.radians(24.0))
        return ik.arm(upper, fore, float(np.arccos(np.clip(upper @ fore, -1.0, 1.0))), raised, wrist)
    if name in _DIRECTIONS:
        upper, fore = (np.array(v) / np.linalg.norm(v) for v in _DIRECTIONS[name])
        collar = quaternion.from_axis_angle(_COLLAR_AXIS, np.radians(-4.0 + 12.0 * max(0.0, upper[1] + 0.5)))
        return ik.arm(upper, fore, float(np.arccos(np.clip(upper @ fore, -1.0, 1.0))), collar, wrist)
    at, elbow = (np.array(v) for v in _WRISTS[name])
    collar = quaternion.from_axis_angle(_COLLAR_AXIS, np.radians(-2.0 + 25.0 * max(0.0, at[1] - 0.1)))
    return ik.arm_to(at, elbow, collar, wrist)


POSES: dict[str, np.ndarray] = {name: _build(name) for name in (*_DIRECTIONS, *_WRISTS)}
"""Name -> local rotations (4, 4) of the left collar, shoulder, elbow and wrist."""


def opposite(name: str) -> np.ndarray:
    """The RIGHT arm's part in a two-handed grip whose place is named for the left, in the mirrored frame (4, 4).

    The right wrist stands 0.06 m from the left one, so in the right arm's own mirror its place is on the other side.
    """
    at, elbow = (np.array(v) for v in _WRISTS[name])
    collar = quaternion.from_axis_angle(_COLLAR_AXIS, np.radians(-2.0 + 25.0 * max(0.0, at[1] - 0.1)))
    place = at * np.array([-1.0, 1.0, 1.0]) + np.array([0.03, -0.05, 0.0])
    return ik.arm_to(place, elbow, collar, np.array([1.0, 0.0, 0.0, 0.0]))
