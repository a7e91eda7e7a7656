"""Train the text tower: `python -m kinema.training.text --captions DIR --trials CSV --bandai CSV --run DIR`.

Target of a sentence = its teacher embedding (length 1), followed by its attributes times their amplitudes. Losses on
the tower's output (s, a) for the target (t, y), y in {0, 1}:

    |s - t|^2 + 4 mean(w BCE(8 (a / amplitude - 1/2), y)) + 0.1 InfoNCE((s, a), (t, y))     over a batch

with the weights w of ORDER_WEIGHTS.

The learning rate follows the clock, so a run ends on time however busy the machine is; it resumes where it stopped.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from kinema.text.quantised import restored
from kinema.text.tokens import Tokenizer, pad
from kinema.text.tower import KinemaTower, build_tower, config_to_dict
from kinema.training import record
from kinema.training.licences import LICENCES
from kinema.training.run import add_selection, selection_of
from kinema.training.text_attributes import AMPLITUDES, ATTRIBUTES, ORDER_WEIGHTS, attribute_table
from kinema.training.text_data import training_groups, vocabulary_words
from kinema.training.text_teacher import TEACHER_SIZE, cached_embeddings

SHARES = {
    "captions": 0.36,
    "mirrored": 0.2,
    "variants": 0.14,
    "labels": 0.03,
    "parts": 0.12,
    "ordered": 0.25,
    "words": 0.06,
    "framed": 0.09,
}
"""How often each group of sentences is drawn."""

PEAK_RATE = 2e-3
WARM_UP = 0.03
TEMPERATURE = 0.05
NAMES = ("loss", "distance", "bce", "contrast", "cosine")


@dataclass
class Corpus:
    """Sentences with their targets; `groups` holds row numbers."""

    rows: list[list[int]]
    teacher: Tensor  # (N, 384) float16
    attributes: Tensor  # (N, A) uint8
    groups: dict[str, np.ndarray]

    @classmethod
    def build(cls, groups: dict[str, list[str]], context: int, cache: Path) -> Corpus:
        texts = list(dict.fromkeys(text for group in groups.values() for text in group))
        number = {text: i for i, text in enumerate(texts)}
        return cls(
            Tokenizer(context).rows(texts),
            torch.from_numpy(cached_embeddings(texts, cache)),
            torch.from_numpy(attribute_table(texts)),
            {name: np.array([number[text] for text in group]) for name, group in groups.items() if group},
        )

    def batches(self, generator: np.random.Generator, batch: int) -> Iterator[np.ndarray]:
        """Row numbers, all batches of one size; texts of a batch have similar lengths, which saves padding."""
        names = list(self.groups)
        shares = np.array([SHARES[name] for name in names])
        lengths = np.array([len(row) for row in self.rows])
        while True:
            counts = generator.multinomial(64 * batch, shares / shares.sum())
            drawn = np.concatenate([generator.choice(self.groups[n], c) for n, c in zip(names, counts, strict=True)])
            drawn = np.unique(drawn)
            order = np.argsort(lengths[drawn] + generator.uniform(0, 4, len(drawn)))
            size = min(batch, len(drawn))
            spare = len(drawn) % size
            kept = np.delete(drawn[order], generator.choice(len(drawn), spare, replace=False))
            yield from generator.permutation(kept.reshape(-1, size))


def losses(output: Tensor, teacher: Tensor, held: Tensor) -> dict[str, Tensor]:
    """The terms of the module's formula for output (N, D), teacher (N, 384) and held (N, A), all float32."""
    amplitudes = torch.as_tensor(AMPLITUDES, dtype=output.dtype)
    semantic, attributes = output.split([teacher.shape[1], held.shape[1]], dim=1)
    distance = (semantic - teacher).square().sum(1).mean()
    weights = torch.as_tensor(ORDER_WEIGHTS, dtype=output.dtype)
    bce = F.binary_cross_entropy_with_logits(8 * (attributes / amplitudes - 0.5), held, weights)
    target = F.normalize(torch.cat([teacher, held * amplitudes], 1), dim=1)
    scores = F.normalize(output, dim=1) @ target.T / TEMPERATURE
    contrast = F.cross_entropy(scores, torch.arange(len(scores)))
    return {
        "loss": distance + 4.0 * bce + 0.1 * contrast,
        "distance": distance,
        "bce": bce,
        "contrast": contrast,
        "cosine": F.cosine_similarity(semantic, teacher).mean(),
    }


def seed_embeddings(tower: nn.Module, cache: Path) -> None:
    """Start whole words at the principal components of the teacher's embedding of the word.

    A word that no caption uses then lies near the words it resembles, and training starts from meaning.
    """
    words = vocabulary_words()
    vectors = torch.from_numpy(cached_embeddings(words, cache).astype(np.float32))
    vectors -= vectors.mean(0)
    table = tower.get_submodule("token_embedding.table").get_parameter("weight")
    narrow = table.shape[1]
    _, _, components = torch.pca_lowrank(vectors, q=narrow, center=False, niter=4)
    values = vectors @ components
    values *= narrow**-0.5 / values.square().mean().sqrt()
    rows = Tokenizer(3).rows(words)
    with torch.no_grad():
        table[torch.tensor([row[1] for row in rows])] = values


def save_state(tower: nn.Module, optimiser: torch.optim.Optimizer, progress: dict[str, float], folder: Path) -> None:
    """last.safetensors and progress.json, each replaced in one step."""
    tensors = {f"tower.{name}": value for name, value in tower.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in state.items()}
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "last.tmp")
    (folder / "last.tmp").replace(folder / "last.safetensors")
    (folder / "progress.tmp").write_text(json.dumps(progress))
    (folder / "progress.tmp").replace(folder / "progress.json")


def load_state(tower: nn.Module, optimiser: torch.optim.Optimizer, folder: Path) -> dict[str, float]:
    """The inverse of save_state."""
    tensors = load_file(folder / "last.safetensors")
    tower.load_state_dict({n.removeprefix("tower."): v for n, v in tensors.items() if n.startswith("tower.")})
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        kind, number, *rest = name.split(".")
        if kind == "optimiser":
            state.setdefault(int(number), {})[rest[0]] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    progress: dict[str, float] = json.loads((folder / "progress.json").read_text())
    return progress


def export(tower: nn.Module, config: KinemaTower, folder: Path) -> None:
    """text.safetensors (float16) and text.json, as a model pack takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().to(torch.float16).contiguous() for name, value in tower.state_dict().items()}
    save_file(state, folder / "text.safetensors")
    (folder / "text.json").write_text(json.dumps(config_to_dict(config), indent=1) + "\n")


def learning_rate(t: float, peak: float = PEAK_RATE) -> float:
    """Linear warm-up, then half a cosine to zero; t in [0, 1] is the share of the time used."""
    if t < WARM_UP:
        return peak * t / WARM_UP
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, (t - WARM_UP) / (1 - WARM_UP))))


def train(
    corpus: Corpus,
    config: KinemaTower,
    run: Path,
    minutes: float,
    batch: int = 256,
    peak: float = PEAK_RATE,
    seed: int = 0,
    start: Path | None = None,
) -> nn.Module:
    """Train for `minutes` of wall time in all, resuming what `run` holds; losses go to run/losses.csv.

    A run that holds nothing begins with the weights of the file `start`, or anew.
    """
    torch.manual_seed(seed)
    tower = build_tower(config)
    decayed = [p for p in tower.parameters() if p.ndim > 1]
    plain = [p for p in tower.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}],
        betas=(0.9, 0.98),
        fused=True,
    )
    run.mkdir(parents=True, exist_ok=True)
    progress: dict[str, float] = {"step": 0, "seconds": 0.0}
    if (run / "progress.json").exists():
        progress = load_state(tower, optimiser, run)
    elif start:
        tower.load_state_dict(restored(load_file(start)))
    else:
        seed_embeddings(tower, run)
    step, before, started = int(progress["step"]), progress["seconds"], time.monotonic()
    saved, seen, sums = started, 0, dict.fromkeys(NAMES, 0.0)
    with (run / "losses.csv").open("a", newline="") as file:
        log = csv.writer(file)
        if step == 0:
            log.writerow(["step", "seconds", *NAMES, "rate"])
        for index in corpus.batches(np.random.default_rng([seed, step]), batch):
            seconds = before + time.monotonic() - started
            if seconds >= minutes * 60:
                break
            rate = learning_rate(seconds / (minutes * 60), peak)
            for group in optimiser.param_groups:
                group["lr"] = rate
            with torch.autocast("cpu", torch.bfloat16):
                output = tower(pad([corpus.rows[i] for i in index], multiple=4))
            terms = losses(output.float(), corpus.teacher[index].float(), corpus.attributes[index].float())
            optimiser.zero_grad(set_to_none=True)
            terms["loss"].backward()
            nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
            optimiser.step()
            step, seen = step + 1, seen + 1
            for name, value in terms.items():
                sums[name] += float(value.detach())
            if step % 50 == 0:
                means = [f"{sums[name] / seen:.5f}" for name in NAMES]
                log.writerow([step, f"{seconds:.1f}", *means, f"{rate:.2e}"])
                file.flush()
                seen, sums = 0, dict.fromkeys(NAMES, 0.0)
            if time.monotonic() - saved > 120:
                save_state(tower, optimiser, {"step": step, "seconds": seconds}, run)
                saved = time.monotonic()
    save_state(tower, optimiser, {"step": step, "seconds": before + time.monotonic() - started}, run)
    return tower.eval()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="kinema.training.text", description="Train the text tower.")
    parser.add_argument("--captions", type=Path, required=True, help="folder with captions.jsonl, kitml.jsonl, ...")
    parser.add_argument("--trials", type=Path, required=True, help="CMU's trials.csv")
    parser.add_argument("--bandai", type=Path, required=True, help="Bandai-Namco's clips.csv")
    parser.add_argument("--parts", type=Path, help="file of further part sentences, one a line")
    parser.add_argument("--made", type=Path, help="rough.jsonl of made clips, whose captions count as captions")
    parser.add_argument("--run", type=Path, required=True, help="folder for checkpoints, losses.csv and final/")
    parser.add_argument("--start", type=Path, help="text.safetensors to begin with")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--peak", type=float, default=PEAK_RATE, help="highest learning rate")
    parser.add_argument("--threads", type=int, default=2)
    add_selection(parser)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    parts = options.parts.read_text(encoding="utf-8").splitlines() if options.parts else []
    selection = selection_of(options)
    groups, used = training_groups(
        options.captions, options.trials, options.bandai, parts, _made(options.made), selection
    )
    used |= {"all-MiniLM-L6-v2": LICENCES["all-MiniLM-L6-v2"]}
    for behind in filter(None, (options.start and options.start.parent, options.made and options.made.parent)):
        selection.require(record.read(behind), str(behind))
        used |= record.read(behind)
    config = KinemaTower(TEACHER_SIZE, ATTRIBUTES, width=256, layers=4, heads=8)
    corpus = Corpus.build(groups, config.context, options.run)
    tower = train(corpus, config, options.run, options.minutes, options.batch, options.peak, start=options.start)
    export(tower, config, options.run / "final")
    record.write(options.run / "final", used)


def _made(path: Path | None) -> list[str]:
    """Captions of the made clips that `rough.jsonl` lists."""
    if path is None:
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return list(dict.fromkeys(text for row in rows for text in row["texts"]))


if __name__ == "__main__":
    main()
