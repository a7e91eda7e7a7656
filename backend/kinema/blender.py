"""Finding a Blender to draw with: the `bpy` module of this Python, or the application. Never imported here: run."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import EnvironmentSetupError

VARIABLE = "KINEMA_BLENDER"
"""Environment variable that names the Blender executable; it is preferred to everything found."""

MINIMUM = (4, 2)


@dataclass(frozen=True)
class Blender:
    """One way to run a script of the add-on. `executable` of None is the bpy module of this Python."""

    version: str
    executable: str | None

    def command(self, module: str, arguments: Sequence[str]) -> list[str]:
        """The command line of `module.main(arguments)`, whose exit code is main's; modules are found by PYTHONPATH."""
        if self.executable is None:
            return [sys.executable, "-m", module, *arguments]
        call = f"import sys; from {module} import main; sys.exit(main(sys.argv[sys.argv.index('--') + 1:]))"
        # By itself Blender ignores PYTHONPATH, and ends with 0 after an exception.
        options = ["--background", "--factory-startup", "--python-use-system-env", "--python-exit-code", "1"]
        return [self.executable, *options, "--python-expr", call, "--", *arguments]

    def __str__(self) -> str:
        return f"{self.version} ({self.executable or 'the bpy module of this Python'})"


def find() -> Blender:
    """$KINEMA_BLENDER, else this Python's bpy, else `blender` on the path.

    Raises EnvironmentSetupError naming the fix when there is none, or when the named one does not run or is too old.
    """
    if named := os.environ.get(VARIABLE):
        return _application(named)
    if importlib.util.find_spec("bpy") is not None:
        try:
            return _checked(Blender(importlib.metadata.version("bpy"), None))
        except importlib.metadata.PackageNotFoundError:
            return Blender("of unknown version", None)
    if found := shutil.which("blender"):
        return _application(found)
    raise EnvironmentSetupError(
        "no Blender was found; pip install 'kinema[blender]' brings the bpy module (Python 3.11), "
        f"or set {VARIABLE} to the Blender executable"
    )


def addon_folder() -> Path:
    """The folder that holds the package `blender_addon`: the source checkout, or the current folder.

    Raises EnvironmentSetupError when it is in neither.
    """
    for folder in (Path(__file__).resolve().parents[2], Path.cwd()):
        if (folder / "blender_addon" / "headless.py").is_file():
            return folder
    raise EnvironmentSetupError("the add-on's source is not here; run this inside a clone of Kinema's repository")


def _application(executable: str) -> Blender:
    try:
        output = subprocess.run(
            [executable, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            stdin=subprocess.DEVNULL,
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = error.strerror if isinstance(error, OSError) else "it does not answer"
        raise EnvironmentSetupError(
            f"{executable} cannot be run ({reason}); set {VARIABLE} to a Blender executable"
        ) from None
    for line in output.splitlines():
        if line.startswith("Blender "):
            return _checked(Blender(line.split()[1], executable))
    raise EnvironmentSetupError(f"{executable} is no Blender; set {VARIABLE} to a Blender executable")


def _checked(blender: Blender) -> Blender:
    numbers = blender.version.split(".")
    known = all(number.isdecimal() for number in numbers[:2]) and len(numbers) >= 2
    if known and tuple(map(int, numbers[:2])) < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise EnvironmentSetupError(f"Blender {blender} is too old; Kinema needs {wanted} LTS or newer")
    return blender
