"""Curves cut into pieces."""

import numpy as np
import pytest


def test_cut_curve_has_the_same_shape_on_both_sides():
    from blender_addon.splicing import split

    piece = np.array([[1.0, 0.0], [4.0, 3.0], [6.0, -2.0], [11.0, 1.0]])
    before, after = split(piece, 5.0)
    assert before[3] == pytest.approx(after[0])
    assert before[3, 0] == pytest.approx(5.0)
    for part, begin, end in ((before, 0.0, None), (after, None, 1.0)):
        t = np.linspace(0.0, 1.0, 7)[:, None]
        points = (1 - t) ** 3 * part[0] + 3 * t * (1 - t) ** 2 * part[1] + 3 * t**2 * (1 - t) * part[2] + t**3 * part[3]
        s = np.linspace(0.0, 1.0, 20001)[:, None]
        whole = (
            (1 - s) ** 3 * piece[0] + 3 * s * (1 - s) ** 2 * piece[1] + 3 * s**2 * (1 - s) * piece[2] + s**3 * piece[3]
        )
        assert np.interp(points[:, 0], whole[:, 0], whole[:, 1]) == pytest.approx(points[:, 1], abs=1e-5)
        assert begin is None or np.allclose(part[0], piece[0])
        assert end is None or np.allclose(part[3], piece[3])
