"""A character of one's own in the real application: python -m tests.window.character ROOT ZIP CHARACTER CLIP

ROOT and ZIP as for tests.window. CHARACTER: a glTF file with a skinned human. CLIP: any motion file that Kinema reads.
Puts the clip onto the character, checks the take, and takes pictures of the panels Character, Bones and Quality.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from kinema.formats import amass, read_clip
from kinema.retarget import to_smpl

from .driver import Window

TAB, SIDE = (1308, 253), (1170, 600)
SIDEBAR = "263x694+1037+98"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.window.character", description=__doc__)
    for name in ("root", "zip", "character", "clip"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--pictures", type=Path, help="copy the manual's picture there")
    parser.add_argument("--display", type=int, default=78)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="character-", dir="build")).absolute()
    window = Window(options.root, folder, options.display, "none")
    shutil.copy(options.character, folder / f"character{options.character.suffix}")
    clip = read_clip(options.clip)
    amass.write(folder / "clip.npz", to_smpl(clip.crop(0, int(3 * clip.fps))))
    try:
        window.install(options.zip.absolute())
        window.open()
        session(window, options.character.suffix)
        if options.pictures:
            shutil.copy(folder / "panels-2.png", options.pictures / "character.png")
    finally:
        window.close()
    print(folder)


def session(window: Window, suffix: str) -> None:
    window.run("bpy.data.objects.remove(bpy.data.objects['Cube'])")
    place = f"""
import bpy
from pathlib import Path
window = bpy.context.window_manager.windows[0]
with bpy.context.temp_override(window=window, area=area()):
    bpy.ops.import_scene.gltf(filepath={str(window.folder / "character") + suffix!r})
    armature = next(t for t in bpy.data.objects if t.type == "ARMATURE")
    armature.animation_data_clear()
    bpy.context.view_layer.objects.active = armature
    motion = module("exchange").read_amass(Path({str(window.folder / "clip.npz")!r}))
    scene = bpy.context.scene
    module("placement").place(motion, module("placement").Placing(scene.name, armature.name), "walk", {{}})
    scene.frame_set(20)
    bpy.ops.kinema.quality()
    bpy.ops.kinema.find_bones()
    value = armature.animation_data.action["kinema_card"]["lines"]
"""
    print(window.run(place, 600), flush=True)
    window.run("area().spaces[0].show_region_ui = True")
    window.run("view = area().spaces[0].region_3d; view.view_distance = 5.0; view.view_location = (0.0, -0.6, 0.9)")
    time.sleep(2.0)
    shown = "[r for r in area().regions if r.type == 'UI'][0].active_panel_category == 'Kinema'"
    window.press(*TAB, shown)
    window.move(*SIDE)
    for number in range(4):
        window.shot(f"panels-{number}", SIDEBAR)
        for _ in range(6):
            window._xdo("click", "5")
        time.sleep(1.0)
    window.shot("character")


if __name__ == "__main__":
    main()
