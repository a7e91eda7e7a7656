"""Animations of glTF 2.0 files (.glb, .gltf) -> Motions.

What is read: the animations of one figure, which is the skin with the most animated joints, or all animated nodes when
there is no skin. The figure's root is its pelvis: the deepest joint that carries both legs and the head by their names,
or the topmost animated joint when names do not tell. Everything above it (armature objects, root bones, their scale,
turn and movement) is folded into the root's motion. Joints beside the pelvis, such as IK controls, are dropped.

The Motion's rest pose is the file's (its nodes' own transforms) seen in the world's axes: at identity the figure stands
as the file shows it unanimated. Scale is taken from the rest pose. Translations of joints below the root are not
represented and keep their rest values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FormatError, MotionError
from ..geometry import quaternion_from_matrix
from ..protocol import quaternion
from ..protocol.motion import Motion, Skeleton
from .gltf_file import GltfFile

FPS = 30.0
MAX_SECONDS = 3600.0
MAX_NODES = 20_000
_LEG = re.compile(r"thigh|leg|femur|knee", re.IGNORECASE)
_HEAD = re.compile(r"head|neck", re.IGNORECASE)
_CONTROL = re.compile(r"ik|control|ctrl|pole|target|roll|helper", re.IGNORECASE)
_WIDTHS = {"translation": 3, "rotation": 4}


@dataclass(frozen=True, eq=False)
class _Tree:
    """The file's nodes, parents before children in `order`; transforms are the unanimated ones, local to the parent."""

    names: list[str]
    parents: list[int]
    order: list[int]
    translations: np.ndarray  # (N, 3)
    rotations: np.ndarray  # (N, 4) wxyz
    scales: np.ndarray  # (N, 3)

    def above(self, node: int) -> list[int]:
        """The node's ancestors, nearest first."""
        found = []
        while (node := self.parents[node]) >= 0:
            found.append(node)
        return found


Track = tuple[str, np.ndarray, np.ndarray]
"""Interpolation, times (K,) in seconds, values (K, n) or (3 K, n) for CUBICSPLINE."""


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
    tree = _read_tree(file)
    tracks = [_read_tracks(file, animation) for animation in animations]
    joints = _figure(file, tree, tracks)
    motions: dict[str, Motion] = {}
    names = _distinct([str(animation.get("name") or f"animation {k + 1}") for k, animation in enumerate(animations)])
    moving = {*joints, *tree.above(joints[0])}
    for name, channels in zip(names, tracks, strict=True):
        used = {key: track for key, track in channels.items() if key[0] in moving}
        if not used:
            continue
        try:
            motions[name] = _sample(tree, joints, used, fps, file.name)
        except (MotionError, ValueError) as error:
            raise FormatError(f"{file.name} has an animation '{name}' that cannot be used: {error}") from None
    if not motions:
        raise FormatError(f"{file.name} holds animations, but none turns the joints of a skeleton")
    return motions


def _read_tree(file: GltfFile) -> _Tree:
    nodes = file.items("nodes")
    if not 0 < len(nodes) <= MAX_NODES:
        raise FormatError(f"{file.name} has {len(nodes)} nodes; a character has 1 to {MAX_NODES}")
    parents = [-1] * len(nodes)
    for index, node in enumerate(nodes):
        for child in node.get("children", []):
            file.item("nodes", child)
            if parents[child] >= 0 or child == index:
                raise FormatError(f"{file.name} has a node with two parents; it is damaged, export it again")
            parents[child] = index
    order = [index for index in range(len(nodes)) if parents[index] < 0]
    for index in order:
        order.extend(nodes[index].get("children", []))
    if len(order) != len(nodes):
        raise FormatError(f"{file.name} has nodes that are their own ancestors; it is damaged, export it again")
    translations = np.zeros((len(nodes), 3))
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (len(nodes), 1))
    scales = np.ones((len(nodes), 3))
    for index, node in enumerate(nodes):
        try:
            translations[index], rotations[index], scales[index] = _transform(node)
        except (TypeError, ValueError):
            raise FormatError(f"{file.name} has a damaged transform in node {index}; export it again") from None
    names = [str(node.get("name") or f"node {index}") for index, node in enumerate(nodes)]
    return _Tree(names, parents, order, translations, rotations, scales)


def _transform(node: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Translation, rotation wxyz and scale of a node. Raises ValueError when there is no such reading."""
    if "matrix" in node:
        matrix = np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
        scale = np.linalg.norm(matrix[:3, :3], axis=0)
        if np.linalg.det(matrix[:3, :3]) <= 0.0 or not np.all(np.isfinite(matrix)):
            raise ValueError("mirrored or flat")
        return matrix[:3, 3], quaternion_from_matrix(matrix[:3, :3] / scale), scale
    translation = np.array(node.get("translation", [0, 0, 0]), dtype=np.float64).reshape(3)
    xyzw = np.array(node.get("rotation", [0, 0, 0, 1]), dtype=np.float64).reshape(4)
    scale = np.array(node.get("scale", [1, 1, 1]), dtype=np.float64).reshape(3)
    if not np.all(np.isfinite(np.concatenate([translation, scale]))):
        raise ValueError("not finite")
    return translation, quaternion.normalize(xyzw[[3, 0, 1, 2]]), scale


def _read_tracks(file: GltfFile, animation: dict[str, Any]) -> dict[tuple[int, str], Track]:
    """(node, path) -> its keys, for translations and rotations."""
    samplers = animation.get("samplers", [])
    tracks: dict[tuple[int, str], Track] = {}
    try:
        for channel in animation.get("channels", []):
            target = channel["target"]
            if target.get("path") not in _WIDTHS or "node" not in target:
                continue
            sampler = samplers[channel["sampler"]]
            kind = sampler.get("interpolation", "LINEAR")
            times, values = file.accessor(sampler["input"])[:, 0], file.accessor(sampler["output"])
            file.item("nodes", target["node"])
            if (
                kind not in ("STEP", "LINEAR", "CUBICSPLINE")
                or not len(times)
                or values.shape != (len(times) * (3 if kind == "CUBICSPLINE" else 1), _WIDTHS[target["path"]])
                or np.any(np.diff(times) < 0.0)
                or times[-1] - times[0] > MAX_SECONDS
            ):
                raise FormatError(f"{file.name} has a damaged animation channel of {target['path']}; export it again")
            tracks[target["node"], target["path"]] = (kind, times, values)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise FormatError(f"{file.name} has a damaged animation ({type(error).__name__}: {error})") from None
    return tracks


def _figure(file: GltfFile, tree: _Tree, tracks: list[dict[tuple[int, str], Track]]) -> list[int]:
    """The figure's joints, root first and parents before children."""
    animated = {node for channels in tracks for node, path in channels if path == "rotation"}
    skins = [_skin_joints(file, skin) for skin in file.items("skins")]
    chosen = max(skins, key=lambda joints: len(joints & animated), default=set())
    if not chosen & animated:
        trees: dict[int, set[int]] = {}
        for node in animated:
            trees.setdefault([node, *tree.above(node)][-1], set()).add(node)
        chosen = max(trees.values(), key=len, default=set())
    if not chosen:
        raise FormatError(f"{file.name} holds animations, but none turns the joints of a skeleton")
    return _below(tree, chosen, _pelvis(tree, chosen))


def _skin_joints(file: GltfFile, skin: dict[str, Any]) -> set[int]:
    joints = skin.get("joints", [])
    for joint in joints:
        file.item("nodes", joint)
    return set(joints)


def _pelvis(tree: _Tree, chosen: set[int]) -> int:
    """The deepest node over both legs and the head; the deepest over all of `chosen` when names do not tell."""
    body = [node for node in chosen if not _CONTROL.search(tree.names[node])]
    legs = {node for node in body if _LEG.search(tree.names[node])}
    heads = {node for node in body if _HEAD.search(tree.names[node])}
    tops = [node for node in legs if not legs & set(tree.above(node))]
    named = set(tops) | heads if len(tops) >= 2 and heads else chosen
    common: list[int] | None = None
    for node in named:
        line = [node, *tree.above(node)]
        common = line if common is None else [other for other in common if other in set(line)]
    if not common:
        return min(chosen, key=tree.order.index)
    return common[0]


def _below(tree: _Tree, chosen: set[int], root: int) -> list[int]:
    """`root`, the chosen nodes under it and what lies between, parents first."""
    keep = {root}
    for node in chosen:
        line = [node, *tree.above(node)]
        if root in line:
            keep.update(line[: line.index(root)])
    return [node for node in tree.order if node in keep]


def _sample(tree: _Tree, joints: list[int], tracks: dict[tuple[int, str], Track], fps: float, name: str) -> Motion:
    start = min(times[0] for _, times, _ in tracks.values())
    stop = max(times[-1] for _, times, _ in tracks.values())
    at = start + np.arange(int(np.floor((stop - start) * fps + 1e-4)) + 1) / fps
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
        moved = _track(tracks, node, "translation", tree.translations[node], at) * size[parent]
        place[node] = place[parent] + quaternion.rotate(turn[parent], moved)
        turn[node] = quaternion.multiply(turn[parent], _track(tracks, node, "rotation", tree.rotations[node], at))

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


def _track(tracks: dict[tuple[int, str], Track], node: int, path: str, rest: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(T, 3) translation or (T, 4) wxyz rotation of a node at the times `at`."""
    if (node, path) not in tracks:
        return np.tile(rest, (len(at), 1))
    values = interpolate(*tracks[node, path], at, is_rotation=path == "rotation")
    return values[:, [3, 0, 1, 2]] if path == "rotation" else values


def interpolate(kind: str, times: np.ndarray, values: np.ndarray, at: np.ndarray, is_rotation: bool) -> np.ndarray:
    """Values (T, n) of keys at the times `at`, held before the first and after the last key (glTF 2.0, appendix C).

    Rotations come out as unit quaternions in the component order of `values`.
    """
    high = np.clip(np.searchsorted(times, at, side="right"), 1, max(len(times) - 1, 1))
    high = np.minimum(high, len(times) - 1)
    low = np.maximum(high - 1, 0)
    span = np.maximum(times[high] - times[low], 1e-9)
    part = np.clip((at - times[low]) / span, 0.0, 1.0)
    if kind == "STEP":
        out = values[np.where(part >= 1.0, high, low)]
    elif kind == "CUBICSPLINE":
        t, d = part[:, None], span[:, None]
        keys = values.reshape(len(times), 3, -1)
        out = (
            (2 * t**3 - 3 * t**2 + 1) * keys[low, 1]
            + d * (t**3 - 2 * t**2 + t) * keys[low, 2]
            + (-2 * t**3 + 3 * t**2) * keys[high, 1]
            + d * (t**3 - t**2) * keys[high, 0]
        )
    elif is_rotation:
        return quaternion.slerp(quaternion.normalize(values[low]), quaternion.normalize(values[high]), part)
    else:
        out = values[low] * (1.0 - part[:, None]) + values[high] * part[:, None]
    return quaternion.normalize(out) if is_rotation else out
