"""Requests, one after the other, against a real backend process."""

import threading

import pytest

from blender_addon.jobs import State, Worker, new_id
from kinema.errors import BackendError
from kinema.protocol.messages import Generate


@pytest.fixture
def worker():
    made = Worker()
    yield made
    made.stop()


def settle(worker, wait_until):
    wait_until(lambda: worker.poll() is not None and not worker.job.active)
    return worker.job


def test_job_ends_with_motion_parts_warnings_and_licence(worker, child_command, wait_until):
    worker.begin(Generate(id=new_id(), prompt="walk", seconds=2.0), child_command, {})
    job = settle(worker, wait_until)
    assert job.state is State.DONE
    assert job.factor == 1.0
    assert len(job.motions[0]) == 60
    assert job.parts["left_arm"] == "the left arm swings"
    assert job.warnings == ("a warning of the test",)
    assert job.pack["licence"] == "CC0-1.0"


def test_progress_is_shown_with_its_step(worker, child_command, wait_until):
    worker.begin(Generate(id=new_id(), prompt="slow"), child_command, {})
    assert worker.job.text == "Starting the backend"
    wait_until(lambda: worker.poll() and worker.job.step > 0)
    assert worker.job.text == f"Generating {worker.job.step}/200"
    assert worker.job.factor == worker.job.step / 200


def test_cancelled_job_gives_no_motion_and_the_next_uses_the_same_backend(worker, child_command, wait_until):
    worker.begin(Generate(id=new_id(), prompt="slow"), child_command, {})
    wait_until(lambda: worker.poll() and worker.job.step > 0)
    pid = worker.pid
    worker.cancel()
    assert worker.job.state is State.CANCELLING
    job = settle(worker, wait_until)
    assert job.state is State.CANCELLED
    assert not job.motions
    worker.begin(Generate(id=new_id(), prompt="walk"), child_command, {})
    assert settle(worker, wait_until).state is State.DONE
    assert worker.pid == pid


def test_result_that_crosses_its_cancel_is_dropped(worker, child_command, wait_until):
    worker.begin(Generate(id=new_id(), prompt="walk"), child_command, {})
    worker.cancel()
    job = settle(worker, wait_until)
    assert job.state is State.CANCELLED
    assert not job.motions


def test_refused_prompt_shows_the_reason_and_the_backend_stays(worker, child_command, wait_until):
    worker.begin(Generate(id=new_id(), prompt="refuse"), child_command, {})
    job = settle(worker, wait_until)
    assert job.state is State.FAILED
    assert job.error == "the test refuses this prompt; use another"
    assert worker.pid is not None


def test_after_a_crash_the_next_request_starts_a_new_backend(worker, child_command, wait_until):
    worker.begin(Generate(id=new_id(), prompt="crash"), child_command, {})
    job = settle(worker, wait_until)
    assert job.state is State.FAILED
    assert "the test wanted a crash" in job.error
    assert worker.pid is None
    worker.begin(Generate(id=new_id(), prompt="walk"), child_command, {})
    assert settle(worker, wait_until).state is State.DONE


def test_second_request_while_one_runs_is_refused(worker, child_command):
    worker.begin(Generate(id=new_id(), prompt="slow"), child_command, {})
    with pytest.raises(BackendError, match="still at work"):
        worker.begin(Generate(id=new_id(), prompt="walk"), child_command, {})


def test_other_environment_replaces_the_backend(worker, child_command, wait_until, exists):
    worker.begin(Generate(id=new_id(), prompt="walk"), child_command, {})
    settle(worker, wait_until)
    old = worker.pid
    worker.begin(Generate(id=new_id(), prompt="walk"), child_command, {"KINEMA_LLM_URL": "http://localhost:1"})
    assert settle(worker, wait_until).state is State.DONE
    assert worker.pid != old
    assert not exists(old)


def test_stop_in_the_middle_fails_the_job_and_leaves_nothing(child_command, wait_until, exists):
    before = set(threading.enumerate())
    worker = Worker()
    worker.begin(Generate(id=new_id(), prompt="slow"), child_command, {})
    wait_until(lambda: worker.poll() and worker.job.step > 0)
    pid = worker.pid
    worker.stop()
    assert worker.job.state is State.FAILED
    assert worker.pid is None
    assert not exists(pid)
    assert set(threading.enumerate()) <= before
