"""The verb table of the lexicon, compiled: what each of the six parts does in every known motion.

A part's predicate in assets/lexicon/verbs.json is written in the part language with three marks:
`~` before it: incidental, it gives way to any other motion of that part; `{forward}`: a direction the prompt may
replace (`{}`: none unless the prompt says so); `<above the head>`: a target the prompt may replace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..errors import InputError
from .assets import load_json
from .language import POSTURES, PartAction, parse
from .phrases import WORDS, PhraseTable, words_of


@dataclass(frozen=True, slots=True)
class Spec:
    """One predicate of an entry, for a left part; see `actions_of` for its use."""

    actions: tuple[PartAction, ...]
    incidental: bool
    open_direction: bool
    open_target: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A known motion. `specs` keys: head, torso, gait (both legs, whatever side is named), arms, legs (both unless a
    side is named), arm, leg (right unless a side is named), other_arm, other_leg (the opposite one)."""

    name: str
    specs: Mapping[str, Spec]
    posture: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for. `weak`: only when its clause holds no plainer verb; `needs_part`: only together with
    a body part ('keep' alone moves nothing); `kin_of`: the unknown word that it replaces. A name of "" is
    no motion ('looks like')."""

    name: str
    weak: bool = False
    needs_part: bool = False
    kin_of: str = ""


@dataclass(frozen=True)
class Table:
    entries: Mapping[str, Entry]
    variants: Mapping[str, str]
    """"raise:leg" -> entry name: the meaning of a verb together with a body part."""
    phrases: PhraseTable[Meaning]
    lemmas: frozenset[str]
    verbs: frozenset[str]
    """Single-word phrases: the candidates for the nearest kin of an unknown verb."""
    names: Mapping[str, str]
    compounds: frozenset[str]


_PART_OF = {"head": "head", "torso": "torso"}
_FIELDS = {"gait", "legs", "leg", "other_leg", "arms", "arm", "other_arm", "torso", "head"}


@cache
def table() -> Table:
    """The compiled verb table, read once. Raises InputError when an entry leaves the part language."""
    raw = load_json("verbs.json")
    weak = frozenset(WORDS["weak"])
    entries: dict[str, Entry] = {}
    meanings: dict[str, Meaning] = {}
    variants: dict[str, str] = {}
    for name, fields in raw.items():
        unknown = set(fields) - _FIELDS - {"also", "posture"}
        posture = fields.get("posture", "")
        if unknown or (posture and posture not in POSTURES):
            raise InputError(f"verb table entry {name!r} has unknown fields {sorted(unknown)} or posture {posture!r}")
        specs = {key: _spec(key, text) for key, text in fields.items() if key in _FIELDS}
        entries[name] = Entry(name, specs, posture)
        for phrase in (name, *fields.get("also", ())):
            if ":" in phrase:
                variants[phrase] = name
                phrase = phrase.partition(":")[0]
                meanings.setdefault(phrase, Meaning(name, phrase in weak, needs_part=True))
            else:
                # 'hand up' in 'lifts his hand up' only repeats the verb; alone, it is all there is
                meanings[phrase] = Meaning(name, phrase in weak or _starts_with_part(phrase))
    meanings |= {phrase: Meaning("") for phrase in WORDS["ignored"]}
    for word, kin in WORDS["kin"].items():
        meanings.setdefault(word, Meaning(kin, kin_of=word))
    tables = (WORDS[key] for key in ("directions", "speeds", "amplitudes", "counts", "targets", "styles", "connectors"))
    words = words_of([*meanings, *(phrase for mapping in tables for phrase in mapping), *WORDS["parts"]])
    words |= words_of([*WORDS["not_connectors"], *WORDS["auxiliaries"], *WORDS["numbers"], *WORDS["subjects"]])
    words |= words_of([*WORDS["plain_words"], *WORDS["negations"], *WORDS["skip"]])
    single = {phrase: meaning.name for phrase, meaning in meanings.items() if " " not in phrase and not meaning.kin_of}
    return Table(
        entries=entries,
        variants=variants,
        phrases=PhraseTable(meanings, frozenset(["left", "right", "both", *WORDS["reflexives"]])),
        lemmas=words,
        verbs=frozenset(single),
        names=single,
        compounds=frozenset(word for word in words if "-" in word),
    )


def _starts_with_part(phrase: str) -> bool:
    first, space, _ = phrase.partition(" ")
    return bool(space) and (first in WORDS["parts"] or first.removesuffix("s") in WORDS["parts"])


def _spec(key: str, text: str) -> Spec:
    incidental = text.startswith("~")
    plain = re.sub(r"\s+", " ", re.sub(r"[{}<>~]", "", text)).strip()
    part = _PART_OF.get(key, "left_arm" if key.endswith(("arm", "arms")) else "left_leg")
    pieces = _split(part, plain)
    return Spec(tuple(parse(part, piece) for piece in pieces), incidental, "{" in text, "<" in text)


def _split(part: str, text: str) -> list[str]:
    """'squat and jump up' -> two predicates; the 'and' inside 'up and down' or a target stays."""
    pieces = text.split(" and ")
    joined = [pieces[0]]
    for piece in pieces[1:]:
        whole = f"{joined[-1]} and {piece}"
        try:
            parse(part, whole)
            joined[-1] = whole
        except InputError:
            joined.append(piece)
    return joined
