"""Sentences to embeddings: the one class that the rest of Kinema asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kinema.errors import PromptError, WeightsError
from kinema.text.pretrained import pretrained_tower
from kinema.text.quantised import restored
from kinema.text.tokens import Tokenizer, pad, tidy
from kinema.text.tower import KinemaTower, OpenClipTower, TowerConfig, build_tower, config_from_dict

CACHED_TEXTS = 512
"""Part sentences repeat from prompt to prompt; half a thousand embeddings take about one megabyte."""

MAX_CHARACTERS = 10_000
"""Far more than any context holds. It bounds the time the byte pair encoding may take."""


class TextEncoder:
    """encode(texts) -> (N, D) float32 of unit length.

    Not safe to be called from two threads at once: the cache is plain.
    """

    def __init__(self, config: TowerConfig, tower: nn.Module, context: int, size: int, device: str = "cpu") -> None:
        self.config = config
        self.size = size
        """D."""
        self.device = torch.device(device)
        self._tower = tower.eval().requires_grad_(False).to(self.device)
        self._tokenizer = Tokenizer(context)
        self._cache: OrderedDict[str, Tensor] = OrderedDict()

    @classmethod
    def from_state(cls, config: Mapping[str, object], state: Mapping[str, Tensor], device: str = "cpu") -> TextEncoder:
        """Our own tower from a model pack: the pack's `text` entry and the tensors of its weights file.

        Half precision and eight-bit weights (see `quantised`) are computed with in float32.

        Raises:
            WeightsError: configuration and weights do not belong together, or the tower is not one that packs carry.
        """
        tower_config = config_from_dict(dict(config))
        if not isinstance(tower_config, KinemaTower):
            raise WeightsError("A pretrained open_clip tower has no weights in a pack; open it with TextEncoder.open.")
        tower = build_tower(tower_config)
        try:
            tower.load_state_dict(restored(state))
        except RuntimeError as error:
            raise WeightsError(
                f"The text tower's weights do not fit its configuration; install the model pack again ({error})."
            ) from error
        return cls(tower_config, tower, tower_config.context, tower_config.output, device)

    @classmethod
    def open(
        cls, config: Mapping[str, object], state: Mapping[str, Tensor] | None = None, device: str = "cpu"
    ) -> TextEncoder:
        """The tower that `config` names: ours with the pack's tensors, or a pretrained model of open_clip.

        Raises:
            WeightsError: as from_state; or the pretrained weights are unknown, damaged or cannot be downloaded.
        """
        tower_config = config_from_dict(dict(config))
        if isinstance(tower_config, OpenClipTower):
            return cls(tower_config, *pretrained_tower(tower_config), device=device)
        if state is None:
            raise WeightsError("The text tower has no weights; install the model pack again.")
        return cls.from_state(config, state, device)

    @torch.no_grad()
    def encode(self, texts: Sequence[str], batch: int = 64) -> Tensor:
        """(N, D) float32 on the encoder's device, each row of length 1; the empty text has an embedding like any other.

        A text's embedding does not depend on the other texts of the call beyond rounding.

        Raises:
            PromptError: an item is not text, or is longer than MAX_CHARACTERS.
        """
        keys = [self._key(text) for text in texts]
        found = {key: self._cache[key] for key in keys if key in self._cache}
        missing = sorted({key for key in keys if key not in found}, key=lambda key: (len(key), key))
        rows = self._tokenizer.rows(missing)
        for start in range(0, len(missing), batch):
            tokens = pad(rows[start : start + batch]).to(self.device)
            features = F.normalize(self._tower(tokens).float(), dim=-1)
            found.update(zip(missing[start : start + batch], features.unbind(), strict=True))
        for key in dict.fromkeys(keys):
            self._cache[key] = found[key]
            self._cache.move_to_end(key)
        while len(self._cache) > CACHED_TEXTS:
            self._cache.popitem(last=False)
        if not keys:
            return torch.zeros(0, self.size, device=self.device)
        return torch.stack([found[key] for key in keys])

    def _key(self, text: str) -> str:
        if not isinstance(text, str):
            raise PromptError(f"A prompt must be text, not {type(text).__name__}.")
        if len(text) > MAX_CHARACTERS:
            raise PromptError(f"The prompt has {len(text)} characters; shorten it below {MAX_CHARACTERS}.")
        return tidy(text) if isinstance(self.config, KinemaTower) else text
