"""What Blender makes of a motion: one child process a shot, which this side can wait for, limit and kill."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import blender
from ..errors import BackendError, EnvironmentSetupError, RequestError, TimeLimitError
from ..protocol import motion_file
from ..protocol.motion import Motion
from .jobs import Job

_MARK = "KINEMA "
"""Begins the one line of a child's stdout that is meant for this side."""


@dataclass
class Studio:
    """Starts Blender. `command` runs one of the add-on's commands: its arguments are appended.

    Safe to be used by several threads; `stop` ends what runs and lets nothing new begin.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    _running: set[subprocess.Popen[str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False

    @classmethod
    def find(cls, command: str = "") -> Studio:
        """`command` where it is given, else the Blender that `blender.find` finds with the add-on of this checkout.

        Raises EnvironmentSetupError naming the fix.
        """
        if command:
            try:
                return cls(shlex.split(command), dict(os.environ))
            except ValueError as error:
                raise EnvironmentSetupError(f"--blender-command cannot be read ({error}); check its quotes") from error
        program, addon = blender.find(), blender.addon_folder()
        # The clone's own folders and nothing else: this Python's packages may be of another version than Blender's.
        paths = os.pathsep.join([str(addon), str(addon / "backend")])
        return cls(program.command("blender_addon.headless", []), {**os.environ, "PYTHONPATH": paths})

    def check(self, jobs: Sequence[Job], blend: Path | None) -> None:
        """Raises RequestError naming the jobs whose object, camera, rig or placing Blender does not find."""
        with tempfile.TemporaryDirectory(prefix="kinema-") as scratch:
            asked = Path(scratch) / "check.json"
            asked.write_text(json.dumps([_told(job, blend) for job in jobs]), encoding="utf-8")
            answer = json.loads(self._run(["check", "--jobs", str(asked)], None) or "{}")
        if faults := answer.get("faults"):
            shown = "; ".join(f"{fault['name']}: {fault['message']}" for fault in faults[:5])
            more = f"; and {len(faults) - 5} more jobs" if len(faults) > 5 else ""
            raise RequestError(f"Blender cannot use the batch: {shown}{more}")
        if "faults" not in answer:
            raise BackendError("Blender ended without checking the jobs; run kinema doctor")

    def shoot(
        self,
        job: Job,
        stem: str,
        motion: Motion,
        origin: Mapping[str, Any],
        work: Path,
        blend: Path | None,
        seconds: float | None,
    ) -> None:
        """Make the job's files that need Blender as `work`/`stem`.*, each verified by the child.

        Raises BackendError with Blender's last words, TimeLimitError after `seconds`, OSError.
        """
        handed, asked = work / f"{stem}.motion", work / f"{stem}.shot.json"
        motion_file.write(handed, motion)
        asked.write_text(json.dumps({**_told(job, blend), "stem": stem, "origin": origin}), encoding="utf-8")
        self._run(["shot", "--job", str(asked), "--motion", str(handed), "--into", str(work)], seconds)

    def stop(self) -> None:
        """Kill every child."""
        with self._lock:
            self._stopped = True
            for child in self._running:
                _kill(child)

    def _run(self, arguments: list[str], seconds: float | None) -> str:
        """Run one command; what it said after the mark."""
        with self._lock:
            if self._stopped:
                raise BackendError("the batch is ending")
            try:
                child = subprocess.Popen(
                    [*self.command, *arguments],
                    env=dict(self.environment),
                    stdin=subprocess.PIPE,  # Its end tells the child that the batch has died.
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    errors="replace",
                    start_new_session=os.name == "posix",
                )
            except OSError as error:
                raise EnvironmentSetupError(
                    f"Blender cannot be started with {self.command[0]} ({error.strerror}); run kinema doctor"
                ) from None
            self._running.add(child)
        try:
            out, errors = _communicate(child, seconds)
        finally:
            with self._lock:
                self._running.discard(child)
        if child.returncode != 0:
            said = [line.strip() for line in (errors + out).splitlines() if line.strip()]
            last = next((line for line in reversed(said) if "Error" in line), said[-1] if said else "it said nothing")
            last = last.removeprefix("kinema: Error: ")
            raise BackendError(f"Blender failed with exit code {child.returncode}: {last[:300]}")
        return next((line.removeprefix(_MARK) for line in out.splitlines() if line.startswith(_MARK)), "")


def _communicate(child: subprocess.Popen[str], seconds: float | None) -> tuple[str, str]:
    """The child's stdout and stderr, its stdin held open until it ends."""
    out: list[str] = []
    errors: list[str] = []
    readers = [
        threading.Thread(target=lambda stream=stream, kept=kept: kept.extend(stream), daemon=True)
        for stream, kept in ((child.stdout, out), (child.stderr, errors))
    ]
    for reader in readers:
        reader.start()
    try:
        child.wait(None if seconds is None else max(seconds, 0.1))
    except subprocess.TimeoutExpired:
        raise TimeLimitError("Blender was stopped at the job's time limit; raise --time-limit") from None
    finally:
        _kill(child)
        child.wait()
        for reader in readers:
            reader.join(10.0)
        for stream in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.close()  # type: ignore[union-attr]
    return "".join(out), "".join(errors)


def _kill(child: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix" and child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _told(job: Job, blend: Path | None) -> dict[str, Any]:
    """What the add-on has to know of a job."""
    scene = job.blend or blend
    return {
        "name": job.name,
        "prompt": job.request.prompt,
        "outputs": job.shots(),
        "blend": str(scene) if scene is not None else "",
        "object": job.object,
        "rig": job.rig,
        "camera": job.camera,
        "placing": dict(job.placing),
        "size": job.size,
    }
