"""Clean-up of a finished motion: feet that stand still on the ground, no body under it, less jitter."""

from dataclasses import replace

import numpy as np

from ..errors import InputError, MotionError
from ..geometry import UP
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY
from .feet import CAPTURED, Hold, lock_feet
from .ground import MOST_SHIFT, ground_shift, lift_body, set_on_ground
from .leg_ik import legs_of
from .smoothing import butterworth
from .soles import contact_joints, sole_heights
from .stance import standing


def clean(
    motion: Motion,
    contacts: np.ndarray | None = None,
    *,
    strength: float = 1.0,
    cutoff: float | None = None,
    clearance: np.ndarray | None = None,
    hold: Hold = CAPTURED,
) -> Motion:
    """A motion on the SMPL body with its feet locked to the ground y = 0 while they stand.

    `contacts` (T, 4): probabilities in the order of `contacts.FEET`, e.g. a network's own; None finds them from heights
    and speeds. `strength` 0..1 scales foot locking, 0 gives back `motion` itself. `cutoff` in Hz low-passes the motion
    first; None leaves it. `clearance` (T, 2), metres: how high the left and right sole shall at least be, at the higher
    of heel and ball, while that foot swings; None leaves swings. `hold`: how stances are held. Length, rate,
    upper body and the root's horizontal path stay.

    Raises MotionError when the motion is not on the SMPL body, InputError for a strength outside 0..1 or contacts of
    another shape.
    """
    if not 0.0 <= strength <= 1.0:
        raise InputError(f"the clean-up's strength must lie between 0 and 1, not {strength:g}")
    if motion.skeleton.names != SMPL_BODY.names:
        raise MotionError("only motions on the SMPL body can be cleaned; retarget the clip with retarget.to_smpl first")
    if strength == 0.0:
        return motion
    if cutoff is not None:
        motion = butterworth(motion, cutoff)
    motion = lift_body(set_on_ground(motion, stances(motion, contacts)))
    return lock_feet(motion, stances(motion, contacts), strength=strength, clearance=clearance, hold=hold)


def ground_of(motion: Motion) -> float:
    """Height of the ground under a clip on the SMPL body: where its standing soles are in the median, in metres.

    A clip whose lowest soles are farther than 0.15 m from 0 stands on that height; one that never stands on 0.
    """
    lowest = float(np.percentile(sole_heights(motion).min(axis=(1, 2)), 5))
    base = lowest if abs(lowest) > MOST_SHIFT else 0.0
    above = replace(motion, root_translation=motion.root_translation - base * UP)
    standing = stances(above)
    return base - ground_shift(above, standing)


def stances(motion: Motion, contacts: np.ndarray | None = None) -> np.ndarray:
    """(T, 2 feet, heel and ball) of bool: what stands, from given contacts (T, 4) or from heights and speeds."""
    return standing(contact_joints(legs_of(motion)), motion.fps, contacts)
