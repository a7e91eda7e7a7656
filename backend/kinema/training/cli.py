"""`kinema train STAGE ...`: text, autoencoder, diffusion, style, export, in this order; evaluator stands alone.

`torchrun --nproc-per-node 8 -m kinema train diffusion ...` trains auto-encoder or denoiser in several processes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

STAGES = {
    "text": "kinema.training.text",
    "autoencoder": "kinema.training.autoencoder",
    "diffusion": "kinema.training.diffusion",
    "evaluator": "kinema.training.evaluator",
    "style": "kinema.training.style",
    "export": "kinema.training.export",
}
"""Stage -> module with `main(argv) -> int`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one stage; returns its exit code, 2 for an unknown stage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] not in STAGES:
        print(f"usage: kinema train {{{','.join(STAGES)}}} ...", file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    return int(import_module(STAGES[arguments[0]]).main(arguments[1:]))
