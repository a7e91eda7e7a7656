"""Acclaim .asf + .amc -> Motion."""

import re

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinema.errors import FormatError
from kinema.formats import amc
from kinema.formats.asf import read_asf

ASF = """# made for a test
:version 1.10
:name TEST
:units
  mass 1.0
  length 0.45
  angle deg
:documentation
  none
:root
  order TX TY TZ RX RY RZ
  axis XYZ
  position 0 0 0
  orientation 0 0 0
:bonedata
  begin
    id 1
    name lfemur
    direction 0.6 -0.8 0
    length 7.0
    axis 0 0 20 XYZ
    dof rx ry rz
    limits (-160.0 20.0)
           (-70.0 70.0)
           (-60.0 70.0)
  end
  begin
    id 2
    name ltibia
    direction 0 -1 0
    length 8.0
    axis 10 20 30 XYZ
    dof rx
  end
  begin
    id 3
    name lfoot
    direction 0 0 1
    length 2.0
    axis -90 0 20 XYZ
    dof rx rz
  end
:hierarchy
  begin
    root lfemur
    lfemur ltibia
    ltibia lfoot
  end
"""

AMC = """#!OML:ASF somewhere
:FULLY-SPECIFIED
:DEGREES
1
root 1 17 -3 10 20 30
lfemur 5 -6 7
ltibia 40
lfoot 3 4
2
root 2 18 -4 11 21 31
lfemur 6 -7 8
lfoot 4 5
"""

UNIT = 0.0254 / 0.45


def _read(tmp_path, motion=AMC, body=ASF, name="07_02.amc", asf="07.asf", **options):
    (tmp_path / name).write_text(motion)
    if body is not None:
        (tmp_path / asf).write_text(body)
    return amc.read(tmp_path / name, **options)


def _xyz(*degrees):
    """Acclaim's XYZ: about x first, then y, then z, all fixed axes."""
    return Rotation.from_euler("xyz", degrees, degrees=True)


def test_positions_follow_the_acclaim_equation(tmp_path):
    motion = _read(tmp_path)
    root = _xyz(10, 20, 30)
    frame = _xyz(0, 0, 20)
    femur = root * frame * _xyz(5, -6, 7) * frame.inv()
    frame = _xyz(10, 20, 30)
    tibia = femur * frame * _xyz(40, 0, 0) * frame.inv()
    place = np.array([1.0, 17.0, -3.0])
    expected = [place, place]
    expected.append(expected[-1] + femur.apply([0.6 * 7, -0.8 * 7, 0]))
    expected.append(expected[-1] + tibia.apply([0, -8, 0]))
    assert motion.skeleton.names == ("root", "lfemur", "ltibia", "lfoot")
    np.testing.assert_allclose(motion.positions()[0], np.array(expected) * UNIT, atol=1e-12)
    frame = _xyz(-90, 0, 20)
    foot = tibia * frame * _xyz(3, 0, 4) * frame.inv()
    turn = Rotation.from_quat(motion.global_rotations()[0, 3][[1, 2, 3, 0]])
    np.testing.assert_allclose(turn.as_matrix(), foot.as_matrix(), atol=1e-12)
    assert motion.fps == 120.0


def test_a_bone_without_values_stays_at_rest(tmp_path):
    motion = _read(tmp_path)
    np.testing.assert_allclose(motion.rotations[1, 2], [1, 0, 0, 0])
    without = _read(tmp_path, re.sub(r"lfoot.*\n", "", AMC))
    np.testing.assert_allclose(without.rotations[:, 3], [[1, 0, 0, 0]] * 2)


def test_line_ends_tabs_and_comments_make_no_difference(tmp_path):
    plain = _read(tmp_path).positions()
    for change in ("\r\n", "\r"):
        changed = _read(tmp_path, AMC.replace("\n", change), ASF.replace("\n", change))
        np.testing.assert_array_equal(changed.positions(), plain)
    tabbed = _read(tmp_path, AMC.replace(" ", "\t"), ASF.replace("lfemur ltibia", "lfemur\tltibia # knee"))
    np.testing.assert_array_equal(tabbed.positions(), plain)


def test_radians_are_stated_by_the_motion_file(tmp_path):
    angle = f"{np.pi / 2:.12f}"
    body = ASF.replace("axis 0 0 20", "axis 0 0 0")
    motion = _read(tmp_path, f":RADIANS\n1\nroot 5 6 7 0 0 0\nlfemur {angle} 0 0\n", body)
    np.testing.assert_allclose(motion.rotations[0, 1], [np.sqrt(0.5), np.sqrt(0.5), 0, 0], atol=1e-9)
    np.testing.assert_allclose(motion.root_translation[0], np.array([5, 6, 7]) * UNIT)


@pytest.mark.parametrize(
    ("motion", "skeleton"),
    [
        ("14_01.amc", "14.asf"),
        ("cmu_11_01.amc", "cmu_11.asf"),
        ("HDM_bd_squat1Reps_001_120.amc", "HDM_bd.asf"),
        ("walk.amc", "walk.asf"),
        ("walk.amc", "WALK.ASF"),
        ("anything.amc", "only one.asf"),
    ],
)
def test_the_skeleton_is_found_beside_the_motion(tmp_path, motion, skeleton):
    assert len(_read(tmp_path, name=motion, asf=skeleton)) == 2


def test_the_skeleton_is_found_in_the_folder_above(tmp_path):
    (tmp_path / "HDM_bd.asf").write_text(ASF)
    (tmp_path / "HDM_mm.asf").write_text("not this one")
    folder = tmp_path / "squat"
    folder.mkdir()
    (folder / "HDM_bd_squat_001_120.amc").write_text(AMC)
    assert len(amc.read(folder / "HDM_bd_squat_001_120.amc")) == 2


def test_the_subjects_own_skeleton_goes_before_others(tmp_path):
    (tmp_path / "08.asf").write_text("not this one")
    assert len(_read(tmp_path, name="07_02.amc", asf="07.asf")) == 2
    with pytest.raises(FormatError, match=r"put the subject's \.asf beside it, named 88\.asf"):
        _read(tmp_path, body=None, name="88_01.amc")


def test_a_skeleton_can_be_given(tmp_path):
    (tmp_path / "elsewhere.asf").write_text(ASF)
    (tmp_path / "other.asf").write_text(ASF)
    assert len(_read(tmp_path, body=None, name="x.amc", asf_path=tmp_path / "elsewhere.asf")) == 2


REFUSED = {
    "no skeleton": (AMC, None, r"put the subject's \.asf beside it, named 07\.asf"),
    "no frames": (":DEGREES\nroot 1 2 3 4 5 6\n", ASF, "no numbered frames"),
    "values first": ("root 1 2 3 4 5 6\n" + AMC, ASF, "before its first frame"),
    "nan": (AMC.replace("17", "nan"), ASF, "NaN or infinity"),
    "word": (AMC.replace("17", "high"), ASF, "no numbers"),
    "ragged": (AMC.replace("lfemur 6 -7 8", "lfemur 6 -7"), ASF, "not 3 a frame"),
    "other body": (AMC.replace("lfemur", "tail"), ASF, "lacks"),
    "too many values": (AMC.replace("ltibia 40", "ltibia 40 50"), ASF, r"2 values for ltibia where its \.asf says 1"),
    "twice": (AMC.replace("ltibia 40", "ltibia 40\nltibia 41"), ASF, "ltibia twice"),
    "no bones": (AMC, ASF.partition(":bonedata")[0], "no :bonedata"),
    "no hierarchy": (AMC, ASF.partition(":hierarchy")[0], "no :hierarchy"),
    "no length": (AMC, ASF.replace("length 8.0", ""), "damaged Acclaim skeleton"),
    "unit zero": (AMC, ASF.replace("length 0.45", "length 0"), "damaged Acclaim skeleton"),
    "loop": (AMC, ASF.replace("ltibia lfoot\n", "ltibia lfoot\nlfoot lfemur\n"), "two parents"),
    "unknown bone": (AMC, ASF.replace("lfemur ltibia", "lfemur ltibia tail"), "tail"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_damaged_files_are_refused_with_the_reason(tmp_path, case):
    motion, body, reason = REFUSED[case]
    with pytest.raises(FormatError, match=reason):
        _read(tmp_path, motion, body)


def test_the_parsed_skeleton_states_units_and_channels(tmp_path):
    (tmp_path / "a.asf").write_text(ASF)
    body = read_asf(tmp_path / "a.asf")
    assert body.metres_per_unit == pytest.approx(UNIT)
    assert body.channels[1:] == (("RX", "RY", "RZ"), ("RX",), ("RX", "RZ"))
    np.testing.assert_allclose(body.skeleton.offsets[2], np.array([4.2, -5.6, 0]) * UNIT)
