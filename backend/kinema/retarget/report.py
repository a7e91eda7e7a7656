"""How well a retargeted clip fits its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..protocol.anatomy import SIDES, Anatomy
from ..protocol.smpl import SMPL_NAMES
from .feet import STANDING_SPEED
from .rest import unit

PARTS = ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")

_BONES = (("Hip", "Knee"), ("Knee", "Ankle"), ("Shoulder", "Elbow"), ("Elbow", "Wrist"))


@dataclass(frozen=True)
class Report:
    """Figures of one retargeted clip; distances in metres, means over frames and both sides.

    `scale`: SMPL's legs over the source's. `human_rest`: the rest pose was a standing human; otherwise the clip told
    how its joints' frames lie. `turned`: the clip was not Y up.
    `errors`: for "Hip" ... "Wrist", distance to the source scaled by `scale` and laid with its hips on the result's.
    `arm_errors`: for "Elbow" and "Wrist", the same with the source's arm scaled to SMPL's arm and laid on the result's
    shoulder, since trunks and shoulders differ far more between skeletons than limbs do.
    `direction`: angle in degrees between the bones of arms and legs, source against result.
    `skate_source`, `skate`: horizontal speed, metres a second, of ankles that stand in the source, before and after.
    `sunk_source`, `sunk`: how far ankles go below the height at which they stand, before and after.
    """

    frames: int
    scale: float
    human_rest: bool
    turned: bool
    errors: dict[str, float]
    arm_errors: dict[str, float]
    direction: float
    skate_source: float
    skate: float
    sunk_source: float
    sunk: float

    @property
    def mean_error(self) -> float:
        """Mean of knees and ankles laid on the hips, and elbows and wrists laid on the shoulders, metres."""
        return float(np.mean([self.errors["Knee"], self.errors["Ankle"], *self.arm_errors.values()]))


def measure(
    positions: np.ndarray,
    wanted: np.ndarray,
    anatomy: Anatomy,
    fps: float,
    scale: float,
    human_rest: bool,
    turned: bool,
) -> Report:
    """Compare SMPL positions (T, 22, 3) with the scaled source's (T, J, 3), both on the result's ground."""
    source = {f"{side}_{part}": wanted[:, anatomy.limbs[f"{side}_{part}"]] for side in SIDES for part in PARTS}
    result = {name: positions[:, SMPL_NAMES.index(name)] for name in source}
    errors = {part: _both(lambda name: _distance(result[name], source[name]), part) for part in PARTS}

    def from_shoulder(name: str) -> float:
        side = name[0]
        factor = _arm(result, side) / _arm(source, side)
        return _distance(
            result[name] - result[f"{side}_Shoulder"], factor * (source[name] - source[f"{side}_Shoulder"])
        )

    arm_errors = {part: _both(from_shoulder, part) for part in ("Elbow", "Wrist")}
    angles = []
    for side in SIDES:
        for start, stop in _BONES:
            a, b = f"{side}_{start}", f"{side}_{stop}"
            cosine = np.sum(unit(source[b] - source[a]) * unit(result[b] - result[a]), axis=-1)
            angles.append(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))).mean())
    skate_source, skate, sunk_source, sunk = _feet(source, result, fps)
    return Report(
        frames=len(positions),
        scale=scale,
        human_rest=human_rest,
        turned=turned,
        errors=errors,
        arm_errors=arm_errors,
        direction=float(np.mean(angles)),
        skate_source=skate_source,
        skate=skate,
        sunk_source=sunk_source,
        sunk=sunk,
    )


def _both(figure: Callable[[str], float], part: str) -> float:
    return float(np.mean([figure(f"{side}_{part}") for side in SIDES]))


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b, axis=-1).mean())


def _arm(joints: dict[str, np.ndarray], side: str) -> float:
    """Length of upper arm and forearm, metres, median over the clip."""
    shoulder, elbow, wrist = (joints[f"{side}_{part}"] for part in ("Shoulder", "Elbow", "Wrist"))
    lengths = np.linalg.norm(elbow - shoulder, axis=-1) + np.linalg.norm(wrist - elbow, axis=-1)
    return float(max(np.median(lengths), 1e-9))


def _feet(
    source: dict[str, np.ndarray], result: dict[str, np.ndarray], fps: float
) -> tuple[float, float, float, float]:
    """Skate of source and result, metres a second, then how far their ankles sink, metres."""
    skate: tuple[list[float], list[float]] = ([], [])
    sunk: tuple[list[float], list[float]] = ([], [])
    for side in SIDES:
        name = f"{side}_Ankle"
        if len(source[name]) < 2:
            continue
        stands = np.linalg.norm(np.gradient(source[name], axis=0), axis=-1) * fps < STANDING_SPEED
        if not stands.any():
            continue
        for kind, joints in enumerate((source, result)):
            speed = np.linalg.norm(np.gradient(joints[name], axis=0)[:, [0, 2]], axis=-1) * fps
            height = joints[name][:, 1]
            skate[kind].append(float(speed[stands].mean()))
            sunk[kind].append(float(np.maximum(np.median(height[stands]) - height, 0.0).mean()))
    if not skate[0]:
        return 0.0, 0.0, 0.0, 0.0
    return float(np.mean(skate[0])), float(np.mean(skate[1])), float(np.mean(sunk[0])), float(np.mean(sunk[1]))
