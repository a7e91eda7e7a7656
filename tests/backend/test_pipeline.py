"""One path from request to Motion: seeds, samples, lengths, progress, cancel, errors; on random weights."""

import json
import shutil

import numpy as np
import pytest

from kinema.checkpoints import find_pack
from kinema.errors import Cancelled, RequestError, WeightsError
from kinema.features import layout
from kinema.pipeline import Pipeline
from kinema.protocol.messages import Generate
from kinema.protocol.smpl import SMPL_BODY


@pytest.fixture(scope="module")
def pipeline(random_pack) -> Pipeline:
    return Pipeline.open(find_pack(str(random_pack)), "cpu")


def test_the_same_request_gives_the_same_motion_and_another_seed_another(pipeline):
    first, again, other = (pipeline.generate(Generate("a", "a man walks", seed=seed)).motions[0] for seed in (3, 3, 4))
    assert np.array_equal(first.rotations, again.rotations)
    assert np.array_equal(first.root_translation, again.root_translation)
    assert not np.allclose(first.rotations, other.rotations)


def test_sample_k_is_the_sample_of_seed_plus_k(pipeline):
    several = pipeline.generate(Generate("a", "a man walks", seed=5, samples=18, cleanup=False)).motions
    assert len(several) == 18
    for k in (1, 17):
        alone = pipeline.generate(Generate("b", "a man walks", seed=5 + k, cleanup=False)).motions[0]
        assert np.allclose(several[k].positions(), alone.positions(), atol=1e-3)


@pytest.mark.parametrize("seconds", [0.5, 1.03, 4.0, 10.0])
def test_motion_has_the_asked_length_and_a_canonical_start(pipeline, seconds):
    motion = pipeline.generate(Generate("a", "a man walks", seconds=seconds)).motions[0]
    assert len(motion) == round(seconds * layout.FPS)
    assert motion.fps == layout.FPS
    assert motion.skeleton is SMPL_BODY
    assert np.allclose(motion.root_translation[0, [0, 2]], 0.0, atol=0.05)


def test_words_matter_and_single_parts_matter(pipeline):
    base = pipeline.generate(Generate("a", "a man walks", refiner="none", cleanup=False)).motions[0]
    word = pipeline.generate(Generate("a", "a man jumps", refiner="none", cleanup=False)).motions[0]
    part = Generate("a", "a man walks", refiner="none", parts={"left_arm": "the left arm waves"}, cleanup=False)
    assert not np.allclose(base.rotations, word.rotations)
    assert not np.allclose(base.rotations, pipeline.generate(part).motions[0].rotations)


def test_progress_counts_every_step_and_cancel_stops_between_steps(pipeline):
    heard = []
    pipeline.generate(Generate("a", "a man walks", steps=5), heard.append)
    assert [p.step for p in heard if p.stage == "sample"] == [1, 2, 3, 4, 5]
    assert {p.steps for p in heard if p.stage == "sample"} == {5}

    heard.clear()
    with pytest.raises(Cancelled):
        pipeline.generate(
            Generate("a", "a man walks", steps=50),
            heard.append,
            lambda: sum(p.stage == "sample" for p in heard) >= 3,
        )
    assert sum(p.stage == "sample" for p in heard) == 3


def test_unknown_sampler_and_device_name_the_choices(pipeline, random_pack):
    with pytest.raises(RequestError, match="ddim"):
        pipeline.generate(Generate("a", "walk", sampler="magic"))
    with pytest.raises(RequestError, match="use auto or cpu"):
        Pipeline.open(find_pack(str(random_pack)), "cuda:99")


def test_result_says_which_weights_and_which_licence(pipeline):
    pack = pipeline.generate(Generate("a", "a man walks")).pack
    assert pack["licence"] == "CC0-1.0"
    assert len(pack["sha256"]) == 64


def test_a_pack_of_another_shape_is_refused(random_pack, tmp_path):
    folder = tmp_path / "foreign"
    shutil.copytree(random_pack, folder)
    manifest = json.loads((folder / "pack.json").read_text())
    manifest["denoiser"]["layers"] = 3
    (folder / "pack.json").write_text(json.dumps(manifest))
    with pytest.raises(WeightsError, match="does not fit"):
        Pipeline.open(find_pack(str(folder)), "cpu")
