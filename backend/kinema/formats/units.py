"""Guessing the unit of a skeleton file that does not state one, by the height of the figure."""

import re

import numpy as np

from ..protocol.motion import Skeleton

UNITS = {1.0: 0.0, 0.01: 0.0, 0.001: 0.1, 0.0254 / 0.45: 0.05, 0.0254: 0.15, 0.1: 0.15}
"""Metres per unit -> handicap: how much worse (in log height) a rare unit may fit than a common one.

metres, centimetres, millimetres, CMU (0.45 inch), inches, decimetres.
"""

ANKLE_TO_HEAD = 1.5
"""Metres along the bones from an adult's ankle over the pelvis to the joint under the skull."""

_FOOT = re.compile(r"foot|ankle", re.IGNORECASE)
_HEAD = re.compile(r"head(?!.*(end|nub|tip|top))", re.IGNORECASE)


def guess_metres_per_unit(skeleton: Skeleton) -> float:
    """The unit among UNITS that makes the figure closest to an adult's size; `skeleton` is in the file's units.

    The size is the length along the bones from a foot over the pelvis to the head, which no pose, up axis or rest
    orientation changes. Without joints named foot (ankle) and head, it is the longest way along the bones between two
    joints, taken as 1.3 of that. A file of a child or a giant can be guessed wrong; readers let the caller say.
    """
    length = figure_length(skeleton)
    if length <= 0.0:
        return 0.01
    return min(UNITS, key=lambda unit: abs(np.log(length * unit / ANKLE_TO_HEAD)) + UNITS[unit])


def figure_length(skeleton: Skeleton) -> float:
    """Length along the bones from foot to head in the skeleton's own unit; 0 when there are no bones."""
    bones = np.linalg.norm(skeleton.offsets, axis=1)
    bones[0] = 0.0
    depth = np.zeros(len(skeleton))
    for joint in range(1, len(skeleton)):
        depth[joint] = depth[skeleton.parents[joint]] + bones[joint]
    feet = _shallowest(skeleton, depth, _FOOT)
    head = _shallowest(skeleton, depth, _HEAD)
    if feet and head:
        return float(np.median([_between(skeleton, depth, foot, head[0]) for foot in feet]))
    leaves = sorted(set(range(len(skeleton))) - set(skeleton.parents.tolist()), key=lambda leaf: -depth[leaf])[:64]
    longest = max((_between(skeleton, depth, a, b) for a in leaves for b in leaves if a < b), default=float(max(depth)))
    return longest / 1.3


def _shallowest(skeleton: Skeleton, depth: np.ndarray, pattern: re.Pattern[str]) -> list[int]:
    """Joints whose name matches while no ancestor's does, nearest to the root first."""
    found: list[int] = []
    inside = np.zeros(len(skeleton), dtype=bool)
    for joint, name in enumerate(skeleton.names):
        inside[joint] = joint > 0 and inside[skeleton.parents[joint]]
        if not inside[joint] and pattern.search(name):
            found.append(joint)
            inside[joint] = True
    return sorted(found, key=lambda joint: depth[joint])[:4]


def _between(skeleton: Skeleton, depth: np.ndarray, a: int, b: int) -> float:
    """Length along the bones from joint a to joint b."""
    above = set()
    joint = a
    while joint >= 0:
        above.add(joint)
        joint = int(skeleton.parents[joint])
    joint = b
    while joint not in above:
        joint = int(skeleton.parents[joint])
    return float(depth[a] + depth[b] - 2.0 * depth[joint])
