"""AMASS .npz <-> Motion."""

import io
import zipfile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinema.errors import FormatError, MotionError
from kinema.formats import amass
from kinema.protocol.motion import Motion, Skeleton
from kinema.protocol.smpl import SMPL_BODY

FRAMES = 5


def _motion(seed=0, frames=20):
    rng = np.random.default_rng(seed)
    return Motion(rng.normal(size=(frames, 22, 4)), rng.normal(size=(frames, 3)), 30.0, SMPL_BODY)


def _arrays(**changes):
    arrays = {"poses": np.zeros((FRAMES, 156)), "trans": np.zeros((FRAMES, 3)), "mocap_framerate": 120.0}
    arrays.update(changes)
    return {key: value for key, value in arrays.items() if value is not None}


def _save(tmp_path, **changes):
    np.savez(tmp_path / "clip.npz", **_arrays(**changes))
    return tmp_path / "clip.npz"


def test_written_then_read_the_motion_is_the_same(tmp_path):
    motion = _motion()
    amass.write(tmp_path / "clip.npz", motion, {"prompt": "walks", "seed": 3})
    again = amass.read(tmp_path / "clip.npz")
    np.testing.assert_allclose(again.positions(), motion.positions(), atol=1e-9)
    assert again.fps == 30.0
    assert amass.read_provenance(tmp_path / "clip.npz") == {"prompt": "walks", "seed": 3}


def test_the_file_has_the_smplh_layout(tmp_path):
    amass.write(tmp_path / "clip.npz", _motion())
    with np.load(tmp_path / "clip.npz", allow_pickle=False) as file:
        assert file["poses"].shape == (20, 156)
        assert not file["poses"][:, 66:].any()
        assert file["trans"].shape == (20, 3)
        assert float(file["mocap_framerate"]) == float(file["mocap_frame_rate"]) == 30.0
        assert file["betas"].shape == (16,)
        assert not file["betas"].any()
        assert str(file["gender"]) == "neutral"
    assert amass.read_provenance(tmp_path / "clip.npz") is None


def test_a_standing_person_stands_and_faces_as_amass_people_do(tmp_path):
    upright = np.zeros((1, 22, 4))
    upright[..., 0] = 1.0
    amass.write(tmp_path / "clip.npz", Motion(upright, [[0.5, 0.94, 2.0]], 30.0, SMPL_BODY))
    with np.load(tmp_path / "clip.npz") as file:
        pelvis = file["trans"][0] + amass.PELVIS  # a body model puts its pelvis at J0 + trans
        turn = Rotation.from_rotvec(file["poses"][0, :3])
    np.testing.assert_allclose(pelvis, [0.5, -2.0, 0.94], atol=1e-12)
    np.testing.assert_allclose(turn.apply([0, 1, 0]), [0, 0, 1], atol=1e-12)  # the body's up is the world's z
    np.testing.assert_allclose(turn.apply([0, 0, 1]), [0, -1, 0], atol=1e-12)  # it faces -y
    np.testing.assert_allclose(turn.apply([1, 0, 0]), [1, 0, 0], atol=1e-12)  # its left stays +x


def test_positions_are_those_of_a_body_model_in_amass_world(tmp_path):
    motion = _motion(3)
    amass.write(tmp_path / "clip.npz", motion)
    with np.load(tmp_path / "clip.npz") as file:
        turns = Rotation.from_rotvec(file["poses"][4].reshape(52, 3)[:22])
        trans = file["trans"][4]
    world, places = [turns[0]], [trans + amass.PELVIS]
    for joint in range(1, 22):
        parent = SMPL_BODY.parents[joint]
        places.append(places[parent] + world[parent].apply(SMPL_BODY.offsets[joint].tolist()))
        world.append(world[parent] * turns[joint])
    x, y, z = np.array(places).T
    np.testing.assert_allclose(np.stack([x, z, -y], axis=1), motion.positions()[4], atol=1e-9)


@pytest.mark.parametrize("width", [66, 72, 156, 165])
@pytest.mark.parametrize("rate", ["mocap_framerate", "mocap_frame_rate"])
def test_all_widths_and_both_rate_keys_are_read(tmp_path, width, rate):
    rates = {"mocap_framerate": None, rate: np.array(59.94)}
    path = _save(tmp_path, poses=np.zeros((FRAMES, width), np.float32), **rates)
    motion = amass.read(path)
    assert len(motion) == FRAMES
    assert motion.fps == pytest.approx(59.94)
    np.testing.assert_allclose(motion.positions()[0, 0], [-0.0022, 0.0286, 0.2408])


def test_separate_root_and_body_poses_are_read(tmp_path):
    path = _save(tmp_path, poses=None, root_orient=np.zeros((FRAMES, 3)), pose_body=np.zeros((FRAMES, 63)))
    assert len(amass.read(path)) == FRAMES


def test_other_arrays_of_the_archive_are_not_opened(tmp_path):
    path = _save(tmp_path, gender=np.array([None], dtype=object), marker_labels=np.array([{}], dtype=object))
    assert len(amass.read(path)) == FRAMES


REFUSED = {
    "poses missing": ({"poses": None}, "needs the arrays poses and trans"),
    "trans missing": ({"trans": None}, "needs the arrays poses and trans"),
    "no rate": ({"mocap_framerate": None}, "frame rate"),
    "rate zero": ({"mocap_framerate": 0.0}, "frame rate"),
    "two rates": ({"mocap_framerate": np.ones(2)}, "frame rate"),
    "objects": ({"poses": np.array([{}] * FRAMES, dtype=object)}, "'object' in poses"),
    "text": ({"poses": np.array(["a"])}, "in poses where numbers belong"),
    "complex": ({"poses": np.zeros((FRAMES, 156), complex)}, "in poses where numbers belong"),
    "nan": ({"trans": np.full((FRAMES, 3), np.nan)}, "NaN or infinity in trans"),
    "no frames": ({"poses": np.zeros((0, 156)), "trans": np.zeros((0, 3))}, "poses of shape (0, 156)"),
    "narrow": ({"poses": np.zeros((FRAMES, 63))}, "poses of shape (5, 63)"),
    "one axis": ({"poses": np.zeros(156)}, "poses of shape (156,)"),
    "other length": ({"trans": np.zeros((4, 3))}, "trans of shape (4, 3) for 5 frames"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unusable_arrays_are_refused_with_the_reason(tmp_path, case):
    changes, reason = REFUSED[case]
    with pytest.raises(FormatError) as caught:
        amass.read(_save(tmp_path, **changes))
    assert reason in str(caught.value)


def _header(shape, descr="<f8"):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def _plain(array):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("poses", "reason"),
    [
        (_header((10**9, 156)), "more than"),
        (_header((-5, 156)), "more than"),
        (_header((50, 156)) + bytes(100), "holds less"),
        (_header((5, 156), "|O") + bytes(100), "'object' in poses"),
        (b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'", "damaged"),
        (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, "damaged"),
        (b"no array", "damaged"),
        (b"", "damaged"),
    ],
)
def test_lying_array_headers_are_refused_before_memory_is_taken(tmp_path, poses, reason):
    path = tmp_path / "clip.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("poses.npy", poses)
        archive.writestr("trans.npy", _plain(np.zeros((5, 3))))
    with pytest.raises(FormatError, match=reason):
        amass.read(path)


def test_a_zip_bomb_is_refused_without_unpacking_it(tmp_path):
    path = tmp_path / "bomb.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("poses.npy", "w", force_zip64=True) as stream,
    ):
        stream.write(_header((10**6, 66)))
        for _ in range(66):
            stream.write(bytes(10**6))
    with pytest.raises(FormatError, match="more than 33554432 numbers"):
        amass.read(path)


@pytest.mark.parametrize("data", [b"PK\x03\x04 cut off", b"hello", b"\x80\x04pickle"])
def test_what_is_no_archive_is_refused(tmp_path, data):
    (tmp_path / "clip.npz").write_bytes(data)
    with pytest.raises(FormatError, match=r"clip\.npz is a damaged or foreign \.npz"):
        amass.read(tmp_path / "clip.npz")


def test_only_smpl_motion_is_written(tmp_path):
    other = Motion(np.ones((1, 1, 4)), np.zeros((1, 3)), 30.0, Skeleton(("a",), np.array([-1]), np.zeros((1, 3))))
    with pytest.raises(MotionError, match="retarget"):
        amass.write(tmp_path / "clip.npz", other)
    with pytest.raises(FormatError, match="cannot be written"):
        amass.write(tmp_path / "missing" / "clip.npz", _motion())


@pytest.mark.parametrize("stored", ["[1]", "{", "null"])
def test_damaged_provenance_is_named(tmp_path, stored):
    with pytest.raises(FormatError, match="damaged provenance"):
        amass.read_provenance(_save(tmp_path, kinema=np.array(stored)))
