"""Hand-keyed game animation (CC0) as rough annotated motion: for acts that few captures show, such as crawling.

Stylised bodies and timing make these clips rough; MotionMix's split (arXiv 2401.11115) lets them teach what words mean
at high noise and nothing about finish.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..features import layout
from .corpus import Corpus, Item

ONCE, LOOP, HOLD = "once", "loop", "hold"
"""How a clip goes on: not at all, from its start again, or staying in its last pose."""

SECONDS = 4.0
"""Loops and holds are drawn out to about this length."""

ACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Lie_Down": (HOLD, ("a person lies down on the floor", "someone lies down on their back", "lie down")),
    "Lie_Idle": (LOOP, ("a person is lying on the floor", "someone lies on their back", "lying down")),
    "Lie_StandUp": (HOLD, ("a person stands up from lying on the floor", "someone gets up off the floor")),
    "Sleeping": (LOOP, ("a person sleeps on the floor", "someone is lying down asleep", "a person lies on the floor")),
    "Death_A": (HOLD, ("a person falls to the floor and lies there", "someone collapses on the floor")),
    "Death_B": (HOLD, ("a person falls down and stays on the ground", "someone collapses to the floor")),
    "Death01": (HOLD, ("a person falls to the floor and stays there", "someone collapses")),
    "Crawl": (LOOP, ("a person crawls on hands and knees", "someone crawls on the floor", "crawl")),
    "Crawl RM": (LOOP, ("a person crawls forward on hands and knees", "someone is crawling forward", "crawl forward")),
    "Crawling": (LOOP, ("a person crawls on hands and knees", "someone is crawling", "crawl on the floor")),
    "Crouching": (LOOP, ("a person crouches", "someone stays crouched", "crouch down and stay low")),
    "Crouch_Idle_Loop": (LOOP, ("a person crouches and stays low", "someone is crouching", "crouch")),
    "Sneaking": (LOOP, ("a person sneaks", "someone creeps in a crouch", "sneak quietly")),
    "Sit_Floor_Down": (HOLD, ("a person sits down on the floor", "someone sits on the ground")),
    "Sit_Floor_Idle": (LOOP, ("a person is sitting on the floor", "someone sits on the ground")),
    "Sit_Floor_StandUp": (HOLD, ("a person stands up from sitting on the floor", "someone gets up from the ground")),
    "Sit_Chair_Down": (HOLD, ("a person sits down on a chair", "someone sits down", "sit down")),
    "Sit_Chair_Idle": (LOOP, ("a person is sitting on a chair", "someone sits", "sitting")),
    "Sit_Chair_StandUp": (HOLD, ("a person stands up from a chair", "someone gets up from sitting")),
    "Sitting_Enter": (HOLD, ("a person sits down on a chair", "someone takes a seat")),
    "Sitting_Exit": (HOLD, ("a person stands up from a chair", "someone rises from a seat")),
    "Sitting_Idle_Loop": (LOOP, ("a person is sitting", "someone sits on a chair")),
    "Meditate": (LOOP, ("a person sits cross-legged and meditates", "someone meditates on the floor")),
    "Fixing_Kneeling": (LOOP, ("a person kneels and fixes something", "someone works on the floor, kneeling")),
    "Kneeling Tired": (LOOP, ("a tired person kneels", "someone is kneeling, exhausted", "a person kneels")),
    "Push_Ups": (LOOP, ("a person does push-ups", "someone is doing push ups", "do push-ups")),
    "Pushup": (LOOP, ("a person does push-ups", "someone does a push up", "push-ups")),
    "Sit_Ups": (LOOP, ("a person does sit-ups", "someone is doing sit ups", "do sit-ups")),
    "Jumping Jacks": (LOOP, ("a person does jumping jacks", "someone is doing jumping jacks")),
    "Backflip": (ONCE, ("a person does a backflip", "someone flips backward", "backflip")),
    "Roll": (ONCE, ("a person rolls on the ground", "someone does a roll", "roll")),
    "Roll_RM": (ONCE, ("a person rolls forward", "someone does a forward roll", "roll forward")),
    "Dodge_Forward": (ONCE, ("a person dodges forward", "someone jumps forward to dodge")),
    "Dodge_Backward": (ONCE, ("a person dodges backward", "someone jumps back to dodge")),
    "Dodge_Left": (ONCE, ("a person dodges to the left", "someone jumps left to dodge")),
    "Dodge_Right": (ONCE, ("a person dodges to the right", "someone jumps right to dodge")),
    "Jump_Full_Short": (ONCE, ("a person jumps", "someone jumps up", "jump")),
    "Jump_Full_Long": (ONCE, ("a person jumps high", "someone makes a big jump")),
    "Throw": (ONCE, ("a person throws something", "someone throws a ball", "throw")),
    "Throw Object": (ONCE, ("a person throws an object", "someone throws a ball")),
    "PickUp": (ONCE, ("a person picks something up from the floor", "someone picks up an object", "pick up")),
    "Fighting Left Jab": (ONCE, ("a person punches with the left hand", "someone throws a left jab", "left jab")),
    "Fighting Right Jab": (ONCE, ("a person punches with the right hand", "someone throws a right jab", "right jab")),
    "Fighting Idle": (LOOP, ("a person stands in a fighting stance", "someone holds up their fists, ready to fight")),
    "Consume Item": (ONCE, ("a person drinks something", "someone eats something", "drink")),
    "Waving": (LOOP, ("a person waves", "someone is waving")),
    "Greeting": (ONCE, ("a person greets someone", "someone waves hello")),
    "Cheer": (ONCE, ("a person cheers", "someone cheers with raised arms")),
    "Cheering": (LOOP, ("a person cheers", "someone is cheering")),
    "Victory": (ONCE, ("a person celebrates a victory", "someone celebrates")),
    "Victory Fist Pump": (ONCE, ("a person pumps a fist in victory", "someone celebrates with a fist pump")),
    "Head Nod": (ONCE, ("a person nods", "someone nods the head", "nod")),
    "Swim_Fwd_Loop": (LOOP, ("a person swims forward", "someone is swimming")),
    "Push_Loop": (LOOP, ("a person pushes something heavy", "someone is pushing a heavy object")),
    "Driving_Loop": (LOOP, ("a person drives a car", "someone sits and holds a steering wheel")),
    "Dance_Loop": (LOOP, ("a person dances", "someone is dancing")),
    "Dance Charleston": (LOOP, ("a person dances the charleston", "someone dances")),
    "Dance Body Roll": (LOOP, ("a person dances with body rolls", "someone dances")),
    "Sword_Attack": (ONCE, ("a person swings a sword", "someone attacks with a sword")),
    "1H_Melee_Attack_Chop": (ONCE, ("a person chops with a sword", "someone strikes down with one hand")),
    "2H_Melee_Attack_Chop": (
        ONCE,
        ("a person chops with an axe in both hands", "someone strikes down with both hands"),
    ),
    "1H_Melee_Attack_Stab": (ONCE, ("a person stabs with a sword", "someone stabs forward")),
    "2H_Melee_Attack_Spin": (ONCE, ("a person spins around with a weapon", "someone spins and strikes")),
    "Ranged_Bow_Draw": (HOLD, ("a person draws a bow", "someone aims with a bow and arrow")),
    "Pistol_Idle_Loop": (LOOP, ("a person aims a pistol", "someone points a gun forward")),
    "Dizzy": (LOOP, ("a dizzy person sways", "someone is dizzy and staggers")),
    "Tired Hunched": (LOOP, ("a tired person stands hunched over", "someone is exhausted, hands on the knees")),
    "Interact": (ONCE, ("a person reaches forward to use something", "someone presses a button")),
}
"""Name of a keyed clip, without its rig -> how it goes on, and captions."""


def keyed_acts(corpus: Corpus) -> Iterator[tuple[Item, np.ndarray, tuple[str, ...]]]:
    """Each described keyed clip and its mirror image: (item, features (T, 203), captions told for the clip itself)."""
    for item in corpus.of_split("train"):
        act = ACTS.get(item.clip.action.rpartition("|")[2]) if item.clip.keyed else None
        if act is not None:
            yield item, drawn_out(np.array(corpus.view(item)), act[0]), act[1]


def drawn_out(features: np.ndarray, how: str, seconds: float = SECONDS) -> np.ndarray:
    """Features (T, 203) of a clip that goes on as `how` says until it lasts `seconds`, at least one whole time."""
    missing = round(seconds * layout.FPS) - len(features)
    if how == ONCE or missing <= 0:
        return features
    if how == LOOP:
        return np.concatenate([features] * (1 + -(-missing // len(features))))
    still = features[-1:].copy()
    still[:, layout.YAW_VELOCITY] = 0.0
    still[:, layout.PLANAR_VELOCITY] = 0.0
    return np.concatenate([features, still.repeat(min(missing, round(2 * layout.FPS)), axis=0)])
