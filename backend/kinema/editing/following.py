"""A long motion along a path: what each window is told of it, and the rest made up for at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..conditions.constraints import WIDTH, Masks, Values, channels
from ..features import encoding, kinematics, layout
from ..networks.autoencoder import Autoencoder
from ..protocol.motion import Motion
from .continuation import MARGIN, Window
from .correcting import Correction
from .paths import milestones, rails


class Path:
    """The place and heading of the root at each of `frames` frames at 30 fps, and where each window begins on it."""

    def __init__(self, points: Sequence[Sequence[float]], frames: int, autoencoder: Autoencoder) -> None:
        self.place, self.facing = rails(points, frames, layout.FPS)
        self._autoencoder = autoencoder
        self._reached = 0
        self._heading = np.zeros(0)
        self._at = np.zeros((0, 2))

    def channels(self, window: Window, known: Tensor) -> np.ndarray:
        """Constraints (B, 4 length, WIDTH) of a window whose motion so far has the latents `known` (B, start, C).

        Windows must be asked for in their order, since the way so far is added up.
        """
        stride = self._autoencoder.config.stride
        begin = window.start - window.before
        self._advance(known, begin)
        frames = np.arange(begin * stride, window.stop * stride)
        frames = np.minimum(frames, len(self.place) - 1)
        out = np.zeros((len(known), len(frames), WIDTH), dtype=np.float32)
        for row, heading, at in zip(out, self._heading, self._at, strict=True):
            row[:] = channels(*_seen(self.place[frames] - at, self.facing[frames] - heading, heading))
        return out

    def followed(self, motion: Motion) -> Motion:
        """The motion of all frames with its slow way on the path; the body's own sway in its steps stays."""
        values, masks = Values.of(motion), Masks.none(len(motion))
        return Correction(values, masks, self.place, self.facing, ()).warp(motion)

    def error(self, motion: Motion) -> dict[str, Any]:
        """Mean and worst distance of the root from the path, metres."""
        on = np.isfinite(self.place[:, 0])
        away = np.linalg.norm(motion.root_translation[on][:, [0, 2]] - self.place[on], axis=1)
        return {"mean": float(away.mean()), "worst": float(away.max())} if on.any() else {}

    def _advance(self, known: Tensor, to: int) -> None:
        """Heading and place of each sample at latent `to`."""
        if (not self._reached and not len(self._at)) or len(self._at) != len(known) or to < self._reached:
            self._heading, self._at, self._reached = np.zeros(len(known)), np.zeros((len(known), 2)), 0
        if to == self._reached:
            return
        first, last, stride = max(0, self._reached - MARGIN), min(known.shape[1], to + MARGIN), 4
        with torch.inference_mode():
            features = self._autoencoder.decode(known[:, first:last]).float().cpu()
            # The last frame too: its displacement is the one since the frame before.
            features = features[:, (self._reached - first) * stride : (to - first) * stride + 1]
            heading, ground = kinematics.root_path(features)
        level = ground[:, -1].numpy()
        sine, cosine = np.sin(self._heading), np.cos(self._heading)
        self._at = self._at + np.stack(
            [cosine * level[:, 0] + sine * level[:, 2], cosine * level[:, 2] - sine * level[:, 0]], axis=1
        )
        self._heading = self._heading + heading[:, -1].numpy()
        self._reached = to


def _seen(away: np.ndarray, turn: np.ndarray, heading: float) -> tuple[Values, Masks]:
    """Places (T, 2) and headings (T,) relative to a window's first frame, NaN where free, as constraints."""
    frames = len(away)
    still = encoding.decode(_rest(frames))
    values, masks = Values.of(still), Masks.none(frames)
    on = milestones(away, layout.FPS)
    faced = np.isfinite(turn) & (on | ~np.isfinite(away[:, 0]))
    sine, cosine = np.sin(heading), np.cos(heading)
    inside = np.stack([cosine * away[:, 0] - sine * away[:, 1], cosine * away[:, 1] + sine * away[:, 0]], axis=1)
    path, facing = np.array(values.path), np.array(values.heading)
    path[on], facing[faced] = inside[on], np.stack([np.sin(turn), np.cos(turn)], axis=1)[faced]
    masks.path[on], masks.heading[faced] = True, True
    return Values(values.rotations, values.local, values.height, path, facing, values.world), masks


def _rest(frames: int) -> np.ndarray:
    """Features of a body at rest."""
    out = np.zeros((frames, layout.WIDTH))
    out[:, layout.ROTATIONS] = np.tile(
        [1.0, 0.0, 0.0, 0.0, 1.0, 0.0], (layout.ROTATIONS.stop - layout.ROTATIONS.start) // 6
    )
    return out
