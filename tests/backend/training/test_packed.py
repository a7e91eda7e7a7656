"""Motion -> packed set -> Motion; licences decide what training may see; mirrored items swap sides."""

import json

import numpy as np
import pytest

from kinema import geometry
from kinema.errors import FormatError
from kinema.features import encoding, mirroring
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY
from kinema.training import packed
from kinema.training.corpus import open_corpus
from kinema.training.packed import PackedSet, PackedSets
from kinema.training.sources import Caption


def swaying_motion(seed: int, frames: int = 40) -> Motion:
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 2, frames)[:, None, None]
    angles = 0.4 * np.sin(time * rng.uniform(1, 4, (1, 22, 3)) + rng.uniform(0, 6, (1, 22, 3)))
    path = np.stack([np.linspace(0, 1, frames), np.full(frames, 0.95), np.zeros(frames)], axis=1)
    return Motion(geometry.quaternion_from_rotation_vector(angles), path, 30.0, SMPL_BODY)


def row(identity: str, source: str = "cmu", split: str = "train") -> dict:
    captions = [Caption("a person raises the left hand", 0.0, 1.0, "kinema", split)]
    return {
        "id": identity,
        "source": source,
        "split": split,
        "action": "",
        "style": "",
        "keyed": False,
        "exact_feet": True,
        "licence": "test",
        "captions": packed.caption_rows(captions),
    }


@pytest.fixture
def folder(tmp_path):
    motions = swaying_motion(1), swaying_motion(2), swaying_motion(3, 25)
    clips = list(zip((row("a"), row("b", "xia_test"), row("c")), motions, strict=True))
    packed.write(tmp_path / "packed", clips, {})
    return tmp_path


def test_motion_survives_packing_within_its_stated_error(folder):
    opened = PackedSet(folder / "packed")
    assert [clip.frames for clip in opened.clips] == [40, 40, 25]
    for seed, (_, motion) in enumerate(opened.motions(), start=1):
        original = swaying_motion(seed, len(motion))
        assert geometry.angle_between(motion.rotations, original.rotations).max() < 1e-4
        assert np.abs(motion.positions() - original.positions()).max() < 1e-3


def test_sources_without_stated_terms_never_reach_training(folder):
    corpus = open_corpus(folder / "packed", folder / "corpus")
    assert {item.clip.source for item in corpus.items} == {"cmu"}


def test_corpus_holds_each_clip_and_its_mirror_image(folder):
    corpus = open_corpus(folder / "packed", folder / "corpus")
    again = open_corpus(folder / "packed", folder / "corpus")
    opened = PackedSet(folder / "packed")
    for item in again.items:
        motion = opened.motion(item.clip)
        expected = encoding.encode(mirroring.mirror(motion) if item.mirrored else motion)
        assert np.abs(corpus.view(item) - expected).max() < 1e-5


def test_two_sets_are_one_unless_they_hold_the_same_clip(folder, tmp_path):
    packed.write(tmp_path / "more", [(row("d", "hdm05"), swaying_motion(4))], {})
    both = PackedSets([folder / "packed", tmp_path / "more"])
    assert [clip.id for clip in both.clips] == ["a", "c", "d"]
    assert np.allclose(both.motion(both.clips[2]).positions(), swaying_motion(4).positions(), atol=1e-3)
    assert np.allclose(both.motion(both.clips[1]).positions(), swaying_motion(3, 25).positions(), atol=1e-3)
    packed.write(tmp_path / "again", [(row("a"), swaying_motion(4))], {})
    with pytest.raises(FormatError, match="an earlier set holds too"):
        PackedSets([folder / "packed", tmp_path / "again"])


def test_a_source_of_unknown_terms_is_refused(tmp_path):
    packed.write(tmp_path / "own", [(row("a", "somebody"), swaying_motion(4))], {})
    with pytest.raises(FormatError, match="--licence"):
        PackedSets(tmp_path / "own")


def test_a_cache_of_other_clips_is_made_anew(folder, tmp_path):
    open_corpus(folder / "packed", folder / "corpus")
    packed.write(tmp_path / "more", [(row("d", "hdm05"), swaying_motion(4))], {})
    corpus = open_corpus([folder / "packed", tmp_path / "more"], folder / "corpus")
    assert [item.clip.id for item in corpus.items] == ["a", "a", "c", "c", "d", "d"]
    assert np.abs(corpus.view(corpus.items[4]) - encoding.encode(swaying_motion(4))).max() < 1e-2


def test_damaged_sets_are_refused(folder):
    rows = (folder / "packed" / "clips.jsonl").read_text().splitlines()
    broken = json.loads(rows[0]) | {"frames": 10_000}
    (folder / "packed" / "clips.jsonl").write_text("\n".join([json.dumps(broken), *rows[1:]]))
    with pytest.raises(FormatError, match="prepare it again"):
        PackedSet(folder / "packed")
    with pytest.raises(FormatError, match="kinema data prepare"):
        PackedSet(folder / "nowhere")
