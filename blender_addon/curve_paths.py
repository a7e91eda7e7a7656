"""Blender's curves and empties as the path that a root follows and as goals that hands and feet reach."""

from __future__ import annotations

import bpy
import numpy as np

from kinema.errors import RequestError

from . import axes, keyframes, playing, standing
from .rigs import rig_of

SPACING = 0.1
"""Seconds between the points of a path that is sent."""

MOST_POINTS = 3000


def from_world(armature: bpy.types.Object | None) -> np.ndarray:
    """(4, 4) from the world to the frame and size of motions for this character, or for a new one at the origin."""
    rig = rig_of(armature)
    if armature is not None and rig is not None:
        return np.linalg.inv(standing.to_world(armature, rig))
    out = np.eye(4)
    out[:3, :3] = axes.vectors(np.eye(3))
    return out


def line_of(curve: bpy.types.Object) -> np.ndarray:
    """(N, 3) points along the first spline of a curve object, in the world, a closed one back to its beginning.

    Raises RequestError for a curve without length.
    """
    data = curve.data.copy()
    data.bevel_depth = data.extrude = 0.0
    data.bevel_object = None
    bare = bpy.data.objects.new("kinema path", data)
    try:
        mesh = bare.to_mesh()
        points = np.array([vertex.co for vertex in mesh.vertices], dtype=np.float64).reshape(-1, 3)
        order = _first_chain([tuple(edge.vertices) for edge in mesh.edges])
        bare.to_mesh_clear()
    finally:
        bpy.data.objects.remove(bare)
        bpy.data.curves.remove(data)
    points = points[order]
    if len(points) < 2 or np.linalg.norm(np.diff(points, axis=0), axis=1).sum() < 1e-6:
        raise RequestError(f"the curve {curve.name} has no length; draw it longer")
    matrix = np.array(curve.matrix_world)
    return np.asarray(points @ matrix[:3, :3].T + matrix[:3, 3])


def along(line: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """(M, 3) the points at shares 0..1 of the length of a line (N, 3)."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.clip(shares, 0.0, 1.0) * length[-1]
    return np.stack([np.interp(at, length, line[:, axis]) for axis in range(3)], axis=1)


def own_time(curve: bpy.types.Object, rate: float) -> tuple[float | None, np.ndarray, float]:
    """When and how a curve is followed by its own Evaluation Time: first frame, share of the length at points evenly
    spaced in time, and seconds. Without keys on it: None, and evenly in the curve's Path Duration frames."""
    data = curve.data
    frames = max(float(data.path_duration), 1.0)
    action = data.animation_data.action if data.animation_data is not None else None
    keyed = keyframes.curves_for(data, action).get(("eval_time", 0)) if action is not None else None
    if keyed is None or len(keyed.keyframe_points) < 2:
        times = _times(frames / rate)
        return None, times / times[-1], float(times[-1])
    first, last = keyed.range()
    times = _times((last - first) / rate)
    values = np.array([keyed.evaluate(first + time * rate) for time in times])
    return float(first), values / frames, float(times[-1])


def even(seconds: float) -> np.ndarray:
    """Shares of the length at points of time SPACING apart."""
    times = _times(seconds)
    return times / times[-1]


def timed(points: np.ndarray, seconds: float, delay: float, inverse: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """World points (N, 3), evenly spaced in time over `seconds` after `delay`, as (seconds, x, z)."""
    local = points @ inverse[:3, :3].T + inverse[:3, 3]
    times = delay + np.linspace(0.0, seconds, len(points))
    return tuple((round(float(t), 4), float(p[0]), float(p[2])) for t, p in zip(times, local, strict=True))


def waypoint(thing: bpy.types.Object, seconds: float, heading: bool, inverse: np.ndarray) -> tuple[float, ...]:
    """(seconds, x, z), with `heading` the degrees about +Y to which the object's front (-Y) points as well."""
    matrix = inverse @ np.array(thing.matrix_world)
    place = (float(seconds), float(matrix[0, 3]), float(matrix[2, 3]))
    if not heading:
        return place
    front = -matrix[:3, 1]
    return (*place, float(np.degrees(np.arctan2(front[0], front[2]))))


def goal_place(
    scene: bpy.types.Scene, thing: bpy.types.Object, frame: int, inverse: np.ndarray
) -> tuple[float, float, float]:
    """Where an object is at a frame, in the motion's frame."""
    x, y, z = (inverse @ playing.place_at(scene, thing, frame))[:3, 3]
    return float(x), float(y), float(z)


def _times(seconds: float) -> np.ndarray:
    count = int(np.clip(np.ceil(seconds / SPACING), 1, MOST_POINTS)) + 1
    return np.linspace(0.0, max(seconds, 1e-3), count)


def _first_chain(edges: list[tuple[int, int]]) -> list[int]:
    """Vertices in order along the edges that hang together with vertex 0; a ring comes back to it."""
    beside: dict[int, list[int]] = {}
    for a, b in edges:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    order, before = [0], -1
    while following := [vertex for vertex in beside.get(order[-1], []) if vertex != before]:
        before = order[-1]
        order.append(min(following) if len(order) == 1 else following[0])
        if order[-1] == 0:
            break
    return order
