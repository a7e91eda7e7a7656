"""Where a prompt's clauses begin and end, and which of their words are verbs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .entries import Meaning, table
from .modifiers import Mark, modifiers_in, number_at
from .phrases import WORDS, PhraseTable, Token

_CONNECTORS: PhraseTable[str] = PhraseTable({**WORDS["connectors"], **dict.fromkeys(WORDS["not_connectors"], "")})
_STRENGTH = {"": 0, "comma": 1, "and": 2, "while": 3, "after": 4, "then": 5, "before": 6}
PREPOSITIONS = frozenset(WORDS["prepositions"])
_IN_MANNER: dict[str, str] = WORDS["in_manner"]
_LIMB_WORDS = frozenset(["left", "right", "both", "other", *WORDS["parts"]])
_COUNTERS = frozenset(["few", "several", "multiple", "more", "some", "many", "couple"])


@dataclass(slots=True)
class Hit:
    start: int
    end: int
    meaning: Meaning
    rank: int
    """2: surely a verb; 1: maybe a noun; 0: part of a direction."""


@dataclass(slots=True)
class Segment:
    connector: str
    start: int
    end: int
    hits: list[Hit] = field(default_factory=list)


def segments_of(tokens: Sequence[Token], covered: set[int]) -> list[Segment]:
    """Cut at connectors; of several in a row the strongest counts. A connector inside a longer phrase is none."""
    segments = [Segment("", 0, 0)]
    for start, end, kind in _CONNECTORS.find_all(tokens):
        if not kind or (end - start == 1 and start in covered):
            continue
        last = segments[-1]
        last.end = start
        if last.start == last.end:
            last.connector = max(last.connector, kind, key=_STRENGTH.__getitem__)
            last.start = last.end = end
        else:
            segments.append(Segment(kind, end, end))
    segments[-1].end = len(tokens)
    return [segment for segment in segments if segment.start < segment.end]


def verbs_in(
    segment: Segment, tokens: Sequence[Token], verbs: Sequence[tuple[int, int, Meaning]], marks: Sequence[Mark]
) -> list[Hit]:
    """The verbs of a segment; words that may be nouns count only where no plainer verb stands."""
    inside = {
        k for start, end, items in marks if any(kind == "directions" for kind, _ in items) for k in range(start, end)
    }
    hits: list[Hit] = []
    for start, end, meaning in verbs:
        if not segment.start <= start < segment.end:
            continue
        token = tokens[start]
        single = end - start == 1
        rank = 2
        if single and start in inside:
            rank = 0
        elif (
            meaning.weak
            or meaning.needs_part
            or (single and token.determined)
            or (single and _is_object(tokens, start, segment.start))
        ):
            rank = 1
        counted = any(
            number_at(tokens[k]) or tokens[k].raw in _COUNTERS for k in range(max(segment.start, start - 3), start)
        )
        if meaning.name in ("step", "walk") and single and token.lemma in ("step", "pace") and counted:
            if segment.connector == "while" or any(hit.rank == 2 for hit in hits):
                continue  # a number of steps, not another motion: 'walks four steps', 'walks with four steps'
            rank = 2
        hits.append(Hit(start, end, meaning, rank))
    hits = [hit for k, hit in enumerate(hits) if not k or hit.meaning.name != hits[k - 1].meaning.name]
    top = max((hit.rank for hit in hits), default=0)
    best = [hit for hit in hits if hit.rank == top]
    return _without_carriers(best, tokens) if top == 2 else best[-1:]


def _without_carriers(hits: list[Hit], tokens: Sequence[Token]) -> list[Hit]:
    """'walks on tiptoe', 'stands bent over': of a verb and the manner behind it only the manner where that says all;
    standing says nothing more, and walking nothing more than a gait. Hopping 'on one leg' is one motion."""
    kept: list[Hit] = []
    joined = None
    for hit, following in zip(hits, [*hits[1:], None], strict=True):
        if hit is joined:
            continue
        if following is not None and is_manner(following, hit, tokens):
            one = _IN_MANNER.get(f"{hit.meaning.name}:{following.meaning.name}")
            if one:
                joined = following
                kept.append(replace(hit, meaning=Meaning(one)))
                continue
            gait = table().entries[following.meaning.name].specs.get("gait")
            travels = gait is not None and gait.open_direction
            if hit.meaning.name == "stand" or (hit.meaning.name == "walk" and travels):
                continue
        kept.append(hit)
    return kept


def is_manner(hit: Hit, previous: Hit, tokens: Sequence[Token]) -> bool:
    """Whether a verb says how the one before it is done: behind a preposition, or a past participle right behind it."""
    first = tokens[hit.start]
    if first.raw in PREPOSITIONS:
        return True
    participle = first.raw != first.lemma and not first.raw.endswith(("ing", "s"))
    return participle and hit.start == previous.end and not tokens[previous.start].raw.endswith("ed")


def _is_object(tokens: Sequence[Token], position: int, start: int) -> bool:
    """'of', 'in', 'on' before a bare word: 'lots of jump', 'in dance'; or a noun made by 'left' in 'a left turn'."""
    if position <= start:
        return False
    before = tokens[position - 1]
    return before.raw in ("of", "in") or (before.determined and before.raw in ("left", "right", "big", "small", "full"))


def merged(segments: list[Segment], tokens: Sequence[Token], marks: Sequence[Mark]) -> list[Segment]:
    """Segments without a verb join a neighbour, unless they repeat the last motion in another way ('then left')."""
    merged: list[Segment] = []
    waiting: Segment | None = None
    for segment in segments:
        if waiting is not None:
            segment.start, segment.connector = waiting.start, _stronger(waiting.connector, segment.connector)
            waiting = None
        if segment.hits:
            merged.append(segment)
        elif not merged:
            waiting = segment
        elif (
            segment.connector in ("then", "before")
            and modifiers_in(tokens, marks, segment.start, segment.end).say_more()
        ):
            merged.append(segment)
        else:
            merged[-1].end = segment.end
    return merged


def _stronger(first: str, second: str) -> str:
    return max(first, second, key=_STRENGTH.__getitem__)


def spans_of(segment: Segment, tokens: Sequence[Token], marks: Sequence[Mark]) -> list[tuple[Hit, int, int]]:
    """(hit, start, end): the tokens that may modify each verb of a segment."""
    starts = [before_verb(segment, hit, tokens, marks) for hit in segment.hits]
    if not starts:
        return []
    starts[0] = segment.start
    ends = [*starts[1:], segment.end]
    return list(zip(segment.hits, starts, ends, strict=True))


def before_verb(segment: Segment, hit: Hit, tokens: Sequence[Token], marks: Sequence[Mark]) -> int:
    """Where the words begin that stand before a verb and modify it: 'slowly', 'his left'."""
    adverbs = {
        k
        for start, end, items in marks
        if any(kind in ("speeds", "amplitudes", "counts") for kind, _ in items)
        for k in range(start, end)
    }
    start = hit.start
    while start - 1 >= segment.start and (start - 1 in adverbs or tokens[start - 1].lemma in _LIMB_WORDS):
        start -= 1
    return start
