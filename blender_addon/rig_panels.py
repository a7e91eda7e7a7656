"""Panels for the character that is selected: how motions are put onto it, its bones, and the quality of its take."""

from __future__ import annotations

import bpy

from .body import BETAS_KEY, shape_keys_of
from .checking import CARD_KEY
from .panels import draw_reading
from .rigs import likeliest_steps
from .rigs.retargeting import MAPPING_KEY
from .steps import finish

_seen: dict[tuple[str, int], tuple[str, float]] = {}


def kind_of(armature: bpy.types.Object) -> tuple[str, float]:
    """Label of the rig's kind and its confidence, worked out once for each set of bones: panels draw often."""
    key = (armature.name_full, len(armature.data.bones))
    if key not in _seen:
        _seen.clear()
        rig, value = finish(likeliest_steps(armature))
        _seen[key] = ("" if rig is None else rig.label, value)
    return _seen[key]


class _RigSidebar:
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Kinema"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.object is not None and context.object.type == "ARMATURE"


class KINEMA_PT_rig(_RigSidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_rig"
    bl_label = "Character"

    def draw(self, context: bpy.types.Context) -> None:
        layout, settings = self.layout, context.object.kinema_rig
        label, value = kind_of(context.object)
        layout.label(
            text=f"{label}, {100 * value:.0f} % sure" if value > 0.0 else "Not recognised", icon="ARMATURE_DATA"
        )
        layout.use_property_split = True
        layout.prop(settings, "lock", slider=True)
        layout.prop(settings, "root_motion")
        layout.prop(settings, "limbs")
        layout.prop(settings, "ground_from")
        if settings.ground_from == "OBJECT":
            layout.prop(settings, "ground_object")
        layout.prop(settings, "ground")
        layout.prop(settings, "clear_hands")
        layout.prop(settings, "flat_root")
        layout.prop(settings, "reduce")
        column = layout.column()
        column.enabled = settings.reduce
        column.prop(settings, "millimetres")
        column.prop(settings, "degrees")
        layout.operator("kinema.apply_rig_settings", icon="FILE_REFRESH")


class KINEMA_PT_bones(_RigSidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_bones"
    bl_label = "Bones"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    def draw(self, context: bpy.types.Context) -> None:
        layout, armature = self.layout, context.object
        layout.operator("kinema.find_bones", icon="VIEWZOOM")
        column = layout.column(align=True)
        for row in armature.kinema_rig.rows:
            line = column.split(factor=0.35)
            line.label(text=row.name.replace("_", " "))
            if "," in row.bone or row.name in ("Spine", "Neck"):
                line.prop(row, "bone", text="")
            else:
                line.prop_search(row, "bone", armature.data, "bones", text="")
        row = layout.row(align=True)
        row.enabled = bool(armature.kinema_rig.rows)
        row.operator("kinema.use_bones", icon="CHECKMARK")
        row = layout.row(align=True)
        row.operator("kinema.save_bones", icon="EXPORT")
        row.operator("kinema.load_bones", icon="IMPORT")
        if MAPPING_KEY in armature:
            layout.label(text="This character has a table of its own", icon="INFO")


class KINEMA_PT_quality(_RigSidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_quality"
    bl_label = "Quality"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        if not draw_reading(layout):
            layout.operator("kinema.quality", icon="CHECKMARK")
        animation = context.object.animation_data
        kept = animation.action.get(CARD_KEY) if animation is not None and animation.action is not None else None
        if kept is not None:
            column = layout.column(align=True)
            for line in kept["lines"].split("\n"):
                column.label(text=line)
            if kept["of"]:
                layout.label(text=f"Worst: {kept['of']} at frame {int(kept['worst'])}", icon="ERROR")
                layout.operator("kinema.worst_frame", icon="FRAME_NEXT")
        row = layout.row(align=True)
        row.operator("kinema.export_take", icon="EXPORT")
        row.operator("kinema.action_to_motion", icon="ACTION")


class KINEMA_PT_body(_RigSidebar, bpy.types.Panel):
    bl_idname = "KINEMA_PT_body"
    bl_label = "SMPL Body"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 (Blender wants a set here)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return True

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator("kinema.build_body", icon="OUTLINER_OB_ARMATURE")
        if context.object is None or BETAS_KEY not in context.object:
            return
        column = layout.column(align=True)
        for key in shape_keys_of(context.object):
            column.prop(key, "value", text=key.name, slider=True)


CLASSES = (KINEMA_PT_rig, KINEMA_PT_bones, KINEMA_PT_quality, KINEMA_PT_body)


def unregister() -> None:
    _seen.clear()
