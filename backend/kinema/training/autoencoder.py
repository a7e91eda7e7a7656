"""Training of the motion auto-encoder on windows of real motion and, for poses beyond it, procedural motion.

Beside reconstruction in feature space, losses on joint positions through forward kinematics keep errors from adding up
along the limbs, and losses on velocity, acceleration and standing feet keep the decoder from trembling and sliding.
Orientations count as well, the head's most: nods and turns of the head move no joint. Half of each batch is decoded
from noised latents, because diffusion will not hit latents exactly either; little noise, because a decoder that expects
much of it smooths blows and steps away. For the same reason fast joints have a squared loss beside the absolute one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from ..contacts import FEET
from ..features import kinematics, layout
from ..networks.autoencoder import Autoencoder, AutoencoderConfig
from ..protocol.smpl import BODY_JOINTS
from . import record
from .corpus import Corpus, Item, open_corpus
from .distributed import Group, joined
from .licences import Selection
from .run import Plan, add_options, optimise, selection_of

ROUGH_SHARE = 0.35
"""Share of a batch that is procedural motion, whose poses reach beyond the captured ones."""

LATENT_NOISE = 0.1
"""Most noise on latents before they are decoded, as a share of their spread."""

ORIENTATION_SHARES = torch.ones(BODY_JOINTS)
ORIENTATION_SHARES[[12, 15]] = torch.tensor([2.0, 5.0])
"""Weights of the joints in the orientation term: neck and head count more."""


@dataclass(frozen=True)
class LossWeights:
    """Weights of the terms; positions in metres, orientations as matrices, differences a frame."""

    feature: float = 1.0
    position: float = 8.0
    orientation: float = 4.0
    world: float = 2.0
    velocity: float = 60.0
    acceleration: float = 60.0
    standing: float = 20.0
    fast: float = 600.0
    divergence: float = 1e-4
    smooth_latent: float = 1e-3


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; resumes from RUN/checkpoint.pt when it is there. Returns the exit code."""
    options = read(argv)
    with joined(options.device) as group:
        train(options, group)
    return 0


def read(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="kinema train autoencoder", description=__doc__)
    parser.add_argument("packed", type=Path, nargs="+", help="one or several packed sets")
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=64, help="windows a step, over all processes")
    parser.add_argument("--window", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument(
        "--rough", type=Path, help="folder of procedural clips (rough.npy), for poses beyond captured ones"
    )
    parser.add_argument("--start", type=Path, help="autoencoder.safetensors to begin with")
    parser.add_argument(
        "--decoder-only", action="store_true", help="keep the encoder, and with it what was trained on its latents"
    )
    add_options(parser, save_every=250)
    return parser.parse_args(argv)


class Objective(nn.Module):
    """Features (B, T, 203) on any device -> the weighted losses of `loss_terms`."""

    def __init__(self, network: Autoencoder, device: str) -> None:
        super().__init__()
        self.network, self.device = network, device

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        return loss_terms(self.network, features.to(self.device), LossWeights())


def train(options: argparse.Namespace, group: Group) -> Autoencoder:
    """Train to `options.steps` and write RUN/autoencoder.safetensors (averaged weights with their normalisation) and
    RUN/sources.json; returns the network of the last step."""
    run, window, selection = options.run, options.window, selection_of(options)
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    with group.in_turn():
        corpus = open_corpus(options.packed, run.parent / f"corpus{selection.suffix}", selection)
    _record(options, corpus, selection, group)
    items = [item for item in corpus.of_split("train") if item.frames >= window]
    network = Autoencoder(AutoencoderConfig()).to(group.device)
    mean, std = feature_statistics(corpus, items)
    network.feature_mean.copy_(torch.from_numpy(mean))
    network.feature_std.copy_(torch.from_numpy(std))
    if options.start:
        network.load_state_dict({name: value.float() for name, value in load_file(options.start).items()})
    network.encoder.requires_grad_(not options.decoder_only)
    if options.compile:
        network.encoder.compile()
        network.decoder.compile()

    def finish(step: int, average: Mapping[str, Tensor]) -> dict[str, float]:
        final = averaged(network, average)
        save_file(
            {name: value.contiguous() for name, value in final.state_dict().items()}, run / "autoencoder.safetensors"
        )
        return validate(final, corpus)

    picker = WindowPicker(corpus, items, window, options.rough)
    objective = Objective(network, group.device)
    optimise(Plan.of(options, weight_decay=1e-4), group, network, objective, picker, finish)
    return network


def _record(options: argparse.Namespace, corpus: Corpus, selection: Selection, group: Group) -> None:
    """Write what the run learns from, also by way of its other inputs. Raises InputError when one is not admitted."""
    used = dict(corpus.used)
    for made in filter(None, (options.rough, options.start and options.start.parent)):
        behind = record.read(made)
        selection.require(behind, str(made))
        used |= behind
    if group.leads:
        record.write(options.run, used)


def averaged(network: Autoencoder, average: Mapping[str, Tensor]) -> Autoencoder:
    """A copy of the network with the averaged weights, in evaluation mode."""
    copy = Autoencoder(network.config)
    copy.load_state_dict({name: value.cpu() for name, value in average.items()})
    return copy.eval()


class WindowPicker:
    """Random windows; every frame of the corpus is equally likely, small sources a little more.

    `rough`: folder with rough.npy and rough.jsonl of procedural clips; they make ROUGH_SHARE of each batch.
    """

    def __init__(self, corpus: Corpus, items: Sequence[Item], window: int, rough: Path | None = None) -> None:
        self.corpus, self.window = corpus, window
        self.starts = torch.tensor([item.start for item in items])
        self.room = torch.tensor([item.frames - window + 1 for item in items])
        share = torch.tensor([0.5 if item.clip.source == "bandai" else 1.0 for item in items])
        self.weights = (self.room + window / 2) * share
        self.rough: np.ndarray | None = None
        if rough:
            self.rough = np.load(rough / "rough.npy", mmap_mode="r", allow_pickle=False)
            rows = [json.loads(line) for line in (rough / "rough.jsonl").read_text(encoding="utf-8").splitlines()]
            rows = [row for row in rows if row["frames"] >= window]
            self.rough_starts = torch.tensor([row["start"] for row in rows])
            self.rough_room = torch.tensor([row["frames"] - window + 1 for row in rows])

    def batch(self, count: int, generator: torch.Generator) -> Tensor:
        """(count, window, 203) float32."""
        number = round(count * ROUGH_SHARE) if self.rough is not None else 0
        chosen = torch.multinomial(self.weights, count - number, replacement=True, generator=generator)
        spans = self._spans(self.corpus.features, self.starts[chosen], self.room[chosen], generator)
        if self.rough is not None:
            chosen = torch.randint(len(self.rough_starts), (number,), generator=generator)
            spans += self._spans(self.rough, self.rough_starts[chosen], self.rough_room[chosen], generator)
        return torch.from_numpy(np.stack(spans))

    def place(self) -> tuple[int, ...]:
        """Nothing is kept from one batch to the next."""
        return (0,)

    def go_to(self, place: tuple[int, ...]) -> None:
        """Nothing is kept from one batch to the next."""

    def _spans(
        self, features: np.ndarray, starts: Tensor, room: Tensor, generator: torch.Generator
    ) -> list[np.ndarray]:
        offsets = (torch.rand(len(starts), generator=generator) * room).long()
        return [features[start : start + self.window] for start in (starts + offsets).tolist()]


def feature_statistics(corpus: Corpus, items: Sequence[Item]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (203,) over frames; the deviation has a floor so that still joints are not blown up."""
    frames = np.concatenate([corpus.view(item)[::8] for item in items]).astype(np.float64)
    std = frames.std(axis=0)
    for group, floor in ((layout.ROTATIONS, 0.12), (layout.POSITIONS, 0.08), (layout.CONTACTS, 0.5)):
        std[group] = np.maximum(std[group], floor)
    return frames.mean(axis=0).astype(np.float32), np.maximum(std, 1e-3).astype(np.float32)


def loss_terms(network: Autoencoder, features: Tensor, weights: LossWeights) -> dict[str, Tensor]:
    """Weighted losses of a batch (B, T, 203)."""
    with torch.autocast(features.device.type, dtype=torch.bfloat16):
        mean, log_variance = network.posterior(features)
        mean, log_variance = mean.float(), log_variance.float()
        latents = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        extent = mean.detach().std(dim=(0, 1))
        level = LATENT_NOISE * torch.rand(len(mean), 1, 1, device=mean.device)
        level[::2] = 0.0
        out = network.decode_raw(latents + level * extent * torch.randn_like(mean)).float()
    target = (features - network.feature_mean) / network.feature_std
    decoded = out * network.feature_std + network.feature_mean
    made_local, made_turned = kinematics.local_pose(decoded)
    real_local, real_turned = kinematics.local_pose(features)
    shares = (ORIENTATION_SHARES / ORIENTATION_SHARES.sum()).to(features.device)
    made, real = kinematics.world_positions(decoded, made_local), kinematics.world_positions(features, real_local)
    made_step, real_step = made.diff(dim=1), real.diff(dim=1)
    feet = list(FEET)
    standing = features[:, 1:, layout.CONTACTS, None] * features[:, :-1, layout.CONTACTS, None]
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
    return {
        "feature": weights.feature * functional.smooth_l1_loss(out, target),
        "position": weights.position * (made_local - real_local).abs().mean(),
        "orientation": weights.orientation * ((made_turned - real_turned).abs().mean((0, 1, 3, 4)) * shares).sum(),
        "world": weights.world * (made - real).abs().mean(),
        "velocity": weights.velocity * (made_step - real_step).abs().mean(),
        "fast": weights.fast * (made_step - real_step).square().sum(-1).mean(),
        "acceleration": weights.acceleration * (made_step.diff(dim=1) - real_step.diff(dim=1)).abs().mean(),
        "standing": weights.standing * (standing * (made_step[:, :, feet] - real_step[:, :, feet]).abs()).mean(),
        "divergence": weights.divergence * divergence,
        "smooth_latent": weights.smooth_latent * mean.diff(dim=1).abs().mean(),
    }


@torch.no_grad()
def validate(network: Autoencoder, corpus: Corpus, most: int = 60) -> dict[str, float]:
    """Errors on validation clips: mean joint position in the heading frame (cm), and jerk made / real (m/s^3)."""
    errors, jerks = [], []
    for item in [item for item in corpus.of_split("val") if not item.mirrored and not item.clip.keyed][:most]:
        frames = min(item.frames // 4 * 4, 400)
        if frames < 16:
            continue
        features = torch.from_numpy(np.array(corpus.view(item)[:frames]))[None]
        decoded = network.decode(network.encode(features))
        errors.append((kinematics.local_positions(decoded) - kinematics.local_positions(features)).norm(dim=-1).mean())
        jerks.append(
            [
                kinematics.world_positions(x).diff(n=3, dim=1).norm(dim=-1).mean() * layout.FPS**3
                for x in (decoded, features)
            ]
        )
    made, real = np.mean(np.array(jerks), axis=0)
    return {"val_cm": 100 * float(np.mean(errors)), "val_jerk": float(made), "val_jerk_real": float(real)}


if __name__ == "__main__":
    raise SystemExit(main())
