"""What moves in a glTF 2.0 file: the tree of nodes and the keys of its animations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import FormatError
from ..geometry import quaternion_from_matrix
from ..protocol import quaternion
from .gltf_file import GltfFile

MAX_SECONDS = 3600.0
MAX_NODES = 20_000
MAX_DEPTH = 1000
_WIDTHS = {"translation": 3, "rotation": 4}


@dataclass(frozen=True, eq=False)
class NodeTree:
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


def read_tree(file: GltfFile) -> NodeTree:
    nodes = file.items("nodes")
    if not 0 < len(nodes) <= MAX_NODES:
        raise FormatError(f"{file.name} has {len(nodes)} nodes; a character has 1 to {MAX_NODES}")
    parents = [-1] * len(nodes)
    for index, node in enumerate(nodes):
        for child in file.indices(node, "children", "nodes"):
            if parents[child] >= 0 or child == index:
                raise FormatError(f"{file.name} has a node with two parents; it is damaged, export it again")
            parents[child] = index
    order = [index for index in range(len(nodes)) if parents[index] < 0]
    depth = dict.fromkeys(order, 0)
    for index in order:
        for child in nodes[index].get("children", []):
            order.append(child)
            depth[child] = depth[index] + 1
    if max(depth.values(), default=0) > MAX_DEPTH:
        raise FormatError(f"{file.name} has nodes nested more than {MAX_DEPTH} deep; that is no character")
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
    return NodeTree(names, parents, order, translations, rotations, scales)


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


def read_tracks(file: GltfFile, animation: dict[str, Any]) -> dict[tuple[int, str], Track]:
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


def track_values(
    tracks: dict[tuple[int, str], Track], node: int, path: str, rest: np.ndarray, at: np.ndarray
) -> np.ndarray:
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
