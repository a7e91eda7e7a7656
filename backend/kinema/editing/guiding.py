"""How much an edit's words weigh, beside what is kept."""

from __future__ import annotations

from ..protocol.messages import Edit

BETWEEN = 0.5
"""Between kept frames these say most: in-betweens of validation clips with captions come nearer to the clips, and
spans follow their prompts as well."""

PARTS = 1.75
"""What some parts shall do while the others are kept is said by the words alone."""


def weighed(request: Edit, guidance: float) -> float:
    """The guidance scale that the model pack chose, with what it has over 1 weighed; a request's own as it is."""
    if request.guidance is not None:
        return guidance
    if request.keys or request.span:
        return 1.0 + BETWEEN * (guidance - 1.0)
    parts = request.body_parts and not request.path and not request.goals
    return 1.0 + PARTS * (guidance - 1.0) if parts else guidance
