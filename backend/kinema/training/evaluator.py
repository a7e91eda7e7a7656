"""Training of the judge: own words, own motion encoder, own data; nothing of a generator is loaded.

Contrast between texts and motions (InfoNCE, both ways, near-duplicate texts not used as negatives; TMR, arXiv
2305.00976) and reconstruction of the motion from its feature.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .. import checkpoints
from ..evaluation import metrics
from ..evaluation.evaluator import STRIDE, UNKNOWN, Evaluator, EvaluatorConfig
from ..evaluation.judge import JUDGE, Judge, Vocabulary
from .evaluator_data import POOL, Batch, Picker, Row, open_rows
from .licences import LICENCES
from .run import Average, Checkpoint, Log, learning_rate

SAVE_EVERY = 50 * POOL
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
    options = parser.parse_args(argv)
    train(options.packed, options.run, options.steps, options.batch, options.rate, options.rough)
    return 0


def train(packed: Path, run: Path, steps: int, batch: int, rate: float, rough: int) -> None:
    """Train to `steps` in all; writes the pack RUN/kinema-evaluator with averaged weights, and RUN/losses*.csv."""
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    motions, rows = open_rows(packed, run / "data", rough)
    texts = list(dict.fromkeys(text for row in rows if row.kind != "val" for text in row.texts))
    vocabulary = Vocabulary.of(texts, EvaluatorConfig.context)
    network = Evaluator(EvaluatorConfig(len(vocabulary)))
    _normalise(network, motions, rows)
    picker = Picker(motions, rows, dict(zip(texts, vocabulary.words(texts), strict=True)))
    print(f"{len(rows)} motions, {len(texts)} sentences, {len(vocabulary)} words, {_size(network):.2f} M weights")
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.05)
    average = Average(network, 0.998)
    generator = torch.Generator().manual_seed(0)
    checkpoint = Checkpoint(run / "checkpoint.pt", network, optimizer, average)
    log = Log(run / "losses.csv", steps)
    for step in range(checkpoint.load(generator) + 1, steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, rate)
        losses = loss_terms(network, picker.batch(batch, generator))
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        average.update(network, step)
        log.add(step, {name: value.item() for name, value in losses.items()})
        if step % SAVE_EVERY == 0 or step == steps:
            checkpoint.save(step, generator)
            judged = Evaluator(network.config)
            judged.load_state_dict(average.state)
            log.write({"step": step, **validate(Judge(judged, vocabulary), motions, rows)})
            write(judged, vocabulary, run / JUDGE, step)


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
