"""Deterministic DDIM (Song et al. 2021, arXiv 2010.02502, eq. 12 with zero variance) for an x0-predicting model."""

from collections.abc import Callable

from torch import Tensor

from . import schedule


def sample(model: Callable[[Tensor, Tensor], Tensor], x: Tensor, times: Tensor) -> Tensor:
    """Noise x (B, L, C) at times[0] -> clean latents (B, L, C).

    `model(x_t, t)` gets t (B,) and returns its x0; it is called once for each of the len(times) - 1 steps and may
    raise to stop. At the last time the prediction itself is returned.
    """
    for now, after in zip(times[:-1], times[1:], strict=True):
        x0 = model(x, now.expand(len(x)))
        if after <= 0:
            return x0
        alpha, sigma = schedule.alpha_sigma(now)
        alpha_after, sigma_after = schedule.alpha_sigma(after)
        x = alpha_after * x0 + sigma_after * (x - alpha * x0) / sigma
    return x
