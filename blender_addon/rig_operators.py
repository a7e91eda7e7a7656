"""What the buttons for rigs do: mapping table, feet and keys of a take, its quality card, actions in and files out."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from bpy_extras.io_utils import ExportHelper, ImportHelper

from kinema.errors import KinemaError
from kinema.protocol import motion_file

from . import asking, body, checking, exchange, kept_motion, keyframes, placement, provenance, sampling
from .checking import CARD_KEY
from .operators_asking import InTurns
from .rig_choice import settings_of
from .rigs import known_steps, rig_of
from .rigs import mapping as mappings
from .rigs.base import Rig
from .rigs.mapping import PARTS, BoneMapping
from .rigs.retargeting import MAPPING_KEY, mapping_of
from .steps import finish


class _OnRig:
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender wants a set here)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.object is not None and context.object.type == "ARMATURE"

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            self.act(context)
        except (KinemaError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class _OnAction(_OnRig):
    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        data = context.object.animation_data
        if data is None or data.action is None:
            cls.poll_message_set("Give the character an action first")
            return False
        return True


def _rig(armature: bpy.types.Object) -> Rig:
    return finish(known_steps(armature))


def show_mapping(armature: bpy.types.Object, mapping: BoneMapping) -> None:
    """Fill the table of the panel."""
    rows = armature.kinema_rig.rows
    rows.clear()
    for part in PARTS:
        row = rows.add()
        row.name, row.bone = part, ", ".join(mapping.bones.get(part, ()))


class KINEMA_OT_find_bones(_OnRig, bpy.types.Operator):
    bl_idname = "kinema.find_bones"
    bl_label = "Recognise"
    bl_description = "Find which bone plays which part, by names and by shape"

    def act(self, context: bpy.types.Context) -> None:
        armature = context.object
        armature.pop(MAPPING_KEY, None)
        show_mapping(armature, mapping_of(_rig(armature), armature))


class KINEMA_OT_use_bones(_OnRig, bpy.types.Operator):
    bl_idname = "kinema.use_bones"
    bl_label = "Use This Table"
    bl_description = "Check the table and keep it with the character"

    def act(self, context: bpy.types.Context) -> None:
        armature = context.object
        table = {r.name: tuple(b.strip() for b in r.bone.split(",") if b.strip()) for r in armature.kinema_rig.rows}
        rig = rig_of(armature)
        mapping = BoneMapping(rig.name if rig is not None else "other", table)
        mapping.check(armature.data.bones.keys(), armature.name)
        armature[MAPPING_KEY] = mapping.to_json()


class KINEMA_OT_save_bones(_OnRig, bpy.types.Operator, ExportHelper):
    bl_idname = "kinema.save_bones"
    bl_label = "Save Mapping"
    bl_description = "Save the mapping as a file for other characters and other people"
    filename_ext = ".json"

    def act(self, context: bpy.types.Context) -> None:
        mappings.write(Path(self.filepath), mapping_of(_rig(context.object), context.object))


class KINEMA_OT_load_bones(_OnRig, bpy.types.Operator, ImportHelper):
    bl_idname = "kinema.load_bones"
    bl_label = "Load Mapping"
    bl_description = "Use a mapping that was saved before"
    filename_ext = ".json"

    def act(self, context: bpy.types.Context) -> None:
        armature = context.object
        mapping = mappings.read(Path(self.filepath))
        mapping.check(armature.data.bones.keys(), armature.name)
        armature[MAPPING_KEY] = mapping.to_json()
        show_mapping(armature, mapping)


class KINEMA_OT_apply_rig_settings(_OnAction, bpy.types.Operator):
    bl_idname = "kinema.apply_rig_settings"
    bl_label = "Apply"
    bl_description = "Put the action's motion on again with these settings, as a new action"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        if kept_motion.KEY not in context.object.animation_data.action:
            cls.poll_message_set("The action was not made by Kinema; there is no motion in it to put on again")
            return False
        return True

    def act(self, context: bpy.types.Context) -> None:
        armature, scene = context.object, context.scene
        sampling.frames_of(armature)
        action, rig = armature.animation_data.action, _rig(armature)
        motion, start = kept_motion.recall(action)
        begin, blend = None, int(action.get(placement.BLEND_KEY, 0))
        if blend:
            begin = finish(sampling.pose_steps(scene, armature, rig, int(start)))
        placing = placement.Placing(
            scene.name,
            armature.name,
            start,
            scene.kinema.interpolation,
            blend=blend,
            loop=keyframes.repeats(action),
        )
        contacts, settings = kept_motion.contacts_of(action), settings_of(armature)
        made = placement.write_motion(motion, rig, armature, action.name, placing, settings, begin, contacts)
        provenance.hand_on(action, made)


class KINEMA_OT_quality(InTurns, _OnAction, bpy.types.Operator):
    bl_idname = "kinema.quality"
    bl_label = "Check Take"
    bl_description = "Measure foot slide, penetration, floating, jerk, joint limits and loop seam of the action"

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene, armature = context.scene, context.object
        store = checking.store_as_step if self.in_turns else checking.store
        made = self.set_out(
            lambda: asking.Errand((checking.check_steps(scene, armature),), lambda found: store(found[0]))
        )
        return {"INTERFACE"} if self.in_turns and made == {"FINISHED"} else made  # no undo step yet


class KINEMA_OT_worst_frame(_OnRig, bpy.types.Operator):
    bl_idname = "kinema.worst_frame"
    bl_label = "Go to Worst Frame"
    bl_description = "Move the timeline to the frame that needs work most"

    def act(self, context: bpy.types.Context) -> None:
        sampling.frames_of(context.object)
        kept = context.object.animation_data.action.get(CARD_KEY)
        if kept is None:
            raise mappings.SkeletonError("the action has not been checked; press Check Take first")
        context.scene.frame_set(int(kept["worst"]))


class KINEMA_OT_action_to_motion(_OnAction, bpy.types.Operator, ExportHelper):
    bl_idname = "kinema.action_to_motion"
    bl_label = "Action to Motion"
    bl_description = "Read the character's action, whoever made it, and save it for Kinema: stylize, edit, evaluate"
    filename_ext = ".npz"

    def act(self, context: bpy.types.Context) -> None:
        armature = context.object
        motion = sampling.read_motion(context.scene, armature, _rig(armature))
        motion_file.write(Path(self.filepath), motion)


class KINEMA_OT_export_take(_OnAction, bpy.types.Operator, ExportHelper):
    bl_idname = "kinema.export_take"
    bl_label = "Export Take"
    bl_description = "BVH, FBX, glTF, USD or AMASS .npz, with a T-pose on the frame before the first"
    filename_ext = ""
    filter_glob: bpy.props.StringProperty(default="*.bvh;*.fbx;*.glb;*.gltf;*.usd;*.usdc;*.npz", options={"HIDDEN"})  # type: ignore[valid-type]

    def act(self, context: bpy.types.Context) -> None:
        exchange.export(context.scene, context.object, _rig(context.object), Path(self.filepath))


class KINEMA_OT_build_body(bpy.types.Operator, ImportHelper):
    bl_idname = "kinema.build_body"
    bl_label = "SMPL Body from Model File"
    bl_description = "A skinned character with shape keys from your own SMPL, SMPL-H or SMPL-X model file (.npz)"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 (Blender wants a set here)

    filename_ext = ".npz"
    filter_glob: bpy.props.StringProperty(default="*.npz", options={"HIDDEN"})  # type: ignore[valid-type]
    betas: bpy.props.FloatVectorProperty(  # type: ignore[valid-type]
        name="Shape", description="The first ten shape parameters (betas) of the body", size=10, soft_min=-5, soft_max=5
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return context.mode == "OBJECT"

    def execute(self, context: bpy.types.Context) -> set[str]:
        betas = np.trim_zeros(np.array(self.betas), "b")
        try:
            armature = body.build(context.scene, Path(self.filepath), betas)
        except (KinemaError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        context.scene.kinema.target = armature
        return {"FINISHED"}


CLASSES = (
    KINEMA_OT_build_body,
    KINEMA_OT_find_bones,
    KINEMA_OT_use_bones,
    KINEMA_OT_save_bones,
    KINEMA_OT_load_bones,
    KINEMA_OT_apply_rig_settings,
    KINEMA_OT_quality,
    KINEMA_OT_worst_frame,
    KINEMA_OT_action_to_motion,
    KINEMA_OT_export_take,
)
