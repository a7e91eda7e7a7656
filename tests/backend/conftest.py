"""A whole model pack of small networks with random weights: everything real but the training."""

from dataclasses import asdict
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """No test reads or fills the user's cache; child processes inherit it."""
    monkeypatch.setenv("KINEMA_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def random_pack(tmp_path_factory) -> Path:
    """Folder of a pack named "random" that the pipeline opens; its motion means nothing."""
    import torch

    from kinema.checkpoints import write_pack
    from kinema.networks.autoencoder import Autoencoder, AutoencoderConfig
    from kinema.networks.denoiser import Denoiser, DenoiserConfig
    from kinema.networks.style import StyleConfig, StyleNetwork
    from kinema.text.tower import KinemaTower, build_tower, config_to_dict

    torch.manual_seed(0)
    text = KinemaTower(semantic=12, attributes=("left", "right"), width=16, layers=1, heads=2, context=16, embedding=8)
    autoencoder = AutoencoderConfig(latent=8, widths=(16, 16, 16), blocks=(1, 1, 1))
    denoiser = DenoiserConfig(latent=8, text=text.output, width=16, layers=1, heads=2, feedforward=32)
    style = StyleConfig(("old", "proud", "active"), latent=8, content=8, code=8, width=16, predictor=8)
    network = Denoiser(denoiser)
    torch.nn.init.normal_(network.out.weight)  # begins as zero, which would make every motion the same
    folder = tmp_path_factory.mktemp("models") / "random"
    write_pack(
        folder,
        name="random",
        version="0.0.1",
        licence="CC0-1.0",
        commercial=True,
        attribution=["nobody"],
        weights={
            "text.safetensors": build_tower(text).state_dict(),
            "autoencoder.safetensors": Autoencoder(autoencoder).state_dict(),
            "denoiser.safetensors": network.state_dict(),
            "style.safetensors": StyleNetwork(style).state_dict(),
        },
        sections={
            "text": config_to_dict(text),
            "autoencoder": asdict(autoencoder),
            "denoiser": asdict(denoiser),
            "style": asdict(style),
            "sampling": {"sampler": "ddim", "steps": 4, "guidance": 2.5},
        },
        card="# random\n",
    )
    return folder


@pytest.fixture
def with_random_pack(random_pack) -> list[str]:
    """The command line's options for that pack."""
    return ["--model", str(random_pack), "--device", "cpu"]
