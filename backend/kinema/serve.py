"""`kinema serve`: the child process that answers requests on stdin/stdout and ends when its parent does."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from .streams import claim_stdin, claim_stdout

if TYPE_CHECKING:
    from .conversation import Arrays, Work
    from .generation import Generation
    from .protocol.messages import Done, Generate, Progress


def serve(work: Work) -> NoReturn:
    """Answer requests until the parent ends or says Shutdown. Ends the process: with 0, or with 1 and one sentence on
    stderr for a client that cannot be understood.

    Nothing else of Kinema and no library is imported before the pipes are claimed: some greet on import.
    """
    requests, answers = claim_stdin(), claim_stdout()
    from .conversation import Conversation
    from .errors import ProtocolError

    if requests.isatty():
        print("kinema serve talks to Blender on stdin and stdout; in a terminal use kinema generate", file=sys.stderr)
    try:
        Conversation(requests, answers, work, abandon=lambda: os._exit(0)).run()
        code = 0
    except ProtocolError as error:
        print(f"kinema: {error}", file=sys.stderr)
        code = 1
    with contextlib.suppress(OSError):
        answers.close()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    # Not a return: torch's native threads can abort the process (SIGABRT) while the interpreter takes itself down.
    os._exit(code)


def pipeline_work(model: str | None, device: str) -> Work:
    """The backend's work: opens the pipeline at the first request and keeps it."""
    opened: list[Generation] = []

    def work(
        request: Generate, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> tuple[Done, Arrays]:
        from .protocol import wire
        from .protocol.messages import Done, Progress

        if not opened:
            progress(Progress(request.id, "load"))
            from .checkpoints import find_pack
            from .generation import open_generation

            opened.append(open_generation(find_pack(model), device))
        result = opened[0](request, progress, cancelled)
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
