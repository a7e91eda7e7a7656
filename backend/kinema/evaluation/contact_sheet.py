"""Contact sheets: one row a clip, stick figures over time, and the path of the root from above.

Left limbs are blue, right limbs red, trunk and head dark. The clip is turned to start facing the viewer, seen from a
little to the body's left, so that facing, knees and elbows can be judged; the green arrow on the ground points where
the body faces, the stroke at the head where it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ..errors import InputError
from ..geometry import yaw_quaternion
from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY
from .signals import JOINT, Signals

LEFT, RIGHT, TRUNK = "#1f6fd6", "#d62728", "#333333"
VIEW = np.radians(35.0)
"""The camera stands this far round to the body's left from straight in front, and looks 12 degrees down."""
TILT = np.radians(12.0)

BONES = tuple((joint, int(parent)) for joint, parent in enumerate(SMPL_BODY.parents) if parent >= 0)


def _colour(joint: int) -> str:
    name = SMPL_BODY.names[joint]
    return LEFT if name.startswith("L_") else RIGHT if name.startswith("R_") else TRUNK


def project(points: np.ndarray) -> np.ndarray:
    """World points (..., 3) -> picture (..., 2), metres, orthographic, seen from the front left and a little above."""
    turned = quaternion.rotate(yaw_quaternion(np.asarray(-VIEW)), points)
    x, y, z = np.moveaxis(turned, -1, 0)
    return np.stack([x, y * np.cos(TILT) - z * np.sin(TILT)], axis=-1)


def _start_aligned(motion: Motion) -> Signals:
    """The clip turned about the vertical so that it starts at the origin facing +Z."""
    s = Signals.of(motion)
    turn = yaw_quaternion(-s.facing[:1])[0]
    rotations = np.array(s.motion.rotations)
    rotations[:, 0] = quaternion.multiply(turn, rotations[:, 0])
    start = s.motion.root_translation[0] * (1.0, 0.0, 1.0)
    return Signals(
        Motion(rotations, quaternion.rotate(turn, s.motion.root_translation - start), 30.0, s.motion.skeleton)
    )


def _draw_figure(axes: Axes, s: Signals, frame: int) -> None:
    centre = s.positions[frame, 0] * (1.0, 0.0, 1.0)
    points = project(s.positions[frame] - centre)
    depth = quaternion.rotate(yaw_quaternion(np.asarray(-VIEW)), s.positions[frame])[:, 2]
    order = sorted(BONES, key=lambda bone: depth[list(bone)].mean())
    axes.add_collection(
        LineCollection(
            [points[list(bone)] for bone in order],
            colors=[_colour(bone[0]) for bone in order],
            linewidths=2.0,
            capstyle="round",
        )
    )
    head = points[JOINT["Head"]] + (0.0, 0.05)
    axes.scatter(head[0], head[1], s=70, color=TRUNK, zorder=3)
    gaze = quaternion.rotate(s.rotations[frame, JOINT["Head"]], np.array([0.0, 0.0, 0.22]))
    nose = np.stack([head, head + project(gaze)])
    axes.add_collection(LineCollection([nose], colors=TRUNK, linewidths=1.5, zorder=4))
    ground = project(np.array([[-0.5, 0, 0], [0.5, 0, 0], [0, 0, -0.5], [0, 0, 0.5]]))
    axes.add_collection(LineCollection([ground[:2], ground[2:]], colors="#cccccc", linewidths=0.8, zorder=0))
    front = np.array([np.sin(s.facing[frame]), 0.0, np.cos(s.facing[frame])])
    tail, tip = project(np.array([[0.0, 0.0, 0.0], 0.4 * front]))
    axes.annotate("", tip, tail, arrowprops={"arrowstyle": "-|>", "color": "#2ca02c", "lw": 1.2})
    axes.set(xlim=(-0.8, 0.8), ylim=(-0.3, 2.0), aspect="equal")
    axes.axis("off")


def _draw_path(axes: Axes, s: Signals) -> None:
    """From above: start facing up the page, the body's left to the left; a tick every half second shows the facing."""
    path = s.positions[:, 0][:, [0, 2]] * (-1.0, 1.0)
    axes.plot(*path.T, color=TRUNK, lw=1.0)
    axes.plot(*path[0], "o", color="#2ca02c", ms=4)
    marks = np.arange(0, len(s), 15)
    span = max(1.0, float(np.ptp(path, axis=0).max()) * 1.2)
    ticks = path[marks] + 0.12 * span * np.stack([-np.sin(s.facing[marks]), np.cos(s.facing[marks])], axis=1)
    axes.add_collection(LineCollection(np.stack([path[marks], ticks], axis=1), colors="#2ca02c", linewidths=0.9))
    middle = 0.5 * (path.min(axis=0) + path.max(axis=0))
    axes.set(
        xlim=middle[0] + span * np.array([-0.6, 0.6]), ylim=middle[1] + span * np.array([-0.6, 0.6]), aspect="equal"
    )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(f"{span:.1f} m", fontsize=6, pad=2)


def draw(clips: Sequence[tuple[str, Motion]], frames: int = 10) -> Figure:
    """A figure with one row for each (title, motion) and `frames` columns evenly spread over time.

    Raises InputError without clips, MotionError for motions that are not on the SMPL body.
    """
    if not clips:
        raise InputError("a contact sheet needs at least one clip")
    figure = Figure(figsize=(1.15 * (frames + 1), 1.75 * len(clips)), dpi=100)
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(clips), frames + 1, squeeze=False)
    figure.subplots_adjust(0.002, 0.002, 0.998, 1 - 0.22 / (1.75 * len(clips)), 0.02, 0.14)
    for row, (title, motion) in zip(grid, clips, strict=True):
        s = _start_aligned(motion)
        at = np.unique(np.linspace(0, len(s) - 1, frames).round().astype(int))
        for axes, frame in zip(row[:-1], at, strict=False):
            _draw_figure(axes, s, frame)
        for axes in row[len(at) : -1]:
            axes.axis("off")
        _draw_path(row[-1], s)
        row[0].set_title(f"{title}  ({s.motion.seconds:.1f} s)", fontsize=8, loc="left", pad=2)
    return figure


def save(clips: Sequence[tuple[str, Motion]], path: Path, frames: int = 10) -> None:
    """Write the contact sheet of (title, motion) pairs as a PNG. Raises as `draw` does, and OSError."""
    draw(clips, frames).savefig(path, format="png")
