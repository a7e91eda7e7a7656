"""Styling measured on one thread: `python -m tests.bench.style [--model NAME] [--repeats 40]`. Prints a Markdown table.

Processor seconds, whose least is what a clip takes where nothing else runs.
"""

from __future__ import annotations

import argparse
import time

import torch

from kinema.checkpoints import find_pack
from kinema.pipeline import Pipeline
from kinema.protocol.messages import Generate, Stylize

from .timing import measure

CLIP, REFERENCE = 6.0, 3.0
"""Seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.style", description=__doc__)
    parser.add_argument("--model")
    parser.add_argument("--repeats", type=int, default=40)
    options = parser.parse_args()
    torch.set_num_threads(1)
    pipeline = Pipeline.open(find_pack(options.model), "cpu")
    stylist = pipeline.stylist
    if stylist is None:
        raise SystemExit("the model pack has no styles; name another with --model")
    clip = pipeline.generate(Generate("c", "a person walks forward", seconds=CLIP)).motions[0]
    reference = pipeline.generate(Generate("r", "an old man walks forward", seconds=REFERENCE)).motions[0]
    label = stylist.labels[0]
    print(f"| a clip of {CLIP:g} s, motion to motion | least s | median | most | n |\n|---|---|---|---|---|")
    for name, request, shown, clean in (
        ("by label", Stylize("s", style=label), None, False),
        ("by label, cleaned up", Stylize("s", style=label), None, True),
        (f"by reference of {REFERENCE:g} s", Stylize("s", style_clip="reference"), reference, False),
        (f"by reference of {REFERENCE:g} s, cleaned up", Stylize("s", style_clip="reference"), reference, True),
    ):

        def style(_: int, request=request, shown=shown, clean=clean) -> None:
            stylist.stylize(clip, stylist.style(request, shown), request, clean)

        took = measure(style, options.repeats, clock=time.process_time)
        print(f"| {name} | {took.least:.4f} | {took.median:.4f} | {took.most:.4f} | {took.repeats} |", flush=True)


if __name__ == "__main__":
    main()
