"""`kinema serve`: the child process that answers requests on stdin/stdout and ends when its parent does."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from .streams import claim_stdin, claim_stdout

if TYPE_CHECKING:
    from .conversation import Answer, Arrays, Work
    from .generation import Generation
    from .protocol.messages import Aside, Done, Generate, Message, Progress


def serve(work: Work, answer: Answer | None = None) -> NoReturn:
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
        Conversation(requests, answers, work, abandon=lambda: os._exit(0), answer=answer).run()
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
    """The backend's work: opens the pipeline at the first request that the cache cannot answer, and keeps it."""
    opened: list[Generation] = []

    def work(
        request: Generate, progress: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> tuple[Done, Arrays]:
        from .checkpoints import find_pack
        from .protocol import wire
        from .protocol.messages import Done, Progress
        from .result_cache import cacheable, key_of, open_cache

        pack = find_pack(model)
        cache, key = open_cache(), key_of(request, pack.sha256, device)
        if cacheable(request) and (kept := cache.get(key, request.id)) is not None:
            return kept
        if not opened:
            progress(Progress(request.id, "load"))
            from .generation import open_generation

            opened.append(open_generation(pack, device))
        result = opened[0](request, progress, cancelled)
        done = Done(
            id=request.id,
            samples=len(result.motions),
            fps=result.motions[0].fps,
            parts=result.parts,
            warnings=tuple(result.warnings),
            pack=result.pack,
            seconds_taken=result.seconds_taken,
            settings=result.settings,
        )
        arrays = wire.motion_arrays(result.motions)
        if cacheable(request):
            cache.put(key, done, arrays)
        return done, arrays

    return work


def pipeline_answer(model: str | None) -> Answer:
    """Answers to what needs no weights."""

    def answer(question: Aside) -> Message:
        from . import refine
        from .checkpoints import find_pack, pack_names
        from .generation import language_model
        from .protocol.messages import ClearCache, Cleared, Description, Refine, Refined
        from .result_cache import open_cache

        match question:
            case Refine():
                llm = language_model() if question.refiner == "llm" else None
                refined = refine.refine(question.prompt, question.refiner, llm=llm)
                return Refined(question.id, refined.parts, refined.unknown, refined.warnings)
            case ClearCache():
                return Cleared(question.id, *open_cache().clear())
            case _:
                files, size = open_cache().size()
                return Description(question.id, find_pack(model).provenance(), pack_names(), files, size)

    return answer
