"""`kinema demo`: a prompt all the way to a .blend, a video, a contact sheet and an AMASS file."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

from . import blender, output
from .checkpoints import find_pack
from .errors import BackendError, RequestError
from .generation import never, open_generation
from .protocol import motion_file
from .protocol.messages import Generate, Progress
from .reporting import Report

NAME = "demo"


def run(request: Generate, folder: Path, *, model: str | None, device: str, report: Report) -> int:
    """Make demo.npz, demo.blend, demo.mp4 and demo.png in `folder`. Returns 0.

    Looks for Blender first: nobody wants to learn after the generation that there is none. Raises
    EnvironmentSetupError, WeightsError, RequestError or, when Blender itself fails, BackendError with its last words.
    """
    program, addon = blender.find(), blender.addon_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(f"cannot create {folder} ({error.strerror}); choose another --out") from error
    motion, blend, video, sheet = (
        folder.resolve() / f"{NAME}{suffix}" for suffix in (".npz", ".blend", ".mp4", ".png")
    )

    def progress(step: Progress) -> None:
        report({"event": "progress", "stage": step.stage, "step": step.step, "steps": step.steps})

    progress(Progress("", "load"))
    result = open_generation(find_pack(model), device)(request, progress, never)
    output.write_motion(motion, result.motions[0], output.provenance(request, 0, result.parts, result.pack))
    progress(Progress("", "render"))
    with tempfile.TemporaryDirectory(prefix="kinema-") as scratch:
        # The file's name becomes the action's.
        handed = Path(scratch) / f"{re.sub(r'[^A-Za-z0-9 ]', '', request.prompt)[:40].strip() or NAME}.npz"
        motion_file.write(handed, result.motions[0])
        arguments = ["demo", "--motion", handed, "--blend", blend, "--video", video, "--sheet", sheet]
        _run(program, addon, [str(argument) for argument in arguments])
    if missing := [path.name for path in (blend, video, sheet) if not path.is_file() or path.stat().st_size == 0]:
        raise BackendError(f"Blender {program} ended without making {', '.join(missing)}; run kinema doctor")
    report(
        {
            "event": "done",
            "files": [str(folder / path.name) for path in (motion, blend, video, sheet)],
            "parts": dict(result.parts),
            "warnings": list(result.warnings),
            "pack": dict(result.pack),
            "seconds_taken": result.seconds_taken,
        }
    )
    return 0


def _run(program: blender.Blender, addon: Path, arguments: list[str]) -> None:
    """Run the add-on's headless script. Raises BackendError with the last line that Blender said."""
    # The clone's own folders and nothing else: this Python's packages may be of another version than Blender's.
    child = subprocess.run(
        program.command("blender_addon.headless", arguments),
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(addon), str(addon / "backend")])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if child.returncode != 0:
        said = [line.strip() for line in (child.stderr + child.stdout).splitlines() if line.strip()]
        last = next((line for line in reversed(said) if "Error" in line), said[-1] if said else "it said nothing")
        raise BackendError(f"Blender {program} failed with exit code {child.returncode}: {last[:300]}")
