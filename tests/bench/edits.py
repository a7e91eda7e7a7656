"""Edits measured on random validation clips: `python -m tests.bench.edits [seams | goals | sheet] PACKED [FILE.png]`.

`seams`: spans and parts made anew. `goals`: hands led to places. Both print Markdown tables; `sheet` draws a path, an
in-between, a changed part, a mixture and a retimed clip, `goals` with FILE.png six of the goals.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kinema import directing
from kinema.checkpoints import find_pack
from kinema.contacts import FEET, foot_contacts
from kinema.editing.wanted import changing_joints
from kinema.evaluation import contact_sheet
from kinema.evaluation.editing import PATHS
from kinema.evaluation.pairs import captioned, motion_of
from kinema.evaluation.physical import measure
from kinema.pipeline import Pipeline
from kinema.protocol.messages import GOAL_JOINTS, Edit, Generate, Mix, Transform
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY
from kinema.training.packed import PackedSet

FRAMES = 120
EDITS = (
    ((), "a person walks forward"),
    ((), ""),
    (("left_arm", "head"), "a person waves with the left hand"),
    (("right_arm",), "a person raises the right arm"),
    (("torso", "left_arm", "right_arm"), "a person raises both arms"),
    (("left_leg", "right_leg"), "a person crouches down"),
    (("right_leg",), "a person kicks with the right leg"),
)
"""Body parts that change, () for all, and what they are to do."""

BESIDE = 6
"""Frames on either side of a seam in which standing feet are looked at."""


def clips(packed: PackedSet, count: int = 20, seed: int = 1) -> Iterator[tuple[Motion, str]]:
    """Random validation clips of 4 s and a caption of each."""
    pairs = [pair for pair in captioned(packed, "val") if pair.stop - pair.start >= FRAMES and not pair.mirrored]
    for number in np.random.default_rng(seed).permutation(len(pairs))[:count]:
        yield motion_of(packed, pairs[number]).crop(0, FRAMES), pairs[number].texts[0]


def seams(pipeline: Pipeline, packed: PackedSet) -> None:
    """Jumps of velocity and acceleration at the seams over the clip's own largest; what was kept; feet across seams."""
    draw = np.random.default_rng(0)
    print("| parts | span | velocity | acceleration | kept differs | feet at seams, cm/s | the clip's there |")
    print("|---" * 7 + "|")
    rows = []
    for number, (clip, _) in enumerate(clips(packed)):
        parts, prompt = EDITS[number % len(EDITS)]
        first = int(draw.integers(10, 60))
        span = (first, first + int(draw.integers(15, 50)))
        result = pipeline.edit(Edit("e", prompt, "clip", span=span, body_parts=parts, seed=number), clip)
        made, told = result.motions[0], result.settings["errors"][0]["seams"]
        kept = _kept_differs(made, clip, span, parts)
        feet = [_sliding(motion, span) for motion in (made, clip)]
        rows.append((told["velocity"], told["acceleration"], kept, *feet))
        cells = f"{told['velocity']:.2f} | {told['acceleration']:.2f} | {kept:g} | {feet[0]:.1f} | {feet[1]:.1f}"
        print(f"| {', '.join(parts) or 'all'} | {span[0]}:{span[1]} | {cells} |")
    worst, mean = np.nanmax(rows, axis=0), np.nanmean(rows, axis=0)
    for name, row in (("largest", worst), ("mean", mean)):
        print(f"| {name} | | {row[0]:.2f} | {row[1]:.2f} | {row[2]:g} | {row[3]:.1f} | {row[4]:.1f} |")


def _kept_differs(made: Motion, clip: Motion, span: tuple[int, int], parts: tuple[str, ...]) -> float:
    """Largest difference of any number outside the span, or of a joint that is none of the parts'."""
    joints = changing_joints(parts)
    free = np.zeros((len(clip), len(joints)), dtype=bool)
    free[span[0] : span[1] + 1] = joints
    rotations = np.abs(made.rotations - clip.rotations)[~free]
    root = np.abs(made.root_translation - clip.root_translation)[~free[:, 0]]
    return float(max(rotations.max(), root.max()))


def _sliding(motion: Motion, span: tuple[int, int]) -> float:
    """Mean horizontal speed, cm/s, of standing feet beside the seams; NaN where none stands."""
    positions = motion.positions()
    stands = foot_contacts(positions, motion.fps)[:-1] > 0.5
    feet = positions[:, list(FEET)][..., [0, 2]]
    speed = 100.0 * np.linalg.norm(np.diff(feet, axis=0), axis=-1) * motion.fps
    beside = np.zeros(len(stands), dtype=bool)
    for seam in (span[0], span[1] + 1):
        beside[max(0, seam - BESIDE) : seam + BESIDE] = True
    stands &= beside[:, None]
    return float(speed[stands].mean()) if stands.any() else float("nan")


def goals(pipeline: Pipeline, packed: PackedSet, path: Path | None) -> None:
    """Hands led to places within their reach: in clips, whose bodies stay on their way, and in motions made for it."""
    draw = np.random.default_rng(0)
    shown: list[tuple[str, Motion]] = []
    print("| clip | joint | frame | from its own course, cm | missed by, cm | jerk | the clip's |\n" + "|---" * 7 + "|")
    rows = []
    for number, (clip, _) in enumerate(clips(packed)):
        joint, frame = ("left_wrist", "right_wrist")[number % 2], int(draw.integers(30, 90))
        index = SMPL_BODY.index(GOAL_JOINTS[joint])
        shoulder = SMPL_BODY.index("L_Shoulder" if joint.startswith("left") else "R_Shoulder")
        fresh = number % 4 >= 2
        whole = pipeline.generate(Generate("g", "a person walks forward", seconds=4.0)).motions[0] if fresh else clip
        positions = whole.positions()[frame]
        point = positions[shoulder] + _within_reach(draw, whole, frame, joint.startswith("left"))
        wanted = (joint, frame / whole.fps, *point.tolist())
        if fresh:
            request = Edit("e", "a person walks forward", goals=(wanted,), seconds=4.0, seed=number)
        else:
            request = Edit("e", "", "clip", goals=(wanted,), seed=number)
        result = pipeline.edit(request, None if fresh else clip)
        made = result.motions[0]
        missed = 100.0 * float(np.linalg.norm(made.positions()[frame, index] - point))
        away = 100.0 * float(np.linalg.norm(positions[index] - point))
        jerks = [measure(motion).jerk for motion in (made, whole)]
        rows.append((missed, *jerks))
        print(
            f"| {'new' if fresh else 'clip'} | {joint} | {frame} | {away:.0f} | {missed:.2f} "
            f"| {jerks[0]:.0f} | {jerks[1]:.0f} |"
        )
        if len(shown) < 6:
            near = made.crop(max(0, frame - 18), frame + 19)
            shown.append((f"{'new' if fresh else 'clip'}: {joint}, goal in the middle, {away:.0f} cm away", near))
    mean, worst = np.mean(rows, axis=0), np.max(rows, axis=0)
    print(f"| mean | | | | {mean[0]:.2f} | {mean[1]:.0f} | {mean[2]:.0f} |")
    print(f"| largest | | | | {worst[0]:.2f} | {worst[1]:.0f} | {worst[2]:.0f} |")
    if path is not None:
        contact_sheet.save(shown, path, frames=13)


def _within_reach(draw: np.random.Generator, motion: Motion, frame: int, left: bool) -> np.ndarray:
    """From the shoulder (3,), metres: a random place in front and to the side of the body, 0.25 to 0.5 m away."""
    facing = motion.crop(frame, frame + 1).global_rotations()[0, 0]
    from kinema.geometry import heading_angle, yaw_quaternion
    from kinema.protocol import quaternion

    side = 1.0 if left else -1.0
    way = np.array([side * draw.uniform(-0.2, 0.8), draw.uniform(-0.7, 0.7), draw.uniform(0.3, 1.0)])
    way *= draw.uniform(0.25, 0.5) / np.linalg.norm(way)
    return np.asarray(quaternion.rotate(yaw_quaternion(np.asarray(heading_angle(facing))), way))


def sheet(pipeline: Pipeline, packed: PackedSet, path: Path) -> None:
    """A path, an in-between, a changed part, a mixture and a retimed clip beside what they were made from."""
    rows: list[tuple[str, Motion]] = []
    for name in ("eight", "stop and go"):
        made = pipeline.edit(Edit("e", "a person walks forward", path=PATHS[name])).motions[0]
        rows.append((f"path: {name}", made))
    clip, text = next(clips(packed, 1, 4))
    keys = tuple(np.linspace(0, FRAMES - 1, 5).round().astype(int).tolist())
    rows += [(f"real: {text}", clip)]
    rows += [("from 5 of its poses", pipeline.edit(Edit("e", "", "clip", keys=keys), clip).motions[0])]
    walk, run, wave = (
        pipeline.generate(Generate("g", said, seconds=4.0, seed=2)).motions[0]
        for said in ("a person walks forward", "a person runs forward", "a person waves with the right hand")
    )
    change = Edit("e", "a person waves with the left hand", "clip", span=(20, 100), body_parts=("left_arm",))
    rows += [("walk", walk), ("its left arm waves from 0.7 to 3.3 s", pipeline.edit(change, walk).motions[0])]
    rows += [("run", run), ("half walk, half run", directing.mix(pipeline, Mix("m"), walk, run).motions[0])]
    rows += [("wave", wave), ("half walk, half wave", directing.mix(pipeline, Mix("m"), walk, wave).motions[0])]
    fast = directing.transformed(Transform("t", speed=1.5), walk).result.motions[0]
    slow = directing.transformed(Transform("t", speed=0.5), run).result.motions[0]
    rows += [("walk, 1.5 times as fast", fast), ("run, half as fast", slow)]
    for name, motion in rows:
        told = measure(motion)
        print(f"{name}: skate {told.foot_skate:.3f}, slide {told.slide:.1f} cm/s, jerk {told.jerk:.0f}")
    contact_sheet.save(rows, path, frames=14)


def main() -> None:
    command, folder, *rest = sys.argv[1:]
    pipeline, packed = Pipeline.open(find_pack(None), "auto"), PackedSet(Path(folder))
    if command == "seams":
        seams(pipeline, packed)
    elif command == "goals":
        goals(pipeline, packed, Path(rest[0]) if rest else None)
    else:
        sheet(pipeline, packed, Path(rest[0]))


if __name__ == "__main__":
    main()
