"""Kinema without a window, by two doors to the same commands:

    blender -b [FILE.blend] --command kinema generate "a person jumps" --blend jump.blend --video jump.mp4
    python -m blender_addon.headless demo --motion motion.npz --blend out.blend --video out.mp4 --sheet out.png

The second runs in any Python that has the bpy module. Exit code 0 only when everything asked for was made; 2 for a
command line that cannot be used; 1 with one sentence on stderr for everything else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from kinema.errors import BackendError, KinemaError, RequestError
from kinema.protocol import motion_file
from kinema.protocol.messages import Generate
from kinema.protocol.motion import Motion

from . import (
    accepting,
    asking,
    axes,
    batch_commands,
    edit_commands,
    environment,
    keyframes,
    placement,
    preferences,
    provenance,
    render,
    stage,
)
from .accepting import action_name
from .jobs import Worker, new_id
from .properties import INTERPOLATIONS, REFINERS
from .results import Result
from .takes import Take
from .work import Request

_commands: list[object] = []


def register() -> None:
    """Make `blender --command kinema` known."""
    _commands.append(bpy.utils.register_cli_command("kinema", main))


def unregister() -> None:
    while _commands:
        bpy.utils.unregister_cli_command(_commands.pop())


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    try:
        options = _parser().parse_args(list(argv))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    try:
        if options.command in batch_commands.NAMES:
            return batch_commands.run(options)
        _check_targets(options)
        {"demo": demo, "generate": generate, "edit": edit}[options.command](options)
    except (KinemaError, OSError, RuntimeError) as error:
        print(f"kinema: Error: {str(error).strip()}", file=sys.stderr)
        return 1
    return 0


def demo(options: argparse.Namespace) -> None:
    """A motion file in an empty scene: character, stage, .blend, video, contact sheet."""
    motion = motion_file.read(options.motion)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    _set_rate(scene, options.fps or motion.fps)
    placed = _place(
        motion, placement.Placing(scene.name, start=1), options.motion.stem, {"motion": options.motion.name}
    )
    scene.frame_end = int(placed.action.frame_range[1])
    _outputs(options, scene, placed, motion, staged=True)


def generate(options: argparse.Namespace) -> None:
    """A prompt in the scene that is open, with the backend of the preferences or of --backend."""
    scene = bpy.context.scene
    _check_object(options.object)
    request = Generate(new_id(), options.prompt, seconds=options.seconds, seed=options.seed, refiner=options.refiner)
    result = _run(request, options.backend)
    start = scene.frame_start if options.start is None else options.start
    placing = placement.Placing(scene.name, options.object, start, options.interpolation)
    take = Take(result, 0)
    placed = _place(take.motion, placing, action_name(request.prompt), provenance.of_take(take, {}), take.contacts)
    for warning in result.done.warnings:
        print(f"kinema: {warning}", file=sys.stderr)
    if options.motion:
        motion_file.write(options.motion, take.motion)
    _outputs(options, scene, placed, take.motion, staged=False)


def edit(options: argparse.Namespace) -> None:
    """A part of an action of the scene that is open."""
    scene = bpy.context.scene
    asked = edit_commands.asked(options, scene)
    brought = asking.read(asked)
    result = _run(asked.request, options.backend, brought.notes, brought.arrays)
    take = Take(result, 0)
    placing = placement.Placing(scene.name, options.object, take.start, options.interpolation)
    placed = accepting.place(take, placing, action_name(take.title), provenance.of_take(take, {}))
    for warning in result.done.warnings:
        print(f"kinema: {warning}", file=sys.stderr)
    print(f"kinema: {placed.action.name} on {placed.armature.name}", file=sys.stderr)
    _outputs(options, scene, placed, take.motion, staged=False)


def _run(
    request: Request,
    backend: str,
    notes: Mapping[str, Any] | None = None,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> Result:
    """One request, waited for: timers do not fire while a command runs. Raises BackendError with the reason."""
    command, extra = (
        preferences.backend()
        if not backend
        else (
            environment.backend_command(backend, preferences.backend_folder(), "auto"),
            {},
        )
    )
    with tempfile.TemporaryDirectory(prefix="kinema-") as folder:
        worker, shown = Worker(Path(folder)), ""
        try:
            worker.add(request, command, extra, notes or {}, arrays)
            while worker.busy:
                if worker.poll() and worker.job is not None and worker.job.stage != shown:
                    shown = worker.job.stage
                    print(f"kinema: {worker.job.text}", file=sys.stderr)
                time.sleep(0.005)
        finally:
            worker.stop()
    job = worker.job
    if job is None or job.result is None:
        raise BackendError(job.error if job is not None else "there is no job")
    return job.result


def _place(
    motion: Motion,
    placing: placement.Placing,
    name: str,
    origin: dict[str, Any],
    contacts: np.ndarray | None = None,
) -> placement.Placed:
    placed = placement.place(motion, placing, name, origin, contacts=contacts)
    print(f"kinema: {placed.action.name} on {placed.armature.name}", file=sys.stderr)
    return placed


def _outputs(
    options: argparse.Namespace, scene: bpy.types.Scene, placed: placement.Placed, motion: Motion, staged: bool
) -> None:
    """The files that were asked for. With `staged` the .blend holds the stage too; else only the scene."""
    first = int(placed.action.frame_range[0])
    positions = axes.vectors(motion.resample(keyframes.scene_rate(scene)).positions())
    if not staged and options.blend:
        _save(options.blend)
    if not staged and (options.video or options.sheet):
        scene = _stage_scene(scene, placed.armature)
    if staged or options.video or options.sheet:
        scene.render.resolution_x, scene.render.resolution_y = options.size
        stage.build(scene, positions, first)
        placed.armature.hide_render = True
        scene.frame_set(first)
    if staged and options.blend:
        _save(options.blend)
    if options.sheet:
        render.contact_sheet(scene, options.sheet, positions, first)
    if options.video:
        render.video(scene, options.video, first, first + len(positions) - 1)


def _stage_scene(scene: bpy.types.Scene, armature: bpy.types.Object) -> bpy.types.Scene:
    """A scene of its own with nothing but the character, so that pictures never touch what the user set up."""
    made = bpy.data.scenes.new("Kinema Stage")
    made.render.fps, made.render.fps_base = scene.render.fps, scene.render.fps_base
    for thing in (armature, *armature.children_recursive):
        made.collection.objects.link(thing)
    return made


def _save(path: Path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=True)


def _set_rate(scene: bpy.types.Scene, rate: float) -> None:
    scene.render.fps = max(1, round(rate))
    scene.render.fps_base = scene.render.fps / rate


def _check_targets(options: argparse.Namespace) -> None:
    """Raises RequestError before any work when a file could not be written where it is wanted."""
    for name, suffix in (("blend", ".blend"), ("video", ".mp4"), ("sheet", ".png")):
        path: Path | None = getattr(options, name)
        if path is None:
            continue
        if path.suffix.lower() != suffix:
            raise RequestError(f"--{name} must end in {suffix}, not {path.name!r}")
        if not path.parent.is_dir():
            raise RequestError(f"the folder {path.parent} does not exist; create it first")


def _check_object(name: str) -> None:
    if name and bpy.data.objects.get(name) is None:
        raise RequestError(f"there is no object {name!r} in the file; leave --object out for a new character")


def _size(text: str) -> tuple[int, int]:
    wide, _, high = text.partition("x")
    size = int(wide), int(high)
    if min(size) < 16 or max(size) > 8192 or size[0] % 2 or size[1] % 2:
        raise argparse.ArgumentTypeError("both sides must be even numbers from 16 to 8192")
    return size


def _path(text: str) -> Path:
    return Path(text).absolute()


def _parser() -> argparse.ArgumentParser:
    pictures = argparse.ArgumentParser(add_help=False)
    pictures.add_argument("--blend", type=_path, help="save the file as")
    pictures.add_argument("--video", type=_path, help="render an .mp4")
    pictures.add_argument("--sheet", type=_path, help="render a .png of ten poses")
    pictures.add_argument("--size", type=_size, default=(800, 450), metavar="WxH", help="of the video (800x450)")
    parser = argparse.ArgumentParser(prog="kinema", description="Kinema inside Blender, without a window.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    show = commands.add_parser("demo", parents=[pictures], help="a motion file on the preview body")
    show.add_argument("--motion", type=_path, required=True, help="motion file as kinema demo hands it over (.npz)")
    show.add_argument("--fps", type=float, help="frames a second of the scene; the default is the motion's own")
    make = commands.add_parser("generate", parents=[pictures], help="a prompt to an action in the open file")
    make.add_argument("prompt", help="what the character does")
    make.add_argument("--seconds", type=float, default=4.0)
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--refiner", choices=[item[0] for item in REFINERS], default="lexicon")
    make.add_argument("--object", default="", help="armature that gets the motion; without it a new character is made")
    make.add_argument("--start", type=int, help="first frame; the default is the scene's")
    make.add_argument("--interpolation", choices=[item[0] for item in INTERPOLATIONS], default="LINEAR")
    make.add_argument("--motion", type=_path, help="save the motion itself, for kinema demo (.npz)")
    make.add_argument("--backend", default="", help="backend command in place of the preferences' one")
    edit_commands.add_parser(commands, pictures)
    batch_commands.add_parsers(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
