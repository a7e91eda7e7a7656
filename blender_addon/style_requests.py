"""What the Style panel asks for, as the fields of a request, the clips beside it and what is noted of their origin."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import bpy

from kinema.errors import MotionError, RequestError
from kinema.protocol import clips
from kinema.protocol.messages import PARTS, STYLE_AUTO, STYLE_RANDOM, Stylize

from . import action_motions, keyframes, references, sampling, style_list
from .asking import Read, clip_steps
from .jobs import new_id
from .steps import Aside, Steps
from .timeline import Span

MAX_SEED = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Asked:
    """`fields`: of `messages.Styled`. `about`: name, licence and source of the style, for the action's provenance; of a
    clip the `readings` bring them, with its sha256 and what travels beside the request. `brief`: see asking.Asked."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    readings: Sequence[Steps[Read]] = ()
    brief: bool = True


def asked(scene: bpy.types.Scene) -> Asked:
    """What the panel of a scene asks for. Raises KinemaError when the reference slot is empty."""
    settings = scene.kinema_style
    if settings.source == "NONE":
        return Asked()
    if settings.new_seed:
        settings.seed = 1 + secrets.randbelow(MAX_SEED)
    about: dict[str, str] = {}
    if settings.source == "REFERENCE":
        first = {"style_clip": references.slot_name(scene)}
    else:
        name = {"RANDOM": STYLE_RANDOM, "AUTO": STYLE_AUTO}.get(settings.source) or settings.style
        if not name:
            raise RequestError("the model pack has no styles; choose another one, or set the style to As It Is")
        first, about = {"style": name}, _about(name)
    fields = {
        **first,
        "style_strength": round(settings.strength, 4),
        "style_seed": settings.seed,
        "style_parts": () if settings.parts == set(PARTS) else tuple(p for p in PARTS if p in settings.parts),
    }
    if settings.mix_name and settings.source != "AUTO":
        fields |= {"style_mix": settings.mix_name, "style_share": round(settings.share, 4)}
        about["mix"] = settings.mix_name
    if not settings.parts:
        raise RequestError("no body part takes the style; choose at least one, or set the style to As It Is")
    if settings.source == "REFERENCE":
        return Asked(fields, readings=(_read(scene, about),), brief=not references.reads_action(scene))
    return Asked(fields, about)


def _read(scene: bpy.types.Scene, about: Mapping[str, str]) -> Steps[Read]:
    """The reference, and the note "style" of it."""
    reference = yield from references.slot_steps(scene)
    digest = yield Aside(lambda: reference.sha256)
    known = {"name": reference.name, "source": reference.source, "sha256": digest}
    return Read(reference.arrays, {"style": {**known, **about}})


def stylize(scene: bpy.types.Scene, armature: bpy.types.Object | None) -> tuple[Stylize, Span, Asked]:
    """The request that styles a character's action, where the action lies, and what is asked of its style, the action's
    own reading among it.

    Raises KinemaError when there is no action or no style is chosen.
    """
    if armature is None:
        raise MotionError("no character is active; select the armature whose action shall be styled")
    settings = scene.kinema_style
    if settings.source in ("NONE", "AUTO"):
        raise RequestError("choose a style for the action: from the list, like a clip or by surprise")
    frames = sampling.frames_of(armature)
    style = asked(scene)
    action = armature.animation_data.action
    request = Stylize(id=new_id(), clip=action.name, **style.fields)
    reading = clip_steps(clips.CLIP, action_motions.read_steps(scene, armature, action, frames))
    span = Span(frames.start, len(frames), len(frames) / keyframes.scene_rate(scene))
    return request, span, replace(style, readings=(reading, *style.readings), brief=False)


def restore(scene: bpy.types.Scene, request: Mapping[str, Any]) -> None:
    """Put the style of a request that was made before back into the panel; a clip must be chosen again."""
    settings = scene.kinema_style
    name, clip = str(request.get("style", "")), str(request.get("style_clip", ""))
    settings.source = {"": "NONE", STYLE_RANDOM: "RANDOM", STYLE_AUTO: "AUTO"}.get(name, "LIST")
    if clip:
        settings.source = "REFERENCE"
    elif settings.source == "LIST":
        settings.style_name = name
    settings.strength = float(request.get("style_strength", 1.0))
    settings.seed = min(int(request.get("style_seed", 0)), MAX_SEED)
    settings.mix_name, settings.share = str(request.get("style_mix", "")), float(request.get("style_share", 0.5))
    settings.parts = set(request.get("style_parts") or PARTS)


def _about(name: str) -> dict[str, str]:
    style = style_list.find(name)
    if style is None:
        return {"name": name}
    return {"name": name, "kind": style.kind, "licence": style.licence, "source": style.source}
