"""A motion -> the nearest that has what is wanted: applied between sampling steps, and once more at the end.

Imputation (MDM, arXiv 2209.14916, section 4) by displacement instead of replacement: what is missing at the set frames
is added there and faded or carried on around them (motion warping, Witkin and Popovic 1995), so that nothing jumps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..cleanup.fading import fade
from ..cleanup.stance import spans
from ..conditions.constraints import Masks, Values, channels
from ..features import encoding, layout
from ..geometry import (
    heading_angle,
    quaternion_from_rotation_vector,
    quaternion_from_six,
    rotation_vector_from_quaternion,
    yaw_quaternion,
)
from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY
from .extending import held
from .interpolating import interpolated
from .paths import milestones
from .reaching import reach, root_shifts
from .wanted import Goal

POSE_SECONDS, ROOT_SECONDS = 0.4, 0.5
"""Within which a correction of a pose fades, and a correction of the root's speed."""

POSE_ANGLE, MOST_SLOWER = 0.6, 2.5
"""Radians that a joint's correction may have to fade within `POSE_SECONDS`; a larger one takes as much longer as it is
larger, so that it goes no faster, this many times as long at most."""

SWAY = 0.4
"""Seconds: faster deviations from a path are the body's own sway in its steps and stay (width of a Gauss filter)."""

SETTLED = 1.2
"""Seconds between kept poses that settle by themselves what happens in between; in longer gaps words have the say."""

STANDING = 0.05
"""Metres a second that count as progress even while a body stands, lest a long correction falls into one step."""


@dataclass(frozen=True, eq=False)
class Correction:
    """What T frames are to be, in the constraints' frame.

    `values` where `masks` are set are kept exactly; `rail` (T, 2) and `facing` (T,), NaN where free, are followed but
    for the body's own sway; `goals` are reached as far as limbs and a free root allow. `masks.world` is not looked at.
    `given`: the motion of which `values` are.
    """

    values: Values
    masks: Masks
    rail: np.ndarray
    facing: np.ndarray
    goals: tuple[Goal, ...]
    given: Motion | None = None

    def channels(self) -> np.ndarray:
        """(T, WIDTH) as the denoiser reads it: poses kept whole, goals and the path's milestones.

        Of a pose that is kept in part nothing is told, since the correction keeps it anyway: told, it outweighs the
        words about the other parts (of ten arm prompts on kept bodies .27 were followed so, .43 untold).
        """
        whole = self.masks.rotations.all(axis=1)[:, None]
        masks = Masks(*(mask & whole for mask in vars(self.masks).values()))
        values = Values(*(np.array(value) for value in vars(self.values).values()))
        on = milestones(self.rail, layout.FPS)
        faced = np.isfinite(self.facing) & (on | ~np.isfinite(self.rail[:, 0]))
        values.path[on], masks.path[on] = self.rail[on], True
        values.heading[faced] = np.stack([np.sin(self.facing), np.cos(self.facing)], axis=1)[faced]
        masks.heading[faced] = True
        for goal in self.goals:
            values.world[goal.frame, goal.index] = goal.point
            masks.world[goal.frame, goal.index] = True
        return channels(values, masks)

    def start(self, told: bool) -> np.ndarray | None:
        """Features interpolated between the frames of `given` that are kept whole; None where there are none, or where
        a path or goals lead elsewhere. Where words are `told`, None too where more than `SETTLED` lies between."""
        whole = self.masks.rotations.all(axis=1) & self.masks.path[:, 0]
        if self.given is None or not whole.any() or self.goals or np.isfinite(self.rail).any():
            return None
        if told and np.diff(spans(~whole)).max(initial=0) > SETTLED * layout.FPS:
            return None
        return encoding.encode(interpolated(self.given, np.flatnonzero(whole)))

    def steers(self, told: bool) -> bool:
        """Whether it is applied between the sampling steps, not only at the end: where poses, ways or goals are to be
        met, or nothing is told. Parts that are kept all the time have nothing to be met: steering by them between the
        steps draws the others from the words back to what they did (of eight arm prompts .44 were followed, .67
        without)."""
        whole = self.masks.rotations.all(axis=1)
        asked = bool(self.goals) or bool(np.isfinite(self.rail).any())
        return asked or not told or bool(whole.any()) or not self.masks.rotations.any()

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Features (T, 203) -> corrected features; contacts of changed frames stay as they were predicted."""
        out = encoding.encode(self.warp(encoding.decode(features)))
        kept = self.masks.rotations.all(axis=1)[:, None]
        out[:, layout.CONTACTS] = np.where(kept, out[:, layout.CONTACTS], features[:, layout.CONTACTS])
        return out

    def warp(self, motion: Motion) -> Motion:
        """A motion of T frames in the constraints' frame, corrected."""
        fps = motion.fps
        heading = np.unwrap(heading_angle(motion.rotations[:, 0]))
        local = np.array(motion.rotations)
        local[:, 0] = quaternion.multiply(yaw_quaternion(-heading), local[:, 0])
        local = self._posed(local, fps)
        path = motion.root_translation[:, [0, 2]]
        turned = self._turned(heading, fps)
        path = self._moved(_along(path, turned - heading), fps)
        height = motion.root_translation[:, 1:2]
        height = height + fade(
            self.values.height - height, self.masks.height[:, 0], round(POSE_SECONDS * fps), level=True
        )
        local[:, 0] = quaternion.multiply(yaw_quaternion(turned), local[:, 0])
        root = np.stack([path[:, 0], height[:, 0], path[:, 1]], axis=1)
        return self._reaching(Motion(quaternion.unroll(local), root, fps, SMPL_BODY))

    def limbs(self, motion: Motion) -> Motion:
        """The motion with its limbs at their goals, the root as it is."""
        return reach(motion, self.goals, self.masks.rotations)

    def _posed(self, local: np.ndarray, fps: float) -> np.ndarray:
        """Rotations (T, 22, 4), the root's without heading, with those that are set."""
        chosen = self.masks.rotations
        if not chosen.any():
            return local
        target = quaternion_from_six(self.values.rotations[chosen])
        vectors = np.zeros((*local.shape[:2], 3))
        change = quaternion.multiply(target, quaternion.conjugate(local[chosen]))
        vectors[chosen] = rotation_vector_from_quaternion(change)
        columns, groups = np.unique(chosen, axis=1, return_inverse=True)
        for number, known in enumerate(columns.T):
            joints = np.flatnonzero(groups.reshape(-1) == number)
            if known.any() and not known.all():
                flat = vectors[:, joints].reshape(len(local), -1)
                faded = fade(flat, known, round(_fading_seconds(vectors[:, joints], known) * fps), level=True)
                vectors[:, joints] = faded.reshape(len(local), -1, 3)
        moved = vectors.any(axis=-1)
        out = np.array(local)
        out[moved] = quaternion.multiply(quaternion_from_rotation_vector(vectors[moved]), local[moved])
        out[chosen] = target
        return out

    def _turned(self, heading: np.ndarray, fps: float) -> np.ndarray:
        """Headings (T,) as they are set, reached by way of the shorter turn."""
        exact, soft = self.masks.heading[:, 0], np.isfinite(self.facing) & ~self.masks.heading[:, 0]
        known = exact | soft
        if not known.any():
            return heading
        wanted = np.where(soft, self.facing, np.arctan2(self.values.heading[:, 0], self.values.heading[:, 1]))
        off = np.where(known, wanted - heading, 0.0)
        off = np.arctan2(np.sin(off), np.cos(off))
        off[known] = np.unwrap(off[known])
        off = _swaying(off[:, None], soft, fps)
        return heading + held(off, known, round(ROOT_SECONDS * fps), np.arange(len(heading), dtype=float))[:, 0]

    def _moved(self, path: np.ndarray, fps: float) -> np.ndarray:
        """The path (T, 2) as it is set; between, steps grow and shrink in proportion to themselves."""
        exact, soft = self.masks.path[:, 0], np.isfinite(self.rail[:, 0]) & ~self.masks.path[:, 0]
        known = exact | soft
        if not known.any():
            return path
        off = np.where(soft[:, None], self.rail, self.values.path) - path
        off = _swaying(np.where(known[:, None], off, 0.0), soft, fps)
        return path + held(off, known, round(ROOT_SECONDS * fps), _progress(path, fps))

    def _reaching(self, motion: Motion) -> Motion:
        """Root and limbs brought to the goals."""
        if not self.goals:
            return motion
        shifts, at = root_shifts(motion, self.goals)
        fixed = self.masks.path[:, 0] | np.isfinite(self.rail[:, 0])
        root = np.array(motion.root_translation)
        if not self.masks.path.all():
            known = at | fixed
            if not fixed.any():
                known[0] = True
            level = np.where(fixed[:, None], 0.0, shifts[:, [0, 2]])
            width = round(ROOT_SECONDS * motion.fps)
            root[:, [0, 2]] += held(level, known, width, _progress(root[:, [0, 2]], motion.fps))
        if not self.masks.height.all():
            known = at | self.masks.height[:, 0]
            lift = np.where(self.masks.height, 0.0, shifts[:, 1:2])
            root[:, 1:2] += fade(lift, known, round(ROOT_SECONDS * motion.fps))
        return self.limbs(Motion(motion.rotations, root, motion.fps, SMPL_BODY))


def _fading_seconds(vectors: np.ndarray, known: np.ndarray) -> float:
    """Seconds within which corrections (T, J, 3), given at the `known` frames, fade: larger ones take longer."""
    edges = known & ~(np.roll(known, 1) & np.roll(known, -1))
    largest = np.linalg.norm(vectors[edges], axis=-1).max(initial=0.0)
    return POSE_SECONDS * float(np.clip(largest / POSE_ANGLE, 1.0, MOST_SLOWER))


def _progress(path: np.ndarray, fps: float) -> np.ndarray:
    """(T,) way along the path, growing a little even where it stands."""
    step = np.linalg.norm(np.diff(path, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(step + STANDING / fps)])


def _swaying(off: np.ndarray, soft: np.ndarray, fps: float) -> np.ndarray:
    """Corrections (T, D) of which the `soft` stretches follow only what is slow; what grows goes on growing past their
    ends, so that one who lags behind still arrives."""
    width = round(4.0 * SWAY * fps)
    for start, stop in spans(soft):
        if stop - start > 1:
            beyond = np.pad(off[start:stop], ((width, width), (0, 0)), mode="reflect", reflect_type="odd")
            off[start:stop] = gaussian_filter1d(beyond, SWAY * fps, axis=0)[width:-width]
    return off


def _along(path: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """The path (T, 2) with each step turned by as much as the body is turned more (T,)."""
    step = np.diff(path, axis=0)
    sine, cosine = np.sin(turn[:-1]), np.cos(turn[:-1])
    step = np.stack([cosine * step[:, 0] + sine * step[:, 1], cosine * step[:, 1] - sine * step[:, 0]], axis=1)
    return path[:1] + np.concatenate([np.zeros((1, 2)), np.cumsum(step, axis=0)])
