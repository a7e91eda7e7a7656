"""Requests that bring clips, against a real backend process: they travel, are kept with the result, and come back."""

import sys

import numpy as np
import pytest

sys.path.insert(0, __import__("os").path.dirname(__file__))

from child_backend import swaying

from blender_addon import found, results
from blender_addon.jobs import State, Worker, new_id
from blender_addon.work import seed_of, title_of
from kinema.protocol import clips
from kinema.protocol.messages import Edit, Generate, Mix, Ranking, Search, Timeline, Transform, Vary


@pytest.fixture
def worker(tmp_path):
    made = Worker(tmp_path / "results")
    yield made
    made.stop()


@pytest.fixture
def ask(worker, child_command, wait_until):
    def send(request, arrays):
        worker.add(request, child_command, {}, {"edit": {"target": "Body"}}, arrays)
        wait_until(lambda: worker.poll() is not None and not worker.busy)
        return worker.job

    return send


def test_clip_travels_and_is_kept_beside_the_result(worker, ask, tmp_path):
    clip = swaying(40, 3, 25.0)
    job = ask(
        Edit(new_id(), clip="sway", span=(10, 19), body_parts=("left_arm",)), clips.motion_arrays(clips.CLIP, clip)
    )
    assert job.state is State.DONE
    (stored,) = results.load(tmp_path / "results")
    for result in (job.result, stored):
        assert np.array_equal(result.clip.rotations, clip.rotations)
        made = result.motions[0]
        assert made.fps == 25.0
        same = np.all(made.rotations == clip.rotations, axis=2)
        arm = clip.skeleton.index("L_Elbow")
        assert not same[10:20, arm].any()
        assert same[:10].all()
        assert same[20:].all()
    assert stored.notes["edit"] == {"target": "Body"}


def test_clip_goes_along_when_a_failed_request_is_tried_again(worker, ask, wait_until):
    clip = swaying(20, 1)
    job = ask(Edit(new_id(), "refuse", clip="sway"), clips.motion_arrays(clips.CLIP, clip))
    assert job.state is State.FAILED
    worker.retry()
    wait_until(lambda: worker.poll() is not None and not worker.busy)
    assert "refuses this prompt" in worker.job.error
    assert np.array_equal(clips.read_clip(clips.CLIP, worker.job.arrays).rotations, clip.rotations)


def test_request_too_large_to_send_fails_alone(worker, ask):
    huge = np.zeros((1, 40_000_000), dtype=np.float64)  # 320 MB; a message may carry 256
    job = ask(Edit(new_id(), clip="sway"), {"clip_rotations": huge})
    assert job.state is State.FAILED
    assert "ask for less at once" in job.error
    assert ask(Generate(new_id(), "walk"), {}).state is State.DONE


def test_search_ends_with_a_ranking_and_no_take(worker, ask, tmp_path):
    moves = {"short": swaying(30, 1), "long": swaying(120, 1)}
    arrays = {}
    for number, motion in enumerate(moves.values()):
        arrays |= clips.motion_arrays(f"clip_{number}", motion)
    job = ask(Search(new_id(), "4 seconds", tuple(moves)), arrays)
    assert job.state is State.DONE
    assert job.result is None
    assert job.ranking.names == ("long", "short")
    assert not list((tmp_path / "results").glob("*"))


def test_answers_of_one_search_are_put_together_and_those_of_an_earlier_one_left_out():
    old = found.begin("runs", ())
    number = found.begin("walks", ("the camera is no body",))
    found.take(Ranking("1", ("a", "b"), (0.4, 0.1)), {"search": number})
    found.take(Ranking("2", ("c",), (0.3,), ("d cannot be read",)), {"search": number})
    found.take(Ranking("3", ("x",), (0.9,)), {"search": old})
    assert found.last.rows == (("a", 0.4), ("c", 0.3), ("b", 0.1))
    assert found.last.skipped == ("the camera is no body", "d cannot be read")


@pytest.mark.parametrize(
    ("request_", "title"),
    [
        (Generate("1", "a person walks"), "a person walks"),
        (Edit("1", "waves", "walk"), "waves"),
        (Edit("1", clip="walk"), "walk changed"),
        (Edit("1", clip="walk", keys=(3, 9)), "walk filled"),
        (Edit("1", clip="walk", path=((0.0, 0.0, 0.0), (1.0, 1.0, 0.0))), "walk along a path"),
        (Vary("1", "walk"), "walk varied"),
        (Mix("1", "walk", "run"), "walk with run"),
        (Transform("1", "walk", mirror=True, loop=True), "walk mirrored looped"),
        (Transform("1", "walk", speed=2.0), "walk retimed"),
        (Timeline("1", ({"prompt": "sits", "start": 0, "end": 2}, {"prompt": "stands", "start": 2, "end": 4})), None),
    ],
)
def test_every_request_has_a_short_name(request_, title):
    assert title_of(request_) == (title or "sits, then stands")


def test_seed_of_a_take_counts_on_and_chance_has_no_part_in_a_transform():
    assert seed_of(Edit("1", clip="walk", seed=7), 2) == 9
    assert seed_of(Transform("1", "walk", mirror=True), 0) == 0
