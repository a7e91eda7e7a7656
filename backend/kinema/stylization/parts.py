"""Which joints a body part moves, and a motion made of two: the styled parts of one, the rest of the other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ..protocol.messages import PARTS
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY

_ARM = ("Collar", "Shoulder", "Elbow", "Wrist")
_LEG = ("Hip", "Knee", "Ankle", "Foot")
JOINTS: dict[str, tuple[str, ...]] = {
    "head": ("Neck", "Head"),
    "torso": ("Spine1", "Spine2", "Spine3"),
    "left_arm": tuple(f"L_{joint}" for joint in _ARM),
    "right_arm": tuple(f"R_{joint}" for joint in _ARM),
    "left_leg": tuple(f"L_{joint}" for joint in _LEG),
    "right_leg": tuple(f"R_{joint}" for joint in _LEG),
}
"""Body part -> its joints. The pelvis and the way of the root belong to both legs together, which carry them."""


def blend_parts(content: Motion, styled: Motion, parts: Collection[str]) -> Motion:
    """`styled` in `parts`, `content` elsewhere; both on the SMPL body, of one length. All parts give `styled`."""
    if set(parts) == set(PARTS):
        return styled
    rotations = np.array(content.rotations)
    joints = [SMPL_BODY.index(joint) for part in parts for joint in JOINTS[part]]
    root = content.root_translation
    if {"left_leg", "right_leg"} <= set(parts):
        joints.append(0)
        root = styled.root_translation
    rotations[:, joints] = styled.rotations[:, joints]
    return replace(content, rotations=rotations, root_translation=root)
