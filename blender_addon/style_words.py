"""A style in a few words, for lists and names. Plain Python: nothing here knows Blender."""

from __future__ import annotations

from kinema.protocol.messages import PARTS, Styled


def style_of(request: Styled) -> str:
    """Such as "exhausted 80 %, 50 % happy, left arm"; "" for no style."""
    if not request.asks_for_style:
        return ""
    words = [request.style_clip or request.style]
    if request.style_strength != 1.0:
        words[0] += f" {100.0 * request.style_strength:.0f} %"
    if request.style_mix:
        words.append(f"{100.0 * request.style_share:.0f} % {request.style_mix}")
    if request.style_parts and len(set(request.style_parts)) < len(PARTS):
        words += [part.replace("_", " ") for part in request.style_parts]
    return ", ".join(words)
