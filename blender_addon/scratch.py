"""A scene of its own for reading a file: the user's scene is not touched, and nothing of it stays."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import bpy

_NOT_OURS = frozenset({"window_managers", "workspaces", "screens", "libraries"})


@contextlib.contextmanager
def scratch_scene(rate: float) -> Iterator[bpy.types.Scene]:
    """A scene at `rate` frames a second that operators work in; all data made inside is removed at the end."""
    before = _blocks()
    scene = bpy.data.scenes.new("Kinema Scratch")
    scene.render.fps = max(1, round(rate))
    scene.render.fps_base = scene.render.fps / rate
    # An override would not do: importers ask the window's own scene which object they have made.
    window = bpy.context.window or bpy.context.window_manager.windows[0]
    kept = window.scene
    window.scene = scene
    try:
        with bpy.context.temp_override(window=window):
            yield scene
    finally:
        window.scene = kept
        bpy.data.batch_remove(_blocks() - before)


def _blocks() -> set[bpy.types.ID]:
    """Every data-block of the file."""
    found: set[bpy.types.ID] = set()
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier not in _NOT_OURS:
            found.update(getattr(bpy.data, prop.identifier))
    return found
