"""The command of `headless` that changes an action which is there:

blender -b FILE.blend --command kinema edit "waves" --object NAME --span 30:75 --parts left_arm,head --blend OUT.blend
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import bpy

from kinema.errors import RequestError
from kinema.protocol import clips
from kinema.protocol.messages import PARTS, Edit

from . import asking, edit_clips
from .asking import Asked
from .edit_requests import NOTE
from .jobs import new_id
from .properties import INTERPOLATIONS, REFINERS

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(commands: Commands, pictures: argparse.ArgumentParser) -> None:
    """The command's options."""
    make = commands.add_parser("edit", parents=[pictures], help="change a part of an action in the open file")
    make.add_argument("prompt", nargs="?", default="", help="what the character does in what is changed")
    make.add_argument("--object", required=True, help="the armature whose action is changed")
    make.add_argument("--span", type=_span, metavar="FIRST:LAST", help="frames that may change; the default is all")
    make.add_argument("--parts", type=_parts, default=(), metavar="PART,...", help=f"of {', '.join(PARTS)}")
    make.add_argument("--keys", type=_frames, default=(), metavar="FRAME,...", help="poses kept, all between is made")
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--refiner", choices=[item[0] for item in REFINERS], default="lexicon")
    make.add_argument("--interpolation", choices=[item[0] for item in INTERPOLATIONS], default="LINEAR")
    make.add_argument("--backend", default="", help="backend command in place of the preferences' one")


def asked(options: argparse.Namespace, scene: bpy.types.Scene) -> Asked:
    """The request for the command's options. Raises RequestError, SkeletonError or MotionError."""
    armature = bpy.data.objects.get(options.object)
    if armature is None:
        raise RequestError(f"there is no object {options.object!r} in the file; name its armature with --object")
    clip = edit_clips.of_action(scene, armature)
    keys = sorted({clip.frame(frame) for frame in options.keys})
    span = tuple(clip.frame(frame) for frame in options.span) if options.span else ()
    if keys and not span:
        if len(keys) < 2 or keys[-1] - keys[0] < 2:
            raise RequestError("filling needs two poses that lie apart; give --keys such as 1,20,40")
        span, keys = (keys[0] + 1, keys[-1] - 1), keys[1:-1]
    request = Edit(
        new_id(),
        options.prompt,
        clip.name,
        span=span,
        body_parts=options.parts,
        keys=tuple(keys),
        seed=options.seed,
        refiner=options.refiner,
    )
    notes = {"scene": scene.name, "start": clip.first, NOTE: {"target": armature.name, "action": clip.action}}
    return Asked(request, notes, (asking.clip_steps(clips.CLIP, clip.reading),))


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    return int(first), int(last)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _frames(text: str) -> tuple[int, ...]:
    return tuple(int(frame) for frame in text.split(","))
