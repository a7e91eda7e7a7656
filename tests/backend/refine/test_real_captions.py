"""Coverage of the captions that the model trains on."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from kinema.refine.lexicon import understand


@pytest.mark.parametrize("name", ["cmu_captions", "captions", "kitml", "babel_val"])
def test_a_motion_is_understood_in_nearly_every_caption(name: str) -> None:
    if "KINEMA_DATA" not in os.environ:
        pytest.skip("KINEMA_DATA is not set: the real captions are not at hand")
    path = Path(os.environ["KINEMA_DATA"]) / "captions" / f"{name}.jsonl"
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    sample = random.Random(0).sample(texts, min(2000, len(texts)))
    found = [understand(text) for text in sample]
    assert sum(bool(one.motions) for one in found) / len(sample) > 0.98
    assert sum(bool(one.motions) and not one.unknown for one in found) / len(sample) > 0.95
