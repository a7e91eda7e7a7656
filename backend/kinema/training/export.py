"""From the runs' weights to a model pack that ships: float16 safetensors, pack.json with hashes and licences.

Licence, commercial use and attribution follow from what the runs recorded of their sources; nobody states them here.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import load_file

from .. import checkpoints
from ..networks.autoencoder import AutoencoderConfig
from ..text.quantised import SCALE, quantise
from . import record

NON_COMMERCIAL = "CC BY-NC 4.0"
COMMERCIAL = "CC BY 4.0"
SHARE_ALIKE = "CC BY-SA 4.0"
"""Where sources under CC BY-SA 3.0, which lets later versions of itself take its place, are the strictest."""


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="kinema train export", description=__doc__)
    parser.add_argument("out", type=Path, help="the pack's folder, such as assets/models/kinema-base")
    parser.add_argument("--text", type=Path, required=True, help="folder with text.safetensors and text.json")
    parser.add_argument("--diffusion", type=Path, required=True, help="run folder of the denoiser")
    parser.add_argument("--style", type=Path, help="run folder of the style network, trained on the same auto-encoder")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--sampler", default="ddim")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--guidance", type=float, default=2.5)
    parser.add_argument("--null-below", type=float, default=0.0, help="time below which the condition is withheld")
    parser.add_argument("--above", type=float, default=0.3, help="time below which guidance amplifies nothing")
    parser.add_argument("--below", type=float, default=1.0, help="time above which guidance amplifies nothing")
    parser.add_argument("--turning", type=float, default=1.0, help="most guidance of how fast the body turns")
    parser.add_argument("--power", type=float, default=0.7, help="of the steps' times; 1 spaces them evenly")
    options = parser.parse_args(argv)

    licences = list((record.read(options.text) | record.read(options.diffusion)).values())
    commercial = all(licence.commercial for licence in licences)
    shared = any(licence.share_alike for licence in licences)
    checkpoints.write_pack(
        options.out,
        name=options.out.name,
        version=options.version,
        licence=(SHARE_ALIKE if shared else COMMERCIAL) if commercial else NON_COMMERCIAL,
        commercial=commercial,
        attribution=sorted({licence.attribution for licence in licences if licence.attribution}),
        weights={
            "text.safetensors": _compact(_half(options.text / "text.safetensors")),
            "autoencoder.safetensors": _half(options.diffusion / "autoencoder.safetensors"),
            "denoiser.safetensors": _half(options.diffusion / "denoiser.safetensors"),
            **({"style.safetensors": _half(options.style / "style.safetensors")} if options.style else {}),
        },
        sections={
            "text": json.loads((options.text / "text.json").read_text(encoding="utf-8")),
            "autoencoder": asdict(AutoencoderConfig()),
            "denoiser": json.loads((options.diffusion / "denoiser.json").read_text(encoding="utf-8")),
            **({"style": json.loads((options.style / "style.json").read_text("utf-8"))} if options.style else {}),
            "sampling": {
                "sampler": options.sampler,
                "steps": options.steps,
                "guidance": options.guidance,
                "null_below": options.null_below,
                "above": options.above,
                "below": options.below,
                "turning": options.turning,
                "power": options.power,
            },
        },
    )
    return 0


def _half(path: Path) -> dict[str, torch.Tensor]:
    """Weights in float16; normalisation statistics, which are small and matter, stay float32."""
    return {
        name: value.half() if value.is_floating_point() and value.ndim > 1 else value
        for name, value in load_file(path).items()
    }


def _compact(state: dict[str, torch.Tensor], table: str = "token_embedding.table.weight") -> dict[str, torch.Tensor]:
    """The word table, two thirds of a text tower, in eight bits."""
    if table not in state or state[table].dtype == torch.int8:
        return state
    rows, scales = quantise(state[table])
    return state | {table: rows, table + SCALE: scales.half()}


if __name__ == "__main__":
    raise SystemExit(main())
