"""What the backend can be asked to make, and what each request is called where takes and jobs are listed."""

from __future__ import annotations

from kinema.protocol.messages import Edit, Generate, Mix, Search, Styled, Stylize, Timeline, Transform, Vary

from .style_words import style_of

Request = Generate | Stylize | Edit | Timeline | Vary | Mix | Transform | Search
"""What is queued as a job."""

REQUESTS = (Generate, Stylize, Edit, Timeline, Vary, Mix, Transform)
"""Requests that are answered by motions."""


def title_of(request: Request) -> str:
    """A few words for lists and for an action's name."""
    words = _made(request)
    style = style_of(request) if isinstance(request, Styled) else ""
    return f"{words} ({style})" if style else words


def _made(request: Request) -> str:
    match request:
        case Generate() | Vary(prompt=str()) if request.prompt.strip():
            return request.prompt
        case Edit():
            return _edit_title(request)
        case Timeline():
            return ", then ".join(dict.fromkeys(str(strip.get("prompt", "")) for strip in request.strips))
        case Search():
            return f"Search: {request.text}"
        case Transform():
            return f"{request.clip} {' '.join(_changes(request))}".strip()
        case Mix():
            return f"{request.clip} with {request.other}"
        case Vary():
            return f"{request.clip} varied"
        case Stylize():
            return request.clip
    return ""


def _edit_title(request: Edit) -> str:
    if request.prompt.strip():
        return request.prompt
    if request.path or request.goals:
        return f"{request.clip} along a path" if request.path else f"{request.clip} with goals"
    return f"{request.clip} {'filled' if request.keys else 'changed'}"


def _changes(request: Transform) -> list[str]:
    asked = (("mirrored", request.mirror), ("looped", request.loop), ("in place", request.in_place))
    words = [word for word, wanted in asked if wanted]
    return words + (["retimed"] if request.seconds is not None or request.speed != 1.0 else [])


def seed_of(request: Request, sample: int) -> int:
    """The seed of a request's take; 0 where chance has no part in it."""
    if isinstance(request, Stylize):
        return request.style_seed
    return (int(getattr(request, "seed", 0)) + sample) % 2**63
