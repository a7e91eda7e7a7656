"""Shapes, padding and the null text of the networks."""

import torch

from kinema.networks.autoencoder import Autoencoder, AutoencoderConfig
from kinema.networks.denoiser import Denoiser, DenoiserConfig


def denoiser() -> Denoiser:
    torch.manual_seed(0)
    network = Denoiser(DenoiserConfig(latent=8, text=16, width=32, layers=2, heads=2, feedforward=64)).eval()
    torch.nn.init.normal_(network.out.weight)
    return network


def test_autoencoder_shapes_and_scale():
    network = Autoencoder(AutoencoderConfig(features=203, latent=16, widths=(32, 32, 32)))
    latents = network.encode(torch.randn(2, 64, 203))
    assert latents.shape == (2, 16, 16)
    assert network.decode(latents).shape == (2, 64, 203)
    with torch.no_grad():
        network.latent_mean.fill_(1.0)
        network.latent_std.fill_(2.0)
    mean, _ = network.posterior(torch.zeros(1, 8, 203))
    assert torch.allclose(network.encode(torch.zeros(1, 8, 203)), (mean - 1) / 2)


def test_padding_does_not_leak():
    network = denoiser()
    x, texts = torch.randn(1, 12, 8), torch.randn(1, 7, 16)
    given, t = torch.ones(1, 7, dtype=torch.bool), torch.tensor([0.4])
    alone = network(x[:, :9], t, texts, given, torch.tensor([9]))
    padded = network(x, t, texts, given, torch.tensor([9]))
    assert torch.allclose(alone, padded[:, :9], atol=1e-5)


def test_a_text_that_is_not_given_has_no_influence_and_one_that_is_has():
    network = denoiser()
    x, t, lengths = torch.randn(1, 12, 8), torch.tensor([0.4]), torch.tensor([12])
    one, other = torch.randn(2, 1, 7, 16)
    for token in range(7):
        given = torch.ones(1, 7, dtype=torch.bool)
        texts = one.clone()
        texts[:, token] = other[:, token]
        assert not torch.allclose(network(x, t, one, given, lengths), network(x, t, texts, given, lengths))
        given[:, token] = False
        assert torch.equal(network(x, t, one, given, lengths), network(x, t, texts, given, lengths))


def test_constraints_that_set_nothing_change_nothing_and_others_do():
    torch.manual_seed(0)
    config = DenoiserConfig(latent=8, text=16, width=32, layers=2, heads=2, feedforward=64, constraint=10)
    network = Denoiser(config).eval()
    torch.nn.init.normal_(network.out.weight)
    torch.nn.init.normal_(network.constraints.merge.weight)
    x, texts, lengths = torch.randn(1, 5, 8), torch.randn(1, 7, 16), torch.tensor([5])
    arguments = (x, torch.tensor([0.4]), texts, torch.ones(1, 7, dtype=torch.bool), lengths)
    assert torch.equal(network(*arguments), network(*arguments, torch.zeros(1, 20, 10)))
    assert not torch.allclose(network(*arguments), network(*arguments, torch.ones(1, 20, 10)))
