"""Large batches through a local Ray."""

import importlib.util
import json

import pytest

from kinema.errors import RequestError
from kinema.farm import ray_data

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs Ray: pip install 'kinema[ray]'")


def write_jobs(folder, count, **fields):
    lines = ({"name": f"j{k}", "prompt": "a person walks", "seconds": 0.5, "seed": k, **fields} for k in range(count))
    path = folder / "jobs.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@needs_ray
def test_a_second_run_makes_only_what_is_missing(tmp_path, random_pack):
    jobs, out = write_jobs(tmp_path, 20), tmp_path / "out"
    assert ray_data.run(jobs, out, actors=1, model=str(random_pack), device="cpu") == (20, [])
    first = {path.name: path.read_bytes() for path in out.glob("*.npz")}
    (out / "j7.npz").unlink()
    assert ray_data.run(jobs, out, actors=1, model=str(random_pack), device="cpu") == (1, [])
    assert {path.name: path.read_bytes() for path in out.glob("*.npz")} == first


@needs_ray
def test_shots_are_refused(tmp_path):
    with pytest.raises(RequestError, match="outputs of Blender"):
        ray_data.run(write_jobs(tmp_path, 1, outputs=["mp4"]), tmp_path / "out")


def test_an_actor_makes_a_group(tmp_path, random_pack):
    jobs, out = write_jobs(tmp_path, 3), tmp_path / "out"
    out.mkdir()
    actor = ray_data.Generator(str(jobs), str(out), str(random_pack), "cpu")
    assert actor({"group": [0]}) == {"group": [0], "done": [3], "failures": [""]}
    assert actor({"group": [0]})["done"] == [0]
    assert len(list(out.glob("*.npz"))) == 3
