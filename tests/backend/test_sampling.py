"""What generation and editing share between texts and features."""

import torch

from kinema.features import layout
from kinema.networks.autoencoder import Autoencoder, AutoencoderConfig
from kinema.sampling import turning


def test_turning_is_the_direction_that_turns_most():
    """No other direction of the same length turns the decoded body more to its left."""
    torch.manual_seed(0)
    network = Autoencoder(AutoencoderConfig()).eval()
    turn = turning(network)

    def turned(direction):
        latents = 0.01 * direction.expand(1, 16, -1)
        return float(network.decode(latents)[..., layout.YAW_VELOCITY].sum())

    others = torch.nn.functional.normalize(torch.randn(50, len(turn)), dim=1)
    with torch.inference_mode():
        assert turned(turn) > max(turned(other) for other in others)
        assert turned(turn) > turned(torch.zeros_like(turn)) > turned(-turn)
