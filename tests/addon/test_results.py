"""Finished results on disk: whole, or not there."""

import sys

import numpy as np
import pytest

sys.path.insert(0, __import__("os").path.dirname(__file__))

from child_backend import swaying

from blender_addon import results
from blender_addon.takes import Review
from kinema.errors import KinemaError
from kinema.protocol import wire
from kinema.protocol.messages import Done, Generate


@pytest.fixture
def keep(tmp_path):
    def make(samples=2, **notes):
        motions = [swaying(30, seed) for seed in range(samples)]
        request = Generate("a", "walk", seconds=1.0, seed=7, samples=samples)
        return results.keep(tmp_path, request, Done("a", samples, 30.0), wire.motion_arrays(motions), notes)

    return make


def test_kept_result_is_read_back_with_its_notes(keep, tmp_path):
    kept = keep(start=12, place=[1.0, 2.0, 0.5])
    (read,) = results.load(tmp_path)
    assert read.request == kept.request
    assert read.notes == {"start": 12, "place": [1.0, 2.0, 0.5]}
    np.testing.assert_allclose(read.motions[1].rotations, kept.motions[1].rotations, atol=1e-12)


@pytest.mark.parametrize("cut", [0, 10, 400, 2000])
def test_torn_file_is_left_out_and_the_others_are_read(keep, tmp_path, cut):
    torn, whole = keep(), keep()
    torn.path.write_bytes(torn.path.read_bytes()[:cut])
    assert [result.path for result in results.load(tmp_path)] == [whole.path]


def test_answer_without_motions_is_refused(tmp_path):
    with pytest.raises(KinemaError):
        results.keep(tmp_path, Generate("a", "walk"), Done("a", 1, 30.0), {}, {})
    assert not list(tmp_path.glob("*.result"))


def test_full_disk_keeps_the_result_in_memory(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    arrays = wire.motion_arrays([swaying(4, 0)])
    kept = results.keep(blocked / "folder", Generate("a", "walk"), Done("a", 1, 30.0), arrays, {})
    assert len(kept.motions[0]) == 4


def test_rejected_takes_stay_away_after_a_restart_and_the_last_takes_the_file(keep, tmp_path):
    review = Review()
    review.add(keep(samples=3))
    first, second, third = review.takes
    assert review.selected == first.name
    assert [take.seed for take in review.takes] == [7, 8, 9]
    review.reject(first.name)
    assert review.selected == second.name
    again = Review()
    again.add(results.load(tmp_path)[0])
    assert [take.sample for take in again.takes] == [1, 2]
    for take in list(review.takes):
        review.reject(take.name)
    assert not list(tmp_path.glob("*.result"))
    assert not list(tmp_path.glob("*.json"))
    assert third not in review.takes


def test_moved_takes_begin_elsewhere_also_after_a_restart(keep, tmp_path):
    review = Review()
    review.add(keep(start=1))
    review.move(40, [1.0, 0.0, 0.0])
    assert [take.start for take in review.takes] == [40.0, 40.0]
    assert results.load(tmp_path)[0].notes["start"] == 40


def test_steps_go_around(keep):
    review = Review()
    review.add(keep(samples=3))
    review.step(-1)
    assert review.take.sample == 2
    review.step(1)
    assert review.take.sample == 0
