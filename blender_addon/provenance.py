"""What made an action: custom properties for people, JSON for programs, and the way back to the same request."""

from __future__ import annotations

import dataclasses
import io
import json
import platform
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from kinema.errors import KinemaError, RequestError
from kinema.protocol import wire
from kinema.protocol.messages import MESSAGES, Edit, Generate, Mix, Stylize, Timeline, Transform, Vary

from .jobs import new_id
from .results import Result
from .takes import Take

Again = Generate | Stylize | Timeline | Edit | Vary | Mix | Transform
"""What can be asked for once more."""

KEY = "kinema"
"""Custom property of an action: JSON of the request, the part sentences, the model pack and the versions."""

TAKE_KEY = "kinema_take"
"""Custom property of an action: the take's name, by which the review knows that it was accepted."""

BROUGHT_KEY = "kinema_brought"
"""Custom property of an action: the clips that travelled beside its request, as a compressed message of the wire."""

MOST_BROUGHT = 8 << 20
"""Bytes of clips, compressed, that an action may carry; longer ones are known by their name and sha256 alone."""

MAX_SEED = 2**31 - 1
"""Largest seed that Blender's own numbers hold."""


@dataclass(frozen=True)
class Licence:
    """Under what a motion may be used, as its model pack says. `commercial` is None where nothing is known."""

    name: str
    commercial: bool | None

    @property
    def text(self) -> str:
        if self.commercial is None:
            return "Commercial use: unknown"
        return "Commercial use is allowed" if self.commercial else "Not for commercial use"


def licence_of(pack: Mapping[str, Any]) -> Licence:
    """The licence that an answer's `pack` names."""
    commercial = pack.get("commercial")
    return Licence(str(pack.get("licence", "unknown")), commercial if isinstance(commercial, bool) else None)


def of_take(take: Take, edits: Mapping[str, Any]) -> dict[str, Any]:
    """All that is known of a take. `edits`: what the add-on changed afterwards (loop, in place, length)."""
    request, done = take.result.request, take.result.done
    asked = {field.name: getattr(request, field.name) for field in dataclasses.fields(request) if field.name != "id"}
    versions = {**done.settings.get("versions", {}), "blender": bpy.app.version_string, "system": platform.system()}
    styled = {"style": dict(style)} if (style := take.result.notes.get("style")) else {}
    return {
        "format": 1,
        "kind": type(request).__name__,
        "title": take.title,
        **styled,
        "request": {key: _plain(value) for key, value in asked.items()},
        "sample": take.sample,
        "seed": take.seed,
        "parts": dict(done.parts),
        "pack": dict(take.pack),
        "settings": {key: value for key, value in done.settings.items() if key != "versions"},
        "versions": versions,
        "edits": dict(edits),
    }


def _plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def stamp(action: bpy.types.Action, origin: Mapping[str, Any], take_name: str = "") -> None:
    """Write the provenance onto an action."""
    action[KEY] = json.dumps(origin, default=str)
    pack = origin.get("pack", {})
    if origin.get("request"):
        plain = {"prompt": title(origin), "seed": str(origin.get("seed", ""))}
        if style := style_line(origin):
            plain["style"] = style
        plain |= {"model": f"{pack.get('name', '')} {pack.get('version', '')}".strip()}
        plain |= {"sha256": pack.get("sha256", ""), "licence": licence_of(pack).name, "use": licence_of(pack).text}
        for key, value in plain.items():
            action[f"{KEY}_{key}"] = str(value)
    if take_name:
        action[TAKE_KEY] = take_name


def hand_on(action: bpy.types.Action, made: bpy.types.Action) -> None:
    """Give an action the provenance of the one that it was made from."""
    if KEY in action:
        stamp(made, json.loads(action[KEY]), str(action.get(TAKE_KEY, "")))
    if BROUGHT_KEY in action:
        made[BROUGHT_KEY] = action[BROUGHT_KEY]


def title(origin: Mapping[str, Any]) -> str:
    """The prompt, or what else was asked for in a few words."""
    asked = origin.get("request", {})
    return str(asked.get("prompt") or origin.get("title") or asked.get("clip") or asked.get("action") or "")


def style_line(origin: Mapping[str, Any]) -> str:
    """The style of an action with its source and licence, "" for none."""
    about = origin.get("style") or {}
    words = [str(about[key]) for key in ("name", "mix", "source", "licence") if about.get(key)]
    return ", ".join(words)


def packed(result: Result) -> bytes:
    """The clips of a request as an action keeps them, so that it can be made again without their files; empty where
    there are none, or too many to be kept. Touches nothing of Blender's."""
    if not result.brought:
        return b""
    stream = io.BytesIO()
    wire.write(stream, result.request, result.brought)
    found = zlib.compress(stream.getvalue(), 6)
    return found if len(found) <= MOST_BROUGHT else b""


def brought(action: bpy.types.Action, request: Again) -> dict[str, np.ndarray]:
    """The clips that a request made again needs. Raises RequestError when the action does not hold them."""
    kept = action.get(BROUGHT_KEY)
    if kept is None:
        if isinstance(request, Stylize) or getattr(request, "style_clip", ""):
            raise RequestError(
                f"the clips that {action.name} was made from are not in it; choose the reference and style it again"
            )
        if getattr(request, "clip", ""):
            raise RequestError(
                f"the motion that {action.name} was made from is not in it (it was too long to be kept, or an older "
                "Kinema made it); change the original again in the panel Edit"
            )
        return {}
    try:
        found = wire.read(io.BytesIO(zlib.decompress(bytes(kept))))
    except (zlib.error, KinemaError) as error:
        raise RequestError(f"the clips in {action.name} are damaged ({error}); choose the reference again") from None
    return found[1] if found is not None else {}


def read(action: bpy.types.Action | None) -> dict[str, Any] | None:
    """The provenance of an action, or None when Kinema did not make it or it cannot be read."""
    if action is None or KEY not in action:
        return None
    try:
        origin = json.loads(action[KEY])
    except (TypeError, ValueError):
        return None
    return origin if isinstance(origin, dict) and isinstance(origin.get("request"), dict) else None


def accepted() -> set[str]:
    """Names of the takes that actions of the open file were made from."""
    return {str(action[TAKE_KEY]) for action in bpy.data.actions if TAKE_KEY in action}


def request_again(origin: Mapping[str, Any], vary: bool) -> Again:
    """The request that makes the same motion again, or with `vary` another of the same kind.

    The refined sentences stand in the request, so that no refiner is asked and a newer lexicon changes nothing.
    Raises RequestError when the provenance is of another version, or chance has no part in what is to be varied.
    """
    asked, kind = dict(origin["request"]), str(origin.get("kind", "Generate"))
    asked["id"] = new_id()
    if kind == "Stylize":
        return _built(kind, asked | ({"style_seed": 1 + secrets.randbelow(MAX_SEED)} if vary else {}))
    if kind not in MESSAGES:
        raise RequestError(f"this action was made by another version of Kinema ({kind[:40]}); use its prompt")
    names = {field.name for field in dataclasses.fields(MESSAGES[kind])}
    if vary and "seed" not in names:
        raise RequestError("chance has no part in mixing and transforming; change their settings in the panel Edit")
    if kind in ("Generate", "Edit", "Vary"):
        asked |= {"parts": dict(origin.get("parts") or asked.get("parts") or {}), "refiner": "none"}
    for key in ("sampler", "steps", "guidance"):
        if key in names and key in (used := origin.get("settings", {})):
            asked[key] = used[key]
    if vary:
        asked |= {"seed": secrets.randbelow(MAX_SEED), "samples": 1}
    return _built(kind, asked)


def edit_again(origin: Mapping[str, Any], target: str) -> dict[str, Any] | None:
    """For the take of a request made again: where it goes back to (edit_requests.NOTE), None for a motion of its own.

    Changes of an action go into a copy of that action again where the file still has it; else the whole motion becomes
    an action.
    """
    asked = origin["request"]
    if not asked.get("clip") or origin.get("kind") == "Stylize":
        return None
    before = origin.get("from", {})
    base = str(before.get("action", ""))
    note = {"target": target, "action": base if base in bpy.data.actions else "", "loop": bool(asked.get("loop"))}
    return {**note, "pack": before.get("pack", origin.get("pack", {}))}


def _built(kind: str, asked: Mapping[str, Any]) -> Any:
    try:
        return wire.build(MESSAGES[kind], dict(asked))
    except Exception as error:
        raise RequestError(f"this action was made by another version of Kinema ({error}); use its prompt") from error
