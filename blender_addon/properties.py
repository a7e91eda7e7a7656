"""What the panel edits, kept with each scene."""

# Blender declares properties as annotations that are calls.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

from kinema.protocol.messages import MAX_PROMPT, MAX_SECONDS, MIN_SECONDS, PARTS

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
    ("SCENE", "Scene Start", "The motion begins at the first frame of the scene, or of its preview range"),
)
LENGTHS = (
    ("SECONDS", "Seconds", "As many seconds as are set"),
    (
        "MARKERS",
        "Between Markers",
        "From one selected marker to the other, else between those around the current frame",
    ),
    ("SCENE", "Scene Range", "All frames of the scene, or of its preview range"),
)
BEGINS = (
    ("PLACE", "Where It Stands", "The motion goes on from the character's place and heading at its first frame"),
    ("POSE", "From Its Pose", "From the character's place, heading and pose, blended into the motion"),
    ("ORIGIN", "At Its Origin", "The motion begins at the character's own origin, facing its front"),
)
DESTINATIONS = (
    ("ACTION", "Action", "The motion becomes the character's action; the one it had stays in the file"),
    ("PUSH", "Action, Push Down", "The same, and the action that it had becomes an NLA strip"),
    ("STRIP", "Append Strip", "The motion becomes an NLA strip after the last one, blended in"),
    ("KEEP", "Keep Only", "The motion becomes an action in the file, on no character"),
)


def _is_rig(_settings: KINEMA_Settings, candidate: bpy.types.Object) -> bool:
    return rig_of(candidate) is not None


def _prompt_changed(settings: KINEMA_Settings, _context: bpy.types.Context) -> None:
    from . import dispatch

    dispatch.listen_to(settings.id_data)


class KINEMA_Settings(bpy.types.PropertyGroup):
    prompt: StringProperty(
        name="Prompt",
        description="What the character does, in English: a person walks forward and waves with the right hand",
        default="a person walks forward and waves with the right hand",
        maxlen=MAX_PROMPT,
        update=_prompt_changed,
    )
    seconds: FloatProperty(
        name="Seconds", description="Length of the motion", default=4.0, min=MIN_SECONDS, max=MAX_SECONDS, step=50
    )
    seed: IntProperty(
        name="Seed", description="The same prompt with the same seed is the same motion", default=0, min=0
    )
    new_seed: BoolProperty(
        name="New Seed", description="Each Generate takes another seed; off to repeat the same motion", default=False
    )
    samples: IntProperty(
        name="Takes", description="Variants to choose from: seed, seed + 1 and so on", default=1, min=1, max=16
    )
    refiner: EnumProperty(name="Refiner", items=REFINERS, description="How the prompt becomes body-part descriptions")
    target: PointerProperty(
        name="Character",
        description="The character that gets the motion; empty makes a new one",
        type=bpy.types.Object,
        poll=_is_rig,
    )
    start: EnumProperty(name="Start", items=STARTS, description="Where on the timeline the motion begins")
    length: EnumProperty(name="Length", items=LENGTHS, description="How long the motion is")
    begin: EnumProperty(name="Begin", items=BEGINS, description="Where and how the character begins the motion")
    blend: IntProperty(
        name="Blend",
        description="Frames over which a pose or the strip before is blended into the motion",
        default=8,
        min=1,
        max=120,
    )
    in_place: BoolProperty(
        name="In Place", description="The character stays above the point where it begins, as games want it"
    )
    loop: BoolProperty(
        name="Loop", description="Cut out the part that repeats best, close its seam, and let the curves repeat"
    )
    interpolation: EnumProperty(name="Interpolation", items=INTERPOLATIONS, description="Between the keys")
    extend: BoolProperty(
        name="Extend Range", description="Let the scene's last frame grow so that the whole motion plays", default=True
    )
    destination: EnumProperty(name="Accept As", items=DESTINATIONS, description="What an accepted take becomes")
    at_once: BoolProperty(
        name="Accept at Once", description="Place the first take as soon as it is there, without review"
    )
    parts_of: StringProperty(
        name="Prompt of the Parts", description="The prompt that the body-part descriptions were made for"
    )
    feedback: StringProperty(
        name="Feedback", description="What the lexicon did not understand in the prompt, a sentence a line"
    )
    part_head: StringProperty(name="Head", description="What the head does", maxlen=MAX_PROMPT)
    part_torso: StringProperty(name="Torso", description="What the torso does", maxlen=MAX_PROMPT)
    part_left_arm: StringProperty(name="Left Arm", description="What the left arm does", maxlen=MAX_PROMPT)
    part_right_arm: StringProperty(name="Right Arm", description="What the right arm does", maxlen=MAX_PROMPT)
    part_left_leg: StringProperty(name="Left Leg", description="What the left leg does", maxlen=MAX_PROMPT)
    part_right_leg: StringProperty(name="Right Leg", description="What the right leg does", maxlen=MAX_PROMPT)


def parts_of(settings: KINEMA_Settings) -> dict[str, str]:
    """The body-part descriptions that the user sees, or none when they belong to another prompt."""
    if settings.parts_of != settings.prompt or not settings.parts_of:
        return {}
    return {part: getattr(settings, f"part_{part}") for part in PARTS}


CLASSES = (KINEMA_Settings,)


def register() -> None:
    bpy.types.Scene.kinema = PointerProperty(type=KINEMA_Settings)


def unregister() -> None:
    del bpy.types.Scene.kinema
