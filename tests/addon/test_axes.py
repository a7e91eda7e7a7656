"""Y up to Z up."""

import numpy as np

from blender_addon import axes
from kinema.protocol import quaternion


def test_up_forward_and_left_go_where_blender_has_them():
    assert np.array_equal(axes.vectors(np.eye(3)), [[1, 0, 0], [0, 0, 1], [0, -1, 0]])


def test_rotating_then_changing_axes_equals_changing_then_rotating():
    draw = np.random.default_rng(0)
    q = quaternion.normalize(draw.normal(size=(50, 4)))
    v = draw.normal(size=(50, 3))
    there = axes.vectors(quaternion.rotate(q, v))
    assert np.abs(there - quaternion.rotate(axes.rotations(q), axes.vectors(v))).max() < 1e-14
