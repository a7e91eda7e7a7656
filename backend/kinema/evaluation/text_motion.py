"""Text-motion figures of systems on validation captions, all read by the same judge at the same N."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..matching.judge import Judge, seen
from ..protocol.motion import Motion
from ..training.packed import PackedSet
from . import metrics
from .pairs import Pair, captioned, motion_of
from .report import Generator

FIGURES = ("R@1", "R@2", "R@3", "MM-Dist", "FID", "FID motion", "Diversity", "Multimodality")
"""FID is measured on the text-motion embedding, "FID motion" on the feature that is taught by reconstruction alone."""

MULTIMODAL_TEXTS, MULTIMODAL_CLIPS = 30, 10


@dataclass(frozen=True, eq=False)
class Reading:
    """What the judge reads of M clips with K takes each. Arrays (M, K, E); `names` (M, K) are the sentences.

    `samples` (texts, clips, E): clips of one text each, for multimodality; None where there are none.
    """

    motions: np.ndarray
    features: np.ndarray
    texts: np.ndarray
    names: np.ndarray
    samples: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Validation clips and the sentences that are asked, `texts` (N, K)."""

    pairs: tuple[Pair, ...]
    motions: tuple[Motion, ...]
    texts: np.ndarray


def held_out_set(packed: PackedSet, takes: int, most: int = 0) -> HeldOut:
    """All captioned validation spans and their mirror images, or `most` of them, with `takes` sentences each.

    The same set every time. Raises InputError when there are too few for one pool of R-precision.
    """
    rng = np.random.default_rng(0)
    pairs = list(captioned(packed, "val"))
    if most and most < len(pairs):
        pairs = [pairs[k] for k in sorted(rng.permutation(len(pairs))[:most])]
    if len(pairs) < metrics.POOL:
        raise InputError(
            f"the set has {len(pairs)} captioned validation clips, {metrics.POOL} are needed; prepare a larger one"
        )
    texts = [_some(pair.texts, takes, rng) for pair in pairs]
    return HeldOut(tuple(pairs), tuple(motion_of(packed, pair) for pair in pairs), np.array(texts))


def _some(texts: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """`count` different sentences where there are as many, else all and then the first ones again."""
    order = rng.permutation(len(texts))
    return [texts[order[k % len(texts)]] for k in range(count)]


def read_real(judge: Judge, motions: Sequence[Motion], texts: np.ndarray) -> Reading:
    """Captured (or reconstructed) motions with their sentences; every take has the same motion."""
    embeddings, features = judge.motions(motions)
    takes = texts.shape[1]
    return Reading(
        np.repeat(embeddings[:, None], takes, 1), np.repeat(features[:, None], takes, 1), _embedded(judge, texts), texts
    )


def read_train(judge: Judge, packed: PackedSet, test: HeldOut, times: int = 3) -> Reading:
    """At most `times` as many train clips as the test set has, with one sentence each; drawn the same every time."""
    rng = np.random.default_rng(1)
    pairs = list(captioned(packed, "train"))
    pairs = [pairs[k] for k in rng.permutation(len(pairs))[: times * len(test.pairs)]]
    texts = np.array([_some(pair.texts, 1, rng) for pair in pairs])
    embeddings, features = judge.motions([seen(motion_of(packed, pair)) for pair in pairs])
    return Reading(embeddings[:, None], features[:, None], _embedded(judge, texts), texts)


def read_system(
    judge: Judge, system: Generator, test: HeldOut, *, several: bool, progress: Callable[[str], None]
) -> Reading:
    """What `system` makes of the test set's sentences, as long as the real clips; `several` adds multimodality."""
    count, takes = test.texts.shape
    clips: list[np.ndarray] = []
    for number, (pair, texts) in enumerate(zip(test.pairs, test.texts, strict=True)):
        for take, text in enumerate(texts):
            clips.append(seen(system(str(text), pair.seconds, number * takes + take, 1)[0]))
        if number % 50 == 0:
            progress(f"{number}/{count} clips")
    embeddings, features = judge.motions(clips)
    return Reading(
        embeddings.reshape(count, takes, -1),
        features.reshape(count, takes, -1),
        _embedded(judge, test.texts),
        test.texts,
        _samples(judge, system, test) if several else None,
    )


def _samples(judge: Judge, system: Generator, test: HeldOut) -> np.ndarray:
    chosen = np.random.default_rng(2).permutation(len(test.pairs))[:MULTIMODAL_TEXTS]
    clips = [
        seen(motion)
        for k in chosen
        for motion in system(str(test.texts[k, 0]), test.pairs[k].seconds, 1_000_000, MULTIMODAL_CLIPS)
    ]
    return judge.motions(clips)[0].reshape(len(chosen), MULTIMODAL_CLIPS, -1)


def shuffled(reading: Reading) -> Reading:
    """The same motions, each with the sentences of another clip."""
    order = np.random.default_rng(3).permutation(len(reading.texts))
    partner = np.empty_like(order)
    partner[order] = np.roll(order, 1)
    return Reading(reading.motions, reading.features, reading.texts[partner], reading.names[partner])


def figures(reading: Reading, real: Reading, repeats: int, *, distance: bool = True) -> dict[str, tuple[float, float]]:
    """FIGURES -> (mean, half of the 95 % interval) over `repeats`; NaN where a figure makes no sense.

    Each repeat draws as many clips as `real` has, one take of each, and deals them into pools anew. `distance`: with
    FID to the real clips.
    """
    rng, rows = np.random.default_rng(4), []
    for _ in range(repeats):
        chosen = rng.permutation(len(reading.motions))[: len(real.motions)]
        take = rng.integers(reading.motions.shape[1], size=len(chosen))
        motions, texts, names = (x[chosen, take] for x in (reading.motions, reading.texts, reading.names))
        top = metrics.r_precision(motions, texts, names, rng)
        fids = (
            (metrics.fid(motions, real.motions[:, 0]), metrics.fid(reading.features[chosen, take], real.features[:, 0]))
            if distance
            else (np.nan, np.nan)
        )
        several = np.nan if reading.samples is None else metrics.multimodality(reading.samples, rng)
        rows.append([*top, metrics.mm_distance(motions, texts), *fids, metrics.diversity(motions, rng), several])
    means, halves = metrics.interval(np.array(rows))
    return {name: (float(m), float(h)) for name, m, h in zip(FIGURES, means, halves, strict=True)}


def same_source_fid(train: Reading, count: int, repeats: int) -> dict[str, tuple[float, float]]:
    """FID between two disjoint draws of `count` train clips: what the measure says of equal distributions at that N."""
    rng, rows = np.random.default_rng(5), []
    for _ in range(repeats):
        order = rng.permutation(len(train.motions))
        a, b = order[:count], order[count : 2 * count]
        rows.append([metrics.fid(x[a, 0], x[b, 0]) for x in (train.motions, train.features)])
    means, halves = metrics.interval(np.array(rows))
    return {name: (float(means[k]), float(halves[k])) for k, name in enumerate(("FID", "FID motion"))}


def _embedded(judge: Judge, texts: np.ndarray) -> np.ndarray:
    names, places = np.unique(texts, return_inverse=True)
    return judge.texts(names.tolist())[places.reshape(texts.shape)]
