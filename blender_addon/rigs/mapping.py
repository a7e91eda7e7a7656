"""Which bone plays which part of the body: a table that can be edited, saved as JSON and given to others."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from kinema.errors import FormatError, SkeletonError
from kinema.protocol.anatomy import SIDES

CHAINS = ("Spine", "Neck")
"""Parts that are chains of any length, lowest bone first; the head is no part of the neck."""

LIMB_PARTS = ("Collar", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle", "Foot")
"""Joints at which a bone begins, on either side: "L_Elbow" is the left forearm. "Foot" are the toes."""

PARTS = ("Root", "Pelvis", *CHAINS, "Head", *(f"{side}_{part}" for side in SIDES for part in LIMB_PARTS))
"""Everything that a bone can be. "Root" is a bone above the pelvis that may carry the way over the ground."""

REQUIRED = tuple(part for part in PARTS if part == "Pelvis" or part[2:] in LIMB_PARTS[1:7])
"""Without these no motion can be written; spine, neck, head, collars and toes may be missing."""

VERSION = 1


@dataclass(frozen=True)
class BoneMapping:
    """`rig`: name of the kind of rig. `bones`: part -> bones. Chains have theirs lowest first; elsewhere the first bone
    is the part's own, and others turn with it (several toes)."""

    rig: str
    bones: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.bones) - set(PARTS))
        if unknown:
            raise SkeletonError(f"{unknown[0]!r} is no part of a body; parts are {', '.join(PARTS)}")
        object.__setattr__(self, "bones", {part: tuple(self.bones[part]) for part in PARTS if self.bones.get(part)})

    def first(self, part: str) -> str | None:
        """The part's own bone, or None."""
        return self.bones[part][0] if part in self.bones else None

    def check(self, present: Collection[str], owner: str) -> None:
        """Raises SkeletonError naming what is missing, doubled or not among the bones that are `present`."""
        missing = [part for part in REQUIRED if part not in self.bones]
        if missing:
            raise SkeletonError(
                f"{owner} has no bone for {', '.join(missing[:5])}; set it in the panel Bones or load a mapping file"
            )
        listed = [bone for bones in self.bones.values() for bone in bones]
        absent = [bone for bone in listed if bone not in present]
        if absent:
            raise SkeletonError(
                f"{owner} has no bone {absent[0]!r} that its mapping names; correct it in the panel Bones"
            )
        twice = sorted({bone for bone in listed if listed.count(bone) > 1})
        if twice:
            raise SkeletonError(f"the bone {twice[0]!r} of {owner} plays two parts; correct it in the panel Bones")

    def to_json(self) -> str:
        """JSON text, one part a line."""
        table = {part: list(bones) for part, bones in self.bones.items()}
        return json.dumps({"kinema_mapping": VERSION, "rig": self.rig, "bones": table}, indent=1)


def from_json(text: str, name: str = "the mapping") -> BoneMapping:
    """What `to_json` wrote. Raises FormatError for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise FormatError(f"{name} is no JSON; save a mapping from the panel Bones to see its form") from None
    if not isinstance(found, dict) or found.get("kinema_mapping") != VERSION or not isinstance(found.get("rig"), str):
        raise FormatError(f"{name} is no mapping of version {VERSION}; save one from the panel Bones to see its form")
    bones = found.get("bones")
    if not isinstance(bones, dict) or not all(
        isinstance(value, list) and all(isinstance(bone, str) for bone in value) for value in bones.values()
    ):
        raise FormatError(f'{name} needs "bones" with a list of bone names for each part')
    try:
        return BoneMapping(found["rig"], {part: tuple(value) for part, value in bones.items()})
    except SkeletonError as error:
        raise FormatError(f"{name} cannot be used: {error}") from None


def read(path: Path) -> BoneMapping:
    """A mapping file. Raises FormatError, or OSError from the system."""
    try:
        return from_json(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError:
        raise FormatError(f"{path.name} is no text; choose a mapping saved from the panel Bones") from None


def write(path: Path, mapping: BoneMapping) -> None:
    """Save a mapping for others."""
    path.write_text(mapping.to_json() + "\n", encoding="utf-8")
