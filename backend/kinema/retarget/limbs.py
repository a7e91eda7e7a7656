"""Two-bone inverse kinematics of arms and legs, for all frames at once."""

from __future__ import annotations

import numpy as np

from ..protocol import quaternion


def reach(
    base: np.ndarray,
    upper: np.ndarray,
    lower: np.ndarray,
    upper_bone: np.ndarray,
    lower_bone: np.ndarray,
    hinge: np.ndarray,
    target: np.ndarray,
    straightest: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Turn a limb so that its end meets `target`: fold it about its hinge, then swing it by the shortest way.

    `base`: (T, 3) hip or shoulder. `upper`, `lower`: (T, 4) global rotations of thigh and shin, or of the arm's bones.
    `upper_bone`, `lower_bone`: (3,) offsets of their far ends. `hinge`: (3,) unit, in the upper bone's frame; turning
    the lower bone about it by a positive angle bends the limb. `straightest`: (T,) share of the limb's full length
    beyond which the target's distance is cut, so that a limb does not snap straight. Returns the new `upper` and
    `lower`.

    With n the hinge, u and v the bones in the world and D the wanted distance, the fold f solves
    |u + Rot(n, f) v| = D, that is  A cos f + B sin f = (D^2 - |u|^2 - |v|^2) / 2 - (u n)(v n),
    A = u v - (u n)(v n), B = u (n x v); of its two solutions the one past the straight limb towards the bend is taken.
    A limb that needs no change comes back as it was, unless it is bent the wrong way.
    """
    u, v = quaternion.rotate(upper, upper_bone), quaternion.rotate(lower, lower_bone)
    n = quaternion.rotate(upper, hinge)
    a, b = float(np.linalg.norm(upper_bone)), float(np.linalg.norm(lower_bone))
    to_target = target - base
    distance = np.linalg.norm(to_target, axis=-1)
    distance = np.clip(distance, 1.05 * abs(a - b) + 0.1 * min(a, b), straightest * (a + b))

    along = np.sum(u * n, axis=-1) * np.sum(v * n, axis=-1)
    cosine = np.sum(u * v, axis=-1) - along
    sine = np.sum(u * np.cross(n, v), axis=-1)
    wanted = (distance**2 - a**2 - b**2) / 2.0 - along
    size = np.maximum(np.hypot(cosine, sine), 1e-9)
    fold = np.arctan2(sine, cosine) + np.arccos(np.clip(wanted / size, -1.0, 1.0))
    folded = quaternion.from_axis_angle(n, fold)
    swing = quaternion.between(u + quaternion.rotate(folded, v), to_target)
    return quaternion.multiply(swing, upper), quaternion.multiply(swing, quaternion.multiply(folded, lower))
