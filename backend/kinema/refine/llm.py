"""The refiner that asks a language model, at any OpenAI-compatible POST {base_url}/chat/completions.

Whatever goes wrong there, the user still gets the lexicon's sentences and one warning that says what failed. The key
is read from the environment for each call; it is never written anywhere, redirects are not followed with it, and no
server's words reach a warning.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import requests

from ..errors import BackendError, RequestError
from .answers import CORRECTION, SYSTEM_PROMPT, cache_path, cached, parts_from_answer, store
from .lexicon import refine_by_lexicon
from .refined import Refined

MAX_BODY = 256 * 1024
"""Bytes of an answer; six short sentences need about one thousandth."""

_CHUNK = 16 * 1024
_TRANSIENT = (429, 500, 502, 503, 504)
_LONGEST_WAIT = 5.0


@dataclass(frozen=True)
class LLMSettings:
    """Where to ask. `base_url` ends before /chat/completions, as in "http://localhost:11434/v1".

    `api_key_env` names the environment variable with the key (no key is sent when it is unset); `timeout` is in
    seconds for one attempt as a whole; `retries` counts the attempts after the first; `cache_folder` of None keeps
    nothing. Raises RequestError for values that cannot be used.
    """

    base_url: str
    model: str
    api_key_env: str = "KINEMA_LLM_KEY"
    timeout: float = 20.0
    cache_folder: Path | None = None
    retries: int = 1

    def __post_init__(self) -> None:
        try:
            address = urlsplit(self.base_url)
            usable = address.scheme in ("http", "https") and bool(address.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise RequestError("the language model's base URL must begin with http:// or https:// and name a host")
        if address.username or address.password or address.query or address.fragment:
            raise RequestError("the language model's base URL must not hold a key; put it in the environment variable")
        if not self.model.strip():
            raise RequestError("name the language model to use")
        if not 0 < self.timeout <= 600 or not 0 <= self.retries <= 10:
            raise RequestError("the language model's timeout must be within 600 s and its retries within 10")


def refine_by_llm(prompt: str, settings: LLMSettings | None) -> Refined:
    """Sentences by the language model; style by the lexicon. Never raises for what the endpoint does: on any failure
    the lexicon's result comes back with a warning."""
    fallback = refine_by_lexicon(prompt)
    if settings is None:
        return _fallen_back(fallback, "no endpoint is set")
    path = cache_path(settings.cache_folder, prompt, settings.model, settings.base_url)
    parts = cached(path)
    if parts is not None:
        return Refined(prompt, parts, fallback.style)
    try:
        parts = _ask(prompt, settings)
    except BackendError as error:
        return _fallen_back(fallback, str(error))
    try:
        store(path, parts)
    except OSError as error:
        return Refined(prompt, parts, fallback.style, (), (f"the language model's answer was not cached: {error}",))
    return Refined(prompt, parts, fallback.style)


def _fallen_back(fallback: Refined, reason: str) -> Refined:
    warning = f"the language model was not used ({reason}); the lexicon described the body parts instead"
    return replace(fallback, warnings=(warning, *fallback.warnings))


def _ask(prompt: str, settings: LLMSettings) -> dict[str, str]:
    """One answer after at most 1 + retries attempts. Raises BackendError with the last reason."""
    messages = [{"role": "system", "content": SYSTEM_PROMPT}, {"role": "user", "content": prompt}]
    for attempt in range(settings.retries + 1):
        last = attempt == settings.retries
        try:
            return parts_from_answer(_content(_post(messages, settings)))
        except _Transient as error:
            if last:
                raise BackendError(str(error)) from error
            time.sleep(min(_LONGEST_WAIT, error.wait or 0.25 * 2**attempt))
        except ValueError as error:
            if last:
                raise BackendError(f"its answer could not be used: {error}") from error
            messages = [*messages[:2], {"role": "user", "content": f"{CORRECTION} The problem was: {error}"}]
    raise BackendError("it was not asked")


class _Transient(Exception):
    """A failure that another attempt may mend; `wait`: seconds the server asked for."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


def _post(messages: list[dict[str, str]], settings: LLMSettings) -> bytes:
    """The body of a 200 answer. Raises _Transient or BackendError.

    The work is done in a thread because the timeouts of `requests` bound single reads: a server that sends a byte now
    and then could hold the caller for ever.
    """
    outcome: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcome.put(_exchange(messages, settings))
        except (BackendError, _Transient) as error:
            outcome.put(error)

    threading.Thread(target=work, name="kinema-llm", daemon=True).start()
    try:
        result = outcome.get(timeout=settings.timeout)
    except queue.Empty:
        raise _Transient(f"it took longer than {settings.timeout:g} s") from None
    if isinstance(result, Exception):
        raise result
    return result


def _exchange(messages: list[dict[str, str]], settings: LLMSettings) -> bytes:
    key = os.environ.get(settings.api_key_env, "").strip()

    def authorise(request: requests.PreparedRequest) -> requests.PreparedRequest:
        # as `auth`, so that requests does not put a password of ~/.netrc in its place
        if key:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    try:
        with requests.post(
            settings.base_url.rstrip("/") + "/chat/completions",
            json={"model": settings.model, "messages": messages, "temperature": 0},
            auth=authorise,
            timeout=settings.timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code in _TRANSIENT:
                raise _Transient(f"it answered HTTP {response.status_code}", _seconds(response.headers))
            if response.status_code != 200:
                raise BackendError(f"it answered HTTP {response.status_code}")
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > MAX_BODY:
                    raise BackendError(f"its answer is larger than {MAX_BODY // 1024} KiB")
            return bytes(body)
    except requests.Timeout as error:
        raise _Transient(f"it took longer than {settings.timeout:g} s") from error
    except requests.ConnectionError as error:
        raise _Transient("it cannot be reached") from error
    except (requests.RequestException, UnicodeError) as error:
        # UnicodeError: a key that is no latin-1 text cannot become a header
        raise BackendError(f"the request failed with {type(error).__name__}") from error


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0


def _content(body: bytes) -> str:
    """The message inside a chat completion. Raises ValueError when it is not shaped like one."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ValueError("it is not a chat completion") from error
    if not isinstance(content, str):
        raise ValueError("it holds no text")
    return content
