"""What a training run says: a bar with the time left on a terminal, plain lines elsewhere, CSV files, TensorBoard."""

from __future__ import annotations

import csv
import importlib.util
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Log:
    """Means of the losses since the last row, to `path` and to the terminal, with steps a second and the time left.

    A run that resumes tells the `step` of its checkpoint (0: anew): rows after it, written before it was stopped, are
    dropped.
    Event files for TensorBoard are written beside, where its package is installed.
    """

    def __init__(self, path: Path, steps: int, every: int = 50, step: int | None = None) -> None:
        self.path, self.steps, self.every = path, steps, every
        self.sums: dict[str, float] = {}
        self.count = 0
        self.since = time.monotonic()
        for kept in (path, self._validation()) if step is not None else ():
            _drop_after(kept, step or 0)
        self.board = _board(path.with_name("tensorboard"), step or 0)
        self.bar = _bar(steps, step or 0)

    def add(self, step: int, losses: Mapping[str, float]) -> None:
        """Count one step's losses; writes a row every `every` steps."""
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.count += 1
        if self.bar is not None:
            self.bar.update()
        if step % self.every:
            return
        row: dict[str, float] = {"step": step} | {name: value / self.count for name, value in self.sums.items()}
        rate = self.count / (time.monotonic() - self.since)
        self.write(row | {"steps_per_s": rate})
        if self.bar is not None:
            self.bar.set_postfix({name: f"{value:.4g}" for name, value in row.items() if name != "step"}, refresh=False)
        else:
            left = (self.steps - step) / rate / 60
            said = "  ".join(f"{name} {value:.5g}" for name, value in row.items())
            print(f"{said}  {rate:.2f}/s  ETA {left:.0f} min", flush=True)
        self.sums, self.count, self.since = {}, 0, time.monotonic()

    def write(self, row: Mapping[str, float]) -> None:
        """Append one row; validation rows go to a file of their own."""
        path = self._validation() if any(name.startswith("val") for name in row) else self.path
        new = not path.is_file()
        with path.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(row)
            writer.writerow(f"{value:.9g}" for value in row.values())
        if self.board is not None:
            for name, value in row.items():
                if name != "step":
                    self.board.add_scalar(name, value, int(row["step"]))

    def close(self) -> None:
        """End the bar and flush the event file."""
        if self.bar is not None:
            self.bar.close()
        if self.board is not None:
            self.board.close()

    def _validation(self) -> Path:
        return self.path.with_name(self.path.stem + "_val.csv")


def _drop_after(path: Path, step: int) -> None:
    """Leave only the header and the rows up to `step`; nothing at all when the run begins anew."""
    if not path.is_file():
        return
    header, *rows = path.read_text(encoding="utf-8").splitlines() or [""]
    kept = [row for row in rows if row.partition(",")[0].isdigit() and int(row.partition(",")[0]) <= step]
    if kept:
        path.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    else:
        path.unlink()


def _bar(steps: int, step: int) -> Any | None:
    """tqdm's bar where somebody watches it and tqdm is installed."""
    if not sys.stderr.isatty() or importlib.util.find_spec("tqdm") is None:
        return None
    from tqdm import tqdm

    return tqdm(total=steps, initial=step, unit="step", smoothing=0.05, dynamic_ncols=True)


def _board(folder: Path, step: int) -> Any | None:
    """TensorBoard's writer where its package is installed; rows after `step` are marked as gone."""
    if importlib.util.find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=step + 1)
