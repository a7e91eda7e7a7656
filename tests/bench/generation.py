"""From a request to its Motion inside one process: text, sampling, decoding and clean-up together."""

from __future__ import annotations

from functools import partial

import torch

from kinema.checkpoints import find_pack
from kinema.pipeline import Pipeline
from kinema.protocol.messages import Generate

from .timing import Seconds, measure

YARDSTICK = 1024
"""A product of two square matrices of this size is the unit that makes machines comparable."""

CASES = ((2.0, 1), (4.0, 1), (10.0, 1), (10.0, 16))
"""Seconds of motion, samples at once."""


def yardstick(device: torch.device, repeats: int) -> Seconds:
    """One float32 matrix product of YARDSTICK x YARDSTICK."""
    a, b = (torch.rand(YARDSTICK, YARDSTICK, device=device) for _ in range(2))

    def multiply(_: int) -> float:
        return float((a @ b)[0, 0])  # Reading a number waits for the device.

    return measure(multiply, 5 * repeats, warm_up=5)


def requests(model: str | None, device: str, repeats: int) -> tuple[torch.device, dict[tuple[float, int], Seconds]]:
    """Each case's time. Every request has a prompt of its own, so that no text is answered from a cache."""
    pipeline = Pipeline.open(find_pack(model), device)

    def generate(case: tuple[float, int], number: int) -> None:
        seconds, samples = case
        prompt = f"a person takes {number + 10} steps in {seconds:g} seconds with {samples} others and waves"
        pipeline.generate(Generate(id="bench", prompt=prompt, seconds=seconds, samples=samples, seed=number + 10))

    times = {case: measure(partial(generate, case), repeats, warm_up=2) for case in CASES}
    return pipeline.device, times
