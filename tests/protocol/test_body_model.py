"""A synthetic model in the official layout against the smplx package, and what is refused."""

import pickle

import numpy as np
import pytest

from kinema.errors import FormatError
from kinema.protocol import body_model, quaternion
from kinema.protocol.smpl import SMPL_NAMES, SMPL_OFFSETS, SMPL_PARENTS


def synthetic(joints=24, ring=8):
    """Octagonal tubes along SMPL's bones: every key of the official files, none of their data."""
    rng = np.random.default_rng(0)
    places = np.zeros((joints, 3))
    for joint, parent in enumerate(SMPL_PARENTS):
        places[joint] = (places[parent] if parent >= 0 else 0) + np.array(SMPL_OFFSETS[joint])
    angles = np.linspace(0, 2 * np.pi, ring, endpoint=False)
    circle = 0.05 * np.stack([np.cos(angles), 0.3 * np.sin(angles), np.sin(angles)], axis=1)
    vertices = (places[:, None] + circle).reshape(-1, 3)
    weights = np.repeat(np.eye(joints), ring, axis=0)
    for joint, parent in enumerate(SMPL_PARENTS):
        if parent >= 0:
            weights[joint * ring : (joint + 1) * ring, [joint, parent]] = (0.7, 0.3)
    bones = [(joint * ring, parent * ring) for joint, parent in enumerate(SMPL_PARENTS) if parent >= 0]
    faces = [(j + k, j + (k + 1) % ring, p + k) for j, p in bones for k in range(ring)]
    parents = np.array(SMPL_PARENTS, dtype=np.int64)
    parents[0] = 2**32 - 1  # as the official files write it
    return {
        "v_template": vertices,
        "shapedirs": 0.01 * rng.normal(size=(*vertices.shape, 10)),
        "posedirs": 0.002 * rng.normal(size=(*vertices.shape, 9 * (joints - 1))),
        "J_regressor": np.repeat(np.eye(joints), ring, axis=1) / ring,
        "weights": weights,
        "kintree_table": np.stack([parents, np.arange(joints)]),
        "f": np.array(faces, dtype=np.uint32),
    }


def test_shape_and_pose_agree_with_smplx(tmp_path):
    smplx = pytest.importorskip("smplx")
    torch = pytest.importorskip("torch")
    from smplx.utils import Struct

    arrays = synthetic()
    path = tmp_path / "SMPL_NEUTRAL.npz"
    np.savez(path, **arrays)
    model = body_model.read(path)
    rng = np.random.default_rng(1)
    betas, vectors = rng.normal(size=10), 0.4 * rng.normal(size=(24, 3))
    theirs = smplx.SMPL(
        model_path="",
        data_struct=Struct(**(arrays | {"shapedirs": arrays["shapedirs"]})),
        dtype=torch.float64,
        batch_size=1,
        vertex_ids=dict.fromkeys(smplx.vertex_ids.vertex_ids["smplh"], 0),
    )
    out = theirs(
        betas=torch.tensor(betas[None]),
        global_orient=torch.tensor(vectors[None, 0]),
        body_pose=torch.tensor(vectors[None, 1:].reshape(1, -1)),
    )
    ours = model.posed(betas, quaternion.from_rotation_vector(vectors))
    assert np.abs(ours - out.vertices[0].detach().numpy()).max() < 1e-6
    assert len(SMPL_NAMES) == len(model.parents)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": None}, "lacks weights"),
        ({"weights": np.zeros((3, 3))}, "weights of shape"),
        ({"f": np.array([[0, 1, 10**6]])}, "faces"),
        ({"kintree_table": np.zeros((2, 24), dtype=int)}, "kintree_table"),
        ({"v_template": np.array([{"a": 1}], dtype=object)}, "no readable"),
    ],
)
def test_damaged_models_are_refused_in_one_sentence(tmp_path, change, words):
    arrays = {key: value for key, value in (synthetic() | change).items() if value is not None}
    np.savez(tmp_path / "model.npz", **arrays)
    with pytest.raises(FormatError, match=words):
        body_model.read(tmp_path / "model.npz")


def test_pickles_are_never_opened_and_the_way_is_named(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "boom"), "w"))

    (tmp_path / "SMPL.pkl").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(FormatError, match="convert it once"):
        body_model.read(tmp_path / "SMPL.pkl")
    assert not (tmp_path / "boom").exists()
