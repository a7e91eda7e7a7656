"""The child process of the add-on, with real child processes."""

import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from blender_addon.session import Ended, Received, Session
from kinema.errors import MotionError
from kinema.protocol import wire
from kinema.protocol.messages import MAX_PROMPT, Done, Failed, Generate, Progress

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def script(text):
    return [sys.executable, "-u", "-c", textwrap.dedent(text)]


@pytest.fixture
def opened():
    sessions = []

    def start(command):
        sessions.append(Session(command))
        return sessions[-1]

    yield start
    for session in sessions:
        session.stop(grace=1.0)


def events_until(session, wait_until, last):
    events = []

    def arrived():
        events.extend(session.poll())
        return any(isinstance(e, Ended) or (isinstance(e, Received) and isinstance(e.message, last)) for e in events)

    wait_until(arrived)
    return events


def test_request_brings_progress_in_order_and_then_the_motion(opened, child_command, wait_until):
    session = opened(child_command)
    session.send(Generate(id="a", prompt="walk", seconds=1.0, seed=7))
    events = events_until(session, wait_until, Done)
    steps = [e.message.step for e in events if isinstance(e.message, Progress) and e.message.stage == "sample"]
    assert steps == [1, 2, 3, 4]
    done = events[-1]
    motion = wire.done_motions(done.message, done.arrays)[0]
    assert len(motion) == 30
    assert motion.fps == 30.0


def test_cancel_stops_a_running_request_and_the_backend_stays(opened, child_command, wait_until):
    session = opened(child_command)
    session.send(Generate(id="a", prompt="slow"))
    events_until(session, wait_until, Progress)
    session.cancel("a")
    failed = events_until(session, wait_until, Failed)[-1].message
    assert (failed.id, failed.kind) == ("a", "Cancelled")
    session.send(Generate(id="b", prompt="walk"))
    assert events_until(session, wait_until, Done)[-1].message.id == "b"


def test_longest_prompt_of_wide_characters_arrives(opened, child_command, wait_until):
    session = opened(child_command)
    session.send(Generate(id="a", prompt="\U0001f483" * MAX_PROMPT))
    assert isinstance(events_until(session, wait_until, Done)[-1].message, Done)


def test_crash_is_told_with_exit_code_and_the_backends_last_words(opened, child_command, wait_until):
    session = opened(child_command)
    session.send(Generate(id="a", prompt="crash"))
    ended = events_until(session, wait_until, Done)[-1]
    assert isinstance(ended, Ended)
    assert "exit code 3" in ended.reason
    assert "the test wanted a crash" in ended.reason
    assert "the test wanted a crash" in session.errors()


@posix
def test_killed_backend_is_told_by_its_signal(opened, child_command, wait_until):
    session = opened(child_command)
    session.send(Generate(id="a", prompt="slow"))
    events_until(session, wait_until, Progress)
    os.kill(session.pid, signal.SIGKILL)
    assert "signal 9" in events_until(session, wait_until, Done)[-1].reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print('Welcome to gpubox!')", "Welcome to gpubox!"),
        ("import sys; sys.stdout.buffer.write(bytes(range(256)) * 9000)", "expected a message"),
        ("import sys; sys.exit('no module named kinema')", "no module named kinema"),
        ('print(\'{"type":"Hello","fields":{"version":99},"arrays":[]}\')', "version"),
    ],
    ids=["banner", "bytes", "refusal", "other version"],
)
def test_what_is_no_backend_ends_with_a_reason(opened, wait_until, code, reason):
    ended = events_until(opened(script(code)), wait_until, Done)[-1]
    assert isinstance(ended, Ended)
    assert reason in ended.reason


@pytest.mark.parametrize("command", [["/no/such/program"], [""], [os.path.dirname(__file__)]])
def test_command_that_cannot_be_started_ends_with_the_fix(opened, wait_until, command):
    session = opened(command)
    ended = events_until(session, wait_until, Done)[-1]
    assert isinstance(ended, Ended)
    assert "preferences" in ended.reason
    assert not session.alive


@posix
def test_closing_a_hung_backend_returns_at_once_and_kills_it(child_command, wait_until, exists):
    session = Session(child_command)
    session.send(Generate(id="a", prompt="hang"))
    events_until(session, wait_until, Progress)
    session.close(grace=0.5)
    assert exists(session.pid), "close did not wait for the end of what cannot end"
    wait_until(lambda: not exists(session.pid))


def test_answer_is_prepared_by_the_reading_thread_and_a_refused_one_is_a_failure(child_command, wait_until):
    def prepare(message, arrays):
        if isinstance(message, Done) and message.id == "b":
            raise MotionError("the test wants none of it")
        return threading.current_thread().name

    session = Session(child_command, prepare=prepare)
    try:
        session.send(Generate(id="a", prompt="walk"))
        assert events_until(session, wait_until, Done)[-1].prepared == "kinema read"
        session.send(Generate(id="b", prompt="walk"))
        failed = events_until(session, wait_until, Failed)[-1].message
        assert (failed.id, failed.kind) == ("b", "MotionError")
    finally:
        session.stop()


def test_stop_leaves_neither_process_nor_threads(child_command, wait_until, exists):
    before = set(threading.enumerate())
    session = Session(child_command)
    session.send(Generate(id="a", prompt="slow"))
    events_until(session, wait_until, Progress)
    session.stop()
    assert not session.alive
    assert not exists(session.pid)
    assert set(threading.enumerate()) <= before


@posix
def test_stop_ends_a_child_that_ignores_everything_and_its_own_children(wait_until, exists):
    session = Session(
        script(
            """
            import signal, subprocess, sys, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            print(child.pid, file=sys.stderr)
            time.sleep(600)
            """
        )
    )
    wait_until(lambda: session.errors().strip().isdigit())
    grandchild = int(session.errors())
    session.stop(grace=0.3)
    assert not exists(session.pid)
    wait_until(lambda: not exists(grandchild))


def test_sending_never_blocks_when_the_backend_does_not_read(opened):
    session = opened(script("import time; time.sleep(600)"))
    for number in range(40):  # 40 x 24 kB is far more than a pipe holds.
        session.send(Generate(id=str(number), prompt="\U0001f483" * MAX_PROMPT))
    session.stop(grace=0.3)
    assert not session.alive


def parent_of(child_command, prompt, then):
    """A Python that asks a backend for something, hears of it, tells the backend's number and does `then`."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    text = f"""
        import sys, time
        sys.path.insert(0, {root!r})
        from blender_addon.session import Session
        from kinema.protocol.messages import Generate
        session = Session({child_command!r})
        session.send(Generate(id="a", prompt={prompt!r}))
        while not any(type(e).__name__ == "Received" for e in session.poll()):
            time.sleep(0.01)
        print(session.pid, flush=True)
        {then}
    """
    parent = subprocess.Popen(script(text), stdout=subprocess.PIPE)
    return parent, int(parent.stdout.readline())


@posix
def test_backend_that_hangs_while_it_is_ended_is_killed_when_its_parent_quits(child_command, wait_until, exists):
    parent, child = parent_of(child_command, "hang", "session.close(grace=60.0); time.sleep(0.5)")
    with parent:
        assert parent.wait(timeout=60) == 0
    wait_until(lambda: not exists(child))


@posix
def test_backend_ends_when_its_parent_is_killed(child_command, wait_until, exists):
    parent, child = parent_of(child_command, "slow", "time.sleep(600)")
    with parent:
        assert exists(child)
        parent.kill()
    wait_until(lambda: not exists(child))


@posix
def test_writing_to_a_dead_backend_does_not_end_blender_whose_python_leaves_sigpipe_deadly(child_command):
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    blender = subprocess.run(
        script(
            f"""
            import os, signal, sys, time
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            sys.path.insert(0, {root!r})
            from blender_addon.session import Ended, Received, Session
            from kinema.protocol.messages import Generate
            session = Session({child_command!r})
            session.send(Generate(id="a", prompt="slow"))
            while not any(isinstance(e, Received) for e in session.poll()):
                time.sleep(0.01)
            os.kill(session.pid, signal.SIGKILL)
            while not any(isinstance(e, Ended) for e in session.poll()):
                time.sleep(0.01)
            session.send(Generate(id="b", prompt="walk"))
            session.stop()
            print("alive")
            """
        ),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (blender.returncode, blender.stdout) == (0, "alive\n"), blender.stderr
