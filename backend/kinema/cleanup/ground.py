"""The ground under a clip: the whole clip set on it, and bodies lifted out of it."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..geometry import UP
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_NAMES
from .soles import sole_heights

MOST_SHIFT = 0.15
"""A clip is moved by no more than this, metres: what is farther off stands on something."""

_ABOVE_FEET = [i for i, name in enumerate(SMPL_NAMES[:22]) if not name.endswith(("Ankle", "Foot"))]


def ground_shift(motion: Motion, standing: np.ndarray) -> float:
    """Metres by which the clip must rise for the soles that stand (T, 2, 2 of bool) to be at y = 0 in the median."""
    if not standing.any():
        return 0.0
    lowest = sole_heights(motion).min(axis=2)[standing.any(axis=2)]
    return -float(np.clip(np.median(lowest), -MOST_SHIFT, MOST_SHIFT))


def set_on_ground(motion: Motion, standing: np.ndarray) -> Motion:
    """Shift the clip vertically so that the soles that stand (T, 2, 2 of bool) are at y = 0 in the median.

    Preserves everything but one constant height. A clip in which nothing stands (a flight, a body that lies) stays.
    """
    return replace(motion, root_translation=motion.root_translation + ground_shift(motion, standing) * UP)


def lift_body(motion: Motion) -> Motion:
    """Raise the root where a joint other than the feet's is under the ground: hands, knees, head of a body low down.

    Preserves all rotations and the horizontal path; the lift is smooth over 0.2 s and at least as large as needed. Feet
    are left to `feet.lock_feet`, which bends the leg instead.
    """
    need = np.maximum(-motion.positions()[:, _ABOVE_FEET, 1].min(axis=1), 0.0)
    if need.max() < 1e-4:
        return motion
    width = max(1, round(0.1 * motion.fps))
    lift = gaussian_filter1d(maximum_filter1d(need, 2 * width + 1), 0.5 * width, truncate=2.0)
    return replace(motion, root_translation=motion.root_translation + lift[:, None] * UP)
