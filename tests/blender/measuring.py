"""How well a rig does what a motion says, measured on the bones as Blender evaluates them."""

from __future__ import annotations

from dataclasses import dataclass

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
    """The armature's action against the motion, by one look at every frame."""
    from blender_addon import sampling
    from blender_addon.rigs.feet import carrying, sole_points, stances
    from blender_addon.rigs.reading import read_rest
    from blender_addon.rigs.retargeting import mapping_of
    from blender_addon.rigs.transfer import HIPS_ABOVE_SOLES, LEG

    rest = read_rest(armature, mapping_of(rig, armature))
    names = sampling.mapped_names(rest)
    poses, worlds = sampling.matrices(scene, armature, names, list(range(1, len(motion) + 1)))
    to_body = np.linalg.inv(sampling.rest_in_world(rest, armature))
    heads = np.einsum("ij,tjk,tbk->tbi", to_body, worlds, poses[..., :, 3])[..., :3]
    parts = sorted({part for pair in SEGMENTS for part in pair})
    got = {part: heads[:, names.index(rest.mapping.first(part))] for part in parts}
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
    scale = rest.leg / LEG
    hips = 0.5 * (got["L_Hip"] + got["R_Hip"]) - (0, rest.hips_height - scale * HIPS_ABOVE_SOLES, 0)
    wanted_hips = scale * 0.5 * (want["L_Hip"] + want["R_Hip"])
    pose = sampling.pose_from(rest, armature, poses, worlds, motion.fps)
    points = sole_points(pose, pose.positions())
    stand = carrying(points, stances(motion), rest.leg / LEG)
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


def apart(scene, armature, rig, first, second, frames) -> tuple[float, float]:
    """Millimetres and degrees by which two actions' bones differ most, as Blender evaluates them on every frame."""
    from blender_addon import sampling
    from blender_addon.rigs.reading import read_bones
    from blender_addon.rigs.retargeting import mapping_of

    names = sampling.mapped_names(read_bones(armature, mapping_of(rig, armature)))
    seen = []
    for action in (first, second):
        assign(armature, action)
        poses, worlds = sampling.matrices(scene, armature, names, frames)
        seen.append(worlds[:, None] @ poses)
    tips = [m[..., :3, 3] + m[..., :3, 1] * lengths(armature, names) for m in seen]
    far = max(np.linalg.norm(a - b, axis=-1).max() for a, b in (tips, [m[..., :3, 3] for m in seen]))
    turns = [m[..., :3, :3] / np.linalg.norm(m[..., :3, :3], axis=-2, keepdims=True) for m in seen]
    turned = quaternion.angle_between(*(quaternion.from_matrix(turn) for turn in turns))
    return 1000 * float(far), float(np.degrees(turned.max()))


def lengths(armature, names) -> np.ndarray:
    """(B, 1) bones' lengths."""
    return np.array([[armature.data.bones[name].length] for name in names])


def assign(armature, action) -> None:
    """Give an armature an action, with its slot where this Blender has slots."""
    armature.animation_data.action = action
    if hasattr(action, "slots"):
        armature.animation_data.action_slot = action.slots[0]


def _against(got, want, a, b, c):
    """Place of the limb's end from its base, scaled to the motion's limb."""
    length = [np.linalg.norm(s[b] - s[a], axis=-1) + np.linalg.norm(s[c] - s[b], axis=-1) for s in (got, want)]
    scale = float(np.median(length[1]) / np.median(length[0]))
    return np.linalg.norm(scale * (got[c] - got[a]) - (want[c] - want[a]), axis=-1)
