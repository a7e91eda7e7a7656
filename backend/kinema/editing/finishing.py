"""A draft at 30 fps -> the edit at the clip's rate: what was kept bit for bit, smooth seams, feet locked across."""

from __future__ import annotations

import numpy as np

from ..protocol.motion import Motion
from .making import Draft, correction, start_of
from .origin import Place
from .rates import at_rate
from .stepping import stepping
from .wanted import Wanted

MARGIN = 1.0
"""Seconds of kept frames beside what changes that are looked at: stances that reach into them, slopes at the seams."""


def finish(draft: Draft, wanted: Wanted, clean: bool) -> Motion:
    """The edit on the SMPL body, at the rate and with the frames of `wanted.motion`."""
    fps, frames = wanted.motion.fps, len(wanted)
    changed = np.flatnonzero(wanted.changed)
    margin = round(MARGIN * fps)
    start, stop = max(0, int(changed[0]) - margin), min(frames, int(changed[-1]) + 1 + margin)
    place = start_of(wanted, start)
    exact = correction(wanted, place, start, stop)
    motion = exact.warp(place.inside(at_rate(draft.motion(), fps, frames).crop(start, stop)))
    if clean:
        motion = _on_ground(motion, _contacts(draft, fps, frames)[start:stop], wanted, start, stop)
        motion = exact.limbs(motion)
    return _kept_exactly(place, motion, wanted, start, stop)


def _contacts(draft: Draft, fps: float, frames: int) -> np.ndarray:
    """(T, 4) contacts at another rate, of the nearest frame."""
    nearest = np.minimum(np.round(np.arange(frames) * 30.0 / fps).astype(int), len(draft.contacts) - 1)
    return draft.contacts[nearest]


def _on_ground(motion: Motion, contacts: np.ndarray, wanted: Wanted, start: int, stop: int) -> Motion:
    """Feet that stand stay where they stand, across the seams too; where the root is led, be it by a path or to the
    next kept frame, they lift to follow."""
    if wanted.changed.all() and wanted.way_is_free:
        return stepping(motion, contacts)
    led = np.isfinite(wanted.rail[start:stop, 0])
    free = ~wanted.joints[start:stop, [1, 2]].all(axis=1)
    led |= free & ~wanted.root[start:stop]
    return stepping(motion, contacts, led, ~free) if free.any() else motion


def _kept_exactly(place: Place, motion: Motion, wanted: Wanted, start: int, stop: int) -> Motion:
    """The clip with what may change taken from `motion` (frames start..stop-1, in the window's frame)."""
    made = place.outside(motion)
    joints, root = wanted.joints[start:stop], wanted.root[start:stop]
    rotations, way = np.array(wanted.motion.rotations), np.array(wanted.motion.root_translation)
    fresh = np.where(joints[..., None], rotations[start:stop], made.rotations)
    rotations[start:stop] = _same_hemisphere(fresh, joints)
    way[start:stop] = np.where(root[:, None], way[start:stop], made.root_translation)
    return Motion(rotations, way, wanted.motion.fps, wanted.motion.skeleton)


def _same_hemisphere(rotations: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Rotations (T, J, 4) whose changed frames have the sign of the frame before; kept ones stay bit for bit."""
    out = np.array(rotations)
    for frame in range(1, len(out)):
        opposite = (np.sum(out[frame] * out[frame - 1], axis=-1) < 0) & ~kept[frame]
        out[frame, opposite] *= -1.0
    return out


def exactly_equal(edited: Motion, wanted: Wanted) -> bool:
    """Whether everything that is kept is the clip's, bit for bit."""
    same = np.array_equal(edited.rotations[wanted.joints], wanted.motion.rotations[wanted.joints])
    return same and np.array_equal(edited.root_translation[wanted.root], wanted.motion.root_translation[wanted.root])
