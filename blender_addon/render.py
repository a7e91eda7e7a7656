"""Pictures of an animated scene: a video and a contact sheet, through Workbench, without a window."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np

from . import stage

TILES = (5, 2)
TILE_SIZE = (320, 384)


def video(scene: bpy.types.Scene, path: Path, first: int, last: int) -> None:
    """H.264 video of the frames first..last at the scene's rate. The file appears only when it is whole."""
    render = scene.render
    if bpy.app.version >= (5, 0, 0):
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
    render.ffmpeg.constant_rate_factor, render.ffmpeg.gopsize = "HIGH", 15
    render.resolution_percentage = 100
    scene.frame_start, scene.frame_end = first, last
    # A render that is killed leaves a file without an index, which no player opens.
    partial = path.with_name(f".{path.stem}.partial.mp4")
    try:
        render.filepath = str(partial)
        bpy.ops.render.render(animation=True, scene=scene.name)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        render.filepath = ""


def contact_sheet(scene: bpy.types.Scene, path: Path, positions: np.ndarray, start: int) -> None:
    """PNG of evenly spaced poses, first and last included. `positions`: joints (T, J, 3), Z up, from frame `start`."""
    wide, high = TILE_SIZE
    columns, rows = TILES
    chosen = np.rint(np.linspace(0, len(positions) - 1, columns * rows)).astype(int)
    camera, label = stage.new_camera(scene, "Kinema Sheet Camera"), _label(scene)
    places = stage.camera_places(positions, stage.body_targets(positions), wide / high)
    kept = scene.camera, scene.render.resolution_x, scene.render.resolution_y, scene.display.render_aa
    scene.display.render_aa = "8"
    scene.camera, (scene.render.resolution_x, scene.render.resolution_y) = camera, TILE_SIZE
    label.parent = camera
    rate = scene.render.fps / scene.render.fps_base
    sheet = np.ones((rows * high, columns * wide, 4), dtype=np.float32)
    try:
        for number, frame in enumerate(chosen):
            camera.location = places[frame]
            label.data.body = f"{frame / rate:.2f} s"
            scene.frame_set(start + int(frame))
            row, column = rows - 1 - number // columns, number % columns
            sheet[row * high : (row + 1) * high, column * wide : (column + 1) * wide] = _still(scene)
    finally:
        scene.camera, scene.render.resolution_x, scene.render.resolution_y, scene.display.render_aa = kept
        for made in (label, camera):
            bpy.data.objects.remove(made)
        scene.frame_set(start)
    _save_png(sheet, path)


def _label(scene: bpy.types.Scene) -> bpy.types.Object:
    """A line of text in the lower left corner of the sheet's camera."""
    text = bpy.data.objects.new("Kinema Label", bpy.data.curves.new("Kinema Label", "FONT"))
    text.data.size = 0.0145
    text.location = (-0.072, -0.089, -0.3)
    material = bpy.data.materials.new("Kinema Label")
    material.diffuse_color = (0.01, 0.01, 0.012, 1.0)
    text.data.materials.append(material)
    scene.collection.objects.link(text)
    return text


def _still(scene: bpy.types.Scene) -> np.ndarray:
    """The scene's current frame, (H, W, 4) as the file holds it, first row at the bottom."""
    settings = scene.render.image_settings
    if bpy.app.version >= (5, 0, 0):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_mode, settings.compression = "PNG", "RGB", 0
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "still.png")
        bpy.ops.render.render(write_still=True, scene=scene.name)
        image = bpy.data.images.load(scene.render.filepath)
        pixels = np.empty(image.size[0] * image.size[1] * 4, dtype=np.float32)
        image.pixels.foreach_get(pixels)
        shape = (image.size[1], image.size[0], 4)
        bpy.data.images.remove(image)
    scene.render.filepath = ""
    return pixels.reshape(shape)


def _save_png(pixels: np.ndarray, path: Path) -> None:
    """Pixels (H, W, 4), first row at the bottom, as a file that appears only when it is whole."""
    image = bpy.data.images.new("Kinema Sheet", pixels.shape[1], pixels.shape[0])
    partial = path.with_name(f".{path.stem}.partial.png")
    try:
        image.pixels.foreach_set(np.ascontiguousarray(pixels, dtype=np.float32).ravel())
        image.filepath_raw, image.file_format = str(partial), "PNG"
        image.save()
        partial.replace(path)
    finally:
        bpy.data.images.remove(image)
        partial.unlink(missing_ok=True)
