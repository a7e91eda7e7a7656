"""What every training loop shares: learning rate, weight averaging, a checkpoint that resumes exactly, a CSV log."""

from __future__ import annotations

import csv
import math
import time
from pathlib import Path

import torch
from torch import nn


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


class Checkpoint:
    """Everything a loop needs to go on as if it had not stopped, in one file that replaces the last atomically."""

    def __init__(self, path: Path, network: nn.Module, optimizer: torch.optim.Optimizer, average: Average) -> None:
        self.path, self.network, self.optimizer, self.average = path, network, optimizer, average

    def save(self, step: int, generator: torch.Generator) -> None:
        """Write the state after `step` steps."""
        state = {
            "step": step,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.state,
            "generator": generator.get_state(),
            "torch": torch.get_rng_state(),
        }
        temporary = self.path.with_suffix(".tmp")
        torch.save(state, temporary)
        temporary.replace(self.path)

    def load(self, generator: torch.Generator) -> int:
        """Restore the state if there is one; returns the step to go on from (0 at the first start)."""
        if not self.path.is_file():
            return 0
        state = torch.load(self.path, map_location="cpu", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        for name, value in state["average"].items():
            self.average.state[name].copy_(value)
        generator.set_state(state["generator"])
        torch.set_rng_state(state["torch"])
        return int(state["step"])


class Log:
    """Means of the losses since the last line, to a CSV file and to the terminal, with steps a second and ETA."""

    def __init__(self, path: Path, steps: int, every: int = 50) -> None:
        self.path, self.steps, self.every = path, steps, every
        self.sums: dict[str, float] = {}
        self.count = 0
        self.since = time.monotonic()

    def add(self, step: int, losses: dict[str, float]) -> None:
        """Count one step's losses; writes a line every `every` steps."""
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.count += 1
        if step % self.every:
            return
        row: dict[str, float] = {"step": step} | {name: value / self.count for name, value in self.sums.items()}
        rate = self.count / (time.monotonic() - self.since)
        self.write(row | {"steps_per_s": rate})
        left = (self.steps - step) / rate / 60
        print(
            "  ".join(f"{name} {value:.5g}" for name, value in row.items()) + f"  {rate:.2f}/s  ETA {left:.0f} min",
            flush=True,
        )
        self.sums, self.count, self.since = {}, 0, time.monotonic()

    def write(self, row: dict[str, float]) -> None:
        """Append one line; a row with other names than the file's header goes to a file of its own kind."""
        path = self.path if "val" not in "".join(row) else self.path.with_name(self.path.stem + "_val.csv")
        new = not path.is_file()
        with path.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(row)
            writer.writerow(f"{value:.6g}" for value in row.values())
