"""Smooth closed meshes from blended solids, NumPy only.

Solids are signed distance functions (negative inside); Gibson's surface nets (MERL TR99-24, 1999) turn them into
quads, and Newton steps put every vertex on the surface itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Field = Callable[[np.ndarray], np.ndarray]
"""Points (N, 3) -> signed distance (N,), metres."""


@dataclass(frozen=True)
class Solid:
    """A limb-shaped solid that belongs to `bone`: spheres of radius `ra` at `a` and `rb` at `b` and the cone between.

    `scale` stretches the solid about the middle of a and b along the axes; a = b makes an ellipsoid.
    """

    bone: str
    a: tuple[float, float, float]
    b: tuple[float, float, float]
    ra: float
    rb: float
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def distance(self, points: np.ndarray) -> np.ndarray:
        """(N, 3) -> (N,): Quilez's round cone, exact where scale is 1, else divided by its slope."""
        scale = np.asarray(self.scale)
        middle = 0.5 * (np.asarray(self.a) + np.asarray(self.b))
        p = (points - middle) / scale + middle
        axis = np.asarray(self.b) - np.asarray(self.a)
        from_a = p - np.asarray(self.a)
        length2 = float(axis @ axis)
        shrink = self.ra - self.rb
        if length2 <= shrink * shrink:
            from_middle = p - middle
            d = np.linalg.norm(from_middle, axis=1)
            slope = np.linalg.norm(from_middle / scale, axis=1) / np.maximum(d, 1e-9)
            return (d - max(self.ra, self.rb)) / np.maximum(slope, 1e-6)
        along = from_a @ axis
        beyond = along - length2
        radial2 = np.sum((from_a * length2 - along[:, None] * axis) ** 2, axis=1)
        a2 = length2 - shrink * shrink
        k = np.sign(shrink) * shrink * shrink * radial2
        near_b = np.sign(beyond) * a2 * beyond**2 * length2 > k
        near_a = np.sign(along) * a2 * along**2 * length2 < k
        side = (np.sqrt(radial2 * a2 / length2) + along * shrink) / length2 - self.ra
        d = np.where(near_a, np.linalg.norm(from_a, axis=1) - self.ra, side)
        d = np.where(near_b, np.linalg.norm(p - np.asarray(self.b), axis=1) - self.rb, d)
        return d * min(1.0, float(scale.min()))

    def bounds(self, margin: float) -> tuple[np.ndarray, np.ndarray]:
        """Corners (3,), (3,) of a box around the solid."""
        middle = 0.5 * (np.asarray(self.a) + np.asarray(self.b))
        ends = np.stack([self.a, self.b])
        radii = np.array([[self.ra], [self.rb]])
        low, high = (ends - radii).min(axis=0), (ends + radii).max(axis=0)
        scale = np.asarray(self.scale)
        return (low - middle) * scale + middle - margin, (high - middle) * scale + middle + margin


def smooth_min(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    """Union of two distances whose crease is rounded over `width` metres (Quilez's quadratic blend)."""
    h = np.maximum(width - np.abs(a - b), 0.0) / width
    return np.minimum(a, b) - h * h * width * 0.25


def blend(solids: Sequence[Solid], width: float) -> Field:
    """Field of the smooth union of solids."""

    def field(points: np.ndarray) -> np.ndarray:
        total = np.full(len(points), 1.0)
        for solid in solids:
            low, high = solid.bounds(2.0 * width + 0.03)
            near = np.flatnonzero(np.all((points > low) & (points < high), axis=1))
            total[near] = smooth_min(total[near], solid.distance(points[near]), width)
        return total

    return field


def between(field: Field, low: float, high: float, width: float) -> Field:
    """The part of a field between the planes y = low and y = high, its edges rounded over `width`."""

    def cut(points: np.ndarray) -> np.ndarray:
        slab = np.minimum(points[:, 1] - low, high - points[:, 1])
        return -smooth_min(-field(points), slab, width)

    return cut


def common(a: Field, b: Field, width: float) -> Field:
    """What lies in both fields, the edge rounded over `width`."""
    return lambda points: -smooth_min(-a(points), -b(points), width)


def mesh(field: Field, low: np.ndarray, high: np.ndarray, cell: float) -> tuple[np.ndarray, np.ndarray]:
    """Surface of a field inside a box: vertices (N, 3) and quads (M, 4), outward, for cells of `cell` metres."""
    counts = np.ceil((np.asarray(high) - low) / cell).astype(int) + 1
    grid = [low[axis] + cell * np.arange(counts[axis]) for axis in range(3)]
    points = np.stack(np.meshgrid(*grid, indexing="ij"), axis=-1).reshape(-1, 3)
    values = field(points).reshape(counts)
    vertices, quads = _surface_nets(values)
    vertices = vertices * cell + low
    for _ in range(3):
        vertices = _onto(field, _relaxed(vertices, quads), cell)
    return vertices, quads


def _surface_nets(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (X, Y, Z) -> a vertex (in cells) for each cell that the surface crosses, a quad for each crossed edge."""
    inside = values < 0.0
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    shape = tuple(n - 1 for n in values.shape)
    full = sum(inside[x : x + shape[0], y : y + shape[1], z : z + shape[2]].astype(np.int8) for x, y, z in corners)
    cells = np.argwhere((full > 0) & (full < 8))
    index = np.full(shape, -1)
    index[tuple(cells.T)] = np.arange(len(cells))

    total, crossings = np.zeros((len(cells), 3)), np.zeros((len(cells), 1))
    for axis in range(3):
        step = np.eye(3, dtype=int)[axis]
        for corner in (np.array(c) for c in corners if c[axis] == 0):
            v0, v1 = values[tuple((cells + corner).T)], values[tuple((cells + corner + step).T)]
            crossed = (v0 < 0.0) != (v1 < 0.0)
            part = np.where(crossed, v0 / np.where(crossed, v0 - v1, 1.0), 0.0)
            total += crossed[:, None] * (cells + corner + part[:, None] * step)
            crossings += crossed[:, None]

    quads = []
    for axis in range(3):
        u, v = np.eye(3, dtype=int)[(axis + 1) % 3], np.eye(3, dtype=int)[(axis + 2) % 3]
        first, second = [slice(None)] * 3, [slice(None)] * 3
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        a, b = inside[tuple(first)], inside[tuple(second)]
        for leaving in (True, False):
            edges = np.argwhere(a & ~b if leaving else ~a & b)
            ring = [index[tuple((edges - offset).T)] for offset in (u + v, v, 0 * u, u)]
            quads.append(np.stack(ring if leaving else ring[::-1], axis=1))
    return total / crossings, np.concatenate(quads)


def _relaxed(vertices: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """Each vertex half way to the mean of its neighbours."""
    return 0.5 * (vertices + neighbour_mean(vertices, quads))


def neighbour_mean(values: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """Values (N, n) at vertices -> mean over each vertex's neighbours along the quads' sides (N, n)."""
    ends = np.concatenate(
        [np.stack([quads, np.roll(quads, 1, axis=1)], -1), np.stack([quads, np.roll(quads, -1, axis=1)], -1)]
    )
    here, there = ends.reshape(-1, 2).T
    count = np.bincount(here, minlength=len(values))
    sums = [
        np.bincount(here, weights=values[there, column], minlength=len(values)) for column in range(values.shape[1])
    ]
    return np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]


def _onto(field: Field, vertices: np.ndarray, cell: float) -> np.ndarray:
    """One Newton step to the surface, at most a cell long."""
    e = 0.1 * cell
    slope = np.stack(
        [(field(vertices + e * axis) - field(vertices - e * axis)) / (2 * e) for axis in np.eye(3)], axis=1
    )
    steep = np.maximum(np.sum(slope**2, axis=1, keepdims=True), 0.05)
    return vertices - np.clip(field(vertices)[:, None] * slope / steep, -cell, cell)
