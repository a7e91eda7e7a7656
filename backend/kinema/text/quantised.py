"""Eight-bit rows for large tables: half of float16's bytes, off by at most 1/254 of a row's largest entry."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

SCALE = ".scale"
"""Suffix of the tensor that holds the rows' scales."""


def quantise(weight: Tensor) -> tuple[Tensor, Tensor]:
    """(N, D) -> int8 (N, D) and float32 scales (N, 1) with weight ~ int8 * scale."""
    scale = weight.float().abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
    return (weight.float() / scale).round().to(torch.int8), scale


def restored(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors by name, all float32; those stored in eight bits are multiplied by their scales."""
    return {
        name: value.float() * state[name + SCALE].float() if name + SCALE in state else value.float()
        for name, value in state.items()
        if not name.endswith(SCALE)
    }
