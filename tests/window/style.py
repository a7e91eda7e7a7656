"""The Style panel in the real application: python -m tests.window.style ROOT ZIP BACKEND CLIP [--pictures FOLDER]

Generates a walk, drops the motion file CLIP on the viewport as a file manager would, sees it become the style
reference, generates the same walk in its style and compares the two, shows the list of styles, and drops a file that is
no human. As tests.window, and python-xlib.
"""

from __future__ import annotations

import time
from pathlib import Path

from . import xdnd
from .driver import Window, arguments, opened

VIEW = (500, 520)
AREA, SIDEBAR = "1320x782+0+28", "282x720+1037+82"
SETTINGS = "bpy.context.scene.kinema_style"
TAKES = "module('takes').review.takes"
NO_HUMAN = """HIERARCHY
ROOT base
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
  End Site
  {
    OFFSET 0 1 0
  }
}
MOTION
Frames: 60
Frame Time: 0.0333333
"""


def main() -> None:
    parser = arguments("python -m tests.window.style", __doc__, 81)
    parser.add_argument("clip", type=Path, help="below the current folder, which is what the application sees")
    options = parser.parse_args()
    with opened(options) as window:
        session(window, options.clip.absolute())


def session(window: Window, clip: Path) -> None:
    window.run("bpy.data.objects.remove(bpy.data.objects['Cube']); area().spaces[0].show_region_ui = True")
    window.run(
        "from mathutils import Euler; view = area().spaces[0].region_3d; view.view_distance = 4.5\n"
        "view.view_location = (0.5, -1.6, 0.85); view.view_rotation = Euler((1.35, 0.0, 0.6)).to_quaternion()"
    )
    time.sleep(2.0)
    window.run("[r for r in area().regions if r.type == 'UI'][0].active_panel_category = 'Kinema'")
    window.run("bpy.context.scene.kinema.prompt = 'a person walks forward'; bpy.ops.kinema.generate()")
    window.until(f"len({TAKES}) == 1", 600)
    dropped(window, clip)
    window.until(f"{SETTINGS}.told and 's long' in {SETTINGS}.told")
    window.run("bpy.ops.kinema.generate()")
    window.until(f"len({TAKES}) == 2", 600)
    assert window.run(f"value = [take.result.request.style_clip for take in {TAKES}]") == ["", clip.name]
    assert window.run(f"value = len({{take.seed for take in {TAKES}}})") == 1
    way = window.run(f"value = [abs(t.motion.positions() - {TAKES}[0].motion.positions()).max() for t in {TAKES}]")
    assert way[1] > 0.1, "the styled walk is the plain one"
    window.run("bpy.ops.kinema.compare_takes(); bpy.context.scene.frame_set(40); area().tag_redraw()")
    window.move(*VIEW)
    time.sleep(3.0)
    window.shot("manual-style", AREA)
    window.run(f"s = {SETTINGS}; s.source = 'LIST'; s.style_name = 'giant'; area().tag_redraw()")
    time.sleep(3.0)
    window.shot("manual-style-list", SIDEBAR)
    bad = window.folder / "lamp.bvh"
    bad.write_text(NO_HUMAN + "0 0 0 0 0 0\n" * 60, encoding="utf-8")
    dropped(window, bad)
    window.until(f"{SETTINGS}.unusable")
    window.shot("style-refused")
    print("refused:", window.run(f"value = {SETTINGS}.told"))


def dropped(window: Window, path: Path) -> None:
    for _ in range(3):
        taken = xdnd.drop(f":{window.display}", "Blender", *VIEW, str(path))
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if window.run(f"value = {SETTINGS}.reference_file") == str(path):
                print(f"dropped {path.name}: {'finished' if taken else 'taken'}", flush=True)
                return
            time.sleep(0.5)
    raise RuntimeError(f"{path.name} was dropped three times and did not become the reference")


if __name__ == "__main__":
    main()
