"""The choice of weights in the real application: python -m tests.window.models ROOT ZIP BACKEND [--pictures FOLDER]

Generates with the default pack, types another one's name into the panel Backend, generates again, and sees that the
take, the panel and the list of styles follow. As tests.window; BACKEND is a Python with kinema, because a command says
for itself which weights it takes.
"""

from __future__ import annotations

import time

from .driver import Window, arguments, opened
from .edit import show

MODEL = (1165, 249)
SIDEBAR = "282x260+1037+82"
TAKES = "module('takes').review.takes"
DESCRIPTION = "module('dispatch').description"


def main() -> None:
    with opened(arguments("python -m tests.window.models", __doc__, 82).parse_args()) as window:
        session(window)


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
    window.shot("manual-models", SIDEBAR)
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
