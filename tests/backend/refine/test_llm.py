"""The language-model refiner against a real HTTP server that also misbehaves."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kinema.errors import RequestError
from kinema.protocol.messages import PARTS
from kinema.refine import LLMSettings, refine
from kinema.refine.answers import MAX_SENTENCE
from kinema.refine.llm import MAX_BODY

KEY = "sk-very-secret-0123456789"
GOOD = {part: f"the {part.replace('_', ' ')} moves as told" for part in PARTS}
Behaviour = Callable[[BaseHTTPRequestHandler], None]


def _send(
    handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, headers: dict[str, str] | None = None
) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def answering(content: object) -> Behaviour:
    body = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()
    return lambda handler: _send(handler, body)


def raw(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Behaviour:
    return lambda handler: _send(handler, body, status, headers)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        time.sleep(0.05)
        handler.wfile.write(b" ")
        handler.wfile.flush()


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(b"x" * MAX_BODY)


class Server:
    """Answers the requests with `behaviours` in turn (the last one again and again) and remembers them."""

    def __init__(self) -> None:
        self.behaviours: list[Behaviour] = []
        self.requests: list[tuple[str, str | None, dict[str, object]]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.requests.append((self.path, self.headers.get("Authorization"), question))
                turn = min(len(owner.requests), len(owner.behaviours)) - 1
                try:
                    owner.behaviours[turn](self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("KINEMA_LLM_KEY", KEY)
    running = Server()
    thread = threading.Thread(target=running.http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield running
    running.http.shutdown()
    running.http.server_close()
    thread.join()


@pytest.fixture
def settings(server: Server) -> LLMSettings:
    return LLMSettings(server.url, "small-model", timeout=5.0, retries=0)


def _fails(settings: LLMSettings, reason: str) -> None:
    refined = refine("a person walks", "llm", llm=settings)
    assert refined.parts == refine("a person walks").parts
    assert len(refined.warnings) == 1
    assert reason in refined.warnings[0], refined.warnings
    assert KEY not in refined.warnings[0]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(GOOD),
        f"Sure! Here it is:\n```json\n{json.dumps(GOOD, indent=2)}\n```\nAnything else?",
        f'A set {{like this}} or {{"note": 1}} first. {json.dumps(GOOD)}',
        json.dumps({part: f"  {text}\n " for part, text in reversed(GOOD.items())}),
    ],
    ids=["plain", "fenced", "prose with braces", "blanks and another order"],
)
def test_good_answers(server: Server, settings: LLMSettings, content: str) -> None:
    server.behaviours = [answering(content)]
    refined = refine("an old person walks", "llm", llm=settings)
    assert refined.parts == GOOD
    assert tuple(refined.parts) == PARTS
    assert (refined.style, refined.warnings) == ("old", ())


def test_what_is_sent(server: Server, settings: LLMSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    server.behaviours = [answering(json.dumps(GOOD))]
    refine("walks", "llm", llm=replace(settings, base_url=server.url + "/"))
    monkeypatch.delenv("KINEMA_LLM_KEY")
    refine("walks", "llm", llm=settings)
    (path, key, question), (_, no_key, _) = server.requests
    assert (path, key, no_key) == ("/v1/chat/completions", f"Bearer {KEY}", None)
    assert question["model"] == "small-model"
    messages = question["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["system", "user"]
    assert messages[1]["content"] == "walks"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (raw(b"oops", 500), "HTTP 500"),
        (raw(b"slow down", 429, {"Retry-After": "0"}), "HTTP 429"),
        (raw(b"who are you? " + KEY.encode(), 401), "HTTP 401"),
        (raw(b"", 302, {"Location": "http://127.0.0.1:9/steal"}), "HTTP 302"),
        (raw(b"<html>hello</html>"), "not a chat completion"),
        (raw(b""), "not a chat completion"),
        (raw(b"\xff\xfe\x00garbage\x80"), "not a chat completion"),
        (raw(b"[" * 100_000), "not a chat completion"),
        (raw(b'{"choices": []}'), "not a chat completion"),
        (raw(b"[1, 2]"), "not a chat completion"),
        (raw(b"not gzip", 200, {"Content-Encoding": "gzip"}), "request failed"),
        (answering(None), "no text"),
        (answering("I cannot do that."), "no JSON object"),
        (answering(json.dumps({**GOOD, "tail": "the tail wags"})), "1 parts too many"),
        (answering(json.dumps({part: GOOD[part] for part in PARTS[:5]})), "right_leg are missing"),
        (answering(json.dumps({**GOOD, "head": 3})), "head is not text"),
        (answering(json.dumps({**GOOD, "head": "  "})), "head is empty"),
        (answering(json.dumps({**GOOD, "head": "x" * (MAX_SENTENCE + 1)})), "longer than"),
        (answering(json.dumps({**GOOD, "head": "the \ud800 head"})), "cannot be printed"),
        (answering(json.dumps({**GOOD, "head": "the \x1b[31m head"})), "cannot be printed"),
        (raw(b"x" * (MAX_BODY + 1)), "larger than"),
        (endless, "larger than"),
    ],
)
def test_bad_answers_give_the_lexicon(server: Server, settings: LLMSettings, behaviour: Behaviour, reason: str) -> None:
    server.behaviours = [behaviour]
    _fails(settings, reason)
    assert len(server.requests) == 1


@pytest.mark.parametrize("behaviour", [dripping, lambda handler: time.sleep(3)], ids=["dripping", "silent"])
def test_slow_servers_are_left(server: Server, settings: LLMSettings, behaviour: Behaviour) -> None:
    server.behaviours = [behaviour]
    _fails(replace(settings, timeout=0.3), "longer than 0.3 s")


def test_nobody_listens(settings: LLMSettings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _fails(replace(settings, base_url=f"http://127.0.0.1:{port}/v1"), "cannot be reached")


def test_a_key_that_is_no_header(server: Server, settings: LLMSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEMA_LLM_KEY", "schlüssel-鍵")
    server.behaviours = [answering(json.dumps(GOOD))]
    _fails(settings, "request failed")


def test_another_attempt_mends_a_passing_fault(server: Server, settings: LLMSettings) -> None:
    server.behaviours = [raw(b"", 503), answering("no"), answering(json.dumps(GOOD))]
    assert refine("walks", "llm", llm=replace(settings, retries=2)).parts == GOOD
    assert len(server.requests) == 3
    last = server.requests[-1][2]["messages"]
    assert isinstance(last, list)
    assert "could not be used" in last[-1]["content"]


def test_answers_are_kept_on_disk(server: Server, settings: LLMSettings, tmp_path: Path) -> None:
    server.behaviours = [answering(json.dumps(GOOD))]
    kept = replace(settings, cache_folder=tmp_path / "cache")
    first = refine("walks", "llm", llm=kept)
    assert refine("walks", "llm", llm=kept) == first
    assert len(server.requests) == 1
    refine("walks", "llm", llm=replace(kept, model="other"))
    refine("runs", "llm", llm=kept)
    assert len(server.requests) == 3
    files = sorted((tmp_path / "cache").iterdir())
    assert [file.suffix for file in files] == [".json"] * 3
    assert not any(KEY in file.read_text() for file in files)
    for file in files:
        file.write_text('{"head": ')
    assert refine("walks", "llm", llm=kept).parts == GOOD
    assert len(server.requests) == 4


def test_failures_are_not_kept(server: Server, settings: LLMSettings, tmp_path: Path) -> None:
    server.behaviours = [raw(b"", 500), answering(json.dumps(GOOD))]
    kept = replace(settings, cache_folder=tmp_path)
    assert refine("walks", "llm", llm=kept).warnings
    assert refine("walks", "llm", llm=kept).parts == GOOD


def test_a_cache_that_cannot_be_written_only_warns(server: Server, settings: LLMSettings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    server.behaviours = [answering(json.dumps(GOOD))]
    refined = refine("walks", "llm", llm=replace(settings, cache_folder=tmp_path / "file" / "cache"))
    assert refined.parts == GOOD
    assert "not cached" in refined.warnings[0]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/v1",
        "localhost:8000/v1",
        "file:///etc/passwd",
        "",
        "http://",
        "https://me:key@host/v1",
        "http://[::1",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(RequestError, match="base URL"):
        LLMSettings(url, "model")


def test_settings_do_not_hold_the_key() -> None:
    os.environ.setdefault("KINEMA_LLM_KEY", KEY)
    assert KEY not in repr(LLMSettings("http://localhost/v1", "model"))
