"""Every sampler recovers a known distribution from an ideal denoiser; guidance and noise follow their equations."""

import pytest
import torch

from kinema.diffusion import SAMPLERS, guidance, schedule
from kinema.diffusion.guidance import Guidance
from kinema.diffusion.preconditioning import preconditioned


def ideal_denoiser(mean: float, std: float):
    """E[x0 | x_t] for x0 ~ N(mean, std^2): exact for a Gaussian."""

    def model(x, t):
        alpha, sigma = (value[:, None, None] for value in schedule.alpha_sigma(t))
        gain = alpha * std**2 / (alpha**2 * std**2 + sigma**2)
        return mean + gain * (x - alpha * mean)

    return model


@pytest.mark.parametrize("name", SAMPLERS)
def test_point_mass_is_recovered_exactly(name):
    x = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    target = torch.linspace(-1, 1, 3).expand(2, 5, 3)
    got = SAMPLERS[name](lambda x, t: target, x, schedule.steps(8))
    assert torch.allclose(got, target, atol=1e-6)


@pytest.mark.parametrize("name", SAMPLERS)
def test_gaussian_is_recovered(name):
    x = torch.randn(64, 40, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    got = SAMPLERS[name](ideal_denoiser(0.7, 0.5), x, schedule.steps(50).double())
    assert abs(got.mean().item() - 0.7) < 0.02
    assert abs(got.std().item() - 0.5) < 0.03


def test_second_order_needs_fewer_steps():
    x = torch.randn(16, 40, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    model = ideal_denoiser(0.0, 0.5)
    exact = SAMPLERS["ddim"](model, x, schedule.steps(2000).double())
    errors = {name: (run(model, x, schedule.steps(10).double()) - exact).abs().mean() for name, run in SAMPLERS.items()}
    assert errors["dpm-solver++"] < errors["ddim"]


def test_noise_keeps_unit_variance():
    x0 = torch.randn(8, 500, 4)
    for t in (0.0, 0.3, 0.9, 1.0):
        noisy = schedule.add_noise(x0, torch.full((8,), t), torch.randn_like(x0))
        assert abs(noisy.std().item() - 1.0) < 0.05


def test_guidance_extrapolates_from_the_null_text():
    given = torch.ones(2, 7, dtype=torch.bool)

    def denoise(x, t, texts, given, lengths, constraints):
        return torch.where(given[:, :1, None], torch.full_like(x, 3.0), torch.ones_like(x))

    model = guidance.guided(denoise, torch.zeros(2, 7, 4), given, torch.tensor([5, 5]), Guidance(2.5))
    assert torch.equal(model(torch.zeros(2, 5, 3), torch.ones(2)), torch.full((2, 5, 3), 6.0))


def test_the_condition_is_withheld_below_its_time():
    given = torch.ones(1, 7, dtype=torch.bool)

    def denoise(x, t, texts, given, lengths, constraints):
        return torch.where(given[:, :1, None], torch.full_like(x, 3.0), torch.ones_like(x))

    model = guidance.guided(denoise, torch.zeros(1, 7, 4), given, torch.tensor([5]), Guidance(2.0, null_below=0.3))
    assert model(torch.zeros(1, 5, 3), torch.tensor([0.5])).unique() == 5.0
    assert model(torch.zeros(1, 5, 3), torch.tensor([0.2])).unique() == 1.0


def test_guidance_amplifies_nothing_outside_its_times():
    given = torch.ones(1, 7, dtype=torch.bool)
    sizes = []

    def denoise(x, t, texts, given, lengths, constraints):
        sizes.append(len(x))
        return torch.where(given[:, :1, None], torch.full_like(x, 3.0), torch.ones_like(x))

    model = guidance.guided(denoise, torch.zeros(1, 7, 4), given, torch.tensor([5]), Guidance(2.0, 0.0, 0.3, 0.9))
    assert model(torch.zeros(1, 5, 3), torch.tensor([1.0])).unique() == 3.0
    assert model(torch.zeros(1, 5, 3), torch.tensor([0.5])).unique() == 5.0
    assert model(torch.zeros(1, 5, 3), torch.tensor([0.2])).unique() == 3.0
    assert sizes == [1, 2, 1]


def test_a_power_moves_steps_without_moving_the_ends():
    times = schedule.steps(10, 0.7)
    assert times[0] == 1.0
    assert times[-1] == 0.0
    assert bool((times.diff() < 0).all())
    assert times[5] > schedule.steps(10)[5]


@pytest.mark.parametrize("t", [0.02, 0.1, 0.3, 0.7])
def test_preconditioning_is_the_best_mixture_of_input_and_prediction(t):
    """Against every other share, with a prediction whose error has the variance that it is told."""
    generator = torch.Generator().manual_seed(0)
    x0, spread = torch.randn(4, 4000, 8, generator=generator), 0.04
    guess = x0 + spread**0.5 * torch.randn(x0.shape, generator=generator)
    at = torch.full((4,), t)
    noisy = schedule.add_noise(x0, at, torch.randn(x0.shape, generator=generator))
    nothing = torch.zeros(4, 7, 4), torch.zeros(4, 7, dtype=torch.bool), torch.full((4,), 4000)
    made = preconditioned(lambda *_: guess, spread)(noisy, at, *nothing, None)
    error = (made - x0).square().mean()
    clean = noisy / schedule.alpha_sigma(at)[0][:, None, None]
    others = [(share * clean + (1 - share) * guess - x0).square().mean() for share in torch.linspace(0, 1, 101)]
    assert error <= min(others) * 1.01


def test_no_spread_is_the_network_itself():
    def denoise(*_):
        return torch.zeros(1)

    assert preconditioned(denoise, 0.0) is denoise


def test_a_turn_is_amplified_only_as_far_as_asked():
    """Told 1 in every direction; along the direction of turning guidance stops at its own scale."""
    given = torch.ones(1, 7, dtype=torch.bool)
    turn = torch.tensor([0.6, 0.8, 0.0])

    def denoise(x, t, texts, given, lengths, constraints):
        return torch.where(given[:, :1, None], torch.ones_like(x), torch.zeros_like(x))

    model = guidance.guided(
        denoise, torch.zeros(1, 7, 4), given, torch.tensor([5]), Guidance(3.0, turning=1.5), turn=turn
    )
    made = model(torch.zeros(1, 5, 3), torch.tensor([0.5]))
    told = torch.ones(3)
    assert torch.allclose(made @ turn, 1.5 * (told @ turn))
    across = told - (told @ turn) * turn
    assert torch.allclose(made - (made @ turn)[..., None] * turn, 3.0 * across)
