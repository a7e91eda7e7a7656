"""Training in several processes or machines: `torchrun --nproc-per-node N -m kinema train ...`.

torchrun starts N processes and tells each its rank. Every process draws its own share of each batch from its own
random numbers; DistributedDataParallel averages the gradients, so all processes hold the same weights after each step.
Tensors on a GPU travel by NCCL, those on the CPU by Gloo. Without torchrun there is one process and nothing travels.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn

from ..errors import InputError

PATIENCE = timedelta(hours=6)
"""How long a process waits for another: the first one may have a whole corpus to prepare."""


@dataclass(frozen=True)
class Group:
    """The processes of one run. `rank` 0..`size`-1 of this one, `local` its number on its own machine."""

    rank: int = 0
    size: int = 1
    local: int = 0
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        """Whether this process logs and saves for all."""
        return self.rank == 0

    def share(self, batch: int) -> int:
        """This process's part of a batch of the whole run. Raises InputError when it cannot be split evenly."""
        if batch % self.size:
            raise InputError(
                f"--batch {batch} cannot be split among {self.size} processes; give a multiple of {self.size}"
            )
        return batch // self.size

    def parallel(self, module: nn.Module) -> nn.Module:
        """The module with its gradients averaged over the processes, its weights set to the first process's."""
        if self.size == 1:
            return module
        devices = [torch.device(self.device)] if self.device.startswith("cuda") else None
        return nn.parallel.DistributedDataParallel(module, device_ids=devices, broadcast_buffers=False)

    def gather(self, state: Tensor) -> list[Tensor]:
        """A CPU tensor of every process, of one shape, in the order of their ranks."""
        if self.size == 1:
            return [state]
        parts = [torch.empty_like(state) for _ in range(self.size)]
        distributed.all_gather(parts, state)
        return parts

    def wait(self) -> None:
        """Until every process has come here."""
        if self.size > 1:
            distributed.all_reduce(torch.zeros(1))

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """For what writes a cache: the first process, then the first of each machine, then the others.

        Whether the machines share their disk or not, no file is written twice at once, and who comes later finds it.
        """
        turn = 0 if self.leads else 1 if self.local == 0 else 2
        for _ in range(turn):
            self.wait()
        yield
        for _ in range(3 - turn):
            self.wait()


ALONE = Group()
"""One process on the CPU."""


@contextmanager
def joined(device: str) -> Iterator[Group]:
    """The group that torchrun started this process in, or a group of one; `device` "cuda" becomes this rank's GPU.

    Raises InputError when this machine has fewer GPUs than processes.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group(device=device)
        return
    rank, local = int(os.environ["RANK"]), int(os.environ["LOCAL_RANK"])
    if device == "cuda":
        if local >= torch.cuda.device_count():
            raise InputError(
                f"this machine has {torch.cuda.device_count()} GPUs; start at most as many processes (--nproc-per-node)"
            )
        device = f"cuda:{local}"
        torch.cuda.set_device(local)
    backend = "cpu:gloo,cuda:nccl" if device.startswith("cuda") else "gloo"
    distributed.init_process_group(backend, timeout=PATIENCE)
    try:
        yield Group(rank, size, local, device)
    finally:
        distributed.destroy_process_group()


def mean(value: Tensor) -> Tensor:
    """Mean over the processes of a tensor without gradient; the tensor itself where there is one process.

    A masked loss divides by it, so that the averaged gradient is the one of the joint batch however the masks differ.
    """
    if not distributed.is_initialized():
        return value
    total = value.detach().clone()
    distributed.all_reduce(total)
    return total / distributed.get_world_size()
