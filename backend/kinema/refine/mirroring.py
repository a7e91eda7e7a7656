"""Text of a mirrored motion: left and right change places, also in clockwise and counterclockwise."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..protocol.messages import PARTS

_SUBJECT = r"(?:he|she|it|they|who|i|you|person|man|woman|figure|human|has|have|had|having|just|nothing|is|are|was)"
_KEEP = re.compile(
    rf"""
    \b(?:all|just)\s+right\b
  | \bright\s+(?:away(?!\s+from)|now|angles?|angled)\b
  | (?<!turns\s)(?<!turn\s)(?<!turning\s)(?<!turned\s)(?<!the\s)(?<!his\s)(?<!her\s)(?<!their\s)(?<!to\s)
    \bright\s+(?:in\s+front|next\s+to|beside|behind|above|below|before|after|there)\b
  | \b{_SUBJECT}\s+left\s+(?:the|a|an|his|her|their|its|it|for)\b
    (?!\s+(?:arm|hand|leg|foot|knee|side|elbow|shoulder)\b)
  | \b(?:is|are|was|were|what's|nothing)\s+left\b(?!\s+\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SWAP = re.compile(
    r"\b(?:(?P<counter>(?:counter|anti)[\s-]?)?clock[\s-]?wise"
    r"|(?P<side>left|right)(?P<rest>wards?|most|hand|handed|side)?(?=\b|_))",
    re.IGNORECASE,
)


def mirror_text(text: str) -> str:
    """'turns left, left hand up, clockwise' -> 'turns right, right hand up, counterclockwise'.

    Only whole words change, in their own case ('upright', 'cleft' stay), and not where they are no side: 'right away',
    'right angle', 'all right', 'he left the room'. Twice gives the text back, but 'anticlockwise' comes back as
    'counterclockwise'.
    """
    pieces: list[str] = []
    position = 0
    for kept in _KEEP.finditer(text):
        pieces += [_SWAP.sub(_swapped, text[position : kept.start()]), kept[0]]
        position = kept.end()
    pieces.append(_SWAP.sub(_swapped, text[position:]))
    return "".join(pieces)


def mirror_parts(parts: Mapping[str, str]) -> dict[str, str]:
    """The six sentences of a mirrored body, in the order of PARTS: the left arm now does what the right one did."""
    return {part: mirror_text(parts.get(mirror_text(part), "")) for part in PARTS}


def _swapped(match: re.Match[str]) -> str:
    if match["side"] is None:
        word = "clockwise" if match["counter"] else "counterclockwise"
    else:
        word = ("right" if match["side"].lower() == "left" else "left") + (match["rest"] or "").lower()
    if match[0].isupper():
        return word.upper()
    return word.capitalize() if match[0][0].isupper() else word
