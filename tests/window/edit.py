"""The panel Edit in the real application: python -m tests.window.edit ROOT ZIP BACKEND [--pictures FOLDER]

As tests.window: changes an arm, fills in between poses, follows a curve, makes a timeline of strips and searches, each
by the panel's own buttons or operators in a window, with pictures for the manual. Needs what tests.window needs.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from .__main__ import JOB, TAB, TAKES, VIEW, said
from .driver import Window

SIDEBAR = "282x300+1037+82"
WIDE = "820x720+499+82"
CHANGE = (1165, 330)
LOOK = "area().spaces[0].region_3d.view_location = {}"
SHOW = """
import bpy
wanted = {wanted!r}
for name in ("panels", "panels_takes", "panels_edit", "panels_strips", "panels_style", "rig_panels", "panels_setup"):
    for cls in module(name).CLASSES:
        if not issubclass(cls, bpy.types.Panel) or cls.bl_space_type != "VIEW_3D":
            continue
        if cls.is_registered:
            bpy.utils.unregister_class(cls)
        if cls.__name__ in wanted:
            cls.bl_options = set()
            bpy.utils.register_class(cls)
area().tag_redraw()
"""
BY_OPERATOR = """
import bpy
window = bpy.context.window_manager.windows[0]
region = next(region for region in area().regions if region.type == "WINDOW")
with bpy.context.temp_override(window=window, area=area(), region=region):
    {code}
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.window.edit", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("zip", type=Path)
    parser.add_argument("backend")
    parser.add_argument("--pictures", type=Path, help="copy the manual's pictures there")
    parser.add_argument("--display", type=int, default=83)
    options = parser.parse_args()
    Path("build").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="window-edit-", dir="build"))
    window = Window(options.root, folder.absolute(), options.display, options.backend)
    try:
        window.install(options.zip.absolute())
        window.open()
        session(window)
        if options.pictures:
            for picture in sorted(window.folder.glob("manual-*.png")):
                shutil.copy(picture, options.pictures / picture.name.removeprefix("manual-"))
    finally:
        window.close()


def session(window: Window) -> None:
    prepare(window)
    change_an_arm(window)
    fill(window)
    follow_a_curve(window)
    strips(window)
    search(window)
    figures(window)


def operate(window: Window, code: str) -> None:
    """Run an operator as a button of the window does."""
    window.run(BY_OPERATOR.format(code=code.replace("\n", "\n    ")))


def show(window: Window, *panels: str) -> None:
    window.run(SHOW.format(wanted=panels))


def arrive(window: Window, count: int = 1) -> None:
    """Wait for takes; tells why where none comes."""
    window.until(f"len({TAKES}) >= {count} or {JOB}.state.value == 'failed'", 600)
    assert window.run(f"value = {JOB}.state.value") != "failed", window.run("value = module('dispatch').message")


def redrawn(window: Window) -> None:
    """A busy machine draws late."""
    window.move(*VIEW)
    window.run("area().tag_redraw()")
    time.sleep(3.0)


def prepare(window: Window) -> None:
    window.run("bpy.data.objects.remove(bpy.data.objects['Cube']); bpy.ops.ed.undo_push(message='empty')")
    show(window, "KINEMA_PT_edit", "KINEMA_PT_takes")
    window.run("area().spaces[0].show_region_ui = True")
    window.run(
        "view = area().spaces[0].region_3d; view.view_distance = 6.0; view.view_location = (0.6, -2.6, 0.9)\n"
        "bpy.context.scene.render.fps = 30; bpy.context.scene.frame_set(1); bpy.context.scene.frame_end = 120"
    )
    shown = "[r for r in area().regions if r.type == 'UI'][0].active_panel_category == 'Kinema'"
    window.press(*TAB, shown)
    operate(window, "s = bpy.context.scene.kinema; s.prompt = 'a person walks forward'; bpy.ops.kinema.generate()")
    arrive(window)
    operate(window, "bpy.ops.kinema.accept('EXEC_DEFAULT', True); bpy.ops.kinema.finish_review()")
    window.run("bpy.context.view_layer.objects.active = bpy.context.scene.kinema.target")
    said("a walk to edit")


def change_an_arm(window: Window) -> None:
    window.run(
        "e = bpy.context.scene.kinema_edit; e.part_left_arm = True; e.span = 'FIELDS'; e.first = 30; e.last = 90\n"
        "e.prompt = 'waves with the left hand'; bpy.context.scene.frame_set(60); area().tag_redraw()"
    )
    window.move(*VIEW)
    window.shot("edit-before")
    before = window.run("value = digest(bpy.context.scene.kinema.target)")
    window.press(*CHANGE, f"{JOB}.active or {TAKES}")
    arrive(window)
    assert window.run("value = digest(bpy.context.scene.kinema.target)") == before, "nothing changes before Accept"
    window.move(*VIEW)
    window.shot("manual-edit", WIDE)
    window.key("ctrl+alt+Return")
    window.until("len(bpy.data.actions) == 2 and not module('writing').busy()", 60)
    after = window.run("value = digest(bpy.context.scene.kinema.target)")
    changed = {path.split('"')[1] for path in before if after[path] != before[path]}
    assert changed
    assert changed <= {"L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist"}, changed
    window.key("ctrl+z")
    window.until("len(bpy.data.actions) == 1", 60)
    window.key("ctrl+shift+z")
    window.until("len(bpy.data.actions) == 2", 60)
    window.run("bpy.ops.kinema.finish_review()")
    said(f"changed {', '.join(sorted(changed))}; all other curves are the same; undone and redone by keys")


def fill(window: Window) -> None:
    show(window, "KINEMA_PT_edit", "KINEMA_PT_fill", "KINEMA_PT_takes")
    window.run(
        "s = bpy.context.scene; s.kinema_edit.prompt = ''; s.kinema_edit.part_left_arm = False\n"
        "s.kinema_edit.keys_from = 'MARKERS'\n"
        "[s.timeline_markers.new('pose', frame=f) for f in (1, 60, 118)]"
    )
    operate(window, "bpy.ops.kinema.fill()")
    arrive(window)
    window.shot("fill")
    operate(window, "bpy.ops.kinema.accept('EXEC_DEFAULT', True); bpy.ops.kinema.finish_review()")
    said("filled in between three poses")


def follow_a_curve(window: Window) -> None:
    show(window, "KINEMA_PT_edit", "KINEMA_PT_path", "KINEMA_PT_takes")
    window.run(
        "data = bpy.data.curves.new('Way', 'CURVE'); data.dimensions = '3D'\n"
        "spline = data.splines.new('BEZIER'); spline.bezier_points.add(2)\n"
        "for point, co in zip(spline.bezier_points, ((0, 0, 0), (1.2, -1.5, 0), (0, -3, 0))):\n"
        "    point.co = co; point.handle_left_type = point.handle_right_type = 'AUTO'\n"
        "way = bpy.data.objects.new('Way', data); bpy.context.scene.collection.objects.link(way)\n"
        "e = bpy.context.scene.kinema_edit; e.path = way; e.seconds = 5.0; e.prompt = 'a person walks forward'\n"
        "bpy.context.scene.frame_set(1); bpy.context.view_layer.objects.active = bpy.context.scene.kinema.target"
    )
    operate(window, "bpy.ops.kinema.follow_path()")
    arrive(window)
    window.run("bpy.context.scene.frame_set(75); " + LOOK.format((0.9, -2.4, 0.6)))
    redrawn(window)
    window.shot("manual-path", WIDE)
    print(window.run(f"value = module('panels_edit').error_lines({TAKES}[0])"))
    operate(window, "bpy.ops.kinema.accept('EXEC_DEFAULT', True); bpy.ops.kinema.finish_review()")
    said("followed a curve")


def strips(window: Window) -> None:
    show(window, "KINEMA_PT_strips", "KINEMA_PT_takes")
    window.run("bpy.context.scene.frame_set(1)")
    operate(window, "[bpy.ops.kinema.strip(change='ADD') for _ in range(3)]")
    window.run(
        "rows = bpy.context.scene.kinema_edit.strips\n"
        "for row, said in zip(rows, ('a person walks forward', 'a person squats down', 'a person jumps')):\n"
        "    row.prompt = said; row.end = row.start + 130\n"
        "for a, b in zip(rows, rows[1:]):\n    b.start = a.end; b.end = b.start + 130\n"
    )
    operate(window, "bpy.ops.kinema.strip(change='ADD')")
    window.run(
        "row = bpy.context.scene.kinema_edit.strips[-1]; row.prompt = 'waves with the right hand'\n"
        "row.part_right_arm = True; row.start = 40; row.end = 120"
    )
    operate(window, "bpy.ops.kinema.generate_timeline()")
    arrive(window)
    assert window.run(f"value = {TAKES}[0].motion.seconds") > 12.0
    window.run("bpy.context.scene.frame_set(80); " + LOOK.format((0.9, -2.8, 0.6)))
    redrawn(window)
    window.shot("manual-strips", WIDE)
    operate(window, "bpy.ops.kinema.accept('EXEC_DEFAULT', True); bpy.ops.kinema.finish_review()")
    said("made a timeline of four strips, 13 s long")


def search(window: Window) -> None:
    show(window, "KINEMA_PT_search")
    window.run("bpy.context.scene.kinema_edit.search = 'a person walks'")
    operate(window, "bpy.ops.kinema.search()")
    window.until(f"module('found').last.rows or {JOB}.state.value == 'failed'", 300)
    print(window.run("value = module('found').last.rows"))
    window.move(*VIEW)
    window.shot("manual-search", SIDEBAR)
    name = window.run("value = module('found').last.rows[-1][0]")
    operate(window, f"bpy.ops.kinema.use_found(action={name!r})")
    assert window.run("value = bpy.context.scene.kinema.target.animation_data.action.name") == name
    said("searched by words and gave an action that was found to the character")


def figures(window: Window) -> None:
    """Longest call of each kind on the main thread, milliseconds of wall time and of the processor."""
    for name, (wall, processor, calls) in sorted(window.run("value = longest").items(), key=lambda item: -item[1][1]):
        print(f"{name:50} {1e3 * wall:8.1f} {1e3 * processor:8.1f} {calls:6}")


if __name__ == "__main__":
    main()
