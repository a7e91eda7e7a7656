"""What requests have in common: body parts, limits, and the checks of their fields. Each raises RequestError or
PromptError with one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import PromptError, RequestError

PARTS = ("head", "torso", "left_arm", "right_arm", "left_leg", "right_leg")
"""The six body parts that a prompt is refined into, in the order of their tokens."""

REFINERS = ("none", "lexicon", "llm")
MAX_PROMPT = 2000
MIN_SECONDS, MAX_SECONDS = 0.5, 10.0
MAX_LONG_SECONDS = 3600.0
"""Longest motion that is made in windows."""

MAX_SAMPLES = 64
MAX_FRAME = 10_000_000
FARTHEST = 10_000.0
"""Metres from the origin to which a path or a goal may lead."""

GOAL_JOINTS: Mapping[str, str] = {
    "pelvis": "Pelvis",
    "head": "Head",
    "left_wrist": "L_Wrist",
    "right_wrist": "R_Wrist",
    "left_ankle": "L_Ankle",
    "right_ankle": "R_Ankle",
}
"""Joints that goals can be set for, and their names on the SMPL body."""


def number(name: str, value: object, low: float, high: float) -> None:
    """A number within low..high, no bool, no NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RequestError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")


def whole(name: str, value: object, low: int, high: int) -> None:
    """A whole number within low..high."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RequestError(f"{name} must be a whole number from {low} to {high}, not {value!r}")


def prompt_text(prompt: object, identity: object) -> None:
    """Texts of a length that can be read."""
    if not isinstance(prompt, str) or not isinstance(identity, str):
        raise PromptError("prompt and id must be text")
    if len(prompt) > MAX_PROMPT:
        raise PromptError(f"the prompt has {len(prompt)} characters; shorten it to {MAX_PROMPT}")


def sampling(request: Any) -> None:
    """seed, samples, refiner, parts, steps and guidance of a request that the denoiser answers."""
    whole("seed", request.seed, 0, 2**63 - 1)
    whole("samples", request.samples, 1, MAX_SAMPLES)
    if request.refiner not in REFINERS:
        raise RequestError(f"refiner {request.refiner!r} is unknown; use one of {', '.join(REFINERS)}")
    unknown = sorted(set(request.parts) - set(PARTS))
    if unknown:
        raise RequestError(f"unknown body parts {', '.join(unknown)}; use {', '.join(PARTS)}")
    if any(not isinstance(text, str) or len(text) > MAX_PROMPT for text in request.parts.values()):
        raise RequestError(f"each part's description must be text of at most {MAX_PROMPT} characters")
    if request.steps is not None:
        whole("steps", request.steps, 1, 1000)
    if request.guidance is not None:
        number("guidance", request.guidance, 0.0, 30.0)


def body_parts(names: Sequence[str]) -> None:
    """A subset of PARTS."""
    unknown = sorted({str(name)[:40] for name in names} - set(PARTS))
    if unknown:
        raise RequestError(f"unknown body parts {', '.join(unknown)}; use {', '.join(PARTS)}")


def path_points(path: Sequence[Sequence[Any]]) -> None:
    """(seconds, x, z) or (seconds, x, z, heading in degrees), at times that grow."""
    last = -1.0
    for point in path:
        if len(point) not in (3, 4):
            raise RequestError(f"a path's point is seconds, x, z and perhaps a heading, not {list(point)!r:.80}")
        number("a path's time", point[0], 0.0, MAX_LONG_SECONDS)
        for value in point[1:3]:
            number("a path's x or z", value, -FARTHEST, FARTHEST)
        if len(point) == 4:
            number("a path's heading", point[3], -36000.0, 36000.0)
        if point[0] <= last:
            raise RequestError(f"a path's times must grow; {point[0]:g} s does not come after {last:g} s")
        last = point[0]


def goal_points(goals: Sequence[Sequence[Any]]) -> None:
    """(joint, seconds, x, y, z), each joint at most once at a time."""
    seen = set()
    for goal in goals:
        if len(goal) != 5:
            raise RequestError(f"a goal is a joint, seconds, x, y and z, not {list(goal)!r:.80}")
        if goal[0] not in GOAL_JOINTS:
            raise RequestError(f"no goals can be set for {goal[0]!r:.40}; use one of {', '.join(GOAL_JOINTS)}")
        number("a goal's time", goal[1], 0.0, MAX_LONG_SECONDS)
        for value in goal[2:]:
            number("a goal's x, y or z", value, -FARTHEST, FARTHEST)
        if (goal[0], goal[1]) in seen:
            raise RequestError(f"two goals say where {goal[0]} is at {goal[1]:g} s; leave one out")
        seen.add((goal[0], goal[1]))
