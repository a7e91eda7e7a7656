"""Rigs x real motions, measured in real Blender: python -m tests.bench.rigs [--extra FOLDER] [--sheets FOLDER]

Clips and characters come from the data bundle (KINEMA_DATA, default: ../shared/data), more characters from the unpacked
glTF archives in --extra. `--write blender_addon/rigs/FIGURES.md` keeps the tables with the code.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import bpy

from kinema.formats import read_clip
from kinema.protocol.motion import Motion
from kinema.retarget import to_smpl
from tests.bench import rig_tables, rig_tools
from tests.blender import characters, measuring

FPS, SECONDS = 30.0, 2.0
CLIPS = {
    "walk": ("cmu_12_01_walk_crlf.bvh", 0.3),
    "old": ("xia_old_120fps.bvh", 0.0),
    "dance": ("perfume_dance_A_40fps.bvh", 8.0),
    "boxing": ("boxing_toes_100fps_rowmismatch.bvh", 6.0),
    "jump": ("cmu_01_01_120fps.bvh", 5.0),
}
BUILT = (
    "smpl",
    "smplx",
    "mixamo",
    "rigify_metarig",
    "rigify",
    "rigify_ik",
    "rigify_deform",
    "rigify_full",
    "rigify_full_ik",
    "ue4",
    "ue5",
    "vroid",
    "makehuman",
    "character_creator",
    "daz_g8",
    "daz_g9",
    "rokoko",
    "cmu",
)
FILES = ("mesh2motion_human_male.glb", "CesiumMan.glb", "ozz_pab_walk.fbx", "mixamo_walk_freebvh.bvh")
EXTRA = ("Knight.glb", "human-base-animations.glb")
REFUSED = ("cyberpunk_pack_Character.glb",)
"""Characters whose hands and feet hang elsewhere than on their limbs, for controls: refused, with the bone named."""


@dataclass(frozen=True)
class Row:
    """Raw and locked errors of one rig and motion; curves and keys before and after reduction, and what reduction
    changed on every frame as Blender evaluates it: millimetres and degrees."""

    rig: str
    kind: str
    motion: str
    raw: measuring.Errors
    locked: measuring.Errors
    curves: int
    keys: int
    reduced: int
    millimetres: float
    degrees: float


def data() -> Path:
    """The data bundle's test clips."""
    root = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("KINEMA_DATA", root.parent / "shared/data")) / "testclips"


def clip(file: str, start: float = 0.0, seconds: float = SECONDS) -> Motion:
    """A test clip's part on SMPL's body, 30 frames a second."""
    read = read_clip(data() / file)
    first = int(start * read.fps)
    motion = to_smpl(read.crop(first, first + int((seconds + 0.1) * read.fps) + 1))
    return motion.resample(FPS).crop(0, int(seconds * FPS))


def character(name: str, extra: Path | None) -> bpy.types.Object:
    """An empty scene with one character. What Rigify takes a minute to generate is generated once."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if name in FILES:
        return characters.load(data() / name)
    if name in (*EXTRA, *REFUSED):
        assert extra is not None
        return characters.load(next(extra.rglob(name)))
    kind = name.removesuffix("_ik")
    kept = Path(bpy.app.tempdir) / f"{kind}.blend"
    if kept.exists():
        bpy.ops.wm.open_mainfile(filepath=str(kept))
        return next(thing for thing in bpy.data.objects if thing.name == "rig")
    made = characters.build(bpy.context.scene, kind)
    if kind == "rigify_full":
        bpy.ops.wm.save_as_mainfile(filepath=str(kept))
    return made


def measured(name: str, label: str, motion: Motion, armature: bpy.types.Object) -> Row:
    """One row of the table."""
    from blender_addon import keyframes, placement
    from blender_addon.rigs import confidences, rig_of
    from blender_addon.rigs.settings import RigSettings

    scene, limbs = bpy.context.scene, "IK" if name.endswith("_ik") else "FK"
    kind, confidence = next(iter(confidences(armature).items()))
    raw = measuring.place_and_measure(scene, armature, motion, RigSettings(lock=0.0, clear_hands=False, limbs=limbs))
    locked = measuring.place_and_measure(scene, armature, motion, RigSettings(limbs=limbs))
    full = armature.animation_data.action
    settings = RigSettings(limbs=limbs, reduce=True)
    placing = placement.Placing(scene.name)
    reduced = placement.write_motion(motion, rig_of(armature), armature, "reduced", placing, settings)
    frames = list(range(1, len(motion) + 1))
    far, turned = measuring.apart(scene, armature, rig_of(armature), full, reduced, frames)
    curves, keys = keyframes.count_keys(full)
    after = keyframes.count_keys(reduced)[1]
    return Row(name, f"{kind} ({confidence:.2f})", label, raw, locked, curves, keys, after, far, turned)


def main() -> None:
    """Print the tables, or write them to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extra", type=Path, help="folder with the glTF characters of extra.tar.xz, unpacked")
    parser.add_argument("--sheets", type=Path, help="folder for a contact sheet of each rig")
    parser.add_argument("--write", type=Path, help="file for the tables, such as blender_addon/rigs/FIGURES.md")
    parser.add_argument("--rigs", nargs="*", help="only these")
    parser.add_argument("--no-tools", action="store_true", help="without the tables of tools and of turned armatures")
    parser.add_argument("--motions", nargs="*", choices=sorted(CLIPS), help="only these")
    options = parser.parse_args()
    names = options.rigs or [*BUILT, *FILES, *(EXTRA if options.extra else ())]
    tools = "" if options.no_tools else rig_tools.document(character, options.extra)
    clips, rows, began = {name: clip(*CLIPS[name]) for name in options.motions or CLIPS}, [], time.perf_counter()
    print(rig_tables.HEADER)
    for name in names:
        armature = character(name, options.extra)
        for label, motion in clips.items():
            rows.append(measured(name, label, motion, armature))
            print(rig_tables.line(rows[-1]), flush=True)
        if options.sheets:
            from tests.bench.rig_sheets import sheet

            sheet(armature, clips, options.sheets / f"{name}.png", "IK" if name.endswith("_ik") else "FK")
        text = rig_tables.document(rows) + tools
        if options.write:
            options.write.write_text(text, encoding="utf-8")
    print(f"{text}\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Imported add-ons stay registered, which makes the bpy module hang at exit.
