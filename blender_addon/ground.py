"""What a character walks on: the height of the scene under its feet, by rays that fall on meshes."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from kinema.errors import RequestError

from .rigs.rest import RestRig
from .rigs.retargeting import Under
from .rigs.settings import RigSettings
from .sampling import origin_of, rest_in_world
from .steps import Steps

DEEPEST = 3.0
"""Rays end this many legs under where the ground was last found."""


AT_A_TIME = 8
"""Frames whose ground is looked for in one step."""


def under(scene: bpy.types.Scene, armature: bpy.types.Object, settings: RigSettings) -> Under | None:
    """What tells the ground's height as the settings say; None where the character's own floor is meant.

    Raises RequestError when the ground is an object that is not there or is no mesh.
    """
    if settings.ground_from == "OWN":
        return None
    things = _things(scene, armature, settings)
    home = origin_of(armature)
    still = np.array(armature.matrix_world)
    back = np.eye(4) if home is None else home @ np.linalg.inv(still)

    def heights(rest: RestRig, points: np.ndarray) -> Steps[np.ndarray]:
        to_world = back @ rest_in_world(rest, armature)
        up = to_world[:3, 1] / np.linalg.norm(to_world[:3, 1])
        metre = float(np.linalg.norm(to_world[:3, 1]))
        out = np.zeros(points.shape[:2])
        level = np.zeros(points.shape[1])
        for frame, places in enumerate(points):
            if frame % AT_A_TIME == 0:
                yield None
                depsgraph = bpy.context.evaluated_depsgraph_get()
                meshes = [thing.evaluated_get(depsgraph) for thing in things]
            for number, place in enumerate(places):
                # From where a leg reaches above the last ground: what hangs higher, such as a ceiling, is no ground.
                top = np.array([place[0], rest.floor + level[number] + rest.leg, place[2], 1.0])
                hit = _fall(meshes, (to_world @ top)[:3], -up, (1.0 + DEEPEST) * rest.leg * metre)
                if hit is not None:
                    level[number] += rest.leg - hit / metre
                    out[frame, number] = level[number]
        return out

    return heights


def _things(scene: bpy.types.Scene, armature: bpy.types.Object, settings: RigSettings) -> list[bpy.types.Object]:
    if settings.ground_from == "OBJECT":
        chosen = bpy.data.objects.get(settings.ground_object)
        if chosen is None or chosen.type != "MESH" or scene.objects.get(chosen.name) is None:
            raise RequestError("choose a mesh of this scene as the ground, or take the character's own floor")
        return [chosen]
    return [
        thing
        for thing in scene.objects
        if thing.type == "MESH"
        and thing.visible_get()
        and thing not in armature.children_recursive
        and not _worn(thing)
    ]


def _worn(thing: bpy.types.Object) -> bool:
    """Whether a mesh is some character's body."""
    return any(modifier.type == "ARMATURE" for modifier in thing.modifiers)


def _fall(meshes: list[bpy.types.Object], start: np.ndarray, down: np.ndarray, longest: float) -> float | None:
    """World units to the first mesh below `start`, or None."""
    nearest = None
    for thing in meshes:
        if not thing.data.polygons:
            continue
        back = thing.matrix_world.inverted_safe()
        stop = back @ Vector(start + longest * down)
        begin = back @ Vector(start)
        way = stop - begin
        if way.length < 1e-12:
            continue
        found, place, _, _ = thing.ray_cast(begin, way, distance=way.length)
        if found:
            distance = float((thing.matrix_world @ place - Vector(start)).length)
            nearest = distance if nearest is None else min(nearest, distance)
    return nearest
