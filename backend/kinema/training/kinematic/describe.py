"""Findings of a clip -> captions and part sentences. What is not certain is not said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...evaluation.signals import Signals
from ...protocol.messages import PARTS
from ...refine.language import PartAction, script
from ..procedural.captions import Clause, captions
from . import arms, root, trunk
from .finding import Finding

_CARRIED = ("torso", "left_leg", "right_leg")
"""Parts that findings of the root describe; with several of them each must have its say."""

MOST_CLAUSES = 2
"""Clauses of one caption; more read like a list."""


@dataclass(frozen=True)
class Described:
    """`texts`: 0 to 3 captions; `parts`: a sentence for each of PARTS, "" where nothing is certain."""

    texts: tuple[str, ...]
    parts: dict[str, str]


def describe(s: Signals, rng: np.random.Generator) -> Described:
    """What a clip of 1 to 6 s shows for certain. `rng` draws the wording of captions alone.

    Captions are left out when legs, root or a raised arm do something that is not understood: the main thing would be
    missing.
    """
    moves, complete = root.read(s)
    gaits = {phrase[1:].partition("]")[0] for move in moves for phrase in move.phrases[:1]}
    gait = "run" if gaits == {"run"} else "walk" if gaits == {"walk"} else ""
    standing = complete and all("left_leg" in move.parts and not move.phrases for move in moves)
    lying = any("[lie]" in phrase for move in moves for phrase in move.phrases)
    turning = any("[turn]" in phrase for move in moves for phrase in move.phrases)
    limbs = arms.read(s, gait, standing) if complete and not lying else []
    spoken = {part for finding in limbs for part in finding.parts}
    idle = not any(up and part not in spoken for part, up in zip(("left_arm", "right_arm"), arms.busy(s), strict=True))
    trunk_found = trunk.torso(s, standing) if complete and not gait and not lying else None
    head_found = trunk.head(s, turning) if complete and not lying and gait != "run" else None
    parts: dict[str, list[PartAction]] = {part: [] for part in PARTS}
    for move in moves:
        _say(parts, move)
    for finding in (*limbs, *filter(None, (trunk_found, head_found))):
        _say(parts, finding, only_silent=True)
    if len(moves) > 1:
        parts = {
            part: steps if part not in _CARRIED or all(part in move.parts for move in moves) else []
            for part, steps in parts.items()
        }
    sentences = {part: script([[step] for step in steps]) for part, steps in parts.items()}
    return Described(_texts(rng, moves, complete, idle, limbs, trunk_found, head_found), sentences)


def _say(parts: dict[str, list[PartAction]], finding: Finding, only_silent: bool = False) -> None:
    for part, steps in finding.parts.items():
        if not (only_silent and parts[part]):
            parts[part] += steps


def _texts(
    rng: np.random.Generator,
    moves: list[Finding],
    complete: bool,
    idle: bool,
    limbs: list[Finding],
    torso: Finding | None,
    head: Finding | None,
) -> tuple[str, ...]:
    arms_known = sum(part.endswith("arm") for finding in limbs for part in finding.parts) == 2
    if not complete or not (arms_known or idle):
        return ()
    main = [Clause(move.phrases) for move in moves if move.phrases]
    beside = [Clause(finding.phrases) for finding in (*limbs, torso, head) if finding is not None and finding.phrases]
    if not main and not all(move.parts for move in moves):
        return ()
    if len(main) > 1:
        return captions(rng, main, "then", 3)
    said = [*main, *beside]
    if not said:
        said = [Clause(("[stand]", "[stand] still", "[stand] in place"))] if arms_known else []
    return captions(rng, said[:MOST_CLAUSES], "while", 3) if said else ()
