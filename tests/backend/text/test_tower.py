"""Configuration, shapes and weights of the text towers."""

from __future__ import annotations

import json

import pytest
import torch

from kinema.errors import WeightsError
from kinema.text.tokens import Tokenizer, pad
from kinema.text.tower import (
    PADDING,
    VOCABULARY,
    KinemaTower,
    OpenClipTower,
    build_tower,
    config_from_dict,
    config_to_dict,
)

SMALL = KinemaTower(
    semantic=24, attributes=("left", "right", "verb walk"), width=32, layers=2, heads=4, context=16, embedding=8
)


@pytest.mark.parametrize("config", [SMALL, OpenClipTower(), OpenClipTower("RN50", None)])
def test_configuration_survives_json(config: KinemaTower | OpenClipTower) -> None:
    assert config_from_dict(json.loads(json.dumps(config_to_dict(config)))) == config


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"tower": "other"},
        {"tower": "kinema"},
        {"tower": "kinema", "semantic": 24, "attributes": [], "depth": 3},
        {"tower": "kinema", "semantic": 24, "attributes": [], "width": 30, "heads": 4},
        {"tower": "kinema", "semantic": 0, "attributes": []},
    ],
)
def test_wrong_configuration_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(WeightsError):
        config_from_dict(values)


def test_features_have_the_configured_size() -> None:
    tokens = Tokenizer(SMALL.context)(["a person walks", "jump"])
    assert build_tower(SMALL)(tokens).shape == (2, 27)


def test_vocabulary_is_clips() -> None:
    tokenizer = Tokenizer(16)
    assert VOCABULARY == 49408
    assert tokenizer.rows(["a photo of a cat"]) == [[49406, 320, 1125, 539, 320, 2368, 49407]]


def test_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    tower = build_tower(SMALL).eval()
    rows = Tokenizer(SMALL.context).rows(["the left arm waves"])
    with torch.inference_mode():
        short = tower(pad(rows))
        long = tower(torch.nn.functional.pad(pad(rows), (0, 7), value=PADDING))
    torch.testing.assert_close(short, long, atol=1e-5, rtol=1e-5)


def test_the_start_of_a_text_sees_its_end() -> None:
    """Attention runs both ways, so the feature depends on every word and on their order."""
    torch.manual_seed(0)
    tower = build_tower(SMALL).eval()
    with torch.inference_mode():
        a, b, c = tower(Tokenizer(SMALL.context)(["walk then run", "run then walk", "walk then hop"]))
    assert min((a - b).norm(), (a - c).norm(), (b - c).norm()) > 1e-3


def test_long_text_is_cut_and_keeps_its_end_token() -> None:
    (row,) = Tokenizer(16).rows(["walk " * 500])
    assert len(row) == 16
    assert row[0] == 49406
    assert row[-1] == 49407


def test_padded_length_can_be_a_multiple() -> None:
    assert pad([[1, 2, 3], [4]], multiple=4).tolist() == [[1, 2, 3, 0], [4, 0, 0, 0]]
    assert pad([]).shape == (0, 0)
