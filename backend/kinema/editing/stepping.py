"""Feet of a motion that a network made or a path leads: they stand still though the root goes faster than they
stepped, and lift while they swing."""

from __future__ import annotations

import numpy as np

from .. import cleanup
from ..cleanup.feet import CAPTURED, Hold, lock_feet
from ..cleanup.leg_ik import BALLS
from ..protocol.motion import Motion

LED = Hold(farthest=0.8, blend=0.35)
"""Root or path make such a stance slide, not a person who means to, and by so much that its correction needs longer to
fade. On ten paths of three seeds feet skated in .058 of the frames with 0.35 m, 0.2 s and swings from 0.5 to 1 m/s, in
.023 so; on walks as long without a path in .048 and .021."""

CLEARANCE = 0.06
"""Metres that a swinging foot clears: of real walks' feet faster than 1 m/s three in four are higher. Legs that step
for a slower walk than the root goes drag them."""

SLOW, FAST = 0.4, 0.7
"""Metres a second between which a foot comes to swing."""


def stepping(
    motion: Motion,
    contacts: np.ndarray | None,
    led: np.ndarray | None = None,
    fixed: np.ndarray | None = None,
    clearance: np.ndarray | None = None,
) -> Motion:
    """A motion on the SMPL body with its feet on the ground y = 0, made or led along a path at the frames `led` (T,),
    None for all.

    `contacts` (T, 4) and `clearance` (T, 2) as `cleanup.clean` takes them. `fixed` (T,): frames that stay as they are,
    with the ground where it is; None: the body is set on the ground too. Without led frames feet are locked as in any
    clip.
    """
    led = np.ones(len(motion), dtype=bool) if led is None else led
    lift = swings(motion) * led[:, None] if led.any() else clearance
    if lift is not None and clearance is not None:
        lift = np.maximum(lift, clearance)
    hold = LED if led.any() else CAPTURED
    if fixed is None:
        return cleanup.clean(motion, contacts, clearance=lift, hold=hold)
    standing = cleanup.stances(motion, contacts)
    return lock_feet(motion, standing, clearance=lift, fixed=fixed, hold=hold)


def swings(motion: Motion) -> np.ndarray:
    """(T, 2) metres that the left and right foot shall clear: 0 where they are slower than `SLOW`, else `CLEARANCE`."""
    if len(motion) < 2:
        return np.zeros((len(motion), 2))
    balls = motion.positions()[:, BALLS][..., [0, 2]]
    speed = np.linalg.norm(np.gradient(balls, axis=0), axis=-1) * motion.fps
    share = np.clip((speed - SLOW) / (FAST - SLOW), 0.0, 1.0)
    return CLEARANCE * share**2 * (3.0 - 2.0 * share)
