"""Timelines, loops, mixtures and search, measured: `python -m tests.bench.timeline [timeline | memory SECONDS | loops |
mixes | search PACKED | sheet FILE.png]`. Prints Markdown tables."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

from kinema import directing, searching
from kinema.checkpoints import find_pack
from kinema.evaluation import contact_sheet, pairs
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
NEAR = 12
"""Frames on either side of a change of text that count as the transition."""


def strips(seconds: float) -> tuple[dict[str, object], ...]:
    """The prompts for five seconds each, as many as fit."""
    count = round(seconds / 5)
    return tuple({"prompt": PROMPTS[k % 12], "start": 5.0 * k, "end": 5.0 * (k + 1)} for k in range(count))


def _jerk(motion: Motion) -> np.ndarray:
    return np.linalg.norm(np.diff(motion.positions(), 3, axis=0), axis=-1).mean(axis=1) * motion.fps**3


def timeline(pipeline: Pipeline) -> None:
    """Jerk where texts change beside jerk elsewhere, of single clips with the same texts, and of real clips."""
    result = directing.timeline(pipeline, Timeline("t", strips(60)))
    rough = _jerk(result.motions[0])
    near = np.zeros(len(rough), dtype=bool)
    print("| transition at s | mean jerk m/s^3 | peak |\n|---|---|---|")
    for second in result.settings["transitions"]:
        at = slice(round(second * 30) - NEAR, round(second * 30) + NEAR)
        near[at] = True
        print(f"| {second:.1f} | {rough[at].mean():.0f} | {rough[at].max():.0f} |")
    clips = [_jerk(pipeline.generate(Generate("g", text, seconds=5.0)).motions[0]) for text in PROMPTS]
    for name, values in (
        ("all transitions", rough[near]),
        ("inside strips", rough[~near]),
        ("single clips of the same prompts", np.concatenate(clips)),
    ):
        print(f"| {name} | {values.mean():.0f} | {values.max():.0f} |")


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


def loops(pipeline: Pipeline, count: int = 10) -> None:
    """Seams of loops cut from generated walks, beside the largest step between neighbouring frames."""
    print("| seed | frames | step at seam m | largest | velocity change m/s | largest |\n|---|---|---|---|---|---|")
    for seed in range(count):
        walk = pipeline.generate(Generate("w", "a person walks forward", seconds=5.0, seed=seed)).motions[0]
        seam = directing.transformed(Transform("l", loop=True), walk).result.settings["loop"]
        cells = [seam[name] for name in ("step", "largest_step", "velocity", "largest_velocity")]
        print(f"| {seed} | {seam['frames']} | " + " | ".join(f"{cell:.4f}" for cell in cells) + " |")


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
