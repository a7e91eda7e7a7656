"""A picture of what a rig does: its bones as Blender evaluates them, over the motion that it was given."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from PIL import Image, ImageDraw

from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

TILE, COLUMNS = (150, 190), 8
COLOURS = {"L": (40, 90, 220), "R": (215, 50, 50), "": (40, 40, 40)}


def sheet(armature: bpy.types.Object, clips: dict[str, Motion], path: Path, limbs: str = "FK") -> None:
    """One row for each clip, locked feet, seen from three quarters; the motion itself in grey, scaled to the rig."""
    from blender_addon import placement, sampling
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.settings import RigSettings
    from blender_addon.rigs.transfer import LEG

    scene, rig = bpy.context.scene, rig_of(armature)
    picture = Image.new("RGB", (TILE[0] * COLUMNS, TILE[1] * len(clips)), "white")
    for row, (name, motion) in enumerate(clips.items()):
        placement.write_motion(motion, rig, armature, "sheet", placement.Placing(scene.name), RigSettings(limbs=limbs))
        frames = np.rint(np.linspace(1, len(motion), COLUMNS)).astype(int)
        rest = sampling.read_pose(scene, armature, rig, [1]).rest
        trunk = [bone for part in ("Pelvis", "Spine", "Neck", "Head") for bone in rest.mapping.bones.get(part, ())]
        parts = {part: bones[0] for part, bones in rest.mapping.bones.items() if "_" in part}
        names = [*parts.values(), *trunk]
        poses, worlds = sampling.matrices(scene, armature, names, frames.tolist())
        to_body = np.linalg.inv(sampling.rest_in_world(rest, armature))
        full = to_body @ worlds[:, None] @ poses
        full[..., 1, 3] -= rest.floor
        heads = full[..., :3, 3]
        lengths = np.array([armature.data.bones[n].length for n in names])
        tips = heads + full[..., :3, 1] * lengths[None, :, None]
        source = motion.positions()[frames - 1] * (rest.leg / LEG)
        for column in range(COLUMNS):
            canvas = Image.new("RGB", TILE, "white")
            draw = ImageDraw.Draw(canvas)
            middle = source[column, 0] * (1.0, 0.0, 1.0)
            for joint, parent in enumerate(SMPL_BODY.parents):
                if parent >= 0:
                    _line(draw, source[column, [joint, parent]] - middle, (190, 190, 190), 5, rest.leg)
            at = dict(zip(parts, heads[column], strict=False))
            for number, part in enumerate(parts):
                end = _next(part, at)
                stop = tips[column, number] if end is None else end
                _line(draw, np.stack([heads[column, number], stop]) - middle, COLOURS[part[0]], 2, rest.leg)
            spine = np.concatenate([heads[column, len(parts) :], tips[column, -1:]])
            _line(draw, spine - middle, COLOURS[""], 2, rest.leg)
            draw.text((4, 4), f"{name} {(frames[column] - 1) / motion.fps:.1f} s", fill=(0, 0, 0))
            picture.paste(canvas, (column * TILE[0], row * TILE[1]))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def _next(part: str, at: dict[str, np.ndarray]) -> np.ndarray | None:
    order = ("Collar", "Shoulder", "Elbow", "Wrist"), ("Hip", "Knee", "Ankle", "Foot")
    for chain in order:
        if part[2:] in chain[:-1]:
            return at.get(f"{part[0]}_{chain[chain.index(part[2:]) + 1]}")
    return None


def _line(draw: ImageDraw.ImageDraw, ends: np.ndarray, colour: tuple, width: int, leg: float) -> None:
    turn = np.array([[0.85, 0.0, 0.53], [0.0, 1.0, 0.0]])
    flat = ends @ turn.T * (70.0 / leg)
    points = [(TILE[0] / 2 + x, TILE[1] - 18 - y) for x, y in flat]
    draw.line(points, fill=colour, width=width)
