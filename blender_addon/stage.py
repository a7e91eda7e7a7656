"""Floor, light and camera for pictures of a motion: a stage for the demo, not for a user's own scene."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Vector

from . import keyframes

FLOOR_COLOURS = ((0.56, 0.58, 0.60, 1.0), (0.47, 0.49, 0.52, 1.0))
BACKGROUND = (0.70, 0.73, 0.76)
_TILE = 0.5
_VIEW = Vector((0.62, -1.0, 0.30)).normalized()
"""From the character to the camera: three quarters from the front, on its left, a little above."""

_LENS, _SENSOR = 60.0, 36.0
_MARGIN = 0.13
"""Metres of body around the joints."""


def build(scene: bpy.types.Scene, positions: np.ndarray, start: int) -> bpy.types.Object:
    """Light, floor and a camera that keeps joints (T, J, 3), Z up, in view from frame `start` on; returns the camera."""
    _light(scene)
    travel = positions[:, :, :2]
    _floor(scene, travel.min(axis=(0, 1)), travel.max(axis=(0, 1)))
    camera = bpy.data.objects.new("Kinema Camera", bpy.data.cameras.new("Kinema Camera"))
    scene.collection.objects.link(camera)
    camera.data.lens, camera.data.sensor_width, camera.data.clip_end = _LENS, _SENSOR, 200.0
    camera.rotation_euler = _VIEW.to_track_quat("Z", "Y").to_euler()
    places = camera_path(positions, scene.render.resolution_x / scene.render.resolution_y)
    if np.ptp(places, axis=0).max() < 1e-6:
        camera.location = places[0]
    else:
        keyframes.write_locations(camera, "Kinema Camera", places, start)
    scene.camera = camera
    return camera


def camera_path(positions: np.ndarray, aspect: float) -> np.ndarray:
    """(T, 3) camera places: still where the body stays within arm's reach, else gliding along with it."""
    middle = 0.5 * (positions.min(axis=1) + positions.max(axis=1))
    whole = 0.5 * (positions.min(axis=(0, 1)) + positions.max(axis=(0, 1)))
    targets = np.broadcast_to(whole, middle.shape).copy()
    if np.ptp(positions[:, 0, :2], axis=0).max() > 1.2:
        targets[:, :2] = _smooth(middle[:, :2])
    return targets + np.array(_VIEW) * _distance(positions - targets[:, None], aspect)


def _smooth(path: np.ndarray) -> np.ndarray:
    """Moving average (T, n) over about a second, twice, ends held."""
    width = min(31, 2 * (len(path) // 2) - 1)
    for _ in range(2 if width > 1 else 0):
        padded = np.pad(path, ((width // 2, width // 2), (0, 0)), mode="edge")
        path = np.stack([np.convolve(column, np.full(width, 1.0 / width), mode="valid") for column in padded.T], axis=1)
    return path


def _distance(offsets: np.ndarray, aspect: float) -> float:
    """Smallest distance from which all points (..., 3), relative to the target, are inside the frame."""
    view = np.array(_VIEW)
    right = np.cross([0.0, 0.0, 1.0], view)
    right /= np.linalg.norm(right)
    up = np.cross(view, right)
    half = 0.5 * _SENSOR / _LENS * np.array([1.0, 1.0 / aspect] if aspect >= 1.0 else [aspect, 1.0])
    depth = offsets @ view
    wide = (np.abs(offsets @ right) + _MARGIN) / half[0]
    high = (np.abs(offsets @ up) + _MARGIN) / half[1]
    return float(np.max(np.maximum(wide, high) + depth)) * 1.06


def _light(scene: bpy.types.Scene) -> None:
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.view_settings.view_transform = "Standard"
    scene.display.render_aa = "8"
    scene.display.light_direction = (-0.35, 0.45, 0.82)
    scene.display.shadow_focus = 0.6
    shading = scene.display.shading
    shading.light, shading.color_type = "STUDIO", "MATERIAL"
    shading.show_shadows, shading.shadow_intensity = True, 0.35
    shading.show_cavity, shading.cavity_type = True, "BOTH"
    shading.background_type, shading.background_color = "VIEWPORT", BACKGROUND
    scene.world = bpy.data.worlds.new("Kinema")
    scene.world.color = BACKGROUND


def _floor(scene: bpy.types.Scene, low: np.ndarray, high: np.ndarray) -> None:
    """A checkered floor in tiles of half a metre, well past the motion on every side."""
    first = np.floor((low - 12.0) / _TILE).astype(int)
    last = np.ceil((high + 12.0) / _TILE).astype(int)
    columns, rows = last - first
    x, y = np.meshgrid(np.arange(first[0], last[0] + 1), np.arange(first[1], last[1] + 1))
    vertices = np.stack([x.ravel() * _TILE, y.ravel() * _TILE, np.zeros(x.size)], axis=1)
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    quads = np.stack([corner, corner + 1, corner + columns + 2, corner + columns + 1], axis=1)
    mesh = bpy.data.meshes.new("Kinema Floor")
    mesh.from_pydata(vertices.tolist(), [], quads.tolist())
    for number, colour in enumerate(FLOOR_COLOURS):
        material = bpy.data.materials.new(f"Kinema Floor {number + 1}")
        material.diffuse_color = colour
        mesh.materials.append(material)
    parity = (np.add.outer(np.arange(rows), np.arange(columns)) % 2).astype(np.int32)
    mesh.polygons.foreach_set("material_index", parity.ravel())
    floor = bpy.data.objects.new("Kinema Floor", mesh)
    floor.matrix_world = Matrix.Identity(4)
    scene.collection.objects.link(floor)
