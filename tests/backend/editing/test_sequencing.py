"""Stages share a clip by their shares, and each is heard only in its own span."""

import numpy as np
import pytest
import torch

from kinema.diffusion import SAMPLERS, schedule
from kinema.diffusion.guidance import Guidance
from kinema.editing.continuation import Continuation
from kinema.editing.sequencing import sequenced, spans_of
from kinema.networks.autoencoder import Autoencoder, AutoencoderConfig


def test_spans_follow_each_other_and_fill_the_clip():
    assert spans_of((1, 1), 120, 4) == ((0, 15), (15, 30))
    assert spans_of((1, 2), 180, 4) == ((0, 15), (15, 45))
    assert spans_of((1,), 121, 4) == ((0, 31),)


@pytest.mark.parametrize(("shares", "frames"), [((1, 1), 59), ((1, 1, 1, 1, 1), 120)])
def test_stages_too_short_to_be_seen_are_told_as_one(shares, frames):
    assert spans_of(shares, frames, 4) == ((0, -(-frames // 4)),)


class Echo(torch.nn.Module):
    """Predicts latents that all hold the first number of the global text."""

    class config:
        longest, spread = 75, 0.0

    constraints = None

    def forward(self, x, t, texts, given, lengths, constraints=None):
        return texts[:, :1, :1].expand_as(x).clone()


def test_each_stage_hears_its_own_text():
    torch.manual_seed(0)
    autoencoder = Autoencoder(AutoencoderConfig(latent=4, widths=(8, 8, 8), blocks=(1, 1, 1))).eval()
    heard = []
    making = Continuation(
        Echo(), autoencoder, SAMPLERS["ddim"], schedule.steps(3), Guidance(1.0), lambda: heard.append(1)
    )
    given = torch.ones(2, 7, dtype=torch.bool)
    texts = [(torch.full((2, 7, 4), value), given) for value in (1.0, -1.0)]
    spans = ((0, 30), (30, 60))
    latents = making.run(_windows(spans), texts, [1, 2])
    assert torch.allclose(latents[:, :22], torch.ones(1))
    assert torch.allclose(latents[:, 38:], -torch.ones(1))
    features = sequenced(making, spans, texts, [1, 2], 237)
    assert features.shape == (2, 237, 203)
    assert np.isfinite(features).all()
    assert len(heard) == 12


def _windows(spans):
    from kinema.editing.continuation import plan

    return plan(spans, 75)
