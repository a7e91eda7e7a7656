"""SMPL body models from the user's own files: shape, joints and skinning, NumPy only.

Reads the official layout as .npz (SMPL, SMPL-H, SMPL-X): v_template (V, 3), shapedirs (V, 3, S), posedirs (V, 3, P),
J_regressor (J, V), weights (V, J), kintree_table (2, J), f (F, 3). Loper et al. 2015, "SMPL: A Skinned Multi-Person
Linear Model", equations 2-10. Pickles are refused: opening one can run any code.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import FormatError
from . import quaternion

CONVERT = (
    "python -c \"import pickle, sys, numpy as np; d = pickle.load(open(sys.argv[1], 'rb'), encoding='latin1'); "
    "np.savez(sys.argv[2], **{k: np.asarray(d[k].toarray() if hasattr(d[k], 'toarray') else d[k]) for k in "
    "('v_template', 'shapedirs', 'posedirs', 'J_regressor', 'weights', 'kintree_table', 'f')})\" MODEL.pkl MODEL.npz"
)
"""Command with which a user who trusts an official .pkl turns it into what is read here."""

MOST_VERTICES = 1 << 17
_KEYS = ("v_template", "shapedirs", "J_regressor", "weights", "kintree_table", "f")


@dataclass(frozen=True, eq=False)
class BodyModel:
    """`template` (V, 3) metres, Y up; `shapes` (V, 3, S); `poses` (V, 3, 9 (J - 1)) or None; `regressor` (J, V);
    `weights` (V, J); `parents` (J,), -1 for the pelvis; `faces` (F, 3)."""

    template: np.ndarray
    shapes: np.ndarray
    poses: np.ndarray | None
    regressor: np.ndarray
    weights: np.ndarray
    parents: np.ndarray
    faces: np.ndarray

    def shaped(self, betas: np.ndarray) -> np.ndarray:
        """(V, 3) vertices at rest for betas (n,), n at most S. Raises FormatError when there are more."""
        betas = np.asarray(betas, dtype=np.float64)
        if betas.ndim != 1 or len(betas) > self.shapes.shape[2]:
            raise FormatError(f"this body model has {self.shapes.shape[2]} shape parameters, not {betas.size}")
        out: np.ndarray = self.template + self.shapes[..., : len(betas)] @ betas
        return out

    def joints(self, vertices: np.ndarray) -> np.ndarray:
        """(J, 3) joints of rest vertices (V, 3)."""
        out: np.ndarray = self.regressor @ vertices
        return out

    def posed(self, betas: np.ndarray, rotations: np.ndarray) -> np.ndarray:
        """(V, 3) vertices for local rotations (J, 4) wxyz, pelvis at its rest place; the pose's own corrections
        included where the model has them."""
        rest = self.shaped(betas)
        joints = self.joints(rest)
        local = quaternion.to_matrix(rotations)
        if self.poses is not None:
            rest = rest + self.poses @ (local[1:] - np.eye(3)).reshape(-1)
        world = np.tile(np.eye(4), (len(joints), 1, 1))
        for joint, parent in enumerate(self.parents):
            own = np.eye(4)
            own[:3, :3] = local[joint]
            own[:3, 3] = joints[joint] - (joints[parent] if parent >= 0 else 0.0)
            world[joint] = own if parent < 0 else world[parent] @ own
        world[:, :3, 3] -= np.einsum("jab,jb->ja", world[:, :3, :3], joints)
        blended = np.einsum("vj,jab->vab", self.weights, world)
        return np.einsum("vab,vb->va", blended[:, :3, :3], rest) + blended[:, :3, 3]


def read(path: Path) -> BodyModel:
    """A model file. Raises FormatError naming the fix for pickles, damaged files and other layouts."""
    path = Path(path)
    if path.suffix.lower() in (".pkl", ".pickle"):
        raise FormatError(
            f"{path.name} is a Python pickle, which can run code when it is opened and is never read; "
            f"if you trust it, convert it once in Python with scipy and chumpy: {CONVERT}"
        )
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in _KEYS if key not in archive.files]
            if missing:
                raise FormatError(f"{path.name} is no SMPL model: it lacks {', '.join(missing)}")
            arrays = {key: archive[key] for key in (*_KEYS, "posedirs") if key in archive.files}
    except (zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
        raise FormatError(f"{path.name} is no readable .npz model ({error}); download or convert it again") from None
    return _checked(arrays, path.name)


def _checked(arrays: dict[str, np.ndarray], name: str) -> BodyModel:
    template = np.asarray(arrays["v_template"], dtype=np.float64)
    count, joints = len(template), arrays["kintree_table"].shape[-1]
    wanted = {
        "v_template": (count, 3),
        "J_regressor": (joints, count),
        "weights": (count, joints),
        "kintree_table": (2, joints),
    }
    for key, shape in wanted.items():
        if arrays[key].shape != shape:
            raise FormatError(f"{name} has {key} of shape {arrays[key].shape}, not {shape}; convert it again")
    shapes, faces = np.asarray(arrays["shapedirs"], dtype=np.float64), np.asarray(arrays["f"], dtype=np.int64)
    if count > MOST_VERTICES or shapes.ndim != 3 or shapes.shape[:2] != (count, 3):
        raise FormatError(f"{name} has shapedirs of shape {shapes.shape} for {count} vertices; convert it again")
    if faces.ndim != 2 or faces.shape[1] != 3 or faces.min(initial=0) < 0 or faces.max(initial=0) >= count:
        raise FormatError(f"{name} has faces that name vertices it does not have; download or convert it again")
    parents = arrays["kintree_table"][0].astype(np.int64)
    parents = np.where((parents < 0) | (parents >= joints), -1, parents)
    if parents[0] != -1 or np.any(parents[1:] < 0) or np.any(parents[1:] >= np.arange(1, joints)) or joints < 22:
        raise FormatError(f"{name} has a kintree_table that is no SMPL body's; download or convert it again")
    poses = np.asarray(arrays["posedirs"], dtype=np.float64) if "posedirs" in arrays else None
    if poses is not None and poses.shape != (count, 3, 9 * (joints - 1)):
        poses = None
    regressor, weights = (np.asarray(arrays[key], dtype=np.float64) for key in ("J_regressor", "weights"))
    return BodyModel(template, shapes, poses, regressor, weights, parents, faces)
