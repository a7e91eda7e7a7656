"""Training runs on a tiny made set, for the tests of the loops; as a program, one process of torchrun.

torchrun ... -m tests.backend.training.tiny_runs FOLDER: trains both networks for two steps and writes each process's
weights and the gradient of its part of a batch to FOLDER.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from kinema.networks.autoencoder import Autoencoder, AutoencoderConfig
from kinema.networks.denoiser import Denoiser, DenoiserConfig
from kinema.text.tower import KinemaTower, build_tower, config_to_dict
from kinema.training import autoencoder, diffusion
from kinema.training.diffusion_data import Batch
from kinema.training.distributed import Group, joined

STAGES = {"autoencoder": autoencoder, "diffusion": diffusion}


def arguments(stage: str, folder: Path, run: str, steps: int) -> list[str]:
    """The command line of a run that saves every three steps and logs every one."""
    words = [str(folder / "packed"), str(folder / "runs" / run), "--steps", str(steps), "--batch", "4"]
    words += ["--device", "cpu", "--save-every", "3", "--log-every", "1"]
    if stage == "autoencoder":
        return [*words, "--window", "32"]
    inputs = ["--autoencoder", str(folder / "ae" / "autoencoder.safetensors"), "--text", str(folder / "text")]
    return [*words, *inputs, "--rough", "4", "--width", "64", "--layers", "1"]


def train(stage: str, folder: Path, run: str, steps: int, group: Group) -> nn.Module:
    """The network after a run."""
    module = STAGES[stage]
    return module.train(module.read(arguments(stage, folder, run, steps)), group)


def write_inputs(folder: Path) -> None:
    """An untrained auto-encoder and text tower, as the denoiser's training takes them."""
    torch.manual_seed(0)
    text = KinemaTower(semantic=12, attributes=("left", "right"), width=16, layers=1, heads=2, context=16, embedding=8)
    for name in ("ae", "text"):
        (folder / name).mkdir()
    save_file(Autoencoder(AutoencoderConfig()).state_dict(), folder / "ae" / "autoencoder.safetensors")
    save_file(build_tower(text).state_dict(), folder / "text" / "text.safetensors")
    (folder / "text" / "text.json").write_text(json.dumps(config_to_dict(text)), encoding="utf-8")


class Latent(nn.Module):
    """The denoiser's own loss at t = 0, where the noise has no say."""

    def __init__(self, network: Denoiser) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        return diffusion.loss_terms(self.network, None, batch, diffusion.DecodedLoss(count=0), "cpu")


def gradient(group: Group, mine: slice) -> torch.Tensor:
    """Of the clips `mine` of one fixed batch of eight, whose lengths differ much; flat."""
    torch.manual_seed(5)
    config = DenoiserConfig(latent=8, text=4, width=64, layers=1, heads=1, feedforward=64, dropout=0.0, longest=20)
    network = Denoiser(config)
    nn.init.normal_(network.out.weight, std=0.2)
    fields = {
        "latents": torch.randn(8, 20, 8),
        "lengths": torch.tensor([20, 4, 5, 18, 6, 20, 19, 7]),
        "texts": torch.randn(8, 7, 4),
        "given": torch.rand(8, 7) < 0.5,
        "low": torch.zeros(8),
        "high": torch.zeros(8),
        "constraints": torch.zeros(8, 80, 0),
    }
    batch = Batch(**{name: value[mine] for name, value in fields.items()})
    parallel = group.parallel(Latent(network))
    parallel(batch)["latent"].backward()
    return torch.cat([p.grad.flatten() for p in network.parameters()])


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    with joined("cpu") as group:
        for stage in STAGES:
            network = train(stage, folder, f"{stage}-two", 2, group)
            state = {name: value.contiguous() for name, value in network.state_dict().items()}
            save_file(state, folder / f"{stage}-{group.rank}.safetensors")
        part = slice(4 * group.rank, 4 * group.rank + 4)
        save_file({"gradient": gradient(group, part)}, folder / f"gradient-{group.rank}.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
