"""Phrases for labelled clips, and captions of one plain clause turned into phrases."""

from __future__ import annotations

import re

from ..refine.language import third_person
from .procedural.captions import gerund

ARM_LABELS: dict[str, tuple[str, ...]] = {
    "raise-up-left-hand": ("[raise] {his} left hand", "[lift] {his} left arm", "[put] up {his} left hand"),
    "raise-up-right-hand": ("[raise] {his} right hand", "[lift] {his} right arm", "[put] up {his} right hand"),
    "raise-up-both-hands": ("[raise] both hands", "[lift] both arms", "[put] {his} hands up"),
    "wave-left-hand": ("[wave] {his} left hand", "[wave] with {his} left hand", "[wave] {his} left arm"),
    "wave-right-hand": ("[wave] {his} right hand", "[wave] with {his} right hand", "[wave] {his} right arm"),
    "wave-both-hands": ("[wave] both hands", "[wave] with both arms", "[wave] both arms"),
    "rotateArmsBothBackward1Reps": ("[rotate] both arms backward", "[swing] both arms backward in a circle"),
}
"""Labels whose clips do something with the arms alone."""

HOST_LABELS: dict[str, tuple[str, ...]] = {
    "walk": ("[walk] forward", "[walk]", "[walk] straight ahead"),
    "run": ("[run] forward", "[run]", "[run] straight ahead"),
    "dash": ("[run] forward quickly", "[sprint] forward", "[run] fast"),
    "walk-turn-left": ("[walk] forward and [turn] left", "[walk] and [turn] to the left"),
    "walk-turn-right": ("[walk] forward and [turn] right", "[walk] and [turn] to the right"),
    "walk-back": ("[walk] backward", "[walk] backwards"),
    "walk-left": ("[walk] diagonally forward to the left", "[walk] diagonally to the left"),
    "walk-right": ("[walk] diagonally forward to the right", "[walk] diagonally to the right"),
    "squat1Reps": ("[squat] once", "[do] a squat", "[squat] down and [stand] up again"),
    "hopBothLegs1hops": ("[jump] forward once", "[jump] forward", "[hop] forward with both feet"),
    "jogLeftCircle4StepsRstart": ("[jog] in a curve to the left", "[jog] while curving left"),
    "kickLFront1Reps": ("[kick] forward with {his} left leg", "[kick] with {his} left foot"),
    "sneak2StepsLStart": ("[sneak] forward", "[tiptoe] forward quietly"),
}
"""Labels whose clips leave the arms at rest or swinging."""

SEQUENCE_LABELS: dict[str, tuple[str, ...]] = {
    "bow": ("[bow]", "[take] a bow", "[bend] forward in a bow"),
    "lieDownFloor": ("[lie] down on the floor", "[get] down and [lie] on the ground"),
    "depositFloorR": ("[put] something down on the floor with {his} right hand",),
    "grabHighR": ("[reach] up high with {his} right hand", "[grab] something above with {his} right hand"),
    "throwBasketball": ("[throw] a basketball", "[throw] a ball with both hands"),
}
"""Labels that fit only beside others in time."""

_LABELS = {
    "walk": "[walk]",
    "walking": "[walk]",
    "slow walk": "[walk] slowly",
    "run": "[run]",
    "run/jog": "[run]",
    "jump": "[jump]",
    "jumping": "[jump]",
    "forward jump": "[jump] forward",
    "high jump": "[jump] high",
    "walk, veer left": "[walk] and [veer] left",
    "walk, veer right": "[walk] and [veer] right",
    "walk, 90-degree left turn": "[walk] and [turn] left",
    "walk, 90-degree right turn": "[walk] and [turn] right",
    "run/jog, veer left": "[run] and [veer] left",
    "run/jog, veer right": "[run] and [veer] right",
    "run, veer right": "[run] and [veer] right",
    "run, 90-degree left turn": "[run] and [turn] left",
    "run, 90-degree right turn": "[run] and [turn] right",
    "run/jog, 90-degree left turn": "[run] and [turn] left",
    "run/jog, 90-degree right turn": "[run] and [turn] right",
}
"""CMU's own labels that are plain."""

_VERBS = (
    "walk run jog jump squat sit kneel step turn march hop skip stand crouch wave clap raise lift drink throw punch "
    "reach point stretch swing bend bow kick crawl tiptoe sneak lunge shuffle leap limp stagger creep stroll pace "
    "sprint sidestep"
).split()
_FORMS = {form: verb for verb in _VERBS for form in (verb, third_person(verb), gerund(verb))}
_SUBJECT = re.compile(
    r"^(a|the|this)? ?(person|man|human|woman|figure|sim|someone|somebody|he|she|guy|character|human being)( is)? ",
    re.IGNORECASE,
)
_TANGLED = re.compile(
    r",|;|\band\b|\bthen\b|\bwhile\b|\bbefore\b|\bafter\b|\bas\b|\bto (?!the\b|his\b|her\b|their\b)|\blike\b|\bwith (a|an)\b"
    r"|\bwhich\b|\bthat\b|\bwhilst\b|\buntil\b|\bstarts?\b|\bby\b|\bstairs?\b|\bsteps\b.*\bup\b|\w+ing\b"
    r"|\bleft\b|\bright\b|\bbar\b|\bplane\b|\broad\b|\broom\b|\bfoward\b"
)


def phrase_of(text: str) -> str:
    """'a person walks forward slowly.' -> '[walk] forward slowly'; "" for anything but one plain clause."""
    text = text.strip().rstrip(".").strip()
    if text.lower() in _LABELS:
        return _LABELS[text.lower()]
    match = _SUBJECT.match(text)
    if match is None:
        return ""
    verb, _, rest = text[match.end() :].lower().partition(" ")
    if verb not in _FORMS or _TANGLED.search(rest) or len(rest.split()) > 8 or re.search(r"[{}\[\]]", rest):
        return ""
    words = re.sub(r"\b(his|her|their|its)\b", "{his}", rest)
    return f"[{_FORMS[verb]}] {words}".strip()
