"""Training of the style network in the latent space of the frozen auto-encoder (GenMoStyle, arXiv 2401.13505, 3.2-3.4).

Losses: reconstruction of two windows that share their style, each from its own content code; cycle, where two clips
swap their styles, are encoded again and swap back, in latents and in motion; divergence of the style codes from their
prior; homo-style alignment, the divergence between the codes of the two windows. Half of the labelled clips are shown
without their label, so that one network learns the supervised and the unsupervised mode. The motion predictor learns
beside it from captured and from decoded motion. Beyond the paper, a classifier of latents (style_critic.py) says of
each swap whether the style arrived and the content stayed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.functional import smooth_l1_loss

from ..features import layout
from ..networks.autoencoder import Autoencoder, AutoencoderConfig
from ..networks.style import NO_LABEL, StyleConfig, StyleNetwork
from .corpus import Corpus, open_corpus
from .pose_space import PoseSpace
from .run import Average, Checkpoint, Log, learning_rate
from .style_critic import Critic
from .style_data import SEEN, Batch, StylePicker, encode_clips, styled_items, styles_of

ABLATIONS = ("homo", "sampling", "critic")
MOTION_SAMPLES = 2
"""Windows of a batch that are decoded for the motion losses."""


@dataclass(frozen=True)
class LossWeights:
    """Weights of the terms; those of METHODS' supervised mode, with the divergence lower: codes are narrower here."""

    reconstruction: float = 1.0
    motion: float = 0.5
    cycle: float = 0.1
    code: float = 0.2
    divergence: float = 0.02
    homo: float = 0.1
    velocity: float = 1.0
    arrives: float = 0.2
    stays: float = 0.2
    critic: float = 1.0


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; resumes from RUN/checkpoint.pt when it is there. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="kinema train style", description=__doc__)
    parser.add_argument("packed", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--autoencoder", type=Path, required=True, help="autoencoder.safetensors, which stays as it is")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--width", type=int, default=StyleConfig(()).width)
    parser.add_argument("--without", choices=ABLATIONS, help="leave one idea out, to measure what it is worth")
    parser.add_argument("--poses", action="store_true", help="learn on poses instead of latents, to measure that")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    train(parser.parse_args(argv))
    return 0


def open_autoencoder(path: Path) -> Autoencoder:
    """The frozen auto-encoder of a file, on the CPU."""
    state = {name: value.float() for name, value in load_file(path).items()}
    network = Autoencoder(config_of(state))
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def config_of(state: dict[str, Tensor]) -> AutoencoderConfig:
    """The shipped architecture with the latent size and widths that the weights have."""
    convolutions = [value for name, value in state.items() if name.startswith("encoder") and value.ndim == 3]
    full, quarter = convolutions[0].shape[0], convolutions[-1].shape[1]
    half = next(value.shape[0] for value in convolutions if value.shape[2] == 4)
    base = AutoencoderConfig()
    return AutoencoderConfig(base.features, len(state["latent_mean"]), (full, half, quarter), base.blocks)


def train(options: argparse.Namespace) -> None:
    """Train to `options.steps`; writes RUN/style.safetensors (averaged weights) and RUN/style.json."""
    run, steps, device = options.run, options.steps, options.device
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    corpus = open_corpus(options.packed, run.parent / "corpus")
    autoencoder = open_autoencoder(options.autoencoder)
    if options.poses:
        autoencoder = PoseSpace(autoencoder.feature_mean, autoencoder.feature_std)
    labels = styles_of(corpus)
    latents, clips = encode_clips(corpus, styled_items(corpus, "train"), autoencoder, labels, run / "latents.npy")
    network = StyleNetwork(StyleConfig(labels, autoencoder.config.latent, width=options.width))
    set_statistics(network, latents, corpus)
    picker = StylePicker(latents, clips, corpus, across=options.without != "homo")
    critic = Critic(autoencoder.config.latent, len(labels), len(picker.content_names))
    whole = nn.ModuleDict({"style": network, "critic": critic}).to(device)
    autoencoder = autoencoder.to(device)
    optimizer = torch.optim.AdamW(whole.parameters(), lr=options.rate, betas=(0.9, 0.99), weight_decay=1e-4)
    average = Average(whole, 0.998)
    generator = torch.Generator().manual_seed(0)
    checkpoint = Checkpoint(run / "checkpoint.pt", whole, [optimizer], average)
    log = Log(run / "losses.csv", steps)
    (run / "style.json").write_text(json.dumps(asdict(network.config), indent=1) + "\n", encoding="utf-8")
    for step in range(checkpoint.load(generator) + 1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, options.rate, warmup=min(100, steps // 10))
        batch = picker.batch(options.batch, generator)
        losses = loss_terms(network, critic, autoencoder, batch, LossWeights(), options.without)
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(whole.parameters(), 1.0)
        optimizer.step()
        average.update(whole, step)
        log.add(step, {name: value.item() for name, value in losses.items()})
        if step % 100 == 0 or step == steps:
            checkpoint.save(step, generator)
            save_file(_of_style(average), run / "style.safetensors")


def _of_style(average: Average) -> dict[str, Tensor]:
    """The averaged weights of the style network alone."""
    named = ((name.partition("."), value) for name, value in average.state.items())
    return {rest: value.cpu().contiguous() for (owner, _, rest), value in named if owner == "style"}


def set_statistics(network: StyleNetwork, latents: np.ndarray, corpus: Corpus) -> None:
    """Normalisation from the training data, with floors where something hardly moves."""
    mean, std = latents.mean(axis=0), np.maximum(latents.std(axis=0), 1e-3)
    network.latent_mean.copy_(torch.from_numpy(mean))
    network.latent_std.copy_(torch.from_numpy(std))
    frames = np.array(corpus.features[::37], dtype=np.float64)
    for name, span, floor in (("seen", SEEN, 0.02), ("velocity", np.r_[layout.PLANAR_VELOCITY], 1e-3)):
        part = frames[:, span]
        getattr(network, f"{name}_mean").copy_(torch.from_numpy(part.mean(axis=0)))
        getattr(network, f"{name}_std").copy_(torch.from_numpy(np.maximum(part.std(axis=0), floor)))


def loss_terms(
    network: StyleNetwork,
    critic: Critic,
    autoencoder: Autoencoder,
    batch: Batch,
    weights: LossWeights,
    without: str | None = None,
) -> dict[str, Tensor]:
    """Weighted losses of a batch; `without` leaves out one of ABLATIONS."""
    device = network.latent_mean.device
    x = torch.cat([batch.first, batch.second]).to(device)
    count = len(batch.first)
    labels = batch.labels.to(device)
    told = torch.where(batch.told.to(device), labels, NO_LABEL)
    # The second window is labelled where the first is not: both readings of one style must agree.
    retold = torch.where(batch.told.to(device), NO_LABEL, labels)
    content = network.content(x)
    mean, log_variance = network.style(x, torch.cat([told, retold]))
    code = mean if without == "sampling" else mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
    # Each window takes the other's code half of the time: what differs between them then cannot be style.
    crossed = torch.zeros(count, 1, dtype=torch.bool, device=device)
    if without != "homo":
        crossed[::2] = True
    own, other = code[:count], code[count:]
    used = torch.cat([torch.where(crossed, other, own), torch.where(crossed, own, other)])
    made = network.generate(content, used)
    order = torch.roll(torch.arange(count, device=device), 1)
    given, meant = own[order], mean[:count][order]
    # A third of the labelled swaps take a code from the label's prior, as a request by label will.
    label_mean, label_log_variance = network.prior(labels[order])
    drawn = ((torch.arange(count, device=device) % 3 == 0) & (labels[order] != NO_LABEL))[:, None]
    sampled = label_mean + 0.5 * torch.randn_like(label_mean) * (0.5 * label_log_variance).exp()
    given, meant = torch.where(drawn, sampled, given), torch.where(drawn, label_mean, meant)
    swapped = network.generate(content[:count], given)
    again = network.content(swapped)
    read, _ = network.style(swapped)
    back = network.generate(again, own)

    prior_mean, prior_log_variance = network.prior(torch.cat([told, retold]))
    halves = (mean[:count], log_variance[:count]), (mean[count:], log_variance[count:])
    scale = network.latent_std
    terms = {
        "reconstruction": weights.reconstruction * smooth_l1_loss(made / scale, x / scale),
        "cycle": weights.cycle
        * (smooth_l1_loss(back / scale, x[:count] / scale) + smooth_l1_loss(again, content[:count])),
        "code": weights.code * smooth_l1_loss(read, meant.detach()),
        **motion_terms(network, autoencoder, batch, made[:count], back, weights),
    }
    if without != "critic":
        # Classes of styles are label indices less one, which makes "no label" UNKNOWN.
        contents = batch.contents.to(device)
        arrives, stays = critic.ask(network.normalise(swapped), labels[order] - 1, contents[0])
        terms["arrives"], terms["stays"] = weights.arrives * arrives, weights.stays * stays
        terms["critic"] = weights.critic * critic.learn(network.normalise(x), labels.repeat(2) - 1, contents.flatten())
    if without != "sampling":
        terms["divergence"] = weights.divergence * divergence(mean, log_variance, prior_mean, prior_log_variance)
        if without != "homo":
            terms["homo"] = (
                weights.homo * 0.5 * (divergence(*halves[0], *halves[1]) + divergence(*halves[1], *halves[0]))
            )
    return terms


def motion_terms(
    network: StyleNetwork, autoencoder: Autoencoder, batch: Batch, made: Tensor, back: Tensor, weights: LossWeights
) -> dict[str, Tensor]:
    """Losses on decoded motion for the batch's first windows, and the motion predictor's own."""
    some = slice(0, MOTION_SAMPLES)
    real = autoencoder.decode_raw(batch.first[some].to(made.device))
    motion = smooth_l1_loss(autoencoder.decode_raw(made[some]), real)
    cycle = smooth_l1_loss(autoencoder.decode_raw(back[some]), real)
    decoded = real * autoencoder.feature_std + autoencoder.feature_mean
    captured = batch.features[: len(made) // 2].to(made.device)
    frames = torch.cat([decoded, captured])
    target = torch.cat([captured[some], captured])[..., layout.PLANAR_VELOCITY]
    wrong = (network.velocity(frames[..., SEEN]) - target) / network.velocity_std
    # The mean over a window is what adds up to a wrong path.
    velocity = smooth_l1_loss(wrong, torch.zeros_like(wrong)) + wrong.mean(dim=1).abs().mean()
    return {
        "motion": weights.motion * motion,
        "motion_cycle": weights.motion * weights.cycle * cycle,
        "velocity": weights.velocity * velocity,
    }


def divergence(mean: Tensor, log_variance: Tensor, other_mean: Tensor, other_log_variance: Tensor) -> Tensor:
    """Mean over batch and dimensions of KL(N(mean, variance) || N(other_mean, other_variance))."""
    ratio = (log_variance - other_log_variance).exp()
    away = (mean - other_mean).square() * (-other_log_variance).exp()
    return 0.5 * (ratio + away - 1 - log_variance + other_log_variance).mean()


if __name__ == "__main__":
    raise SystemExit(main())
