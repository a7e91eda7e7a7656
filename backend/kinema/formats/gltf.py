"""Animations of glTF 2.0 files (.glb, .gltf) -> Motions.

What is read: the animations of one figure, which is the skin with the most animated joints, or the tree with the most
animated nodes when there is no skin. The figure's root is its pelvis: the deepest joint that carries both legs and the
head by their names, or the deepest that carries all joints when names do not tell. Everything above it (armature
objects, root bones, their scale, turn and movement) is folded into the root's motion. Joints beside the pelvis, such as
IK controls, are dropped.

The Motion's rest pose is the file's (its nodes' own transforms) seen in the world's axes: at identity the figure stands
as the file shows it unanimated. Scale is taken from the rest pose. Translations of joints below the root are not
represented and keep their rest values.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..errors import FormatError, MotionError
from ..protocol import quaternion
from ..protocol.motion import Motion, Skeleton
from .gltf_file import GltfFile
from .gltf_nodes import MAX_SECONDS, NodeTree, Track, read_tracks, read_tree, track_values

FPS = 30.0
_LEG = re.compile(r"thigh|leg|femur|knee", re.IGNORECASE)
_HEAD = re.compile(r"head|neck", re.IGNORECASE)
_CONTROL = re.compile(r"IK|(?i:(^|[^a-z])ik([^a-z]|$)|control|ctrl|pole|target|helper)")
MAX_ROTATIONS = 20_000_000
"""Frames times joints over all animations of a file; more would not fit into memory."""


def read(path: str | Path, animation: str | None = None) -> Motion:
    """The animation of that name, or the longest one. Raises FormatError when there is none."""
    motions = read_all(path)
    if animation is None:
        return max(motions.values(), key=len)
    if animation not in motions:
        raise FormatError(f"{Path(path).name} has no animation '{animation}'; it has {', '.join(list(motions)[:20])}")
    return motions[animation]


def read_all(path: str | Path, fps: float = FPS) -> dict[str, Motion]:
    """Every animation of the figure under its name, sampled at `fps` from its first key to its last.

    Raises FormatError when the file is damaged, holds no animation or none that moves a skeleton.
    """
    file = GltfFile(path)
    animations = file.items("animations")
    if not animations:
        raise FormatError(f"{file.name} holds no animation; export it with its animations or choose another file")
    tree = read_tree(file)
    tracks = [read_tracks(file, animation) for animation in animations]
    joints = _figure(file, tree, tracks)
    motions: dict[str, Motion] = {}
    names = _distinct([str(animation.get("name") or f"animation {k + 1}") for k, animation in enumerate(animations)])
    moving = {*joints, *tree.above(joints[0])}
    rotations = 0
    for name, channels in zip(names, tracks, strict=True):
        used = {key: track for key, track in channels.items() if key[0] in moving}
        if not used:
            continue
        at = _sample_times(used, fps)
        rotations += len(at) * len(moving)
        if rotations > MAX_ROTATIONS:
            raise FormatError(f"{file.name} holds more animation than fits into memory; export fewer clips at once")
        try:
            motions[name] = _sample(tree, joints, used, at, fps, file.name)
        except (MotionError, ValueError) as error:
            raise FormatError(f"{file.name} has an animation '{name}' that cannot be used: {error}") from None
    if not motions:
        raise FormatError(f"{file.name} holds animations, but none turns the joints of a skeleton")
    return motions


def _figure(file: GltfFile, tree: NodeTree, tracks: list[dict[tuple[int, str], Track]]) -> list[int]:
    """The figure's joints, root first and parents before children."""
    animated = {node for channels in tracks for node, path in channels if path == "rotation"}
    skins = [set(file.indices(skin, "joints", "nodes")) for skin in file.items("skins")]
    chosen = max(skins, key=lambda joints: len(joints & animated), default=set())
    if not chosen & animated:
        chosen = _unskinned(file, tree, animated)
    if not chosen:
        raise FormatError(f"{file.name} holds animations, but none turns the joints of a skeleton")
    return _below(tree, chosen, _pelvis(tree, chosen))


def _unskinned(file: GltfFile, tree: NodeTree, animated: set[int]) -> set[int]:
    """The tree with the most animated nodes, without meshes and cameras that are not animated themselves."""
    tops: dict[int, int] = {}
    for node in tree.order:
        tops[node] = tops.get(tree.parents[node], node)
    counts: dict[int, int] = {}
    for node in animated:
        counts[tops[node]] = counts.get(tops[node], 0) + 1
    best = max(counts, key=lambda top: counts[top], default=-1)
    nodes = file.items("nodes")
    return {
        node
        for node, top in tops.items()
        if top == best and (node in animated or not {"mesh", "camera"} & set(nodes[node]))
    }


def _pelvis(tree: NodeTree, chosen: set[int]) -> int:
    """The deepest node over both legs and the head; the deepest over all of `chosen` when names do not tell."""
    body = [node for node in chosen if not _CONTROL.search(tree.names[node])]
    legs = {node for node in body if _LEG.search(tree.names[node])}
    heads = {node for node in body if _HEAD.search(tree.names[node])}
    tops = [node for node in legs if not legs & set(tree.above(node))]
    named = set(tops) | heads if len(tops) >= 2 and heads else chosen
    common: list[int] | None = None
    for node in named:
        line = [node, *tree.above(node)]
        shared = set(line)
        common = line if common is None else [other for other in common if other in shared]
    if not common:
        return min(chosen, key=tree.order.index)
    return common[0]


def _below(tree: NodeTree, chosen: set[int], root: int) -> list[int]:
    """`root`, the chosen nodes under it and what lies between, parents first."""
    keep = {root}
    for node in chosen:
        line = [node, *tree.above(node)]
        if root in line:
            keep.update(line[: line.index(root)])
    return [node for node in tree.order if node in keep]


def _sample_times(tracks: dict[tuple[int, str], Track], fps: float) -> np.ndarray:
    """(T,) seconds from the first key to the last."""
    start = min(float(times[0]) for _, times, _ in tracks.values())
    stop = max(float(times[-1]) for _, times, _ in tracks.values())
    return start + np.arange(int(np.floor(min(stop - start, MAX_SECONDS) * fps + 1e-4)) + 1) / fps


def _sample(
    tree: NodeTree, joints: list[int], tracks: dict[tuple[int, str], Track], at: np.ndarray, fps: float, name: str
) -> Motion:
    line = [*reversed(tree.above(joints[0])), *joints]
    if np.any(tree.scales[line] <= 0.0):
        raise FormatError(f"{name} has a mirrored or flattened skeleton (scale below zero); apply its scale and export")

    rest_place, rest_turn, size = {-1: np.zeros(3)}, {-1: np.array([1.0, 0.0, 0.0, 0.0])}, {-1: np.ones(3)}
    place, turn = {-1: np.zeros((len(at), 3))}, {-1: np.tile(rest_turn[-1], (len(at), 1))}
    for node in line:
        parent = tree.parents[node]
        local = tree.translations[node] * size[parent]
        rest_place[node] = rest_place[parent] + quaternion.rotate(rest_turn[parent], local)
        rest_turn[node] = quaternion.multiply(rest_turn[parent], tree.rotations[node])
        size[node] = size[parent] * tree.scales[node]
        moved = track_values(tracks, node, "translation", tree.translations[node], at) * size[parent]
        place[node] = place[parent] + quaternion.rotate(turn[parent], moved)
        turn[node] = quaternion.multiply(turn[parent], track_values(tracks, node, "rotation", tree.rotations[node], at))

    # With W a joint's world rotation in a frame and G at rest, W G^-1 is its rotation from the rest pose.
    from_rest = {node: quaternion.multiply(turn[node], quaternion.conjugate(rest_turn[node])) for node in joints}
    rotations = np.empty((len(at), len(joints), 4))
    rotations[:, 0] = from_rest[joints[0]]
    offsets = np.zeros((len(joints), 3))
    for index, node in enumerate(joints[1:], start=1):
        parent = tree.parents[node]
        rotations[:, index] = quaternion.multiply(quaternion.conjugate(from_rest[parent]), from_rest[node])
        offsets[index] = rest_place[node] - rest_place[parent]
    where = {node: index for index, node in enumerate(joints)}
    parents = np.array([-1, *(where[tree.parents[node]] for node in joints[1:])])
    skeleton = Skeleton(tuple(_distinct([tree.names[node] for node in joints])), parents, offsets)
    return Motion(rotations, place[joints[0]], fps, skeleton)


def _distinct(names: list[str]) -> list[str]:
    """glTF lets nodes share a name: later ones get a number."""
    seen: set[str] = set()
    out = []
    for name in names:
        number, free = 2, name
        while free in seen:
            free, number = f"{name}_{number}", number + 1
        seen.add(free)
        out.append(free)
    return out
