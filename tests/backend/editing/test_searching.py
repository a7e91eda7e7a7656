"""Search by words with the shipped text-motion space: order, files, messages, and embeddings that are kept."""

import numpy as np
import pytest

from kinema import searching
from kinema.checkpoints import find_pack
from kinema.errors import RequestError
from kinema.formats import amass
from kinema.pipeline import Pipeline
from kinema.protocol import clips
from kinema.protocol.messages import Generate

PROMPTS = {
    "walk": "a person walks forward",
    "wave": "a person waves with the right hand",
    "run": "a person runs forward",
}


@pytest.fixture(scope="module")
def motions():
    pipeline = Pipeline.open(find_pack(), "cpu")
    return {name: pipeline.generate(Generate("s", prompt, seconds=3.0)).motions[0] for name, prompt in PROMPTS.items()}


@pytest.fixture
def library(tmp_path):
    return searching.Library(folder=tmp_path / "kept")


@pytest.mark.parametrize("name", list(PROMPTS))
def test_the_clip_that_was_made_for_a_sentence_comes_first(library, motions, name):
    found = library.rank(PROMPTS[name], [searching.in_memory(key, motion) for key, motion in motions.items()])
    assert found.names[0] == name
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert all(-1.0 <= score <= 1.0 for score in found.scores)


def test_embeddings_are_kept_by_content_and_a_damaged_one_is_made_again(library, motions, tmp_path):
    clip = searching.in_memory("walk", motions["walk"])
    first = library.embedded(clip)
    kept = list((tmp_path / "kept").glob("*.npy"))
    assert len(kept) == 1

    def never():
        raise AssertionError("the clip was read again")

    again = library.embedded(searching.Clip("another name", clip.content, never))
    assert np.array_equal(first, again)
    kept[0].write_bytes(b"damaged")
    assert np.array_equal(first, library.embedded(clip))


def test_folders_are_searched_and_files_that_are_no_clips_are_told(library, motions, tmp_path):
    folder = tmp_path / "clips" / "more"
    folder.mkdir(parents=True)
    for name, motion in motions.items():
        amass.write(folder / f"{name}.npz", motion, {})
    (folder / "broken.bvh").write_text("no motion")
    (folder / "notes.txt").write_text("not looked at")
    found = library.rank(PROMPTS["wave"], searching.files([tmp_path / "clips"]))
    assert found.names[0].endswith("wave.npz")
    assert len(found.names) == 3
    assert len(found.skipped) == 1
    assert "broken.bvh" in found.skipped[0]
    with pytest.raises(RequestError, match="no file or folder"):
        searching.files([tmp_path / "nowhere"])
    with pytest.raises(RequestError, match="no clip could be read"):
        library.rank("walk", searching.files([folder / "broken.bvh"]))


def test_clips_beside_a_message_are_ranked_like_those_of_files(library, motions):
    arrays = {}
    for k, motion in enumerate(motions.values()):
        arrays |= clips.motion_arrays(clips.numbered(k), motion)
    wanted = [searching.sent(name, clips.numbered(k), arrays) for k, name in enumerate(motions)]
    found = library.rank(PROMPTS["run"], wanted)
    direct = library.rank(PROMPTS["run"], [searching.in_memory(name, motion) for name, motion in motions.items()])
    assert found.names == direct.names
    assert np.allclose(found.scores, direct.scores, atol=1e-3)


def test_a_long_clip_is_found_by_what_happens_in_a_part_of_it(motions):
    long = searching.looks(motions["walk"].resample(7.0).resample(30.0))
    assert len(long) == 1
    many = np.concatenate([motions["walk"].rotations] * 5)
    root = np.concatenate([motions["walk"].root_translation] * 5)
    motion = type(motions["walk"])(many, root, 30.0, motions["walk"].skeleton)
    looks = searching.looks(motion)
    assert all(len(look) == searching.LOOK for look in looks)
    assert len(looks) == 1 + -(-2 * (len(motion) - searching.LOOK) // searching.LOOK)
