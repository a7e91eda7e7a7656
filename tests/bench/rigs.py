"""Ten rigs and more x five real motions, measured in real Blender: python -m tests.bench.rigs [--sheets FOLDER]

Per rig and motion: degrees by which limbs point elsewhere than the motion says, centimetres by which wrists and ankles
miss their place after scaling to the limb, slide of standing feet raw and locked, penetration, and what key reduction
at 2 mm and 0.5 degrees leaves. Clips and characters come from the data bundle (KINEMA_DATA, default: ../shared/data).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import bpy
import numpy as np

from kinema.formats import read_clip
from kinema.protocol.motion import Motion
from kinema.retarget import to_smpl
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
EXTRA = ("Knight.glb", "cyberpunk_pack_Character.glb")


def data() -> Path:
    """The data bundle's test clips."""
    root = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("KINEMA_DATA", root.parent / "shared/data")) / "testclips"


def motions(names: tuple[str, ...] = tuple(CLIPS)) -> dict[str, Motion]:
    """The clips on SMPL's body, 30 frames a second, two seconds each."""
    out = {}
    for name in names:
        file, start = CLIPS[name]
        clip = read_clip(data() / file)
        first = int(start * clip.fps)
        motion = to_smpl(clip.crop(first, first + int((SECONDS + 0.1) * clip.fps)))
        out[name] = motion.resample(FPS).crop(0, int(SECONDS * FPS))
    return out


def character(name: str, extra: Path | None) -> bpy.types.Object:
    """An empty scene with one character."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if name in FILES:
        return characters.load(data() / name)
    if name in EXTRA:
        assert extra is not None
        return characters.load(next(extra.rglob(name)))
    return characters.build(bpy.context.scene, name.removesuffix("_ik"))


def row(
    name: str, motion: Motion, armature: bpy.types.Object
) -> tuple[measuring.Errors, measuring.Errors, list[float]]:
    """Raw and locked errors; curves, keys and kept error of the reduced action."""
    from blender_addon import keyframes, placement
    from blender_addon.rigs import rig_of
    from blender_addon.rigs.settings import RigSettings

    scene, limbs = bpy.context.scene, "IK" if name.endswith("_ik") else "FK"
    raw = measuring.place_and_measure(scene, armature, motion, RigSettings(lock=0.0, clear_hands=False, limbs=limbs))
    full = keyframes.count_keys(armature.animation_data.action)
    locked = measuring.place_and_measure(scene, armature, motion, RigSettings(limbs=limbs))
    rig = rig_of(armature)
    reduced = RigSettings(limbs=limbs, reduce=True)
    action = placement.write_motion(motion, rig, armature, "reduced", placement.Placing(scene.name), reduced)
    kept = list(action[placement.REDUCTION_KEY])
    return raw, locked, [full[1], keyframes.count_keys(action)[1], *kept]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extra", type=Path, help="folder with the glTF characters of extra.tar.xz")
    parser.add_argument("--sheets", type=Path, help="folder for a contact sheet of each rig")
    parser.add_argument("--rigs", nargs="*", help="only these")
    options = parser.parse_args()
    names = options.rigs or [*BUILT, *FILES, *(EXTRA if options.extra else ())]
    clips = motions()
    print(
        "| rig | kind (confidence) | motion | direction mean/worst deg | wrist mean/worst cm | ankle mean/worst cm "
        "| slide raw -> locked cm/s | under cm | keys -> reduced | kept mm, deg |\n|" + "---|" * 10
    )
    totals, began = [], time.perf_counter()
    for name in names:
        from blender_addon.rigs import confidences

        armature = character(name, options.extra)
        kind, confidence = next(iter(confidences(armature).items()))
        for label, motion in clips.items():
            raw, locked, keys = row(name, motion, armature)
            totals.append((raw.direction_mean, raw.direction_worst, raw.slide, locked.slide, keys[0], keys[1]))
            cells = (
                name,
                f"{kind} ({confidence:.2f})",
                label,
                f"{raw.direction_mean:.2f} / {raw.direction_worst:.2f}",
                f"{raw.wrist_mean:.2f} / {raw.wrist_worst:.2f}",
                f"{raw.ankle_mean:.2f} / {raw.ankle_worst:.2f}",
                f"{raw.slide:.1f} -> {locked.slide:.1f}",
                f"{raw.under:.1f} -> {locked.under:.1f}",
                f"{keys[0]:.0f} -> {keys[1]:.0f}",
                f"{keys[2]:.2f}, {keys[3]:.2f}",
            )
            print(f"| {' | '.join(cells)} |", flush=True)
        if options.sheets:
            from tests.bench.rig_sheets import sheet

            sheet(armature, clips, options.sheets / f"{name}.png")
    t = np.array(totals)
    print(
        f"\n{len(names)} rigs x {len(clips)} motions: direction {t[:, 0].mean():.3f} mean, {t[:, 1].max():.2f} worst; "
        f"slide {t[:, 2].mean():.1f} -> {t[:, 3].mean():.1f} cm/s; keys {t[:, 4].sum():.0f} -> {t[:, 5].sum():.0f}; "
        f"{time.perf_counter() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # Imported add-ons stay registered, which makes the bpy module hang at exit.
