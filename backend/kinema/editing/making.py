"""An edit made: windows sampled one after the other, each bound by what is kept and by what was made before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..conditions.constraints import Masks, Values
from ..features import encoding, layout
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY
from .correcting import Correction
from .origin import Place
from .wanted import Goal, Wanted
from .windows import OVERLAP, windows

Sample = Callable[[Sequence[Correction], int], np.ndarray]
"""(corrections of K samples, T frames) -> features (K, T, F) that were corrected between the steps."""


@dataclass
class Draft:
    """One sample while it is made, at 30 fps in the world: frames so far, contacts, and which frames are settled."""

    rotations: np.ndarray
    root: np.ndarray
    contacts: np.ndarray
    settled: np.ndarray

    @classmethod
    def of(cls, wanted: Wanted) -> Draft:
        """The clip itself: nothing is made yet, what does not change is settled."""
        motion = wanted.motion
        contacts = encoding.encode(motion)[:, layout.CONTACTS]
        return cls(np.array(motion.rotations), np.array(motion.root_translation), contacts, ~wanted.changed)

    def motion(self) -> Motion:
        """As it stands."""
        return Motion(self.rotations, self.root, layout.FPS, SMPL_BODY)


def make(wanted: Wanted, samples: int, sample: Sample) -> list[Draft]:
    """`samples` drafts of what is wanted, at 30 fps; `sample` is called once a window."""
    drafts = [Draft.of(wanted) for _ in range(samples)]
    for start, stop in windows(wanted.changed):
        seen = [_seen(wanted, draft, start) for draft in drafts]
        places = [start_of(each, start) for each in seen]
        corrections = [correction(each, place, start, stop) for each, place in zip(seen, places, strict=True)]
        features = sample(corrections, stop - start)
        for draft, each, place, made in zip(drafts, corrections, places, features, strict=True):
            motion = place.outside(each.warp(encoding.decode(made)))
            fresh = np.flatnonzero(~draft.settled[start:stop])
            draft.rotations[start + fresh] = motion.rotations[fresh]
            draft.root[start + fresh] = motion.root_translation[fresh]
            draft.contacts[start + fresh] = made[fresh][:, layout.CONTACTS]
            draft.settled[start:stop] = True
    return drafts


def _seen(wanted: Wanted, draft: Draft, start: int) -> Wanted:
    """What is wanted, with the frames that an earlier window settled kept too."""
    fresh = wanted.changed & draft.settled
    fresh[start + OVERLAP :] = False
    if not fresh.any():
        return wanted
    return replace(wanted, motion=draft.motion(), joints=wanted.joints | fresh[:, None], root=wanted.root | fresh)


def start_of(wanted: Wanted, start: int) -> Place:
    """Where a window's frame stands: at its first frame, on the path where one begins there."""
    place = Place.of(wanted.motion, start, wanted.ground)
    if wanted.root[start] or not np.isfinite(wanted.rail[start, 0]):
        return place
    x, z = wanted.rail[start]
    facing = wanted.facing[start]
    return Place(np.array([x, wanted.ground, z]), float(facing) if np.isfinite(facing) else place.heading)


def correction(wanted: Wanted, place: Place, start: int, stop: int) -> Correction:
    """What frames start..stop-1 are to be, in the window's frame."""
    motion = place.inside(wanted.motion.crop(start, stop))
    joints, root = wanted.joints[start:stop], wanted.root[start:stop]
    masks = Masks.none(stop - start)
    masks.rotations[:], masks.local[:] = joints, joints[:, 1:]
    masks.height[:, 0] = masks.path[:, 0] = masks.heading[:, 0] = root
    rail = np.zeros((stop - start, 3))
    rail[:, [0, 2]] = wanted.rail[start:stop]
    goals = tuple(
        Goal(goal.joint, goal.frame - start, place.points_inside(goal.point))
        for goal in wanted.goals
        if start <= goal.frame < stop
    )
    return Correction(
        Values.of(motion, canonical=False),
        masks,
        place.points_inside(rail)[:, [0, 2]],
        wanted.facing[start:stop] - place.heading,
        goals,
        motion,
    )
