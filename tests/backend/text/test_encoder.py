"""TextEncoder: from sentences to unit embeddings."""

from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinema.errors import PromptError, WeightsError
from kinema.text import encoder as encoder_module
from kinema.text.encoder import TextEncoder
from kinema.text.tower import KinemaTower, OpenClipTower, build_tower, config_to_dict

SMALL = KinemaTower(
    semantic=24, attributes=("left", "right", "verb walk"), width=32, layers=2, heads=4, context=16, embedding=8
)
TEXTS = ["a person walks forward", "the left arm waves beside the head", "jump", ""]


def small_state() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {name: value.half() for name, value in build_tower(SMALL).state_dict().items()}


@pytest.fixture
def encoder() -> TextEncoder:
    return TextEncoder.from_state(config_to_dict(SMALL), small_state())


def test_rows_are_unit_float32(encoder: TextEncoder) -> None:
    rows = encoder.encode(TEXTS)
    assert rows.shape == (4, encoder.size) == (4, 27)
    assert rows.dtype == torch.float32
    torch.testing.assert_close(rows.norm(dim=1), torch.ones(4))


def test_nothing_gives_nothing(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, 27)


def test_two_encoders_agree_exactly() -> None:
    first, second = (TextEncoder.from_state(config_to_dict(SMALL), small_state()) for _ in range(2))
    assert torch.equal(first.encode(TEXTS), second.encode(TEXTS))


def test_a_text_alone_equals_the_text_in_a_batch(encoder: TextEncoder) -> None:
    together = encoder.encode([*TEXTS, "a person " * 12])
    for text, row in zip(TEXTS, together, strict=False):
        alone = TextEncoder.from_state(config_to_dict(SMALL), small_state()).encode([text])[0]
        torch.testing.assert_close(alone, row, atol=1e-5, rtol=1e-5)


def test_small_batches_equal_one_large(encoder: TextEncoder) -> None:
    other = TextEncoder.from_state(config_to_dict(SMALL), small_state())
    torch.testing.assert_close(encoder.encode(TEXTS, batch=1), other.encode(TEXTS), atol=1e-5, rtol=1e-5)


def test_order_and_repeats_are_kept(encoder: TextEncoder) -> None:
    rows = encoder.encode(["jump", "run", "jump"])
    assert torch.equal(rows[0], rows[2])
    assert torch.equal(rows.flip(0)[:2], encoder.encode(["jump", "run"]))


def test_empty_text_is_like_blank_text(encoder: TextEncoder) -> None:
    empty, blank = encoder.encode(["", " \n\t "])
    assert torch.equal(empty, blank)
    assert torch.isfinite(empty).all()


def test_case_spaces_and_full_stop_do_not_matter(encoder: TextEncoder) -> None:
    a, b = encoder.encode(["A person  walks.", "a person walks"])
    assert torch.equal(a, b)


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_unicode_has_an_embedding(encoder: TextEncoder, text: str) -> None:
    row = encoder.encode([text])
    assert torch.isfinite(row).all()
    torch.testing.assert_close(row.norm(dim=1), torch.ones(1))


def test_very_long_text_is_cut(encoder: TextEncoder) -> None:
    long, longer = encoder.encode(["walk " * 100, "walk " * 1000])
    torch.testing.assert_close(long, longer, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("text", ["x" * 10_001, None, b"walk", 3])
def test_what_is_no_prompt_is_refused(encoder: TextEncoder, text: object) -> None:
    with pytest.raises(PromptError):
        encoder.encode([text])  # type: ignore[list-item]


def test_known_texts_do_not_reach_the_tower_again(encoder: TextEncoder) -> None:
    first = encoder.encode(TEXTS)
    with torch.no_grad():
        encoder._tower.get_parameter("text_projection").zero_()
    assert torch.equal(encoder.encode(TEXTS), first)
    assert torch.equal(encoder.encode(["unseen"])[0], torch.zeros(27))


def test_cache_forgets_the_oldest(encoder: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_module, "CACHED_TEXTS", 2)
    rows = encoder.encode(["walk", "run", "jump"])
    assert rows.shape == (3, 27)
    assert list(encoder._cache) == ["run", "jump"]
    encoder.encode(["run"])
    encoder.encode(["hop"])
    assert list(encoder._cache) == ["run", "hop"]


def test_caller_may_change_the_answer(encoder: TextEncoder) -> None:
    before = encoder.encode(["walk"])
    before.zero_()
    assert encoder.encode(["walk"]).norm() > 0.9


def test_weights_of_another_size_are_refused() -> None:
    state = small_state()
    state["text_projection"] = state["text_projection"][:, :5]
    with pytest.raises(WeightsError, match="do not fit"):
        TextEncoder.from_state(config_to_dict(SMALL), state)


def test_missing_weights_are_refused() -> None:
    state = small_state()
    del state["ln_final.weight"]
    with pytest.raises(WeightsError, match="do not fit"):
        TextEncoder.from_state(config_to_dict(SMALL), state)
    with pytest.raises(WeightsError, match="no weights"):
        TextEncoder.open(config_to_dict(SMALL))


def test_pretrained_tower_is_not_in_a_pack() -> None:
    with pytest.raises(WeightsError, match=r"TextEncoder\.open"):
        TextEncoder.from_state(config_to_dict(OpenClipTower()), {})
