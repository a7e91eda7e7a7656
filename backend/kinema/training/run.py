"""What every training loop shares: learning rate, weight averaging, a checkpoint that resumes exactly, the loop."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ..errors import InputError
from .distributed import ALONE, Group
from .licences import Selection
from .log import Log


def learning_rate(step: int, steps: int, peak: float, warmup: int = 200, floor: float = 0.02) -> float:
    """Linear warm-up, then half a cosine down to `floor` times the peak."""
    if step < warmup:
        return peak * (step + 1) / warmup
    part = min(1.0, (step - warmup) / max(1, steps - warmup))
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * part)))


class Average:
    """Exponential moving average of a module's weights; early steps count more, so that a short run is usable."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards the module's weights after optimiser step `step`."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)


class Picker(Protocol):
    """What draws batches: its place between two batches is a few whole numbers, kept with the random state."""

    def batch(self, count: int, generator: torch.Generator) -> Any:
        """One batch of `count` examples."""
        ...

    def place(self) -> tuple[int, ...]:
        """Where the picker stands."""
        ...

    def go_to(self, place: tuple[int, ...]) -> None:
        """Stand where `place` says."""
        ...


@dataclass(frozen=True)
class Plan:
    """How one run trains. `batch`: examples a step over all processes. `save_every`: steps between checkpoints."""

    run: Path
    steps: int
    batch: int
    rate: float
    weight_decay: float
    save_every: int
    log_every: int = 50
    compile: bool = False

    @classmethod
    def of(cls, options: argparse.Namespace, weight_decay: float) -> Plan:
        """The plan of a command line read by `add_options`."""
        named = {name: getattr(options, name) for name in ("run", "steps", "batch", "rate", "save_every", "log_every")}
        return cls(**named, weight_decay=weight_decay, compile=options.compile)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """What every stage's command line takes about the sources that it may learn from."""
    parser.add_argument(
        "--open", action="store_true", help="only sources whose licence lets a model be used commercially"
    )
    parser.add_argument("--sources", nargs="+", metavar="NAME", help="only these sources of motion and text")


def selection_of(options: argparse.Namespace) -> Selection:
    """The selection of a command line read by `add_selection`."""
    return Selection(frozenset(options.sources) if options.sources else None, options.open)


def add_options(parser: argparse.ArgumentParser, save_every: int) -> None:
    """What a stage's command line takes about sources, machine and log."""
    add_selection(parser)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--compile", action="store_true", help="compile the network (torch.compile)")
    parser.add_argument("--save-every", type=int, default=save_every, help="steps between checkpoints")
    parser.add_argument("--log-every", type=int, default=50, help="steps between rows of losses.csv")


class Checkpoint:
    """Everything a loop needs to go on as if it had not stopped, in one file that replaces the last atomically."""

    def __init__(
        self, path: Path, network: nn.Module, optimizers: Sequence[torch.optim.Optimizer], average: Average
    ) -> None:
        self.path, self.network, self.optimizers, self.average = path, network, optimizers, average

    def save(self, step: int, generator: torch.Generator, picker: Picker | None = None, group: Group = ALONE) -> None:
        """Write the state after `step` steps, with the random state of every process; the first process writes."""
        state: dict[str, Any] = {
            "step": step,
            "network": self.network.state_dict(),
            "optimizers": [each.state_dict() for each in self.optimizers],
            "average": self.average.state,
            "generator": group.gather(generator.get_state()),
            "torch": group.gather(torch.get_rng_state()),
            "place": group.gather(torch.tensor(picker.place() if picker else (0,))),
        }
        if group.device.startswith("cuda"):
            state["cuda"] = group.gather(torch.cuda.get_rng_state(group.device))
        if group.leads:
            temporary = self.path.with_suffix(".tmp")
            torch.save(state, temporary)
            temporary.replace(self.path)

    def load(self, generator: torch.Generator, picker: Picker | None = None, group: Group = ALONE) -> int:
        """Restore the state if there is one; returns the step to go on from (0 at the first start).

        Raises InputError when it was saved by another number of processes.
        """
        if not self.path.is_file():
            return 0
        state = torch.load(self.path, map_location="cpu", weights_only=True)
        if "place" not in state or len(state.get("optimizers", ())) != len(self.optimizers):
            raise InputError(
                f"{self.path} was saved by an older Kinema; delete it and begin with its weights (--start)"
            )
        if len(state["torch"]) != group.size:
            raise InputError(
                f"{self.path} was saved by {len(state['torch'])} processes; "
                f"start as many (torchrun --nproc-per-node), not {group.size}, or another run folder"
            )
        self.network.load_state_dict(state["network"])
        for each, kept in zip(self.optimizers, state["optimizers"], strict=True):
            each.load_state_dict(kept)
        for name, value in state["average"].items():
            self.average.state[name].copy_(value)
        generator.set_state(state["generator"][group.rank])
        torch.set_rng_state(state["torch"][group.rank])
        if "cuda" in state and group.device.startswith("cuda"):
            torch.cuda.set_rng_state(state["cuda"][group.rank], group.device)
        if picker:
            picker.go_to(tuple(state["place"][group.rank].tolist()))
        return int(state["step"])


def optimizers_of(network: nn.Module, plan: Plan, hidden: Sequence[nn.Parameter] = ()) -> list[torch.optim.Optimizer]:
    """AdamW; and for the matrices `hidden` Muon (Jordan et al. 2024), whose steps are as large as AdamW's (Liu et al.
    2025, arXiv 2502.16982, eq. 4), so that one learning rate serves both."""
    inner = {id(parameter) for parameter in hidden}
    outer = [parameter for parameter in network.parameters() if id(parameter) not in inner]
    adam = torch.optim.AdamW(outer, lr=plan.rate, betas=(0.9, 0.99), weight_decay=plan.weight_decay)
    if not hidden:
        return [adam]
    muon = torch.optim.Muon(hidden, lr=plan.rate, weight_decay=plan.weight_decay, adjust_lr_fn="match_rms_adamw")
    return [adam, muon]


def optimise(
    plan: Plan,
    group: Group,
    network: nn.Module,
    objective: nn.Module,
    picker: Picker,
    finish: Callable[[int, dict[str, Tensor]], Mapping[str, float]],
    hidden: Sequence[nn.Parameter] = (),
) -> None:
    """Train `network` to `plan.steps`, going on from RUN/checkpoint.pt when it is there.

    `objective`: batch -> losses by name, a module around the network. `finish(step, averaged weights)` is called in
    the first process at each checkpoint; it writes the weights and returns a validation row. `hidden`: matrices within
    the network, which `optimizers_of` gives to Muon.
    """
    optimizers = optimizers_of(network, plan, hidden)
    average = Average(network, 0.999)
    torch.manual_seed(group.rank)
    generator = torch.Generator().manual_seed(group.rank)
    parallel, share = group.parallel(objective), group.share(plan.batch)
    checkpoint = Checkpoint(plan.run / "checkpoint.pt", network, optimizers, average)
    first = checkpoint.load(generator, picker, group) + 1
    log = Log(plan.run / "losses.csv", plan.steps, plan.log_every, first - 1) if group.leads else None
    for step in range(first, plan.steps + 1):
        for settings in (part for each in optimizers for part in each.param_groups):
            settings["lr"] = learning_rate(step, plan.steps, plan.rate)
        losses = parallel(picker.batch(share, generator))
        network.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for each in optimizers:
            each.step()
        average.update(network, step)
        if log is not None:
            log.add(step, {name: value.item() for name, value in losses.items()})
        if step % plan.save_every == 0 or step == plan.steps:
            checkpoint.save(step, generator, picker, group)
            if log is not None:
                with torch.random.fork_rng(devices=[]):  # a run that is resumed here has not validated
                    log.write({"step": step, **finish(step, average.state)})
    if log is not None:
        log.close()
    group.wait()
