"""`kinema serve`: the child process that answers requests on stdin/stdout and ends when its parent does."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

from .errors import RequestError
from .streams import claim_stdin, claim_stdout

if TYPE_CHECKING:
    from .conversation import Answer, Arrays, Request, Work
    from .pipeline import Pipeline, Result
    from .protocol.messages import (
        Aside,
        Done,
        Examine,
        Examined,
        Message,
        Mix,
        Progress,
        Ranking,
        SaveStyle,
        Search,
        Styles,
        Transform,
        Vary,
    )
    from .protocol.motion import Motion


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
    opened: list[Pipeline] = []

    def pipeline(request_id: str, progress: Callable[[Progress], None]) -> Pipeline:
        if not opened:
            from .checkpoints import find_pack
            from .pipeline import Pipeline
            from .protocol.messages import Progress

            progress(Progress(request_id, "load"))
            opened.append(Pipeline.open(find_pack(model), device))
        return opened[0]

    def work(
        request: Request,
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
        arrays: Arrays = MappingProxyType({}),
    ) -> tuple[Done | Styles | Ranking, Arrays]:
        from . import directing
        from .checkpoints import find_pack
        from .clips import needed, received
        from .generation import language_model, with_language_model
        from .protocol.clips import CLIP, STYLE
        from .protocol.messages import Edit, Mix, SaveStyle, Search, Stylize, Timeline, Transform, Vary
        from .result_cache import cacheable, key_of, open_cache

        if isinstance(request, SaveStyle):
            return _saved(request, needed(STYLE, request.clip, arrays), model), {}
        if isinstance(request, Edit):
            source = needed(CLIP, request.clip, arrays) if request.clip else None
            llm = language_model() if request.refiner == "llm" else None
            made_anew = pipeline(request.id, progress).edit(request, source, progress, cancelled, llm)
            return _done(request.id, made_anew)
        if isinstance(request, Search):
            return _ranked(request, arrays, cancelled), {}
        if isinstance(request, Vary | Mix | Transform):
            return _directed(request, partial(pipeline, request.id, progress), arrays, progress, cancelled)
        reference = None if isinstance(request, Timeline) else received(STYLE, request.style_clip, arrays)
        if not isinstance(request, Timeline) and request.style_clip and reference is None:
            raise RequestError("the style clip did not come with the request; send its file or its motion along")
        if isinstance(request, Stylize):
            clip = needed(CLIP, request.clip, arrays)
            return _done(request.id, pipeline(request.id, progress).stylize(request, clip, reference))
        pack = find_pack(model)
        cache, key = open_cache(), key_of(request, pack.sha256, device)
        if cacheable(request) and (kept := cache.get(key, request.id)) is not None:
            return kept
        if isinstance(request, Timeline):
            llm = language_model() if request.refiner == "llm" else None
            result = directing.timeline(pipeline(request.id, progress), request, progress, cancelled, llm)
        else:
            result = with_language_model(pipeline(request.id, progress), reference)(request, progress, cancelled)
        done, made = _done(request.id, result)
        if cacheable(request):
            cache.put(key, done, made)
        return done, made

    return work


def _directed(
    request: Vary | Mix | Transform,
    pipeline: Callable[[], Pipeline],
    arrays: Arrays,
    progress: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> tuple[Done, Arrays]:
    """The answer to a request of `directing`. A transform opens no pipeline."""
    from . import directing
    from .clips import needed
    from .generation import language_model
    from .protocol.clips import CLIP, OTHER
    from .protocol.messages import Transform, Vary

    clip = needed(CLIP, request.clip, arrays)
    if isinstance(request, Transform):
        made = directing.transformed(request, clip)
        done, motions = _done(request.id, made.result)
        return done, {**motions, **made.arrays}
    if isinstance(request, Vary):
        llm = language_model() if request.refiner == "llm" else None
        return _done(request.id, directing.vary(pipeline(), request, clip, progress, cancelled, llm))
    other = needed(OTHER, request.other, arrays)
    return _done(request.id, directing.mix(pipeline(), request, clip, other))


def _ranked(request: Search, arrays: Arrays, cancelled: Callable[[], bool]) -> Ranking:
    from . import searching
    from .protocol.clips import numbered
    from .protocol.messages import Ranking

    wanted = [searching.sent(name, numbered(k), arrays) for k, name in enumerate(request.clips)]
    found = searching.Library().rank(request.text, wanted, cancelled)
    return Ranking(request.id, found.names, found.scores, found.skipped)


def _done(request_id: str, result: Result) -> tuple[Done, Arrays]:
    from .protocol import wire
    from .protocol.messages import Done

    done = Done(
        id=request_id,
        samples=len(result.motions),
        fps=result.motions[0].fps,
        parts=result.parts,
        warnings=tuple(result.warnings),
        pack=result.pack,
        seconds_taken=result.seconds_taken,
        settings=result.settings,
    )
    return done, wire.motion_arrays(result.motions, result.contacts)


def _saved(request: SaveStyle, clip: Motion, model: str | None) -> Styles:
    from .checkpoints import find_pack
    from .protocol.messages import Styles
    from .stylization import library

    labels = find_pack(model).styles
    title = request.title or request.name
    library.save(library.Preset(request.name, title, request.licence, request.source), clip, labels)
    return Styles(request.id, _styles(model))


def examined(question: Examine, arrays: Arrays) -> Examined:
    """Whether the clip that came tells a style. Raises FormatError, SkeletonError or MotionError with the reason."""
    from .clips import needed
    from .protocol.clips import STYLE
    from .protocol.messages import Examined
    from .stylization.references import check_reference

    clip = needed(STYLE, question.clip, arrays)
    check_reference(clip, question.clip)
    return Examined(question.id, question.clip, clip.seconds, clip.fps)


def _styles(model: str | None) -> tuple[Mapping[str, str], ...]:
    from .checkpoints import find_pack
    from .stylization import library

    pack = find_pack(model)
    return library.described(pack.styles, pack.licence, f"{pack.name} {pack.version}")


def pipeline_answer(model: str | None) -> Answer:
    """Answers to what needs no weights."""

    def answer(question: Aside, arrays: Arrays = MappingProxyType({})) -> Message:
        from .protocol.messages import Examine

        if isinstance(question, Examine):
            return examined(question, arrays)
        from . import refine
        from .checkpoints import find_pack, model_packs
        from .generation import language_model
        from .protocol.messages import (
            ClearCache,
            Cleared,
            Description,
            ListStyles,
            Refine,
            Refined,
            RemoveStyle,
            Styles,
        )
        from .result_cache import open_cache
        from .stylization import library

        match question:
            case Refine():
                llm = language_model() if question.refiner == "llm" else None
                refined = refine.refine(question.prompt, question.refiner, llm=llm)
                return Refined(question.id, refined.parts, refined.unknown, refined.warnings)
            case ClearCache():
                return Cleared(question.id, *open_cache().clear())
            case ListStyles():
                return Styles(question.id, _styles(model))
            case RemoveStyle():
                library.remove(question.name)
                return Styles(question.id, _styles(model))
            case _:
                files, size = open_cache().size()
                packs = tuple(pack.name for pack in model_packs())
                return Description(question.id, find_pack(model).provenance(), packs, files, size)

    return answer
