"""The button that writes the panel's request into a job file, for `kinema batch` tonight."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from kinema.errors import KinemaError, RequestError

from . import asking, dispatch, saved_jobs
from .operators import asked_now, asked_with
from .timeline import placing_at

OUTPUTS = (
    ("blend", "Blender File", "The file with the new action in it"),
    ("mp4", "Video", "A video through the scene's camera, or on a stage where there is none"),
    ("frames", "Pictures", "A folder of numbered pictures"),
    ("fbx", "FBX", "The character with its action"),
    ("glb", "glTF", "The character with its action"),
    ("npz", "AMASS", "The motion alone, as researchers exchange it"),
    ("bvh", "BVH", "The motion alone, on SMPL's skeleton"),
)


class KINEMA_OT_save_job(bpy.types.Operator):
    bl_idname = "kinema.save_job"
    bl_label = "Save as Job"
    bl_description = (
        "Add what Generate and Accept would do now to a job file; "
        "blender -b --command kinema batch FILE --out FOLDER does it later, here or on a farm"
    )

    filepath: StringProperty(name="Job File", description="Where the line is added", subtype="FILE_PATH")  # type: ignore[valid-type]
    filter_glob: StringProperty(  # type: ignore[valid-type]
        name="Shown Files", description="Only job files are shown", default="*.jsonl", options={"HIDDEN"}
    )
    outputs: EnumProperty(  # type: ignore[valid-type]
        name="Outputs",
        description="What the batch makes of it",
        items=OUTPUTS,
        options={"ENUM_FLAG"},
        default={"blend"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not bpy.data.filepath:
            cls.poll_message_set("Save the .blend file first; the job opens it")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = str(Path(bpy.data.filepath).with_name("jobs.jsonl"))
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        path = Path(bpy.path.abspath(self.filepath)).with_suffix(".jsonl")
        outputs = [kind for kind, *_ in OUTPUTS if kind in self.outputs]
        try:
            if not outputs:
                raise RequestError("no output is chosen; choose one at the side of the file browser")
            request, span, style = asked_now(context.scene)
            brought = asking.read(asked_with(context.scene, request, span, style))
            placing = placing_at(context.scene, span.start, span.frames)
            blend = saved_jobs.path_from(path.parent, Path(bpy.data.filepath))
            name = saved_jobs.name_of(request.prompt)
            fields = saved_jobs.line_of(request, placing, name, blend, outputs)
            if request.style_clip:
                fields["style_clip"] = saved_jobs.put_clip(path.parent, request.style_clip, brought.arrays)
            name = saved_jobs.append(path, fields)
        except (KinemaError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if bpy.data.is_dirty:
            self.report({"WARNING"}, "The job opens the .blend file as it is on disk; save your changes too")
        dispatch.message = f"Job {name} in {os.path.basename(path)}"
        dispatch.redraw()
        return {"FINISHED"}


CLASSES = (KINEMA_OT_save_job,)
