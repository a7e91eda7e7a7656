"""Training of the denoiser on latents of the frozen auto-encoder, with texts from the frozen tower."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from ..conditions.constraints import WIDTH
from ..contacts import FEET
from ..diffusion import schedule
from ..diffusion.preconditioning import preconditioned
from ..errors import WeightsError
from ..features import kinematics, layout
from ..networks.autoencoder import Autoencoder, AutoencoderConfig
from ..networks.denoiser import Denoiser, DenoiserConfig
from ..text.encoder import TextEncoder
from . import record
from .corpus import Corpus, open_corpus
from .diffusion_data import Batch, Example, ExamplePicker, Mixing, TextTable
from .diffusion_examples import LatentStore, captured, keyed, make_rough, rough
from .distributed import Group, joined, mean
from .licences import Selection
from .run import Plan, add_options, optimise, selection_of


@dataclass(frozen=True)
class DecodedLoss:
    """Losses through the frozen decoder on the first `count` clips of a batch; metres and metres a frame."""

    count: int = 6
    rotation: float = 1.0
    position: float = 2.0
    velocity: float = 20.0
    standing: float = 10.0
    path: float = 0.3
    latest: float = 0.6


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; resumes from RUN/checkpoint.pt when it is there. Returns the exit code."""
    options = read(argv)
    with joined(options.device) as group:
        train(options, group)
    return 0


def read(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="kinema train diffusion", description=__doc__)
    parser.add_argument("packed", type=Path, nargs="+", help="one or several packed sets")
    parser.add_argument("run", type=Path)
    parser.add_argument("--autoencoder", type=Path, required=True, help="autoencoder.safetensors of its run")
    parser.add_argument("--text", type=Path, required=True, help="folder with text.safetensors and text.json")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--rough", type=int, default=6000, help="made clips; 0: none, nor keyed ones (an ablation)")
    parser.add_argument("--width", type=int, default=DenoiserConfig.width)
    parser.add_argument("--layers", type=int, default=DenoiserConfig.layers)
    parser.add_argument("--dropout", type=float, default=DenoiserConfig.dropout)
    parser.add_argument("--spread", type=float, default=0.04, help="variance of x0 in the preconditioning; 0: none")
    parser.add_argument("--start", type=Path, help="denoiser.safetensors to begin with")
    parser.add_argument("--boundary", type=float, default=Mixing.boundary, help="MotionMix's T* in [0, 1]")
    parser.add_argument("--made-from", type=float, default=Mixing.made_from, help="lowest t that made motion teaches")
    parser.add_argument("--global-only", action="store_true", help="no part sentences are shown (an ablation)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads of the loop itself; 0: PyTorch's choice")
    add_options(parser, save_every=500)
    return parser.parse_args(argv)


class Objective(nn.Module):
    """Batch -> the losses of `loss_terms`; the auto-encoder is frozen."""

    def __init__(self, network: Denoiser, autoencoder: Autoencoder, device: str) -> None:
        super().__init__()
        self.network, self.autoencoder, self.device = network, autoencoder, device

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        return loss_terms(self.network, self.autoencoder, batch, DecodedLoss(), self.device)


def train(options: argparse.Namespace, group: Group) -> Denoiser:
    """Train to `options.steps` in all and write RUN/denoiser.safetensors (averaged), denoiser.json, the auto-encoder
    with the latents' normalisation, and sources.json; returns the network of the last step."""
    run: Path = options.run
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    device, selection = group.device, selection_of(options)
    autoencoder = Autoencoder(AutoencoderConfig()).eval().requires_grad_(False)
    autoencoder.load_state_dict(load_file(options.autoencoder))
    autoencoder.latent_mean.zero_()
    autoencoder.latent_std.fill_(1.0)
    with group.in_turn():
        if options.rough:
            make_rough(options.packed, _rough_folder(options), options.rough, selection=selection)
        corpus = open_corpus(options.packed, run.parent / f"corpus{selection.suffix}", selection)
    _record(options, corpus, selection, group)
    train_examples, val_examples, store, table = _examples(options, corpus, autoencoder, device)
    latents, frames = store.array(), store.frames()
    middle, spread = latents.mean(axis=0), latents.std(axis=0)
    autoencoder.latent_mean.copy_(torch.from_numpy(middle))
    autoencoder.latent_std.copy_(torch.from_numpy(spread))
    latents = (latents - middle) / spread
    texts = embed(table, options.text, run)
    mixing = replace(Mixing(), boundary=options.boundary, made_from=options.made_from)
    mixing = mixing.without_parts() if options.global_only else mixing
    config = DenoiserConfig(
        latent=latents.shape[1],
        text=texts.shape[1],
        width=options.width,
        layers=options.layers,
        heads=options.width // 64,
        feedforward=4 * options.width,
        dropout=options.dropout,
        constraint=WIDTH,
        spread=options.spread,
    )
    network = Denoiser(config)
    if options.start:
        begin_with(network, options.start)
    network.to(device)
    autoencoder.to(device)
    if options.compile:
        network.compile(dynamic=True)
    picker = ExamplePicker(train_examples, latents, frames, texts, config.longest, mixing)
    seen = replace(mixing, rough=0, unannotated=0, constrained=0)
    validation = ExamplePicker(val_examples, latents, frames, texts, config.longest, seen)

    def finish(step: int, average: Mapping[str, Tensor]) -> dict[str, float]:
        final = Denoiser(config)
        final.load_state_dict({name: value.cpu() for name, value in average.items()})
        save_file(
            {name: value.contiguous() for name, value in final.state_dict().items()}, run / "denoiser.safetensors"
        )
        (run / "denoiser.json").write_text(json.dumps(asdict(config)), encoding="utf-8")
        state = {name: value.cpu().contiguous() for name, value in autoencoder.state_dict().items()}
        save_file(state, run / "autoencoder.safetensors")
        return validate(final.eval(), validation)

    if options.threads:
        torch.set_num_threads(options.threads)
    if torch.device(device).type == "cpu":
        # The flag holds for CPUs too; on 50 tokens the fused attention's backward pass costs a quarter of a step.
        torch.backends.cuda.enable_flash_sdp(False)
    objective = Objective(network, autoencoder, device)
    hidden = [parameter for parameter in network.blocks.parameters() if parameter.ndim == 2]
    optimise(Plan.of(options, weight_decay=0.01), group, network, objective, picker, finish, hidden)
    return network


def _rough_folder(options: argparse.Namespace) -> Path:
    folder: Path = options.run.parent / f"rough{selection_of(options).suffix}"
    return folder


def _record(options: argparse.Namespace, corpus: Corpus, selection: Selection, group: Group) -> None:
    """Write what the run learns from, also by way of its other inputs. Raises InputError when one is not admitted."""
    used = dict(corpus.used)
    inputs = (*([_rough_folder(options)] if options.rough else []), options.autoencoder.parent, options.text)
    for made in (*inputs, *([options.start.parent] if options.start else [])):
        behind = record.read(made)
        selection.require(behind, str(made))
        used |= behind
    if group.leads:
        record.write(options.run, used)


def _examples(
    options: argparse.Namespace, corpus: Corpus, autoencoder: Autoencoder, device: str
) -> tuple[list[Example], list[Example], LatentStore, TextTable]:
    table, store = TextTable(), LatentStore(autoencoder, device)
    train_examples = captured(corpus, "train", store, table)
    if options.rough:
        train_examples += rough(_rough_folder(options), store, table) + keyed(corpus, store, table)
    val_examples = [e for e in captured(corpus, "val", store, table) if e.wordings]
    kinds = [sum(1 for e in train_examples if e.rough), sum(1 for e in train_examples if not e.wordings)]
    print(
        f"{len(train_examples)} examples, {kinds[0]} rough, {kinds[1]} unannotated; {len(val_examples)} validation; ",
        end="",
    )
    print(f"{len(table.rows)} sentences; {store.count} latents", flush=True)
    return train_examples, val_examples, store, table


def begin_with(network: Denoiser, weights: Path) -> None:
    """Start from a file of weights; what it lacks (such as constraints) stays as initialised.

    Raises WeightsError when a tensor has another shape or name.
    """
    state = {name: value.float() for name, value in load_file(weights).items()}
    own = network.state_dict()
    if foreign := [name for name, value in state.items() if name not in own or own[name].shape != value.shape]:
        raise WeightsError(f"{weights} does not fit this denoiser ({foreign[0]}); use weights of its width and layers")
    network.load_state_dict(own | state)


def embed(table: TextTable, folder: Path, cache: Path) -> Tensor:
    """(rows, E) embeddings of all sentences by the frozen tower in `folder`; kept in `cache` for the next start."""
    weights, sentences = folder / "text.safetensors", list(table.rows)
    key = hashlib.sha256(weights.read_bytes() + "\n".join(sentences).encode()).hexdigest()[:16]
    kept = cache / f"texts-{key}.npy"
    if kept.is_file():
        return torch.from_numpy(np.load(kept, allow_pickle=False))
    config = json.loads((folder / "text.json").read_text(encoding="utf-8"))
    encoder = TextEncoder.from_state(config, load_file(weights))
    with torch.inference_mode():
        parts = [encoder.encode(sentences[i : i + 512]) for i in range(0, len(sentences), 512)]
    found = torch.cat(parts).clone()
    np.save(kept, found.numpy())
    return found


LATE_SHARE, LATE = 0.25, 0.75
"""What a text means is decided at high noise: this share of the times is drawn from LATE..1 alone."""


def draw_times(count: int) -> Tensor:
    """(count,) places in a clip's range of noise, 0 its lowest and 1 its highest."""
    late = torch.rand(count) < LATE_SHARE
    uniform = torch.rand(count)
    return torch.where(late, LATE + (1.0 - LATE) * uniform, uniform)


def emphasis(t: Tensor) -> Tensor:
    """(B,) weights of the x0 loss at times t. At high noise most of the error cannot be helped and drowns the rest;
    the weight leans towards low noise, less than Min-SNR's does (Hang et al. 2023, arXiv 2303.09556)."""
    return 1.0 + 0.3 / (0.1 + schedule.noise_variance(t))


def loss_terms(
    network: Denoiser, autoencoder: Autoencoder, batch: Batch, decoded: DecodedLoss, device: str
) -> dict[str, Tensor]:
    """Masked x0 loss, and losses of decoded joints where the noise is low enough for a sharp prediction."""
    x0, lengths = batch.latents.to(device), batch.lengths.to(device)
    low, high = batch.low.to(device), batch.high.to(device)
    t = low + (high - low) * draw_times(len(x0)).to(device)
    noisy = schedule.add_noise(x0, t, torch.randn_like(x0))
    with torch.autocast(x0.device.type, dtype=torch.bfloat16):
        texts, given, constraints = (part.to(device) for part in (batch.texts, batch.given, batch.constraints))
        made = preconditioned(network, network.config.spread)(noisy, t, texts, given, lengths, constraints)
    made = made.float()
    real = (torch.arange(x0.shape[1], device=device)[None] < lengths[:, None]).float()
    error = (made - x0).square().mean(-1) * emphasis(t)[:, None]
    losses = {"latent": (error * real).sum() / mean(real.sum())}
    chosen = torch.randperm(len(x0), device=device)[: decoded.count]
    if decoded.count:
        losses |= _decoded_terms(autoencoder, made[chosen], x0[chosen], real[chosen], t[chosen], decoded)
    return losses


def _decoded_terms(
    autoencoder: Autoencoder, made: Tensor, x0: Tensor, real: Tensor, t: Tensor, weights: DecodedLoss
) -> dict[str, Tensor]:
    longest = int(real.sum(dim=1).max())
    made, x0, real = made[:, :longest], x0[:, :longest], real[:, :longest]
    keep = real.repeat_interleave(4, dim=1) * ((weights.latest - t) / weights.latest).clamp(min=0.0)[:, None]
    with torch.autocast(made.device.type, dtype=torch.bfloat16):
        ours = autoencoder.decode(made).float()
        with torch.no_grad():
            theirs = autoencoder.decode(x0).float()
    ours_local, theirs_local = kinematics.local_positions(ours), kinematics.local_positions(theirs)
    ours_step = kinematics.world_positions(ours, ours_local).diff(dim=1)
    theirs_step = kinematics.world_positions(theirs, theirs_local).diff(dim=1)
    standing = (theirs[:, 1:, layout.CONTACTS, None] > 0.5).float() * keep[:, 1:, None, None]
    mass = mean(keep.sum()).clamp(min=1.0)
    return {
        "rotation": weights.rotation * (_turns(ours, theirs) * keep).sum() / mass,
        "position": weights.position * ((ours_local - theirs_local).abs().mean((2, 3)) * keep).sum() / mass,
        "velocity": weights.velocity * ((ours_step - theirs_step).abs().mean((2, 3)) * keep[:, 1:]).sum() / mass,
        "standing": weights.standing * (standing * ours_step[:, :, list(FEET)].abs()).mean((2, 3)).sum() / mass,
        "path": weights.path
        * functional.smooth_l1_loss(ours[..., :3] * keep[..., None] * 30, theirs[..., :3] * keep[..., None] * 30),
    }


def _turns(ours: Tensor, theirs: Tensor) -> Tensor:
    """(B, T) mean error of the rotations' columns; neck and head count for more: no joint hangs on the head, so no
    other loss sees a nod."""
    error = (ours[..., layout.ROTATIONS] - theirs[..., layout.ROTATIONS]).abs().unflatten(-1, (-1, 6)).mean(-1)
    return error.mean(-1) + 0.25 * error[..., [12, 15]].sum(-1)


@torch.no_grad()
def validate(network: Denoiser, picker: ExamplePicker) -> dict[str, float]:
    """x0 loss on validation clips at four noise levels: with their texts, with shuffled texts, without text."""
    generator = torch.Generator().manual_seed(1)
    picker.pool.clear()  # the same clips each time
    batch = picker.batch(96, generator)
    noise = torch.randn(batch.latents.shape, generator=generator)
    real = (torch.arange(batch.latents.shape[1])[None] < batch.lengths[:, None]).float()
    model = preconditioned(network, network.config.spread)
    rows: dict[str, float] = {}
    for name, texts, given in (
        ("text", batch.texts, torch.ones_like(batch.given)),
        ("shuffled", batch.texts.roll(1, 0), torch.ones_like(batch.given)),
        ("none", batch.texts, torch.zeros_like(batch.given)),
    ):
        for t in (0.1, 0.3, 0.6, 0.9):
            times = torch.full((len(noise),), t)
            made = model(schedule.add_noise(batch.latents, times, noise), times, texts, given, batch.lengths, None)
            error = ((made - batch.latents).square().mean(-1) * real).sum() / real.sum()
            rows[f"val_{name}_{t}"] = float(error)
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
