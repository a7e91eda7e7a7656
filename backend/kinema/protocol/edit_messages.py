"""The request that changes a part of a clip, fills in between poses, or directs a fresh motion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import RequestError
from . import fields

PathPoint = tuple[float, ...]
Goal = tuple[str | float, ...]


@dataclass(frozen=True)
class Edit:
    """Change a part of a clip and keep the rest, or follow a path and goals with or without a clip.

    The clip (any humanoid, rate and length) travels beside the message as "clip" (see clips.py); `clip` is its name, ""
    for none. Frames are 0-based frames of the clip at its own rate, seconds count from its first frame; positions are
    metres in the clip's world, Y up, +Z forward (without a clip the motion starts at x = z = 0 facing +Z); headings are
    degrees about +Y, 0 is +Z, 90 is +X.

    `span`: first and last frame that may change, () for all. `body_parts`: parts of PARTS that may change, () for all;
    the root's way changes only with both legs. `keys`: frames in between that keep their poses and places, everything
    else in the span is filled in. `path`: (seconds, x, z) or (seconds, x, z, heading): the root's way, a smooth curve
    through them; without headings the body faces along it. `goals`: (joint of GOAL_JOINTS, seconds, x, y, z).
    `seconds`: length without a clip (None: the path's or 4). `parts`: sentences for single parts, as in
    Generate, like the fields after it.

    Answered by Done at the clip's rate and frame count, where the clip is, on the SMPL body; kept frames, joints and
    keys equal the clip's bit for bit. `settings["errors"]` has, for each sample, what was measured: "path" (mean and
    worst, m), "goals" (m each), "seams" (largest jumps of velocity and acceleration there over the clip's own).
    Raises PromptError or RequestError.
    """

    id: str
    prompt: str = ""
    clip: str = ""
    span: tuple[int, ...] = ()
    body_parts: tuple[str, ...] = ()
    keys: tuple[int, ...] = ()
    path: tuple[PathPoint, ...] = ()
    goals: tuple[Goal, ...] = ()
    seconds: float | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    refiner: str = "lexicon"
    seed: int = 0
    samples: int = 1
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    cleanup: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "span", tuple(self.span))
        object.__setattr__(self, "body_parts", tuple(self.body_parts))
        object.__setattr__(self, "path", tuple(tuple(point) for point in self.path))
        object.__setattr__(self, "goals", tuple(tuple(goal) for goal in self.goals))
        fields.prompt_text(self.prompt, self.id)
        fields.sampling(self)
        self._check_clip_frames()
        fields.body_parts(self.body_parts)
        fields.path_points(self.path)
        fields.goal_points(self.goals)
        if self.path and not _legs(self.body_parts):
            raise RequestError("a path moves the whole body; let both legs change too, or leave the path out")
        if not self.clip:
            self._check_fresh()
        elif self.seconds is not None:
            raise RequestError("an edited clip keeps its length; leave the seconds out")

    def _check_clip_frames(self) -> None:
        if len(self.span) not in (0, 2):
            raise RequestError(f"a span is a first and a last frame, not {list(self.span)!r:.80}")
        for frame in (*self.span, *self.keys):
            fields.whole("a frame", frame, 0, fields.MAX_FRAME)
        if self.span and self.span[0] > self.span[1]:
            raise RequestError(f"the span {self.span[0]}:{self.span[1]} ends before it begins; swap its frames")
        if len(set(self.keys)) != len(self.keys):
            raise RequestError("a key stands twice; name each frame once")
        object.__setattr__(self, "keys", tuple(sorted(self.keys)))

    def _check_fresh(self) -> None:
        if self.span or self.keys or self.body_parts:
            raise RequestError("a span, keys or body parts need a clip to keep the rest of; send one along")
        if self.seconds is not None:
            fields.number("seconds", self.seconds, fields.MIN_SECONDS, fields.MAX_LONG_SECONDS)
        said = self.prompt.strip() or any(text.strip() for text in self.parts.values())
        if not (said or self.path or self.goals):
            raise RequestError("there is nothing to make; give a prompt, a path, goals or a clip to edit")


def _legs(parts: tuple[str, ...]) -> bool:
    """Whether both legs, and with them the root, may change."""
    return not parts or {"left_leg", "right_leg"} <= set(parts)
