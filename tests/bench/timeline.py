"""Timelines, loops, mixtures and search, measured: `python -m tests.bench.timeline [timeline | memory SECONDS | loops |
mixes | search PACKED | sheet FILE.png]`. Prints Markdown tables."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinema import directing, searching
from kinema.checkpoints import find_pack
from kinema.evaluation import contact_sheet, pairs, physical
from kinema.pipeline import Pipeline
from kinema.protocol.messages import Generate, Mix, Timeline, Transform
from kinema.protocol.motion import Motion
from kinema.training.packed import PackedSet

PROMPTS = (
    "a person walks forward",
    "a person waves with the right hand",
    "a person walks backward",
    "a person crouches down",
    "a person stands still",
    "a person raises both arms",
    "a person runs forward",
    "a person walks forward",
    "a person jumps up",
    "a person kicks with the right leg",
    "a person walks forward while waving the left hand",
    "a person stands still",
)
LOOPED = (
    *dict.fromkeys(PROMPTS),
    "a person walks in a circle to the left",
    "a person claps the hands",
    "a person boxes",
    "a person turns around",
    "a person sits down",
    "a person walks sideways to the left",
    "a person marches",
    "a person bows",
    "a person kneels down",
    "a person nods",
)
"""Twenty."""

NEAR = 12
"""Frames on either side of a change of text that count as the transition."""


def strips(seconds: float) -> tuple[dict[str, object], ...]:
    """The prompts for five seconds each, as many as fit."""
    count = round(seconds / 5)
    return tuple({"prompt": PROMPTS[k % 12], "start": 5.0 * k, "end": 5.0 * (k + 1)} for k in range(count))


def _jerk(motion: Motion) -> np.ndarray:
    return np.linalg.norm(np.diff(motion.positions(), 3, axis=0), axis=-1).mean(axis=1) * motion.fps**3


def timeline(pipeline: Pipeline) -> None:
    """Jerk where texts change beside jerk elsewhere and of single clips with the same texts; the feet of both."""
    result = directing.timeline(pipeline, Timeline("t", strips(60)))
    rough = _jerk(result.motions[0])
    near = np.zeros(len(rough), dtype=bool)
    print("| transition at s | mean jerk m/s^3 | peak |\n|---|---|---|")
    for second in result.settings["transitions"]:
        at = slice(round(second * 30) - NEAR, round(second * 30) + NEAR)
        near[at] = True
        print(f"| {second:.1f} | {rough[at].mean():.0f} | {rough[at].max():.0f} |")
    clips = [pipeline.generate(Generate("g", text, seconds=5.0)).motions[0] for text in PROMPTS]
    for name, values in (
        ("all transitions", rough[near]),
        ("inside strips", rough[~near]),
        ("single clips of the same prompts", np.concatenate([_jerk(clip) for clip in clips])),
    ):
        print(f"| {name} | {values.mean():.0f} | {values.max():.0f} |")
    feet(pipeline, clips)


def feet(pipeline: Pipeline, clips: Sequence[Motion], seeds: int = 4) -> None:
    """Feet of timelines beside those of single clips of the same prompts."""
    long = directing.timeline(pipeline, Timeline("t", strips(60), samples=seeds)).motions
    single = [
        *clips,
        *(
            pipeline.generate(Generate("g", text, seconds=5.0, seed=seed)).motions[0]
            for seed in range(1, seeds)
            for text in PROMPTS
        ),
    ]
    print("\n| feet | skate | slide cm/s | floating | penetration cm |\n|---|---|---|---|---|")
    rows: list[tuple[str, Sequence[Motion]]] = [(f"{seeds} timelines", long), (f"{len(single)} single clips", single)]
    for place, text in enumerate(PROMPTS):
        rows.append((f"{text}, in timelines", [each.crop(150 * place, 150 * (place + 1)) for each in long]))
        rows.append((f"{text}, alone", single[place :: len(PROMPTS)]))
    for name, motions in rows:
        told = physical.physical_report(motions)
        cells = f"{told['foot_skate']:.3f} | {told['slide']:.1f} | {told['floating']:.3f} | {told['penetration']:.2f}"
        print(f"| {name} | {cells} |")


def memory(pipeline: Pipeline, seconds: float) -> None:
    """Wall time and the process's peak memory of one timeline."""
    request = Timeline("t", strips(seconds))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, busy = time.perf_counter(), time.process_time()
    directing.timeline(pipeline, request)
    took, worked = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("| seconds | wall s | processor s | peak MiB | MiB more than before |\n|---|---|---|---|---|")
    print(f"| {seconds:g} | {took:.2f} | {worked:.2f} | {peak:.0f} | {peak - before:.0f} |")


def loops(pipeline: Pipeline, seeds: int = 2) -> None:
    """Seams of loops cut from generated clips: the jumps of place and of velocity at the seam over the largest between
    neighbouring frames within. Above 1 the seam is the roughest place of the loop."""
    print("| prompt | seed | frames | step at seam | velocity change at seam |\n|---|---|---|---|---|")
    most = {"step": 0.0, "velocity": 0.0}
    for text in LOOPED:
        for seed in range(seeds):
            clip = pipeline.generate(Generate("l", text, seconds=5.0, seed=seed)).motions[0]
            seam = directing.transformed(Transform("l", loop=True), clip).result.settings["loop"]
            shares = {name: seam[name] / seam[f"largest_{name}"] for name in most}
            most = {name: max(most[name], shares[name]) for name in most}
            print(f"| {text} | {seed} | {seam['frames']} | {shares['step']:.2f} | {shares['velocity']:.2f} |")
    print(f"| largest | | | {most['step']:.2f} | {most['velocity']:.2f} |")


def mixes(pipeline: Pipeline) -> None:
    """Mean jerk of two takes and of what lies between them."""
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    print("| takes | " + " | ".join(f"{share:g}" for share in shares) + " |\n|---" * 1 + "|---" * len(shares) + "|")
    for one, other in ((0, 6), (0, 2), (1, 5), (0, 0)):
        ends = [
            pipeline.generate(Generate("m", PROMPTS[k], seconds=4.0, seed=seed)).motions[0]
            for seed, k in enumerate((one, other))
        ]
        jerks = [_jerk(directing.mix(pipeline, Mix("m", share=share), *ends).motions[0]).mean() for share in shares]
        print(f"| {PROMPTS[one]}; {PROMPTS[other]} | " + " | ".join(f"{jerk:.0f}" for jerk in jerks) + " |")


def search(packed: PackedSet, folder: Path, most: int = 200) -> None:
    """How often the right clip is among the first for one caption of each, over captioned validation clips.

    A clip with the same caption counts as right too.
    """
    found = [pair for pair in pairs.captioned(packed, "val") if not pair.mirrored]
    chosen = [found[k] for k in np.random.default_rng(0).permutation(len(found))[:most]]
    library = searching.Library(folder=folder)
    clips = [searching.in_memory(str(k), pairs.motion_of(packed, pair)) for k, pair in enumerate(chosen)]
    ranks = []
    for pair in chosen:
        order = library.rank(pair.texts[0], clips).names
        ranks.append(next(place for place, name in enumerate(order) if pair.texts[0] in chosen[int(name)].texts))
    shares = " | ".join(f"{np.mean(np.array(ranks) < k):.2f}" for k in (1, 3, 10))
    print("| clips | R@1 | R@3 | R@10 | median rank | seconds each |\n|---|---|---|---|---|---|")
    print(f"| {len(chosen)} | {shares} | {np.median(ranks) + 1:.0f} | |")


def sheet(pipeline: Pipeline, path: Path) -> None:
    """Pictures of a timeline, of its transitions, and of a loop played twice."""
    result = directing.timeline(pipeline, Timeline("t", strips(60)))
    motion = result.motions[0]
    rows = [(f"0 to 60 s, part {k + 1}", motion.crop(450 * k, 450 * (k + 1))) for k in range(4)]
    for second, before, after in zip(result.settings["transitions"], PROMPTS, PROMPTS[1:], strict=False):
        at = round(second * 30)
        rows.append((f"{second:.1f} s: {before} -> {after}", motion.crop(at - 24, at + 25)))
    walk = pipeline.generate(Generate("w", PROMPTS[0], seconds=5.0)).motions[0]
    loop = directing.transformed(Transform("l", loop=True), walk).result
    from kinema.editing.looping import played, travel

    cycle = travel(loop.motions[0])
    twice = played(cycle, 2 * len(cycle), loop.motions[0])
    rows.append(("loop, two rounds", twice))
    rows.append(("loop's seam, 24 frames", twice.crop(len(cycle) - 12, len(cycle) + 12)))
    contact_sheet.save(rows, path, frames=12)


def main() -> None:
    command, *rest = sys.argv[1:] or ["timeline"]
    if command == "search":
        search(PackedSet(Path(rest[0])), Path(rest[1]))
        return
    pipeline = Pipeline.open(find_pack(None), "auto")
    if command == "memory":
        memory(pipeline, float(rest[0]))
    elif command == "sheet":
        sheet(pipeline, Path(rest[0]))
    else:
        {"timeline": timeline, "loops": loops, "mixes": mixes}[command](pipeline)


if __name__ == "__main__":
    main()
