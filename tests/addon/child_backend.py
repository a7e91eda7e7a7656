"""A backend for tests: the real `kinema.serve`, with work that needs no weights. Run as a child process.

The prompt says what happens: "slow ..." takes 200 steps of 10 ms, "crash" dies with words on stderr, "refuse" fails,
"hang" neither computes nor hears, anything else gives a swaying body at once. Motions depend on seed and length alone,
on the style (its seed, or that of the bytes that came as the reference), those of edits on the clip as well. A styled
clip comes back, one arm turned. A search "3 seconds" ranks clips by how near their length is to the number. With
`--plain` its pack is another one, which has no styles.
"""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "backend"))

import numpy as np

from kinema import serve
from kinema.errors import Cancelled, PromptError
from kinema.protocol import clips as carried
from kinema.protocol import quaternion, wire
from kinema.protocol.messages import (
    PARTS,
    ClearCache,
    Cleared,
    Description,
    Done,
    Edit,
    Examine,
    ListStyles,
    Mix,
    Progress,
    Ranking,
    Refine,
    Refined,
    RemoveStyle,
    SaveStyle,
    Search,
    Styles,
    Stylize,
    Timeline,
    Transform,
    Vary,
)
from kinema.protocol.motion import Motion
from kinema.protocol.smpl import SMPL_BODY

FPS = 30.0
PACK = {"name": "test-pack", "version": "1", "sha256": "0" * 64, "licence": "CC0-1.0", "commercial": True}
PLAIN = "--plain" in sys.argv
if PLAIN:
    PACK |= {"name": "plain-pack", "sha256": "1" * 64}


def swaying(frames, seed, fps=FPS):
    """A body whose every joint swings by up to 70 degrees while it walks a curve and turns more than once."""
    draw = np.random.default_rng(seed)
    seconds = np.arange(frames)[:, None] / fps
    axes = draw.normal(size=(22, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    angles = draw.uniform(0.3, 1.2, 22) * np.sin(seconds * draw.uniform(2.0, 6.0, 22) + draw.uniform(0, 6, 22))
    rotations = quaternion.from_axis_angle(axes, angles)
    rotations[:, 0] = quaternion.from_axis_angle(np.array([0.0, 1.0, 0.0]), 4.0 * seconds[:, 0])
    root = np.stack([np.sin(seconds[:, 0]), 0.95 + 0.1 * np.sin(5 * seconds[:, 0]), seconds[:, 0]], axis=1)
    return Motion(rotations, root, fps, SMPL_BODY)


LABEL = {"name": "old", "title": "old: bent", "kind": "label", "licence": "CC0-1.0", "source": "test-pack 1"}
saved = {}


def styles(request):
    """As `stylization.library` lists them, kept in memory."""
    own = [
        {"name": name, "title": kept.title, "kind": "preset", "licence": kept.licence, "source": kept.source}
        | {"file": f"{name}.npz", "folder": "/styles"}
        for name, kept in saved.items()
    ]
    return Styles(request.id, (*own,) if PLAIN else (LABEL, *own))


def stylize(request, arrays):
    """The clip at 30 frames a second, its left shoulder turned by an angle that the style decides."""
    from kinema import clips  # needs SciPy, which a Python outside the environment may lack

    clip = clips.needed("clip", request.clip, arrays).resample(FPS)
    reference = clips.received("style", request.style_clip, arrays)
    angle = 0.5 if reference is None else float(np.abs(reference.rotations[:, 1:, 1:]).mean())
    rotations = clip.rotations.copy()
    angle += 1.0 + 0.1 * (request.style_seed % 10) if request.style_seed else 0.0
    turn = quaternion.from_axis_angle(np.array([0.0, 0.0, 1.0]), np.array(angle))
    rotations[:, 16] = quaternion.multiply(rotations[:, 16], turn)
    made = Motion(rotations, clip.root_translation, FPS, SMPL_BODY)
    return Done(request.id, 1, FPS, pack=PACK, settings={"device": "cpu"}), wire.motion_arrays([made])


def changed(request, clip):
    """What an Edit may change, turned by 0.6 rad about X (a path or a whole-body span moves the root too), eased in and
    out of its span; all that is kept is the clip's own, bit for bit."""
    first, last = request.span or (0, len(clip) - 1)
    mask = np.zeros(len(clip), dtype=bool)
    mask[first : last + 1] = True
    mask[list(request.keys)] = False
    frames = np.flatnonzero(mask)
    ease = np.sin(np.pi * (frames - first + 1) / (last - first + 2))
    rotations, root = clip.rotations.copy(), clip.root_translation.copy()
    parts = request.body_parts or PARTS
    for joint in (joint for joint, part in enumerate(JOINT_PARTS) if part in parts):
        turn = quaternion.from_axis_angle(np.array([1.0, 0.0, 0.0]), 0.6 * ease)
        rotations[frames, joint] = quaternion.multiply(rotations[frames, joint], turn)
    if {"left_leg", "right_leg"} <= set(parts):
        root[frames, 0] += 0.4 * ease
    return replace(clip, rotations=rotations, root_translation=root)


JOINT_PARTS = [
    "head"
    if name in ("Neck", "Head")
    else "torso"
    if "_" not in name
    else f"{'left' if name[0] == 'L' else 'right'}_{'leg' if name[2:] in ('Hip', 'Knee', 'Ankle', 'Foot') else 'arm'}"
    for name in SMPL_BODY.names
]


def made(request, arrays):
    """The motions of a request, by rule."""
    clip = carried.read_clip("clip", arrays)
    match request:
        case Edit() if clip is not None:
            return [changed(request, clip)]
        case Edit():
            frames = round((request.seconds or 4.0) * FPS)
            motion = swaying(frames, request.seed)
            at, x, z = (np.array(column) for column in list(zip(*request.path, strict=True))[:3])
            root = motion.root_translation.copy()
            root[:, 0], root[:, 2] = (np.interp(np.arange(frames) / FPS, at, value) for value in (x, z))
            return [replace(motion, root_translation=root)]
        case Timeline():
            return [swaying(round(request.seconds * FPS), request.seed)]
        case Vary():
            turn = quaternion.from_axis_angle(np.array([0.0, 0.0, 1.0]), np.array(request.strength * 0.1))
            return [replace(clip, rotations=quaternion.multiply(clip.rotations, turn))] * request.samples
        case Mix():
            other = carried.read_clip("other", arrays)
            count = min(len(clip), len(other))
            share = np.full((count, len(SMPL_BODY)), request.share)
            rotations = quaternion.slerp(clip.rotations[:count], other.rotations[:count], share)
            return [replace(clip.crop(0, count), rotations=rotations)]
        case Transform(mirror=True):
            return [replace(clip, root_translation=clip.root_translation * [-1.0, 1.0, 1.0])]
        case Transform(in_place=True):
            return [replace(clip, root_translation=clip.root_translation * [0.0, 1.0, 0.0])]
        case Transform(loop=True):
            half = clip.crop(0, max(len(clip) // 2, 2))
            return [replace(half, rotations=np.concatenate([half.rotations[:-1], half.rotations[:1]]))]
        case Transform():
            return [replace(clip, fps=clip.fps * request.speed).resample(clip.fps)]
    style = 1000 * request.style_seed + sum(int(a.sum()) for a in arrays.values()) % 997
    return [swaying(round(request.seconds * FPS), request.seed + style + k) for k in range(request.samples)]


def work(request, progress, cancelled, arrays=None):
    progress(Progress(request.id, "load"))
    if isinstance(request, SaveStyle):
        from kinema import clips

        clips.needed("style", request.clip, arrays)
        saved[request.name] = request
        return styles(request), {}
    if isinstance(request, Stylize):
        return stylize(request, arrays)
    if isinstance(request, Search):
        moves = {name: carried.read_clip(f"clip_{k}", arrays) for k, name in enumerate(request.clips)}
        scores = {name: -abs(len(m) / m.fps - float(request.text.split()[0])) / 10 for name, m in moves.items()}
        names = sorted(scores, key=lambda name: -scores[name])
        return Ranking(request.id, tuple(names), tuple(scores[name] for name in names)), {}
    prompt = getattr(request, "prompt", "")
    if prompt == "crash":
        print("RuntimeError: the test wanted a crash", file=sys.stderr, flush=True)
        os._exit(3)
    if prompt == "refuse":
        raise PromptError("the test refuses this prompt; use another")
    if prompt == "hang":
        progress(Progress(request.id, "sample", 1, 4))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.kill(os.getpid(), signal.SIGSTOP)
    steps = 200 if prompt.startswith("slow") else 4
    for step in range(steps):
        if cancelled():
            raise Cancelled("the request was cancelled")
        progress(Progress(request.id, "sample", step + 1, steps))
        time.sleep(0.01 if steps > 4 else 0.0)
    motions = made(request, arrays or {})
    done = Done(
        id=request.id,
        samples=len(motions),
        fps=motions[0].fps,
        parts={"head": "the head looks straight ahead", "left_arm": "the left arm swings"},
        warnings=("a warning of the test",),
        pack={} if isinstance(request, Transform) else PACK,
        seconds_taken=0.01,
        settings={
            **measured(request),
            "sampler": "ddim",
            "steps": 4,
            "guidance": 2.5,
            "device": "cpu",
            "versions": {"kinema": "test"},
        },
    )
    return done, wire.motion_arrays(motions)


def measured(request):
    """As an Edit along a path tells how well it was followed."""
    return {"errors": [{"path": {"mean": 0.012, "worst": 0.034}}]} if getattr(request, "path", ()) else {}


def answer(question, arrays=()):
    """The lexicon's own warning for a word that it does not know, in the lexicon's words."""
    match question:
        case Examine():
            return serve.examined(question, arrays)
        case ListStyles():
            return styles(question)
        case RemoveStyle():
            del saved[question.name]
            return styles(question)
        case Refine():
            unknown = [word for word in question.prompt.split() if word == "cartwheels"]
            warnings = [f"{word!r} is unknown to the lexicon; nearest: roll" for word in unknown]
            parts = {"head": f"the head, for {question.prompt}", "left_leg": "the left leg steps"}
            return Refined(question.id, parts, tuple(unknown), tuple(warnings))
        case ClearCache():
            return Cleared(question.id, 2, 1_000_000)
        case _:
            return Description(question.id, PACK, ("plain-pack", "test-pack"), 2, 1_000_000)


if __name__ == "__main__":
    sys.exit(serve.serve(work, answer))
