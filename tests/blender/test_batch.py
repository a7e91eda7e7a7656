"""What a batch asks of Blender, and what the panel writes into a job file."""

import argparse
import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import pytest

from kinema.errors import EnvironmentSetupError, RequestError
from kinema.protocol.messages import Generate

JOB = {"name": "a", "prompt": "a person walks", "outputs": [], "blend": "", "object": "", "rig": "", "camera": ""}
JOB |= {"placing": {}, "size": [160, 90], "stem": "a", "origin": {"pack": "none"}}


@pytest.fixture
def hall(scene, tmp_path):
    """A .blend with a character "Anna" and a camera "Shot 3"."""
    import bpy

    from blender_addon.rigs import RIGS

    RIGS["smpl"].build(scene, "Anna")
    camera = bpy.data.objects.new("Shot 3", bpy.data.cameras.new("Shot 3"))
    camera.location, camera.rotation_euler = (0.0, -6.0, 1.0), (1.5708, 0.0, 0.0)
    scene.collection.objects.link(camera)
    scene.render.engine = "BLENDER_WORKBENCH"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "hall.blend"))
    return str(tmp_path / "hall.blend")


def test_what_is_missing_is_named_with_what_is_there(hall):
    from blender_addon import shots

    jobs = [
        {**JOB, "name": "good", "blend": hall, "object": "Anna", "camera": "Shot 3", "placing": {"start": 5}},
        {**JOB, "name": "object", "blend": hall, "object": "Bert"},
        {**JOB, "name": "camera", "blend": hall, "camera": "Shot 4"},
        {**JOB, "name": "rig", "rig": "octopus"},
        {**JOB, "name": "placing", "placing": {"tempo": 3}},
        {**JOB, "name": "start", "placing": {"start": "soon"}},
    ]
    found = {fault["name"]: fault["message"] for fault in shots.faults(jobs)}
    assert set(found) == {"object", "camera", "rig", "placing", "start"}
    assert "no object 'Bert' in the file; it has Anna" in found["object"]
    assert "no camera 'Shot 4' in the file; it has Shot 3" in found["camera"]
    assert "no field 'tempo'" in found["placing"]


def test_a_damaged_blend_is_named(tmp_path, scene):
    from blender_addon import shots

    (tmp_path / "bad.blend").write_bytes(b"BLENDER-v405" + bytes(100))
    (fault,) = shots.faults([{**JOB, "blend": str(tmp_path / "bad.blend")}])
    assert "bad.blend cannot be opened" in fault["message"]


def test_a_motion_becomes_every_output_in_the_named_file(hall, tmp_path, swaying):
    import bpy

    from blender_addon import shots

    out = tmp_path / "out"
    out.mkdir()
    kinds = ["fbx", "glb", "mp4", "frames", "blend"]
    job = {**JOB, "blend": hall, "object": "Anna", "camera": "Shot 3", "outputs": kinds, "placing": {"start": 11}}
    shots.shoot(job, swaying(3, seed=1, fps=24.0), out)
    assert sorted(path.name for path in out.iterdir()) == sorted(f"a.{kind}" for kind in kinds)
    assert [path.name for path in sorted((out / "a.frames").iterdir())] == [f"a_00{n}.png" for n in (11, 12, 13)]
    bpy.ops.wm.open_mainfile(filepath=str(out / "a.blend"))
    action = bpy.data.objects["Anna"].animation_data.action
    assert tuple(action.frame_range) == (11, 13)
    assert json.loads(action["kinema"])["pack"] == "none"


def test_a_saved_job_names_everything_and_takes_no_name_twice(tmp_path, scene):
    from blender_addon import saved_jobs
    from blender_addon.placement import Placing

    request = Generate("x", "läuft weiter", seconds=2.0, seed=5, parts={"head": "the head nods"})
    placing = Placing(scene.name, "Anna", 9, "BEZIER", False)
    with pytest.raises(RequestError, match=r"save the \.blend file"):
        saved_jobs.line_of(request, placing, "n", "")
    name = saved_jobs.name_of(request.prompt)
    fields = saved_jobs.line_of(request, placing, name, "hall.blend")
    path = tmp_path / "jobs.jsonl"
    assert [saved_jobs.append(path, fields), saved_jobs.append(path, fields)] == ["läuft-weiter", "läuft-weiter-2"]
    first, _ = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert Generate(id="x", **{key: first[key] for key in ("prompt", "seconds", "seed", "parts")}) == request
    assert Placing(scene.name, first["object"], **first["placing"]) == placing
    motion_alone = saved_jobs.line_of(request, placing, name, "hall.blend", ["npz"])
    assert not {"blend", "object", "placing"} & set(motion_alone)
    jobs = pytest.importorskip("kinema.farm.jobs")
    pytest.importorskip("jsonschema")
    saved_jobs.append(path, motion_alone)
    (tmp_path / "hall.blend").write_bytes(b"BLENDER")
    read = jobs.read_jobs(path)
    assert [job.request.parts for job in read] == [request.parts] * 3
    assert [job.outputs for job in read] == [("blend",), ("blend",), ("npz",)]


def test_the_buttons_job_gives_the_action_that_generate_and_accept_give(addon, tmp_path):
    import bpy

    from blender_addon import dispatch, shots
    from blender_addon.rigs import RIGS
    from blender_addon.takes import review

    scene = bpy.context.scene
    settings = scene.kinema
    assert not bpy.ops.kinema.save_job.poll()
    scene.render.fps = 25
    scene.frame_set(7)
    settings.target = RIGS["smpl"].build(scene, "Anna")
    settings.target.location = (1.0, 2.0, 0.0)
    settings.prompt, settings.seconds, settings.new_seed, settings.loop = "A person turns", 2.0, True, True
    settings.begin, settings.interpolation, settings.refiner = "PLACE", "BEZIER", "none"
    blend, path = tmp_path / "hall.blend", tmp_path / "tonight.jsonl"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    assert bpy.ops.kinema.save_job(filepath=str(path), outputs={"blend", "npz"}) == {"FINISHED"}
    (line,) = map(json.loads, path.read_text("utf-8").splitlines())
    assert (line["name"], line["blend"], line["outputs"]) == ("a-person-turns", "hall.blend", ["blend", "npz"])

    settings.new_seed = False
    bpy.ops.kinema.generate()
    end = time.monotonic() + 120
    while dispatch.drain():
        assert time.monotonic() < end
        time.sleep(0.01)
    request, motion = review.take.result.request, review.take.motion
    asked = {key: value for key, value in line.items() if key not in ("name", "blend", "object", "outputs", "placing")}
    assert dataclasses.replace(request, id="") == Generate(id="", **asked)
    assert bpy.ops.kinema.accept() == {"FINISHED"}
    accepted = curves(settings.target.animation_data.action)

    told = {**JOB, **{key: line[key] for key in ("prompt", "placing", "object")}, "blend": str(blend)}
    origin = {"request": {"prompt": request.prompt, "seed": 3}, "parts": {}, "pack": {}}
    shots.shoot({**told, "outputs": ["blend"], "origin": origin}, motion, tmp_path)
    action = bpy.data.objects["Anna"].animation_data.action
    made = curves(action)
    assert made.keys() == accepted.keys()
    assert all(np.allclose(made[key], accepted[key], atol=1e-5) for key in made)
    assert json.loads(action["kinema"])["edits"] == {"loop": True, "in_place": False, "frames": None}


def curves(action):
    from blender_addon.keyframes import curves_of

    return {
        (curve.data_path, curve.array_index): [tuple(key.co) for key in curve.keyframe_points]
        for curve in curves_of(action)
    }


@pytest.mark.parametrize(("prompt", "name"), [("Walk, then wave!", "walk-then-wave"), ("走る", "走る"), ("...", "job")])
def test_a_prompt_gives_a_files_name(prompt, name):
    from blender_addon.saved_jobs import name_of

    assert name_of(prompt) == name
    assert len(name_of("ü" * 500).encode()) <= 80


def test_the_batch_goes_to_the_backends_own_command():
    from blender_addon.batch_commands import batch_command

    options = argparse.Namespace(
        jobs=Path("/s/jobs.jsonl"), out=Path("/s/out"), jobs_at_once="2", resume=True, dry_run=False, json=True
    )
    options.time_limit, options.model = "60", None
    words = batch_command(["py", "-m", "kinema", "serve", "--device", "cpu"], options, "/s/a.blend", "blender -b")
    assert words[:6] == ["py", "-m", "kinema", "batch", "--device", "cpu"]
    assert words[6:12] == ["/s/jobs.jsonl", "--out", "/s/out", "--jobs", "2", "--resume"]
    assert words[12:] == ["--json", "--time-limit", "60", "--blend", "/s/a.blend", "--blender-command", "blender -b"]
    for backend in (["ssh", "gpubox", "kinema", "serve"], ["kinema-backend"]):
        with pytest.raises(EnvironmentSetupError, match="--backend PYTHON"):
            batch_command(backend, options, "", "")
