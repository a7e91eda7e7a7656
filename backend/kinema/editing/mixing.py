"""A motion between two: both brought to the same phases, then between them in the auto-encoder's latents.

Registration curves (Kovar and Gleicher 2003, "Flexible automatic motion blending with registration curves") by dynamic
time warping over poses, speeds and contacts, so that steps meet steps.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from ..features import layout
from ..networks.autoencoder import Autoencoder

SLACK = 0.25
"""Share of the clips' length by which phases may lie apart."""

SMOOTH = 6.0
"""Frames: the warp is low-passed so that time never jerks."""

CONTACT_COST = 0.25
"""How much a foot joint that stands in one clip alone counts, in metres of pose distance over all joints."""

SLOWEST = 0.2
"""Smallest share of its own pace that either clip keeps in the warp."""


def mixed(autoencoder: Autoencoder, first: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """Features (T, F) and (T', F) at 30 fps -> features between them, (1 - share) T + share T' frames long.

    A share of 0 gives `first`, 1 gives `other`.
    """
    if share in (0.0, 1.0):
        return other if share else first
    at_first, at_other = aligned(first, other)
    clock = (1 - share) * at_first + share * at_other
    frames = max(4, round((1 - share) * len(first) + share * len(other)))
    phases = np.interp(np.linspace(clock[0], clock[-1], frames), clock, np.arange(len(clock)))
    places = [np.interp(phases, np.arange(len(clock)), at) for at in (at_first, at_other)]
    sources = [_at(features, place) for features, place in zip((first, other), places, strict=True)]
    latents, plain = _passed(autoencoder, np.stack(sources))
    between = torch.lerp(latents[:1], latents[1:], share)
    made = _decoded(autoencoder, between, frames)[0]
    # What the auto-encoder loses of either clip comes back in their shares, so that both ends are exact.
    lost = [source - kept for source, kept in zip(sources, plain, strict=True)]
    return made + (1 - share) * lost[0] + share * lost[1]


def aligned(first: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames (N,) of each clip that are the same phase, both growing from the first frame to the last."""
    a, b = _signature(first), _signature(other)
    cost = np.sqrt(np.maximum(np.sum(a**2, 1)[:, None] + np.sum(b**2, 1)[None] - 2 * a @ b.T, 0.0))
    one, two = np.meshgrid(np.linspace(0, 1, len(a)), np.linspace(0, 1, len(b)), indexing="ij")
    cost[np.abs(one - two) > SLACK] = np.inf
    path = np.array(_cheapest(cost), dtype=float)
    return _steady(path[:, 0]), _steady(path[:, 1])


def _cheapest(cost: np.ndarray) -> list[tuple[int, int]]:
    """The monotone path of the smallest sum from corner to corner."""
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(rows):
        above = np.minimum(total[i, :-1] + cost[i], total[i, 1:] + cost[i])
        for j in range(columns):
            total[i + 1, j + 1] = min(above[j], total[i + 1, j] + cost[i, j])
    i, j = rows - 1, columns - 1
    path = [(i, j)]
    while i or j:
        options = {(i - 1, j - 1): total[i, j], (i - 1, j): total[i, j + 1], (i, j - 1): total[i + 1, j]}
        i, j = min(options, key=lambda place: options[place])
        path.append((i, j))
    return path[::-1]


def _steady(at: np.ndarray) -> np.ndarray:
    """Frame numbers along a path from the first to the last, smooth, nowhere slower than SLOWEST of the mean pace."""
    even = np.linspace(at[0], at[-1], len(at))
    pace = np.maximum(np.diff(gaussian_filter1d(at, SMOOTH, mode="nearest")), 0.0)
    pace = np.maximum(pace, SLOWEST * (even[-1] - even[0]) / max(len(at) - 1, 1))
    grown = np.concatenate([[0.0], np.cumsum(pace)])
    return at[0] + grown * (at[-1] - at[0]) / max(grown[-1], 1e-9)


def _signature(features: np.ndarray) -> np.ndarray:
    """(T, D): poses in metres, speeds of the feet and the root, contacts."""
    poses = features[:, layout.POSITIONS]
    joints = (layout.POSITIONS.stop - layout.POSITIONS.start) // 3
    feet = np.gradient(poses, axis=0) * 0.15 * layout.FPS
    root = features[:, layout.PLANAR_VELOCITY] * layout.FPS * 0.15
    rows = np.concatenate([poses / np.sqrt(joints), feet / np.sqrt(joints), root], axis=1)
    return np.concatenate([rows, CONTACT_COST * features[:, layout.CONTACTS]], axis=1)


def _at(features: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Features at fractional frames; what is said a frame grows with the pace."""
    out = np.asarray(CubicSpline(np.arange(len(features)), features, axis=0)(places))
    pace = np.gradient(places)[:, None]
    out[:, : layout.PLANAR_VELOCITY.stop] *= pace
    out[:, layout.CONTACTS] = features[places.round().astype(int)][:, layout.CONTACTS]
    return out


def _passed(autoencoder: Autoencoder, features: np.ndarray) -> tuple[torch.Tensor, np.ndarray]:
    """Features (B, T, F) -> latents and what the decoder makes of them."""
    latents = encoded(autoencoder, features)
    return latents, _decoded(autoencoder, latents, features.shape[1])


def encoded(autoencoder: Autoencoder, features: np.ndarray) -> torch.Tensor:
    """Features (B, T, F) -> latents (B, ceil(T / 4), C); the last frame is repeated to fill the last latent."""
    missing = -features.shape[1] % autoencoder.config.stride
    padded = np.concatenate([features, np.repeat(features[:, -1:], missing, axis=1)], axis=1)
    with torch.inference_mode():
        return autoencoder.encode(torch.from_numpy(padded).float().to(autoencoder.feature_mean.device))


def _decoded(autoencoder: Autoencoder, latents: torch.Tensor, frames: int) -> np.ndarray:
    with torch.inference_mode():
        return autoencoder.decode(latents)[:, :frames].float().cpu().numpy().astype(np.float64)
