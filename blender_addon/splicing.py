"""New values for some frames of a curve; every key outside them stays bit for bit, and so does the curve between those.

Where the keys around the frames are far apart, the curve is cut one frame before and after at its own value: cubic
pieces by de Casteljau's construction, so the kept side has the same shape between the frames too.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

NEAR = 1e-3
"""Frames; a key within this distance of a frame is on it."""

_PAIRS = ("co", "handle_left", "handle_right")
_NUMBERS = ("amplitude", "back", "period")
_KINDS = ("interpolation", "easing", "handle_left_type", "handle_right_type", "type")


@dataclass(eq=False)
class Keys:
    """All keys of a curve. `points`: co, handle_left, handle_right -> (N, 2). `numbers`, `kinds`: (N,) by property."""

    points: dict[str, np.ndarray]
    numbers: dict[str, np.ndarray]
    kinds: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.points["co"])

    @property
    def frames(self) -> np.ndarray:
        """(N,) where the keys are."""
        return self.points["co"][:, 0]

    def taken(self, which: np.ndarray) -> Keys:
        """The keys that an index or mask names."""
        return Keys(*({name: values[which] for name, values in table.items()} for table in self._tables))

    def joined(self, other: Keys) -> Keys:
        """Both, in the order of their frames."""
        tables = (
            {name: np.concatenate([mine[name], theirs[name]]) for name in mine}
            for mine, theirs in zip(self._tables, other._tables, strict=True)
        )
        both = Keys(*tables)
        return both.taken(np.argsort(both.frames, kind="stable"))

    @property
    def _tables(self) -> tuple[dict[str, np.ndarray], ...]:
        return self.points, self.numbers, self.kinds


def read(curve: bpy.types.FCurve) -> Keys:
    """The curve's keys, bit for bit."""
    points, count = curve.keyframe_points, len(curve.keyframe_points)

    def column(name: str, kind: type, width: int) -> np.ndarray:
        values = np.empty(count * width, dtype=kind)
        points.foreach_get(name, values)
        return values.reshape(count, width) if width > 1 else values

    return Keys(
        {name: column(name, np.float32, 2) for name in _PAIRS},
        {name: column(name, np.float32, 1) for name in _NUMBERS},
        {name: column(name, np.int32, 1) for name in _KINDS},
    )


def write(curve: bpy.types.FCurve, keys: Keys) -> None:
    """Give the curve these keys in place of its own."""
    points = curve.keyframe_points
    points.clear()
    points.add(len(keys))
    for table in keys._tables:
        for name, values in table.items():
            points.foreach_set(name, values.ravel())
    curve.update()


def plain(frames: np.ndarray, values: np.ndarray, interpolation: str = "LINEAR") -> Keys:
    """Keys (N,) with automatic handles."""
    count, third = len(frames), np.array([1.0 / 3.0, 0.0])
    co = np.stack([frames, values], axis=1).astype(np.float32)
    auto = enum("handle_left_type", "AUTO_CLAMPED")
    kinds = {"interpolation": enum("interpolation", interpolation), "easing": enum("easing", "AUTO")}
    kinds |= {"handle_left_type": auto, "handle_right_type": auto, "type": enum("type", "KEYFRAME")}
    numbers = {"amplitude": 0.8, "back": 1.70158, "period": 4.1}
    return Keys(
        {"co": co, "handle_left": (co - third).astype(np.float32), "handle_right": (co + third).astype(np.float32)},
        {name: np.full(count, value, dtype=np.float32) for name, value in numbers.items()},
        {name: np.full(count, value, dtype=np.int32) for name, value in kinds.items()},
    )


def enum(name: str, item: str) -> int:
    """The number that Blender keeps for an item of a key's property."""
    return int(bpy.types.Keyframe.bl_rna.properties[name].enum_items[item].value)


def splice(
    curve: bpy.types.FCurve, first: int, values: np.ndarray, kept: tuple[int, int], interpolation: str = "LINEAR"
) -> None:
    """Key `values` (T,) on frames `first` to first + T - 1 in place of the keys there. `kept`: first and last frame
    that must show what they showed, where they lie outside."""
    old = read(curve)
    last = first + len(values) - 1
    left = _kept_side(curve, old, first - 1, -1) if kept[0] < first else old.taken(old.frames < first - NEAR)
    right = _kept_side(curve, old, last + 1, +1) if kept[1] > last else old.taken(old.frames > last + NEAR)
    middle = plain(first + np.arange(len(values), dtype=np.float64), values, interpolation)
    if len(left):
        # One frame to the first new key: no piece of its own shape is wanted there.
        left.kinds["interpolation"][-1] = enum("interpolation", interpolation)
    write(curve, left.joined(middle).joined(right))


def evaluate(curve: bpy.types.FCurve, frames: np.ndarray) -> np.ndarray:
    """(T,) the curve's values. Where each frame has a key they are the keys' own, all read at once."""
    count = len(curve.keyframe_points)
    if count and all(modifier.type == "CYCLES" for modifier in curve.modifiers):
        keys = np.empty(2 * count, dtype=np.float32)
        curve.keyframe_points.foreach_get("co", keys)
        at = np.clip(np.searchsorted(keys[::2], np.asarray(frames) - NEAR), 0, count - 1)
        if np.abs(keys[::2][at] - frames).max() < NEAR:
            return keys[1::2][at].astype(np.float64)
    return np.array([curve.evaluate(float(frame)) for frame in frames])


def _kept_side(curve: bpy.types.FCurve, old: Keys, edge: int, way: int) -> Keys:
    """The keys on one side up to `edge`, the last frame that is kept there, ending with a key near it. `way`: -1 for
    the side before the new frames, +1 for the one after."""
    inside = old.frames < edge + 1 - NEAR if way < 0 else old.frames > edge - 1 + NEAR
    side = old.taken(inside)
    nearest = len(side) - 1 if way < 0 else 0
    if len(side) and (side.frames[nearest] >= edge - NEAR if way < 0 else side.frames[nearest] <= edge + NEAR):
        _hold(side, nearest)
        return side
    segment = int(np.count_nonzero(old.frames <= edge)) - 1
    if not len(side) or segment < 0 or segment + 1 >= len(old):
        # Beyond the last key, where the curve goes on straight.
        if len(side):
            _hold(side, nearest)
        if len(side) and way < 0:
            side.kinds["interpolation"][nearest] = enum("interpolation", "LINEAR")
        cut = plain(np.array([float(edge)]), evaluate(curve, np.array([edge])), "LINEAR")
        return side.joined(cut)
    return _cut(curve, old, side, segment, edge, way)


def _cut(curve: bpy.types.FCurve, old: Keys, side: Keys, segment: int, edge: int, way: int) -> Keys:
    """The kept side with a key at `edge` inside the piece between keys `segment` and `segment` + 1."""
    kind = int(old.kinds["interpolation"][segment])
    nearest = len(side) - 1 if way < 0 else 0
    _hold(side, nearest)
    if kind not in (enum("interpolation", name) for name in ("CONSTANT", "LINEAR", "BEZIER")):
        # Bounces and the like have no pieces of their own kind: their frames are keyed one by one.
        near = float(side.frames[nearest])
        frames = np.arange(np.floor(near) + 1, edge + 1) if way < 0 else np.arange(edge, np.ceil(near))
        if way < 0:
            side.kinds["interpolation"][nearest] = enum("interpolation", "LINEAR")
        return side.joined(plain(frames, evaluate(curve, frames), "LINEAR"))
    cut = plain(np.array([float(edge)]), evaluate(curve, np.array([edge])), "LINEAR")
    cut.kinds["interpolation"][0] = kind
    if kind == enum("interpolation", "BEZIER"):
        before, after = split(_piece(old, segment), float(edge))
        free = enum("handle_left_type", "FREE")
        for name in ("handle_left_type", "handle_right_type"):
            cut.kinds[name][0] = free
        cut.points["co"][0] = before[3]
        cut.points["handle_left"][0], cut.points["handle_right"][0] = before[2], after[1]
        name, handle = ("handle_right", before[1]) if way < 0 else ("handle_left", after[2])
        side.points[name][nearest] = handle
    return side.joined(cut)


def _hold(side: Keys, at: int) -> None:
    """Handles that Blender works out from their neighbours stay where they are."""
    for name in ("handle_left_type", "handle_right_type"):
        side.kinds[name][at] = enum(name, "FREE")


def _piece(keys: Keys, segment: int) -> np.ndarray:
    """(4, 2) control points of a cubic piece, its handles shortened as Blender does so that time never runs back."""
    p0, p3 = keys.points["co"][segment], keys.points["co"][segment + 1]
    p1, p2 = keys.points["handle_right"][segment], keys.points["handle_left"][segment + 1]
    p0, p1, p2, p3 = (np.asarray(p, dtype=np.float64) for p in (p0, p1, p2, p3))
    length, out, back = p3[0] - p0[0], abs(p0[0] - p1[0]), abs(p3[0] - p2[0])
    if out > length:
        p1 = p0 + (p1 - p0) * length / out
    if back > length:
        p2 = p3 + (p2 - p3) * length / back
    return np.stack([p0, p1, p2, p3])


def split(piece: np.ndarray, at: float) -> tuple[np.ndarray, np.ndarray]:
    """A cubic piece (4, 2) cut where its first coordinate, which never falls, is `at`: two pieces (4, 2)."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _casteljau(piece, middle)[0][3, 0] < at:
            low = middle
        else:
            high = middle
    return _casteljau(piece, 0.5 * (low + high))


def _casteljau(p: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
    a = p[:-1] + t * (p[1:] - p[:-1])
    b = a[:-1] + t * (a[1:] - a[:-1])
    c = b[0] + t * (b[1] - b[0])
    return np.stack([p[0], a[0], b[0], c]), np.stack([c, b[1], a[2], p[3]])
