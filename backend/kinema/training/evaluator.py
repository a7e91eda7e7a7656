"""Training of the judge: own words, own motion encoder, own data; nothing of a generator is loaded.

Contrast between texts and motions (InfoNCE, both ways, near-duplicate texts not used as negatives; TMR, arXiv
2305.00976) and reconstruction of the motion from its feature.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .. import checkpoints
from ..evaluation import metrics
from ..matching.judge import JUDGE, Judge, Vocabulary
from ..matching.network import STRIDE, UNKNOWN, Evaluator, EvaluatorConfig
from .distributed import Group
from .evaluator_data import Batch, Picker, Row, open_rows
from .licences import LICENCES
from .run import Plan, optimise

UNKNOWN_SHARE = 0.05
"""Share of words replaced by the unknown one, so that it comes to mean "some word"."""

SOURCES = ("cmu", "bandai", "hdm05", "HumanML3D", "KIT-ML", "kinema")


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; resumes from RUN/checkpoint.pt when it is there. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="kinema train evaluator", description=__doc__)
    parser.add_argument("packed", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--rough", type=int, default=8000, help="procedural clips")
    parser.add_argument("--save-every", type=int, default=200, help="steps between checkpoints")
    options = parser.parse_args(argv)
    train(
        options.packed,
        Plan(options.run, options.steps, options.batch, options.rate, 0.05, options.save_every),
        options.rough,
    )
    return 0


class Objective(nn.Module):
    """Batch -> the losses of `loss_terms`."""

    def __init__(self, network: Evaluator) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        return loss_terms(self.network, batch)


def train(packed: Path, plan: Plan, rough: int) -> None:
    """Train by `plan`; writes the pack RUN/kinema-evaluator with averaged weights, and RUN/losses*.csv."""
    plan.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    motions, rows = open_rows(packed, plan.run / "data", rough)
    texts = list(dict.fromkeys(text for row in rows if row.kind != "val" for text in row.texts))
    vocabulary = Vocabulary.of(texts, EvaluatorConfig.context)
    network = Evaluator(EvaluatorConfig(len(vocabulary)))
    _normalise(network, motions, rows)
    picker = Picker(motions, rows, dict(zip(texts, vocabulary.words(texts), strict=True)))
    print(f"{len(rows)} motions, {len(texts)} sentences, {len(vocabulary)} words, {_size(network):.2f} M weights")

    def finish(step: int, average: Mapping[str, Tensor]) -> dict[str, float]:
        judged = Evaluator(network.config)
        judged.load_state_dict(average)
        write(judged, vocabulary, plan.run / JUDGE, step)
        return validate(Judge(judged, vocabulary), motions, rows)

    optimise(plan, Group(), network, Objective(network), picker, finish)


def loss_terms(network: Evaluator, batch: Batch) -> dict[str, Tensor]:
    """Contrast (InfoNCE over allowed pairs, mean of both directions) and reconstruction of a batch."""
    words = batch.words
    hidden = (torch.rand(words.shape) < UNKNOWN_SHARE) & (words > 0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        texts = network.embed_texts(words.masked_fill(hidden, UNKNOWN))
        embeddings, features = network.read_motions(batch.motions, batch.lengths)
        made = network.rebuilt(features, batch.motions.shape[1] // STRIDE).float()
    scores = (embeddings.float() @ texts.float().T) * network.log_scale.exp().clamp(max=30.0)
    scores = scores.masked_fill(~batch.allowed, -1e4)
    own = torch.arange(len(scores))
    contrast = 0.5 * (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own))
    target = network.normalised(batch.motions, batch.lengths)
    there = (torch.arange(target.shape[1])[None] < batch.lengths[:, None])[..., None]
    error = functional.smooth_l1_loss(made * there, target * there, reduction="sum")
    return {"contrast": contrast, "rebuild": error / (there.sum() * target.shape[2])}


def validate(judge: Judge, motions: np.ndarray, rows: Sequence[Row]) -> dict[str, float]:
    """R-precision of validation clips with one of their texts, mean of five draws; at most 0.43 less than one pool."""
    held = [row for row in rows if row.kind == "val"]
    if len(held) < metrics.POOL:
        return {"val_clips": float(len(held))}
    rng = np.random.default_rng(0)
    embeddings, _ = judge.motions([motions[row.start : row.start + row.frames] for row in held])
    found = []
    for _ in range(5):
        texts = [row.texts[int(rng.integers(len(row.texts)))] for row in held]
        found.append(metrics.r_precision(embeddings, judge.texts(texts), texts, rng))
    top = np.mean(found, axis=0)
    return {"val_clips": float(len(held)), **{f"val_r{k + 1}": float(top[k]) for k in range(3)}}


def write(network: Evaluator, vocabulary: Vocabulary, folder: Path, step: int) -> None:
    """The judge as a pack: float16 weights, its vocabulary in pack.json."""
    licences = [LICENCES[source] for source in SOURCES]
    state = {name: value.half() if value.ndim > 1 else value.float() for name, value in network.state_dict().items()}
    checkpoints.write_pack(
        folder,
        name=JUDGE,
        version=f"1.{step}",
        licence="CC BY-NC 4.0",
        commercial=False,
        attribution=sorted({licence.attribution for licence in licences if licence.attribution}),
        weights={"evaluator.safetensors": state},
        sections={"evaluator": {**asdict(network.config), "vocabulary": list(vocabulary.rows)}},
    )


def _normalise(network: Evaluator, motions: np.ndarray, rows: Sequence[Row]) -> None:
    """Mean and spread of all training frames; still columns get a floor so that their noise stays small."""
    taught = np.concatenate([motions[row.start : row.start + row.frames] for row in rows if row.kind != "val"])
    network.mean.copy_(torch.from_numpy(taught.mean(axis=0)))
    network.std.copy_(torch.from_numpy(np.maximum(taught.std(axis=0), 0.02 * np.array([0.1] * 3 + [1.0] * 64))))


def _size(network: Evaluator) -> float:
    return sum(value.numel() for value in network.parameters()) / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
