"""What a text tower is made of: its configuration and its network.

Two kinds share one interface, token ids (N, L) -> features (N, D):

- KinemaTower: open_clip's TextTransformer in a small size of our own, shipped with a model pack.
- OpenClipTower: the text half of one of open_clip's pretrained models, downloaded by a user who asks for it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from torch import Tensor, nn

from kinema.errors import WeightsError
from kinema.text.open_clip_import import import_open_clip

VOCABULARY = 49408
"""Size of CLIP's byte pair vocabulary (Radford et al. 2021); open_clip carries it in its wheel."""

PADDING = 0
"""open_clip's tokenizer pads with 0."""


@dataclass(frozen=True)
class KinemaTower:
    """Our own tower; the sizes of a TextTransformer whose embedding table is factorised.

    The output is `semantic` dimensions of a sentence embedding followed by one dimension for each name in
    `attributes` (sides, directions, counts, body parts, verbs and their order).
    """

    semantic: int
    attributes: tuple[str, ...]
    width: int = 192
    layers: int = 4
    heads: int = 6
    context: int = 48
    embedding: int = 128

    def __post_init__(self) -> None:
        if min(self.semantic, self.width, self.layers, self.heads, self.embedding) < 1 or self.context < 3:
            raise WeightsError(f"The text tower's sizes are not usable ({self}); install the model pack again.")
        if self.width % self.heads:
            raise WeightsError(
                f"The text tower's width {self.width} is not a multiple of its {self.heads} heads; "
                "install the model pack again."
            )

    @property
    def output(self) -> int:
        """D, the length of one embedding."""
        return self.semantic + len(self.attributes)


@dataclass(frozen=True)
class OpenClipTower:
    """A pretrained model of open_clip by name, for example ViT-B-32 with the weights `openai`.

    `pretrained=None` means random weights, which serve tests only.
    """

    model: str = "ViT-B-32"
    pretrained: str | None = "openai"


TowerConfig = KinemaTower | OpenClipTower
TOWERS: dict[str, type[KinemaTower] | type[OpenClipTower]] = {"kinema": KinemaTower, "open_clip": OpenClipTower}


def config_from_dict(values: dict[str, Any]) -> TowerConfig:
    """The configuration in a model pack's `text` entry; `tower` names the kind.

    Raises:
        WeightsError: the kind or a field is unknown, or a size is out of range.
    """
    kind = TOWERS.get(str(values.get("tower")))
    if kind is None:
        raise WeightsError(
            f"The text tower {values.get('tower')!r} is not one of {', '.join(TOWERS)}; "
            "update Kinema or use another model pack."
        )
    known = {field.name for field in fields(kind)}
    given = {name: value for name, value in values.items() if name != "tower"}
    unknown = sorted(given.keys() - known)
    if unknown:
        raise WeightsError(f"The text tower has unknown fields {unknown}; update Kinema or use another model pack.")
    try:
        if kind is KinemaTower and "attributes" in given:
            given["attributes"] = tuple(given["attributes"])
        return kind(**given)
    except TypeError as error:
        raise WeightsError(f"The text tower's fields are wrong ({error}); install the model pack again.") from error


def config_to_dict(config: TowerConfig) -> dict[str, Any]:
    """The inverse of config_from_dict; JSON types only."""
    kind = next(name for name, cls in TOWERS.items() if isinstance(config, cls))
    return {
        "tower": kind,
        **{name: list(v) if isinstance(v, tuple) else v for name, v in asdict(config).items()},
    }


class FactorisedEmbedding(nn.Module):
    """A narrow table followed by a projection (ALBERT, Lan et al. 2020, section 3.1).

    It keeps the full vocabulary, and so words never seen in training, in a file of a few megabytes.
    """

    def __init__(self, vocabulary: int, narrow: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, narrow)
        self.projection = nn.Linear(narrow, width, bias=False)
        nn.init.normal_(self.table.weight, std=narrow**-0.5)
        nn.init.normal_(self.projection.weight, std=narrow**-0.5)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, L) token ids -> (N, L, width)."""
        narrow: Tensor = self.table(tokens)
        wide: Tensor = self.projection(narrow)
        return wide


def build_tower(config: KinemaTower) -> nn.Module:
    """An untrained tower: (N, L) token ids, L <= context -> (N, D) features, not normalised.

    Attention runs both ways and skips the padding, so a text's features do not depend on its neighbours in the batch
    nor on how far it was padded; the feature is read at the end-of-text token, as in CLIP.
    """
    transformer = import_open_clip().transformer
    tower: nn.Module = transformer.TextTransformer(
        context_length=config.context,
        vocab_size=1,
        width=config.width,
        heads=config.heads,
        layers=config.layers,
        output_dim=config.output,
        no_causal_mask=True,
        use_pad_mask=True,
        pad_id=PADDING,
        pool_type="argmax",
    )
    tower.token_embedding = FactorisedEmbedding(VOCABULARY, config.embedding, config.width)
    # The targets have a length near 1; open_clip's own start gives sqrt(D), since CLIP normalises.
    nn.init.normal_(tower.get_parameter("text_projection"), std=(config.width * config.output) ** -0.5)
    return tower
