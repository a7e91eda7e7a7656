"""Random constraints for the denoiser's training: what editing, keyframes, paths and goals will ask of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..conditions.constraints import WIDTH, Masks, Values, channels
from ..features import layout
from ..protocol.smpl import BODY_JOINTS

HEAD, TORSO = (12, 15), (3, 6, 9)
ARMS = ((13, 16, 18, 20), (14, 17, 19, 21))
LEGS = ((1, 4, 7, 10), (2, 5, 8, 11))
GOALS = (0, 15, 20, 21, 7, 8)
"""Joints of the SMPL body that people set goals for: pelvis, head, wrists, ankles."""


@dataclass(frozen=True)
class Kinds:
    """Relative shares of what a constrained example is given."""

    keyframes: float = 0.22
    ends: float = 0.16
    path: float = 0.2
    waypoints: float = 0.1
    parts: float = 0.18
    goals: float = 0.14

    def draw(self, rng: np.random.Generator) -> str:
        """One kind."""
        shares = np.array(list(vars(self).values()))
        return list(vars(self))[int(rng.choice(len(shares), p=shares / shares.sum()))]


def values_of(features: np.ndarray) -> Values:
    """Features (T, 203) -> their values as constraints; the clip's frame begins with the first row."""
    features = np.asarray(features, dtype=np.float64)
    frames = len(features)
    heading = np.concatenate([[0.0], np.cumsum(features[1:, 0])])
    sine, cosine = np.sin(heading), np.cos(heading)
    x, z = features[1:, layout.PLANAR_VELOCITY].T
    step = np.stack([cosine[:-1] * x + sine[:-1] * z, cosine[:-1] * z - sine[:-1] * x], axis=1)
    path = np.concatenate([np.zeros((1, 2)), np.cumsum(step, axis=0)])
    local = features[:, layout.POSITIONS].reshape(frames, -1, 3)
    height = features[:, layout.HEIGHT]
    whole = np.concatenate([np.zeros((frames, 1, 3)), local], axis=1)
    whole[:, 0, 1] = height[:, 0]
    world = np.empty_like(whole)
    world[..., 0] = cosine[:, None] * whole[..., 0] + sine[:, None] * whole[..., 2] + path[:, :1]
    world[..., 1] = whole[..., 1]
    world[..., 2] = cosine[:, None] * whole[..., 2] - sine[:, None] * whole[..., 0] + path[:, 1:]
    rotations = features[:, layout.ROTATIONS].reshape(frames, BODY_JOINTS, 6)
    return Values(rotations, local, height, path, np.stack([sine, cosine], axis=1), world)


def draw_masks(frames: int, rng: np.random.Generator, kinds: Kinds) -> Masks:
    """One random set of constraints for a clip; a third of them join two kinds."""
    masks = Masks.none(frames)
    for _ in range(2 if rng.random() < 0.33 else 1):
        _DRAWS[kinds.draw(rng)](masks, frames, rng)
    return masks


def batch_channels(clips: list[np.ndarray], share: float, rng: np.random.Generator, kinds: Kinds) -> np.ndarray:
    """Features of B clips (T_k, 203) -> (B, max T, WIDTH); a `share` of the clips gets constraints, the others 0."""
    out = np.zeros((len(clips), max(map(len, clips)), WIDTH), dtype=np.float32)
    for row, features in zip(out, clips, strict=True):
        if rng.random() < share:
            row[: len(features)] = channels(values_of(features), draw_masks(len(features), rng, kinds))
    return out


def _some_frames(frames: int, most: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(frames, min(frames, int(rng.integers(1, most + 1))), replace=False)


def _place(masks: Masks, at: np.ndarray | slice, rng: np.random.Generator) -> None:
    """Mostly a pose also has its place and heading in the clip."""
    if rng.random() < 0.7:
        masks.path[at] = True
        masks.heading[at] = True


def _keyframes(masks: Masks, frames: int, rng: np.random.Generator) -> None:
    at = _some_frames(frames, int(rng.choice([1, 2, 5, 20])), rng)
    masks.set_pose(at)
    _place(masks, at, rng)


def _ends(masks: Masks, frames: int, rng: np.random.Generator) -> None:
    first = round(rng.uniform(0.0, 0.45) * frames) if rng.random() < 0.85 else 0
    last = round(rng.uniform(0.05, 0.45) * frames) if rng.random() < 0.75 or not first else 0
    kept = np.zeros(frames, dtype=bool)
    kept[:first] = True
    kept[frames - last :] = True
    at = np.flatnonzero(kept)
    masks.set_pose(at)
    _place(masks, at, rng)


def _path(masks: Masks, frames: int, rng: np.random.Generator) -> None:
    masks.path[:] = True
    masks.heading[:] = rng.random() < 0.6


def _waypoints(masks: Masks, frames: int, rng: np.random.Generator) -> None:
    at = _some_frames(frames, 6, rng)
    masks.path[at] = True
    masks.heading[at] = rng.random() < 0.4


def _parts(masks: Masks, frames: int, rng: np.random.Generator) -> None:
    groups = [HEAD, TORSO, *ARMS, (0, *LEGS[0], *LEGS[1])]
    kept = [group for group in groups if rng.random() < 0.6]
    joints = np.array([joint for group in kept for joint in group], dtype=int)
    if not len(joints):
        return
    start, stop = 0, frames
    if rng.random() < 0.3:
        start, stop = sorted(rng.integers(0, frames + 1, 2).tolist())
    masks.set_pose(np.arange(start, stop), joints)
    if 0 in joints:
        masks.path[start:stop] = True
        masks.heading[start:stop] = True


def _goals(masks: Masks, frames: int, rng: np.random.Generator) -> None:
    joints = rng.choice(GOALS, int(rng.integers(1, 4)), replace=False)
    masks.world[np.ix_(_some_frames(frames, 4, rng), joints)] = True


_DRAWS = {
    "keyframes": _keyframes,
    "ends": _ends,
    "path": _path,
    "waypoints": _waypoints,
    "parts": _parts,
    "goals": _goals,
}
