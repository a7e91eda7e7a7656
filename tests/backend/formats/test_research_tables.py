"""DeepMimic and rotation-vector tables -> Motion."""

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinema.errors import FormatError
from kinema.formats import deepmimic, expmap


def _deepmimic(tmp_path, *frames):
    path = tmp_path / "clip.txt"
    path.write_text(json.dumps({"Loop": "none", "Frames": list(frames)}))
    return path


def _frame(place=(0.0, 0.9, 0.0), root=(1, 0, 0, 0), knee=0.0, elbow=0.0):
    still = [1, 0, 0, 0]
    right = [*still, knee, *still, *still, elbow]
    return [1 / 30, *place, *root, *still, *still, *right, *still, 0.0, *still, *still, 0.0]


def test_a_deepmimic_figure_faces_forward_with_its_left_at_plus_x(tmp_path):
    motion = deepmimic.read(_deepmimic(tmp_path, _frame(), _frame(place=(1.0, 0.9, 0.0))))
    assert motion.fps == 30.0
    np.testing.assert_allclose(motion.root_translation[1], [0, 0.9, 1.0], atol=1e-12)  # +X there is forward
    names, rest = motion.skeleton.names, motion.positions()[0]
    assert rest[names.index("left_hip"), 0] == pytest.approx(0.084887)
    assert rest[names.index("right_hip"), 0] == pytest.approx(-0.084887)


def test_deepmimic_knees_bend_backwards_about_their_axis_and_elbows_forwards(tmp_path):
    motion = deepmimic.read(_deepmimic(tmp_path, _frame(knee=-1.0, elbow=1.2)))
    place = dict(zip(motion.skeleton.names, motion.positions()[0], strict=True))
    shin = place["right_ankle"] - place["right_knee"]
    np.testing.assert_allclose(shin, [0, -0.40987 * np.cos(1.0), -0.40987 * np.sin(1.0)], atol=1e-9)
    forearm = place["right_wrist"] - place["right_elbow"]
    np.testing.assert_allclose(forearm, [0, -0.258947 * np.cos(1.2), 0.258947 * np.sin(1.2)], atol=1e-9)


@pytest.mark.parametrize(
    "text", ["hello", "[]", "{}", '{"Frames": []}', '{"Frames": [[1, 2]]}', '{"Frames": [["a"]]}', '{"Frames": null}']
)
def test_what_is_no_deepmimic_motion_is_refused(tmp_path, text):
    (tmp_path / "clip.txt").write_text(text)
    with pytest.raises(FormatError, match=r"clip\.txt"):
        deepmimic.read(tmp_path / "clip.txt")


def test_deepmimic_frames_must_last_and_be_finite(tmp_path):
    frame = _frame()
    with pytest.raises(FormatError, match="lasts no time"):
        deepmimic.read(_deepmimic(tmp_path, [0.0, *frame[1:]]))
    with pytest.raises(FormatError, match="finite"):
        deepmimic.read(_deepmimic(tmp_path, [float("nan"), *frame[1:]]))
    with pytest.raises(FormatError, match="zero"):
        deepmimic.read(_deepmimic(tmp_path, _frame(root=(0, 0, 0, 0))))


BODY = {
    "names": ["Hips", "Spine", "Spine_End", "LeftUpLeg"],
    "parents": [-1, 0, 1, 0],
    "offsets_cmu_units": [[0, 0, 0], [0, 5, 0], [0, 3, 0], [2, -1, 0]],
    "unit_m": 0.05,
}


def _expmap(tmp_path, rows, body=BODY):
    (tmp_path / "skeleton.json").write_text(json.dumps(body))
    (tmp_path / "clip.txt").write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
    return expmap.read(tmp_path / "clip.txt", tmp_path / "skeleton.json")


def test_rotation_vectors_count_with_the_opposite_sign(tmp_path):
    motion = _expmap(tmp_path, [[1, 2, 3, 0.1, 0.2, 0.3, 0.4, 0, 0, 9, 9, 9, 0, 0, 0]])
    assert motion.skeleton.names == ("Hips", "Spine", "LeftUpLeg")
    assert motion.fps == 120.0
    place = np.array([1, 2, 3]) * 0.05
    hips = Rotation.from_rotvec([-0.1, -0.2, -0.3])
    expected = [place, place + hips.apply([0, 0.25, 0]), place + hips.apply([0.1, -0.05, 0])]
    np.testing.assert_allclose(motion.positions()[0], expected, atol=1e-12)


def test_damaged_rotation_vector_tables_are_refused(tmp_path):
    row = [0.0] * 15
    with pytest.raises(FormatError, match="rows of 15 numbers"):
        _expmap(tmp_path, [row[:-1]])
    with pytest.raises(FormatError, match="NaN"):
        _expmap(tmp_path, [[*row[:-1], "nan"]])
    with pytest.raises(FormatError, match=r"skeleton\.json is no skeleton"):
        _expmap(tmp_path, [row], {**BODY, "parents": [-1, 2, 1, 0]})
    with pytest.raises(FormatError, match=r"skeleton\.json is no skeleton"):
        _expmap(tmp_path, [row], {"names": []})
