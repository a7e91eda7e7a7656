"""A small packed set of clips that are made here: walks, gestures and a squat under the labels of a real source."""

from pathlib import Path

import pytest

from kinema.training.packed import PackedSet, write
from kinema.training.pieces import PieceBank
from kinema.training.procedural import generate

WANTED = {
    "walk": "walk",
    "wave left": "wave-left-hand",
    "wave right": "wave-right-hand",
    "squat": "squat1Reps",
    "wave both": "wave-both-hands",
}


@pytest.fixture(scope="session")
def packed_folder(tmp_path_factory) -> Path:
    clips, counts = [], dict.fromkeys(WANTED, 0)
    for seed in range(2500):
        made = generate(seed)
        name = made.primitives[0]
        if len(made.primitives) != 1 or counts.get(name, 99) >= 3:
            continue
        counts[name] += 1
        row = {
            "id": f"bandai/{name}-{seed}",
            "source": "bandai",
            "split": "train",
            "action": WANTED[name],
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
