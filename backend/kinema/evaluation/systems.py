"""What can be asked for motions: a model pack, whole or with parts of its conditions withheld, and retrieval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .. import cleanup, refine
from ..features import encoding, layout
from ..pipeline import Pipeline
from ..protocol.messages import Generate
from ..protocol.motion import Motion
from ..training.packed import PackedSet
from .lexical import NearestCaption
from .pairs import Pair, captioned, motion_of

CONDITIONS = ("full", "global", "parts")
"""Global sentence and parts; the global sentence alone, which is no refinement; the parts alone."""


@dataclass(frozen=True, eq=False)
class Generated:
    """A pipeline asked the way every entry point asks; `conditions` is one of CONDITIONS, None means the pack's own."""

    pipeline: Pipeline
    conditions: str = "full"
    refiner: str = "lexicon"
    cleanup: bool = True
    sampler: str | None = None
    steps: int | None = None
    guidance: float | None = None

    def __call__(self, prompt: str, seconds: float, seed: int, samples: int) -> Sequence[Motion]:
        parts = dict(refine.refine(prompt, self.refiner).parts) if self.conditions == "parts" else {}
        request = Generate(
            id="evaluate",
            prompt=prompt if self.conditions != "parts" else "",
            seconds=seconds,
            seed=seed,
            samples=samples,
            refiner=self.refiner if self.conditions == "full" else "none",
            parts=parts,
            steps=self.steps,
            guidance=self.guidance,
            sampler=self.sampler,
            cleanup=self.cleanup,
        )
        return self.pipeline.generate(request).motions


class Retrieval:
    """The captured train clip whose caption shares the most words with the prompt; ties are drawn by the seed."""

    def __init__(self, packed: PackedSet) -> None:
        self.packed = packed
        spoken: dict[str, list[Pair]] = defaultdict(list)
        for pair in captioned(packed, "train"):
            for text in pair.texts:
                spoken[text].append(pair)
        self.pairs = list(spoken.values())
        self.nearest = NearestCaption(list(spoken))

    def __call__(self, prompt: str, seconds: float, seed: int, samples: int) -> Sequence[Motion]:
        tied = [pair for row in self.nearest.find(prompt) for pair in self.pairs[row]]
        drawn = np.random.default_rng([seed, len(tied)]).permutation(len(tied))
        frames = round(seconds * layout.FPS)
        motions = (motion_of(self.packed, tied[drawn[k % len(tied)]]) for k in range(samples))
        return tuple(motion.crop(0, min(frames, len(motion))) for motion in motions)


def reconstructed(pipeline: Pipeline, motion: Motion, clean: bool = True) -> Motion:
    """A captured motion through the auto-encoder and the clean-up of a pack; the last T mod 4 frames are left out."""
    network = pipeline.autoencoder
    frames = len(motion) // network.config.stride * network.config.stride
    features = torch.from_numpy(encoding.encode(motion)[None, :frames].astype(np.float32)).to(pipeline.device)
    with torch.inference_mode():
        made = network.decode(network.encode(features))[0].float().cpu().numpy()
    decoded = encoding.decode(made)
    return cleanup.clean(decoded, made[:, layout.CONTACTS]) if clean else decoded
