"""How a motion is put onto a rig."""

from __future__ import annotations

from dataclasses import dataclass

from kinema.errors import RequestError

ROOT_MOTIONS = ("HIPS", "ROOT", "OBJECT")
LIMBS = ("FK", "IK")
GROUNDS = ("OWN", "OBJECT", "SCENE")


@dataclass(frozen=True)
class RigSettings:
    """`root_motion`: what carries the way over the ground: the hips, a root bone or the object. `limbs`: which controls
    of a control rig are written. `lock`: 0 (raw) .. 1 (feet locked). `clear_hands`: hands are kept out of the body.
    `flat_root`: the hips stay at their mean height. `ground`: metres, height of the floor in the armature's own
    frame above its rest pose's floor. `ground_from`: feet go by the character's own floor, by the mesh named
    `ground_object`, or by whatever mesh of the scene lies under them; `ground` is added to either.

    `reduce`: fewer keys, each joint within `millimetres` and each bone within `degrees` on every frame.
    """

    root_motion: str = "HIPS"
    limbs: str = "FK"
    lock: float = 1.0
    clear_hands: bool = True
    flat_root: bool = False
    ground: float = 0.0
    ground_from: str = "OWN"
    ground_object: str = ""
    reduce: bool = False
    millimetres: float = 2.0
    degrees: float = 0.5

    def __post_init__(self) -> None:
        if self.root_motion not in ROOT_MOTIONS:
            raise RequestError(f"root motion goes to {', '.join(ROOT_MOTIONS)}, not {self.root_motion!r}")
        if self.limbs not in LIMBS:
            raise RequestError(f"limbs are written as {' or '.join(LIMBS)}, not {self.limbs!r}")
        if self.ground_from not in GROUNDS:
            raise RequestError(f"the ground is one of {', '.join(GROUNDS)}, not {self.ground_from!r}")
        if not 0.0 <= self.lock <= 1.0:
            raise RequestError(f"foot locking must lie between 0 and 1, not {self.lock:g}")
        if not (self.millimetres > 0.0 and self.degrees > 0.0):
            raise RequestError("key reduction needs bounds above zero, such as 2 mm and 0.5 degrees")
