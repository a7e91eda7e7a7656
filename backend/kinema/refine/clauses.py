"""A prompt -> the motions it tells, in order, each with its side, direction, target, speed and count.

No grammar is assumed beyond what captions need: connectors cut the prompt into segments, verbs of the table found in
a segment are its events, and the words around an event, up to the next one, modify it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .entries import Entry, Meaning, table
from .kin import nearest_kin, unknown_verbs
from .modifiers import MODIFIERS, Mark, Modifiers, mentions_in, modifiers_in, opposite
from .phrases import WORDS, PhraseTable, Token, plain, tokens_of
from .segments import PREPOSITIONS, Hit, Segment, before_verb, is_manner, merged, segments_of, spans_of, verbs_in

_PART_GROUP: dict[str, str] = WORDS["part_group"]
_NEGATIONS: PhraseTable[bool] = PhraseTable(dict.fromkeys(WORDS["negations"], True))


_WITH_ARMS: dict[str, str] = WORDS["with_arms"]
_WITH_ONE_LEG: dict[str, str] = WORDS["with_one_leg"]
_REVERSALS: dict[str, str] = WORDS["reversals"]


@dataclass(frozen=True, slots=True)
class Event:
    """One motion of a prompt. `relation` to the event before it: "then", "while" or "and".

    `still` holds groups of parts ("arm", "leg", "head", "torso") that must not move meanwhile; an event without an
    entry says nothing else. `clause`: index of the clause that tells it.
    """

    entry: Entry | None
    relation: str
    modifiers: Modifiers = field(default_factory=Modifiers)
    still: frozenset[str] = frozenset()
    clause: int = 0


@dataclass(frozen=True, slots=True)
class Clause:
    """Characters start..end-1 of the plain prompt, after a `connector` of words.json ("" at the beginning). The words
    of its first verb begin at `lead`, and the verb ends at `reach`; both are `start` in a clause without a verb."""

    connector: str
    start: int
    end: int
    lead: int
    reach: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: events in time order, styles in order of mention, (unknown verb, its kin or "") pairs,
    the clauses in reading order, and the plain prompt that they count in."""

    events: tuple[Event, ...]
    styles: tuple[str, ...]
    unknown: tuple[tuple[str, str], ...]
    clauses: tuple[Clause, ...] = ()
    text: str = ""


def read(prompt: str) -> Reading:
    """Read any text; one without a known motion gives a Reading without events."""
    words = table()
    tokens = tokens_of(prompt, words.lemmas, words.compounds)
    marks = MODIFIERS.find_all(tokens)
    verbs = [hit for hit in words.phrases.find_all(tokens) if hit[2].name]
    segments = segments_of(
        tokens, {k for start, end, _ in [*marks, *verbs] if end - start > 1 for k in range(start, end)}
    )
    unknown: list[tuple[str, str]] = []
    for segment in segments:
        segment.hits = verbs_in(segment, tokens, verbs, marks)
        if not any(hit.rank == 2 for hit in segment.hits):
            for position in unknown_verbs(tokens, segment.start, segment.end):
                kin = nearest_kin(tokens[position].raw)
                unknown.append((tokens[position].raw, kin))
                if kin:
                    segment.hits = [Hit(position, position + 1, Meaning(kin), 2)]
        unknown += [(hit.meaning.kin_of, hit.meaning.name) for hit in segment.hits if hit.meaning.kin_of]
    styles = tuple(dict.fromkeys(value for _, _, items in marks for kind, value in items if kind == "styles"))
    joined = merged(segments, tokens, marks)
    return Reading(
        tuple(_events(tokens, joined, marks)),
        styles,
        tuple(dict.fromkeys(unknown)),
        tuple(_clause(tokens, segment, marks) for segment in joined),
        plain(prompt),
    )


def _clause(tokens: Sequence[Token], segment: Segment, marks: Sequence[Mark]) -> Clause:
    """Articles belong to no token: a clause begins where the token before it ends."""
    start = tokens[segment.start - 1].end if segment.start else 0
    end = tokens[segment.end - 1].end
    if not segment.hits:
        return Clause(segment.connector, start, end, start, start)
    hit = segment.hits[0]
    first = before_verb(segment, hit, tokens, marks)
    lead = tokens[first].start if first > segment.start else start
    return Clause(segment.connector, start, end, lead, tokens[hit.start].end)


@dataclass(slots=True)
class _Memory:
    """What later words may refer back to: 'the other hand', 'lowers it', and the verb before."""

    sides: dict[str, str]
    noun: str = ""
    previous: Hit | None = None
    leading: str = ""
    postponed: bool = False


def _events(tokens: Sequence[Token], segments: Sequence[Segment], marks: Sequence[Mark]) -> list[Event]:
    events: list[Event] = []
    memory = _Memory({"arm": "", "leg": ""})
    for number, segment in enumerate(segments):
        if not segment.hits and events:
            again = _repeated(modifiers_in(tokens, marks, segment.start, segment.end), events[-1].modifiers)
            events.append(Event(events[-1].entry, "then", _with_sides(again, memory), clause=number))
            continue
        group = [replace(event, clause=number) for event in _segment_events(tokens, segment, marks, memory)]
        if not events and segment.connector in ("while", "after"):
            memory.leading = "while" if segment.connector == "while" else "then"
        if (segment.connector == "after" and events) or (memory.postponed and group):
            events[-1:-1] = group
            memory.postponed = False
        else:
            memory.postponed = not events and segment.connector == "before"
            events += group
    return events


def _repeated(said: Modifiers, before: Modifiers) -> Modifiers:
    """'kicks with the right leg, then the left': a side after a sided motion names the limb, not a direction."""
    sides = said.flags & {"left", "right"}
    if len(sides) != 1 or said.flags - sides or said.arm_side or said.leg_side:
        return said
    (side,) = sides
    if before.arm_side in ("left", "right"):
        return replace(said, flags=frozenset(), arm_side=side)
    if before.leg_side in ("left", "right"):
        return replace(said, flags=frozenset(), leg_side=side)
    return said


def _segment_events(tokens: Sequence[Token], segment: Segment, marks: Sequence[Mark], memory: _Memory) -> list[Event]:
    group: list[Event] = []
    stopped = False
    for order, (hit, start, end) in enumerate(spans_of(segment, tokens, marks)):
        relation = _relation(segment.connector if order == 0 else None, hit, memory.previous, tokens)
        if order == 0 and memory.leading:
            relation = "then" if segment.connector == "then" else memory.leading
            memory.leading = ""
        pronoun = _has_pronoun(tokens, hit.end, end)
        name = _variant(hit, segment, tokens, memory)
        modifiers = _with_sides(modifiers_in(tokens, marks, start, end, (hit.start, hit.end)), memory, pronoun)
        if modifiers.arm_side:
            name = _WITH_ARMS.get(name, name)
        if modifiers.leg_side in ("left", "right"):
            name = _WITH_ONE_LEG.get(name, name)
        if "down" in modifiers.flags and "up" not in modifiers.flags:
            name = _REVERSALS.get(name, name)
        participle = tokens[hit.start].raw.endswith("ing")
        if name and not (stopped and participle):
            group.append(_negated(table().entries[name], relation, modifiers, tokens, segment, hit))
        stopped = tokens[hit.start].lemma == "stop"
        memory.previous = hit
    return group


def _relation(connector: str | None, hit: Hit, previous: Hit | None, tokens: Sequence[Token]) -> str:
    """How an event follows the one before: participles without a connector happen meanwhile."""
    if connector in ("then", "while", "and"):
        return connector
    if previous is None or connector in ("after", "before"):
        return "then"
    participle = tokens[hit.start].raw.endswith("ing")
    after_participle = tokens[previous.start].raw.endswith("ing")
    if connector is None:
        purpose = hit.start > 0 and tokens[hit.start - 1].raw == "to"
        meanwhile = participle or after_participle or is_manner(hit, previous, tokens)
        return "while" if meanwhile and not purpose else "then"
    return "while" if participle and not after_participle else "then"


def _variant(hit: Hit, segment: Segment, tokens: Sequence[Token], memory: _Memory) -> str:
    """The entry of a verb together with the part it moves: 'raises his leg' is not 'raises his arm'. "" for a verb
    that means nothing without its part."""
    verb = tokens[hit.start].lemma
    inside = mentions_in(tokens, hit.start, hit.end)
    if inside:
        memory.noun = inside[0].noun
    if hit.end - hit.start > 1 and table().names.get(verb, hit.meaning.name) != hit.meaning.name:
        return hit.meaning.name
    stop = next((other.start for other in segment.hits if other.start > hit.start), segment.end)
    after = _objects(tokens, hit.start + 1, min(stop, hit.end + 7))
    before = [mention.noun for mention in mentions_in(tokens, max(segment.start, hit.start - 4), hit.start)]
    if not after and memory.noun and _has_pronoun(tokens, hit.end, stop):
        after = [memory.noun]
    used = [] if after or before else _tools(tokens, hit.start + 1, min(stop, hit.end + 7))
    for noun in [*after, *before, *used]:
        name = table().variants.get(f"{verb}:{noun}") or table().variants.get(f"{verb}:{_PART_GROUP[noun]}")
        if name is not None:
            memory.noun = noun
            return name
    if after or before:
        memory.noun = [*after, *before][0]
    return "" if hit.meaning.needs_part else hit.meaning.name


def _objects(tokens: Sequence[Token], start: int, end: int) -> list[str]:
    """Parts named up to the first preposition: 'to his face' is a place, not what is raised."""
    for position in range(start, end):
        if tokens[position].raw in PREPOSITIONS:
            end = position
            break
    return [mention.noun for mention in mentions_in(tokens, start, end)]


def _tools(tokens: Sequence[Token], start: int, end: int) -> list[str]:
    """Parts named behind 'with': 'makes circles with his arm' moves the arm."""
    for position in range(start, end):
        if tokens[position].raw == "with":
            return [mention.noun for mention in mentions_in(tokens, position + 1, end)][:1]
    return []


def _has_pronoun(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(tokens[k].raw in ("it", "them") for k in range(start, min(end, start + 2)))


def _with_sides(modifiers: Modifiers, memory: _Memory, pronoun: bool = False) -> Modifiers:
    """Resolve 'the other hand' and 'lowers it' from the last side said, and remember the sides of this event."""
    found = {}
    before = {group: side if side in ("left", "right") else "" for group, side in memory.sides.items()}
    for group, said in (("arm", modifiers.arm_side), ("leg", modifiers.leg_side)):
        if said == "other":
            said = opposite(before[group] or "right")
        found[group] = said or (memory.sides[group] if pronoun else "")
        memory.sides[group] = found[group] or memory.sides[group]
    return replace(
        modifiers,
        arm_side=found["arm"],
        leg_side=found["leg"],
        arm_before=before["arm"],
        leg_before=before["leg"],
    )


def _negated(
    entry: Entry, relation: str, modifiers: Modifiers, tokens: Sequence[Token], segment: Segment, hit: Hit
) -> Event:
    """The event, or, after 'not' and 'without', the parts that must keep still instead."""
    for position in range(max(segment.start, hit.start - 4), hit.start):
        if _NEGATIONS.match(tokens, position):
            groups = {mention.group for mention in mentions_in(tokens, position, min(segment.end, hit.end + 5))}
            return Event(None, "while", Modifiers(), frozenset(groups))
    return Event(entry, relation, modifiers)
