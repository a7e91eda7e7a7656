"""How well a rig does what a motion says, measured on the bones as Blender evaluates them."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from kinema.protocol import quaternion
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

SEGMENTS = tuple(
    (f"{side}_{a}", f"{side}_{b}")
    for side in "LR"
    for a, b in (("Shoulder", "Elbow"), ("Elbow", "Wrist"), ("Hip", "Knee"), ("Knee", "Ankle"))
)


@dataclass(frozen=True)
class Errors:
    """Degrees for directions, centimetres for places (at the motion's size), centimetres a second for slides."""

    direction_mean: float
    direction_worst: float
    wrist_mean: float
    wrist_worst: float
    ankle_mean: float
    ankle_worst: float
    hips_worst: float
    slide: float
    under: float


def place_and_measure(scene, armature, motion: Motion, settings) -> Errors:
    """Write the motion at its own rate and compare every frame."""
    from blender_addon import placement
    from blender_addon.rigs import rig_of

    scene.render.fps, scene.render.fps_base = round(motion.fps), round(motion.fps) / motion.fps
    rig = rig_of(armature)
    placement.write_motion(motion, rig, armature, "measured", placement.Placing(scene.name), settings)
    return measure(scene, armature, rig, motion)


def measure(scene, armature, rig, motion: Motion) -> Errors:
    """The armature's action against the motion."""
    from blender_addon import sampling
    from blender_addon.rigs.feet import sole_points, stances
    from blender_addon.rigs.reading import read_rest
    from blender_addon.rigs.retargeting import mapping_of

    rest = read_rest(armature, mapping_of(rig, armature))
    parts = {part: rest.mapping.first(part) for pair in SEGMENTS for part in pair}
    frames = list(range(1, len(motion) + 1))
    poses, worlds = sampling.matrices(scene, armature, list(parts.values()), frames)
    to_body = np.linalg.inv(sampling.rest_in_world(rest, armature))
    heads = np.einsum("ij,tjk,tbk->tbi", to_body, worlds, poses[..., :, 3])[..., :3]
    got = {part: heads[:, number] for number, part in enumerate(parts)}
    places = motion.positions()
    want = {part: places[:, SMPL_BODY.index(part)] for part in parts}
    angles = []
    for a, b in SEGMENTS:
        u, v = got[b] - got[a], want[b] - want[a]
        u, v = (w / np.linalg.norm(w, axis=-1, keepdims=True) for w in (u, v))
        angles.append(np.degrees(2 * np.arcsin(np.clip(0.5 * np.linalg.norm(u - v, axis=-1), 0, 1))))
    wrists, ankles = [], []
    for side in "LR":
        wrists.append(_against(got, want, f"{side}_Shoulder", f"{side}_Elbow", f"{side}_Wrist"))
        ankles.append(_against(got, want, f"{side}_Hip", f"{side}_Knee", f"{side}_Ankle"))
    from blender_addon.rigs.transfer import HIPS_ABOVE_SOLES, LEG

    scale = rest.leg / LEG
    hips = 0.5 * (got["L_Hip"] + got["R_Hip"]) - (0, rest.hips[1] - scale * HIPS_ABOVE_SOLES, 0)
    wanted_hips = scale * 0.5 * (want["L_Hip"] + want["R_Hip"])
    pose = sampling.read_pose(scene, armature, rig, frames)
    points = sole_points(pose, pose.positions())
    stand = stances(motion)
    both = stand[1:] & stand[:-1]
    speed = np.linalg.norm(np.diff(points[..., [0, 2]], axis=0), axis=-1) * motion.fps
    return Errors(
        float(np.mean(angles)),
        float(np.max(angles)),
        100 * float(np.mean(wrists)),
        100 * float(np.max(wrists)),
        100 * float(np.mean(ankles)),
        100 * float(np.max(ankles)),
        100 * float(np.linalg.norm(hips - wanted_hips, axis=-1).max()),
        100 * float(speed[both].mean()) if both.any() else 0.0,
        100 * float(max(0.0, rest.floor - points[..., 1].min())),
    )


def _against(got, want, a, b, c):
    """Place of the limb's end from its base, scaled to the motion's limb."""
    length = [np.linalg.norm(s[b] - s[a], axis=-1) + np.linalg.norm(s[c] - s[b], axis=-1) for s in (got, want)]
    scale = float(np.median(length[1]) / np.median(length[0]))
    return np.linalg.norm(scale * (got[c] - got[a]) - (want[c] - want[a]), axis=-1)


__all__ = ["Errors", "bpy", "measure", "place_and_measure", "quaternion"]
