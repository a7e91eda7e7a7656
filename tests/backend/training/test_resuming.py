"""A run that was killed and resumed has the losses, bit for bit, of one that was not; torchrun's processes agree."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from kinema.errors import InputError
from kinema.training import log, packed
from kinema.training.distributed import Group

from . import tiny_runs
from .test_packed import row, swaying_motion

ROOT = Path(__file__).parents[3]
STAGES = ("autoencoder", "diffusion")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A packed set with a validation split, an untrained auto-encoder and a text tower beside it."""
    folder = tmp_path_factory.mktemp("prepared")
    clips = [(row(str(k), split="val" if k == 0 else "train"), swaying_motion(k, 48)) for k in range(4)]
    packed.write(folder / "packed", clips, {})
    tiny_runs.write_inputs(folder)
    return folder


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def losses(path: Path) -> list[list[str]]:
    """The rows of a log as they stand in the file, without the speed."""
    with path.open(newline="") as file:
        return [line[:-1] for line in csv.reader(file)]


def train_and_die(stage: str, folder: Path, run: str, last: int) -> int:
    """A run in a process of its own that is killed after step `last`; its exit status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        add = log.Log.add

        def add_then_die(self, step, values):
            add(self, step, values)
            if step == last:
                os.kill(os.getpid(), signal.SIGKILL)

        log.Log.add = add_then_die
        tiny_runs.train(stage, folder, run, 6, Group())
    finally:
        os._exit(1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_run_goes_on_as_if_it_had_not_stopped(stage, prepared):
    whole, parts = (prepared / "runs" / f"{stage}-{name}" for name in ("whole", "parts"))
    tiny_runs.train(stage, prepared, whole.name, 6, Group())
    assert os.WTERMSIG(train_and_die(stage, prepared, parts.name, 5)) == signal.SIGKILL
    assert [row[0] for row in losses(parts / "losses.csv")] == ["step", "1", "2", "3", "4", "5"]
    torch.manual_seed(123)
    tiny_runs.train(stage, prepared, parts.name, 6, Group())
    assert [row[0] for row in losses(parts / "losses.csv")] == ["step", "1", "2", "3", "4", "5", "6"]
    assert losses(whole / "losses.csv") == losses(parts / "losses.csv")
    name = "autoencoder.safetensors" if stage == "autoencoder" else "denoiser.safetensors"
    first, second = load_file(whole / name), load_file(parts / name)
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.fixture(scope="module")
def two_processes(prepared) -> Path:
    """The folder where two processes of torchrun left their weights and gradients."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    path = os.pathsep.join([str(ROOT / "backend"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, *launcher, "-m", "tests.backend.training.tiny_runs", str(prepared)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return prepared


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("stage", STAGES)
def test_two_processes_end_with_the_same_weights_from_their_own_random_numbers(stage, two_processes):
    first, second = (load_file(two_processes / f"{stage}-{rank}.safetensors") for rank in (0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)
    run = two_processes / "runs" / f"{stage}-two"
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    assert state["step"] == 2
    assert any(not torch.equal(first[name], state["average"][name]) for name in first)
    for kind in ("torch", "generator"):
        assert len(state[kind]) == 2
        assert not torch.equal(*state[kind])
    assert len(losses(run / "losses.csv")) == 3
    with pytest.raises(InputError, match="was saved by 2 processes"):
        tiny_runs.train(stage, two_processes, run.name, 3, Group())


@pytest.mark.timeout(1800)
def test_the_gradient_of_two_processes_is_that_of_one_with_the_joint_batch(two_processes):
    first, second = (load_file(two_processes / f"gradient-{rank}.safetensors")["gradient"] for rank in (0, 1))
    joint, half = (tiny_runs.gradient(Group(), part) for part in (slice(0, 8), slice(0, 4)))
    assert torch.equal(first, second)
    assert (first - joint).norm() / joint.norm() < 0.01
    assert (half - joint).norm() / joint.norm() > 0.2


def test_a_batch_that_cannot_be_split_is_refused():
    assert Group(rank=1, size=4).share(64) == 16
    with pytest.raises(InputError, match="give a multiple of 4"):
        Group(rank=1, size=4).share(66)
