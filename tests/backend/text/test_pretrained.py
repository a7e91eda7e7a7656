"""A pretrained open_clip tower, as far as it can be known without its weights."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from kinema.errors import WeightsError
from kinema.text.encoder import TextEncoder
from kinema.text.open_clip_import import import_open_clip
from kinema.text.pretrained import PINS, Pin, download, pretrained_tower, verify
from kinema.text.tower import OpenClipTower, config_to_dict


def test_vit_b_32_encodes_as_open_clip_does() -> None:
    torch.manual_seed(0)
    encoder = TextEncoder.open({"tower": "open_clip", "model": "ViT-B-32", "pretrained": None})
    texts = ["a person walks forward", "A person kicks."]
    rows = encoder.encode(texts)
    assert rows.shape == (2, 512) == (2, encoder.size)
    tokens = import_open_clip().get_tokenizer("ViT-B-32")(texts)
    with torch.inference_mode():
        expected = encoder._tower.get_submodule("model").encode_text(tokens, normalize=True)  # type: ignore[operator]
    torch.testing.assert_close(rows, expected, atol=1e-5, rtol=1e-5)
    assert encoder.encode(["walk " * 400]).shape == (1, 512)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(WeightsError, match="no model"):
        pretrained_tower(OpenClipTower("ViT-B-33", None))
    with pytest.raises(WeightsError, match="ViT-B-32/openai"):
        TextEncoder.open(config_to_dict(OpenClipTower("ViT-B-32", "somebody")))


@pytest.mark.parametrize("names", list(PINS))
def test_every_pin_is_a_model_of_open_clip_at_a_full_commit(names: tuple[str, str]) -> None:
    open_clip = import_open_clip()
    pin = PINS[names]
    known = open_clip.get_pretrained_cfg(*names)
    assert known["hf_hub"].rstrip("/") == pin.repository
    assert bool(known.get("quick_gelu")) == pin.quick_gelu
    assert len(pin.revision) == 40
    assert int(pin.revision, 16)
    assert pin.file.endswith(".safetensors")


def test_no_network_and_no_copy_names_the_fix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="connect to the internet once"):
        download(Pin("kinema/none", "0" * 40, "open_clip_model.safetensors", quick_gelu=True))


def test_damaged_copy_is_refused(tmp_path: Path) -> None:
    content = b"weights"
    blob = tmp_path / hashlib.sha256(content).hexdigest()
    blob.write_bytes(content)
    link = tmp_path / "open_clip_model.safetensors"
    link.symlink_to(blob)
    verify(link)
    blob.write_bytes(b"weightz")
    with pytest.raises(WeightsError, match="damaged"):
        verify(link)
