"""Check Take: an action played out of sight and measured, in steps; the file changes with what the last one stores."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from kinema.errors import MotionError
from kinema.protocol.motion import Motion

from . import dispatch, ground, kept_motion, keyframes, playing, quality, sampling
from .quality import Card
from .rig_choice import settings_of
from .rigs import known_steps
from .rigs.feet import sole_points, stances
from .rigs.reading import rest_steps
from .rigs.retargeting import mapping_of
from .rigs.transfer import RigPose
from .steps import NEXT_TURN, Aside, Steps

CARD_KEY = "kinema_card"
"""Custom property of an action: the quality card's lines, worst frame and what is wrong there."""


@dataclass(frozen=True, eq=False)
class Checked:
    """`first`: the scene's frame that the card counts as 0."""

    action: bpy.types.Action
    first: int
    card: Card


def check_steps(scene: bpy.types.Scene, armature: bpy.types.Object) -> Steps[Checked]:
    """Measure the armature's action as it is now; the first step copies it. Raises MotionError, SkeletonError or
    RequestError."""
    frames, rate = sampling.frames_of(armature), keyframes.scene_rate(scene)
    action, settings = armature.animation_data.action, settings_of(armature)
    under = ground.under(scene, armature, settings)
    motion, contacts = _kept(action, len(frames))
    with playing.double_of(armature, action) as double:
        yield None
        rig = yield from known_steps(armature)
        yield None
        mapping = mapping_of(rig, armature)
        yield NEXT_TURN
        rest = yield from rest_steps(armature, mapping)
        origin = sampling.origin_of(double)
        names = sampling.mapped_names(rest)
        poses, worlds = yield from playing.double_steps(scene, armature, double, names, frames)
    pose = yield Aside(lambda: sampling.posed(rest, origin, poses, worlds, rate))
    height: float | np.ndarray = settings.ground
    if under is not None:
        soles = yield Aside(lambda: sole_points(pose, pose.positions()).mean(axis=2))
        height = settings.ground + (yield from under(rest, soles))
    card = yield Aside(lambda: _card(pose, motion, contacts, height))
    return Checked(action, frames.start, card)


def store(checked: Checked) -> None:
    """Keep the card in the action that was measured."""
    card = checked.card
    lines = "\n".join(f"{what}: {figure}" for what, figure in card.lines())
    checked.action[CARD_KEY] = {"lines": lines, "worst": checked.first + card.worst, "of": card.worst_of}


def store_as_step(checked: Checked) -> None:
    """`store`, as one undo step of its own."""
    store(checked)
    with dispatch.window():
        bpy.ops.ed.undo_push(message="Check Take")


def _kept(action: bpy.types.Action, frames: int) -> tuple[Motion | None, np.ndarray | None]:
    """The motion kept in the action, and where the model said that feet stand, as far as they still fit its frames."""
    try:
        motion, _ = kept_motion.recall(action)
    except MotionError:
        return None, None
    return (motion, kept_motion.contacts_of(action)) if len(motion) == frames else (None, None)


def _card(pose: RigPose, motion: Motion | None, contacts: np.ndarray | None, height: float | np.ndarray) -> Card:
    stand = stances(sampling.from_rig(pose) if motion is None else motion, contacts)
    return quality.card(pose, stand, height)
