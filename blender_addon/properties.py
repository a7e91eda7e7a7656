"""What the panel edits, kept with each scene."""

# Blender declares properties as annotations that are calls.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from kinema.protocol.messages import MAX_PROMPT, MAX_SECONDS, MIN_SECONDS

from .rigs import rig_of

REFINERS = (
    ("lexicon", "Lexicon", "Kinema's own dictionary of movements; works offline and gives the same result each time"),
    ("llm", "Language Model", "The language model set in the preferences describes what each body part does"),
    ("none", "None", "The prompt as it stands"),
)
INTERPOLATIONS = (
    ("LINEAR", "Linear", "Straight from key to key"),
    ("BEZIER", "Bezier", "Smooth between keys, for slow motion"),
    ("CONSTANT", "Constant", "Each pose held until the next key"),
)
STARTS = (
    ("CURRENT", "Current Frame", "The motion begins at the current frame"),
    ("SCENE", "Scene Start", "The motion begins at the scene's first frame"),
)


def _is_rig(_settings: KINEMA_Settings, candidate: bpy.types.Object) -> bool:
    return rig_of(candidate) is not None


class KINEMA_Settings(bpy.types.PropertyGroup):
    prompt: StringProperty(
        name="Prompt",
        description="What the character does, in English: a person walks forward and waves with the right hand",
        default="a person walks forward and waves with the right hand",
        maxlen=MAX_PROMPT,
    )
    seconds: FloatProperty(
        name="Seconds", description="Length of the motion", default=4.0, min=MIN_SECONDS, max=MAX_SECONDS, step=50
    )
    seed: IntProperty(
        name="Seed", description="The same prompt with the same seed is the same motion", default=0, min=0
    )
    refiner: EnumProperty(name="Refiner", items=REFINERS, description="How the prompt becomes body-part descriptions")
    target: PointerProperty(
        name="Character",
        description="The character that gets the motion; empty makes a new one",
        type=bpy.types.Object,
        poll=_is_rig,
    )
    start: EnumProperty(name="Start", items=STARTS, description="Where on the timeline the motion begins")
    interpolation: EnumProperty(name="Interpolation", items=INTERPOLATIONS, description="Between the keys")
    extend: BoolProperty(
        name="Extend Range", description="Let the scene's last frame grow so that the whole motion plays", default=True
    )


CLASSES = (KINEMA_Settings,)


def register() -> None:
    bpy.types.Scene.kinema = PointerProperty(type=KINEMA_Settings)


def unregister() -> None:
    del bpy.types.Scene.kinema
