"""A clip's latents in another style: windows of any clip's length, one generator call, no seams."""

from __future__ import annotations

import torch
from torch import Tensor

from .codes import Style, StyleModel

WINDOW = 24
"""Latents in a window, the longest that the network was trained on."""

SHORTEST = 8

FOREIGN_CODE = 0.25
"""How far strength 1 goes from a clip's own code to a foreign reference's: most of that way leads out of the styles
that training knows, and the content is lost on it."""

FOREIGN_POSTURE = 0.3
"""How far strength 1 moves a clip's mean latent to a foreign reference's; more would show what the reference does."""


def windows(latents: Tensor, length: int = WINDOW) -> tuple[Tensor, list[int]]:
    """Latents (L, C) -> overlapping windows (N, length', C) and their starts; at least half of neighbours overlaps.

    A clip of up to `length` latents is one window, its last latent repeated to an even number of at least SHORTEST.
    """
    count = len(latents)
    if count <= length:
        target = max(SHORTEST, count + count % 2)
        return torch.cat([latents, latents[-1:].expand(target - count, -1)])[None], [0]
    number = 1 + -(-(count - length) // (length // 2))
    starts = [round(k * (count - length) / (number - 1)) for k in range(number)]
    return torch.stack([latents[start : start + length] for start in starts]), starts


def join(pieces: Tensor, starts: list[int], count: int) -> Tensor:
    """Windows (N, length, C) -> latents (count, C): each weighted by how far a latent lies from the window's ends."""
    if len(starts) == 1:
        return pieces[0, :count]
    length = pieces.shape[1]
    ramp = torch.minimum(torch.arange(1, length + 1), torch.arange(length, 0, -1)).to(pieces)[:, None]
    total = pieces.new_zeros(count, pieces.shape[2])
    weight = pieces.new_zeros(count, 1)
    for piece, start in zip(pieces, starts, strict=True):
        total[start : start + length] += ramp * piece
        weight[start : start + length] += ramp
    return total / weight


def restyle(model: StyleModel, latents: Tensor, style: Style, strength: float) -> Tensor:
    """Raw latents (L, C) of a clip in a style, L as it was.

    `strength` 0..1.5 goes from the clip's own style, read from it, to the given one and beyond it. What the generator
    cannot say about the clip in its own style is added in the share that is left of it: strength 0 gives `latents`.
    """
    if strength == 0.0:
        return latents
    pieces, starts = windows(latents)
    content = model.content(pieces)
    own = model.style(pieces)[0].mean(0, keepdim=True)
    share = strength * (1.0 - style.foreign * (1.0 - FOREIGN_CODE))
    made = model.generate(content, torch.lerp(own, style.code, share).expand(len(pieces), -1))
    left = max(0.0, 1.0 - strength)
    if left:
        made = made + left * (pieces - model.generate(content, own.expand(len(pieces), -1)))
    out = join(made, starts, len(latents))
    if style.posture is None:
        return out
    return out + strength * style.foreign * FOREIGN_POSTURE * (style.posture - out.mean(dim=0))
