"""The shape of the preview body, modelled over SMPL's joints. Its own, not SMPL's mesh (which has its own licence).

Modelling takes more than a second, so a new character reads FILE (`mannequin.py`). After a change here write it anew,
with the bpy module: python -c "from blender_addon.rigs import figure; figure.write()"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import axes
from .sculpt import Field, Solid, between, blend, common, mesh, neighbour_mean, smooth_min

FILE = Path(__file__).with_name("mannequin.npz")
MATERIALS = ("Kinema Clay", "Kinema Left", "Kinema Right", "Kinema Face")
WEIGHT_STEPS = 50

Joints = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Piece:
    """One closed part of the body: vertices (N, 3) Y up, quads (M, 4), weights (N, B) over `bones`, a material."""

    vertices: np.ndarray
    quads: np.ndarray
    bones: tuple[str, ...]
    weights: np.ndarray
    material: str


def arrays(joints: Joints) -> dict[str, np.ndarray]:
    """The body as the file holds it.

    `vertices` (N, 3) metres, Z up; `quads` (M, 4); `materials` (M,) indices into MATERIALS; `bones` (B,) names;
    `weights` (K, 3), sorted: bone, weight in steps of 1 / WEIGHT_STEPS (no zeros), vertex.
    """
    pieces = pieces_of(joints)
    starts = np.cumsum([0] + [len(piece.vertices) for piece in pieces])
    bones = tuple(dict.fromkeys(bone for piece in pieces for bone in piece.bones))
    weights = []
    for piece, start in zip(pieces, starts, strict=False):
        steps = np.rint(piece.weights * WEIGHT_STEPS).astype(int)
        vertex, column = np.nonzero(steps)
        bone = np.array([bones.index(name) for name in piece.bones])[column]
        weights.append(np.stack([bone, steps[vertex, column], vertex + start], axis=1))
    found = np.concatenate(weights)
    materials = [np.full(len(piece.quads), MATERIALS.index(piece.material)) for piece in pieces]
    return {
        "vertices": axes.vectors(np.concatenate([piece.vertices for piece in pieces])).astype(np.float32),
        "quads": np.concatenate([piece.quads + start for piece, start in zip(pieces, starts, strict=False)]).astype(
            "u2"
        ),
        "materials": np.concatenate(materials).astype("u1"),
        "bones": np.array(bones),
        "weights": found[np.lexsort(found.T[::-1])].astype("u2"),
    }


def pieces_of(joints: Joints) -> tuple[Piece, ...]:
    """The whole body around `joints` (name -> (3,) metres, Y up)."""
    pieces = [_figure(joints), *_head(joints)]
    for side, material in (("L", "Kinema Left"), ("R", "Kinema Right")):
        pieces += [_hand(joints, side, material), _foot(joints, side, material)]
    return tuple(pieces)


def _piece(field: Field, solids: Sequence[Solid], cell: float, material: str, blur: float = 0.02) -> Piece:
    boxes = [solid.bounds(2.5 * cell) for solid in solids]
    low, high = np.min([box[0] for box in boxes], axis=0), np.max([box[1] for box in boxes], axis=0)
    vertices, quads = mesh(field, low, high, cell)
    bones = tuple(dict.fromkeys(solid.bone for solid in solids))
    far = np.stack([np.min([s.distance(vertices) for s in solids if s.bone == bone], axis=0) for bone in bones], axis=1)
    side = np.clip(vertices[:, :1] / 0.012 * 0.5 + 0.5, 0.0, 1.0)
    sides = np.concatenate(
        [np.where(b.startswith("L_"), side, np.where(b.startswith("R_"), 1 - side, 1.0)) for b in bones], 1
    )
    weights = np.exp(-(far - far.min(axis=1, keepdims=True)) / blur) * sides
    for _ in range(4):
        weights = 0.5 * (weights + neighbour_mean(weights, quads))
    # Blender's armature modifier needs few bones a vertex; more than four never helps here.
    weights = np.where(weights >= np.sort(weights, axis=1)[:, -min(4, len(bones)), None], weights, 0.0)
    return Piece(vertices, quads, bones, weights / weights.sum(axis=1, keepdims=True), material)


def _at(joint: np.ndarray, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> tuple[float, float, float]:
    return (float(joint[0]) + x, float(joint[1]) + y, float(joint[2]) + z)


def _ball(bone: str, centre: tuple[float, float, float], x: float, y: float, z: float) -> Solid:
    """Ellipsoid with radii x, y, z metres."""
    return Solid(bone, centre, centre, 1.0, 1.0, (x, y, z))


def _mix(a: np.ndarray, b: np.ndarray, part: float) -> np.ndarray:
    return a + (b - a) * part


def _figure(joints: Joints) -> Piece:
    """Trunk, arms to the wrists and legs to the ankles, in one skin."""
    trunk = _trunk(joints)
    limbs = [limb(joints, side, sign) for side, sign in (("L", 1.0), ("R", -1.0)) for limb in (_arm, _leg)]
    trunk_field = blend(trunk, 0.07)
    limb_fields = [blend(limb, 0.03) for limb in limbs]

    def field(points: np.ndarray) -> np.ndarray:
        core = trunk_field(points)
        return np.min([smooth_min(core, limb(points), 0.05) for limb in limb_fields], axis=0)

    return _piece(field, [*trunk, *(solid for limb in limbs for solid in limb)], 0.015, "Kinema Clay")


def _trunk(joints: Joints) -> list[Solid]:
    pelvis, neck, head = joints["Pelvis"], joints["Neck"], joints["Head"]
    spine1, spine2, spine3 = joints["Spine1"], joints["Spine2"], joints["Spine3"]
    solids = [
        _ball("Pelvis", _at(pelvis, y=-0.03, z=-0.012), 0.148, 0.115, 0.104),
        _ball("Spine1", _at(spine1, y=-0.02, z=0.03), 0.125, 0.13, 0.092),
        _ball("Spine2", _at(spine2, y=-0.03, z=0.01), 0.133, 0.13, 0.1),
        _ball("Spine3", _at(spine3, y=0.03, z=-0.008), 0.16, 0.16, 0.11),
        Solid("Neck", _at(neck, y=-0.07, z=0.005), _at(head, y=0.03, z=-0.012), 0.058, 0.052),
    ]
    for side, sign in (("L", 1.0), ("R", -1.0)):
        shoulder = joints[f"{side}_Shoulder"]
        solids += [
            _ball("Pelvis", _at(pelvis, sign * 0.07, -0.08, -0.055), 0.075, 0.08, 0.072),
            _ball("Spine3", _at(spine3, sign * 0.078, 0.075, 0.045), 0.085, 0.06, 0.048),
            Solid(f"{side}_Collar", _at(neck, sign * 0.03, -0.085, -0.002), _at(shoulder), 0.068, 0.06),
            Solid(
                f"{side}_Collar",
                _at(neck, sign * 0.022, -0.005, -0.012),
                _at(shoulder, sign * -0.04, 0.012),
                0.04,
                0.034,
            ),
        ]
    return solids


def _arm(joints: Joints, side: str, sign: float) -> list[Solid]:
    shoulder, elbow, wrist = (joints[f"{side}_{name}"] for name in ("Shoulder", "Elbow", "Wrist"))
    upper, fore = f"{side}_Shoulder", f"{side}_Elbow"
    return [
        _ball(upper, _at(shoulder, sign * 0.018, 0.0, 0.0), 0.074, 0.064, 0.064),
        Solid(upper, _at(shoulder), _at(elbow), 0.053, 0.039),
        _ball(upper, _at(_mix(shoulder, elbow, 0.5), z=0.008), 0.1, 0.05, 0.05),
        Solid(fore, _at(elbow), _at(wrist), 0.04, 0.026),
        _ball(fore, _at(_mix(elbow, wrist, 0.25)), 0.1, 0.044, 0.043),
    ]


def _leg(joints: Joints, side: str, sign: float) -> list[Solid]:
    hip, knee, ankle = (joints[f"{side}_{name}"] for name in ("Hip", "Knee", "Ankle"))
    thigh, shin = f"{side}_Hip", f"{side}_Knee"
    top = _at(hip, sign * 0.024, -0.015, 0.004)
    return [
        Solid(thigh, top, _at(knee), 0.088, 0.05),
        _ball(thigh, _at(_mix(hip, knee, 0.42), sign * 0.012, 0.0, 0.01), 0.077, 0.22, 0.08),
        _ball(shin, _at(knee, z=0.012), 0.046, 0.06, 0.046),
        Solid(shin, _at(knee), _at(ankle), 0.048, 0.033),
        _ball(shin, _at(_mix(knee, ankle, 0.27), sign * 0.004, 0.0, -0.016), 0.056, 0.15, 0.058),
    ]


def _head(joints: Joints) -> list[Piece]:
    """Head, and the dark face plate set into it."""
    base = joints["Head"]
    skull = [
        _ball("Head", _at(base, y=0.105, z=-0.008), 0.077, 0.092, 0.098),
        _ball("Head", _at(base, y=0.04, z=0.035), 0.057, 0.072, 0.062),
        Solid("Head", _at(base, y=-0.04, z=-0.02), _at(base, y=0.03, z=-0.015), 0.05, 0.05),
    ]
    ears = [_ball("Head", _at(base, sign * 0.076, 0.075, -0.012), 0.01, 0.03, 0.019) for sign in (1.0, -1.0)]
    shape = blend(skull, 0.05)
    head = lambda points: smooth_min(shape(points), blend(ears, 0.01)(points), 0.012)  # noqa: E731
    plate = [_ball("Head", _at(base, y=0.094, z=0.075), 0.09, 0.042, 0.085)]
    face = common(lambda points: shape(points) - 0.0035, blend(plate, 0.01), 0.006)
    return [
        _piece(head, [*skull, *ears], 0.0105, "Kinema Clay"),
        _piece(face, plate, 0.007, "Kinema Face"),
    ]


def _hand(joints: Joints, side: str, material: str) -> Piece:
    """A glove with a cuff: palm with the wrist, fingers with SMPL's hand joint."""
    wrist, knuckles = joints[f"{side}_Wrist"], joints[f"{side}_Hand"]
    out = (knuckles - wrist) / np.linalg.norm(knuckles - wrist)
    palm, fingers = f"{side}_Wrist", f"{side}_Hand"
    up, forward = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    solids = [
        Solid(f"{side}_Elbow", _at(wrist - 0.045 * out), _at(wrist - 0.01 * out), 0.034, 0.032),
        Solid(palm, _at(wrist + 0.005 * out), _at(wrist + 0.03 * out), 0.029, 0.03),
        Solid(palm, _at(wrist + 0.04 * out + 0.016 * forward), _at(knuckles + 0.022 * forward), 0.02, 0.016),
        Solid(palm, _at(wrist + 0.04 * out - 0.014 * forward), _at(knuckles - 0.02 * forward), 0.019, 0.015),
    ]
    for place, length in ((0.031, 0.066), (0.011, 0.074), (-0.009, 0.07), (-0.028, 0.056)):
        root = knuckles + place * forward + 0.002 * up
        bend = root + 0.5 * length * out - 0.006 * up + 0.06 * place * forward
        tip = bend + 0.5 * length * out - 0.02 * up + 0.03 * place * forward
        solids += [
            Solid(fingers, _at(root), _at(bend), 0.0115, 0.0105),
            Solid(fingers, _at(bend), _at(tip), 0.0105, 0.009),
        ]
    thumb = [wrist + 0.03 * out + 0.02 * forward, wrist + 0.062 * out + 0.046 * forward - 0.008 * up]
    tip = wrist + 0.098 * out + 0.06 * forward - 0.016 * up
    solids += [
        Solid(palm, _at(thumb[0]), _at(thumb[1]), 0.018, 0.0135),
        Solid(palm, _at(thumb[1]), _at(tip), 0.0135, 0.0105),
    ]
    return _piece(blend(solids, 0.011), solids, 0.0058, material, blur=0.008)


def _foot(joints: Joints, side: str, material: str) -> Piece:
    """A plain shoe with a flat sole on the floor y = 0."""
    ankle, ball = joints[f"{side}_Ankle"], joints[f"{side}_Foot"]
    ahead = (ball - ankle) * np.array([1.0, 0.0, 1.0])
    ahead = ahead / np.linalg.norm(ahead)
    floor = np.array([1.0, 0.0, 1.0])
    low = lambda point, height: point * floor + np.array([0.0, height, 0.0])  # noqa: E731
    heel, shoe, toe = low(ankle - 0.03 * ahead, 0.035), f"{side}_Ankle", f"{side}_Foot"
    solids = [
        Solid(f"{side}_Knee", _at(ankle, y=0.11), _at(ankle, y=0.03), 0.047, 0.045),
        Solid(shoe, _at(ankle), _at(heel), 0.042, 0.041),
        Solid(shoe, _at(low(ankle + 0.015 * ahead, 0.06)), _at(low(ball, 0.03)), 0.045, 0.036),
        Solid(shoe, _at(heel), _at(low(ball, 0.025)), 0.038, 0.044),
        Solid(toe, _at(low(ball, 0.024)), _at(low(ball + 0.045 * ahead, 0.02)), 0.043, 0.034),
    ]
    whole = blend(solids, 0.03)
    return _piece(between(whole, 0.0, float(ankle[1]) + 0.06, 0.008), solids, 0.0095, material)


def write() -> None:
    """Make FILE anew."""
    from .smpl import SMPL_NAMES, rest_joints

    with FILE.open("wb") as file:
        np.savez_compressed(file, **arrays(dict(zip(SMPL_NAMES, rest_joints(), strict=True))))
