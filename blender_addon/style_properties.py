"""What the Style panel edits, kept with each scene."""

# Blender declares properties as annotations that are calls.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from kinema.protocol.messages import MAX_STRENGTH, PARTS, STYLE_RANDOM

from . import style_list

SOURCES = (
    ("NONE", "As It Is", "The motion as the prompt or the action has it"),
    ("LIST", "From the List", "A style by its name"),
    ("REFERENCE", "Like a Clip", "The style of another motion: an action in this file, or a file"),
    ("RANDOM", "By Surprise", "A style between two of the list's, another for each seed"),
    ("AUTO", "From the Prompt", "What the prompt says: an exhausted man runs"),
)
BODY = (
    ("head", "Head", "Style the head"),
    ("torso", "Torso", "Style the torso"),
    ("left_arm", "Left Arm", "Style the left arm"),
    ("right_arm", "Right Arm", "Style the right arm"),
    ("left_leg", "Left Leg", "Style the left leg; both legs together change the way over the ground"),
    ("right_leg", "Right Leg", "Style the right leg; both legs together change the way over the ground"),
)
NO_MIX, RANDOM_MIX = "NONE", "RANDOM"

_items: dict[str, list[tuple[str, str, str, int, int]]] = {}
"""Blender needs the texts of a list that is made while it runs to be held somewhere."""


def _named(settings: KINEMA_StyleSettings, chosen: str) -> list[tuple[str, str, str, int]]:
    """(name, title, tooltip, picture) of every style, also of one that is chosen and was removed since."""
    styles = list(style_list.known())
    if chosen and style_list.find(chosen) is None:
        styles.append(style_list.Style(chosen, chosen))
    return [(style.name, style.name, style.title or style.name, style_list.icon(style.name)) for style in styles]


def _numbered(slot: str, entries: list[tuple[str, str, str, int]]) -> list[tuple[str, str, str, int, int]]:
    made = [(*entry, number) for number, entry in enumerate(entries)]
    if _items.get(slot) != made:
        _items[slot] = made
    return _items[slot]


def _styles(settings: KINEMA_StyleSettings, _context: bpy.types.Context | None) -> list:
    return _numbered("style", _named(settings, settings.style_name))


def _mixes(settings: KINEMA_StyleSettings, _context: bpy.types.Context | None) -> list:
    chosen = settings.mix_name if settings.mix_name != STYLE_RANDOM else ""
    extra = [
        (NO_MIX, "No Second Style", "The first style alone", 0),
        (RANDOM_MIX, "By Surprise", "A second style between two of the list's", 0),
    ]
    return _numbered("mix", extra + _named(settings, chosen))


def _place(items: list, name: str) -> int:
    return next((item[4] for item in items if item[0] == name), 0)


def _get_style(settings: KINEMA_StyleSettings) -> int:
    return _place(_styles(settings, None), settings.style_name)


def _set_style(settings: KINEMA_StyleSettings, number: int) -> None:
    settings.style_name = _styles(settings, None)[number][0]


def _get_mix(settings: KINEMA_StyleSettings) -> int:
    name = {"": NO_MIX, STYLE_RANDOM: RANDOM_MIX}.get(settings.mix_name, settings.mix_name)
    return _place(_mixes(settings, None), name)


def _set_mix(settings: KINEMA_StyleSettings, number: int) -> None:
    name = _mixes(settings, None)[number][0]
    settings.mix_name = {NO_MIX: "", RANDOM_MIX: STYLE_RANDOM}.get(name, name)


def _file_changed(settings: KINEMA_StyleSettings, _context: bpy.types.Context) -> None:
    settings.told, settings.unusable = "", False
    if settings.reference_file and settings.reference_action is not None:
        settings.reference_action = None


def _action_changed(settings: KINEMA_StyleSettings, _context: bpy.types.Context) -> None:
    settings.told, settings.unusable = "", False
    if settings.reference_action is not None and settings.reference_file:
        settings.reference_file = ""


class KINEMA_StyleSettings(bpy.types.PropertyGroup):
    source: EnumProperty(name="Style", items=SOURCES, description="Where the style of the next motion comes from")
    style_name: StringProperty(name="Style Name", description="The chosen style", default="")
    style: EnumProperty(
        name="Style", description="The style that the motion takes", items=_styles, get=_get_style, set=_set_style
    )
    strength: FloatProperty(
        name="Strength",
        description="0 changes nothing, 1 is the style, more is a caricature",
        default=1.0,
        min=0.0,
        max=MAX_STRENGTH,
        subtype="FACTOR",
    )
    seed: IntProperty(name="Style Seed", description="Other takes of the style; 0 is the typical one", min=0)
    new_seed: BoolProperty(name="New Style Seed", description="Each request takes another style seed", default=False)
    mix_name: StringProperty(name="Mix Name", description="The chosen second style", default="")
    mix: EnumProperty(
        name="Mix With", description="A second style that is mixed in", items=_mixes, get=_get_mix, set=_set_mix
    )
    share: FloatProperty(
        name="Share", description="How much of the second style", default=0.5, min=0.0, max=1.0, subtype="FACTOR"
    )
    parts: EnumProperty(
        name="Styled Parts",
        description="Body parts that take the style; the others stay. Hold Shift to choose several",
        items=BODY,
        options={"ENUM_FLAG"},
        default=set(PARTS),
    )
    reference_action: PointerProperty(
        name="Action",
        description="An action in this file whose style the motion takes; 1 second or more",
        type=bpy.types.Action,
        update=_action_changed,
    )
    reference_file: StringProperty(
        name="File",
        description="A BVH, AMASS .npz, FBX or glTF file whose style the motion takes; drop one on the viewport",
        subtype="FILE_PATH",
        update=_file_changed,
    )
    told: StringProperty(name="Reference", description="What was found out about the reference")
    unusable: BoolProperty(name="Unusable", description="No style can be taken from the reference")
    save_name: StringProperty(name="Name", description="The name under which the reference's style is kept", maxlen=60)
    save_title: StringProperty(name="Title", description="What the style looks like, in plain words")
    save_licence: StringProperty(name="Licence", description="Under which licence the clip is, such as CC0-1.0")
    save_source: StringProperty(name="Source", description="Whose clip it is and where it comes from")


CLASSES = (KINEMA_StyleSettings,)


def register() -> None:
    bpy.types.Scene.kinema_style = PointerProperty(type=KINEMA_StyleSettings)


def unregister() -> None:
    del bpy.types.Scene.kinema_style
    _items.clear()
