"""How well an edit did what was wanted: figures that travel with the answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol.motion import Motion
from .wanted import Wanted

LEAST = {2: 0.001, 3: 0.001}
"""Metres a frame^n below which no clip's own differences count: a still clip would make any seam look large."""


def errors(edited: Motion, wanted: Wanted) -> dict[str, Any]:
    """`path`: mean and worst distance of the root from its path, metres; `goals`: distance each, metres; `seams`: see
    `seams`. Each only where there is any."""
    out: dict[str, Any] = {}
    on = np.isfinite(wanted.rail[:, 0])
    if on.any():
        away = np.linalg.norm(edited.root_translation[on][:, [0, 2]] - wanted.rail[on], axis=1)
        out["path"] = {"mean": round(float(away.mean()), 4), "worst": round(float(away.max()), 4)}
    if wanted.goals:
        positions = edited.positions()
        out["goals"] = [
            round(float(np.linalg.norm(positions[goal.frame, goal.index] - goal.point)), 4) for goal in wanted.goals
        ]
    if (found := seams(edited, wanted)) is not None:
        out["seams"] = found
    return out


def seams(edited: Motion, wanted: Wanted) -> dict[str, float] | None:
    """Largest jump at a seam over the clip's own largest, of all joints' velocities and accelerations.

    Jumps are differences of second and third order between neighbouring frames of joint positions; a seam's are those
    that hold frames of both sides. None where no frame is kept whole.
    """
    changed = wanted.changed
    if changed.all():
        return None
    old, new = wanted.motion.positions(), edited.positions()
    out = {}
    for name, order in (("velocity", 2), ("acceleration", 3)):
        if len(old) <= order:
            return None
        own = np.linalg.norm(np.diff(old, order, axis=0), axis=-1).max()
        now = np.linalg.norm(np.diff(new, order, axis=0), axis=-1).max(axis=1)
        held = np.stack([changed[k : len(changed) - order + k] for k in range(order + 1)])
        across = held.any(axis=0) & ~held.all(axis=0)
        if across.any():
            out[name] = round(float(now[across].max() / max(own, LEAST[order])), 3)
    return out or None
