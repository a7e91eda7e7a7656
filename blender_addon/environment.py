"""The backend's own virtual environment: where it is, how to make it, and the command that runs the backend.

Plain Python: the operators say where, and whether the network may be used.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from kinema.errors import EnvironmentSetupError

MINIMUM_PYTHON = (3, 11)


def bundled_wheel() -> Path:
    """The kinema wheel that the extension ships. Raises EnvironmentSetupError when it is run from a source checkout."""
    wheels = sorted((Path(__file__).parent / "wheels").glob("kinema-*.whl"))
    if not wheels:
        raise EnvironmentSetupError(
            "this add-on was not installed from Kinema's zip and has no wheel; "
            "set the backend command in the preferences"
        )
    return wheels[-1]


def python_of(folder: Path) -> Path:
    """The environment's Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def backend_command(preference: str, folder: Path, device: str) -> list[str]:
    """The command line of the backend.

    `preference` is what the user set: nothing (the own environment in `folder`), a Python executable that has kinema,
    or any command such as `ssh gpubox kinema serve`, which is run as it stands. Raises EnvironmentSetupError when
    nothing is set and the own environment is not there.
    """
    preference = preference.strip()
    if not preference and not python_of(folder).is_file():
        raise EnvironmentSetupError(
            "the backend is not installed yet; open Kinema's preferences and press Install Backend"
        )
    words = [str(python_of(folder))] if not preference else _split(preference)
    if len(words) == 1 and re.fullmatch(r"python[\d.]*(\.exe)?", re.split(r"[/\\]", words[0])[-1]):
        return [words[0], "-m", "kinema", "serve", "--device", device]
    return words


def _split(command: str) -> list[str]:
    if Path(command).is_file():
        return [command]  # A path with spaces needs no quotes.
    try:
        return shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        raise EnvironmentSetupError(f"the backend command cannot be read ({error}); check its quotes") from error


@dataclass(frozen=True)
class Plan:
    """What an installation will run, one command after the other."""

    folder: Path
    commands: tuple[tuple[str, ...], ...]


def plan(folder: Path, wheel: Path, pip_options: str, online: bool, python: str = sys.executable) -> Plan:
    """A venv in `folder` with the wheel and what it needs.

    `pip_options` such as `--no-index --find-links FOLDER` or an index with another build of torch. Raises
    EnvironmentSetupError when the network would be needed and is not allowed.
    """
    options = _split(pip_options) if pip_options.strip() else []
    if not online and "--no-index" not in options:
        raise EnvironmentSetupError(
            "Blender's online access is off; allow it in Preferences > System, or give pip options "
            "--no-index --find-links FOLDER with a folder of wheels"
        )
    pip = (
        str(python_of(folder)),
        "-m",
        "pip",
        "--no-input",
        "--disable-pip-version-check",
        "install",
        "--progress-bar",
        "off",
    )
    return Plan(folder, ((python, "-m", "venv", str(folder)), (*pip, *options, str(wheel))))


class Installation:
    """A plan being carried out by a thread that touches only its child processes and the log file."""

    def __init__(self, todo: Plan) -> None:
        todo.folder.parent.mkdir(parents=True, exist_ok=True)
        self.log = todo.folder.with_name(todo.folder.name + ".log")
        self.error = ""
        self._child: subprocess.Popen[str] | None = None
        self._cancelled = threading.Event()
        self._last = "starting"
        self._thread = threading.Thread(
            target=self._run, args=(todo.commands,), name="kinema installation", daemon=True
        )
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def last_line(self) -> str:
        """What the running command said last."""
        return self._last

    def cancel(self) -> None:
        """Stop the running command and wait for the thread."""
        self._cancelled.set()
        if (child := self._child) is not None:
            with contextlib.suppress(OSError):
                child.terminate()
        self._thread.join(10.0)

    def _run(self, commands: Sequence[Sequence[str]]) -> None:
        try:
            with self.log.open("w", encoding="utf-8") as log:
                for command in commands:
                    if self._cancelled.is_set() or not self._step(command, log):
                        break
        except OSError as error:
            self.error = f"the installation failed ({error}); see {self.log}"
        if self._cancelled.is_set():
            self.error = "the installation was cancelled"

    def _step(self, command: Sequence[str], log: TextIO) -> bool:
        log.write(f"$ {shlex.join(command)}\n")
        clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=clean,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ) as child:
            self._child = child
            assert child.stdout is not None
            for line in child.stdout:
                log.write(line)
                log.flush()
                self._last = line.strip() or self._last
        self._child = None
        if child.returncode != 0:
            self.error = f"the installation failed: {self._last}; the whole log is {self.log}"
        return child.returncode == 0
