"""An armature that is no rig of Kinema's -> Motion on its own skeleton, for the backend to understand by shape."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from kinema.errors import SkeletonError
from kinema.protocol import quaternion
from kinema.protocol.motion import Motion, Skeleton

from . import axes, keyframes, playing
from .steps import Aside, Steps


def double_steps(
    scene: bpy.types.Scene, armature: bpy.types.Object, double: bpy.types.Object, frames: Sequence[int]
) -> Steps[Motion]:
    """What the largest tree of bones of an armature's double (see playing.py) does at the scene's rate; bones that
    change their length are read by their turns. Raises SkeletonError for an armature without bones."""
    bones = _largest_tree(double)
    order = {bone.name: number for number, bone in enumerate(bones)}
    parents = np.array([-1, *(order[bone.parent.name] for bone in bones[1:])])
    rest = np.array(armature.matrix_world) @ np.array([bone.matrix_local for bone in bones])
    poses, worlds = yield from playing.double_steps(scene, armature, double, list(order), frames)
    rate, metres = keyframes.scene_rate(scene), scene.unit_settings.scale_length
    motion: Motion = yield Aside(lambda: _motion(tuple(order), parents, rest, worlds[:, None] @ poses, rate, metres))
    return motion


def _motion(
    names: tuple[str, ...], parents: np.ndarray, rest: np.ndarray, moved: np.ndarray, rate: float, metres: float
) -> Motion:
    """From the bones' matrices in the world, (B, 4, 4) at rest and (T, B, 4, 4) as they move."""
    turned = quaternion.multiply(_turns(moved), quaternion.conjugate(_turns(rest)))
    turned = axes.rotations_back(turned)
    local = turned.copy()
    local[:, 1:] = quaternion.multiply(quaternion.conjugate(turned[:, parents[1:]]), turned[:, 1:])
    heads = metres * axes.vectors_back(rest[:, :3, 3])
    offsets = np.concatenate([heads[:1], heads[1:] - heads[parents[1:]]])
    skeleton = Skeleton(names, parents, offsets)
    return Motion(local, metres * axes.vectors_back(moved[:, 0, :3, 3]), rate, skeleton)


def _largest_tree(armature: bpy.types.Object) -> list[bpy.types.Bone]:
    """Parents before children."""
    roots = [bone for bone in armature.data.bones if bone.parent is None]
    if not roots:
        raise SkeletonError(f"{armature.name} has no bones; choose another clip")
    root = max(roots, key=lambda bone: len(bone.children_recursive))
    return sorted([root, *root.children_recursive], key=lambda bone: len(bone.parent_recursive))


def _turns(matrices: np.ndarray) -> np.ndarray:
    """(..., 4, 4), scale and all -> (..., 4)."""
    sides = matrices[..., :3, :3]
    return quaternion.from_matrix(sides / np.maximum(np.linalg.norm(sides, axis=-2, keepdims=True), 1e-12))
