"""The panel Edit in the real application: python -m tests.window.edit ROOT ZIP BACKEND [--pictures FOLDER]

As tests.window. The scene is set up by script; every feature of the panel is then pressed and typed: a part and a span
changed, poses filled in between, a curve followed, a hand led to an object, the whole motion transformed, varied and
mixed, prompt strips, search. Leaves pictures for the manual. Needs what tests.window needs.
"""

from __future__ import annotations

import time

from .__main__ import JOB, TAB, TAKES, VIEW, WRITTEN, said
from .driver import Window, arguments, opened

SIDEBAR = "282x300+1037+82"
WIDE = "820x720+499+82"
SETTINGS = "bpy.context.scene.kinema_edit"
REQUEST = f"{TAKES}[-1].result.request"
EDGE, LOWER = (560, 811), (560, 725)
"""Where the timeline ends above, and where it ends to show keys."""

KEYS_Y, FRAME_1, FRAME_120 = 788, 39, 1282
"""The keys in the timeline once all its frames are shown."""

PROMPT, SPAN, CHANGE = (1190, 179), (1195, 274), (1174, 304)
LEFT_ARM = (1105, 226)
FIRST, LAST, CHANGE_FRAMES = (1105, 300), (1225, 300), (1174, 330)
FILL = (1174, 397)
CURVE, SECONDS = (1170, 423), (1224, 449)
ADD_GOAL, GOAL_OBJECT = (1273, 500), (1170, 567)
FOLLOW, FOLLOW_GOAL = (1174, 567), (1174, 615)
MIRROR, LOOP, IN_PLACE = (1085, 371), (1165, 371), (1245, 371)
SPEED, RETIME = (1105, 398), (1230, 398)
STRENGTH, VARY = (1105, 424), (1230, 424)
MIX_ACTION, SHARE, MIX = (1230, 450), (1105, 470), (1230, 470)
ADD_STRIP, STRIP_PROMPT, STRIP_START, STRIP_END = (1273, 127), (1180, 235), (1105, 261), (1224, 261)
STRIP_LEFT_ARM, TIMELINE = (1105, 333), (1174, 425)
SEARCH, SEARCH_NOW, FOUND = (1160, 127), (1273, 127), (1140, 151)

LOOK = "view = area().spaces[0].region_3d; view.view_location = {}; view.view_distance = {}"
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
    with opened(arguments("python -m tests.window.edit", __doc__, 83).parse_args()) as window:
        session(window)


def session(window: Window) -> None:
    prepare(window)
    change_an_arm(window)
    change_a_span(window)
    fill(window)
    follow_a_curve(window)
    lead_a_hand(window)
    whole_motion(window)
    strips(window)
    search(window)
    figures(window)


def operate(window: Window, code: str) -> None:
    """Run an operator as a button of the window does: for what sets a scene up."""
    window.run(BY_OPERATOR.format(code=code.replace("\n", "\n    ")))


def show(window: Window, *panels: str) -> None:
    """Which panels the sidebar has: all of them do not fit."""
    window.run(SHOW.format(wanted=panels))
    redrawn(window, 2.0)


def arrive(window: Window) -> None:
    """Wait for a take; tells why where none comes."""
    window.until(f"{TAKES} or {JOB}.state.value == 'failed'", 600)
    assert window.run(f"value = {JOB}.state.value") != "failed", window.run("value = module('dispatch').message")


def redrawn(window: Window, seconds: float = 3.0) -> None:
    """A busy machine draws late."""
    window.move(*VIEW)
    window.run("area().tag_redraw()")
    time.sleep(seconds)


def shot_below(window: Window, name: str) -> None:
    """A picture with the sidebar scrolled down, beyond the review."""
    redrawn(window)
    window.scroll(*CHANGE, 12)
    redrawn(window)
    window.shot(name, WIDE)
    window.scroll(*CHANGE, -25)
    redrawn(window, 1.0)


def accept(window: Window) -> None:
    """The take's keys by Ctrl Alt Return; then nothing is under review."""
    before = window.run("value = len(bpy.data.actions)")
    window.move(*VIEW)
    window.key("ctrl+alt+Return")
    window.until(f"len(bpy.data.actions) == {before + 1} and {WRITTEN}", 60)


def finish(window: Window) -> None:
    operate(window, "bpy.ops.kinema.finish_review()")
    window.until(f"not {TAKES}")
    redrawn(window, 1.0)


def prepare(window: Window) -> None:
    window.run("bpy.data.objects.remove(bpy.data.objects['Cube']); bpy.ops.ed.undo_push(message='empty')")
    show(window, "KINEMA_PT_edit", "KINEMA_PT_takes")
    window.run("area().spaces[0].show_region_ui = True")
    window.run(
        LOOK.format((0.6, -3.2, 0.6), 6.0)
        + "\nbpy.context.scene.render.fps = 30; bpy.context.scene.frame_set(1); bpy.context.scene.frame_end = 120"
    )
    shown = "[r for r in area().regions if r.type == 'UI'][0].active_panel_category == 'Kinema'"
    window.press(*TAB, shown)
    operate(window, "s = bpy.context.scene.kinema; s.prompt = 'a person walks forward'; bpy.ops.kinema.generate()")
    arrive(window)
    operate(window, "bpy.ops.kinema.accept('EXEC_DEFAULT', True)")
    window.until("len(bpy.data.actions) == 1 and bpy.context.scene.kinema.target is not None", 60)
    finish(window)
    window.run(
        "o = bpy.context.scene.kinema.target; o.select_set(True); bpy.context.view_layer.objects.active = o\n"
        "bpy.context.scene.frame_set(60)"
    )
    said("a walk to edit")


def drag_edge(window: Window, begin: tuple[int, int], end: tuple[int, int]) -> None:
    """The viewport's lower edge to another height."""
    high = window.run("value = area().height")
    for _ in range(5):
        window.drag(*begin, *end)
        if window.comes(f"area().height != {high}", 6.0):
            break
    else:
        window.shot("missed")
        raise RuntimeError(f"five drags from {begin} to {end} did not move the viewport's lower edge")
    window.move(LOWER[0], 855)
    window.key("Home")  # all frames in the timeline
    redrawn(window)


def change_an_arm(window: Window) -> None:
    window.fill(*PROMPT, "waves with the left hand", f"{SETTINGS}.prompt == 'waves with the left hand'")
    window.press(*LEFT_ARM, f"{SETTINGS}.part_left_arm")
    window.choose(*SPAN, "f", f"{SETTINGS}.span == 'FIELDS'")
    redrawn(window, 1.0)
    window.fill(*FIRST, "24", f"{SETTINGS}.first == 24")
    window.fill(*LAST, "100", f"{SETTINGS}.last == 100")
    before = window.run("value = digest(bpy.context.scene.kinema.target)")
    window.press(*CHANGE_FRAMES, f"{JOB}.active or {TAKES}")
    arrive(window)
    assert window.run("value = digest(bpy.context.scene.kinema.target)") == before, "nothing changes before Accept"
    redrawn(window)
    window.shot("manual-edit", WIDE)
    accept(window)
    after = window.run("value = digest(bpy.context.scene.kinema.target)")
    changed = {path.split('"')[1] for path in before if after[path] != before[path]}
    assert changed
    assert changed <= {"L_Collar", "L_Shoulder", "L_Elbow", "L_Wrist"}, changed
    window.key("ctrl+z")
    window.until("len(bpy.data.actions) == 1", 60)
    window.key("ctrl+shift+z")
    window.until("len(bpy.data.actions) == 2", 60)
    finish(window)
    said(f"changed {', '.join(sorted(changed))}; all other curves are the same; undone and redone by keys")


def at(frame: int) -> float:
    """Where a frame is in the timeline."""
    return FRAME_1 + (frame - 1) * (FRAME_120 - FRAME_1) / 119


def change_a_span(window: Window) -> None:
    """All of the body, in the preview range that is drawn in the timeline."""
    drag_edge(window, EDGE, LOWER)
    window.press(*LEFT_ARM, f"not {SETTINGS}.part_left_arm")
    window.choose(*SPAN, "p", f"{SETTINGS}.span == 'RANGE'")
    window.fill(*PROMPT, "a person jumps", f"{SETTINGS}.prompt == 'a person jumps'")
    window.move(at(40), KEYS_Y + 50)
    window.key("p")
    window.drag(at(40), KEYS_Y + 50, at(95), KEYS_Y + 62)
    window.until("bpy.context.scene.use_preview_range", 20)
    first, last = window.run("s = bpy.context.scene; value = s.frame_preview_start, s.frame_preview_end")
    window.press(*CHANGE, f"{JOB}.active or {TAKES}")
    arrive(window)
    assert window.run(f"value = list({REQUEST}.span)") == [first - 1, last - 1]
    redrawn(window)
    window.shot("span", WIDE)
    finish(window)
    window.move(at(40), KEYS_Y + 50)
    window.key("alt+p")
    window.until("not bpy.context.scene.use_preview_range", 20)
    said(f"changed the frames {first} to {last}, drawn as preview range in the timeline")


def fill(window: Window) -> None:
    show(window, "KINEMA_PT_edit", "KINEMA_PT_fill", "KINEMA_PT_takes")
    window.fill(*PROMPT, " ", f"not {SETTINGS}.prompt.strip()")
    window.move(*VIEW)
    window.key("ctrl+Tab")
    window.key("a")
    window.until("bpy.context.mode == 'POSE' and len(bpy.context.selected_pose_bones) > 20", 20)
    window.move(at(1), KEYS_Y + 50)
    window.key("alt+a")
    chosen = "module('edit_clips').selected_frames(bpy.context.scene.kinema.target)"
    window.until(f"not {chosen}", 20)
    for frame in (1, 30, 60, 90, 118):
        window.press(at(frame), KEYS_Y, f"{frame} in {chosen}", held="" if frame == 1 else "shift")
    print("keys selected:", kept := window.run(f"value = {chosen}"))
    window.press(*FILL, f"{JOB}.active or {TAKES}")
    arrive(window)
    redrawn(window)
    window.shot("manual-fill", "1320x790+0+82")
    assert len(window.run(f"value = {REQUEST}.keys")) == len(kept) - 2
    finish(window)
    window.key("ctrl+Tab")
    window.until("bpy.context.mode == 'OBJECT'", 20)
    drag_edge(window, LOWER, EDGE)
    said("filled in between the poses that the mouse selected in the timeline")


def follow_a_curve(window: Window) -> None:
    window.run(
        "data = bpy.data.curves.new('Way', 'CURVE'); data.dimensions = '3D'\n"
        "spline = data.splines.new('BEZIER'); spline.bezier_points.add(2)\n"
        "for point, co in zip(spline.bezier_points, ((0, 0, 0), (1.2, -1.5, 0), (0, -3, 0))):\n"
        "    point.co = co; point.handle_left_type = point.handle_right_type = 'AUTO'\n"
        "way = bpy.data.objects.new('Way', data); bpy.context.scene.collection.objects.link(way)\n"
        "bpy.context.scene.frame_set(1)"
    )
    show(window, "KINEMA_PT_edit", "KINEMA_PT_path", "KINEMA_PT_takes")
    window.fill(*PROMPT, "a person walks forward", f"{SETTINGS}.prompt == 'a person walks forward'")
    window.choose(*CURVE, "Way", f"{SETTINGS}.path is not None")
    window.fill(*SECONDS, "5", f"{SETTINGS}.seconds == 5.0")
    window.press(*FOLLOW, f"{JOB}.active or {TAKES}")
    arrive(window)
    window.run("bpy.context.scene.frame_set(75); " + LOOK.format((0.9, -3.3, 0.6), 6.0))
    shot_below(window, "manual-path")
    print(window.run(f"value = module('panels_edit').error_lines({TAKES}[0])"))
    finish(window)
    window.run(f"{SETTINGS}.path = None; bpy.data.objects.remove(bpy.data.objects['Way'])")
    said("followed a curve that was chosen in the panel")


def lead_a_hand(window: Window) -> None:
    """The right hand of this motion, to a cup on a table, at a frame."""
    window.run(
        f"{SETTINGS}.apply_to = 'SOURCE'\n"
        "import bpy\ncup = bpy.data.objects.new('Cup', None); cup.empty_display_type = 'SPHERE'\n"
        "cup.empty_display_size = 0.06; bpy.context.scene.collection.objects.link(cup)\n"
        "o = bpy.context.scene.kinema.target; bpy.context.scene.frame_set(60)\n"
        "hand = o.matrix_world @ o.pose.bones['R_Shoulder'].head\n"
        "cup.location = (hand.x - 0.05, hand.y - 0.38, hand.z + 0.1); bpy.context.view_layer.update()"
    )
    redrawn(window)
    window.press(*ADD_GOAL, f"len({SETTINGS}.goals) == 1")
    assert window.run(f"value = {SETTINGS}.goals[0].frame") == 60, "a goal is for the current frame"
    redrawn(window, 1.0)
    window.choose(*GOAL_OBJECT, "Cup", f"{SETTINGS}.goals[0].target is not None")
    window.press(*FOLLOW_GOAL, f"{JOB}.active or {TAKES}")
    arrive(window)
    window.run(LOOK.format("bpy.data.objects['Cup'].location", 3.5))
    shot_below(window, "manual-goal")
    print(window.run(f"value = module('panels_edit').error_lines({TAKES}[0])"))
    assert window.run(f"value = {TAKES}[0].result.done.settings['errors'][0]['goals'][0]") < 0.02
    finish(window)
    window.run(f"{SETTINGS}.goals.clear(); bpy.data.objects.remove(bpy.data.objects['Cup'])")
    said("led a hand to an object at a frame")


def whole_motion(window: Window) -> None:
    show(window, "KINEMA_PT_edit", "KINEMA_PT_whole", "KINEMA_PT_takes")
    window.run(LOOK.format((0.6, -3.2, 0.6), 6.0))
    frames = window.run("value = bpy.context.scene.kinema.target.animation_data.action.frame_range[1]")
    window.fill(*SPEED, "1.5", f"abs({SETTINGS}.retime - 1.5) < 1e-6")
    window.fill(*STRENGTH, "0.6", f"abs({SETTINGS}.strength - 0.6) < 1e-6")
    window.fill(*SHARE, "0.5", f"{SETTINGS}.share == 0.5")
    window.choose(*MIX_ACTION, "a person walks forward", f"{SETTINGS}.mix_action is not None")
    for name, place, held in (
        ("mirror", MIRROR, f"{REQUEST}.mirror"),
        ("loop", LOOP, f"{REQUEST}.loop"),
        ("in-place", IN_PLACE, f"{REQUEST}.in_place"),
        ("retime", RETIME, f"abs(len({TAKES}[0].motion) - {frames} / 1.5) < 2"),
        ("vary", VARY, f"abs({REQUEST}.strength - 0.6) < 1e-6"),
        ("mix", MIX, f"{REQUEST}.share == 0.5"),
    ):
        window.press(*place, f"{JOB}.active or {TAKES}")
        arrive(window)
        assert window.run(f"value = bool({held})"), name
        redrawn(window)
        window.shot(f"whole-{name}" if name != "mirror" else "manual-whole", WIDE)
        finish(window)
        said(f"{name} by its button")


def strips(window: Window) -> None:
    show(window, "KINEMA_PT_strips", "KINEMA_PT_takes")
    window.run("bpy.context.scene.frame_set(1); bpy.context.scene.kinema.prompt = ''")
    rows = f"{SETTINGS}.strips"
    for number, (prompt, start, end) in enumerate(
        (
            ("a person walks forward", 1, 130),
            ("a person squats down", 130, 260),
            ("a person jumps", 260, 390),
            ("waves with the left hand", 40, 120),
        )
    ):
        window.press(*ADD_STRIP, f"len({rows}) == {number + 1}")
        redrawn(window, 1.0)
        window.fill(*STRIP_PROMPT, prompt, f"{rows}[{number}].prompt == {prompt!r}")
        window.fill(*STRIP_START, str(start), f"{rows}[{number}].start == {start}")
        window.fill(*STRIP_END, str(end), f"{rows}[{number}].end == {end}")
    window.press(*STRIP_LEFT_ARM, f"{rows}[3].part_left_arm")
    window.press(*TIMELINE, f"{JOB}.active or {TAKES}")
    arrive(window)
    assert window.run(f"value = {TAKES}[0].motion.seconds") > 12.0
    window.run("bpy.context.scene.frame_set(80); " + LOOK.format((0.6, -4.2, 0.6), 6.0))
    window.run("o = bpy.context.scene.kinema.target; [each.hide_set(True) for each in (o, *o.children)]")
    redrawn(window)
    window.shot("manual-strips", WIDE)
    window.run("o = bpy.context.scene.kinema.target; [each.hide_set(False) for each in (o, *o.children)]")
    accept(window)
    finish(window)
    said("made a timeline of four strips, 13 s long")


def search(window: Window) -> None:
    show(window, "KINEMA_PT_search")
    window.fill(*SEARCH, "a person walks", f"{SETTINGS}.search == 'a person walks'")
    rows = "module('found').last.rows"
    window.press(*SEARCH_NOW, f"{rows} or {JOB}.active")
    window.until(f"{rows} or {JOB}.state.value == 'failed'", 300)
    print(window.run(f"value = {rows}"))
    redrawn(window)
    window.shot("manual-search", SIDEBAR)
    name = window.run(f"value = {rows}[0][0]")
    window.press(*FOUND, f"bpy.context.scene.kinema.target.animation_data.action.name == {name!r}")
    said("searched by words; a press gave the action that was found to the character")


def figures(window: Window) -> None:
    """Longest call of each kind on the main thread, milliseconds of wall time and of the processor."""
    for name, (wall, processor, calls) in sorted(window.run("value = longest").items(), key=lambda item: -item[1][1]):
        print(f"{name:50} {1e3 * wall:8.1f} {1e3 * processor:8.1f} {calls:6}")


if __name__ == "__main__":
    main()
