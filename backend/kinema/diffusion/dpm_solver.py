"""DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2): second order from one model call a step."""

from collections.abc import Callable

import torch
from torch import Tensor

from . import schedule


def sample(model: Callable[[Tensor, Tensor], Tensor], x: Tensor, times: Tensor) -> Tensor:
    """Noise x (B, L, C) at times[0] -> clean latents (B, L, C); see `ddim.sample` for `model` and `times`.

    lambda is log(alpha / sigma) and h the step in it. The first and the last step are of first order: the first has
    no history, and at t = 0 lambda is so large that extrapolation would only add noise.
    """
    previous: Tensor | None = None
    previous_h: Tensor | None = None
    for now, after in zip(times[:-1], times[1:], strict=True):
        x0 = model(x, now.expand(len(x)))
        if after <= 0:
            return x0
        alpha, sigma = schedule.alpha_sigma(now)
        alpha_after, sigma_after = schedule.alpha_sigma(after)
        h = torch.log(alpha_after / sigma_after) - torch.log(alpha / sigma)
        estimate = x0
        if previous is not None and previous_h is not None:
            ratio = previous_h / h
            estimate = x0 + (x0 - previous) / (2 * ratio)
        x = sigma_after / sigma * x - alpha_after * torch.expm1(-h) * estimate
        previous, previous_h = x0, h
    return x
