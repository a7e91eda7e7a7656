"""The words around a verb: directions, targets, speeds, amplitudes, counts, and the limbs that are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .language import TARGETS
from .phrases import WORDS, PhraseTable, Token
from .vocabulary import NUMBERS

Items = tuple[tuple[str, str], ...]
"""(kind, value) pairs of one phrase, such as (("directions", "up"), ("targets", "above the head"))."""

_KINDS = ("directions", "speeds", "amplitudes", "counts", "targets", "styles")
_PARTS: dict[str, str] = WORDS["parts"]
_GROUPS: dict[str, str] = WORDS["part_group"]
_NUMBERS: dict[str, int] = WORDS["numbers"]
_SIDES = ("left", "right")
_OPPOSITE = {"left": "right", "right": "left"}


def _marks() -> dict[str, Items]:
    marks: dict[str, list[tuple[str, str]]] = {}
    for kind in _KINDS:
        for phrase, value in WORDS[kind].items():
            marks.setdefault(phrase, []).extend((kind, each) for each in ([value] if isinstance(value, str) else value))
    return {phrase: tuple(items) for phrase, items in marks.items()}


MODIFIERS: PhraseTable[Items] = PhraseTable(_marks())
Mark = tuple[int, int, Items]


@dataclass(frozen=True, slots=True)
class Mention:
    """A body part named at token `position`; `side` is left, right, both, other or ""."""

    position: int
    noun: str
    group: str
    side: str


@dataclass(frozen=True, slots=True)
class Modifiers:
    """How one motion is done. `flags`: left, right, forward, up, circle ... ; sides of "" are not said.

    `arm_before`, `leg_before`: the side last named for such a limb, which a later motion of one limb keeps.
    """

    flags: frozenset[str] = frozenset()
    arm_side: str = ""
    leg_side: str = ""
    bare_side: str = ""
    arm_before: str = ""
    leg_before: str = ""
    target: str = ""
    speed: str = ""
    amplitude: str = ""
    count: str = ""

    def say_more(self) -> bool:
        """Whether they can stand for a motion by themselves, as in '... and then to the left'."""
        return bool(self.flags or self.arm_side or self.leg_side)


def mentions_in(tokens: Sequence[Token], start: int, end: int) -> list[Mention]:
    """Body parts named in tokens[start:end], each with the side that stands before it."""
    found = []
    for position in range(start, end):
        token = tokens[position]
        noun = _PARTS.get(token.lemma)
        if noun is None or (token.raw == "back" and not token.determined) or _is_a_place(tokens, position, end):
            continue
        before = [tokens[k].raw for k in range(max(start, position - 4), position)]
        found.append(Mention(position, noun, _GROUPS[noun], _side(before, token.raw != token.lemma)))
    return found


def _is_a_place(tokens: Sequence[Token], position: int, end: int) -> bool:
    """'left hand side' and 'shoulder height' name a place."""
    following = tokens[position + 1].lemma if position + 1 < end else ""
    return following in ("side", "height", "level", "width", "distance")


def _side(before: list[str], plural: bool) -> str:
    nearest = before[-2:]
    if ("left" in before and "right" in before and "and" in before) or "both" in nearest or "either" in nearest:
        return "both"
    for word in reversed(nearest):
        if word in _SIDES:
            return word
        if word in ("other", "opposite"):
            return "other"
    return "both" if plural else ""


def modifiers_in(
    tokens: Sequence[Token], marks: Sequence[Mark], start: int, end: int, event: tuple[int, int] = (-1, -1)
) -> Modifiers:
    """What tokens[start:end] say about the event at tokens[event[0]:event[1]]."""
    flags: set[str] = set()
    said = dict.fromkeys(("speeds", "amplitudes", "counts", "targets"), "")
    covered: set[int] = set()
    for first, last, items in marks:
        if first < start or first >= end or _belongs_to_limb(tokens, first, last, end):
            continue
        covered.update(range(first, last))
        for kind, value in items:
            if kind == "directions":
                flags.add(value)
            elif kind in said and (not said[kind] or kind == "targets"):
                said[kind] = value
    bare = ""
    mentions = mentions_in(tokens, start, end)
    limb_sides = {k for mention in mentions for k in range(mention.position - 3, mention.position)}
    for position in range(start, end):
        word = tokens[position].raw
        if word not in _SIDES or position in covered:
            continue
        if position in limb_sides:
            continue
        preceding = tokens[position - 1].lemma if position else ""
        if preceding in ("with", "use") or position + 1 == event[0] or event[0] <= position < event[1] - 1:
            bare = bare or word
        else:
            flags.add(word)
    return Modifiers(
        flags=frozenset(flags),
        arm_side=_first_side(mentions, "arm"),
        leg_side=_first_side(mentions, "leg"),
        bare_side=bare,
        target=said["targets"] if said["targets"] in TARGETS["arm"] else "",
        speed=said["speeds"],
        amplitude=said["amplitudes"],
        count=said["counts"] or count_in(tokens, start, end),
    )


def _belongs_to_limb(tokens: Sequence[Token], first: int, last: int, end: int) -> bool:
    """'to left' in 'brings it to the left hand' and 'back' in 'stretches his back' name a limb, not a direction."""
    if last - first == 1 and tokens[first].raw == "back" and tokens[first].determined:
        return True
    if tokens[last - 1].raw not in _SIDES or last >= end:
        return False
    return tokens[last].lemma in _PARTS and not _is_a_place(tokens, last, end)


def _first_side(mentions: Sequence[Mention], group: str) -> str:
    sides = [mention.side for mention in mentions if mention.group == group]
    if {"left", "right"} <= set(sides[:2]) and mentions[0].noun == mentions[-1].noun:
        return "both"
    return next((side for side in sides if side), "")


def opposite(side: str) -> str:
    return _OPPOSITE.get(side, side)


def number_at(token: Token) -> int:
    """2 for 'two' and '2'; 0 for anything else or beyond ten."""
    if token.raw.isdigit():
        return int(token.raw) if int(token.raw[:3]) <= len(NUMBERS) + 1 else 0
    return _NUMBERS.get(token.raw, 0)


def count_in(tokens: Sequence[Token], start: int, end: int) -> str:
    """'four steps' from '4 quick steps', 'three times' from 'three hops'; "" when nothing is counted."""
    for position in range(start, end - 1):
        number = number_at(tokens[position])
        if not number:
            continue
        for token in tokens[position + 1 : min(position + 4, end)]:
            if token.lemma in ("step", "pace", "stride"):
                return f"{NUMBERS[number - 2]} steps" if number > 1 else "one step"
            if number > 1 and (token.lemma == "time" or token.raw.endswith("s")) and token.lemma not in _PARTS:
                return "twice" if number == 2 else f"{NUMBERS[number - 2]} times"
            if token.raw in (",", ".", "and") or token.lemma in _PARTS:
                break
    return ""
