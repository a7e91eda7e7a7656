"""Ten seconds of motion written as keys in Blender; run with a Python that has bpy: python -m tests.bench.keys."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import numpy as np

from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

from .timing import Seconds, measure

FRAMES = 300


def turning() -> Motion:
    """FRAMES frames in which every joint turns at its own pace."""
    angle = np.linspace(0.0, 2.0, FRAMES)[:, None] * np.linspace(0.2, 1.0, len(SMPL_BODY))
    rotations = np.stack([np.cos(angle), np.sin(angle), 0 * angle, 0 * angle], axis=-1)
    return Motion(rotations, np.zeros((FRAMES, 3)), 30.0, SMPL_BODY)


def write_keys(repeats: int) -> tuple[str, Seconds]:
    """Blender's version, and the time of Motion -> track -> action on a new SMPL armature."""
    import bpy

    from blender_addon import keyframes
    from blender_addon.rigs import smpl

    armature = smpl.build(bpy.context.scene, "bench")
    motion = turning()

    def write(number: int) -> None:
        keyframes.write_pose(armature, f"bench {number}", smpl.SMPL.track(motion, armature))

    return bpy.app.version_string, measure(write, repeats)


if __name__ == "__main__":
    version, seconds = write_keys(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
    print(json.dumps({"blender": version, "seconds": asdict(seconds)}))
