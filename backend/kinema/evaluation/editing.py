"""Editing measured: in-betweening beside interpolation and real clips, body parts, paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..editing.interpolating import interpolated
from ..editing.wanted import changing_joints
from ..errors import InputError
from ..matching.judge import Judge, seen
from ..pipeline import Pipeline
from ..protocol.messages import Edit
from ..protocol.motion import Motion
from ..training.packed import PackedSet
from . import metrics
from .pairs import captioned, motion_of
from .physical import physical_report
from .predicates import Predicate
from .suite.arms import ARMS

FRAMES = 120
"""Length of the clips that are filled in, 4 s."""

KINDS = ("25 % at each end", "1 key", "5 keys", "20 keys")

Row = dict[str, float]
Clips = list[tuple[str, Motion]]


@dataclass(frozen=True, eq=False)
class Task:
    """What is edited: `clips` real validation clips of FRAMES frames, `texts` a caption of each, `others` as many clips
    beside them as there are left; `steps` None means the pack's own."""

    pipeline: Pipeline
    judge: Judge
    clips: tuple[Motion, ...]
    texts: tuple[str, ...]
    others: tuple[Motion, ...]
    steps: int | None
    progress: Callable[[str], None]

    @classmethod
    def of(
        cls,
        pipeline: Pipeline,
        judge: Judge,
        packed: PackedSet,
        most: int,
        steps: int | None,
        progress: Callable[[str], None],
    ) -> Task:
        """The same clips every time. Raises InputError when the set has none that is long enough."""
        pairs = [p for p in captioned(packed, "val") if p.stop - p.start >= FRAMES and not p.mirrored]
        order = np.random.default_rng(0).permutation(len(pairs))
        dealt = [pairs[k] for k in order]
        chosen = dealt[:most] if most else dealt
        if len(chosen) < 2:
            raise InputError(f"the set has no captioned validation clips of {FRAMES} frames; prepare a larger one")
        clips, others = (
            tuple(motion_of(packed, pair).crop(0, FRAMES) for pair in part)
            for part in (chosen, dealt[len(chosen) : 2 * len(chosen)])
        )
        return cls(pipeline, judge, clips, tuple(pair.texts[0] for pair in chosen), others, steps, progress)

    def edited(self, clip: Motion | None, seed: int, prompt: str = "", **wanted: Any) -> tuple[Motion, dict[str, Any]]:
        """The edit and what was measured of it."""
        name = "" if clip is None else "clip"
        result = self.pipeline.edit(Edit("evaluate", prompt, name, seed=seed, steps=self.steps, **wanted), clip)
        return result.motions[0], result.settings["errors"][0]


def given_frames(kind: str, frames: int) -> np.ndarray:
    """Indices of the frames that an in-between is given."""
    if kind == KINDS[0]:
        quarter = frames // 4
        return np.r_[0:quarter, frames - quarter : frames]
    count = int(kind.split()[0])
    return np.array([frames // 2]) if count == 1 else np.linspace(0, frames - 1, count).round().astype(int)


def in_betweening(task: Task) -> tuple[dict[str, Row], Clips]:
    """Rows "KIND: Kinema" without words, "KIND: Kinema, told" with each clip's caption, "KIND: SLERP", and "real".

    FID is that of the filled clips against the same clips as they were; "real" has that of other real clips against
    them, which says how far clips as few as these lie apart without any fault. `features apart`: mean distance of a
    filled clip's motion features to its own clip's. Also the first example of each kind.
    """
    real = task.judge.motions([seen(clip) for clip in task.clips])[1]
    rows: dict[str, Row] = {"real": _physical(task.clips)}
    if len(task.others) > 1:
        rows["real"]["FID motion"] = metrics.fid(task.judge.motions([seen(clip) for clip in task.others])[1], real)
    shown: Clips = [("real clip", task.clips[0])]
    for kind in KINDS:
        given = given_frames(kind, FRAMES)
        for name in ("Kinema", "Kinema, told"):
            task.progress(f"in-betweening, {kind}, {name}")
            results = [
                task.edited(clip, number, text if name.endswith("told") else "", **_wanted(kind, given))
                for number, (clip, text) in enumerate(zip(task.clips, task.texts, strict=True))
            ]
            made = [motion for motion, _ in results]
            rows[f"{kind}: {name}"] = _filled(task, made, given, real) | _seams([found for _, found in results])
            shown.append((f"{kind}, {name}", made[0]))
        rows[f"{kind}: SLERP"] = _filled(task, [interpolated(clip, given) for clip in task.clips], given, real)
    return rows, shown


def _wanted(kind: str, given: np.ndarray) -> dict[str, Any]:
    """The request's fields for an in-between that is given these frames."""
    if kind == KINDS[0]:
        quarter = FRAMES // 4
        return {"span": (quarter, FRAMES - quarter - 1)}
    return {"keys": tuple(given.tolist())}


def _filled(task: Task, made: Sequence[Motion], given: np.ndarray, real: np.ndarray) -> Row:
    features = task.judge.motions([seen(clip) for clip in made])[1]
    apart = [_apart(x, y, given) for x, y in zip(made, task.clips, strict=True)]
    return _physical(made) | {
        "key error (cm)": 100.0 * float(np.mean(apart)),
        "FID motion": metrics.fid(features, real),
        "features apart": float(np.linalg.norm(features - real, axis=1).mean()),
    }


def _seams(measured: Sequence[dict[str, Any]]) -> Row:
    """Medians over edits of `editing.measuring.seams`."""
    out = {}
    for figure in ("velocity", "acceleration"):
        values = [found["seams"][figure] for found in measured if figure in found.get("seams", {})]
        out[f"seam {figure}"] = float(np.median(values)) if values else float("nan")
    return out


def changed_parts(predicate: Predicate) -> tuple[str, ...]:
    """The arms that a predicate's name speaks of."""
    sides = [side for side in ("left", "right") if side in predicate.name]
    return tuple(f"{side}_arm" for side in sides or ("left", "right"))


def part_editing(task: Task, suite: Sequence[Predicate] = ARMS, seeds: int = 1) -> tuple[dict[str, Row], Clips]:
    """A row for each predicate, on edits of the clips' arms, and "all", each predicate weighing the same.

    `holds`, `before`: shares of the edits and of the clips as they were, among the `clips` in which what is kept does
    not contradict the predicate already (`Predicate.allowed`): no edit of the arms could do it in the others. A
    predicate that none of the clips allows has no share. `kept differs`: the largest change of what was kept.
    """
    rows: dict[str, Row] = {}
    shown: Clips = []
    for predicate in suite:
        task.progress(f"parts, {predicate.name}")
        parts = changed_parts(predicate)
        able = [(number, clip) for number, clip in enumerate(task.clips) if predicate.allowed(clip)]
        rows[predicate.name] = {"clips": float(len(able))}
        if not able:
            continue
        held, before, kept = [], [], 0.0
        for number, clip in able:
            for seed in range(seeds):
                prompt = predicate.prompts[(number + seed) % len(predicate.prompts)]
                motion, _ = task.edited(clip, 1000 * seed + number, prompt, body_parts=parts)
                held.append(predicate.holds(motion))
                before.append(predicate.holds(clip))
                kept = max(kept, _kept_difference(motion, clip, parts))
        rows[predicate.name] |= {
            "holds": float(np.mean(held)),
            "before": float(np.mean(before)),
            "kept differs": kept,
        }
        shown.append((f"part: {predicate.prompts[0]}", motion))
    measured = [row for row in rows.values() if "holds" in row]
    if measured:
        rows["all"] = {"clips": float(sum(row["clips"] for row in measured))} | {
            figure: float(np.mean([row[figure] for row in measured])) for figure in ("holds", "before")
        }
        rows["all"]["kept differs"] = max(row["kept differs"] for row in measured)
    return rows, shown


def path_following(task: Task, seeds: int = 2) -> tuple[dict[str, Row], Clips]:
    """A row for each of `PATHS`, "all paths", walks straight on as long without one, and walks led the same ways by
    words alone (`WAYS`): error, skate, slide and speed of the root."""
    rows, shown, lead, free, told = {}, [], [], [], []
    for name, path in PATHS.items():
        task.progress(f"path, {name}")
        made, found = [], []
        for seed in range(seeds):
            motion, measured = task.edited(None, seed, "a person walks forward", path=path)
            made.append(motion)
            found.append(measured["path"])
            free.append(task.edited(None, seed, "a person walks forward", seconds=float(path[-1][0]))[0])
            told.append(task.edited(None, seed, WAYS[name], seconds=float(path[-1][0]))[0])
        rows[name] = _walked(made) | {
            "path error (cm)": 100.0 * float(np.mean([f["mean"] for f in found])),
            "worst (cm)": 100.0 * max(f["worst"] for f in found),
        }
        lead += made
        shown.append((f"path: {name}", made[0]))
    errors = [row["path error (cm)"] for row in rows.values()]
    rows["all paths"] = _walked(lead) | {"path error (cm)": float(np.mean(errors))}
    rows["no path, straight on"] = _walked(free)
    rows["no path, the ways in words"] = _walked(told)
    return rows, shown


def _curve(
    seconds: float, place: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
) -> tuple[tuple[float, ...], ...]:
    """A dense path: place(0..1) gives x and z."""
    share = np.linspace(0.0, 1.0, round(seconds * 10) + 1)
    x, z = place(share)
    return tuple(zip((share * seconds).tolist(), x.tolist(), z.tolist(), strict=True))


def _circle(radius: float, side: float) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    return lambda u: (side * radius * (1 - np.cos(2 * np.pi * u)), radius * np.sin(2 * np.pi * u))


PATHS: dict[str, tuple[tuple[float, ...], ...]] = {
    "straight": ((0.0, 0.0, 0.0), (5.0, 0.0, 5.0)),
    "straight, slow": ((0.0, 0.0, 0.0), (6.0, 0.0, 3.0)),
    "circle left": _curve(7.0, _circle(1.0, 1.0)),
    "circle right": _curve(7.0, _circle(1.0, -1.0)),
    "eight": _curve(10.0, lambda u: (1.2 * np.sin(4 * np.pi * u) / 1.2, 1.5 * np.sin(2 * np.pi * u))),
    "S": _curve(6.0, lambda u: (0.6 * np.sin(2 * np.pi * u), 5.0 * u)),
    "zigzag": ((0.0, 0.0, 0.0), (1.5, 0.7, 1.2), (3.0, -0.7, 2.4), (4.5, 0.7, 3.6), (6.0, 0.0, 4.8)),
    "stop and go": ((0.0, 0.0, 0.0), (2.0, 0.0, 2.0), (3.5, 0.0, 2.0), (5.5, 0.0, 4.0)),
    "quarter turn": ((0.0, 0.0, 0.0), (2.0, 0.0, 2.0), (3.0, 0.5, 2.6), (5.0, 2.5, 2.7)),
    "there and back": ((0.0, 0.0, 0.0), (2.5, 0.0, 2.5), (3.5, 0.4, 2.5), (6.0, 0.4, 0.0)),
}
"""Ten ways to walk: points (seconds, x, z)."""

WAYS = {
    "straight": "a person walks forward",
    "straight, slow": "a person walks forward slowly",
    "circle left": "a person walks in a circle to the left",
    "circle right": "a person walks in a circle to the right",
    "eight": "a person walks in a circle to the left, then in a circle to the right",
    "S": "a person walks in a curve to the left, then in a curve to the right",
    "zigzag": "a person walks forward to the left, then forward to the right",
    "stop and go": "a person walks forward, then stands still, then walks forward",
    "quarter turn": "a person walks forward and turns left",
    "there and back": "a person walks forward, then turns around, then walks forward",
}
"""The same ways in words."""


def _walked(clips: Sequence[Motion]) -> Row:
    steps = [
        np.linalg.norm(np.diff(clip.root_translation[:, [0, 2]], axis=0), axis=1).mean() * clip.fps for clip in clips
    ]
    return _physical(clips) | {"speed (m/s)": float(np.mean(steps))}


def _physical(clips: Sequence[Motion]) -> Row:
    report = physical_report(clips)
    return {"skate": report["foot_skate"], "slide (cm/s)": report["slide"], "jerk": report["jerk"]}


def _apart(a: Motion, b: Motion, at: np.ndarray) -> float:
    """Mean distance of joints at some frames, metres."""
    return float(np.linalg.norm(a.positions()[at] - b.positions()[at], axis=-1).mean())


def _kept_difference(edited: Motion, clip: Motion, parts: Sequence[str]) -> float:
    """Largest difference of any number that should have been kept."""
    kept = ~changing_joints(tuple(parts))
    rotations = np.abs(edited.rotations[:, kept] - clip.rotations[:, kept]).max()
    return float(max(rotations, np.abs(edited.root_translation - clip.root_translation).max()))
