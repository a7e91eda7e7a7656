"""Body-part composition of two captured clips (SINC, arXiv 2304.10417): legs and trunk of one, arms of the other."""

from __future__ import annotations

import numpy as np

from ..features import layout
from ..geometry import heading_angle, rotation_vector_from_quaternion, yaw_quaternion
from ..protocol import quaternion
from ..protocol.motion import Motion
from ..protocol.smpl import SMPL_BODY
from .pieces import Piece, PieceBank, arms_low, draw
from .procedural.captions import Clause, captions
from .procedural.generate import Annotated
from .retime import at_origin, cropped, retimed, stretched, tempo

TRIES = 40
BLEND = 9
"""Frames over which the host's arms give way to the donor's and back."""

STRETCH = 1.2
"""An arm movement is retimed by no more than this."""

LEANING = 25.0
"""Degrees between the two chests, median over time: arms keep their place on the chest, so more would aim wrong."""

_SPINE = tuple(SMPL_BODY.index(name) for name in ("Pelvis", "Spine1", "Spine2", "Spine3"))
_CHAIN = {
    f"{side}_arm": tuple(SMPL_BODY.index(f"{letter}_{name}") for name in ("Collar", "Shoulder", "Elbow", "Wrist"))
    for side, letter in (("left", "L"), ("right", "R"))
}


def compose(rng: np.random.Generator, bank: PieceBank) -> Annotated | None:
    """Legs, root, trunk and head of one captured clip with the arms of another, and the words of both.

    None when no drawn pair fits: the donor longer than the host, chests that lean apart, arms of the host that do
    something themselves.
    """
    for _ in range(TRIES):
        host, donor = draw(rng, bank.hosts), draw(rng, bank.donors)
        if host.frames < 0.7 * donor.frames and not donor.steady:
            continue
        under = _host_motion(rng, bank, host)
        above = _donor_motion(rng, bank, donor, len(under))
        if above is None or not arms_low(under, 0.1) or _apart(under, above) > LEANING:
            continue
        return _joined(rng, host, donor, under, above)
    return None


def _host_motion(rng: np.random.Generator, bank: PieceBank, host: Piece) -> Motion:
    motion = retimed(bank.motion(host), tempo(rng, host.phrases))
    longest = float(np.clip(rng.normal(4.5, 1.4), 2.0, 8.0))
    return at_origin(cropped(rng, motion, min(longest, len(motion) / layout.FPS), longest) if host.steady else motion)


def _donor_motion(rng: np.random.Generator, bank: PieceBank, donor: Piece, frames: int) -> Motion | None:
    """The donor over at most `frames` frames; None when it would have to hurry."""
    motion = bank.motion(donor)
    if len(motion) <= frames:
        return stretched(motion, min(frames, round(len(motion) * float(rng.uniform(1.0, STRETCH)))))
    if len(motion) <= STRETCH * frames:
        return stretched(motion, frames)
    if donor.steady:
        start = (len(motion) - frames) // 2
        return motion.crop(start, start + frames)
    return None


def _apart(one: Motion, other: Motion) -> float:
    """Degrees between the median leans of the two chests."""
    return float(np.degrees(np.linalg.norm(_lean(one) - _lean(other))))


def _lean(motion: Motion) -> np.ndarray:
    """(2,) radians by which the chest leans, median: rotation vector without its twist about the vertical."""
    chest = motion.rotations[:, _SPINE[0]]
    for joint in _SPINE[1:]:
        chest = quaternion.multiply(chest, motion.rotations[:, joint])
    upright = quaternion.multiply(yaw_quaternion(-heading_angle(chest)), chest)
    return np.asarray(np.median(rotation_vector_from_quaternion(upright)[:, [0, 2]], axis=0))


def _joined(rng: np.random.Generator, host: Piece, donor: Piece, under: Motion, above: Motion) -> Annotated:
    start = int(rng.integers(len(under) - len(above) + 1)) if rng.random() < 0.5 else (len(under) - len(above)) // 2
    rotations = under.rotations.copy()
    span = slice(start, start + len(above))
    weight = _weight(len(above), len(under) == len(above))
    for arm in donor.arms:
        for joint in _CHAIN[arm]:
            rotations[span, joint] = quaternion.slerp(rotations[span, joint], above.rotations[:, joint], weight)
    parts = {part: donor.parts[part] if part in donor.arms else text for part, text in host.parts.items()}
    texts = captions(rng, [Clause(host.phrases), Clause(donor.phrases)], "while", int(rng.integers(3, 6)))
    motion = Motion(rotations, under.root_translation, under.fps, under.skeleton)
    return Annotated(motion, texts, parts, (f"host {host.phrases[0]}", f"arms {donor.phrases[0]}"))


def _weight(frames: int, whole: bool) -> np.ndarray:
    """(frames,) 0..1: eased in and out, or 1 throughout when the donor lasts as long as the host."""
    if whole:
        return np.ones(frames)
    edge = np.minimum(np.arange(frames), np.arange(frames)[::-1]) / BLEND
    x = np.clip(edge, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x))
