"""The tables of tests.bench.rigs as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tests.bench.rigs import Row

HEADER = (
    "| rig | kind (confidence) | motion | direction mean / worst | wrist mean / worst | ankle mean / worst "
    "| slide raw -> locked | under raw -> locked | curves, keys -> reduced | changed by reduction |\n"
    + "|---" * 10
    + "|"
)

INTRODUCTION = """# Rigs, measured

By `python -m tests.bench.rigs --extra FOLDER --write blender_addon/rigs/FIGURES.md`, in Blender's Python module
{version}: two seconds of each motion at 30 frames a second, every frame as Blender evaluates it.

- `direction`: degrees by which upper arms, forearms, thighs and shins point elsewhere than in the motion, raw.
- `wrist`, `ankle`: centimetres from the shoulder or hip, after the limb is scaled to the motion's own, raw. What is
  left where directions agree is another share of upper and lower limb.
- `slide`: cm/s of soles that stand; `under`: cm of the deepest sole under the floor; raw, then with feet locked.
- `reduced`: keys left at 2 mm and 0.5 degrees; `changed`: the most by which a joint or a bone's tip was moved and a
  bone turned.
- `_ik`: written to Rigify's controls of hands, feet and poles instead of FK.

"""


def line(row: Row) -> str:
    """One row of the table."""
    raw, locked = row.raw, row.locked
    cells = (
        row.rig,
        row.kind,
        row.motion,
        f"{raw.direction_mean:.2f} / {raw.direction_worst:.2f}",
        f"{raw.wrist_mean:.1f} / {raw.wrist_worst:.1f}",
        f"{raw.ankle_mean:.1f} / {raw.ankle_worst:.1f}",
        f"{raw.slide:.1f} -> {locked.slide:.1f}",
        f"{raw.under:.1f} -> {locked.under:.1f}",
        f"{row.curves}, {row.keys} -> {row.reduced}",
        f"{row.millimetres:.2f} mm, {row.degrees:.2f}\N{DEGREE SIGN}",
    )
    return f"| {' | '.join(cells)} |"


def document(rows: Sequence[Row]) -> str:
    """The whole table with what its columns mean and its sums."""
    import bpy

    raw, locked = [row.raw for row in rows], [row.locked for row in rows]
    before, after = sum(row.keys for row in rows), sum(row.reduced for row in rows)
    rigs, motions = len({row.rig for row in rows}), len({row.motion for row in rows})
    sums = (
        f"{rigs} rigs x {motions} motions: directions {np.mean([e.direction_mean for e in raw]):.3f} degrees mean, "
        f"{max(e.direction_worst for e in raw):.2f} worst; slide {np.mean([e.slide for e in raw]):.1f} -> "
        f"{np.mean([e.slide for e in locked]):.1f} cm/s; under the floor at most {max(e.under for e in raw):.1f} -> "
        f"{max(e.under for e in locked):.1f} cm; keys {before} -> {after} ({100 * after / before:.0f} %), "
        f"changed by at most {max(row.millimetres for row in rows):.2f} mm "
        f"and {max(row.degrees for row in rows):.2f} degrees."
    )
    table = "\n".join([HEADER, *(line(row) for row in rows)])
    return f"{INTRODUCTION.format(version=bpy.app.version_string)}{table}\n\n{sums}\n"
