"""The pictures of the Style panel: python assets/styles/make.py [FOLDER]

One walk of the shipped weights in each of their styles, through the pipeline and the add-on's own stage and renderer; a
PNG of 128 x 128 with few colours for each style, at the walk's longest step. Needs the bpy module and the backend.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import bpy  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from blender_addon import axes, placement, stage  # noqa: E402
from kinema.checkpoints import find_pack  # noqa: E402
from kinema.pipeline import Pipeline  # noqa: E402
from kinema.protocol.messages import Generate, Stylize  # noqa: E402
from kinema.protocol.motion import Motion  # noqa: E402

PROMPT, SECONDS, SEED = "a person walks forward", 4.0, 0
SIZE, COLOURS = 128, 64
CROP = (0.06, 0.02, 0.96, 0.92)
"""Left, top, right, bottom of the rendered square that is kept: the camera leaves room for a body that moves."""

MOST_BYTES = 8000


def motions() -> dict[str, Motion]:
    """The walk in each style."""
    pipeline = Pipeline.open(find_pack(None), "cpu")
    assert pipeline.stylist is not None
    walk = pipeline.generate(Generate("", PROMPT, seconds=SECONDS, seed=SEED)).motions[0]
    return {style: pipeline.stylize(Stylize("", style=style), walk).motions[0] for style in pipeline.stylist.labels}


def longest_step(motion: Motion) -> int:
    """The frame, away from the clip's ends, in which the feet are farthest apart."""
    feet = motion.positions()[:, [10, 11]]
    apart = np.linalg.norm(feet[:, 0] - feet[:, 1], axis=-1)
    edge = len(apart) // 4
    return edge + int(np.argmax(apart[edge:-edge]))


def picture(motion: Motion, path: Path) -> None:
    """One still of the add-on's own character in the chosen frame."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = round(motion.fps)
    scene.render.resolution_x = scene.render.resolution_y = 2 * SIZE
    placement.place(motion, placement.Placing(scene.name, start=1), "walk", {})
    frame = longest_step(motion)
    positions = axes.vectors(motion.positions())[frame : frame + 1]
    camera = stage.build(scene, positions, 1)
    camera.animation_data_clear()
    camera.location = stage.camera_places(positions, stage.body_targets(positions), 1.0)[0]
    scene.frame_set(1 + frame)
    with tempfile.TemporaryDirectory() as folder:
        scene.render.image_settings.file_format = "PNG"
        scene.render.filepath = str(Path(folder) / "still.png")
        bpy.ops.render.render(write_still=True)
        with Image.open(scene.render.filepath) as still:
            box = tuple(round(2 * SIZE * part) for part in CROP)
            small = still.convert("RGB").resize((SIZE, SIZE), Image.Resampling.LANCZOS, box)
    for colours in (COLOURS, 48, 32):
        small.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return
    raise SystemExit(f"{path.name} has {path.stat().st_size} bytes; use fewer colours")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for label, motion in motions().items():
        picture(motion, folder / f"{label}.png")
        print(label, flush=True)


if __name__ == "__main__":
    main()
