"""BVH text -> Motion -> BVH text."""

import re
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinema.errors import FormatError
from kinema.formats import bvh
from kinema.formats.bvh_text import MAX_JOINTS
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY


def _read(tmp_path, text, **options):
    path = tmp_path / "clip.bvh"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return bvh.read(path, **options)


def _euler(axis, degrees):
    return Rotation.from_euler(axis.lower(), degrees, degrees=True)


def test_positions_follow_each_joints_own_euler_order(tmp_path, human):
    motion = _read(tmp_path, human)
    hips = _euler("Z", 11) * _euler("X", 21) * _euler("Y", 31)
    spine = hips * _euler("Y", 6) * _euler("X", -7) * _euler("Z", 8)
    leg = hips * _euler("Z", -21) * _euler("Y", 11) * _euler("X", 36)
    root = np.array([2, 91, 4])
    expected = {
        "Hips": root,
        "Spine": root + hips.apply([0, 25, 1]),
        "Head": root + hips.apply([0, 25, 1]) + spine.apply([0, 35, 0]),
        "LeftUpLeg": root + hips.apply([9, -4, 0]),
        "LeftFoot": root + hips.apply([9, -4, 0]) + leg.apply([0, -82, 0]),
    }
    assert motion.skeleton.names == tuple(expected)
    assert motion.fps == 30.0
    np.testing.assert_allclose(motion.positions()[1], np.array(list(expected.values())) * 0.01, atol=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: re.sub(" +", "\t", text).encode(),
        lambda text: text.replace("1 90 2 10", "1e0 9.0E+01 2.000e-0 +10").encode(),
        lambda text: text.replace("MOTION\n", "MOTION\n\n\n").encode(),
        lambda text: text.replace("Frame Time: 0.0333333", "Frame Time:\t.0333333").encode(),
        lambda text: (text + "\n \n\n").encode(),
        lambda text: text.lower().replace("hierarchy", "HIERARCHY").replace("\nmotion", "\nMOTION").encode(),
    ],
    ids=["crlf", "cr", "bom", "utf16", "tabs", "scientific", "blank-lines", "tab-after-colon", "blank-tail", "lower"],
)
def test_spelling_of_the_text_makes_no_difference(tmp_path, human, change):
    plain, changed = _read(tmp_path, human), _read(tmp_path, change(human))
    np.testing.assert_array_equal(changed.positions(), plain.positions())
    assert changed.fps == plain.fps


def test_rotation_channels_may_stand_before_position_channels(tmp_path, human):
    swapped = human.replace(
        "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation",
        "6 Zrotation Xrotation Yrotation Xposition Yposition Zposition",
    )
    swapped = re.sub(r"(?m)^(\d+ \d+ \d+) (\d+ \d+ \d+) ", r"\2 \1 ", swapped)
    np.testing.assert_array_equal(_read(tmp_path, swapped).positions(), _read(tmp_path, human).positions())


@pytest.mark.parametrize(
    ("printed", "fps"),
    [
        ("0.0333333", 30.0),
        ("0.033333", 30.0),
        ("0.0333", 30.0),
        (".0083333", 120.0),
        ("0.016667", 60.0),
        ("0.041667", 24.0),
        ("0.04", 25.0),
        ("1e-2", 100.0),
        ("0.025000", 40.0),
        ("0.0083", 120.0),
        ("0.0417", 24.0),
        ("0.0417083750417", 1.0 / 0.0417083750417),
        ("0.0333667", 30000.0 / 1001.0),
        ("0.0312345", 1.0 / 0.0312345),
    ],
)
def test_frame_times_are_the_rates_they_are_roundings_of(tmp_path, human, printed, fps):
    assert _read(tmp_path, human.replace("0.0333333", printed)).fps == pytest.approx(fps, rel=1e-9)


def test_wrong_frame_count_warns_and_uses_the_rows(tmp_path, human):
    wide = human.replace(" ", "   ")
    for stated in (2, 5):
        with pytest.warns(UserWarning, match=f"states {stated} frames and holds 3"):
            assert len(_read(tmp_path, wide.replace("Frames:   3", f"Frames: {stated}"))) == 3


def test_a_root_without_position_channels_stands_at_its_offset(tmp_path):
    text = "HIERARCHY\nROOT a\n{\nOFFSET 1 2 3\nCHANNELS 1 Xrotation\n}\nMOTION\nFrames: 1\nFrame Time: 1\n90\n"
    motion = _read(tmp_path, text, metres_per_unit=1.0)
    np.testing.assert_allclose(motion.root_translation, [[1, 2, 3]])
    np.testing.assert_allclose(motion.rotations[0, 0], [np.sqrt(0.5), np.sqrt(0.5), 0, 0])


def test_missing_position_channels_take_the_offsets_value(tmp_path):
    text = "HIERARCHY\nROOT a\n{\nOFFSET 1 2 3\nCHANNELS 1 Yposition\n}\nMOTION\nFrames: 1\nFrame Time: 1\n9\n"
    np.testing.assert_allclose(_read(tmp_path, text, metres_per_unit=1.0).root_translation, [[1, 9, 3]])


# A still extra root above Hips; six channels on every joint; Hips' OFFSET far away (as Bandai-Namco's files).
DOUBLE_ROOT = """HIERARCHY
ROOT joint_Root
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Hips
  {
    OFFSET 0.8 94 -452
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    JOINT Head
    {
      OFFSET 60 0 0
      CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    }
    JOINT Foot_L
    {
      OFFSET -85 0 8
      CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 0 0 0 0 TURN -4 93 10 90 0 0 60 0 0 0 0 0 -85 0 8 0 0 0
0 0 0 0 0 TURN -4 93 20 90 0 0 60.0004 0 0 0 0 0 -85 0 8 0 0 0
"""


@pytest.mark.parametrize("turn", [0, 90])
def test_a_still_root_above_the_moving_hips_is_folded_into_them(tmp_path, turn):
    motion = _read(tmp_path, DOUBLE_ROOT.replace("TURN", str(turn)))
    assert motion.skeleton.names == ("Hips", "Head", "Foot_L")
    about_y = Rotation.from_euler("y", turn, degrees=True)
    np.testing.assert_allclose(
        motion.root_translation, about_y.apply([[-0.04, 0.93, 0.1], [-0.04, 0.93, 0.2]]), atol=1e-12
    )
    np.testing.assert_allclose(motion.skeleton.offsets[1], [0.6, 0, 0])  # channels that repeat OFFSET are ignored
    np.testing.assert_allclose(motion.positions()[0, 1], about_y.apply([-0.04, 1.53, 0.1]), atol=1e-12)


def test_position_channels_below_the_root_replace_offset_and_warn_when_they_slide(tmp_path, human):
    sliding = human.replace("CHANNELS 3 Xrotation", "CHANNELS 4 Yposition Xrotation")
    rows = [line.split() for line in sliding.splitlines()[-3:]]
    for row, value in zip(rows, ("35", "40", "50"), strict=True):
        row.insert(9, value)
    text = "\n".join(sliding.splitlines()[:-3] + [" ".join(row) for row in rows])
    with pytest.warns(UserWarning, match="Head slides"):
        motion = _read(tmp_path, text)
    np.testing.assert_allclose(motion.skeleton.offsets[motion.skeleton.index("Head")], [0, 0.40, 0])


def test_position_channels_of_zero_below_the_root_keep_the_offset(tmp_path, human):
    text = human.replace("CHANNELS 3 Xrotation", "CHANNELS 4 Yposition Xrotation")
    lines = text.splitlines()
    lines[-3:] = [" ".join([*line.split()[:9], "0", *line.split()[9:]]) for line in lines[-3:]]
    motion = _read(tmp_path, "\n".join(lines))
    np.testing.assert_allclose(motion.skeleton.offsets[motion.skeleton.index("Head")], [0, 0.35, 0])


@pytest.mark.parametrize(
    ("metres_per_unit", "factor"), [(0.01, 1), (1.0, 0.01), (0.001, 10), (0.0254 / 0.45, 0.177), (0.0254, 0.39)]
)
def test_the_unit_is_guessed_from_an_adults_size(tmp_path, human, metres_per_unit, factor):
    def scale(match):
        return "OFFSET " + " ".join(str(float(value) * factor) for value in match[1].split())

    motion = _read(tmp_path, re.sub(r"OFFSET (.*)", scale, human))
    head = np.linalg.norm(motion.skeleton.offsets[2])
    assert head == pytest.approx(35 * factor * metres_per_unit)
    given_unit = _read(tmp_path, human, metres_per_unit=2.0)
    assert np.linalg.norm(given_unit.skeleton.offsets[2]) == pytest.approx(70.0)


def test_the_unit_does_not_depend_on_pose_or_up_axis(tmp_path, human):
    lying = re.sub(r"(?m)^\d+ 9\d \d+ \d+ \d+ \d+", "0 5 0 0 90 0", human)
    z_up = re.sub(r"OFFSET (\S+) (\S+) (\S+)", r"OFFSET \1 \3 \2", human)
    for text in (lying, z_up):
        assert np.linalg.norm(_read(tmp_path, text).skeleton.offsets[2]) == pytest.approx(0.35)


NO_MOTION = "has no MOTION section"
REFUSED = {
    "not bvh": (lambda t: "hello\n" + t, "not a BVH file"),
    "no motion": (lambda t: t.partition("MOTION")[0], NO_MOTION),
    "motion only inside a name": (lambda t: t.partition("MOTION")[0].replace("Head", "MOTION_Head"), NO_MOTION),
    "no frames line": (lambda t: t.replace("Frames: 3\n", ""), "no 'Frames:' line"),
    "no frame time": (lambda t: t.replace("Frame Time: 0.0333333\n", ""), "no 'Frame Time:' line"),
    "zero frames": (lambda t: t.replace("Frames: 3", "Frames: 0"), "no motion in it"),
    "no rows": (lambda t: t[: t.index("1 90 2")], "more than its"),
    "frames not a number": (lambda t: t.replace("Frames: 3", "Frames: many"), "not numbers"),
    "frame time zero": (lambda t: t.replace("0.0333333", "0"), "Frame Time of 0 seconds"),
    "frame time nan": (lambda t: t.replace("0.0333333", "nan"), "Frame Time of nan seconds"),
    "nan": (lambda t: t.replace("2 91 4", "2 nan 4"), "NaN or infinity in frame 2"),
    "infinity": (lambda t: t.replace("2 91 4", "2 1e999 4"), "NaN or infinity in frame 2"),
    "word": (lambda t: t.replace("2 91 4", "2 high 4"), "'high'"),
    "decimal comma": (lambda t: t.replace("2 91 4", "2 91,5 4"), "decimal points"),
    "short row": (lambda t: t.replace("2 91 4", "2 91"), "17 values in row 2 where its HIERARCHY needs 18"),
    "cut off": (lambda t: t[:-12], "values in row 3"),
    "several roots": (lambda t: t.replace("MOTION", "ROOT Second\n{\nOFFSET 0 0 0\n}\nMOTION"), "several ROOT"),
    "billion frames": (lambda t: t.replace("Frames: 3", "Frames: 1000000000"), "more than its"),
    "open brace": (lambda t: t.replace("}\nMOTION", "\nMOTION"), "braces do not close"),
    "too many braces": (lambda t: t.replace("}\nMOTION", "}}\nMOTION"), "damaged HIERARCHY"),
    "unknown channel": (lambda t: t.replace("Zrotation", "Wrotation", 1), "damaged HIERARCHY"),
    "channel twice": (lambda t: t.replace("3 Xrotation Yrotation", "3 Xrotation Xrotation"), "channel twice"),
    "offset not finite": (lambda t: t.replace("OFFSET 0 35 0", "OFFSET 0 nan 0"), "damaged HIERARCHY"),
    "same name twice": (lambda t: t.replace("JOINT Spine", "JOINT Head"), "joint names must differ"),
    "no root": (lambda t: "HIERARCHY\nMOTION\nFrames: 1\nFrame Time: 1\n0\n", "no ROOT"),
    "no channels": (lambda t: re.sub(r"CHANNELS .*", "", t), "no channels"),
    "binary": (lambda t: b"HIERARCHY\0\1\2", "binary file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_damaged_files_are_refused_with_the_reason(tmp_path, human, case):
    damage, reason = REFUSED[case]
    with pytest.raises(FormatError, match=re.escape(reason)) as caught:
        _read(tmp_path, damage(human))
    assert "clip.bvh" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_thousands_of_joints_are_refused_without_deep_recursion(tmp_path):
    def chain(count):
        block = "".join(f"JOINT j{k} {{ OFFSET 0 1 0 " for k in range(count))
        head = f"HIERARCHY ROOT r {{ OFFSET 0 0 0 CHANNELS 1 Xrotation {block}{'}' * (count + 1)}"
        return head + "\nMOTION\nFrames: 1\nFrame Time: 1\n0\n"

    with pytest.raises(FormatError, match="that is no character"):
        _read(tmp_path, chain(MAX_JOINTS))
    assert len(_read(tmp_path, chain(MAX_JOINTS - 1)).skeleton) == MAX_JOINTS


@st.composite
def _motions(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    joints, frames = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    parents = [-1] + [int(rng.integers(0, joint)) for joint in range(1, joints)]
    skeleton = Skeleton(tuple(f"joint {k}" for k in range(joints)), parents, rng.normal(0, 0.3, (joints, 3)))
    rotations = rng.normal(size=(frames, joints, 4))
    if draw(st.booleans()):  # straight angles: gimbal lock of every Euler order
        rotations = np.round(rotations)
        rotations[np.all(rotations == 0, axis=-1), 0] = 1.0
    fps = draw(st.sampled_from([24.0, 30.0, 30000 / 1001, 59.94, 120.0, 33.3]))
    return Motion(rotations, rng.normal(0, 2, (frames, 3)), fps, skeleton)


@settings(max_examples=60, deadline=None)
@given(motion=_motions(), unit=st.sampled_from([0.01, 1.0, 0.0254]))
def test_written_then_read_the_world_positions_are_the_same(tmp_path_factory, motion, unit):
    path = tmp_path_factory.mktemp("bvh") / "clip.bvh"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bvh.write(path, motion, metres_per_unit=unit)
        again = bvh.read(path, metres_per_unit=unit)
    order = [again.skeleton.index(name.replace(" ", "_")) for name in motion.skeleton.names]
    assert again.fps == pytest.approx(motion.fps, rel=1e-9)
    np.testing.assert_allclose(again.positions()[:, order], motion.positions(), atol=1e-5)


def test_a_smpl_clip_keeps_its_unit_names_and_angles_without_jumps(tmp_path):
    angle = np.linspace(0.0, 4 * np.pi, 60)
    rotations = np.zeros((60, 22, 4))
    rotations[..., 0] = 1.0
    rotations[:, 0] = np.stack([np.cos(angle / 2), 0 * angle, np.sin(angle / 2), 0 * angle], axis=1)
    motion = Motion(rotations, np.zeros((60, 3)), 30.0, SMPL_BODY)
    bvh.write(tmp_path / "turn.bvh", motion)
    again = bvh.read(tmp_path / "turn.bvh")
    assert set(again.skeleton.names) == set(SMPL_BODY.names)
    order = [again.skeleton.index(name) for name in SMPL_BODY.names]
    np.testing.assert_allclose(again.positions()[:, order], motion.positions(), atol=1e-6)
    text = (tmp_path / "turn.bvh").read_text()
    rows = np.array([line.split() for line in text.splitlines()[-60:]], dtype=float)
    assert np.abs(np.diff(rows, axis=0)).max() < 15.0
    assert text.count("End Site") == 5


def test_a_place_that_cannot_be_written_is_named(tmp_path, human):
    motion = _read(tmp_path, human)
    with pytest.raises(FormatError, match="cannot be written"):
        bvh.write(tmp_path / "missing" / "clip.bvh", motion)
