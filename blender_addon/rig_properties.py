"""What the user sets for each character: how motions are put onto it, and its bone mapping as a table."""

# Blender declares properties as annotations that are calls.
# mypy: disable-error-code="valid-type"

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, FloatProperty, PointerProperty, StringProperty

from .rig_choice import SETTINGS_KEY

ROOT_MOTION = (
    ("HIPS", "Hips", "The hips carry the way over the ground"),
    ("ROOT", "Root Bone", "The bone above the hips carries place and heading, as game engines want it"),
    ("OBJECT", "Object", "The object itself carries place and heading"),
)
LIMBS = (
    ("FK", "FK", "Write the controls that turn each bone"),
    ("IK", "IK", "Write the controls of hands, feet and poles"),
)


GROUND = (
    ("OWN", "Own Floor", "The floor of the character's rest pose"),
    ("OBJECT", "Mesh", "One mesh: terrain, stairs, a stage"),
    ("SCENE", "Scene", "Whatever mesh of the scene lies under the feet"),
)


def _is_mesh(_settings: KINEMA_RigSettings, thing: bpy.types.Object) -> bool:
    return bool(thing.type == "MESH")


def _changed(settings: KINEMA_RigSettings, _context: bpy.types.Context) -> None:
    settings.edited = True


class KINEMA_MappedBone(bpy.types.PropertyGroup):
    """One row of the table: `name` is the part."""

    bone: StringProperty(name="Bone", description="The bone that plays this part; several are separated by commas")


class KINEMA_RigSettings(bpy.types.PropertyGroup):
    edited: BoolProperty(
        name="Edited", description="Whether the user has changed any of these settings", options={"HIDDEN"}
    )
    root_motion: EnumProperty(
        name="Root Motion", items=ROOT_MOTION, description="What carries the way over the ground", update=_changed
    )
    limbs: EnumProperty(name="Limbs", items=LIMBS, description="For rigs with controls", update=_changed)
    lock: FloatProperty(
        name="Foot Locking",
        description="0: as the model moved them; 1: standing feet stay where they are. Press Apply to see the change",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=_changed,
    )
    clear_hands: BoolProperty(
        name="Keep Hands Clear", description="Hands stay out of bodies that are thicker", default=True, update=_changed
    )
    flat_root: BoolProperty(
        name="Constant Hip Height", description="The hips keep their mean height", default=False, update=_changed
    )
    ground_from: EnumProperty(name="Ground", items=GROUND, description="What the feet stand on", update=_changed)
    ground_object: PointerProperty(
        name="Ground Object",
        type=bpy.types.Object,
        description="The mesh that the feet stand on",
        poll=_is_mesh,
        update=_changed,
    )
    ground: FloatProperty(
        name="Height", description="Height of the floor above the one chosen", unit="LENGTH", update=_changed
    )
    reduce: BoolProperty(
        name="Reduce Keys", description="Fewer keys within the bounds below, kept on every frame", update=_changed
    )
    millimetres: FloatProperty(
        name="Within (mm)",
        description="No joint is farther than this from where it was",
        default=2.0,
        min=0.01,
        max=100.0,
        update=_changed,
    )
    degrees: FloatProperty(
        name="Within (degrees)",
        description="No bone is turned farther than this from how it was",
        default=0.5,
        min=0.01,
        max=20.0,
        update=_changed,
    )
    rows: CollectionProperty(name="Bones", type=KINEMA_MappedBone, description="Which bone plays which part")


CLASSES = (KINEMA_MappedBone, KINEMA_RigSettings)


def register() -> None:
    setattr(bpy.types.Object, SETTINGS_KEY, PointerProperty(type=KINEMA_RigSettings))


def unregister() -> None:
    delattr(bpy.types.Object, SETTINGS_KEY)
