"""Where the parts of a human body are in a skeleton: by the joints' names, by the tree where names leave it open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import SkeletonError
from .joint_names import STEMS, JointName, read_name
from .motion import Skeleton

SIDES = ("L", "R")

_WORDS = {
    "Hip": "hips",
    "Knee": "knees",
    "Ankle": "ankles",
    "Shoulder": "upper arms",
    "Elbow": "elbows",
    "Wrist": "wrists",
}


@dataclass(frozen=True)
class Anatomy:
    """Indices into a source skeleton.

    `limbs`: "L_Hip", "L_Knee", ... "R_Wrist" -> joint; collars and toes ("L_Foot") only where the source has them.
    `pelvis`: joint that carries both legs. `spine`: joints above it up to the one that carries both arms, lowest first;
    may be empty. `neck`: joints between that one and the head. `head`: the head's own joint, or None.
    `hands`: "L"/"R" -> the joint whose rotation is the hand's: the wrist, or a joint at the same place that goes on
    from it.
    `fingers`: "L"/"R" -> first joints of the fingers without the thumb, `palms`: those of index and little finger,
    where the source has them.
    """

    limbs: dict[str, int]
    pelvis: int
    spine: tuple[int, ...]
    neck: tuple[int, ...]
    head: int | None
    hands: dict[str, int]
    fingers: dict[str, tuple[int, ...]]
    palms: dict[str, tuple[int, int]]

    @property
    def chest(self) -> int:
        """The joint that carries the arms; the pelvis where the source has no spine."""
        return self.spine[-1] if self.spine else self.pelvis

    def by_smpl_name(self) -> dict[str, int]:
        """SMPL joint name -> source joint, where a joint has its own; the spine's joints are spread over three."""
        joints = {"Pelvis": self.pelvis, **self.limbs}
        count = len(self.spine)
        if count >= 3:
            for level in (1, 2, 3):
                joints[f"Spine{level}"] = self.spine[round(level * count / 3) - 1]
        elif count == 2:
            joints["Spine1"], joints["Spine3"] = self.spine
        elif count == 1:
            joints["Spine3"] = self.spine[0]
        if self.neck:
            joints["Neck"] = self.neck[0]
        if self.head is not None:
            joints["Head"] = self.head
        return joints


def map_joints(skeleton: Skeleton) -> dict[str, int]:
    """SMPL joint name -> index of the source joint that plays it. Collars, toes, neck and spine joints may be missing.

    Raises SkeletonError naming what is missing when the skeleton has no hips, knees, ankles, upper arms, elbows and
    wrists on both sides, or neither head nor neck.
    """
    return find_anatomy(skeleton).by_smpl_name()


def find_anatomy(skeleton: Skeleton) -> Anatomy:
    """The body's parts in a skeleton. Raises SkeletonError as `map_joints` does."""
    tree = _Tree(skeleton)
    limbs: dict[str, int] = {}
    for side in SIDES:
        limbs |= tree.leg(side)
        limbs |= tree.arm(side)
    missing = [
        word if not any(f"{side}_{part}" in limbs for side in SIDES) else f"{'left' if side == 'L' else 'right'} {word}"
        for part, word in _WORDS.items()
        for side in SIDES
        if f"{side}_{part}" not in limbs
    ]
    if missing:
        raise _refusal(skeleton, list(dict.fromkeys(missing)))
    pelvis = tree.pelvis(limbs["L_Hip"], limbs["R_Hip"])
    chest = tree.common(limbs["L_Shoulder"], limbs["R_Shoulder"])
    chest = tree.below_neck(chest)
    spine = tuple(tree.path(tree.common(pelvis, chest), chest))
    neck, head = tree.neck_and_head(chest, spine)
    if head is None and not neck:
        raise _refusal(skeleton, ["head"])
    hands = {side: tree.hand(limbs[f"{side}_Wrist"]) for side in SIDES}
    fingers = {side: tree.fingers(limbs[f"{side}_Wrist"]) for side in SIDES}
    palms = {side: tree.palm(fingers[side]) for side in SIDES}
    return Anatomy(
        limbs,
        pelvis,
        spine,
        neck,
        head,
        hands,
        {side: found for side, found in fingers.items() if found},
        {side: found for side, found in palms.items() if found is not None},
    )


def _refusal(skeleton: Skeleton, missing: list[str]) -> SkeletonError:
    listed = ", ".join(missing[:-1]) + (" and " if len(missing) > 1 else "") + missing[-1]
    return SkeletonError(
        f"this skeleton does not look human: its {len(skeleton)} joints ({', '.join(skeleton.names[:4])} ...) have no "
        f"{listed} that can be recognised by name; rename them as in the SMPL, Mixamo or CMU skeletons"
    )


class _Tree:
    """A skeleton's tree with its names read."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.names: list[JointName] = [read_name(name) for name in skeleton.names]
        self.parents: list[int] = [int(parent) for parent in skeleton.parents]
        self.offsets: np.ndarray = skeleton.offsets
        self.children: list[list[int]] = [[] for _ in self.parents]
        self.depth = [0] * len(self.parents)
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                self.children[parent].append(joint)
                self.depth[joint] = self.depth[parent] + 1

    def ancestors(self, joint: int) -> list[int]:
        """The joint itself, its parent ... the root."""
        chain = [joint]
        while self.parents[chain[-1]] >= 0:
            chain.append(self.parents[chain[-1]])
        return chain

    def common(self, a: int, b: int) -> int:
        """Lowest joint that has both among its descendants or is one of them."""
        above = set(self.ancestors(a))
        return next(joint for joint in self.ancestors(b) if joint in above)

    def path(self, top: int, bottom: int) -> list[int]:
        """Joints from below `top` down to `bottom`, both in one line of descent."""
        chain = self.ancestors(bottom)
        return chain[: chain.index(top)][::-1]

    def candidates(self, part: str, side: str, taken: set[int]) -> list[tuple[int, int]]:
        """(rank of the stem, joint) of each joint whose name can mean `part`."""
        return [
            (STEMS[part].index(name.stem), joint)
            for joint, name in enumerate(self.names)
            if name.side == side
            and not name.helper
            and not name.finger
            and name.stem in STEMS[part]
            and joint not in taken
        ]

    def pick(self, part: str, side: str, above: int | None, taken: set[int]) -> int | None:
        """Best candidate: below `above` in the tree rather than elsewhere, better stem first, then nearest the root."""
        ranked = [
            (above is not None and above not in self.ancestors(joint), rank, self.depth[joint], joint)
            for rank, joint in self.candidates(part, side, taken)
        ]
        return min(ranked)[-1] if ranked else None

    def numbered(self, stem: str, side: str) -> list[int]:
        """Chain of three or more joints of one stem ("leg_joint_L_1", "leg_joint_L_2" ...), nearest the root first."""
        same = [
            joint for joint, name in enumerate(self.names) if (name.side, name.stem, name.helper) == (side, stem, False)
        ]
        same.sort(key=lambda joint: self.depth[joint])
        chain = same[:1]
        for joint in same[1:]:
            if self.parents[joint] == chain[-1]:
                chain.append(joint)
        return chain if len(chain) >= 3 else []

    def only_child(self, joint: int) -> int | None:
        """The child that goes on from `joint`, where no name says so: its only one, or the middle finger's."""
        children = [child for child in self.children[joint] if not self.names[child].helper] or self.children[joint]
        if len(children) == 1:
            return children[0]
        middle = [child for child in children if self.names[child].stem.startswith("mid")]
        return middle[0] if middle else None

    def leg(self, side: str) -> dict[str, int]:
        parts = ("Hip", "Knee", "Ankle", "Foot")
        if chain := self.numbered("leg", side):
            return {f"{side}_{part}": joint for part, joint in zip(parts, chain, strict=False)}
        return self.chain(side, parts, required=3)

    def arm(self, side: str) -> dict[str, int]:
        parts = ("Shoulder", "Elbow", "Wrist")
        if chain := self.numbered("arm", side):
            return {f"{side}_{part}": joint for part, joint in zip(parts, chain, strict=False)}
        found = self.chain(side, parts, required=3)
        elbow = found.get(f"{side}_Elbow")
        if elbow is not None and self.names[elbow].stem == "radius":
            # In ASF skeletons "wrist" is the end of the forearm, which turns about itself; "hand" bends at the wrist.
            hand = next((j for j, name in enumerate(self.names) if (name.side, name.stem) == (side, "hand")), None)
            found |= {} if hand is None else {f"{side}_Wrist": hand}
        shoulder = found.get(f"{side}_Shoulder")
        if shoulder is not None:
            collar = self.pick("Collar", side, None, set(found.values()))
            if collar is not None and collar in self.ancestors(shoulder):
                found[f"{side}_Collar"] = collar
        return found

    def chain(self, side: str, parts: tuple[str, ...], required: int) -> dict[str, int]:
        """A joint for each part by name; the first `required` by descent where only the one above is named."""
        found: dict[str, int] = {}
        above: int | None = None
        for number, part in enumerate(parts):
            joint = self.pick(part, side, above, set(found.values()))
            if joint is None and above is not None and 0 < number < required:
                joint = self.only_child(above)
            if joint is None:
                if number < required:
                    above = None
                continue
            found[f"{side}_{part}"] = above = joint
        return found

    def pelvis(self, left: int, right: int) -> int:
        """Joint that carries both legs; in old Biped files that is the spine, and the pelvis stands above it."""
        joint = self.common(left, right)
        if joint in (left, right):
            joint = max(self.parents[joint], 0)
        if self.names[joint].stem.startswith("spine"):
            for above in self.ancestors(joint):
                if self.names[above].stem in STEMS["Pelvis"]:
                    return above
        return joint

    def below_neck(self, chest: int) -> int:
        """Biped hangs the clavicles on the neck; the chest is then the joint below."""
        while "neck" in self.names[chest].stem and self.parents[chest] >= 0:
            chest = self.parents[chest]
        return chest

    def neck_and_head(self, chest: int, spine: tuple[int, ...]) -> tuple[tuple[int, ...], int | None]:
        head = self.pick("Head", "", chest, set())
        if head is None:
            necks = [joint for _, joint in self.candidates("Neck", "", set())]
            necks.sort(key=lambda joint: self.depth[joint])
            if not necks:
                return self.unnamed_neck(chest)
            return (tuple(necks[:-1]), necks[-1]) if len(necks) > 1 else (tuple(necks), None)
        below = self.common(chest, head)
        between = [joint for joint in self.path(below, head)[:-1] if joint not in spine]
        named = [joint for joint in between if "neck" in self.names[joint].stem]
        return tuple(named or between), head

    def unnamed_neck(self, chest: int) -> tuple[tuple[int, ...], int | None]:
        """Rigify numbers neck and head as spine: the chain without side that goes on above the chest."""
        chain: list[int] = []
        joint = chest
        while True:
            following = [c for c in self.children[joint] if not self.names[c].side and not self.names[c].helper]
            if len(following) != 1:
                break
            joint = following[0]
            chain.append(joint)
        if not chain:
            return (), None
        return tuple(chain[:-1]), chain[-1]

    def hand(self, wrist: int) -> int:
        """BVH conversions of CMU's data bend the hand in a joint "FingerBase" at the wrist's own place."""
        for joint in self.children[wrist]:
            name = self.names[joint]
            if name.stem in ("finger", "hand") and np.linalg.norm(self.offsets[joint]) < 1e-6:
                return joint
        return wrist

    def fingers(self, wrist: int) -> tuple[int, ...]:
        """First joints of the fingers below the wrist, or whatever begins there and lies off it; no thumb."""
        found = []
        for joint in range(wrist + 1, len(self.parents)):
            chain = self.ancestors(joint)
            if wrist not in chain or np.linalg.norm(self.offsets[joint]) < 1e-6:
                continue
            between = chain[: chain.index(wrist)]
            if any("thumb" in self.names[other].stem for other in between):
                continue
            if all(np.linalg.norm(self.offsets[other]) < 1e-6 for other in between[1:]):
                found.append(joint)
        return tuple(found)

    def palm(self, fingers: tuple[int, ...]) -> tuple[int, int] | None:
        """First joints of index and little finger."""
        index = [joint for joint in fingers if "index" in self.names[joint].stem]
        little = [joint for joint in fingers if any(word in self.names[joint].stem for word in ("pinky", "little"))]
        return (index[0], little[0]) if index and little else None
