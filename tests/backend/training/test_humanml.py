"""A folder in HumanML3D's layout becomes a packed set that training takes beside another one."""

import json
from pathlib import Path

import numpy as np
import pytest

from kinema import cli, geometry, retarget
from kinema.errors import FormatError
from kinema.formats import amass, humanml
from kinema.protocol import quaternion
from kinema.protocol.smpl import SMPL_NAMES, SOLE_BELOW_FOOT
from kinema.training import packed, procedural
from kinema.training.corpus import open_corpus
from kinema.training.licences import Licence, Selection
from kinema.training.packed import PackedSet, PackedSets
from kinema.training.procedural.generate import Annotated

from ..formats import humanml_writer
from .test_packed import row, swaying_motion


def placed(positions: np.ndarray) -> np.ndarray:
    """Positions where the format puts them: first frame at x = z = 0 facing +Z, soles on the ground."""
    positions = positions - positions[0, 0] * [1.0, 0.0, 1.0]
    turn = humanml_writer.to_front(positions)[0]
    positions = quaternion.rotate(np.broadcast_to(turn, (*positions.shape[:2], 4)), positions)
    return positions + [0.0, SOLE_BELOW_FOOT - positions[..., 1].min(), 0.0]


@pytest.fixture(scope="module")
def made() -> dict[str, Annotated]:
    """Clips of our own, by their ID in the layout."""
    return {f"{number:06d}": procedural.generate(number) for number in range(6)}


@pytest.fixture(scope="module")
def folder(made, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("layout") / "My Data"
    for name in ("texts", "new_joint_vecs", "amass"):
        (root / name).mkdir(parents=True)
    for identity, clip in made.items():
        spans = ["0.0#0.0", "0.5#1.5", "nan#nan"]
        lines = [f"{text}#a/DET person/NOUN#{span}" for text, span in zip(clip.texts, spans, strict=False)]
        (root / "texts" / f"{identity}.txt").write_text("\n".join([*lines, "a line without fields"]) + "\n")
        if identity == "000004":
            amass.write(root / "amass" / f"{identity}.npz", clip.motion)
        elif identity != "000005":
            vectors = humanml_writer.vectors(clip.motion.resample(humanml.FPS).positions())
            np.save(root / "new_joint_vecs" / f"{identity}.npy", vectors.astype(np.float32))
    for copied in ("texts/{}.txt", "new_joint_vecs/{}.npy"):
        (root / copied.format("M000000")).write_bytes((root / copied.format("000000")).read_bytes())
    (root / "train.txt").write_text("000000\nM000000\n000001\n000004\n000005\n")
    (root / "val.txt").write_text("000002\n")
    (root / "test.txt").write_text("000003\n")
    return root


@pytest.fixture(scope="module")
def prepared(folder, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("own") / "packed"
    words = ["data", "prepare-humanml", str(folder), str(out), "--licence", "bought from Studio X", "--workers", "1"]
    assert cli.main([*words, "--share-alike", "--attribution", "Motion by Studio X"]) == 0
    return out


def test_vectors_come_back_as_joints_and_joints_as_a_motion(made):
    for clip in made.values():
        motion = clip.motion.resample(humanml.FPS)
        expected = placed(motion.positions())[:-1]
        positions = humanml.positions_of(humanml_writer.vectors(motion.positions()))
        assert np.abs(positions - expected).max() < 1e-6
        solved = retarget.from_positions(positions, humanml.FPS)
        assert np.linalg.norm(solved.positions() - expected, axis=-1).max() < 0.01
        off = geometry.angle_between(solved.rotations[:, 1:], motion.rotations[:-1, 1:]).mean(0)
        known = [k for k, name in enumerate(SMPL_NAMES[1:22]) if not name.endswith(("Head", "Wrist", "Foot"))]
        assert np.degrees(off[known]).mean() < 10.0


def test_the_layout_becomes_a_packed_set(prepared, made):
    opened = PackedSet(prepared)
    assert {clip.id: clip.split for clip in opened.clips} == {
        "my-data/000000": "train",
        "my-data/000001": "train",
        "my-data/000002": "val",
        "my-data/000003": "test",
        "my-data/000004": "train",
    }
    assert opened.licence("my-data") == Licence("bought from Studio X", True, False, "Motion by Studio X", True)
    for clip in opened.clips:
        source = made[clip.id[-6:]]
        assert clip.captions[0].text == source.texts[0]
        assert clip.captions[0].start == 0.0
        assert clip.captions[0].end == pytest.approx(clip.frames / 30)
        assert (clip.captions[1].start, clip.captions[1].end) == (0.5, 1.5)
        assert {caption.dataset for caption in clip.captions} == {"my-data"}
        if clip.id != "my-data/000004":
            expected = placed(source.motion.resample(humanml.FPS).positions())
            at_20 = opened.motion(clip).positions()[::3]
            assert np.linalg.norm(at_20 - expected[:-1:2][: len(at_20)], axis=-1).max() < 0.01
    lines = (prepared / "skipped.jsonl").read_text().splitlines()
    skipped = {row["id"]: row["reason"] for row in map(json.loads, lines)}
    assert "mirrored copy" in skipped["M000000"]
    assert "no new_joint_vecs" in skipped["000005"]


def test_training_takes_it_beside_another_set_and_by_its_licence(prepared, tmp_path):
    packed.write(tmp_path / "shipped", [(row("a"), swaying_motion(1))], {})
    folders = [tmp_path / "shipped", prepared]
    corpus = open_corpus(folders, tmp_path / "corpus")
    assert {item.clip.source for item in corpus.items} == {"cmu", "my-data"}
    assert set(corpus.used) == {"cmu", "kinema", "my-data"}
    assert len(corpus.items) == 2 * 6
    assert {clip.source for clip in PackedSets(folders, Selection(commercial=True)).clips} == {"cmu"}
    smaller = open_corpus(folders, tmp_path / "corpus", Selection(commercial=True))
    assert {item.clip.source for item in smaller.items} == {"cmu"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--licence", "mine", "--name", "cmu"], "choose another --name"),
        (["--licence", " "], "state the terms"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(words, message, folder, tmp_path, capsys):
    assert cli.main(["data", "prepare-humanml", str(folder), str(tmp_path / "out"), *words]) == 2
    assert message in capsys.readouterr().err


def test_another_layout_is_refused(tmp_path, capsys):
    words = ["data", "prepare-humanml", str(tmp_path), str(tmp_path / "out"), "--licence", "mine"]
    assert cli.main(words) == 2
    assert "HumanML3D's layout" in capsys.readouterr().err


@pytest.mark.parametrize("shape", [(10, 251), (263,), (0, 263)])
def test_other_arrays_are_no_vectors(shape, tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(shape))
    with pytest.raises(FormatError, match="263"):
        humanml.read_positions(tmp_path / "a.npy")
