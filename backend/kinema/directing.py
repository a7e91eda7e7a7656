"""Requests over the pipeline that direct a motion or change one: Timeline, Vary, Mix, Transform."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from . import refine, staging
from .editing import continuation, looping, mixing, strips, transitions
from .editing.continuation import decoded, plan
from .editing.following import Path
from .editing.origin import Place
from .editing.rates import at_rate
from .editing.stepping import stepping
from .editing.transforming import closed, transform
from .errors import Cancelled, MotionError
from .features import encoding, layout
from .pipeline import Pipeline, Result
from .protocol.directing_messages import Mix, Timeline, Transform, Vary
from .protocol.messages import PARTS, Progress
from .protocol.motion import Motion
from .sampling import Settings
from .stylization.codes import Style
from .stylization.names import label_for

MOST_AT_ONCE = 4
"""Samples of a timeline that are made together."""

STYLE_FADE = 8
"""Frames over which a strip's style comes and goes."""

Hear = Callable[[Progress], None]
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Directed:
    """A result, and arrays that go beside it: `root_path_0` (T, 3) as `editing.transforming.Transformed.path`."""

    result: Result
    arrays: Mapping[str, np.ndarray]


class _Reporting:
    """Progress of one request; every step hears whether to stop."""

    def __init__(self, identity: str, steps: int, progress: Hear, cancelled: Stop) -> None:
        self._identity, self._steps, self._progress, self._cancelled = identity, steps, progress, cancelled
        self._done = 0

    def stage(self, name: str) -> None:
        if self._cancelled():
            raise Cancelled("the request was cancelled")
        self._progress(Progress(self._identity, name, self._done, self._steps))

    def step(self) -> None:
        self._done += 1
        self.stage("sample")


def timeline(
    pipeline: Pipeline,
    request: Timeline,
    progress: Hear = lambda _: None,
    cancelled: Stop = lambda: False,
    llm: refine.LLMSettings | None = None,
) -> Result:
    """One continuous motion from a timeline's strips, SMPL body at 30 fps, from x = z = 0 facing +Z.

    A loop lasts whole latents (4 frames) and has one frame more: its last is its first again. `settings["transitions"]`
    are the seconds at which texts change, `settings["errors"]` what was measured of each sample: a loop's seam, a
    path's error in metres. Raises RequestError for an unknown sampler or style, Cancelled between steps.
    """
    began = time.perf_counter()
    settings = Settings.of(request, pipeline.pack.section("sampling"))
    stride = pipeline.autoencoder.config.stride
    frames = round(request.seconds * layout.FPS)
    latents = -(-frames // stride)
    if request.loop:
        frames = latents * stride
    parsed = request.parsed()
    styles = _styles(pipeline, parsed)
    spans = strips.stretches(parsed, latents, stride)
    windows = plan([(each.start, each.stop) for each in spans], pipeline.denoiser.config.longest, request.loop)
    turns = _turns(request.samples)
    reporting = _Reporting(request.id, len(windows) * settings.steps * len(turns), progress, cancelled)
    reporting.stage("refine")
    refined = {text: refine.refine(text, request.refiner, llm=llm) for text in _sentences(parsed)}
    said = [strips.combined(each.strips, refined, request.parts) for each in spans]
    reporting.stage("encode")
    texts = [pipeline.encode_texts(each.prompt, each.parts) for each in said]
    making = staging.continuation(pipeline.sampling, settings, reporting.step)
    leading = Path(request.path, frames, pipeline.autoencoder) if request.path else None
    changes = [each.start * stride for each in spans[0 if request.loop else 1 :]]
    motions: list[Motion] = []
    figures: list[dict[str, Any]] = []
    for turn in turns:
        seeds = [request.seed + k for k in turn]
        made = making.run(windows, texts, seeds, leading.channels if leading else None)
        with torch.inference_mode():
            made = continuation.closed(made) if request.loop else made
            pieces = [piece.float().cpu().numpy() for piece in decoded(pipeline.autoencoder, made, request.loop)]
        reporting.stage("decode")
        for sample in np.concatenate(pieces, axis=1):
            features = transitions.smoothed(sample[:frames], changes, request.loop)
            features = _styled(pipeline, features, parsed, styles)
            motion, told = _finished(features, request, leading)
            motions.append(motion)
            figures.append(told)
    warnings = tuple(dict.fromkeys(text for each in refined.values() for text in each.warnings))
    told = settings.told(pipeline.device) | {"transitions": [at / layout.FPS for at in changes]}
    told |= {"errors": figures}
    parts = _script(spans, said, stride)
    took = time.perf_counter() - began
    return Result(tuple(motions), parts, warnings, pipeline.pack.provenance(), took, told)


def vary(
    pipeline: Pipeline,
    request: Vary,
    clip: Motion,
    progress: Hear = lambda _: None,
    cancelled: Stop = lambda: False,
    llm: refine.LLMSettings | None = None,
) -> Result:
    """Takes near a clip on the SMPL body, with its rate, frames and place; strength 0 gives the clip itself.

    The clip's latents are noised to `strength` and made clean again. Raises RequestError for an unknown sampler,
    MotionError for a clip of less than four frames, Cancelled between steps.
    """
    began = time.perf_counter()
    settings = Settings.of(request, pipeline.pack.section("sampling"))
    if len(clip) < 4:
        raise MotionError("the clip has less than four frames; give a longer one to vary")
    refined = refine.Refined("", {part: request.parts.get(part, "") for part in PARTS})
    if request.prompt.strip():
        refined = refine.refine(request.prompt, request.refiner, overrides=request.parts, llm=llm)
    told = settings.told(pipeline.device) | {"strength": request.strength}
    motions: list[Motion] = [clip] * request.samples
    if request.strength > 0:
        features = encoding.encode(clip.resample(layout.FPS))
        latents = mixing.encoded(pipeline.autoencoder, features[None])
        windows = plan([(0, latents.shape[1])], pipeline.denoiser.config.longest)
        turns = _turns(request.samples)
        steps = max(1, round(settings.steps * request.strength))
        reporting = _Reporting(request.id, len(windows) * steps * len(turns), progress, cancelled)
        reporting.stage("encode")
        texts = [pipeline.encode_texts(refined.prompt, refined.parts)]
        making = staging.continuation(pipeline.sampling, settings, reporting.step)
        motions = []
        for turn in turns:
            made = making.run(windows, texts, [request.seed + k for k in turn], base=latents, strength=request.strength)
            for sample in _near(pipeline, made, latents, features, request.strength):
                motions.append(_as_clip(sample, clip, request.cleanup))
    took = time.perf_counter() - began
    return Result(tuple(motions), refined.parts, refined.warnings, pipeline.pack.provenance(), took, told)


def mix(pipeline: Pipeline, request: Mix, clip: Motion, other: Motion) -> Result:
    """A motion between two clips on the SMPL body, at the first one's rate and place. A share of 0 is the clip itself,
    1 the other at that rate and place. Raises MotionError for a clip of less than four frames."""
    began = time.perf_counter()
    if min(len(clip), len(other)) < 4:
        raise MotionError("a clip has less than four frames; give two longer ones to mix")
    if request.share == 0.0:
        motion = clip
    else:
        sources = [encoding.encode(each.resample(layout.FPS)) for each in (clip, other)]
        features = mixing.mixed(pipeline.autoencoder, sources[0], sources[1], request.share)
        frames = round(len(features) * clip.fps / layout.FPS)
        motion = _as_clip(features, clip, request.cleanup and request.share < 1.0, frames)
    told = {"share": request.share, "device": str(pipeline.device)}
    return Result((motion,), {}, (), pipeline.pack.provenance(), time.perf_counter() - began, told)


def transformed(request: Transform, clip: Motion) -> Directed:
    """A clip on the SMPL body mirrored, retimed, looped or in place; no weights are needed."""
    began = time.perf_counter()
    made = transform(request, clip)
    arrays = {} if made.path is None else {"root_path_0": made.path}
    return Directed(Result((made.motion,), {}, (), {}, time.perf_counter() - began, made.figures), arrays)


def _turns(samples: int) -> list[range]:
    """Sample numbers, MOST_AT_ONCE together."""
    return [range(first, min(first + MOST_AT_ONCE, samples)) for first in range(0, samples, MOST_AT_ONCE)]


def _sentences(parsed: Sequence[strips.Strip]) -> list[str]:
    """Every prompt once, and what is said where there is none."""
    return list(dict.fromkeys([strips.IDLE, *(strip.prompt for strip in parsed)]))


def _finished(features: np.ndarray, request: Timeline, leading: Path | None) -> tuple[Motion, dict[str, Any]]:
    """The motion of a whole timeline, and what was measured: a loop's seam, a path's error in metres."""
    motion = encoding.decode(features)
    if not request.loop:
        motion = leading.followed(motion) if leading else motion
        if request.cleanup:
            motion = stepping(motion, features[:, layout.CONTACTS])
        return motion, {"path": leading.error(motion)} if leading else {}
    cycle = looping.travel(_onward(features))
    if request.cleanup:
        cycle = looping.clean(cycle, motion, contacts=features[:, layout.CONTACTS])
    made = closed(cycle, motion, False, {})
    return made.motion, made.figures


def _onward(features: np.ndarray) -> Motion:
    """A loop's features (T, F) as T + 1 frames, the last of which is the first again."""
    return encoding.decode(np.concatenate([features, features[:1]]))


def _near(pipeline: Pipeline, made: Tensor, latents: Tensor, features: np.ndarray, strength: float) -> list[np.ndarray]:
    """Features (T, F) of each take; what the auto-encoder loses of the clip comes back as far as the clip stays."""
    with torch.inference_mode():
        pieces = zip(decoded(pipeline.autoencoder, made), decoded(pipeline.autoencoder, latents), strict=True)
        takes, plain = zip(*((a.float().cpu().numpy(), b.float().cpu().numpy()) for a, b in pieces), strict=True)
    lost = features - np.concatenate(plain, axis=1)[0, : len(features)]
    return [take[: len(features)] + (1.0 - strength) * lost for take in np.concatenate(takes, axis=1)]


def _as_clip(features: np.ndarray, clip: Motion, clean: bool, frames: int | None = None) -> Motion:
    """Features at 30 fps as a motion at the clip's rate (and frame count), where and facing as the clip is."""
    motion = encoding.decode(features)
    if clean:
        motion = stepping(motion, features[:, layout.CONTACTS])
    return Place.of(clip).outside(at_rate(motion, clip.fps, len(clip) if frames is None else frames))


def _styles(pipeline: Pipeline, parsed: Sequence[strips.Strip]) -> dict[str, Style]:
    """The strips' styles by name. Raises RequestError for a style that there is not."""
    names = {strip.style for strip in parsed if strip.style}
    if not names:
        return {}
    stylist = pipeline.require_stylist()
    return {name: stylist.named_style(label_for(name, stylist.labels) or name, 0) for name in sorted(names)}


def _styled(
    pipeline: Pipeline, features: np.ndarray, parsed: Sequence[strips.Strip], styles: Mapping[str, Style]
) -> np.ndarray:
    """Features with each strip's style over its frames, faded in and out."""
    out = features
    for strip in (strip for strip in parsed if strip.style):
        at = np.arange(len(features)) / layout.FPS
        inside = np.minimum(at - strip.start, strip.end - at) * layout.FPS / STYLE_FADE + 0.5
        weight = np.clip(inside, 0.0, 1.0)[:, None]
        stylist = pipeline.require_stylist()
        styled = stylist.features(out, styles[strip.style], 1.0)
        out = out + weight * (styled - out)
    return out


def _script(spans: Sequence[strips.Stretch], said: Sequence[refine.Refined], stride: int) -> dict[str, str]:
    """Each part's sentences over time, with the seconds from which they count."""
    out = {}
    for part in PARTS:
        lines: list[tuple[float, str]] = []
        for span, each in zip(spans, said, strict=True):
            text = each.parts.get(part, "")
            if not lines or lines[-1][1] != text:
                lines.append((span.start * stride / layout.FPS, text))
        out[part] = lines[0][1] if len(lines) == 1 else "; ".join(f"{at:.1f} s: {text}" for at, text in lines)
    return out
