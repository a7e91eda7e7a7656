"""What the Style panel asks for, as the fields of a request, the clips beside it and what is noted of their origin."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from kinema.errors import MotionError, RequestError, SkeletonError
from kinema.protocol import clips
from kinema.protocol.messages import PARTS, STYLE_AUTO, STYLE_RANDOM, Stylize

from . import keyframes, references, sampling, style_list
from .jobs import new_id
from .rigs import rig_of
from .rigs.other import refuse_loose_limbs
from .timeline import Span

MAX_SEED = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Asked:
    """`fields`: of `messages.Styled`. `arrays`: clips that travel beside the request. `about`: name, licence, source
    and, for a clip, sha256 of the style, for the action's provenance."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


def asked(scene: bpy.types.Scene) -> Asked:
    """What the panel of a scene asks for. Raises KinemaError when the reference slot is empty or of no use."""
    settings = scene.kinema_style
    if settings.source == "NONE":
        return Asked()
    if settings.new_seed:
        settings.seed = 1 + secrets.randbelow(MAX_SEED)
    arrays: Mapping[str, np.ndarray] = {}
    if settings.source == "REFERENCE":
        reference = references.of_slot(scene)
        arrays, first = reference.arrays, {"style_clip": reference.name}
        about = {"name": reference.name, "source": reference.source, "sha256": reference.sha256}
    else:
        name = {"RANDOM": STYLE_RANDOM, "AUTO": STYLE_AUTO}.get(settings.source) or settings.style
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
    return Asked(fields, arrays, about)


def stylize(scene: bpy.types.Scene, armature: bpy.types.Object | None) -> tuple[Stylize, Asked, Span]:
    """The request that styles a character's action, what is asked of its style, and where the action lies.

    Raises KinemaError when there is no action, no rig that Kinema can write to, or no style is chosen.
    """
    if armature is None:
        raise MotionError("no character is active; select the armature whose action shall be styled")
    if (rig := rig_of(armature)) is None:
        refuse_loose_limbs(armature)
        raise SkeletonError(f"{armature.name} is no rig that Kinema knows; map its bones in Bones first")
    settings = scene.kinema_style
    if settings.source in ("NONE", "AUTO"):
        raise RequestError("choose a style for the action: from the list, like a clip or by surprise")
    frames = sampling.frames_of(armature)
    style = asked(scene)
    motion = sampling.read_motion(scene, armature, rig)
    request = Stylize(id=new_id(), clip=armature.animation_data.action.name, **style.fields)
    style = Asked(style.fields, {**style.arrays, **clips.motion_arrays(clips.CLIP, motion)}, style.about)
    return request, style, Span(frames.start, len(frames), len(frames) / keyframes.scene_rate(scene))


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
