"""Rough annotated motion: one clip of drawn primitives, alone, together or in sequence, with all its words.

Such clips teach a model what words mean at high noise (MotionMix, arXiv 2401.11115); real motion capture teaches the
rest. Left and right are the character's own; clips start at x = z = 0 and face +Z.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...errors import MotionError
from ...geometry import heading_angle, yaw_quaternion
from ...protocol import quaternion
from ...protocol.messages import PARTS
from ...protocol.motion import Motion
from ...protocol.smpl import SMPL_BODY
from ...refine.language import PartAction, parse, rest, script
from ..part_scripts import Steps
from . import (
    primitives_arms,
    primitives_jumps,
    primitives_kicks,
    primitives_planted,
    primitives_seats,
    primitives_torso_head,
    primitives_walking,
)
from .action import Action
from .body import FPS, blank, perform
from .captions import Clause, captions

SHORTEST, LONGEST = 2.0, 10.0
STILL, ALONE, TOGETHER = 0.03, 0.25, 0.59
"""Shares of clips in which nobody moves, of one action, of two at once; the rest are two in sequence. Two at once are
the most: what a model never saw together it finds hard to put together."""
_LEGS = (
    (primitives_walking.PRIMITIVES, (("walk", 6.0), ("step", 2.0), ("turn", 4.0), ("in place", 5.0))),
    (
        primitives_planted.PRIMITIVES,
        (("squat", 3.0), ("lunge", 1.6), ("tiptoe", 1.2), ("pick up", 1.2)),
    ),
    (primitives_seats.PRIMITIVES, (("kneel", 2.0), ("sit", 3.0))),
    (primitives_kicks.PRIMITIVES, (("leg", 6.5),)),
    (primitives_jumps.PRIMITIVES, (("jump", 3.0), ("hop", 2.5), ("jumping jacks", 1.0))),
)
_LEG_TABLE = tuple((table[name], share) for table, names in _LEGS for name, share in names)
_LEG_SHARES = np.array([share for _, share in _LEG_TABLE]) / sum(share for _, share in _LEG_TABLE)


@dataclass(frozen=True, eq=False)
class Annotated:
    """One clip and its words.

    `motion`: 30 fps on SMPL_BODY. `texts`: 3 to 6 captions that say the same. `parts`: one sentence of the part
    language for each of PARTS. `primitives`: names of what was drawn, such as "wave left"; a real base comes first.
    `clauses`: what happens, together, as alternatives of one clause each; () for clips that are sequences.
    """

    motion: Motion
    texts: tuple[str, ...]
    parts: dict[str, str]
    primitives: tuple[str, ...]
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, eq=False)
class _Plan:
    """Drawn actions, each with its span in seconds, for a clip of `seconds`."""

    actions: tuple[Action, ...]
    spans: tuple[tuple[float, float], ...]
    relation: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Under:
    """A real base in words. `phrases` as in Action; `parts`: a sentence for each of PARTS, () for parts at rest.
    `whole`: it must not be cropped for its words to stay true."""

    name: str
    phrases: tuple[str, ...]
    parts: Mapping[str, Steps]
    whole: bool = False


def generate(seed: int, base: Motion | None = None, under: Under | None = None) -> Annotated:
    """One annotated clip of 2 to 10 s; the same seed (and base) gives the same clip.

    `base`: real motion on SMPL_BODY, feet on the ground at y = 0, at any rate, at least 2 s long; a part of it keeps
    its legs and root and gets arm, head or torso primitives laid over it. None: everything is procedural.
    `under`: what the base does; None reads it off its root (standing, walking, running, where to).
    Raises MotionError when `base` is on another skeleton or too short.
    """
    rng = np.random.default_rng(seed)
    if base is None:
        plan = _plan(rng, upper_only=False, limit=LONGEST)
        score = blank(rng, round(plan.seconds * FPS))
    else:
        ready = _prepared(base)
        plan = _plan(rng, upper_only=True, limit=min(LONGEST, len(ready) / FPS))
        whole = under is not None and under.whole
        frames = len(ready) if whole else min(round(plan.seconds * FPS), len(ready))
        start = int(rng.integers(len(ready) - frames + 1))
        score = blank(rng, frames, _at_origin(ready.crop(start, start + frames)))
    for action, (start_s, stop_s) in zip(plan.actions, plan.spans, strict=True):
        action.write(score, start_s, stop_s)
    if score.base is not None and under is None:
        under = _described(score.base)
    texts = _texts(rng, plan, under)
    parts = _parts(plan, under)
    names = tuple(action.name for action in plan.actions)
    alone = plan.relation == "while" and under is None
    clauses = tuple(Clause(action.phrases, action.adverbs) for action in plan.actions) if alone else ()
    names = ((under.name, *names) if under else names) or ("stand",)
    return Annotated(perform(score, rng), texts, parts, names, clauses)


def _plan(rng: np.random.Generator, upper_only: bool, limit: float) -> _Plan:
    """Draw actions until they fit into `limit` seconds."""
    for _ in range(60):
        kind = rng.random()
        if kind < STILL:
            return _Plan((), (), "while", float(rng.uniform(SHORTEST, min(6.0, limit))))
        if kind < STILL + ALONE:
            plan = _alone(rng, _draw(rng, upper_only), limit)
        elif kind < STILL + ALONE + TOGETHER:
            one = _draw(rng, upper_only, 0.38)
            plan = _together(rng, one, _draw_beside(rng), limit)
        else:
            one = _draw(rng, upper_only)
            plan = _after(rng, one, _draw(rng, upper_only or rng.random() < 0.5), limit)
        if plan is not None:
            return plan
    return _Plan((), (), "while", min(3.0, limit))


def _draw_beside(rng: np.random.Generator) -> Action:
    """What arms, head or torso do while something else goes on."""
    if rng.random() < 0.4:
        return primitives_arms.draw_asked_for(rng)
    return _draw(rng, upper_only=True)


def _draw(rng: np.random.Generator, upper_only: bool, upper: float = 0.5) -> Action:
    kind = rng.random()
    if upper_only or kind < upper:
        if rng.random() < 0.62:
            return primitives_arms.draw(rng)
        return primitives_torso_head.draw(rng)
    return _LEG_TABLE[int(rng.choice(len(_LEG_TABLE), p=_LEG_SHARES))][0](rng)


def _upper(action: Action) -> bool:
    return not any("leg" in part for part in action.uses)


def _length(rng: np.random.Generator, low: float, high: float) -> float:
    """Seconds between the bounds, mostly about four: what users ask for by default."""
    wanted = float(np.clip(rng.normal(4.2, 1.6), SHORTEST, LONGEST))
    return float(np.clip(wanted, low, high))


def _start(rng: np.random.Generator, action: Action, slack: float) -> float:
    """When an action begins: often at once, else somewhere in the `slack` seconds that it has."""
    if action.from_start or slack <= 0.0:
        return 0.0
    if action.rhythmic and rng.random() < 0.85:
        return float(min(rng.uniform(0.08, 0.16), slack))
    return float(rng.uniform(0.0, min(0.3, slack)) if rng.random() < 0.65 else rng.uniform(0.0, min(slack, 2.5)))


def _alone(rng: np.random.Generator, action: Action, limit: float) -> _Plan | None:
    low = max(SHORTEST, action.shortest + 0.1)
    if low > limit:
        return None
    seconds = _length(rng, low, min(limit, max(low, action.longest + 1.0)))
    start = _start(rng, action, seconds - action.shortest - 0.1)
    return _Plan((action,), ((start, seconds),), "while", seconds)


def _together(rng: np.random.Generator, one: Action, other: Action, limit: float) -> _Plan | None:
    one, other = one.beside(other), other.beside(one)
    low = max(SHORTEST, one.shortest + 0.2, other.shortest + 0.2)
    if one.uses & other.uses or low > limit:
        return None
    seconds = _length(rng, low, min(limit, max(low, max(one.longest, other.longest))))
    spans = []
    for action in (one, other):
        start = _start(rng, action, min(seconds - action.shortest - 0.1, 0.8))
        spans.append((start, seconds))
    return _Plan((one, other), (spans[0], spans[1]), "while", seconds)


def _after(rng: np.random.Generator, one: Action, other: Action, limit: float) -> _Plan | None:
    low = one.shortest + other.shortest + 0.3
    if low > limit or other.from_start or (one.ends != "standing" and not _upper(other)):
        return None
    seconds = _length(rng, max(SHORTEST, low), limit)
    spare = seconds - low
    start = 0.0 if one.from_start else float(rng.uniform(0.0, min(0.25, spare + 1e-6)))
    middle = start + one.shortest + float(rng.uniform(0.1, 0.9)) * max(spare - start, 0.0)
    return _Plan((one, other), ((start, middle), (middle + 0.15, seconds)), "then", seconds)


def _prepared(base: Motion) -> Motion:
    if base.skeleton.names != SMPL_BODY.names:
        raise MotionError("a base must be on the 22 joints of SMPL_BODY; retarget it first")
    base = base.resample(FPS)
    if len(base) < SHORTEST * FPS:
        raise MotionError(f"a base must be at least {SHORTEST:g} s long, not {base.seconds:.2f} s")
    return base


def _at_origin(motion: Motion) -> Motion:
    """The motion moved and turned about Y so that it starts at x = z = 0, facing +Z."""
    back = yaw_quaternion(-heading_angle(motion.rotations[0, 0]))
    rotations = motion.rotations.copy()
    rotations[:, 0] = quaternion.multiply(back, rotations[:, 0])
    moved = quaternion.rotate(back, motion.root_translation - motion.root_translation[0] * np.array([1.0, 0.0, 1.0]))
    return replace(motion, rotations=rotations, root_translation=moved)


def _described(base: Motion) -> Under:
    """What a base does, from its root alone: stands, walks or runs, forward, backward, to a side or in a curve."""
    path = base.root_translation[:, [0, 2]]
    heading = np.unwrap(heading_angle(base.rotations[:, 0]))
    travelled = float(np.sum(np.linalg.norm(np.diff(path[::5], axis=0), axis=1)))
    speed = travelled / base.seconds
    turned = float(heading[-1] - heading[0])
    if speed < 0.22:
        return Under("stand", (), {})
    step = np.diff(path[::5], axis=0)
    facing = np.stack([np.sin(heading), np.cos(heading)], axis=1)[:-1:5][: len(step)]
    ahead = float(np.sum(step[: len(facing)] * facing) / max(travelled, 1e-6))
    left = np.stack([np.cos(heading), -np.sin(heading)], axis=1)[:-1:5][: len(step)]
    aside = float(np.sum(step[: len(left)] * left) / max(travelled, 1e-6))
    words: tuple[str, ...]
    verb = "run" if speed > 2.2 else "walk"
    if ahead < -0.5:
        where, words = "backward", (f"[{verb}] backward", f"[{verb}] backwards")
    elif abs(aside) > 0.6:
        side = "left" if aside > 0.0 else "right"
        where, words = f"to the {side}", (f"[{verb}] sideways to the {side}", f"[step] sideways to the {side}")
    elif abs(turned) > np.radians(50.0):
        side = "left" if turned > 0.0 else "right"
        where, words = f"forward to the {side}", (f"[{verb}] in a curve to the {side}", f"[{verb}] and [turn] {side}")
    else:
        where, words = "forward", (f"[{verb}] forward", f"[{verb}]", f"[{verb}] ahead")
    swing = "pump" if verb == "run" else "swing"
    said = {
        **dict.fromkeys(("left_leg", "right_leg"), f"{verb} {where}"),
        "torso": f"move {where}",
        **dict.fromkeys(("left_arm", "right_arm"), f"{swing} against the steps"),
    }
    parts = {part: ((parse(part, predicate),),) for part, predicate in said.items()}
    return Under(f"{verb} {where}", words, parts)


def _texts(rng: np.random.Generator, plan: _Plan, under: Under | None) -> tuple[str, ...]:
    count = int(rng.integers(3, 7))
    clauses = [Clause(action.phrases, action.adverbs) for action in plan.actions]
    relation = plan.relation
    if under is not None and under.phrases:
        clauses = [Clause(_moving(clause.phrases), clause.adverbs) for clause in clauses]
        if relation == "then" and len(clauses) == 2:
            # "walks forward, waves, then claps": the base is said once, with the first.
            lead = tuple(f"{walk} and {phrase}" for walk in under.phrases[:2] for phrase in clauses[0].phrases[:3])
            clauses[0] = Clause(lead, clauses[0].adverbs)
        else:
            clauses.insert(0, Clause(under.phrases))
    if not clauses:
        clauses = [
            Clause(
                (
                    "[stand]",
                    "[stand] still",
                    "[stand] in place",
                    "[remain] standing",
                    "[wait]",
                    "[idle]",
                    "[stay] still",
                )
            )
        ]
    return captions(rng, clauses, relation, count)


def _moving(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases that fit a body on its way: nobody stands with folded arms while walking."""
    return tuple(phrase for phrase in phrases if "stand" not in phrase and "remain" not in phrase) or phrases


def _parts(plan: _Plan, under: Under | None) -> dict[str, str]:
    """Sentences for all six parts: what governs a part speaks first, then what only moves it along, then the base,
    then rest."""
    steps = [plan.actions] if plan.relation == "while" else [(action,) for action in plan.actions]
    said: dict[str, list[Sequence[PartAction]]] = {part: [] for part in PARTS}
    posture = "standing"
    for step in steps or [()]:
        posture = next((action.ends for action in step if not _upper(action)), posture)
        for part in PARTS:
            along = [[spoken for spoken in action.parts if spoken.part == part] for action in step]
            governing = [spoken for action, spoken in zip(step, along, strict=True) if part in action.uses and spoken]
            own = next(iter(governing), next(filter(None, along), None))
            if own:
                said[part] += [[spoken] for spoken in own]
            elif under is not None and under.parts.get(part):
                # A base of several steps goes through them once, whatever lies over it.
                said[part] += [one for one in under.parts[part] if one not in said[part]]
            else:
                said[part].append([rest(part, posture)])
    return {part: script(said[part]) for part in PARTS}
