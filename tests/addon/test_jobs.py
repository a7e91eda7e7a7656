"""Requests in a queue, against a real backend process."""

import os
import threading

import numpy as np
import pytest

from blender_addon import results
from blender_addon.jobs import State, Worker, new_id
from kinema.protocol.messages import ClearCache, Cleared, Describe, Description, Generate, Refine


@pytest.fixture
def worker(tmp_path):
    made = Worker(tmp_path / "results")
    yield made
    made.stop()


@pytest.fixture
def add(worker, child_command):
    def queue(prompt, environment=None, notes=None, **fields):
        request = Generate(id=new_id(), prompt=prompt, **fields)
        worker.add(request, child_command, environment or {}, notes or {})
        return request

    return queue


def settle(worker, wait_until):
    wait_until(lambda: worker.poll() is not None and not worker.busy)
    return worker.job


def test_job_ends_with_motion_parts_warnings_and_licence(worker, add, wait_until):
    add("walk", seconds=2.0)
    job = settle(worker, wait_until)
    assert job.state is State.DONE
    assert job.factor == 1.0
    assert len(job.result.motions[0]) == 60
    assert job.result.done.parts["left_arm"] == "the left arm swings"
    assert job.result.done.warnings == ("a warning of the test",)
    assert job.result.done.pack["licence"] == "CC0-1.0"


def test_progress_is_shown_with_its_step_and_the_time_left(worker, add, wait_until):
    add("slow")
    assert worker.job.text == "Starting the backend"
    wait_until(lambda: worker.poll() and worker.job.step > 20)
    job = worker.job
    assert job.factor == job.step / 200
    # 200 steps of 10 ms: the pace is known from outside, within what a busy machine adds.
    assert 0.5 * (200 - job.step) * 0.01 < job.remaining < 20 * (200 - job.step) * 0.01
    assert job.text.startswith(f"Generating {job.step}/200, ")
    assert job.text.endswith(" s left")


def test_cancelled_job_gives_no_motion_and_the_next_uses_the_same_backend(worker, add, wait_until, tmp_path):
    add("slow")
    wait_until(lambda: worker.poll() and worker.job.step > 0)
    pid, step = worker.pid, worker.job.step
    worker.cancel()
    assert worker.job.state is State.CANCELLING
    job = settle(worker, wait_until)
    assert job.state is State.CANCELLED
    assert job.step <= step + 5, "it stopped soon after the Cancel, not at the end"
    assert job.result is None
    add("walk")
    assert settle(worker, wait_until).state is State.DONE
    assert worker.pid == pid


def test_result_that_crosses_its_cancel_is_dropped_also_from_disk(worker, add, wait_until, tmp_path):
    add("walk")
    worker.cancel()
    job = settle(worker, wait_until)
    assert job.state is State.CANCELLED
    assert job.result is None
    assert not list((tmp_path / "results").glob("*"))


def test_queued_jobs_run_in_order_and_each_result_is_on_disk(worker, add, wait_until, tmp_path):
    for prompt in ("walk", "run", "jump"):
        add(prompt, notes={"start": len(prompt)})
    assert [job.request.prompt for job in worker.waiting] == ["run", "jump"]
    settle(worker, wait_until)
    assert [job.request.prompt for job in worker.finished] == ["walk", "run", "jump"]
    assert [job.state for job in worker.finished] == [State.DONE] * 3
    stored = results.load(tmp_path / "results")
    assert [result.request.prompt for result in stored] == ["walk", "run", "jump"]
    assert [result.notes["start"] for result in stored] == [4, 3, 4]
    ours = worker.job.result.motions[0].rotations
    np.testing.assert_allclose(stored[-1].motions[0].rotations, ours, atol=1e-12)


def test_waiting_job_can_be_taken_out(worker, add, wait_until):
    add("slow")
    unwanted = add("unwanted")
    worker.drop(unwanted.id)
    worker.cancel()
    assert settle(worker, wait_until).request.prompt == "slow"


def test_refused_prompt_shows_the_reason_and_the_queue_goes_on(worker, add, wait_until):
    add("refuse")
    wait_until(lambda: worker.poll() and worker.job.state is State.FAILED)
    assert worker.job.error == "the test refuses this prompt; use another"
    assert not worker.paused
    pid = worker.pid
    add("walk")
    assert settle(worker, wait_until).state is State.DONE
    assert worker.pid == pid


def test_after_a_crash_the_queue_waits_and_retry_goes_on_with_it(worker, add, wait_until):
    add("crash")
    add("walk")
    wait_until(lambda: worker.poll() and worker.job.state is State.FAILED)
    assert "the test wanted a crash" in worker.job.error
    assert worker.paused
    assert not worker.busy
    assert [job.request.prompt for job in worker.waiting] == ["walk"]
    worker.retry()
    wait_until(lambda: worker.poll() and worker.job.state is State.FAILED)
    assert worker.job.request.prompt == "crash"
    add("jump")  # a new request goes on without the one that crashed
    assert settle(worker, wait_until).request.prompt == "jump"
    assert worker.job.state is State.DONE


def test_backend_that_cannot_be_started_fails_the_job(worker, wait_until):
    worker.add(Generate(id=new_id(), prompt="walk"), ["/no/such/program"], {}, {})
    wait_until(lambda: worker.poll() and worker.job.state is State.FAILED)
    assert "preferences" in worker.job.error
    assert worker.paused


def test_questions_are_answered_while_a_job_runs(worker, add, child_command, wait_until):
    add("slow")
    wait_until(lambda: worker.poll() and worker.job.step > 0)
    worker.ask(Describe("d"), child_command, {})
    worker.ask(Refine("r", "a person cartwheels"), child_command, {})
    worker.ask(ClearCache("c"), child_command, {})
    wait_until(lambda: worker.poll() is not None and len(worker.answers) == 3)
    assert worker.job.state is State.RUNNING
    described, refined, cleared = worker.answers
    assert isinstance(described, Description)
    assert refined.warnings == ("'cartwheels' is unknown to the lexicon; nearest: roll",)
    assert isinstance(cleared, Cleared)


def test_other_environment_replaces_the_backend(worker, add, wait_until, exists):
    add("walk")
    settle(worker, wait_until)
    old = worker.pid
    add("walk", environment={"KINEMA_LLM_URL": "http://localhost:1"})
    assert settle(worker, wait_until).state is State.DONE
    assert worker.pid != old
    wait_until(lambda: not exists(old))


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_hung_backend_is_closed_without_waiting(worker, add, wait_until, exists):
    add("hang")
    wait_until(lambda: worker.poll() and worker.job.step == 1)
    pid = worker.pid
    worker.close(grace=0.5)
    assert exists(pid), "close did not wait for the end of what cannot end"
    assert worker.job.state is State.FAILED
    wait_until(lambda: not exists(pid))


def test_stop_in_the_middle_fails_the_job_and_leaves_nothing(worker, add, wait_until, exists):
    before = set(threading.enumerate())
    add("slow")
    wait_until(lambda: worker.poll() and worker.job.step > 0)
    pid = worker.pid
    worker.stop()
    assert worker.job.state is State.FAILED
    assert worker.pid is None
    assert not exists(pid)
    assert set(threading.enumerate()) <= before
