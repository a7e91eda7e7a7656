"""A Motion onto a character in a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol.motion import Motion

from . import editing, ground, kept_motion, keyframes, nla, provenance, sampling, standing
from .channels import Channel, channels_in, sockets_of
from .fewer_keys import reduce_track
from .reduction import Reduced
from .rig_choice import settings_of
from .rigs import RIGS, rig_steps, rigify, smpl
from .rigs.base import Rig, Track
from .rigs.feet import stances
from .rigs.limbs import spans
from .rigs.other import refuse_loose_limbs
from .rigs.rest import RestRig
from .rigs.retargeting import pose_steps
from .rigs.settings import RigSettings
from .rigs.transfer import RigPose
from .sampling import ORIGIN_KEY
from .seen_keys import reduce_steps
from .steps import Aside, Steps, finish

REDUCTION_KEY = "kinema_reduction"
"""Custom property of a reduced action: the largest error kept, millimetres and degrees."""

BLEND_KEY = "kinema_blend"
"""Custom property of an action that begins in the pose which the character had: frames of the blend."""


@dataclass(frozen=True)
class Placing:
    """Where a motion goes and how.

    `target`: an armature's name, or "" for a new character. `start`: frame of its first pose. `frames`: number of
    frames that it fills exactly, None for its own length. `begin`: ORIGIN, PLACE (where the character stands) or POSE
    (from its pose, over `blend` frames; a loop, whose first pose must be its last, begins as with PLACE).
    `destination`: ACTION, PUSH, STRIP or KEEP, see nla.py. `extend`: let the scene's last frame grow (never shrink) so
    that the whole motion plays.
    """

    scene: str
    target: str = ""
    start: float = 1
    interpolation: str = "LINEAR"
    extend: bool = True
    frames: int | None = None
    begin: str = "ORIGIN"
    blend: int = 8
    in_place: bool = False
    loop: bool = False
    destination: str = "ACTION"


@dataclass(frozen=True)
class Placed:
    """What was made."""

    armature: bpy.types.Object
    action: bpy.types.Action


def existing(name: str) -> bpy.types.Object | None:
    """The armature of that name."""
    found = bpy.data.objects.get(name) if name else None
    return found if found is not None and found.type == "ARMATURE" else None


def needs_object_mode(placing: Placing) -> bool:
    """Whether placing makes a new character, which Blender allows in Object Mode only."""
    return existing(placing.target) is None


def place(
    motion: Motion,
    placing: Placing,
    name: str,
    origin: Mapping[str, Any],
    take_name: str = "",
    contacts: np.ndarray | None = None,
) -> Placed:
    """`place_steps` at once."""
    return finish(place_steps(motion, placing, name, origin, take_name, contacts))


def place_steps(
    motion: Motion,
    placing: Placing,
    name: str,
    origin: Mapping[str, Any],
    take_name: str = "",
    contacts: np.ndarray | None = None,
) -> Steps[Placed]:
    """Write a new action for the motion at the scene's own rate, onto the target or onto a new character.

    `contacts` (T, 4): which feet stand, as the model says; None finds it from the motion. The file changes with the
    last step alone. Raises SkeletonError when the target is no rig that Kinema knows.
    """
    scene = bpy.data.scenes.get(placing.scene) or bpy.context.scene
    armature = existing(placing.target)
    if armature is None:
        rig = RIGS["smpl"]
        assert rig.build_steps is not None
        armature = yield from rig.build_steps(scene, "Kinema")
        try:
            placed = yield from _placed(motion, placing, (armature, rig), name, origin, take_name, contacts)
        except BaseException:  # also the end of a generator that nobody goes on with
            smpl.remove(armature)
            raise
        for thing in (armature, *armature.children):
            scene.collection.objects.link(thing)
        return placed
    rig = yield from _rig(armature)
    placed = yield from _placed(motion, placing, (armature, rig), name, origin, take_name, contacts)
    return placed


def _placed(
    motion: Motion,
    placing: Placing,
    character: tuple[bpy.types.Object, Rig],
    name: str,
    origin: Mapping[str, Any],
    take_name: str,
    contacts: np.ndarray | None,
) -> Steps[Placed]:
    armature, rig = character
    scene = bpy.data.scenes.get(placing.scene) or bpy.context.scene
    if placing.destination == "STRIP" and (end := nla.last_frame(armature)) is not None:
        placing = replace(placing, start=max(end - placing.blend, 0))
    rate = keyframes.scene_rate(scene)
    begin = now = None
    if placing.begin != "ORIGIN" and existing(placing.target) is not None:
        now = yield from sampling.pose_steps(scene, armature, rig, int(placing.start))
        begin = now if placing.begin == "POSE" and not placing.loop else None
        yield None
    motion, contacts = yield Aside(lambda: _at_rate(motion, contacts, placing, rate, now))
    settings = settings_of(armature)
    action = yield from write_steps(motion, rig, armature, name, placing, settings, begin, contacts)
    provenance.stamp(action, origin, take_name)
    if placing.extend and placing.destination != "KEEP":
        scene.frame_end = max(scene.frame_end, int(placing.start) + len(motion) - 1)
    return Placed(armature, action)


def _at_rate(
    motion: Motion, contacts: np.ndarray | None, placing: Placing, rate: float, stands: RigPose | None
) -> tuple[Motion, np.ndarray | None]:
    """The motion as the placing wants it, from where a character `stands`, with its contacts."""
    contacts = None if contacts is None else edited_contacts(contacts, motion, placing, rate)
    motion = edited(motion, placing, rate)
    return motion if stands is None else editing.moved(motion, standing.place_of_pose(stands)), contacts


def write_motion(
    motion: Motion,
    rig: Rig,
    armature: bpy.types.Object,
    name: str,
    placing: Placing,
    settings: RigSettings,
    begin: RigPose | None = None,
    contacts: np.ndarray | None = None,
) -> bpy.types.Action:
    """`write_steps` at once."""
    return finish(write_steps(motion, rig, armature, name, placing, settings, begin, contacts))


def write_steps(
    motion: Motion,
    rig: Rig,
    armature: bpy.types.Object,
    name: str,
    placing: Placing,
    settings: RigSettings,
    begin: RigPose | None = None,
    contacts: np.ndarray | None = None,
) -> Steps[bpy.types.Action]:
    """A new action for a motion at the scene's rate, brought to its destination with the last step, with the motion
    itself kept in it for later changes. `begin`: one frame that it is blended from over `placing.blend` frames.
    `contacts`: see `stances`.

    Raises SkeletonError when the motion does not fit the armature, or its strips.
    """
    pose = yield from _on_rig(motion, rig, armature, settings, placing, contacts)
    owner = rig.owner(armature, settings)
    track = yield Aside(lambda: rig.controls(_begun(pose, begin, placing.blend), owner, settings))
    home, moved = standing.home_of(armature), sampling.origin_of(armature) is not None
    if placing.destination == "STRIP" and track.object_motion is not None and not moved and nla.last_frame(armature):
        raise SkeletonError(
            f"the strips of {armature.name} do not move the object; choose Hips as root motion, or accept as an action"
        )
    # Channels are mixed one by one: between an object that moves and hips that move, a mix would leave the way.
    mixed = 0 if moved != (track.object_motion is not None) else placing.blend
    track = from_home(track, armature, home, placing.destination)
    sockets = sockets_of(armature, track)
    channels = yield Aside(lambda: channels_in(sockets, track))
    fewer = (yield from _fewer(armature, track, channels, pose.rest, settings)) if settings.reduce else None
    keys = None if fewer is None else fewer.keys
    action = yield from keyframes.pose_steps(
        armature.name, name, channels, placing.start, placing.interpolation, keys, placing.loop
    )
    with keyframes.taken_back(bpy.data.actions, action):
        marks = yield Aside(lambda: contact_marks(stances(motion, contacts), placing.start))
        yield from keyframes.mark(action, marks)
        kept_motion.keep(action, motion, placing.start, contacts)
        if track.object_motion is not None:
            action[ORIGIN_KEY] = home.ravel().tolist()
        if fewer is not None:
            action[REDUCTION_KEY] = [fewer.millimetres, fewer.degrees]
        if begin is not None:
            action[BLEND_KEY] = placing.blend
        yield None
        nla.deliver(armature, action, placing.destination, placing.start, mixed, _slot_of(action))
        action.use_fake_user = True
    if moved and track.object_motion is None:
        armature.matrix_world = home.T.tolist()  # no channel of the new action would bring the object back
    return action


def _begun(pose: RigPose, begin: RigPose | None, blend: int) -> RigPose:
    return pose if begin is None else standing.blended_from(pose, begin, blend)


def edited(motion: Motion, placing: Placing, rate: float) -> Motion:
    """Loop, in place, exact length, and the scene's rate: all that concerns the motion alone."""
    if placing.loop:
        motion = looped(motion, placing)
    if placing.in_place:
        motion = editing.in_place(motion)
    frames = placing.frames
    if placing.loop and frames is None:
        frames = round((len(motion) - 1) * rate / motion.fps) + 1  # or the seam would fall between two frames
    if frames is not None:
        return editing.fitted(motion, frames, rate)
    return motion.resample(rate)


def looped(motion: Motion, placing: Placing) -> Motion:
    """The part that repeats; nearly all of the motion where it must then fill a given length."""
    return editing.looped(motion, _loop_share(placing))


def edited_contacts(contacts: np.ndarray, motion: Motion, placing: Placing, rate: float) -> np.ndarray:
    """Contacts (T, 4) of a motion for the frames that `edited` makes of it."""
    first, last = editing.loop_span(motion, _loop_share(placing)) if placing.loop else (0, len(motion) - 1)
    frames = len(edited(motion, placing, rate))
    exact = placing.loop or placing.frames is not None
    end = last if exact else min(first + (frames - 1) * motion.fps / rate, last)
    at = np.linspace(first, end, frames)
    return np.stack([np.interp(at, np.arange(len(contacts)), column) for column in contacts.T], axis=1)


def _loop_share(placing: Placing) -> float:
    return editing.LOOP_SHARE if placing.frames is None else editing.FITTED_LOOP_SHARE


def contact_marks(stand: np.ndarray, start: float) -> list[tuple[float, str]]:
    """(frame, text) of each touch-down and lift-off of the feet, from (T, 2 feet, heel and ball) of bool."""
    marks = []
    for number, side in enumerate("LR"):
        down = stand[:, number].any(axis=1)
        for first, stop in spans(down):
            marks.append((start + float(first), f"{side} down"))
            if stop < len(down):
                marks.append((start + float(stop), f"{side} up"))
    return sorted(marks)


def _fewer(
    armature: bpy.types.Object, track: Track, channels: list[Channel], rest: RestRig, settings: RigSettings
) -> Steps[Reduced]:
    """What the solvers of a control rig that Rigify generated make of the keys is seen by playing them."""
    if rigify.generated(armature):
        seen = yield from reduce_steps(bpy.context.scene, armature, track, rest, settings)
        return seen
    reduced: Reduced = yield Aside(lambda: reduce_track(channels, rest, settings))
    return reduced


def _on_rig(
    motion: Motion,
    rig: Rig,
    armature: bpy.types.Object,
    settings: RigSettings,
    placing: Placing,
    contacts: np.ndarray | None,
) -> Steps[RigPose]:
    """The motion on the rig's proportions; feet and hands of a loop are corrected as of one that goes on."""
    under = ground.under(bpy.data.scenes.get(placing.scene) or bpy.context.scene, armature, settings)
    if not placing.loop or len(motion) < 2:
        once = yield from pose_steps(rig, motion, armature, settings, contacts, under)
        return once
    if contacts is not None:
        contacts = np.concatenate([contacts[:-1], contacts, contacts[1:]])
    pose = yield from pose_steps(rig, standing.repeated(motion), armature, settings, contacts, under)
    turn = slice(len(motion) - 1, 2 * len(motion) - 1)
    return replace(pose, turns=pose.turns[turn], hips=pose.hips[turn])


def from_home(track: Track, armature: bpy.types.Object, home: np.ndarray, destination: str) -> Track:
    """The track with the object's way beginning at `home`, wherever an earlier action has it now.

    Where strips that move the object stay beneath, one that does not must hold it at home.
    """
    if track.object_motion is not None:
        back = home @ np.linalg.inv(np.array(armature.matrix_world))
        return replace(track, object_motion=back @ track.object_motion)
    data = armature.animation_data
    beneath = destination in ("PUSH", "STRIP", "KEEP") or (data is not None and len(data.nla_tracks) > 0)
    if sampling.origin_of(armature) is None or not beneath:
        return track
    return replace(track, object_motion=np.tile(home, (len(track), 1, 1)))


def _rig(armature: bpy.types.Object) -> Steps[Rig]:
    found = yield from rig_steps(armature)
    if found is None:
        refuse_loose_limbs(armature)
        raise SkeletonError(
            f"{armature.name} is no rig that Kinema knows; choose a Kinema character or map its bones in Bones"
        )
    return found


def _slot_of(action: bpy.types.Action) -> Any:
    return action.slots[0] if hasattr(action, "slots") and action.slots else None
