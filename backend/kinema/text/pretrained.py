"""The text half of a pretrained open_clip model, downloaded once at a pinned revision.

This needs a network the first time, and only when a user chooses such a tower. Weights come as safetensors from the
Hugging Face hub at a commit named here, so what they hold cannot change; their SHA-256 is checked against the hub's.
"""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional as F

from kinema.errors import WeightsError
from kinema.text.open_clip_import import import_open_clip
from kinema.text.tower import PADDING, OpenClipTower


@dataclass(frozen=True)
class Pin:
    """Where one set of weights lies, and how its network differs from open_clip's default."""

    repository: str
    revision: str
    file: str
    quick_gelu: bool


PINS: dict[tuple[str, str], Pin] = {
    ("ViT-B-32", "openai"): Pin(
        "timm/vit_base_patch32_clip_224.openai",
        "ab5b8ef490e86faa07d3523926b842c765de1de5",
        "open_clip_model.safetensors",
        quick_gelu=True,
    ),
}
"""(model, pretrained) -> pin: add a line for another model."""


class TextHalf(nn.Module):
    """The text side of a CLIP model; its image side is dropped."""

    def __init__(self, model: nn.Module, context: int) -> None:
        super().__init__()
        del model.visual
        self.model = model
        self.context = context

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, L) token ids, L <= context -> (N, D) features, not normalised."""
        # CLIP's causal mask has the fixed size of its context.
        padded = F.pad(tokens, (0, self.context - tokens.shape[1]), value=PADDING)
        features: Tensor = self.model.encode_text(padded)  # type: ignore[operator]  # a method, not a submodule
        return features


def download(pin: Pin) -> Path:
    """The weights file in the hub's cache on this machine, fetched when it is not there.

    Raises:
        WeightsError: no network and no cached copy, or the file's SHA-256 is not the one that the hub names.
    """
    hub = importlib.import_module("huggingface_hub")
    try:
        path = Path(hub.hf_hub_download(pin.repository, pin.file, revision=pin.revision))
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        raise WeightsError(
            f"The text tower {pin.repository} cannot be downloaded; connect to the internet once or choose the model "
            f"pack's own tower ({error})."
        ) from error
    verify(path)
    return path


def verify(path: Path) -> None:
    """Check a file of the hub's cache.

    Its real name there is its SHA-256 where the system has links; elsewhere there is nothing to compare with.

    Raises:
        WeightsError: the content differs.
    """
    expected = path.resolve().name
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if len(expected) == len(found) and expected != found:
        raise WeightsError(f"The downloaded text tower is damaged; delete {path.resolve()} and try again.")


def pretrained_tower(config: OpenClipTower) -> tuple[nn.Module, int, int]:
    """(network, context, D) of the named model.

    Raises:
        WeightsError: the model or its weights are unknown, or as `download`.
    """
    open_clip = import_open_clip()
    sizes = open_clip.get_model_config(config.model)
    if sizes is None:
        raise WeightsError(f"open_clip has no model {config.model!r}; choose one of open_clip.list_models().")
    if config.pretrained is None:
        model = open_clip.create_model(config.model, pretrained=None)
    else:
        pin = PINS.get((config.model, config.pretrained))
        if pin is None:
            known = ", ".join("/".join(names) for names in PINS)
            raise WeightsError(f"{config.model}/{config.pretrained} is not a pinned text tower; choose {known}.")
        model = open_clip.create_model(
            config.model, pretrained=str(download(pin)), force_quick_gelu=pin.quick_gelu, weights_only=True
        )
    context = int(sizes["text_cfg"]["context_length"])
    return TextHalf(model, context), context, int(sizes["embed_dim"])
