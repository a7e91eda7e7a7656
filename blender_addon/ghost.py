"""Takes under review drawn over the viewport: no object, no action, nothing that a file could keep.

The bodies follow the timeline, so scrubbing plays them; `Review.playing` gives them a clock of their own. With
`Review.compare` all takes stand side by side.
"""

from __future__ import annotations

import contextlib
import functools
import time
from dataclasses import dataclass

import blf
import bpy
import gpu
import numpy as np
from bpy_extras.view3d_utils import location_3d_to_region_2d
from gpu_extras.batch import batch_for_shader

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.smpl import SMPL_BODY

from . import axes, editing, keyframes, placement, provenance, standing
from .editing import Place
from .placement import Placing
from .rigs import rig_of
from .takes import Take, review
from .timeline import placing_of

COLOURS = ((0.95, 0.55, 0.20), (0.25, 0.65, 0.95), (0.45, 0.80, 0.35), (0.85, 0.40, 0.80), (0.90, 0.80, 0.25))
_SPACING = 1.1
"""Metres between bodies that are compared."""
_SIDES = 8
_RINGS = ((0.0, 0.55), (0.12, 1.0), (0.75, 0.85), (1.0, 0.5))
"""Along a limb: where, and how thick."""
_THICK = {"Pelvis": 0.10, "Spine1": 0.11, "Spine2": 0.12, "Spine3": 0.09, "Neck": 0.05, "Hip": 0.085, "Knee": 0.055}
_THIN = 0.042
_LIGHT = np.array([0.35, -0.55, 0.75])


@dataclass(frozen=True, eq=False)
class Body:
    """A take as it is drawn: `positions` (T, J, 3) in the scene's world, Z up. `start`: the scene's frame of its first
    pose. `pace`: poses per frame of the scene."""

    take: str
    positions: np.ndarray
    start: float
    pace: float
    label: str

    @property
    def frames(self) -> float:
        """How many frames of the scene it lasts."""
        return max(1.0, len(self.positions) / self.pace)

    def pose(self, frame: float) -> np.ndarray:
        """(J, 3) at a frame of the scene, between two poses where it falls there; outside, the first or last pose."""
        at = float(np.clip((frame - self.start) * self.pace, 0.0, len(self.positions) - 1))
        low = int(at)
        high = min(low + 1, len(self.positions) - 1)
        return self.positions[low] + (at - low) * (self.positions[high] - self.positions[low])


_bodies: dict[tuple[object, ...], Body] = {}
_handles: list[object] = []


def body_of(take: Take, placing: Placing, scene: bpy.types.Scene, number: int) -> Body:
    """The take placed as Accept would place it; kept until one of the settings changes."""
    rate = keyframes.scene_rate(scene)
    target = placement.existing(placing.target)
    home = standing.home_of(target) if target is not None else np.eye(4)
    stand = take.result.notes.get("place") if placing.begin != "ORIGIN" else None
    key = (take.name, placing.loop, placing.in_place, placing.frames, take.start, rate, tuple(stand or ()), number)
    key += (placing.target, home.tobytes())
    if (found := _bodies.get(key)) is None:
        if len(_bodies) > 64:
            _bodies.clear()
        found = _bodies[key] = _placed(
            take, placing, Place(*stand) if stand is not None else None, _world(target), rate, number
        )
    return found


def _world(target: bpy.types.Object | None) -> np.ndarray:
    """(4, 4) from a take's frame to the scene's world, at the size of the character that would get it."""
    rig = rig_of(target)
    if target is not None and rig is not None:
        with contextlib.suppress(SkeletonError):
            return standing.to_world(target, rig)
    out = np.eye(4)
    out[:3, :3] = axes.vectors(np.eye(3)).T
    return out


def _placed(take: Take, placing: Placing, stand: Place | None, matrix: np.ndarray, rate: float, number: int) -> Body:
    motion, points = take.motion, take.result.positions[take.sample]
    if placing.loop:
        motion = placement.looped(motion, placing)
        points = motion.positions()
    if placing.in_place:
        points = points - (points[:, :1] - points[:1, :1]) * [1.0, 0.0, 1.0]
    if stand is not None:
        begin = editing.place_of(motion)
        turn = quaternion.from_axis_angle(np.array([0.0, 1.0, 0.0]), np.array(stand.heading - begin.heading))
        points = quaternion.rotate(turn, points - [begin.x, 0.0, begin.z]) + [stand.x, 0.0, stand.z]
    world = points @ matrix[:3, :3].T + matrix[:3, 3]
    pace = motion.fps / rate if placing.frames is None else (len(motion) - 1) / max(placing.frames - 1, 1)
    return Body(take.name, world.astype(np.float32), take.start, max(pace, 1e-6), f"Take {number + 1}")


def shown_frame(scene: bpy.types.Scene, body: Body) -> float:
    """The frame that a body shows now: the scene's, or the one that its own clock has come to."""
    if review.played_since is None:
        return scene.frame_current
    passed = (time.monotonic() - review.played_since) * keyframes.scene_rate(scene)
    return body.start + passed % body.frames


def limbs(pose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles (N, 3) and their brightness (N,) for a body whose joints are `pose` (J, 3)."""
    heads, tails, thick = _ends(pose)
    along = tails - heads
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = along / np.maximum(length, 1e-6)
    helper = np.where(np.abs(along[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    right = np.cross(along, helper)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    ahead = np.cross(right, along)
    angle = np.linspace(0.0, 2.0 * np.pi, _SIDES, endpoint=False)
    outward = np.cos(angle)[:, None] * right[:, None] + np.sin(angle)[:, None] * ahead[:, None]  # (B, S, 3)
    rings = [
        heads[:, None] + (tails - heads)[:, None] * at + outward * (thick * size)[:, None, None] for at, size in _RINGS
    ]
    points = np.stack([np.broadcast_to(heads[:, None], rings[0].shape), *rings], axis=1)
    points = np.concatenate([points, np.broadcast_to(tails[:, None, None], (len(heads), 1, _SIDES, 3))], axis=1)
    normals = np.concatenate(
        [
            np.broadcast_to(-along[:, None, None], (len(heads), 1, _SIDES, 3)),
            np.broadcast_to(outward[:, None], (len(heads), len(_RINGS), _SIDES, 3)),
            np.broadcast_to(along[:, None, None], (len(heads), 1, _SIDES, 3)),
        ],
        axis=1,
    )
    shade = 0.45 + 0.55 * np.clip(normals @ (_LIGHT / np.linalg.norm(_LIGHT)), 0.0, 1.0)
    corners = _triangles(points.shape[1])
    order = _offset(corners, len(heads), points.shape[1])
    return points.reshape(-1, 3)[order], shade.reshape(-1)[order]


def _ends(pose: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heads and tails (B, 3) and radii (B,) of the limbs; hands, feet and skull reach beyond their joints."""
    joints = np.arange(1, len(SMPL_BODY))
    parents = SMPL_BODY.parents[1:]
    heads, tails = pose[parents], pose[joints]
    thick = np.array([_radius(SMPL_BODY.names[parent]) for parent in parents])
    beyond_heads, beyond_tails, beyond = [], [], []
    for name, reach, radius in (("Head", 0.9, 0.10), ("L_Wrist", 0.55, 0.035), ("R_Wrist", 0.55, 0.035)):
        joint = SMPL_BODY.index(name)
        direction = pose[joint] - pose[SMPL_BODY.parents[joint]]
        size = 0.24 if name == "Head" else float(np.linalg.norm(direction)) * reach
        beyond_heads.append(pose[joint])
        beyond_tails.append(pose[joint] + direction / max(float(np.linalg.norm(direction)), 1e-6) * size)
        beyond.append(radius)
    return (
        np.concatenate([heads, np.array(beyond_heads)]),
        np.concatenate([tails, np.array(beyond_tails)]),
        np.concatenate([thick, np.array(beyond)]),
    )


def _radius(name: str) -> float:
    return _THICK.get(name, _THICK.get(name.removeprefix("L_").removeprefix("R_"), _THIN))


@functools.cache
def _triangles(rings: int) -> np.ndarray:
    """(N,) corners of one limb's triangles, in points numbered ring by ring."""
    corners = []
    for ring in range(rings - 1):
        for side in range(_SIDES):
            following = (side + 1) % _SIDES
            a, b = ring * _SIDES + side, ring * _SIDES + following
            corners += [a, b, b + _SIDES, a, b + _SIDES, a + _SIDES]
    return np.array(corners)


def _offset(corners: np.ndarray, count: int, rings: int) -> np.ndarray:
    return (np.arange(count)[:, None] * rings * _SIDES + corners).ravel()


def shown(scene: bpy.types.Scene) -> list[tuple[Body, np.ndarray, tuple[float, float, float]]]:
    """The bodies to draw now, where each stands beside the others, and their colours."""
    takes = review.takes
    if not review.compare:
        # An accepted take is a character by now, which a second body would only cover.
        there = provenance.accepted()
        takes = [take for take in (review.take,) if take is not None and take.name not in there]
    drawn = []
    for place, take in enumerate(takes[:16]):
        number = review.takes.index(take)
        body = body_of(take, placing_of(scene, take), scene, number)
        aside = np.array([_SPACING * (place - 0.5 * (len(takes) - 1)), 0.0, 0.0], dtype=np.float32)
        drawn.append((body, aside, COLOURS[number % len(COLOURS)]))
    return drawn


def _draw_bodies() -> None:
    scene = bpy.context.scene
    if not review.takes or scene is None:
        return
    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    gpu.state.depth_test_set("LESS_EQUAL")
    gpu.state.blend_set("ALPHA")
    for body, aside, colour in shown(scene):
        points, shade = limbs(body.pose(shown_frame(scene, body)) + aside)
        alpha = 0.95 if body.take == review.selected else 0.6
        colours = np.concatenate([shade[:, None] * np.array(colour), np.full((len(shade), 1), alpha)], axis=1)
        content = {"pos": points.astype(np.float32), "color": colours.astype(np.float32)}
        batch_for_shader(shader, "TRIS", content).draw(shader)
    gpu.state.depth_test_set("NONE")
    gpu.state.blend_set("NONE")


def _draw_labels() -> None:
    scene, region, view = bpy.context.scene, bpy.context.region, bpy.context.region_data
    if not review.takes or scene is None or view is None:
        return
    for body, aside, colour in shown(scene):
        top = body.pose(shown_frame(scene, body))[SMPL_BODY.index("Head")] + aside + np.array([0.0, 0.0, 0.35])
        if (at := location_3d_to_region_2d(region, view, top.tolist())) is not None:
            blf.size(0, 14.0)
            blf.color(0, *colour, 1.0 if body.take == review.selected else 0.7)
            wide, _ = blf.dimensions(0, body.label)
            blf.position(0, at.x - 0.5 * wide, at.y, 0)
            blf.draw(0, body.label)


def _tick() -> float | None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
    return 1.0 / 30.0 if review.playing else None


def play(on: bool) -> None:
    """Start or stop the takes' own clock."""
    review.play(on)
    if on and not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=0.03, persistent=True)


def register() -> None:
    if bpy.app.background:
        return  # Nothing is drawn, and there is no graphics context to draw with.
    add = bpy.types.SpaceView3D.draw_handler_add
    _handles.append(add(_draw_bodies, (), "WINDOW", "POST_VIEW"))
    _handles.append(add(_draw_labels, (), "WINDOW", "POST_PIXEL"))


def unregister() -> None:
    review.play(False)
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")
    _bodies.clear()
