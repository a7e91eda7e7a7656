"""What a command tells while it works: JSON events for machines, lines for people.

Every event is a dict with "event": checked, started, skipped, progress, done, failed, finished, or doctor's one report.
With --json each is one line on stdout and nothing else is there; people read results on stdout and the rest on stderr.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from .streams import claim_stdout

Report = Callable[[Mapping[str, Any]], None]


def reporter(as_json: bool) -> Report:
    """How a command reports. With `as_json` a library's print cannot mix with the events."""
    return _json_lines() if as_json else _Lines()


def _json_lines() -> Report:
    stream: TextIO = sys.stdout
    try:
        real = sys.stdout.fileno() == 1
    except (OSError, ValueError):
        real = False
    if real:
        stream = io.TextIOWrapper(claim_stdout(), encoding="utf-8", line_buffering=True)

    def report(event: Mapping[str, Any]) -> None:
        stream.write(json.dumps(event) + "\n")
        stream.flush()

    return report


class _Lines:
    """One line a file on stdout; a line of progress that overwrites itself where stderr is a terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._bar = ""

    def __call__(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "progress":
                name = f"{event['name']}: " if event.get("name") else ""
                count = f" {event['step']}/{event['steps']}" if event["steps"] else ""
                if self._live:
                    print(f"\r\x1b[K{self._bar}{name}{event['stage']}{count}", end="", file=sys.stderr, flush=True)
            case "checked":
                self._say(f"{event['jobs']} jobs, {event['files']} files: nothing is wrong")
            case "started":
                self._say(f"{event['jobs']} jobs, {event['skipped']} already finished, weights {event['pack']['name']}")
            case "done":
                for warning in event["warnings"]:
                    self._say(f"note: {warning}")
                self._clear()
                for file in event["files"]:
                    print(file, flush=True)
                if event.get("seconds_left") is not None:
                    self._bar = _bar(event["finished"], event["jobs"], event["seconds_left"])
                    if self._live:
                        print(self._bar, end="", file=sys.stderr, flush=True)
                    else:
                        self._say(self._bar.strip())
            case "failed" if event.get("name"):
                self._say(f"{event['name']} failed: {event['message']}")
            case "finished":
                self._say(f"{event['done']} done, {event['skipped']} skipped, {event['failed']} failed")
                if event["left"]:
                    self._say(f"{event['left']} not begun; free space and start again with --resume")
                for failure in event["failures"]:
                    self._say(f"  {failure['name']}: {failure['message']}")

    def _clear(self) -> None:
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _say(self, text: str) -> None:
        self._clear()
        print(text, file=sys.stderr, flush=True)


def _bar(finished: int, jobs: int, seconds_left: float) -> str:
    """[#####...............] 25/100, 12 min left:"""
    filled = 20 * finished // max(jobs, 1)
    left = f"{seconds_left / 60:.0f} min" if seconds_left > 90 else f"{seconds_left:.0f} s"
    return f"[{'#' * filled}{'.' * (20 - filled)}] {finished}/{jobs}, about {left} left "
