"""`kinema serve`: the child process that answers requests on stdin/stdout and ends when its parent does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from .conversation import Arrays, Work
    from .pipeline import Pipeline
    from .protocol.messages import Done, Generate, Progress


def serve(model: str | None = None, device: str = "auto") -> int:
    """Answer requests until the parent ends or says Shutdown. Returns the exit code."""
    requests, answers = claim_pipes()
    return converse(requests, answers, generation(model, device))


def claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout away from everyone else in this process: (requests, answers).

    Afterwards a `print`, in Python or in C, lands on stderr, and whoever reads stdin finds it empty. To be called
    before any library is imported, since some greet on import.
    """
    sys.stdout.flush()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout = sys.stderr
    return requests, answers


def converse(requests: BinaryIO, answers: BinaryIO, work: Work) -> int:
    """One conversation over the claimed pipes. Returns 0, or 1 with one sentence on stderr for a broken client."""
    from .conversation import Conversation
    from .errors import ProtocolError

    if requests.isatty():
        print("kinema serve speaks with Blender on stdin and stdout; for a terminal there is kinema generate", file=sys.stderr)
    try:
        Conversation(requests, answers, work, abandon=lambda: os._exit(0)).run()
    except ProtocolError as error:
        print(f"kinema: {error}", file=sys.stderr)
        return 1
    return 0


def generation(model: str | None, device: str) -> Work:
    """The real work: opens the pipeline at the first request and keeps it."""
    opened: list[Pipeline] = []

    def work(request: Generate, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> tuple[Done, Arrays]:
        from .checkpoints import find_pack
        from .pipeline import Pipeline
        from .protocol import wire
        from .protocol.messages import Done, Progress

        if not opened:
            progress(Progress(request.id, "load"))
            opened.append(Pipeline.open(find_pack(model), device))
        result = opened[0].generate(request, progress, cancelled)
        done = Done(
            id=request.id,
            samples=len(result.motions),
            fps=result.motions[0].fps,
            parts=result.parts,
            warnings=tuple(result.warnings),
            pack=result.pack,
            seconds_taken=result.seconds_taken,
        )
        return done, wire.motion_arrays(result.motions)

    return work
