"""The root's planar velocity that keeps standing feet where they stand; torch."""

import torch
from torch import Tensor
from torch.nn.functional import conv1d, pad

from ..contacts import FEET
from . import kinematics, layout

KERNEL = (0.1, 0.2, 0.4, 0.2, 0.1)
"""Smoothing over frames: feet come down and leave within them, not at once."""


def steadied(features: Tensor, velocity: Tensor) -> Tensor:
    """Features (T, F) with their contacts, and a planar velocity (T, 2) -> one (T, 2) that agrees with standing feet.

    A foot joint that stands from frame t - 1 to t has moved by what the root did the other way; the more surely one
    stands, the more that counts against `velocity`.
    """
    places = kinematics.local_positions(features[None])[0][:, list(FEET)]
    turn = features[1:, layout.YAW_VELOCITY][:, None]
    x, z = places[1:, :, 0:1], places[1:, :, 2:3]
    # The later place in the frame before's heading frame: turned by the change of heading, +Z towards +X.
    later = torch.cat([torch.cos(turn) * x + torch.sin(turn) * z, torch.cos(turn) * z - torch.sin(turn) * x], dim=-1)
    step = places[:-1][..., [0, 2]] - later
    contacts = features[:, layout.CONTACTS].clamp(0, 1)
    stands = (torch.minimum(contacts[1:], contacts[:-1]) - 0.3).clamp(min=0)[..., None]
    carried = (stands * step).sum(1) / (stands.sum(1) + 1e-6)
    trust = (stands.amax(1) / 0.4).clamp(max=1)
    correction = trust * (carried - velocity[1:])
    smooth = torch.tensor(KERNEL, dtype=features.dtype).expand(2, 1, -1)
    half = len(KERNEL) // 2
    spread = conv1d(pad(correction.T[None], (half, half), mode="replicate"), smooth, groups=2)[0].T
    return velocity + torch.cat([spread[:1], spread])
