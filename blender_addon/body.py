"""A SMPL body in the scene from the user's own model file: armature, skinned mesh, its shape as shape keys."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from kinema.protocol import body_model
from kinema.protocol.smpl import SMPL_NAMES

from . import axes

MOST_SHAPES = 10
SHAPE_KEY = "Shape{:03d}"
"""Name of the shape key of a beta, as Meshcapade's add-on names them; its value is the beta."""

BETAS_KEY = "kinema_betas"
"""Custom property of an armature made here: the betas that its joints were built with."""


def build(scene: bpy.types.Scene, path: Path, betas: np.ndarray | None = None) -> bpy.types.Object:
    """An armature at the origin, soles on the floor, with the model's mesh skinned to it.

    The joints are those of the given betas; the first ten betas are also shape keys, which move the skin alone. Raises
    FormatError when the file cannot be used.
    """
    model = body_model.read(path)
    betas = np.zeros(0) if betas is None else np.asarray(betas, dtype=np.float64)
    vertices = model.shaped(betas)
    joints = model.joints(vertices)
    lift = np.array([0.0, -vertices[:, 1].min(), 0.0])
    names = _names(len(joints))
    armature = _armature(scene, path.stem, axes.vectors(joints + lift), model.parents, names)
    armature[BETAS_KEY] = betas.tolist()
    mesh = bpy.data.meshes.new(path.stem)
    mesh.from_pydata(axes.vectors(vertices + lift).tolist(), [], model.faces.tolist())
    mesh.shade_smooth()
    skin = bpy.data.objects.new(f"{path.stem} Body", mesh)
    scene.collection.objects.link(skin)
    skin.parent = armature
    for joint, name in enumerate(names):
        group = skin.vertex_groups.new(name=name)
        column = model.weights[:, joint]
        for vertex in np.flatnonzero(column > 1e-5):
            group.add([int(vertex)], float(column[vertex]), "REPLACE")
    skin.modifiers.new("Armature", "ARMATURE").object = armature
    _shape_keys(skin, model, betas)
    return armature


def _names(count: int) -> tuple[str, ...]:
    """SMPL's own names; joints of hands and face beyond them are numbered."""
    body = SMPL_NAMES if count == len(SMPL_NAMES) else SMPL_NAMES[:22]
    return (*body, *(f"Joint{number}" for number in range(len(body), count)))


def _armature(
    scene: bpy.types.Scene, name: str, joints: np.ndarray, parents: np.ndarray, names: tuple[str, ...]
) -> bpy.types.Object:
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    scene.collection.objects.link(armature)
    layer = bpy.context.view_layer
    layer.objects.active = armature
    with bpy.context.temp_override(active_object=armature, object=armature):
        bpy.ops.object.mode_set(mode="EDIT")
        for joint, label in enumerate(names):
            bone = armature.data.edit_bones.new(label)
            children = np.flatnonzero(parents == joint)
            tail = joints[children[0]] if len(children) == 1 else joints[joint] + (0.0, 0.0, 0.08)
            bone.head = joints[joint]
            bone.tail = tail if np.linalg.norm(tail - joints[joint]) > 1e-3 else joints[joint] + (0.0, 0.0, 0.03)
            if parents[joint] >= 0:
                bone.parent = armature.data.edit_bones[names[parents[joint]]]
        bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return armature


def _shape_keys(skin: bpy.types.Object, model: body_model.BodyModel, betas: np.ndarray) -> None:
    """One key a beta, relative to the body as built; its range is that of people."""
    skin.shape_key_add(name="Basis")
    base = np.empty(len(model.template) * 3, dtype=np.float32)
    skin.data.vertices.foreach_get("co", base)
    for number in range(min(MOST_SHAPES, model.shapes.shape[2])):
        key = skin.shape_key_add(name=SHAPE_KEY.format(number), from_mix=False)
        moved = base.reshape(-1, 3) + axes.vectors(model.shapes[..., number])
        key.data.foreach_set("co", moved.astype(np.float32).ravel())
        key.slider_min, key.slider_max, key.value = -5.0, 5.0, 0.0


def betas_of(armature: bpy.types.Object) -> np.ndarray:
    """(16,) betas of a body made here: those it was built with and what its shape keys add."""
    out = np.zeros(16)
    built = np.array(armature.get(BETAS_KEY, []), dtype=np.float64)
    out[: min(len(built), 16)] = built[:16]
    names = [SHAPE_KEY.format(number) for number in range(MOST_SHAPES)]
    for key in shape_keys_of(armature):
        out[names.index(key.name)] += key.value
    return out


def shape_keys_of(armature: bpy.types.Object) -> list[bpy.types.ShapeKey]:
    """The shape keys of a body's betas, in their order."""
    names = [SHAPE_KEY.format(number) for number in range(MOST_SHAPES)]
    meshes = [child.data.shape_keys for child in armature.children if child.type == "MESH" and child.data.shape_keys]
    return [keys.key_blocks[name] for keys in meshes for name in names if name in keys.key_blocks]
