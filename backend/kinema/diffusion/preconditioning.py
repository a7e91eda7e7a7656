"""How far a prediction of x0 trusts what it is given, by the noise in it."""

from torch import Tensor

from . import schedule
from .guidance import Denoise


def preconditioned(denoise: Denoise, spread: float) -> Denoise:
    """A denoiser whose predictions pass the input on where it holds little noise.

    With n = (sigma / alpha)^2 the noise's variance in x_t / alpha and s = `spread`, what of the latents' unit variance
    their neighbours leave open: x0 = s / (s + n) x_t / alpha + n / (s + n) denoise(x_t). Of two estimates whose errors
    have variances n and s, this is the best mixture (the skip of EDM, Karras et al. 2022, arXiv 2206.00364, eq. 7, in
    terms of x0). Without it, what a small network cannot repeat of its input is lost in the last steps: nods, claps,
    blows. A spread of 0 is `denoise` alone.
    """
    if spread == 0.0:
        return denoise

    def model(
        x: Tensor, t: Tensor, texts: Tensor, given: Tensor, lengths: Tensor, constraints: Tensor | None = None
    ) -> Tensor:
        made = denoise(x, t, texts, given, lengths, constraints).float()
        alpha, noise = (part[:, None, None] for part in (schedule.alpha_sigma(t)[0], schedule.noise_variance(t)))
        return (spread * x / alpha + noise * made) / (spread + noise)

    return model
