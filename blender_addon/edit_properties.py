"""What the panel "Edit" edits, kept with each scene: spans, paths, goals, prompt strips, and the search."""

# Blender declares properties as annotations that are calls.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from kinema.protocol.messages import GOAL_JOINTS, MAX_LONG_SECONDS, MAX_PROMPT, PARTS

SOURCES = (
    ("ACTION", "Current Action", "The character's action, whoever made it"),
    ("TAKE", "Selected Take", "The take that is selected in the review, before it is accepted"),
)
SPANS = (
    ("RANGE", "Preview Range", "The timeline's preview range, else the whole action"),
    ("KEYS", "Selected Keys", "From the first to the last key that is selected in the dope sheet"),
    ("FIELDS", "Frames", "The frames given here"),
)
KEYS_FROM = (
    ("KEYS", "Selected Keys", "The poses on frames with keys that are selected in the dope sheet"),
    ("MARKERS", "Markers", "The poses on frames with a selected marker, else with any marker"),
)
PATHS = (
    ("CURVE", "Curve", "A curve object, from its beginning to its end"),
    ("WAYPOINTS", "Waypoints", "Objects such as empties, each reached at a frame"),
)
SPEEDS = (
    ("SECONDS", "Even", "The curve is followed at an even speed, in the seconds given"),
    ("CURVE", "Curve's Own Time", "Where the curve's Evaluation Time is on each frame, as for Follow Path"),
)
APPLY_TO = (
    ("NEW", "New Motion", "A motion made for the path, beginning at the current frame"),
    ("SOURCE", "This Motion", "The motion chosen above, led along the path"),
)
MIX_WITH = (
    ("ACTION", "Action", "Another action of this file"),
    ("TAKE", "Take", "Another take of the review"),
)
JOINTS = tuple(
    (name, name.replace("_", " ").title(), f"The {name.replace('_', ' ')} reaches the object") for name in GOAL_JOINTS
)


def _is_curve(_settings: KINEMA_EditSettings, candidate: bpy.types.Object) -> bool:
    return candidate.type == "CURVE"


class _Parts:
    """Toggles for the six body parts."""

    part_head: BoolProperty(name="Head", description="The head takes part")
    part_torso: BoolProperty(name="Torso", description="The torso takes part")
    part_left_arm: BoolProperty(name="Left Arm", description="The left arm takes part")
    part_right_arm: BoolProperty(name="Right Arm", description="The right arm takes part")
    part_left_leg: BoolProperty(
        name="Left Leg", description="The left leg takes part; the way over the ground does with both legs"
    )
    part_right_leg: BoolProperty(
        name="Right Leg", description="The right leg takes part; the way over the ground does with both legs"
    )


def parts_in(owner: _Parts) -> tuple[str, ...]:
    """The body parts that are toggled on; none means all."""
    return tuple(part for part in PARTS if getattr(owner, f"part_{part}"))


class KINEMA_Strip(_Parts, bpy.types.PropertyGroup):
    prompt: StringProperty(
        name="Prompt", description="What the character does in this strip, in English", maxlen=MAX_PROMPT
    )
    style: StringProperty(
        name="Style", description="Name of a style such as elderly, where the strip is to have one", maxlen=200
    )
    start: IntProperty(name="Start", description="Frame on which the strip begins", default=1)
    end: IntProperty(name="End", description="Frame on which the strip ends", default=73)


class KINEMA_Waypoint(bpy.types.PropertyGroup):
    target: PointerProperty(name="Object", description="The character is here", type=bpy.types.Object)
    frame: IntProperty(name="Frame", description="When the character is at the object", default=1)
    heading: BoolProperty(name="Heading", description="The character faces what the object's front (-Y) faces")


class KINEMA_Goal(bpy.types.PropertyGroup):
    joint: EnumProperty(
        name="Joint", description="Which part of the body reaches the object", items=JOINTS, default="right_wrist"
    )
    target: PointerProperty(name="Object", description="What is reached", type=bpy.types.Object)
    frame: IntProperty(name="Frame", description="When it is reached", default=48)


class KINEMA_EditSettings(_Parts, bpy.types.PropertyGroup):
    source: EnumProperty(name="Edit", description="Which motion is changed", items=SOURCES)
    prompt: StringProperty(
        name="Prompt",
        description="What the character shall do in what is changed, in English; may be empty",
        maxlen=MAX_PROMPT,
    )
    span: EnumProperty(name="Span", description="Which frames may change", items=SPANS)
    first: IntProperty(name="First", description="First frame that may change", default=30)
    last: IntProperty(name="Last", description="Last frame that may change", default=75)
    keys_from: EnumProperty(name="Keep", description="Which poses are kept; all between is made", items=KEYS_FROM)
    path_from: EnumProperty(name="Path", description="What the character follows", items=PATHS)
    path: PointerProperty(name="Curve", description="The curve to follow", type=bpy.types.Object, poll=_is_curve)
    speed: EnumProperty(name="Speed", description="How fast the curve is followed", items=SPEEDS)
    seconds: FloatProperty(
        name="Seconds",
        description="From one end of the curve to the other",
        default=6.0,
        min=0.5,
        max=MAX_LONG_SECONDS,
        step=50,
    )
    waypoints: CollectionProperty(name="Waypoints", description="Objects to pass", type=KINEMA_Waypoint)
    waypoint: IntProperty(name="Waypoint", description="The chosen waypoint")
    goals: CollectionProperty(name="Goals", description="What hands, feet or head reach", type=KINEMA_Goal)
    goal: IntProperty(name="Goal", description="The chosen goal")
    apply_to: EnumProperty(name="Makes", description="What follows the path", items=APPLY_TO)
    strips: CollectionProperty(name="Strips", description="Prompts along the timeline", type=KINEMA_Strip)
    strip: IntProperty(name="Strip", description="The chosen strip")
    strips_follow: BoolProperty(
        name="Along the Path",
        description="The motion of all strips goes along the curve or the waypoints of the panel Path and Goals",
    )
    retime: FloatProperty(
        name="Speed", description="2 is twice as fast; steps keep their contacts", default=1.25, min=0.1, max=10.0
    )
    strength: FloatProperty(
        name="Strength",
        description="How far the variation goes from the motion; 0 is the motion itself",
        default=0.4,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    mix_with: EnumProperty(name="Mix With", description="The second motion", items=MIX_WITH)
    mix_action: PointerProperty(name="Action", description="The second motion", type=bpy.types.Action)
    mix_take: IntProperty(name="Take", description="Number of the second take in the review", default=2, min=1)
    share: FloatProperty(
        name="Share", description="How much of the second motion", default=0.5, min=0.0, max=1.0, subtype="FACTOR"
    )
    search: StringProperty(
        name="Search",
        description="A sentence; the file's actions are ranked by how well they fit it",
        maxlen=MAX_PROMPT,
    )


CLASSES = (KINEMA_Strip, KINEMA_Waypoint, KINEMA_Goal, KINEMA_EditSettings)


def register() -> None:
    bpy.types.Scene.kinema_edit = PointerProperty(type=KINEMA_EditSettings)


def unregister() -> None:
    del bpy.types.Scene.kinema_edit
