"""Functions that Blender calls when something happens, put on and taken off together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import bpy

Handlers = Sequence[tuple[str, Callable[..., None]]]
"""Names of lists in bpy.app.handlers, each with a function for it."""


def register(handlers: Handlers) -> None:
    """Put each function on its list."""
    for name, handler in handlers:
        getattr(bpy.app.handlers, name).append(handler)


def unregister(handlers: Handlers) -> None:
    """Take each function off its list, where it still is there."""
    for name, handler in handlers:
        with contextlib.suppress(ValueError):
            getattr(bpy.app.handlers, name).remove(handler)
