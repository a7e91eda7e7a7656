"""The file by which a motion goes from the backend to Blender."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from kinema.errors import FormatError, MotionError
from kinema.protocol import motion_file
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY


def make_motion(frames=5):
    draw = np.random.default_rng(1)
    return Motion(draw.normal(size=(frames, 22, 4)), draw.normal(size=(frames, 3)), 23.976, SMPL_BODY)


def test_what_is_written_is_read(tmp_path):
    motion = make_motion()
    motion_file.write(tmp_path / "a.npz", motion)
    again = motion_file.read(tmp_path / "a.npz")
    assert np.abs(again.rotations - motion.rotations).max() < 1e-15
    assert np.array_equal(again.root_translation, motion.root_translation)
    assert again.fps == motion.fps


def test_other_skeleton_is_not_written(tmp_path):
    skeleton = Skeleton(("root",), np.array([-1]), np.zeros((1, 3)))
    with pytest.raises(MotionError, match="SMPL"):
        motion_file.write(tmp_path / "a.npz", Motion(np.ones((2, 1, 4)), np.zeros((2, 3)), 30, skeleton))
    assert not (tmp_path / "a.npz").exists()


def arrays(**changes):
    content = {"rotations": make_motion().rotations, "root_translation": np.zeros((5, 3)), "fps": np.float64(30)}
    return {key: value for key, value in {**content, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fps": None}, "lacks fps"),
        ({"fps": np.float64(0)}, "fps"),
        ({"fps": np.zeros(2)}, "something else"),
        ({"rotations": np.zeros((5, 22, 4))}, "zero"),
        ({"rotations": np.ones((5, 24, 4))}, "22"),
        ({"root_translation": np.full((5, 3), np.nan)}, "NaN"),
        ({"root_translation": np.zeros((5, 3), dtype=int)}, "something else"),
        ({"root_translation": np.array([{}] * 15).reshape(5, 3)}, "damaged"),
    ],
)
def test_other_content_is_refused(tmp_path, changes, reason):
    np.savez(tmp_path / "a.npz", **arrays(**changes))
    with pytest.raises(FormatError, match=reason):
        motion_file.read(tmp_path / "a.npz")


def test_pickle_is_never_loaded(tmp_path):
    (tmp_path / "a.npz").write_bytes(pickle.dumps({"rotations": 1}))
    with pytest.raises(FormatError, match="no motion file"):
        motion_file.read(tmp_path / "a.npz")


def test_torn_file_is_refused(tmp_path):
    motion_file.write(tmp_path / "a.npz", make_motion(200))
    whole = (tmp_path / "a.npz").read_bytes()
    for keep in (0, 100, len(whole) // 2, len(whole) - 10):
        (tmp_path / "b.npz").write_bytes(whole[:keep])
        with pytest.raises(FormatError):
            motion_file.read(tmp_path / "b.npz")


def test_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for key in ("root_translation", "fps"):
            part = io.BytesIO()
            np.save(part, arrays()[key])
            archive.writestr(f"{key}.npy", part.getvalue())
        with archive.open("rotations.npy", "w", force_zip64=True) as member:
            for _ in range(120):
                member.write(bytes(1 << 20))
    with pytest.raises(FormatError, match="frames"):
        motion_file.read(tmp_path / "a.npz")
