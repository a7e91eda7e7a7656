"""The motion that an action was made from, kept inside it: so that it can be put on again with other settings."""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import MotionError
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import BODY_JOINTS, SMPL_BODY

KEY = "kinema_motion"
"""Custom property of an action: rotations and root translation as float32 bytes, their rate and first frame, and where
the model said which feet stand, that as bytes too."""

_WIDTH = 4 * BODY_JOINTS + 3


def keep(action: bpy.types.Action, motion: Motion, start: float, contacts: np.ndarray | None = None) -> None:
    """Store a motion on SMPL's body in the action, and its feet's contacts (T, 4) of 0..1 where they are known."""
    rows = np.concatenate([motion.rotations.reshape(len(motion), -1), motion.root_translation], axis=1)
    kept = {"rows": rows.astype("<f4").tobytes(), "fps": float(motion.fps), "start": float(start)}
    if contacts is not None:
        kept["contacts"] = np.rint(255.0 * contacts).astype(np.uint8).tobytes()
    action[KEY] = kept


def recall(action: bpy.types.Action) -> tuple[Motion, float]:
    """The motion and its first frame. Raises MotionError when the action holds none."""
    kept = action.get(KEY)
    try:
        rows = np.frombuffer(kept["rows"], dtype="<f4").reshape(-1, _WIDTH).astype(np.float64)
        fps, start = float(kept["fps"]), float(kept["start"])
        rotations = rows[:, :-3].reshape(-1, BODY_JOINTS, 4)
        return Motion(rotations, rows[:, -3:], fps, SMPL_BODY), start
    except (TypeError, KeyError, ValueError):
        raise MotionError(f"the action {action.name} holds no motion of Kinema; use Action to Motion") from None


def contacts_of(action: bpy.types.Action) -> np.ndarray | None:
    """(T, 4) of 0..1: which feet stand in the kept motion, as the model said; None where it did not say."""
    kept = action.get(KEY)
    if kept is None or "contacts" not in kept:
        return None
    return np.frombuffer(kept["contacts"], dtype=np.uint8).reshape(-1, 4) / 255.0
