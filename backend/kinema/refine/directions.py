"""Which direction of the part language a set of direction words means."""

from __future__ import annotations

from functools import lru_cache

_TURNS = ("around", "all the way around")
_LEVEL = ("forward", "to the side", "in a circle", "backward")


@lru_cache(maxsize=8192)
def direction_of(flags: frozenset[str], default: str, limb: bool = False) -> str:
    """The phrase for direction words such as {"forward", "left"}, given what the motion does unasked.

    `default` is the entry's own direction ("around" for turns). A clockwise path turns to the character's right.
    `limb`: a free arm or leg can go up and down instead of forward; a walking body cannot.
    """
    side = _side(flags)
    if default in _TURNS:
        return _turn(flags, default, side)
    if "circle" in flags or "clockwise" in flags or "counterclockwise" in flags or default == "in a circle":
        return _sided("in a circle", side)
    for flag, phrase in _WHOLE:
        if flag in flags:
            return phrase
    if default in ("upstairs", "downstairs"):
        return default
    if default == "across the body":
        return default
    backward = "backward" in flags or ("back" in flags and "return" not in flags)
    free = limb or default != "forward"
    if "up" in flags and free and not backward:
        return _sided("up", side)
    if "down" in flags and free:
        return _sided("down", side)
    if backward:
        return _sided("backward", side)
    if "forward" in flags or ("diagonal" in flags and side):
        return _sided("forward", side)
    if side:
        return f"{default} to the {side}" if default in ("up", "down") else f"to the {side}"
    if "side" in flags:
        return "to the side"
    if "full" in flags or "around" in flags:
        return "in a circle" if default in _LEVEL else default
    if "outward" in flags and not default:
        return "outward"
    if "across" in flags and default not in _LEVEL:
        return "across the body"
    return default


_WHOLE = (
    ("forth", "back and forth"),
    ("sides", "from side to side"),
    ("updown", "up and down"),
    ("zigzag", "in a zigzag"),
    ("upstairs", "upstairs"),
    ("downstairs", "downstairs"),
    ("place", "in place"),
    ("inward", "inward"),
)


def _side(flags: frozenset[str]) -> str:
    left = "left" in flags or "counterclockwise" in flags
    right = "right" in flags or "clockwise" in flags
    return "" if left == right else "left" if left else "right"


def _sided(phrase: str, side: str) -> str:
    return f"{phrase} to the {side}" if side else phrase


def _turn(flags: frozenset[str], default: str, side: str) -> str:
    if "sides" in flags or ("forth" in flags and not side):
        return "from side to side"
    if "quarter" in flags or (side and default == "around" and not flags & {"around", "full", "back"}):
        return f"to the {side}" if side else "to the side"
    if "full" in flags:
        return _sided("all the way around", side)
    return _sided(default, side)
