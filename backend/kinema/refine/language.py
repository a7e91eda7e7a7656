"""The ONE controlled language in which body parts are described.

    sentence := subject predicate ("and" predicate)* (", then" predicate ...)*
    predicate := verb [amplitude] [direction] [target] [speed] [count] [manner]

Sentences are written by the lexicon (from prompts and captions) and by the procedural motion generator (from what it
does), and a model reads them; so both go through PartAction, whose slots hold only phrases of vocabulary.json.
`parse` is the exact inverse of the predicate that `sentence` writes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from ..errors import InputError
from ..protocol.messages import PARTS
from . import vocabulary

GROUPS: dict[str, str] = {
    "head": "head",
    "torso": "torso",
    "left_arm": "arm",
    "right_arm": "arm",
    "left_leg": "leg",
    "right_leg": "leg",
}
"""Part -> the group whose verbs and targets it uses."""

VERBS = vocabulary.VERBS
"""Group -> allowed verbs (base form), each with its paraphrases."""

TARGETS = vocabulary.TARGETS
"""Group -> allowed targets."""

POSTURES = ("standing", "sitting", "kneeling", "crouching", "lying", "on_all_fours")

_SLOTS: dict[str, tuple[str, ...]] = {
    "amplitude": vocabulary.AMPLITUDES,
    "direction": vocabulary.DIRECTIONS,
    "speed": vocabulary.SPEEDS,
    "count": vocabulary.COUNTS,
    "manner": vocabulary.MANNERS,
}
_ORDER = ("amplitude", "direction", "target", "speed", "count", "manner")


@dataclass(frozen=True, slots=True)
class PartAction:
    """What one body part does for a while. A slot of "" is left unsaid.

    `part` is one of PARTS, `verb` a base form of VERBS[GROUPS[part]], every other slot a phrase of vocabulary.json
    (`target` one of TARGETS[GROUPS[part]]). Left and right in a direction are the character's own.
    Raises InputError for any other word.
    """

    part: str
    verb: str
    amplitude: str = ""
    direction: str = ""
    target: str = ""
    speed: str = ""
    count: str = ""
    manner: str = ""

    def __post_init__(self) -> None:
        group = GROUPS.get(self.part)
        if group is None:
            raise InputError(f"unknown body part {self.part!r}; use one of {', '.join(PARTS)}")
        if self.verb not in VERBS[group]:
            raise InputError(f"{self.verb!r} is not a verb for the {group}; use one of {', '.join(VERBS[group])}")
        if self.target and self.target not in TARGETS[group]:
            raise InputError(f"{self.target!r} is not a target for the {group}; see assets/lexicon/vocabulary.json")
        for name, allowed in _SLOTS.items():
            phrase = getattr(self, name)
            if phrase and phrase not in allowed:
                raise InputError(f"{phrase!r} is not a {name} of the part language; use one of {', '.join(allowed)}")


def third_person(verb: str) -> str:
    """'push' -> 'pushes', 'pick up' -> 'picks up'."""
    first, space, rest = verb.partition(" ")
    if first == "be":
        first = "is"
    elif re.search(r"(s|sh|ch|x|z|o)$", first):
        first += "es"
    elif re.search(r"[^aeiou]y$", first):
        first = first[:-1] + "ies"
    else:
        first += "s"
    return first + space + rest


def subject(part: str) -> str:
    return "the " + part.replace("_", " ")


@lru_cache(maxsize=65536)
def predicate(action: PartAction) -> str:
    """'waves beside the head slowly twice': the sentence without its subject."""
    return " ".join(filter(None, [third_person(action.verb), *(getattr(action, slot) for slot in _ORDER)]))


def sentence(action: PartAction) -> str:
    """'the left arm waves beside the head slowly twice'"""
    return f"{subject(action.part)} {predicate(action)}"


def script(steps: Sequence[Sequence[PartAction]]) -> str:
    """One part over time: steps follow each other, the actions of one step happen together.

    [[swing], [wave, reach]] -> 'the left arm swings with the steps, then waves and reaches forward'. Equal neighbours
    are said once; no step at all is "". Raises InputError when the actions belong to different parts.
    """
    parts = {action.part for step in steps for action in step}
    if not parts:
        return ""
    if len(parts) > 1:
        raise InputError(f"one sentence describes one body part, not {', '.join(sorted(parts))}")
    said: list[str] = []
    for step in steps:
        text = " and ".join(dict.fromkeys(predicate(action) for action in step))
        if text and (not said or said[-1] != text):
            said.append(text)
    return f"{subject(parts.pop())} {', then '.join(said)}"


def rest(part: str, posture: str = "standing") -> PartAction:
    """What a part does while the prompt says nothing about it. Raises InputError for an unknown part or posture."""
    if posture not in POSTURES or part not in GROUPS:
        raise InputError(f"no rest for {part!r} in posture {posture!r}; postures are {', '.join(POSTURES)}")
    return parse(part, _REST[posture][GROUPS[part]])


def body(actions: Iterable[PartAction], posture: str = "standing") -> dict[str, str]:
    """Sentences for all six parts, in the order of PARTS: the given actions (several of one part happen together),
    rest for the parts without any. Raises InputError as PartAction does."""
    listed = list(actions)
    by_part = {part: [action for action in listed if action.part == part] or [rest(part, posture)] for part in PARTS}
    return {part: script([steps]) for part, steps in by_part.items()}


def parse(part: str, text: str) -> PartAction:
    """The action of one predicate, verb in base form or third person: ('left_arm', 'wave beside the head').

    Inverse of `predicate`. Raises InputError when a word is outside the language.
    """
    group = GROUPS.get(part)
    if group is None:
        raise InputError(f"unknown body part {part!r}; use one of {', '.join(PARTS)}")
    verb, remainder = _take(text.strip(), _verb_forms(group))
    slots: dict[str, str] = {}
    targets = {phrase: phrase for phrase in TARGETS[group]}
    for slot in _ORDER:
        phrases = targets if slot == "target" else {phrase: phrase for phrase in _SLOTS[slot]}
        value, behind = _take(remainder, phrases)
        # 'around' is a direction, but not in 'around the room'.
        if slot == "target" or len(value) >= len(_take(remainder, targets)[0]):
            slots[slot], remainder = value, behind
    if not verb or remainder:
        raise InputError(f"{remainder or text!r} in {text!r} is not in the part language for the {group}")
    return PartAction(part, verb, **slots)


def mirrored(action: PartAction) -> PartAction:
    """The action seen in a mirror: left and right change in the part, the direction and the target."""
    return replace(
        action,
        part=_swap_sides(action.part),
        direction=_swap_sides(action.direction),
        target=_swap_sides(action.target),
    )


def paraphrases(action: PartAction, count: int, rng: random.Random) -> list[str]:
    """Up to `count` different sentences for one action, `sentence(action)` first; the same rng state, the same list.

    They vary subject, verb and phrases with the same meaning, for training a text encoder. Fewer come back when
    fewer exist.
    """
    found = dict.fromkeys([sentence(action)])
    options = [
        _SUBJECTS[GROUPS[action.part]],
        (action.verb, *VERBS[GROUPS[action.part]][action.verb]),
        *((phrase, *_SAME.get(phrase, ())) for phrase in (getattr(action, slot) for slot in _ORDER)),
    ]
    for _ in range(8 * count):
        if len(found) >= count:
            break
        pattern, verb, *phrases = (rng.choice(option) for option in options)
        side = action.part.partition("_")[0]
        found[" ".join(filter(None, [pattern.format(side=side), third_person(verb), *phrases]))] = None
    return list(found)[: max(count, 0)]


def vocabulary_of(part: str) -> Mapping[str, tuple[str, ...]]:
    """Slot name -> allowed phrases for a part, `verb` included: for prompts to a language model and for help texts."""
    group = GROUPS[part]
    names = [field.name for field in fields(PartAction)][1:]
    lists = {"verb": tuple(VERBS[group]), "target": TARGETS[group], **_SLOTS}
    return {name: lists[name] for name in names}


def _swap_sides(text: str) -> str:
    return re.sub(r"(?<![a-z])(left|right)(?![a-z])", lambda match: "right" if match[0] == "left" else "left", text)


def _take(text: str, forms: Mapping[str, str]) -> tuple[str, str]:
    """Longest leading phrase of `text` that is a key of `forms`: (its value, the rest)."""
    words = text.split()
    for size in range(len(words), 0, -1):
        value = forms.get(" ".join(words[:size]))
        if value is not None:
            return value, " ".join(words[size:])
    return "", text


@lru_cache
def _verb_forms(group: str) -> dict[str, str]:
    return {form: verb for verb in VERBS[group] for form in (verb, third_person(verb))}


_SUBJECTS: dict[str, tuple[str, ...]] = {
    "head": ("the head", "the person's head"),
    "torso": ("the torso", "the body", "the upper body"),
    "arm": ("the {side} arm", "the {side} hand", "the person's {side} arm"),
    "leg": ("the {side} leg", "the {side} foot", "the person's {side} leg"),
}

_SAME: dict[str, tuple[str, ...]] = {
    "forward": ("forwards", "to the front", "ahead"),
    "backward": ("backwards", "to the back"),
    "up": ("upward", "upwards"),
    "down": ("downward", "downwards"),
    "to the left": ("leftward", "toward the left"),
    "to the right": ("rightward", "toward the right"),
    "around": ("to face the other way",),
    "in place": ("on the spot",),
    "in a circle": ("in circles",),
    "slowly": ("at a slow pace", "in slow motion"),
    "quickly": ("fast", "rapidly"),
    "very quickly": ("very fast",),
    "slightly": ("a little", "a bit"),
    "high": ("very high",),
    "far": ("a long way",),
    "twice": ("two times",),
    "once": ("one time",),
    "repeatedly": ("again and again", "over and over"),
    "above the head": ("overhead",),
    "beside the head": ("next to the head", "at the side of the head"),
    "in front of the chest": ("before the chest",),
    "at the side": ("beside the hip",),
    "straight ahead": ("to the front",),
    "upright": ("straight",),
}

_REST: dict[str, dict[str, str]] = {
    "standing": {
        "head": "look straight ahead",
        "torso": "stay upright",
        "arm": "hang at the side",
        "leg": "stand on the ground",
    },
    "sitting": {"head": "look straight ahead", "torso": "sit upright", "arm": "hang at the side", "leg": "sit"},
    "kneeling": {"head": "look straight ahead", "torso": "stay upright", "arm": "hang at the side", "leg": "kneel"},
    "crouching": {"head": "look straight ahead", "torso": "crouch", "arm": "hang at the side", "leg": "crouch"},
    "lying": {"head": "rest on the ground", "torso": "lie on the ground", "arm": "hang at the side", "leg": "lie"},
    "on_all_fours": {
        "head": "look at the ground",
        "torso": "stay level",
        "arm": "support on the floor",
        "leg": "kneel",
    },
}
