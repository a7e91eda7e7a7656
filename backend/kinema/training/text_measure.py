"""Measure a text tower on captions it never saw: `python -m kinema.training.text_measure --captions DIR --run DIR`."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from kinema.text.encoder import TextEncoder
from kinema.training.text_attributes import AMPLITUDES, ATTRIBUTES, attribute_table, mirror
from kinema.training.text_data import Caption, held_out, ordered_sentences, read_captions
from kinema.training.text_teacher import TEACHER_SIZE, cached_embeddings

GALLERY = 256


def caption_pairs(captions: Sequence[Caption]) -> list[tuple[str, str]]:
    """The first two different captions of every clip that has two."""
    clips: dict[str, list[str]] = {}
    for caption in captions:
        clips.setdefault(caption.clip, []).append(caption.text)
    unique = [list(dict.fromkeys(texts)) for texts in clips.values()]
    return [(texts[0], texts[1]) for texts in unique if len(texts) > 1]


def recall_at_1(queries: np.ndarray, gallery: np.ndarray, size: int = GALLERY, seed: int = 0) -> float:
    """Share of queries whose own partner is nearest among `size`; mean over random galleries. (N, D) unit rows."""
    draw = np.random.default_rng(seed)
    size = min(size, len(queries))
    hits = []
    for _ in range(10):
        rows = draw.choice(len(queries), size, replace=False)
        hits.append(np.mean((queries[rows] @ gallery[rows].T).argmax(1) == np.arange(size)))
    return float(np.mean(hits))


def order_told(encoder: TextEncoder, pairs: int = 150) -> tuple[float, float]:
    """Acts in two orders, in sentences not trained on: (share whose attributes fit the right order better than the
    other order, mean cosine between the two orders)."""
    trained = set(ordered_sentences())
    lines = ordered_sentences(seed=1, pairs=pairs)
    rows = [i for i in range(0, len(lines) - 1, 2) if not {lines[i], lines[i + 1]} & trained]
    one, other = [lines[i] for i in rows], [lines[i + 1] for i in rows]
    a, b = encoder.encode(one).numpy(), encoder.encode(other).numpy()
    difference = (attribute_table(one).astype(np.float32) - attribute_table(other)) * AMPLITUDES
    told = ((a - b)[:, TEACHER_SIZE:] * difference).sum(1)[np.abs(difference).sum(1) > 0] > 0
    return float(told.mean()), float((a * b).sum(1).mean())


def measure(encoder: TextEncoder, captions: Sequence[Caption], cache: Path) -> dict[str, float]:
    """Figures for teacher and student on held out captions; names say what each is."""
    texts = list(dict.fromkeys(caption.text for caption in captions))
    sided = [text for text in texts if mirror(text) != text]
    mirrored = [mirror(text) for text in sided]

    lines = list(dict.fromkeys([*texts, *mirrored]))
    row = {text: i for i, text in enumerate(lines)}
    by_teacher, by_student = cached_embeddings(lines, cache).astype(np.float32), encoder.encode(lines).numpy()

    def teacher(some: Sequence[str]) -> np.ndarray:
        return by_teacher[[row[text] for text in some]]

    def student(some: Sequence[str]) -> np.ndarray:
        return by_student[[row[text] for text in some]]

    taught, learnt = teacher(texts), student(texts)
    semantic = learnt[:, :TEACHER_SIZE] / np.linalg.norm(learnt[:, :TEACHER_SIZE], axis=1, keepdims=True)
    held = attribute_table(texts).astype(bool)
    # The semantic block has length 1 in the tower's own scale, in which an attribute is 0 or its amplitude.
    scale = 1 / np.linalg.norm(learnt[:, :TEACHER_SIZE], axis=1, keepdims=True)
    guessed = learnt[:, TEACHER_SIZE:] * scale / AMPLITUDES > 0.5
    frequent = held.sum(0) >= 10
    hit = (guessed & held).sum(0)
    f1 = 2 * hit[frequent] / (guessed.sum(0) + held.sum(0))[frequent]
    pairs = caption_pairs(captions)
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    side = [ATTRIBUTES.index(name) for name in ("left", "right")]
    sides = student(sided)[:, TEACHER_SIZE:][:, side], student(mirrored)[:, TEACHER_SIZE:][:, side]
    # A text that names both sides has no one side to tell.
    one_sided = np.array([("left" in text) != ("right" in text) for text in sided])
    toward = np.array([1.0 if "left" in text else -1.0 for text in sided])
    told = [np.sign(s[:, 0] - s[:, 1]) == sign for s, sign in zip(sides, (toward, -toward), strict=True)]
    right_order, order_cosine = order_told(encoder)
    return {
        "texts": len(texts),
        "cosine to teacher": float((taught * semantic).sum(1).mean()),
        "pairs": len(pairs),
        "R@1 teacher": recall_at_1(teacher(first), teacher(second)),
        "R@1 student": recall_at_1(student(first), student(second)),
        "attribute accuracy": float((guessed == held).mean()),
        "attribute F1 (>= 10 texts, mean)": float(f1.mean()),
        "exactly right texts": float((guessed == held).all(1).mean()),
        "mirror pairs": len(sided),
        "mirror cosine teacher": float((teacher(sided) * teacher(mirrored)).sum(1).mean()),
        "mirror cosine student": float((student(sided) * student(mirrored)).sum(1).mean()),
        "order cosine student": order_cosine,
        "order told right": right_order,
        "side told right": float(np.mean(np.concatenate(told)[np.tile(one_sided, 2)])),
    }


def milliseconds(encoder: TextEncoder, repeats: int = 30) -> float:
    """Median time of one prompt with six part sentences, no cache, on the threads torch has now."""
    parts = ("head looks straight ahead", "torso leans forward", "left arm swings", "right arm waves beside the head")
    times = []
    for i in range(repeats):
        texts = [f"a person walks forward and waves {i} times", *(f"the {part} {i} times" for part in parts)]
        texts += [f"the left leg steps forward {i} times", f"the right leg steps forward {i} times"]
        start = time.perf_counter()
        encoder.encode(texts)
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="kinema.training.text_measure", description="Measure the text tower.")
    parser.add_argument("--captions", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="the training run's folder")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    final = options.run / "final"
    encoder = TextEncoder.from_state(
        json.loads((final / "text.json").read_text()), load_file(final / "text.safetensors")
    )
    figures = measure(encoder, held_out(read_captions(options.captions)), options.run)
    figures["ms for 7 texts"] = milliseconds(encoder)
    (options.run / "measured.json").write_text(json.dumps(figures, indent=1) + "\n")
    for name, value in figures.items():
        print(f"{name:36} {value:.4g}")


if __name__ == "__main__":
    main()
