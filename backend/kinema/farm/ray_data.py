"""Very large batches on many machines, through Ray Data: `pip install 'kinema[ray]'`.

    python -m kinema.farm.ray_data JOBS --out DIR [--actors N] [--gpus 1]

One actor a GPU loads the weights once; Ray Data streams groups of jobs to them with its own back-pressure. The record
of each finished job (`records.py`) is the checkpoint: started again, the run makes only what is missing. DIR must lie
on storage that all machines see, and jobs may ask for npz and bvh; shots are a render farm's work.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..checkpoints import find_pack
from ..errors import EnvironmentSetupError, RequestError
from . import groups, records
from .jobs import Job, read_jobs


class Generator:
    """An actor: a loaded pipeline that makes whole groups of a job file."""

    def __init__(self, jobs: str, out: str, model: str | None, device: str) -> None:
        from ..generation import open_batched

        self.out = Path(out)
        self.groups = groups.grouped(read_jobs(Path(jobs)))
        self.pack = find_pack(model)
        self.generate = open_batched(self.pack, device)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """{"group": indices} -> {"group", "done", "failures"}, one row a group."""
        done, failures = [], []
        for index in batch["group"]:
            made, refused = self._group(self.groups[int(index)])
            done.append(made)
            failures.append(refused)
        return {"group": batch["group"], "done": done, "failures": failures}

    def _group(self, group: Sequence[Job]) -> tuple[int, str]:
        from ..faults import explain
        from ..generation import never
        from .making import make_motions

        try:
            results = self.generate([job.request for job in group], lambda _: None, never)
            todo = [
                (job, result)
                for job, result in zip(group, results, strict=True)
                if not records.finished(job, self.out, self.pack.provenance())
            ]
            for job, result in todo:
                make_motions(job, result, self.out)
        except Exception as error:
            return 0, f"{group[0].name} and those beside it: {explain(error)}"
        return len(todo), ""


def run(
    jobs: Path, out: Path, *, actors: int = 1, gpus: float = 0.0, model: str | None = None, device: str = "auto"
) -> tuple[int, list[str]]:
    """Make what is missing; returns how many jobs were made and the failures' sentences.

    Raises EnvironmentSetupError without Ray, RequestError for a job file that cannot be used or that needs Blender.
    """
    try:
        import ray
    except ImportError:
        raise EnvironmentSetupError("Ray is not installed; pip install 'kinema[ray]'") from None
    read = read_jobs(jobs)
    if shot := [job.name for job in read if job.shots()]:
        raise RequestError(f"{shot[0]} asks for outputs of Blender; here only npz and bvh are made")
    pack = find_pack(model).provenance()
    out.mkdir(parents=True, exist_ok=True)
    waiting = [
        {"group": index}
        for index, group in enumerate(groups.grouped(read))
        if not all(records.finished(job, out, pack) for job in group)
    ]
    if not waiting:
        return 0, []
    rows = ray.data.from_items(waiting, override_num_blocks=len(waiting)).map_batches(
        Generator,
        fn_constructor_args=(str(jobs.resolve()), str(out.resolve()), model, device),
        batch_size=1,
        concurrency=actors,
        num_gpus=gpus or None,
    )
    done, failures = 0, []
    for row in rows.iter_rows():
        done += int(row["done"])
        if row["failures"]:
            failures.append(str(row["failures"]))
    return done, failures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kinema.farm.ray_data", description=__doc__)
    parser.add_argument("jobs", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--actors", type=int, default=1)
    parser.add_argument("--gpus", type=float, default=0.0, help="of each actor")
    parser.add_argument("--model")
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    done, failures = run(
        options.jobs,
        options.out,
        actors=options.actors,
        gpus=options.gpus,
        model=options.model,
        device=options.device,
    )
    print(f"{done} made, {len(failures)} failed", *failures, sep="\n")
    return 3 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
