"""A motion on SMPL's joints <-> a pose of any humanoid rig, frame by frame, without Blender.

For a bone that plays the part r, with G_r the part's global rotation in the motion (identity in SMPL's T-pose):

    D = G_r S_r^-1

D turns the bone from its own rest pose, in the body's frame; the constant S_r turns SMPL's T-pose into the rig's rest
pose at that part. S is the identity in the trunk, the shortest swing along the limbs (a T, an A and any pose between
give the same motion), and follows sole and palm in feet and hands. Bone rolls do not enter: see `basis`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.anatomy import SIDES
from kinema.protocol.joint_names import read_name
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY, SMPL_NAMES, SMPL_OFFSETS, SOLE_BELOW_FOOT

from .rest import RestRig, strides

OFFSET = {name: np.array(offset) for name, offset in zip(SMPL_NAMES, SMPL_OFFSETS, strict=True)}
LEG = 0.5 * float(sum(np.linalg.norm(OFFSET[f"{side}_{part}"]) for side in SIDES for part in ("Knee", "Ankle")))
HIPS = 0.5 * (OFFSET["L_Hip"] + OFFSET["R_Hip"])
"""(3,) between SMPL's hip joints, from the pelvis."""

_FEET = [SMPL_BODY.rest_positions()[SMPL_NAMES.index(f"{side}_Foot")] for side in SIDES]
HIPS_ABOVE_SOLES = float(HIPS[1] - min(foot[1] for foot in _FEET)) + SOLE_BELOW_FOOT
"""Metres, in SMPL's rest pose."""

SPREAD = np.radians(12.0)
"""Shins farther from the vertical than this at rest have soles at right angles to them; others stand flat."""

Y, Z = np.eye(3)[1], np.eye(3)[2]
IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, eq=False)
class RigPose:
    """`turns`: (T, B, 4) rotation of every bone from its rest pose, body's frame. `hips`: (T, 3) metres, place between
    the hip joints, body's frame. `fps`: frames a second."""

    rest: RestRig
    turns: np.ndarray
    hips: np.ndarray
    fps: float

    def __len__(self) -> int:
        return len(self.turns)

    def positions(self) -> np.ndarray:
        """(T, B, 3) metres: the heads of all bones in the body's frame."""
        joints = self.rest.joints()
        out = np.empty((*self.turns.shape[:2], 3))
        pelvis = self.rest.index("Pelvis")
        out[:, pelvis] = self.hips + quaternion.rotate(self.turns[:, pelvis], joints[pelvis] - self.rest.hips)
        hangs = hangs_on(self.rest)
        waiting = [bone for bone in range(len(hangs)) if bone != pelvis]
        below = {pelvis}
        while ready := [bone for bone in waiting if int(hangs[bone]) in below]:
            for bone in ready:
                above = int(hangs[bone])
                offset = joints[bone] - joints[above]
                out[:, bone] = out[:, above] + quaternion.rotate(self.turns[:, above], offset)
            below |= set(ready)
            waiting = [bone for bone in waiting if bone not in below]
        out[:, waiting] = joints[waiting]
        return out


def hangs_on(rest: RestRig) -> np.ndarray:
    """(B,) parents, but trunk and arms that a control rig hangs on controls hang on the trunk's next bone below."""
    parents = rest.parents.copy()
    last = rest.index("Pelvis")
    below = _below(rest, last)
    for bone in (*rest.chain("Spine"), *rest.chain("Neck"), *rest.chain("Head")[:1]):
        if bone not in below:
            parents[bone] = last
        last = bone
    chest = rest.chain("Spine")[-1] if rest.chain("Spine") else rest.index("Pelvis")
    for side in SIDES:
        collar, shoulder = rest.index(f"{side}_Collar"), rest.index(f"{side}_Shoulder")
        first = shoulder if collar is None else collar
        if first not in below and chest not in _ancestors(rest, first):
            parents[first] = chest
    return parents


def _ancestors(rest: RestRig, bone: int) -> list[int]:
    out = []
    above = int(rest.parents[bone])
    while above >= 0:
        out.append(above)
        above = int(rest.parents[above])
    return out


def _below(rest: RestRig, top: int) -> set[int]:
    found = {top}
    for bone, parent in enumerate(rest.parents):
        if int(parent) in found:
            found.add(bone)
    return found


@functools.lru_cache(maxsize=8)
def rest_turns(rest: RestRig) -> Mapping[str, np.ndarray]:
    """Part -> S (4,): from SMPL's T-pose to the rig's rest pose, body's frame."""
    found = dict.fromkeys(("Root", "Pelvis", "Spine", "Neck", "Head", "L_Collar", "R_Collar"), IDENTITY)
    for side in SIDES:
        for parts in (("Hip", "Knee", "Ankle"), ("Shoulder", "Elbow", "Wrist")):
            a, b, c = (rest.at(f"{side}_{part}") for part in parts)
            first = quaternion.between(OFFSET[f"{side}_{parts[1]}"], b - a)
            carried = quaternion.rotate(first, OFFSET[f"{side}_{parts[2]}"])
            found[f"{side}_{parts[0]}"] = first
            found[f"{side}_{parts[1]}"] = quaternion.multiply(quaternion.between(carried, c - b), first)
        found[f"{side}_Wrist"] = _hand(rest, side, found[f"{side}_Elbow"])
        found[f"{side}_Ankle"] = found[f"{side}_Foot"] = _foot(rest, side)
    return found


def _foot(rest: RestRig, side: str) -> np.ndarray:
    ankle = rest.at(f"{side}_Ankle")
    shin = ankle - rest.at(f"{side}_Knee")
    spread = np.arccos(np.clip(-shin[1] / np.linalg.norm(shin), -1.0, 1.0)) > SPREAD and not strides(rest)
    toes = rest.soles[side][1] - rest.soles[side][0] if rest.soles else Z
    own = _frame(-shin if spread else Y - (Y @ toes) / (toes @ toes) * toes, toes)
    return quaternion.from_matrix(own @ _frame(Y, OFFSET[f"{side}_Foot"]).T)


def _frame(up: np.ndarray, forward: np.ndarray) -> np.ndarray:
    """Columns left, up, forward; up exactly."""
    up = up / np.linalg.norm(up)
    forward = forward - (forward @ up) * up
    forward = forward / max(float(np.linalg.norm(forward)), 1e-12)
    return np.stack([np.cross(up, forward), up, forward], axis=-1)


def _hand(rest: RestRig, side: str, forearm: np.ndarray) -> np.ndarray:
    """The hand goes on with the forearm, swung to where the fingers begin and rolled as index and little finger lie."""
    wrist = rest.index(f"{side}_Wrist")
    joints = rest.joints()
    fingers = {}
    for bone in sorted(_below(rest, wrist) - {wrist}):
        name = read_name(rest.names[bone])
        kind = next((word for word in ("index", "pinky", "little", "middle", "mid") if word in name.stem), "")
        if kind and kind not in fingers and np.linalg.norm(joints[bone] - joints[wrist]) > 0.02 * rest.leg:
            fingers[kind] = joints[bone]
    first, last = fingers.get("index"), fingers.get("pinky", fingers.get("little"))
    middle = fingers.get("middle", fingers.get("mid"))
    if first is not None and last is not None:
        middle = 0.5 * (first + last)
    if middle is None:
        return forearm
    along = middle - joints[wrist]
    swing = quaternion.multiply(quaternion.between(quaternion.rotate(forearm, OFFSET[f"{side}_Hand"]), along), forearm)
    if first is None or last is None:
        return swing
    # SMPL's palms face down at rest, so across the palm, from little finger to index, lies +Z.
    across = quaternion.rotate(swing, Z)
    wanted = first - last
    axis = along / np.linalg.norm(along)
    u, v = (w - (w @ axis) * axis for w in (across, wanted))
    angle = float(np.arctan2(np.cross(u, v) @ axis, u @ v))
    return quaternion.multiply(quaternion.from_axis_angle(axis, np.asarray(angle)), swing)


def spine_levels(count: int, levels: int = 3) -> dict[int, int]:
    """SMPL level (1..levels) -> which of `count` bones (0..) plays it. Reading back what was written is then exact for
    up to `levels` bones."""
    if count >= levels:
        return {level: round(level * count / levels) - 1 for level in range(1, levels + 1)}
    return {levels - count + 1 + bone: bone for bone in range(count)}


def _spread(rest: RestRig, part: str, below: np.ndarray, known: list[np.ndarray]) -> dict[int, np.ndarray]:
    """Bones of a chain -> (T, 4): bones with a level of their own take it, others lie between their neighbours.

    `below` is the rotation under the chain, `known` those of SMPL's joints in it.
    """
    bones = rest.chain(part)
    own = {bone: known[level - 1] for level, bone in spine_levels(len(bones), len(known)).items()}
    out: dict[int, np.ndarray] = {}
    last, start = below, -1
    for number, bone in enumerate(bones):
        if number in own:
            out[bone] = own[number]
            last, start = own[number], number
        else:
            stop = min(other for other in own if other > number)
            share = np.full(len(below), (number - start) / (stop - start))
            out[bone] = quaternion.slerp(last, own[stop], share)
    return out


def to_rig(motion: Motion, rest: RestRig) -> RigPose:
    """A motion on SMPL's body as the rig's pose. Raises SkeletonError for another skeleton."""
    if motion.skeleton.names != SMPL_BODY.names:
        raise SkeletonError("only a motion on the SMPL skeleton fits a rig; convert it first")
    world = dict(zip(SMPL_BODY.names, np.moveaxis(motion.global_rotations(), 1, 0), strict=True))
    wanted: dict[int, np.ndarray] = {rest.index("Pelvis"): world["Pelvis"]}
    wanted |= _spread(rest, "Spine", world["Pelvis"], [world[f"Spine{level}"] for level in (1, 2, 3)])
    wanted |= _spread(rest, "Neck", world["Spine3"], [world["Neck"]])
    turns = rest_turns(rest)
    for part, turn in turns.items():
        if part in world and part in rest.mapping.bones and part not in ("Pelvis", "Neck"):
            back = quaternion.multiply(world[part], quaternion.conjugate(turn))
            wanted |= dict.fromkeys(rest.chain(part), back)
    out = carried(rest, wanted, len(motion))
    scale = rest.leg / LEG
    hips = scale * (motion.root_translation + quaternion.rotate(world["Pelvis"], HIPS))
    hips[:, 1] += rest.hips_height - scale * HIPS_ABOVE_SOLES
    return RigPose(rest, out, hips, motion.fps)


def carried(rest: RestRig, wanted: dict[int, np.ndarray], frames: int) -> np.ndarray:
    """(T, B, 4): the wanted bones as given, all others turned with their parents."""
    out = np.tile(IDENTITY, (frames, len(rest.names), 1))
    for bone, parent in enumerate(rest.parents):
        if bone in wanted:
            out[:, bone] = wanted[bone]
        elif parent >= 0 and rest.inherits[bone]:
            out[:, bone] = out[:, parent]
    return out


def from_rig(pose: RigPose) -> Motion:
    """The rig's pose on SMPL's body: the inverse of `to_rig` for every part that the rig has."""
    rest, turns = pose.rest, rest_turns(pose.rest)
    count = len(pose)

    def own(part: str) -> np.ndarray:
        return quaternion.multiply(pose.turns[:, rest.index(part)], turns[part])

    world = {"Pelvis": own("Pelvis")}
    bones = rest.chain("Spine")
    levels = {0: world["Pelvis"]} | {level: pose.turns[:, bones[k]] for level, k in spine_levels(len(bones)).items()}
    for level in (1, 2, 3):
        low = max(known for known in levels if known <= level)
        high = min((known for known in levels if known >= level), default=low)
        share = np.full(count, (level - low) / max(high - low, 1))
        world[f"Spine{level}"] = quaternion.slerp(levels[low], levels[high], share)
    neck = rest.chain("Neck")
    head = own("Head") if rest.index("Head") is not None else None
    if neck:
        world["Neck"] = pose.turns[:, neck[-1]]
        world["Head"] = world["Neck"] if head is None else head
    else:
        world["Head"] = world["Spine3"] if head is None else head
        world["Neck"] = quaternion.slerp(world["Spine3"], world["Head"], np.full(count, 0.5))
    for side in SIDES:
        above = "Spine3"
        for part in ("Collar", "Shoulder", "Elbow", "Wrist"):
            name = f"{side}_{part}"
            world[name] = own(name) if rest.index(name) is not None else world[above]
            above = name
        for part in ("Hip", "Knee", "Ankle", "Foot"):
            name = f"{side}_{part}"
            world[name] = own(name) if rest.index(name) is not None else world[f"{side}_Ankle"]
    stacked = np.stack([world[name] for name in SMPL_BODY.names], axis=1)
    local = stacked.copy()
    parents = SMPL_BODY.parents[1:]
    local[:, 1:] = quaternion.multiply(quaternion.conjugate(stacked[:, parents]), stacked[:, 1:])
    return Motion(quaternion.unroll(local), root_of(pose), pose.fps, SMPL_BODY)


def root_of(pose: RigPose) -> np.ndarray:
    """(T, 3) the root's way in the motion that `from_rig` makes of a pose; it turns as the pelvis does."""
    scale = pose.rest.leg / LEG
    hips = pose.hips - np.array([0.0, pose.rest.hips_height - scale * HIPS_ABOVE_SOLES, 0.0])
    return hips / scale - quaternion.rotate(pose.turns[:, pose.rest.index("Pelvis")], HIPS)


def basis(rest: RestRig, bone: int, turn: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """(T, 4) for a bone's rotation channel, from its turn and its parent's (T, 4) in the body's frame.

    With b the turn from armature to body and m the bone's rest rotation in the armature:  m^-1 b^-1 P^-1 D b m.
    """
    frame = quaternion.multiply(rest.body, rest.turns[bone])
    local = quaternion.multiply(quaternion.conjugate(parent), turn)
    return quaternion.multiply(quaternion.multiply(quaternion.conjugate(frame), local), frame)
