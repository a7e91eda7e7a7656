"""The preview body: a clay figure (`figure.py`) skinned to the armature's bones.

Left hand and foot are blue, right are red, the face is dark, so that facing and sides read at a glance.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import bpy
import numpy as np

from ..steps import Aside, Steps
from . import figure

COLOURS = dict(
    zip(
        figure.MATERIALS,
        ((0.74, 0.69, 0.61, 1.0), (0.02, 0.24, 0.42, 1.0), (0.66, 0.10, 0.04, 1.0), (0.035, 0.04, 0.05, 1.0)),
        strict=True,
    )
)
"""Linear."""


def build_steps(armature: bpy.types.Object) -> Steps[bpy.types.Object]:
    """A mesh object for an armature of SMPL's bones in their rest pose, in no scene's collection yet."""
    shape = yield Aside(_shape)
    name = f"{armature.name} Body"
    data = yield from _mesh(name, shape)
    body = bpy.data.objects.new(name, data)
    body.parent = armature
    body.hide_select = True
    yield from _weigh(body, shape)
    body.modifiers.new("Armature", "ARMATURE").object = armature
    return body


@functools.lru_cache(maxsize=1)
def _shape() -> Mapping[str, np.ndarray]:
    with np.load(figure.FILE, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def _mesh(name: str, shape: Mapping[str, np.ndarray]) -> Steps[bpy.types.Mesh]:
    materials = []
    for material in figure.MATERIALS:
        materials.append(_material(material))
        yield None
    vertices, quads = shape["vertices"], shape["quads"].astype(np.int32)
    data = bpy.data.meshes.new(name)
    data.vertices.add(len(vertices))
    data.loops.add(quads.size)
    data.polygons.add(len(quads))
    # As attributes, which are copied whole; "co" and "vertex_index" go through Blender one by one.
    data.attributes["position"].data.foreach_set("vector", vertices.astype(np.float32).ravel())
    data.attributes[".corner_vert"].data.foreach_set("value", quads.ravel())
    data.polygons.foreach_set("loop_start", np.arange(0, quads.size, 4, dtype=np.int32))
    kinds = data.attributes.new("material_index", "INT", "FACE")
    kinds.data.foreach_set("value", shape["materials"].astype(np.int32))
    for material in materials:
        data.materials.append(material)
    data.update(calc_edges=True)
    return data


def _weigh(body: bpy.types.Object, shape: Mapping[str, np.ndarray]) -> Steps[None]:
    """Vertex groups: one call for all vertices of a bone that have the same weight."""
    weights = shape["weights"].astype(np.int64)
    yield None
    names = [body.vertex_groups.new(name=str(bone)).name for bone in shape["bones"]]
    keys = weights[:, 0] * (figure.WEIGHT_STEPS + 1) + weights[:, 1]
    starts = [0, *(np.flatnonzero(np.diff(keys)) + 1).tolist()]
    vertices = weights[:, 2].tolist()
    for start, end in zip(starts, [*starts[1:], len(vertices)], strict=True):
        bone, step, _ = weights[start].tolist()
        body.vertex_groups[names[bone]].add(vertices[start:end], step / figure.WEIGHT_STEPS, "REPLACE")
        yield None


def _material(name: str) -> bpy.types.Material:
    material = bpy.data.materials.get(name)
    if material is None:
        material = bpy.data.materials.new(name)
        material.diffuse_color = COLOURS[name]
        material.roughness = 0.55
        if bpy.app.version < (5, 0, 0):
            material.use_nodes = True
        shader = next((node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED"), None)
        if shader is not None:
            shader.inputs["Base Color"].default_value = COLOURS[name]
            shader.inputs["Roughness"].default_value = 0.55
    return material
