"""What Generate would do, put into a job file for a batch or a farm instead."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper

from kinema.errors import KinemaError

from . import dispatch, saved_jobs, style_requests
from .operators import request_of
from .placement import Placing
from .timeline import span_of


class KINEMA_OT_save_job(bpy.types.Operator, ExportHelper):
    bl_idname = "kinema.save_job"
    bl_label = "Save as Job"
    bl_description = "Add what Generate would do, style and its clip included, to a job file for kinema batch"
    filename_ext = ".jsonl"
    check_existing: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Check Existing", description="Ask before a file is replaced; jobs are added", default=False
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        scene, path = context.scene, Path(self.filepath)
        settings = scene.kinema
        try:
            span = span_of(scene)
            style = style_requests.asked(scene)
            request = request_of(scene, span, style)
            placing = Placing(
                scene.name,
                settings.target.name if settings.target is not None else "",
                span.start,
                settings.interpolation,
                settings.extend,
                span.frames,
                settings.begin,
                settings.blend,
                settings.in_place,
                settings.loop,
                settings.destination,
            )
            name, camera = saved_jobs.name_of(request.prompt), scene.camera.name if scene.camera else ""
            fields = saved_jobs.line_of(request, placing, name, blend=bpy.data.filepath, camera=camera)
            if not bpy.data.filepath:
                fields.pop("camera", None)
            if request.style_clip:
                fields["style_clip"] = saved_jobs.put_clip(path.parent, request.style_clip, style.arrays)
            name = saved_jobs.append(path, fields)
        except (KinemaError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        dispatch.message = f"Added {name} to {path.name}"
        dispatch.redraw()
        return {"FINISHED"}


CLASSES = (KINEMA_OT_save_job,)
