"""Noise schedule, guidance and samplers, one sampler a file. A sampler receives a callable, not a network."""

from collections.abc import Callable

from torch import Tensor

from . import ddim, dpm_solver

SAMPLERS: dict[str, Callable[[Callable[[Tensor, Tensor], Tensor], Tensor, Tensor], Tensor]] = {
    "ddim": ddim.sample,
    "dpm-solver++": dpm_solver.sample,
}
