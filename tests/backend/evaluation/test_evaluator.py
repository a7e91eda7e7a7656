"""The judge's networks: padding, unknown words, the pack; its training resumes and learns to tell clips apart."""

import csv

import numpy as np
import pytest
import torch

from kinema.checkpoints import find_pack
from kinema.errors import WeightsError
from kinema.evaluation.pairs import captioned, motion_of
from kinema.features import layout
from kinema.matching.judge import JUDGE, Judge, Vocabulary, seen
from kinema.matching.network import READS, Evaluator, EvaluatorConfig
from kinema.training import evaluator, packed, run
from kinema.training.evaluator_data import Picker, open_rows
from kinema.training.packed import PackedSet
from kinema.training.run import Plan
from kinema.training.sources import Caption

from ..training.test_packed import row, swaying_motion

TEXTS = ("a person raises the left hand", "someone walks", "he jumps up high and claps")


@pytest.fixture(scope="module")
def judge() -> Judge:
    torch.manual_seed(0)
    vocabulary = Vocabulary.of(TEXTS, 40)
    return Judge(Evaluator(EvaluatorConfig(len(vocabulary), width=32)), vocabulary)


def captioned_row(identity: str, split: str, *texts: str, end: float = 2.0, keyed: bool = False) -> dict:
    captions = packed.caption_rows([Caption(text, 0.0, end, "kinema", split) for text in texts])
    return row(identity, split=split) | {"captions": captions, "keyed": keyed}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("judge")
    words = ("walks", "jumps", "sits", "waves", "kicks", "bows", "runs", "turns")
    clips = [(captioned_row(word, "train", f"a person {word}"), swaying_motion(k, 60)) for k, word in enumerate(words)]
    clips += [(captioned_row(f"val {k}", "val", f"someone {words[k % 8]}"), swaying_motion(k, 50)) for k in range(16)]
    clips += [(captioned_row("keyed", "train", "game animation", keyed=True), swaying_motion(99, 60))]
    clips += [(captioned_row("short", "train", "blinks", end=0.3), swaying_motion(98, 60))]
    packed.write(path, clips, {})
    return path


def test_it_reads_root_and_positions_only():
    assert len(READS) == 67
    assert not set(READS) & set(range(layout.WIDTH)[layout.ROTATIONS])
    assert not set(READS) & set(range(layout.WIDTH)[layout.CONTACTS])


def test_an_embedding_does_not_depend_on_its_batch(judge):
    rng = np.random.default_rng(0)
    clips = [rng.normal(size=(frames, 67)).astype(np.float32) for frames in (16, 37, 90)]
    together, features = judge.motions(clips)
    assert np.allclose(np.linalg.norm(together, axis=1), 1)
    for k, clip in enumerate(clips):
        embedding, feature = judge.motions([clip])
        assert np.allclose(embedding[0], together[k], atol=1e-5)
        assert np.allclose(feature[0], features[k], atol=1e-4)
    assert np.allclose(judge.texts(TEXTS)[1], judge.texts(TEXTS[1:2])[0], atol=1e-5)


def test_unknown_words_are_one_word_and_order_counts(judge):
    zebra, quark = judge.texts(["someone zebra", "someone quark"])
    assert len(judge.vocabulary.words(["zebra"])[0]) >= 1
    assert np.allclose(zebra, quark, atol=1e-6) == (
        judge.vocabulary.words(["someone zebra"]) == judge.vocabulary.words(["someone quark"])
    )
    assert not np.allclose(*judge.texts(["someone walks", "walks someone"]), atol=1e-4)
    assert np.isfinite(judge.texts([""])).all()


def test_pairs_are_captioned_captured_clips_and_their_mirror_images(folder):
    opened = PackedSet(folder)
    pairs = list(captioned(opened, "train"))
    assert len(pairs) == 16
    assert {pair.clip.id for pair in pairs} == {"walks", "jumps", "sits", "waves", "kicks", "bows", "runs", "turns"}
    plain, mirrored = (seen(motion_of(opened, pair)) for pair in pairs[:2])
    assert plain.shape == mirrored.shape == (60, 67)
    assert np.allclose(plain[:, 0], -mirrored[:, 0], atol=1e-5)  # turning changes sides


def test_near_duplicates_and_equal_labels_are_no_negatives(folder, tmp_path):
    motions, rows = open_rows(folder, tmp_path, 3)
    assert {line.kind for line in rows} == {"train", "val", "rough"}
    assert all(np.array_equal(a.texts, b.texts) for a, b in zip(rows, open_rows(folder, tmp_path, 3)[1], strict=True))
    words = {text: (2,) for line in rows for text in line.texts}
    picker = Picker(motions, [line for line in rows if line.kind == "train"], words)
    batch = picker.batch(12, torch.Generator().manual_seed(0))
    assert torch.all(batch.allowed.diagonal())
    assert torch.equal(batch.allowed, batch.allowed.T)
    assert (~batch.allowed).any()  # 12 of 16 pairs drawn with replacement from 8 texts
    assert batch.motions.shape[1] % 4 == 0
    assert batch.lengths.max() <= 60


def losses(path) -> list[list[float]]:
    with path.open() as file:
        return [[float(value) for value in line[:-1]] for line in list(csv.reader(file))[1:]]


@pytest.mark.timeout(300)
def test_resumed_training_has_the_losses_of_uninterrupted_training(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "learning_rate", lambda step, steps, peak: peak)
    for name, stops in (("whole", (8,)), ("parts", (4, 8))):
        for steps in stops:
            evaluator.train(folder, Plan(tmp_path / name, steps, 8, 1e-3, 0.05, save_every=steps, log_every=1), 4)
    whole, parts = (losses(tmp_path / name / "losses.csv") for name in ("whole", "parts"))
    assert len(whole) == 8
    assert np.allclose(whole, parts, rtol=1e-4)
    judge = Judge.open(find_pack(tmp_path / "whole" / JUDGE))
    assert judge.texts(["a person walks"]).shape == (1, 64)


def test_another_pack_is_no_judge(random_pack):
    with pytest.raises(WeightsError, match="evaluator"):
        Judge.open(find_pack(random_pack))
