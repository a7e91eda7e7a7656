"""The backend's own virtual environment: where it is, how to make it, and the command that runs the backend.

Plain Python: the operators say where, and whether the network may be used.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
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


def backend_command(preference: str, folder: Path, device: str, model: str = "") -> list[str]:
    """The command line of the backend.

    `preference` is what the user set: nothing (the own environment in `folder`), a Python executable that has kinema,
    or any command such as `ssh gpubox kinema serve`, which is run as it stands. `model`: pack, "" for the default.
    Raises EnvironmentSetupError when nothing is set and the own environment is not there.
    """
    preference = preference.strip()
    if not preference and not python_of(folder).is_file():
        raise EnvironmentSetupError(
            "the backend is not installed yet; open Kinema's preferences and press Install Backend"
        )
    words = [str(python_of(folder))] if not preference else _split(preference)
    if _is_python(words):
        return [words[0], "-m", "kinema", "serve", "--device", device, *(("--model", model) if model else ())]
    return words


@functools.lru_cache(maxsize=8)
def takes_model(preference: str) -> bool:
    """Whether the backend that the user set (see `backend_command`) is told which model pack to use. Kept, because a
    panel asks at every redraw and the answer may need a look at the disk."""
    try:
        return not preference.strip() or _is_python(_split(preference.strip()))
    except EnvironmentSetupError:
        return False


def doctor_command(command: Sequence[str]) -> list[str]:
    """The same backend's `doctor`. Raises EnvironmentSetupError for a command that does not say `serve`."""
    words = list(command)
    for index in reversed(range(len(words))):
        if re.search(r"\bserve\b", words[index]):
            words[index] = re.sub(r"\bserve\b", "doctor", words[index])
            return words
    raise EnvironmentSetupError("the backend command has no word 'serve' to replace; run kinema doctor there by hand")


def _is_python(words: Sequence[str]) -> bool:
    return len(words) == 1 and bool(re.fullmatch(r"python[\d.]*(\.exe)?", re.split(r"[/\\]", words[0])[-1]))


def _split(command: str) -> list[str]:
    if Path(command).is_file():
        return [command]  # A path with spaces needs no quotes.
    try:
        return shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        raise EnvironmentSetupError(f"the backend command cannot be read ({error}); check its quotes") from error


@dataclass(frozen=True)
class Build:
    """One build of torch. Sizes in megabytes, as measured or published for torch 2.x, rounded up."""

    label: str
    download: int
    disk: int
    index: str = ""


_TORCH = "https://download.pytorch.org/whl"


def builds(system: str = sys.platform) -> dict[str, Build]:
    """The builds that exist for an operating system; the package index itself has another one for each of them."""
    if system == "darwin":
        return {"mps": Build("Apple graphics (MPS)", 120, 900)}
    linux = system.startswith("linux")
    return {
        "cuda": Build("NVIDIA graphics (CUDA)", 2900, 7000, "" if linux else f"{_TORCH}/cu126"),
        "cpu": Build("processor only", 290, 1300, f"{_TORCH}/cpu" if linux else ""),
    }


def build_for(choice: str, system: str = sys.platform) -> Build:
    """The build that the user chose, or with "auto" the one that fits this machine."""
    there = builds(system)
    if choice == "auto" and "cuda" in there:
        return there["cuda" if shutil.which("nvidia-smi") else "cpu"]
    return there.get(choice) or next(iter(there.values()))


@dataclass(frozen=True)
class Plan:
    """What an installation will run, one command after the other."""

    folder: Path
    commands: tuple[tuple[str, ...], ...]


def plan(
    folder: Path,
    wheel: Path,
    pip_options: str,
    online: bool,
    python: str = sys.executable,
    wheel_folder: str = "",
    build: Build | None = None,
) -> Plan:
    """A venv in `folder` with torch, the wheel and what it needs.

    `wheel_folder`: packages come from there alone and no network is used. `pip_options` replace the address of the
    build. Raises EnvironmentSetupError when the network would be needed and is not allowed.
    """
    options = _split(pip_options) if pip_options.strip() else []
    if wheel_folder.strip():
        if not Path(wheel_folder).is_dir():
            raise EnvironmentSetupError(f"the wheel folder {wheel_folder} does not exist; choose another or none")
        options += ["--no-index", "--find-links", wheel_folder]
    if not online and "--no-index" not in options:
        raise EnvironmentSetupError(
            "Blender's online access is off; allow it in Preferences > System, or choose a wheel folder"
        )
    pip = (str(python_of(folder)), "-m", "pip", "--no-input", "--disable-pip-version-check", "install")
    pip += ("--progress-bar", "off")
    steps = [(python, "-m", "venv", str(folder))]
    if build is not None:
        # With torchvision, which open_clip needs: alone it would bring another build of torch along.
        index = ("--index-url", build.index) if build.index and not options else ()
        steps.append((*pip, *options, *index, "torch", "torchvision"))
    steps.append((*pip, *options, str(wheel)))
    return Plan(folder, tuple(steps))


class Installation:
    """A plan being carried out by a thread that touches only its child processes and the log file.

    Steps that an earlier installation of the same folder finished are left out, so that one which was interrupted goes
    on where it stopped.
    """

    def __init__(self, todo: Plan) -> None:
        todo.folder.parent.mkdir(parents=True, exist_ok=True)
        self.log = todo.folder.with_name(todo.folder.name + ".log")
        self.error = ""
        self.step, self.steps = 0, len(todo.commands)
        self._finished = todo.folder / "finished-steps.json"
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
        """Stop the running command; never blocks. `running` turns false when it has ended."""
        self._cancelled.set()
        if (child := self._child) is not None:
            with contextlib.suppress(OSError):
                child.terminate()

    def wait(self, seconds: float) -> None:
        """Until the thread has ended, at most `seconds`."""
        self._thread.join(seconds)

    def _run(self, commands: Sequence[Sequence[str]]) -> None:
        try:
            with self.log.open("w", encoding="utf-8") as log:
                done = self._done()
                for self.step, command in enumerate(commands, 1):
                    if list(command) in done:
                        log.write(f"$ {shlex.join(command)}\nfinished before\n")
                        continue
                    if self._cancelled.is_set() or not self._step(command, log):
                        break
                    done.append(list(command))
                    if self._finished.parent.is_dir():
                        self._finished.write_text(json.dumps(done), encoding="utf-8")
        except OSError as error:
            self.error = f"the installation failed ({error}); see {self.log}"
        if self._cancelled.is_set():
            self.error = "the installation was cancelled; start it again to go on"

    def _done(self) -> list[list[str]]:
        try:
            done = json.loads(self._finished.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return done if isinstance(done, list) else []

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


class Probe:
    """A command whose output is wanted, run by a thread: the doctor's report."""

    def __init__(self, command: Sequence[str], extra: Mapping[str, str]) -> None:
        self.text = ""
        self._thread = threading.Thread(target=self._run, args=(list(command), dict(extra)), daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self, command: list[str], extra: dict[str, str]) -> None:
        clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**clean, **extra},
                timeout=300,
                text=True,
                errors="replace",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            self.text = done.stdout.strip() or f"the command ended with exit code {done.returncode} and said nothing"
        except (OSError, subprocess.TimeoutExpired) as error:
            self.text = f"the command {shlex.join(command)} could not be run ({error}); check it in the preferences"
