"""A small packed set of clips that are made here: walks and gestures under the labels of a real source."""

from pathlib import Path

import pytest

from kinema.training.packed import PackedSet, write
from kinema.training.pieces import PieceBank
from kinema.training.procedural import generate

LABELS = {
    "walk": "walk",
    "jog": "walk",
    **{
        f"{verb}{how}{side}": f"{label}-{side}-hand"
        for verb, label in (("wave ", "wave"), ("raise ", "raise-up"))
        for how in ("", "high ", "front ", "side ")
        for side in ("left", "right")
    },
}
"""Procedural primitives and the label under which they are packed."""


@pytest.fixture(scope="session")
def packed_folder(tmp_path_factory) -> Path:
    clips, hosts, seed = [], 0, -1
    while hosts < 2 or len(clips) - hosts < 2:
        seed += 1
        made = generate(seed)
        name = made.primitives[0]
        if len(made.primitives) != 1 or name not in LABELS:
            continue
        hosts += LABELS[name] == "walk"
        row = {
            "id": f"bandai/{name}-{seed}",
            "source": "bandai",
            "split": "train",
            "action": LABELS[name],
            "style": "normal",
            "keyed": False,
            "exact_feet": True,
            "licence": "test",
            "captions": [],
        }
        clips.append((row, made.motion))
    folder = tmp_path_factory.mktemp("packed")
    write(folder, clips, {})
    return folder


@pytest.fixture(scope="session")
def bank(packed_folder) -> PieceBank:
    return PieceBank(PackedSet(packed_folder))
