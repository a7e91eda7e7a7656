"""The backend as a real child process: what it answers, what it survives, when it ends.

The work is a small one of this file, so that the conversation is tested without weights; `test_serve_pack.py` has the
real pipeline behind the same process.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from kinema import __version__
from kinema.protocol import wire
from kinema.protocol.messages import Cancel, Done, Failed, Generate, Hello, Progress, Shutdown

CHILD = """
import ctypes, os, subprocess, sys, time
from kinema import serve

import numpy as np
from kinema.errors import Cancelled, WeightsError
from kinema.protocol.messages import Done, Progress

def work(request, progress, cancelled):
    word = request.prompt.split()[0]
    if word == "noisy":
        print("a library says hello")
        os.write(1, b"so does one in C\\n")
        ctypes.CDLL(None).puts(b"and one through libc") if os.name == "posix" else None
        ctypes.CDLL(None).fflush(None) if os.name == "posix" else None
        subprocess.run([sys.executable, "-c", "print('and a child'); import sys; print(repr(sys.stdin.read()))"])
    if word == "fault":
        raise ValueError("list index out of range\\nsecond line")
    if word == "import":
        import a_module_that_nobody_has
    if word == "memory":
        raise MemoryError
    if word == "weights":
        raise WeightsError("no model pack; install one")
    if word == "huge":
        return Done(request.id, 1, 30.0, warnings=("x" * 2_000_000,)), {}
    if word == "stuck":
        progress(Progress(request.id, "sample", 0, 1))
        time.sleep(600)
    steps = 10_000 if word == "slow" else 3
    for step in range(steps):
        if cancelled():
            raise Cancelled(f"stopped before step {step}")
        progress(Progress(request.id, "sample", step, steps))
        time.sleep(0.01 if word == "slow" else 0)
    return Done(request.id, 1, 30.0, parts={"head": "still"}), {"x": np.arange(4.0)}

sys.exit(serve.serve(work))
"""


class Child:
    """A backend process and the client's side of its pipes."""

    def __init__(self, *, greet: bool = True) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.requests, self.answers = self.process.stdin, self.process.stdout
        if greet:
            self.send(Hello(software="test"))
            self.hello = wire.read_hello(self.answers)

    def send(self, *messages) -> None:
        for message in messages:
            wire.write(self.requests, message)

    def receive(self):
        received = wire.read(self.answers)
        assert received is not None, f"the child ended: {self.end()}"
        return received[0]

    def answer(self, identity: str):
        """The Done or Failed of a request; progress of any and answers of none may come before."""
        while isinstance(message := self.receive(), Progress):
            pass
        assert message.id == identity
        return message

    def end(self) -> tuple[int, str]:
        """Exit code and stderr, once the child has ended by itself."""
        self.requests.close()
        code = self.process.wait(timeout=300)
        return code, self.process.stderr.read().decode()

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.requests, self.answers, self.process.stderr):
            with contextlib.suppress(OSError):  # Closing flushes, into a pipe that may be broken.
                stream.close()


@pytest.fixture
def child() -> Iterator[Child]:
    with Child() as child:
        yield child


@pytest.fixture
def stranger() -> Iterator[Child]:
    """A backend that has not been greeted yet."""
    with Child(greet=False) as child:
        yield child


def test_it_greets_answers_in_order_and_ends_when_told(child):
    assert child.hello == Hello(software=f"kinema {__version__}", pid=child.process.pid)
    child.send(Generate("a", "walk"), Generate("b", "run"))
    for identity in "ab":
        assert [child.receive() for _ in range(3)] == [Progress(identity, "sample", step, 3) for step in range(3)]
        message, arrays = wire.read(child.answers)
        assert message == Done(identity, 1, 30.0, parts={"head": "still"})
        np.testing.assert_array_equal(arrays["x"], np.arange(4.0))
    child.send(Shutdown())
    assert child.end() == (0, "")


def test_its_greeting_does_not_wait_for_ours(stranger):
    assert wire.read_hello(stranger.answers) is not None
    assert stranger.end() == (0, "")


def test_no_print_reaches_the_answers(child):
    child.send(Generate("a", "noisy"))
    assert isinstance(child.answer("a"), Done)
    child.requests.close()
    assert wire.read(child.answers) is None
    errors = child.process.stderr.read().decode()
    assert sorted(errors.splitlines()) == [
        "''",
        "a library says hello",
        "and a child",
        "and one through libc",
        "so does one in C",
    ]


@pytest.mark.parametrize(
    ("prompt", "kind", "sentence", "logged"),
    [
        ("weights", "WeightsError", "no model pack; install one", False),
        ("fault", "BackendError", "ValueError (list index out of range)", True),
        ("import", "EnvironmentSetupError", "cannot import a_module_that_nobody_has", True),
        ("memory", "BackendError", "not enough memory", True),
        ("huge", "ProtocolError", "may take", False),
    ],
)
def test_a_failed_request_is_one_sentence_and_the_next_one_works(child, prompt, kind, sentence, logged):
    child.send(Generate("a", prompt), Generate("b", "walk"))
    failed = child.answer("a")
    assert isinstance(failed, Failed)
    assert failed.kind == kind
    assert sentence in failed.message
    assert "\n" not in failed.message
    assert isinstance(child.answer("b"), Done)
    child.send(Shutdown())
    code, errors = child.end()
    assert code == 0
    assert ("Traceback" in errors) is logged


def test_a_prompt_of_ten_thousand_characters_is_refused_and_the_child_lives_on(child):
    line = '{"type":"Generate","fields":{"id":"a","prompt":"%s"},"arrays":[]}\n' % ("walk " * 2000)
    child.requests.write(line.encode())
    child.requests.flush()
    failed = child.answer("a")
    assert (failed.kind, failed.message) == ("PromptError", "the prompt has 10000 characters; shorten it to 2000")
    child.send(Generate("b", "walk"))
    assert isinstance(child.answer("b"), Done)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ('"type":"Generate","fields":{"id":"a","prompt":"walk","seconds":99}', "RequestError"),
        ('"type":"Generate","fields":{"id":"a","prompt":"walk","colour":"red"}', "ProtocolError"),
        ('"type":"Explode","fields":{"id":"a"}', "ProtocolError"),
        ('"type":"Failed","fields":{"id":"a","kind":"","message":""}', "ProtocolError"),
    ],
)
def test_a_well_framed_request_that_makes_no_sense_is_refused_and_the_child_lives_on(child, fields, kind):
    child.requests.write(b'{%s,"arrays":[]}\n' % fields.encode())
    child.send(Generate("b", "walk"))
    refused = child.answer("a")
    assert isinstance(refused, Failed)
    assert refused.kind == kind
    assert isinstance(child.answer("b"), Done)


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\nHost: x\r\n", b"\x00\xff\n", b"x" * (wire.MAX_LINE + 5)])
def test_garbage_ends_it_with_one_sentence(child, garbage):
    child.requests.write(garbage)
    child.requests.flush()
    failed = child.answer("")
    assert failed.kind == "ProtocolError"
    code, errors = child.end()
    assert code == 1
    assert errors.startswith("kinema: ")
    assert len(errors.splitlines()) == 1


def test_garbage_instead_of_a_greeting_ends_it_with_one_sentence(stranger):
    stranger.requests.write(b"hello?\n")
    stranger.requests.flush()
    assert wire.read_hello(stranger.answers) is not None
    assert stranger.answer("").kind == "ProtocolError"
    code, errors = stranger.end()
    assert code == 1
    assert "'hello?'" in errors
    assert len(errors.splitlines()) == 1


def test_another_version_is_told_so(stranger):
    stranger.send(Hello(version=2**31))
    assert wire.read_hello(stranger.answers) is not None
    assert "same version of Kinema" in stranger.answer("").message
    assert stranger.end()[0] == 1


def test_garbage_while_it_computes_stops_the_work(child):
    child.send(Generate("a", "slow"))
    child.receive()
    child.requests.write(b"garbage\n")
    child.requests.flush()
    assert child.answer("a").kind == "Cancelled"
    assert child.answer("").kind == "ProtocolError"
    assert child.end()[0] == 1


def test_cancel_stops_between_steps_and_the_next_request_works(child):
    child.send(Generate("a", "slow"))
    for _ in range(3):
        child.receive()
    child.send(Cancel("a"))
    cancelled = child.answer("a")
    assert cancelled.kind == "Cancelled"
    assert "stopped before step" in cancelled.message
    child.send(Generate("a", "walk"))
    assert isinstance(child.answer("a"), Done)


def test_cancel_reaches_a_request_that_still_waits(child):
    child.send(Generate("a", "slow"), Generate("b", "walk"), Cancel("b"), Cancel("a"), Cancel("nobody"))
    assert child.answer("a").kind == "Cancelled"
    assert child.answer("b") == Failed("b", "Cancelled", "the request was cancelled before it began")


def test_an_id_in_use_is_refused_at_once(child):
    child.send(Generate("a", "slow"), Generate("a", "walk"))
    refused = child.answer("a")
    assert refused.kind == "RequestError"
    child.send(Cancel("a"))
    assert child.answer("a").kind == "Cancelled"


@pytest.mark.parametrize("prompt", ["slow", "stuck"])
@pytest.mark.parametrize("goodbye", [True, False], ids=["shutdown", "end of stream"])
def test_it_ends_although_work_runs(child, prompt, goodbye):
    child.send(Generate("a", prompt))
    child.receive()
    if goodbye:
        child.send(Shutdown())
        while wire.read(child.answers) is not None:
            pass
    code, errors = child.end()
    assert (code, errors) == (0, "")


def test_it_ends_when_nobody_reads_its_answers(child):
    child.send(Generate("a", "slow"))
    child.receive()
    child.answers.close()
    assert child.process.wait(timeout=300) == 0


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("prompt", ["slow", "stuck"])
def test_killing_the_parent_ends_it(tmp_path, prompt):
    parent_code = f"""
import subprocess, sys
from kinema.protocol import wire
from kinema.protocol.messages import Generate, Hello
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
wire.write(child.stdin, Hello())
wire.write(child.stdin, Generate("a", {prompt!r}))
wire.read(child.stdout), wire.read(child.stdout)
print(child.pid, flush=True)
child.wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", parent_code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert _alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 300
    while _alive(child):
        assert time.monotonic() < deadline, "the backend outlived its parent"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    """Whether a process runs; an orphan that has ended but that nobody has collected does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return state != "" and not state.startswith("Z")


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_killing_it_is_a_clean_end_of_stream_for_the_parent(child):
    child.send(Generate("a", "stuck"))
    child.receive()
    child.process.send_signal(signal.SIGKILL)
    assert wire.read(child.answers) is None
    assert child.process.wait(timeout=300) == -signal.SIGKILL
