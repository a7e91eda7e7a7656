"""The commands of `headless` that belong to batches.

    blender -b [FILE.blend] --command kinema batch JOBS.jsonl --out DIR [--resume] [--jobs N] ...

hands the job file to the backend's own `kinema batch`, which generates the motion and starts this Blender again for
every shot (`shot`), after one look at all files (`check`). There is one batch, whichever door it is entered by.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import select
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

from kinema.errors import EnvironmentSetupError, RequestError
from kinema.protocol import motion_file

from . import __package__ as package
from . import environment, preferences, shots

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

NAMES = ("batch", "check", "shot")
_MARK = "KINEMA "
_REMOTE = frozenset({"ssh", "ssh.exe", "docker", "podman"})


def add_parsers(commands: Commands) -> None:
    """The commands' options."""
    batch = commands.add_parser("batch", help="a file of jobs to a folder; further options as of kinema batch")
    batch.add_argument("jobs", type=Path)
    batch.add_argument("--out", type=Path, required=True, metavar="DIR")
    batch.add_argument("--backend", default="", help="backend command in place of the preferences' one")
    batch.add_argument("--model", help="model pack; the default is kinema-base")
    batch.add_argument("--resume", action="store_true", help="leave out what is finished and whole")
    batch.add_argument("--dry-run", action="store_true", help="check every line, make nothing")
    batch.add_argument("--jobs", dest="jobs_at_once", default="1", metavar="N", help="shots at once")
    batch.add_argument("--time-limit", metavar="SECONDS", help="for each job")
    batch.add_argument("--json", action="store_true", help="one JSON event a line on stdout")
    check = commands.add_parser("check", help="look for the objects and cameras of a batch (used by kinema batch)")
    check.add_argument("--jobs", type=Path, required=True)
    shot = commands.add_parser("shot", help="one motion to a batch's files (used by kinema batch)")
    shot.add_argument("--job", type=Path, required=True)
    shot.add_argument("--motion", type=Path, required=True)
    shot.add_argument("--into", type=Path, required=True)


def run(options: argparse.Namespace) -> int:
    """Run one of NAMES; returns the exit code. Raises KinemaError, OSError or RuntimeError."""
    if options.command == "batch":
        return _batch(options)
    with _ending_with_the_parent():
        if options.command == "check":
            print(_MARK + json.dumps({"faults": shots.faults(_json(options.jobs))}), flush=True)
        else:
            shots.shoot(_json(options.job), motion_file.read(options.motion), options.into)
    return 0


def batch_command(backend: Sequence[str], options: argparse.Namespace, blend: str, blender: str) -> list[str]:
    """The command line of the backend's `kinema batch`. `blend`: the open file, "" for none; `blender`: the command
    that runs `kinema` commands in this Blender, "" when the backend shall find one.

    Raises EnvironmentSetupError when the backend command names no `serve` to replace, or another machine.
    """
    words = list(backend)
    if re.split(r"[/\\]", words[0])[-1] in _REMOTE:
        raise EnvironmentSetupError(
            f"a batch needs a backend on this machine and the preferences say {words[0]}; give --backend PYTHON"
        )
    if "serve" not in words:
        raise EnvironmentSetupError("the backend command has no word 'serve' to replace; give --backend PYTHON")
    words[words.index("serve")] = "batch"
    words += [str(options.jobs.absolute()), "--out", str(options.out.absolute()), "--jobs", options.jobs_at_once]
    words += [flag for flag in ("--resume", "--dry-run", "--json") if getattr(options, flag[2:].replace("-", "_"))]
    for flag, value in (
        ("--time-limit", options.time_limit),
        ("--model", options.model),
        ("--blend", blend),
        ("--blender-command", blender),
    ):
        words += [flag, value] if value else []
    return words


def _batch(options: argparse.Namespace) -> int:
    extra: Mapping[str, str] = {}
    if options.backend:
        backend = environment.backend_command(options.backend, preferences.backend_folder(), "auto")
    else:
        backend, extra = preferences.backend()
    command = batch_command(backend, options, bpy.data.filepath, _this_blender())
    # Blender's own Python settings would break another Python; a backend from a checkout is found by PYTHONPATH.
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
    sys.stdout.flush()
    try:
        child = subprocess.Popen(command, env={**kept, **extra})
    except OSError as error:
        raise EnvironmentSetupError(f"the backend cannot be started with {command[0]} ({error.strerror})") from error
    try:
        return child.wait()
    except KeyboardInterrupt:  # The child got it as well and says what it left.
        return child.wait()


def _this_blender() -> str:
    """The command that runs Kinema's commands in this very Blender, "" inside the bpy module."""
    program = bpy.app.binary_path
    if not program:
        return ""
    if package.startswith("bl_ext."):
        return shlex.join([program, "--background", "--command", "kinema"])
    script = str(Path(__file__).with_name("run_headless.py"))
    return shlex.join([program, "--background", "--factory-startup", "--python-exit-code", "1", "-P", script, "--"])


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RequestError(f"{path.name} is not JSON ({error})") from None


@contextlib.contextmanager
def _ending_with_the_parent() -> Iterator[None]:
    """The batch holds our stdin open; when it dies, a render that nobody waits for ends as well (not on Windows)."""
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            if select.select([0], [], [], 0.2)[0] and not os.read(0, 4096):
                os._exit(1)

    # Joined at the end: with a thread that still reads stdin the bpy module never exits.
    watcher = threading.Thread(target=watch, name="kinema parent", daemon=True)
    if os.name == "posix":
        watcher.start()
    try:
        yield
    finally:
        done.set()
        if watcher.is_alive():
            watcher.join()
