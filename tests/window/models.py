"""The choice of weights in the real application: python -m tests.window.models ROOT ZIP BACKEND [--pictures FOLDER]

Generates with the default pack, types another one's name into the panel Backend, generates again, and sees that the
take, the panel and the list of styles follow. As tests.window.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from .driver import Window
from .edit import show

MODEL = (1165, 249)
SIDEBAR = "282x260+1037+82"
TAKES = "module('takes').review.takes"
DESCRIPTION = "module('dispatch').description"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.window.models", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("zip", type=Path)
    parser.add_argument("backend", help="a Python with kinema: a command says for itself which weights it takes")
    parser.add_argument("--pictures", type=Path, help="copy the manual's picture there")
    parser.add_argument("--display", type=int, default=82)
    options = parser.parse_args()
    window = Window(
        options.root, Path(tempfile.mkdtemp(prefix="models-", dir="build")).absolute(), options.display, options.backend
    )
    try:
        window.install(options.zip.absolute())
        window.open()
        session(window)
        if options.pictures:
            shutil.copy(window.folder / "models.png", options.pictures / "models.png")
    finally:
        window.close()


def session(window: Window) -> None:
    window.run("bpy.data.objects.remove(bpy.data.objects['Cube']); area().spaces[0].show_region_ui = True")
    time.sleep(2.0)
    window.run("[r for r in area().regions if r.type == 'UI'][0].active_panel_category = 'Kinema'")
    show(window, "KINEMA_PT_backend")
    generate(window, "kinema-base", 1)
    assert window.run("value = len(module('style_list').known())") > 1
    window.shot("models-before")
    window.fill(*MODEL, "kinema-open", "module('preferences').get().model == 'kinema-open'")
    time.sleep(1.0)
    window.shot("models", SIDEBAR)
    generate(window, "kinema-open", 2)
    assert window.run("value = module('style_list').known()") == [], "this pack knows no styles"
    window.shot("models-after")


def generate(window: Window, name: str, takes: int) -> None:
    window.run("bpy.context.scene.kinema.prompt = 'a person walks forward'; bpy.ops.kinema.generate()")
    window.until(f"len({TAKES}) == {takes}", 600)
    window.until(f"{DESCRIPTION} is not None and {DESCRIPTION}.pack['name'] == {name!r}")
    pack = window.run(f"value = dict({TAKES}[-1].pack)")
    print(f"{pack['name']} {pack['version']}, {pack['licence']}, commercial: {pack['commercial']}", flush=True)
    assert pack["name"] == name


if __name__ == "__main__":
    main()
