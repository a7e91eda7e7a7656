"""Two more tables of tests.bench.rigs: clips of many tools on three rigs, and armatures that are turned and scaled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from kinema.errors import SkeletonError
from kinema.protocol.motion import Motion
from tests.blender import characters, measuring

TOOLS = {
    "CMU, as BVH": ("cmu_12_01_walk_crlf.bvh", 0.5),
    "Acclaim ASF/AMC": ("cmu_11_01.amc", 0.5),
    "Mixamo": ("mixamo_walk_freebvh.bvh", 0.0),
    "MakeHuman": ("makehuman_walk_zup_dm_24fps.bvh", 0.0),
    "Second Life": ("secondlife_walk_CR_only.bvh", 0.0),
    "MotionBuilder (Bandai)": ("bandai_walk_old_doubleroot.bvh", 0.5),
    "Xia et al.": ("xia_old_120fps.bvh", 0.0),
    "BFA": ("bfa_zombie_60fps.bvh", 0.5),
    "Perfume": ("perfume_dance_A_40fps.bvh", 8.0),
    "Animated Drawings": ("fair1_zombie_mixed_order_negY.bvh", 0.5),
    "Truebones boxing": ("boxing_toes_100fps_rowmismatch.bvh", 6.0),
    "Khronos glTF": ("CesiumMan.glb", 0.0),
    "ozz FBX, read in Blender": ("ozz_pab_walk.fbx", 0.0),
}
RIGS = ("mixamo", "ue5", "rigify")
SECONDS = 1.0

Character = Callable[[str, Path | None], bpy.types.Object]


def document(character: Character, extra: Path | None) -> str:
    """Both tables as Markdown, and what is refused."""
    from tests.bench import rigs

    lines = [
        "## Clips of many tools, no mapping by hand",
        "",
        f"One second each. Directions in degrees (mean / worst) and slide of standing soles in cm/s, feet locked, on "
        f"{', '.join(RIGS)}.",
        "",
        "| tool | clip |" + "".join(f" {rig} direction | slide |" for rig in RIGS),
        "|---|---|" + "---|---|" * len(RIGS),
    ]
    motions = {tool: _motion(file, start) for tool, (file, start) in TOOLS.items()}
    cells: dict[str, list[str]] = {tool: [] for tool in TOOLS}
    for rig in RIGS:
        armature = character(rig, extra)
        for tool, motion in motions.items():
            raw, locked = _both(armature, motion)
            cells[tool] += [f"{raw.direction_mean:.2f} / {raw.direction_worst:.2f}", f"{locked.slide:.1f}"]
    lines += [f"| {tool} | {TOOLS[tool][0]} | {' | '.join(cells[tool])} |" for tool in TOOLS]
    lines += ["", "## Turned, scaled and parented armatures", ""]
    lines += [f"- {what}: {1000 * far:.4f} mm" for what, far in _transformed(motions["CMU, as BVH"]).items()]
    if extra is not None:
        lines += ["", "## Refused", ""]
        lines += [f"- {name}: {_refusal(character(name, extra))}" for name in rigs.REFUSED]
    return "\n" + "\n".join(lines) + "\n"


def _motion(file: str, start: float) -> Motion:
    from tests.bench import rigs

    if not file.endswith(".fbx"):
        return rigs.clip(file, start, SECONDS)
    from blender_addon import sampling
    from blender_addon.rigs import rig_of

    bpy.ops.wm.read_factory_settings(use_empty=True)
    before = set(bpy.data.objects)
    bpy.ops.import_scene.fbx(filepath=str(rigs.data() / file))
    armature = next(thing for thing in bpy.data.objects if thing not in before and thing.type == "ARMATURE")
    scene = bpy.context.scene
    read = sampling.read_motion(scene, armature, rig_of(armature))
    return read.resample(rigs.FPS).crop(0, int(SECONDS * rigs.FPS))


def _both(armature: bpy.types.Object, motion: Motion) -> tuple[measuring.Errors, measuring.Errors]:
    from blender_addon.rigs.settings import RigSettings

    scene = bpy.context.scene
    raw = measuring.place_and_measure(scene, armature, motion, RigSettings(lock=0.0, clear_hands=False))
    return raw, measuring.place_and_measure(scene, armature, motion, RigSettings())


def _transformed(motion: Motion) -> dict[str, float]:
    """What was done to a Mixamo character -> metres by which any joint's world place differs most."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    plain = vars(characters.BUILDS["mixamo"])
    changes = {
        "metres, Z up": {"unit": 1.0, "y_up": False},
        "centimetres, Y up, object turned and scaled by 0.01": {},
        "scaled by 2.5, bones rolled anyhow": {"unit": 2.5, "rolls": 3},
        "bones pointing anywhere": {"axes": "random", "rolls": 7},
        "child of an object that is moved, turned and scaled by 3": {},
    }
    found = {}
    for what, change in changes.items():
        armature = characters.make(scene, "rig", characters.Build(**(plain | change)))
        if what.startswith("child"):
            _parent(scene, armature)
        found[what] = _heads(scene, armature, motion)
    first = next(iter(found.values()))
    return {what: float(np.linalg.norm(heads - first, axis=-1).max()) for what, heads in found.items()}


def _parent(scene: bpy.types.Scene, armature: bpy.types.Object) -> None:
    parent = bpy.data.objects.new("parent", None)
    scene.collection.objects.link(parent)
    parent.matrix_world = Matrix.Translation((2, 1, 0.5)) @ Matrix.Rotation(0.7, 4, "Z") @ Matrix.Scale(3, 4)
    bpy.context.view_layer.update()
    kept = armature.matrix_world.copy()
    armature.parent, armature.matrix_parent_inverse = parent, parent.matrix_world.inverted()
    armature.matrix_world = kept
    bpy.context.view_layer.update()


def _heads(scene: bpy.types.Scene, armature: bpy.types.Object, motion: Motion) -> np.ndarray:
    from blender_addon import placement, sampling
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.retargeting import mapping_of
    from blender_addon.rigs.settings import RigSettings

    scene.render.fps, rig = round(motion.fps), rig_of(armature)
    raw = RigSettings(lock=0.0, clear_hands=False)
    placement.write_motion(motion, rig, armature, "take", placement.Placing(scene.name), raw)
    names = [bone for bones in mapping_of(rig, armature).bones.values() for bone in bones]
    poses, worlds = sampling.matrices(scene, armature, names, list(range(1, len(motion) + 1)))
    return (worlds[:, None] @ poses)[..., :3, 3]


def _refusal(armature: bpy.types.Object) -> str:
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.other import refuse_loose_limbs

    try:
        refuse_loose_limbs(armature)
    except SkeletonError as error:
        return str(error)
    return f"not refused, taken as {rig_of(armature)}"
