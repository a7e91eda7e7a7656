"""Measure this machine: `python -m tests.bench [--model NAME] [--device auto] [--repeats 9]`, from the repository."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys

from . import generation, process
from .timing import Seconds

BUDGET = 0.5
"""Seconds that ten seconds of motion may take on the two-core machine of the project."""


def main() -> None:
    """Print one Markdown table of medians."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()

    device, cases = generation.requests(options.model, options.device, options.repeats)
    unit = generation.yardstick(device, options.repeats)
    size = generation.YARDSTICK
    print(f"Device {device}; the yardstick is one {size} x {size} matrix product.\n")
    print("| what | median s | least | most | n | yardsticks | beside |")
    print("|---|---|---|---|---|---|---|")
    _row(f"yardstick ({2 * size**3 / unit.median / 1e9:.0f} GFLOP/s)", unit, unit)
    for (seconds, samples), took in cases.items():
        share = f"{seconds * samples / took.median:.0f} x faster than it plays"
        if (seconds, samples) == (10.0, 1):
            share += f", {took.median / BUDGET:.2f} of the budget of {BUDGET} s"
        if samples > 1:
            share += f", {took.median / samples:.3f} s each"
        _row(f"request to Motion, {seconds:g} s x {samples}", took, unit, share)
    backend = process.backend(options.model, options.device, max(3, options.repeats // 3))
    _row("cold start to greeting", backend.greeting, unit)
    _row("cold start to first answer, 10 s", backend.first_answer, unit)
    inside = backend.later_answer.median / cases[10.0, 1].median
    _row("later answer over the pipe, 10 s", backend.later_answer, unit, f"{inside:.2f} x the same without the pipe")
    _keys(options.repeats, unit)
    if backend.peak is not None:
        print(f"\nPeak memory of the backend: {backend.peak:.0f} MiB.")


def _row(name: str, took: Seconds, unit: Seconds, beside: str = "") -> None:
    times = f"{took.median:.4f} | {took.least:.4f} | {took.most:.4f} | {took.repeats}"
    print(f"| {name} | {times} | {took.median / unit.median:.1f} | {beside} |", flush=True)


def _keys(repeats: int, unit: Seconds) -> None:
    """In a child: Blender's module and torch need not share a process."""
    if importlib.util.find_spec("bpy") is None:
        print("| write keys | not measured: this Python has no bpy | | | | | |")
        return
    child = subprocess.run([sys.executable, "-m", "tests.bench.keys", str(repeats)], capture_output=True, text=True)
    answers = [line for line in child.stdout.splitlines() if line.startswith("{")]
    if not answers:
        print(f"| write keys | not measured: {(child.stderr.splitlines() or ['no answer'])[-1]} | | | | | |")
        return
    answer = json.loads(answers[-1])
    _row(f"write keys in Blender {answer['blender']}, 10 s x 22 joints", Seconds(**answer["seconds"]), unit)


if __name__ == "__main__":
    main()
