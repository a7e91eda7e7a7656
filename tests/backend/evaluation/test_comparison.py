"""The comparison table from a pack with random weights, a judge with random weights and a small packed set."""

import json

import numpy as np
import pytest
import torch

from kinema.checkpoints import find_pack
from kinema.evaluation import comparison, text_motion
from kinema.evaluation.cli import add_comparison
from kinema.evaluation.predicates import means
from kinema.evaluation.report import evaluate
from kinema.evaluation.scores import travel
from kinema.evaluation.systems import Generated, Retrieval
from kinema.evaluation.text_motion import Reading, figures, shuffled
from kinema.matching.judge import Judge, Vocabulary
from kinema.matching.network import Evaluator, EvaluatorConfig
from kinema.pipeline import Pipeline
from kinema.training import packed
from kinema.training.packed import PackedSet

from ..training.test_packed import swaying_motion
from .test_evaluator import captioned_row

WORDS = ("walks", "jumps", "sits", "waves", "kicks", "bows", "runs", "turns")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("comparison")
    clips = [(captioned_row(word, "train", f"a person {word}"), swaying_motion(k, 40)) for k, word in enumerate(WORDS)]
    clips += [
        (captioned_row(f"slow {k}", "train", f"a person slowly {WORDS[k]}"), swaying_motion(k, 40)) for k in range(8)
    ]
    clips += [(captioned_row(f"v{k}", "val", f"someone {WORDS[k % 8]}"), swaying_motion(k, 24)) for k in range(16)]
    packed.write(path, clips, {})
    return PackedSet(path)


@pytest.fixture(scope="module")
def judge():
    torch.manual_seed(0)
    vocabulary = Vocabulary.of(WORDS, 40)
    return Judge(Evaluator(EvaluatorConfig(len(vocabulary), width=32)), vocabulary)


def test_retrieval_finds_the_clip_of_the_nearest_caption(folder):
    (motion,) = Retrieval(folder)("he is waving", 1.0, 0, 1)
    clip = folder.clips[WORDS.index("waves")]
    expected = folder.motion(clip).positions()[:30]
    found = motion.positions()
    mirrored = expected * (-1, 1, 1)
    assert len(motion) == 30
    assert np.allclose(found[:, 0], expected[:, 0], atol=1e-6) or np.allclose(found[:, 0], mirrored[:, 0], atol=1e-6)


def test_withheld_conditions_change_the_motion(random_pack):
    pipeline = Pipeline.open(find_pack(random_pack), "cpu")
    made = {
        name: Generated(pipeline, name, cleanup=False)("a person waves the left hand", 1.0, 0, 2)
        for name in ("full", "global", "parts")
    }
    assert all(len(motions) == 2 for motions in made.values())
    for a, b in (("full", "global"), ("full", "parts"), ("global", "parts")):
        assert not np.allclose(made[a][0].rotations, made[b][0].rotations, atol=1e-4)


def test_figures_of_known_readings():
    rng = np.random.default_rng(0)
    names = np.array([[str(k)] for k in range(64)])
    texts = rng.normal(size=(64, 1, 8))
    real = Reading(texts, rng.normal(size=(64, 1, 4)), texts, names)
    own = figures(real, real, 5)
    assert own["R@1"] == (1.0, 0.0)
    assert own["MM-Dist"][0] == 0.0
    assert own["FID"][0] == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(own["Multimodality"][0])
    other = figures(shuffled(real), real, 20)
    assert other["R@3"][0] < 0.3
    moved = Reading(texts + 2.0, real.features, texts, names, texts.repeat(3, axis=1))
    assert figures(moved, real, 5)["FID"][0] == pytest.approx(8 * 4.0)
    assert figures(moved, real, 5)["Multimodality"][0] == 0.0


def test_shuffled_texts_are_never_the_clips_own():
    names = np.array([[str(k)] for k in range(40)])
    zeros = np.zeros((40, 1, 2))
    assert not np.any(shuffled(Reading(zeros, zeros, zeros, names)).names == names)


@pytest.mark.timeout(300)
def test_one_table_holds_every_row(folder, judge, random_pack, tmp_path, monkeypatch):
    monkeypatch.setattr(text_motion, "MULTIMODAL_TEXTS", 2)
    monkeypatch.setattr(text_motion, "MULTIMODAL_CLIPS", 2)
    pipeline = Pipeline.open(find_pack(random_pack), "cpu")
    suite = (means("stand", "a person stands still", by=travel.still, seconds=1),)
    system = Generated(pipeline, cleanup=False)
    report = evaluate(system, suite, 2)
    task = comparison.Task(judge, folder, suite, seeds=2, takes=1, repeats=3)
    result = comparison.compare(task, system, report, {"another 1.0": pipeline}, lambda line: None)
    names = [row.name for row in result.rows]
    assert names == [
        "ground truth",
        "train clips",
        "shuffled texts",
        "auto-encoder",
        "nearest caption's clip",
        "generated, full",
        "no refinement: global sentence alone",
        "part sentences alone",
        "another 1.0",
    ]
    assert result.clips == 32
    rows = dict(zip(names, result.rows, strict=True))
    for name in names[5:]:
        assert all(np.isfinite(value).all() for value in rows[name].figures.values()), name
    assert rows["generated, full"].shares["all"].value == report.success
    assert rows["another 1.0"].figures == rows["generated, full"].figures
    (tmp_path / "report.md").write_text("# x\n", encoding="utf-8")
    add_comparison(result, tmp_path)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert text.count("\n| ") == 1 + len(names)
    assert "N = 32 validation clips" in text
    assert json.loads((tmp_path / "comparison.json").read_text())["rows"][0]["figures"]["FID"] == [None, None]
