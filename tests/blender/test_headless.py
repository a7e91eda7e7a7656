"""The command line inside Blender, as a child process would use it."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kinema.protocol import motion_file

ROOT = Path(__file__).resolve().parents[2]
CHILD = ROOT / "tests/addon/child_backend.py"


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "blender_addon.headless", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )


def size_of_png(path):
    import bpy

    image = bpy.data.images.load(str(path))
    pixels = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return pixels


def test_demo_makes_blend_video_and_contact_sheet(tmp_path, swaying, scene):
    import bpy

    from blender_addon.render import TILE_SIZE, TILES

    motion_file.write(tmp_path / "motion.npz", swaying(6, seed=2))
    files = [tmp_path / f"out{suffix}" for suffix in (".blend", ".mp4", ".png")]
    named = ["--blend", files[0], "--video", files[1], "--sheet", files[2]]
    done = command("demo", "--motion", tmp_path / "motion.npz", *named, "--size", "160x90")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["motion.npz", "out.blend", "out.mp4", "out.png"]

    clip = bpy.data.movieclips.load(str(files[1]))
    assert (clip.frame_duration, tuple(clip.size), round(clip.fps)) == (6, (160, 90), 30)

    pixels = size_of_png(files[2])
    wide, high = TILE_SIZE
    assert pixels.shape == (TILES[1] * high, TILES[0] * wide, 4)
    tiles = pixels.reshape(TILES[1], high, TILES[0], wide, 4).swapaxes(1, 2).reshape(-1, high, wide, 4)
    for tile in tiles:
        # The red and the blue hand or foot of the body, which nothing else in the picture has.
        red, blue = tile[..., 0] - tile[..., 2], tile[..., 2] - tile[..., 0]
        assert (red > 0.3).sum() > 30
        assert (blue > 0.3).sum() > 30
    assert np.abs(tiles[0] - tiles[-1]).mean() > 0.005

    bpy.ops.wm.open_mainfile(filepath=str(files[0]))
    armature = bpy.data.objects["Kinema"]
    assert tuple(armature.animation_data.action.frame_range) == (1, 6)
    assert bpy.context.scene.camera is not None
    assert bpy.context.scene.frame_end == 6


def test_generate_saves_the_action_and_the_motion(tmp_path, scene):
    import bpy

    backend = f'"{sys.executable}" "{CHILD}"'
    blend, motion = tmp_path / "a.blend", tmp_path / "a.npz"
    done = command(
        "generate",
        "a person walks",
        "--seconds",
        1,
        "--seed",
        5,
        "--backend",
        backend,
        "--blend",
        blend,
        "--motion",
        motion,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"Generating [1-4]/4", done.stderr)
    assert "a warning of the test" in done.stderr
    assert len(motion_file.read(motion)) == 30
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert "a person walks" in bpy.data.actions


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["demo", "--motion", "{tmp}/none.npz", "--blend", "{tmp}/a.blend"], 1, "No such file"),
        (["demo", "--motion", "{tmp}/bad.npz", "--blend", "{tmp}/a.blend"], 1, "no motion file"),
        (["demo", "--motion", "{tmp}/bad.npz", "--video", "{tmp}/no/a.mp4"], 1, "does not exist"),
        (["demo", "--motion", "{tmp}/bad.npz", "--video", "{tmp}/a.avi"], 1, ".mp4"),
        (["demo", "--motion", "{tmp}/bad.npz", "--size", "3x3"], 2, "even numbers"),
        (["generate", "crash", "--backend", "{backend}"], 1, "the test wanted a crash"),
        (["generate", "refuse", "--backend", "{backend}"], 1, "refuses this prompt"),
        (["generate", " ", "--backend", "{backend}"], 1, "prompt is empty"),
        (["generate", "walk", "--object", "Nobody", "--backend", "{backend}"], 1, "no object 'Nobody'"),
        (["generate", "walk", "--backend", "/no/such/program"], 1, "cannot be started"),
        ([], 2, "usage"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_failure_has_its_exit_code_and_one_sentence(tmp_path, arguments, code, reason):
    (tmp_path / "bad.npz").write_bytes(b"not a motion")
    fill = {"tmp": tmp_path, "backend": f'"{sys.executable}" "{CHILD}"'}
    done = command(*(argument.format(**fill) for argument in arguments))
    assert done.returncode == code, done.stderr
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.npz"]


def test_pictures_of_a_users_file_leave_its_scene_alone(tmp_path, scene, swaying):
    from blender_addon import axes, headless, placement, stage

    scene.render.engine = "CYCLES" if hasattr(scene, "cycles") else scene.render.engine
    before = scene.render.engine, scene.render.resolution_x, scene.world, len(scene.collection.all_objects)
    motion = swaying(5, seed=1)
    placed = placement.place(motion, placement.Placing(scene.name), "walk", {})
    staged = headless._stage_scene(scene, placed.armature)
    stage.build(staged, axes.vectors(motion.positions()), 1)
    assert (scene.render.engine, scene.render.resolution_x, scene.world) == before[:3]
    assert len(scene.collection.all_objects) == before[3] + 2
    assert staged.camera is not None
    assert placed.armature.name in staged.collection.all_objects
