"""Differentiable forward kinematics from features (B, T, 203), for losses; torch."""

import torch
from torch import Tensor

from ..protocol.smpl import SMPL_BODY
from . import layout

_PARENTS = tuple(int(parent) for parent in SMPL_BODY.parents)


def matrices_from_six(six: Tensor) -> Tensor:
    """(..., 6) -> rotation matrices (..., 3, 3) by Gram-Schmidt (Zhou et al. 2019, eq. 16)."""
    x = torch.nn.functional.normalize(six[..., :3], dim=-1, eps=1e-6)
    y = six[..., 3:]
    y = torch.nn.functional.normalize(y - (x * y).sum(-1, keepdim=True) * x, dim=-1, eps=1e-6)
    return torch.stack([x, y, torch.cross(x, y, dim=-1)], dim=-1)


def local_positions(features: Tensor) -> Tensor:
    """Features (B, T, 203), not normalised -> joint positions (B, T, 22, 3) in each frame's heading frame, metres."""
    return local_pose(features)[0]


def local_pose(features: Tensor) -> tuple[Tensor, Tensor]:
    """Features (B, T, 203) -> joint positions (B, T, 22, 3) and orientations (B, T, 22, 3, 3) in the heading frame."""
    batch, frames, _ = features.shape
    local = matrices_from_six(features[..., layout.ROTATIONS].reshape(batch, frames, -1, 6))
    offsets = torch.tensor(SMPL_BODY.offsets, dtype=features.dtype, device=features.device)
    root = torch.zeros(batch, frames, 3, dtype=features.dtype, device=features.device)
    root = torch.cat([root[..., :1], features[..., layout.HEIGHT], root[..., 2:]], dim=-1)
    world, positions = [local[:, :, 0]], [root]
    for joint in range(1, len(_PARENTS)):
        parent = _PARENTS[joint]
        positions.append(positions[parent] + world[parent] @ offsets[joint])
        world.append(world[parent] @ local[:, :, joint])
    return torch.stack(positions, dim=2), torch.stack(world, dim=2)


def root_path(features: Tensor) -> tuple[Tensor, Tensor]:
    """Features (B, T, 203) -> heading (B, T) radians and ground position (B, T, 3), starting at 0 facing +Z."""
    yaw, planar = features[..., 0], features[..., layout.PLANAR_VELOCITY]
    heading = torch.cumsum(torch.cat([torch.zeros_like(yaw[:, :1]), yaw[:, 1:]], dim=1), dim=1)
    before = heading[:, :-1]
    sine, cosine = torch.sin(before), torch.cos(before)
    x, z = planar[:, 1:, 0], planar[:, 1:, 1]
    step = torch.stack([cosine * x + sine * z, torch.zeros_like(x), cosine * z - sine * x], dim=-1)
    return heading, torch.cumsum(torch.cat([torch.zeros_like(step[:, :1]), step], dim=1), dim=1)


def world_positions(features: Tensor, local: Tensor | None = None) -> Tensor:
    """Features (B, T, 203), not normalised -> world joint positions (B, T, 22, 3), metres.

    `local`: their `local_positions`, where the caller has them already.
    """
    heading, ground = root_path(features)
    local = local_positions(features) if local is None else local
    sine, cosine = torch.sin(heading)[..., None], torch.cos(heading)[..., None]
    x, y, z = local.unbind(-1)
    turned = torch.stack([cosine * x + sine * z, y, cosine * z - sine * x], dim=-1)
    return turned + ground[:, :, None]
