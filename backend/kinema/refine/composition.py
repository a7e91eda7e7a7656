"""Events of a prompt -> steps in time -> one sentence for each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ..protocol.messages import PARTS
from .clauses import Event
from .directions import direction_of
from .entries import Entry, Spec
from .language import GROUPS, PartAction, rest, script
from .modifiers import Modifiers, opposite

MAX_STEPS = 5
"""Later steps are left out: a text encoder reads a bounded number of words."""

MAX_TOGETHER = 2
"""Actions of one part in one step."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a style shows in the parts that are not busy otherwise. `manner` and `speed` colour every active part."""

    manner: str = ""
    speed: str = ""
    torso: PartAction | None = None
    head: PartAction | None = None


def compose(events: Sequence[Event], style: Style) -> tuple[dict[str, str], int]:
    """Sentences of all six parts, in the order of PARTS, and how many steps were left out."""
    steps = steps_of(events)
    return scripts(steps, style)[0], max(0, len(steps) - MAX_STEPS)


def scripts(steps: Sequence[Sequence[Event]], style: Style, posture: str = "standing") -> tuple[dict[str, str], str]:
    """Sentences of all six parts for the first MAX_STEPS of `steps`, which begin in `posture`; and the last posture."""
    said: dict[str, list[list[PartAction]]] = {part: [] for part in PARTS}
    for step in steps[:MAX_STEPS]:
        posture = next(
            (event.entry.posture for event in reversed(step) if event.entry and event.entry.posture), posture
        )
        for part, actions in _step_actions(step, posture, style).items():
            said[part].append(actions)
    return {part: script(said[part]) for part in PARTS}, posture


def steps_of(events: Sequence[Event]) -> list[list[Event]]:
    """Groups of events that happen together. 'and' joins motions of different parts, and separates others."""
    steps: list[list[Event]] = []
    after_turn = False
    for event in events:
        if event.entry is None and not steps:
            steps.append([event])
            continue
        together = bool(steps) and (
            event.entry is None
            or event.relation == "while"
            or steps[-1][-1].entry is None
            or (event.relation == "and" and _compatible(steps[-1], event))
        )
        if after_turn and "back" in event.modifiers.flags:
            flags = event.modifiers.flags - {"back"}
            event = replace(event, modifiers=replace(event.modifiers, flags=flags))
        if together:
            steps[-1].append(event)
        else:
            steps.append([event])
        after_turn = after_turn or (event.entry is not None and event.entry.name in ("turn", "spin", "pivot"))
    return steps


def _compatible(step: Sequence[Event], event: Event) -> bool:
    """Whether an 'and' can mean 'at the same time': other parts are busy, and nobody sits down or gets up."""
    busy: set[str] = set()
    for other in step:
        if other.entry is not None:
            if other.entry.posture not in ("", "standing"):
                return False
            busy |= _busy_parts(other)
    entry = event.entry
    if entry is None or entry.posture not in ("", "standing") or entry.name in ("stand up", "put down", "stand"):
        return False
    return not busy & _busy_parts(event)


def _busy_parts(event: Event) -> set[str]:
    return {
        action.part
        for key, spec in (event.entry.specs.items() if event.entry else ())
        if not spec.incidental and key != "head"
        for action in _actions(key, spec, event.modifiers, event.entry)
    }


def _step_actions(step: Sequence[Event], posture: str, style: Style) -> dict[str, list[PartAction]]:
    main: dict[str, list[PartAction]] = {part: [] for part in PARTS}
    side: dict[str, list[PartAction]] = {part: [] for part in PARTS}
    still: set[str] = set()
    for event in step:
        still |= event.still
        for key, spec in event.entry.specs.items() if event.entry else ():
            target = side if spec.incidental else main
            for action in _actions(key, spec, event.modifiers, event.entry):
                target[action.part].append(action)
    chosen: dict[str, list[PartAction]] = {}
    for part in PARTS:
        if GROUPS[part] in still:
            chosen[part] = [rest(part, posture)]
        elif main[part]:
            chosen[part] = [_styled(action, style) for action in list(dict.fromkeys(main[part]))[:MAX_TOGETHER]]
        else:
            own = style.torso if part == "torso" else style.head if part == "head" else None
            chosen[part] = [own or (side[part][-1] if side[part] else rest(part, posture))]
        if part == "torso" and style.torso is not None and main[part] and part not in still:
            chosen[part] = list(dict.fromkeys([*chosen[part][:1], style.torso]))
    return chosen


def _styled(action: PartAction, style: Style) -> PartAction:
    if not style.manner:
        return action
    return replace(action, manner=style.manner, speed=action.speed or style.speed)


def _actions(key: str, spec: Spec, modifiers: Modifiers, entry: Entry | None) -> tuple[PartAction, ...]:
    """The actions of one predicate for the parts that do it."""
    specs = entry.specs if entry is not None else {}
    # 'ten push-ups' are counted at the limbs; head and torso only when nothing else moves
    counted = key not in ("head", "torso") or all(other in ("head", "torso", key) for other in specs)
    return _resolved(key, spec, modifiers, "gait" in specs, counted)


@lru_cache(maxsize=65536)
def _resolved(key: str, spec: Spec, modifiers: Modifiers, gait: bool, counted: bool) -> tuple[PartAction, ...]:
    limb = key not in ("gait", "torso")
    last = spec.actions[-1]
    return tuple(
        _filled(replace(action, part=part), spec, modifiers, limb, counted and action is last)
        for part in _parts(key, spec, modifiers, gait)
        for action in spec.actions
    )


def _parts(key: str, spec: Spec, modifiers: Modifiers, gait: bool) -> tuple[str, ...]:
    if key in ("head", "torso"):
        return (key,)
    if key == "gait":
        return ("left_leg", "right_leg")
    group = "arm" if "arm" in key else "leg"
    named = modifiers.arm_side if group == "arm" else modifiers.leg_side
    named = named or modifiers.bare_side or ("" if spec.open_direction or gait else _flag_side(modifiers))
    both = (f"left_{group}", f"right_{group}")
    if key in ("arms", "legs"):
        return both if spec.incidental or named not in ("left", "right") else (f"{named}_{group}",)
    if named == "both":
        return () if key.startswith("other") else both
    before = modifiers.arm_before if group == "arm" else modifiers.leg_before
    active = named or before or "right"
    return (f"{opposite(active) if key.startswith('other') else active}_{group}",)


def _flag_side(modifiers: Modifiers) -> str:
    left, right = "left" in modifiers.flags, "right" in modifiers.flags
    return "" if left == right else "left" if left else "right"


def _filled(action: PartAction, spec: Spec, modifiers: Modifiers, limb: bool, counted: bool) -> PartAction:
    """The prompt's own words in the open places; an incidental action only takes the speed."""
    if spec.incidental:
        return action
    direction = action.direction
    if spec.open_direction:
        # 'a left turn' names a way, 'a left jab' an arm
        way = frozenset() if limb or not modifiers.bare_side else frozenset([modifiers.bare_side])
        direction = direction_of(modifiers.flags | way, action.direction, limb)
    target = action.target
    if spec.open_target and modifiers.target and GROUPS[action.part] == "arm":
        target = modifiers.target
    return replace(
        action,
        direction=direction,
        target=target,
        speed=modifiers.speed or action.speed,
        amplitude=modifiers.amplitude or action.amplitude,
        count=(modifiers.count if counted else "") or action.count,
    )
