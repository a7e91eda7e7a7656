"""Where a character stands at the current frame and how: what a new motion goes on from, on every kind of rig."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion

from . import editing, sampling
from .editing import Place
from .rigs import rig_steps
from .rigs.base import Rig
from .rigs.humanoid import above_all
from .rigs.reading import read_bones
from .rigs.retargeting import mapping_of
from .rigs.transfer import HIPS_ABOVE_SOLES, LEG, RigPose, root_of
from .steps import Steps, finish


def place_of_pose(pose: RigPose) -> Place:
    """Where the pelvis stands and what it faces, in the motion's own frame and size. `pose`: one frame."""
    root = root_of(pose)[0]
    return Place(float(root[0]), float(root[2]), editing.heading_of(pose.turns[0, pose.rest.index("Pelvis")]))


def place_now(armature: bpy.types.Object | None) -> Place | None:
    """`place_steps` at once."""
    return finish(place_steps(armature))


def place_steps(armature: bpy.types.Object | None) -> Steps[Place | None]:
    """`place_of_pose` of a character as it stands when the first step is taken; None where there is none or it is no
    rig of Kinema's."""
    if armature is None or armature.type != "ARMATURE":
        return None
    stance = sampling.stance_now(armature)
    yield None
    rig = yield from rig_steps(armature)
    if rig is None:
        return None
    try:
        pose = yield from sampling.standing_steps(stance, armature, rig)
    except SkeletonError:
        return None
    return place_of_pose(pose)


def blended_from(pose: RigPose, begin: RigPose, frames: int) -> RigPose:
    """The pose, beginning as `begin` (one frame of the same rig) and reaching its own after `frames` frames.

    Bones are blended against their parents, the pelvis and the hips' place in the body's frame; what the pelvis hangs
    on stays as the pose has it, since the hips' place is known without it.
    """
    length = min(max(frames, 1), len(pose))
    t = np.clip(np.arange(len(pose)) / length, 0.0, 1.0)
    weight = t * t * (3.0 - 2.0 * t)
    pelvis = pose.rest.index("Pelvis")
    above = set(above_all(pose.rest, pelvis))
    turns = pose.turns.copy()
    for bone, parent in enumerate(pose.rest.parents):
        if bone in above:
            continue
        hangs = parent >= 0 and parent not in above
        first, own = begin.turns[:, bone], pose.turns[:, bone]
        if hangs:
            first = quaternion.multiply(quaternion.conjugate(begin.turns[:, parent]), first)
            own = quaternion.multiply(quaternion.conjugate(pose.turns[:, parent]), own)
        turn = quaternion.slerp(np.broadcast_to(first, own.shape), own, weight)
        turns[:, bone] = quaternion.multiply(turns[:, parent], turn) if hangs else turn
    hips = pose.hips + (1.0 - weight[:, None]) * (begin.hips[0] - pose.hips[0])
    return replace(pose, turns=turns, hips=hips)


def home_of(armature: bpy.types.Object) -> np.ndarray:
    """(4, 4) the object's world matrix before any action of Kinema's moved it: the frame that motions are placed in."""
    origin = sampling.origin_of(armature)
    return np.array(armature.matrix_world) if origin is None else origin


def to_world(armature: bpy.types.Object, rig: Rig) -> np.ndarray:
    """(4, 4) from a motion's frame and size (metres, Y up) to where the character shows it in the world.

    Raises SkeletonError when the rig's bones do not fit.
    """
    rest = read_bones(armature, mapping_of(rig, armature))
    scale = rest.leg / LEG
    size = np.diag([scale, scale, scale, 1.0])
    size[1, 3] = rest.hips_height - scale * HIPS_ABOVE_SOLES
    at_home = home_of(armature) @ np.linalg.inv(np.array(armature.matrix_world))
    return at_home @ sampling.rest_in_world(rest, armature) @ size


def repeated(motion: Motion) -> Motion:
    """A loop three times, its middle turn where the motion itself is: so that what looks around a frame sees a loop."""
    travel = (motion.root_translation[-1] - motion.root_translation[0]) * [1.0, 0.0, 1.0]
    root, turns = motion.root_translation, motion.rotations
    return replace(
        motion,
        rotations=np.concatenate([turns[:-1], turns, turns[1:]]),
        root_translation=np.concatenate([root[:-1] - travel, root, root[1:] + travel]),
    )
