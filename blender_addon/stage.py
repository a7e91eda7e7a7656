"""Floor, light and camera for pictures of a motion: a stage for the demo, not for a user's own scene."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from . import keyframes

FLOOR_COLOURS = ((0.80, 0.82, 0.84), (0.68, 0.71, 0.74))
FLOOR_FAR = (0.95, 0.97, 1.0)
BACKGROUND = (0.559, 0.572, 0.591)
"""FLOOR_FAR as the studio light shows it, so that the floor has no edge."""
_TILE = 0.5
_FADE, _SHADES = (4.0, 16.0), 12
"""Metres from the motion where the floor begins to fade and where it ends; steps of the fading."""

_VIEW = Vector((0.62, -1.0, 0.30)).normalized()
"""From the character to the camera: three quarters from the front, on its left, a little above."""

_LENS, _SENSOR = 60.0, 36.0
_STILL = 1.2
"""Metres of travel that a camera follows with its frame rather than by moving."""
_MARGIN = 0.2
"""Metres of body beyond the joints: the crown above Head, the fingers past the wrists."""


def build(scene: bpy.types.Scene, positions: np.ndarray, start: int) -> bpy.types.Object:
    """Light, floor and a camera that keeps joints (T, J, 3), Z up, in view from frame `start` on, returned."""
    _light(scene)
    travel = positions[:, :, :2]
    _floor(scene, travel.min(axis=(0, 1)), travel.max(axis=(0, 1)))
    camera = new_camera(scene, "Kinema Camera")
    places = camera_places(positions, gliding_targets(positions), scene.render.resolution_x / scene.render.resolution_y)
    if np.ptp(places, axis=0).max() < 1e-6:
        camera.location = places[0]
    else:
        keyframes.write_locations(camera, "Kinema Camera", places, start)
    scene.camera = camera
    return camera


def new_camera(scene: bpy.types.Scene, name: str) -> bpy.types.Object:
    """A camera that looks as all pictures here do, at the origin."""
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(camera)
    camera.data.lens, camera.data.sensor_width, camera.data.clip_end = _LENS, _SENSOR, 200.0
    camera.rotation_euler = _VIEW.to_track_quat("Z", "Y").to_euler()
    return camera


def gliding_targets(positions: np.ndarray) -> np.ndarray:
    """(T, 3) what a video looks at: one point where the body stays in place, else a smoothed copy of its path."""
    targets = np.tile(_middle(positions), (len(positions), 1))
    if np.ptp(positions[:, 0, :2], axis=0).max() > _STILL:
        targets[:, :2] = _smooth(0.5 * (positions.min(axis=1) + positions.max(axis=1))[:, :2])
    return targets


def body_targets(positions: np.ndarray) -> np.ndarray:
    """(T, 3) what a contact sheet looks at: the body itself, at one height so that a jump leaves the floor."""
    targets = np.tile(_middle(positions), (len(positions), 1))
    targets[:, :2] = positions[:, 0, :2]
    return targets


def camera_places(positions: np.ndarray, targets: np.ndarray, aspect: float) -> np.ndarray:
    """(T, 3) camera places, all at one distance from their targets, that keep every joint (T, J, 3) in view."""
    return targets + np.array(_VIEW) * _distance(positions - targets[:, None], aspect)


def _middle(positions: np.ndarray) -> np.ndarray:
    return 0.5 * (positions.min(axis=(0, 1)) + positions.max(axis=(0, 1)))


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
    scene.display.render_aa = "FXAA"
    scene.display.light_direction = (-0.30, 0.30, 0.91)
    scene.display.shadow_focus = 0.6
    shading = scene.display.shading
    if "paint.sl" in bpy.context.preferences.studio_lights:
        shading.studio_light = "paint.sl"
    shading.light, shading.color_type = "STUDIO", "MATERIAL"
    shading.show_shadows, shading.shadow_intensity = True, 0.35
    shading.show_specular_highlight = False
    shading.show_cavity, shading.cavity_type = True, "SCREEN"
    shading.background_type, shading.background_color = "VIEWPORT", BACKGROUND
    scene.world = bpy.data.worlds.new("Kinema")
    scene.world.color = BACKGROUND


def _floor(scene: bpy.types.Scene, low: np.ndarray, high: np.ndarray) -> None:
    """A checkered floor in tiles of half a metre around the motion, fading into the background."""
    first = np.floor((low - _FADE[1]) / _TILE).astype(int)
    last = np.ceil((high + _FADE[1]) / _TILE).astype(int)
    columns, rows = last - first
    x, y = np.meshgrid(np.arange(first[0], last[0] + 1) * _TILE, np.arange(first[1], last[1] + 1) * _TILE)
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    quads = np.stack([corner, corner + 1, corner + columns + 2, corner + columns + 1], axis=1)
    centres = vertices[quads].mean(axis=1)[:, :2]
    outside = np.linalg.norm(centres - np.clip(centres, low, high), axis=1)
    fade = np.rint(np.clip((outside - _FADE[0]) / (_FADE[1] - 2.0 - _FADE[0]), 0.0, 1.0) * _SHADES).astype(int)
    mesh = bpy.data.meshes.new("Kinema Floor")
    mesh.from_pydata(vertices.tolist(), [], quads.tolist())
    for shade in range(_SHADES + 1):
        for tile, colour in enumerate(FLOOR_COLOURS):
            material = bpy.data.materials.new(f"Kinema Floor {shade}{'AB'[tile]}")
            part = shade / _SHADES
            material.diffuse_color = (*((1 - part) * np.array(colour) + part * np.array(FLOOR_FAR)), 1.0)
            mesh.materials.append(material)
    parity = np.add.outer(np.arange(rows), np.arange(columns)).ravel() % 2
    mesh.polygons.foreach_set("material_index", (2 * fade + parity).astype(np.int32))
    floor = bpy.data.objects.new("Kinema Floor", mesh)
    scene.collection.objects.link(floor)
