"""The farm's templates, judged by their own tools where those are installed."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest

FARM = Path(__file__).resolve().parents[3] / "assets/farm"


@pytest.mark.skipif(importlib.util.find_spec("openjd") is None, reason="needs openjd-model: pip install 'kinema[dev]'")
def test_the_openjd_template_is_valid_and_renders_in_chunks(tmp_path):
    from openjd.model import (
        DocumentType,
        StepParameterSpaceIterator,
        create_job,
        decode_job_template,
        document_string_to_object,
    )

    text = (FARM / "openjd/template.yaml").read_text()
    template = decode_job_template(template=document_string_to_object(document=text, document_type=DocumentType.YAML))
    given = {"JobsFile": "j.jsonl", "MotionFolder": "m", "RenderFolder": "r", "Shot": "walk", "Frames": "1-120:24"}
    from openjd.model import preprocess_job_parameters

    values = preprocess_job_parameters(
        job_template=template,
        job_parameter_values=given,
        job_template_dir=tmp_path,
        current_working_dir=tmp_path,
    )
    job = create_job(job_template=template, job_parameter_values=values)
    assert [step.name for step in job.steps] == ["Generate", "Render"]
    chunks = [task["First"].value for task in StepParameterSpaceIterator(space=job.steps[1].parameterSpace)]
    assert chunks == ["1", "25", "49", "73", "97"]


HARNESS = """
// The functions that Flamenco's Manager gives a script (its documentation, "Job Types").
const path = require("path").posix;
const author = {
  Task: (name, type) => ({ name, type, commands: [], needs: [],
    addCommand(command) { this.commands.push(command); }, addDependency(task) { this.needs.push(task.name); } }),
  Command: (name, parameters) => ({ name, parameters }),
};
const frameChunker = (range, size) => {
  const [first, last] = range.split("-").map(Number), chunks = [];
  for (let at = first; at <= last; at += size) chunks.push(`${at}-${Math.min(at + size - 1, last)}`);
  return chunks;
};
SCRIPT
const tasks = [];
compileJob({ settings: JSON.parse(process.argv[1]), addTask: (task) => tasks.push(task) });
console.log(JSON.stringify({ keys: JOB_TYPE.settings.map((setting) => setting.key), tasks }));
"""


def compile_flamenco(**settings):
    script = HARNESS.replace("SCRIPT", (FARM / "flamenco/kinema_shots.js").read_text())
    return subprocess.run(["node", "-e", script, json.dumps(settings)], capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run Flamenco's script")
def test_the_flamenco_script_generates_once_and_renders_chunks_after_it():
    settings = {"jobs_file": "/s/jobs.jsonl", "motion_folder": "/s/m", "render_folder": "/s/r", "frames": "1-50"}
    done = compile_flamenco(**settings, shot_names="walk, wave", chunk_size=24, time_limit=60)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert set(settings) <= set(made["keys"])
    generate, *renders = made["tasks"]
    assert generate["commands"][0]["parameters"]["args"][:2] == ["batch", "/s/jobs.jsonl"]
    assert [task["name"] for task in renders] == [
        f"render {shot} {chunk}" for shot in ("walk", "wave") for chunk in ("1-24", "25-48", "49-50")
    ]
    assert all(task["needs"] == ["generate motion"] for task in renders)
    assert renders[3]["commands"][0]["parameters"]["blendfile"] == "/s/m/wave.blend"
    assert "1..24" in renders[0]["commands"][0]["parameters"]["args"]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run Flamenco's script")
@pytest.mark.parametrize("names", ["", "../up", "a/b", "a;b"])
def test_the_flamenco_script_refuses_names_that_lead_elsewhere(names):
    done = compile_flamenco(shot_names=names, frames="1-2", chunk_size=1, time_limit=1)
    assert done.returncode != 0
    assert "shot" in done.stderr
