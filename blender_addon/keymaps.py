"""Keyboard shortcuts in the 3D viewport; users change them in Blender's own keymap preferences."""

from __future__ import annotations

import bpy

SHORTCUTS = (("kinema.prompt", "K"), ("kinema.accept", "RET"))
"""Operator and key, each with Ctrl and Alt."""

_added: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def register() -> None:
    configuration = bpy.context.window_manager.keyconfigs.addon if bpy.context.window_manager else None
    if configuration is None:
        return  # In the background there are no keys.
    keymap = configuration.keymaps.new(name="3D View", space_type="VIEW_3D")
    for operator, key in SHORTCUTS:
        _added.append((keymap, keymap.keymap_items.new(operator, key, "PRESS", ctrl=True, alt=True)))


def unregister() -> None:
    while _added:
        keymap, item = _added.pop()
        keymap.keymap_items.remove(item)
